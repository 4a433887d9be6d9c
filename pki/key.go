package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"io"
	"strings"
)

// A KeyKind names an algorithm and size of key that this package makes.
type KeyKind string

// The kinds of key. Chromium refuses [P521] and [Ed25519] as server keys, and
// NSS (Firefox, Chromium on Linux) refuses [Ed25519] in every PKCS #12 file.
const (
	P256    KeyKind = "p256"
	P384    KeyKind = "p384"
	P521    KeyKind = "p521"
	RSA2048 KeyKind = "rsa2048"
	RSA3072 KeyKind = "rsa3072"
	RSA4096 KeyKind = "rsa4096"
	Ed25519 KeyKind = "ed25519"
)

// KeyKinds returns all kinds in the order in which a form offers them, the
// most widely accepted first.
func KeyKinds() []KeyKind {
	return []KeyKind{P256, P384, RSA2048, RSA3072, RSA4096, P521, Ed25519}
}

// A KeyKindError reports a text that names no kind of key.
type KeyKindError struct {
	Typed string // as it was given
}

func (e *KeyKindError) Error() string {
	return fmt.Sprintf("unknown kind of key %q", e.Typed)
}

// keyKindSpellings holds what people and other programs call each kind,
// without letters' case, spaces and punctuation.
func keyKindSpellings(s string) KeyKind {
	switch s {
	case "p256", "ec", "ec256", "ecp256", "ecdsa", "ecdsa256", "ecdsap256", "es256",
		"prime256v1", "secp256r1", "nistp256", "ecdsasha2nistp256":
		return P256
	case "p384", "ec384", "ecp384", "ecdsa384", "ecdsap384", "es384", "secp384r1", "nistp384":
		return P384
	case "p521", "ec521", "ecp521", "ecdsa521", "ecdsap521", "es512", "secp521r1", "nistp521":
		return P521
	case "rsa", "rsa2048", "2048":
		return RSA2048
	case "rsa3072", "3072":
		return RSA3072
	case "rsa4096", "4096":
		return RSA4096
	case "ed25519", "eddsa", "25519":
		return Ed25519
	}
	return ""
}

// ParseKeyKind reads a kind of key as people write it: "P-256", "ec256",
// "prime256v1", "rsa:2048", "Ed25519". The error is a *[KeyKindError].
func ParseKeyKind(s string) (KeyKind, error) {
	folded := strings.Map(func(r rune) rune {
		switch r {
		case '-', '_', ' ', ':', '.', '/':
			return -1
		}
		return r
	}, strings.ToLower(s))
	if kind := keyKindSpellings(folded); kind != "" {
		return kind, nil
	}
	return "", &KeyKindError{Typed: s}
}

// known reports whether k is one of [KeyKinds].
func (k KeyKind) known() bool { return k != "" && keyKindSpellings(string(k)) == k }

// Label returns the name that is shown to people: "P-256", "RSA 2048",
// "Ed25519". An unknown kind is returned as it is.
func (k KeyKind) Label() string {
	switch k {
	case P256:
		return "P-256"
	case P384:
		return "P-384"
	case P521:
		return "P-521"
	case RSA2048:
		return "RSA 2048"
	case RSA3072:
		return "RSA 3072"
	case RSA4096:
		return "RSA 4096"
	case Ed25519:
		return "Ed25519"
	}
	return string(k)
}

// GenerateKey makes a private key. An unknown kind gives a *[KeyKindError].
//
// Go makes ECDSA and RSA keys from the system's randomness whatever random is
// (crypto/ecdsa, since Go 1.26). A nil random means the system's.
func GenerateKey(kind KeyKind, random io.Reader) (crypto.Signer, error) {
	key, err := generateKey(kind, orSystem(random))
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	return key, nil
}

func generateKey(kind KeyKind, random io.Reader) (crypto.Signer, error) {
	switch kind {
	case P256:
		return ecdsa.GenerateKey(elliptic.P256(), random)
	case P384:
		return ecdsa.GenerateKey(elliptic.P384(), random)
	case P521:
		return ecdsa.GenerateKey(elliptic.P521(), random)
	case RSA2048:
		return rsa.GenerateKey(random, 2048)
	case RSA3072:
		return rsa.GenerateKey(random, 3072)
	case RSA4096:
		return rsa.GenerateKey(random, 4096)
	case Ed25519:
		_, key, err := ed25519.GenerateKey(random)
		if err != nil {
			return nil, err
		}
		return key, nil
	}
	return nil, &KeyKindError{Typed: string(kind)}
}

// orSystem returns random, or the system's source when it is nil.
func orSystem(random io.Reader) io.Reader {
	if random == nil {
		return rand.Reader
	}
	return random
}

// KindOf returns the kind of a public key, or "" when it is not exactly one of
// [KeyKinds]: RSA 1024 has no kind.
func KindOf(pub crypto.PublicKey) KeyKind {
	switch pub := pub.(type) {
	case *ecdsa.PublicKey:
		if emptyECDSA(pub) {
			return ""
		}
		switch pub.Curve {
		case elliptic.P256():
			return P256
		case elliptic.P384():
			return P384
		case elliptic.P521():
			return P521
		}
	case *rsa.PublicKey:
		if pub == nil || pub.N == nil {
			return ""
		}
		switch pub.N.BitLen() {
		case 2048:
			return RSA2048
		case 3072:
			return RSA3072
		case 4096:
			return RSA4096
		}
	case ed25519.PublicKey:
		if len(pub) == ed25519.PublicKeySize {
			return Ed25519
		}
	}
	return ""
}

// SamePublicKey reports whether a and b are the same public key. Keys of types
// that this package does not know are never the same.
func SamePublicKey(a, b crypto.PublicKey) bool {
	switch a := a.(type) {
	case *ecdsa.PublicKey:
		b, ok := b.(*ecdsa.PublicKey)
		return ok && !emptyECDSA(a) && !emptyECDSA(b) && a.Equal(b)
	case *rsa.PublicKey:
		b, ok := b.(*rsa.PublicKey)
		return ok && a != nil && b != nil && a.N != nil && b.N != nil && a.Equal(b)
	case ed25519.PublicKey:
		b, ok := b.(ed25519.PublicKey)
		return ok && bytes.Equal(a, b)
	}
	return false
}

// KeyID returns the subject key identifier of a public key (RFC 5280 section
// 4.2.1.2): the leftmost 160 bits of the SHA-256 of the subjectPublicKey bit
// string (RFC 7093 section 2, method 1), as crypto/x509 does for authorities.
func KeyID(pub crypto.PublicKey) ([]byte, error) {
	bits, err := subjectPublicKey(pub)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(bits)
	return sum[:20], nil
}

// subjectPublicKey returns the contents of the bit string of that name in a
// SubjectPublicKeyInfo.
func subjectPublicKey(pub crypto.PublicKey) ([]byte, error) {
	switch pub := pub.(type) {
	case *ecdsa.PublicKey:
		if !emptyECDSA(pub) {
			return pub.Bytes()
		}
	case *rsa.PublicKey:
		if pub != nil && pub.N != nil {
			return x509.MarshalPKCS1PublicKey(pub), nil
		}
	case ed25519.PublicKey:
		return pub, nil
	}
	return nil, fmt.Errorf("identify key: unsupported type %T", pub)
}

// emptyECDSA reports whether pub has no curve or no point.
func emptyECDSA(pub *ecdsa.PublicKey) bool {
	return pub == nil || pub.Curve == nil || *pub == (ecdsa.PublicKey{Curve: pub.Curve})
}
