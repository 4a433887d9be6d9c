package pkitest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"unicode"
)

// markSize is the length, in octets, of the parts of a key that are looked for.
const markSize = 12

// Marks are parts of private keys in every form that a program may let slip:
// octets (DER), hexadecimal, base64 at any alignment (PEM, of every encoding),
// decimal (what fmt makes of a big.Int) and words (what Go's stack traces show). The value is the key's name.
type Marks map[[markSize]byte]string

// AddKey marks a key (PKCS #8, DER). Errors: those of x509.ParsePKCS8PrivateKey,
// and one for a kind of key that is not known here.
func (m Marks) AddKey(name string, der []byte) error {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return fmt.Errorf("mark key %s: %w", name, err)
	}
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		d, err := key.Bytes()
		if err != nil {
			return fmt.Errorf("mark key %s: %w", name, err)
		}
		m.AddOctets(name, d)
	case *rsa.PrivateKey:
		m.AddOctets(name, key.D.Bytes())
		m.AddOctets(name, key.Primes[0].Bytes())
	case ed25519.PrivateKey:
		m.AddOctets(name, key.Seed())
	default:
		return fmt.Errorf("mark key %s: %T is not known", name, key)
	}
	return nil
}

// AddOctets marks a secret of at least 20 octets.
func (m Marks) AddOctets(name string, secret []byte) {
	const skip = 4 // the first may be zero, and would be found anywhere
	part := secret[skip:]
	m.add(name, part)
	m.add(name, hex.AppendEncode(nil, part))
	for shift := range 3 {
		m.add(name, base64.StdEncoding.AppendEncode(nil, part[shift:shift+9]))
	}
	for at := 0; at+8 <= len(secret); at += 8 {
		word := fmt.Appendf(nil, "%#016x", binary.LittleEndian.Uint64(secret[at:]))
		m.add(name, word)
	}
	m.add(name, []byte(new(big.Int).SetBytes(secret).String()))
}

func (m Marks) add(name string, text []byte) { m[[markSize]byte(text[:markSize])] = name }

// In names the keys of which a part is in data, each once: as it is, and with
// white space and colons left out.
func (m Marks) In(data []byte) []string {
	dense := bytes.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == ':' {
			return -1
		}
		return r
	}, data)
	found := map[string]bool{}
	for _, text := range [][]byte{data, dense, bytes.ToLower(dense)} {
		for n := 0; n+markSize <= len(text); n++ {
			if name, ok := m[[markSize]byte(text[n:n+markSize])]; ok {
				found[name] = true
			}
		}
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
