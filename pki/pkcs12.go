package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"

	"software.sslmate.com/src/go-pkcs12"
)

// A Preset is a way of encrypting PKCS #12 files. The older the program, the
// weaker the encryption it reads.
type Preset string

// The presets.
const (
	// PresetModern is PBES2 with AES-256 and PBKDF2, and a MAC with SHA-256.
	// OpenSSL since 1.1, Java since 12, Firefox, Chromium and GnuTLS read it;
	// older macOS and Windows before 2019 do not, and call it a wrong password.
	PresetModern Preset = "modern"
	// PresetCompatible is 3DES and a MAC with SHA-1, which every program that
	// was tried reads. Its protection is weak: the password must be long.
	PresetCompatible Preset = "compatible"
)

// Presets returns all presets, the default first.
func Presets() []Preset { return []Preset{PresetModern, PresetCompatible} }

// encoder returns the encoder of go-pkcs12 that a preset stands for.
func (p Preset) encoder() (*pkcs12.Encoder, error) {
	switch p {
	case PresetModern:
		return pkcs12.Modern2023, nil
	case PresetCompatible:
		return pkcs12.LegacyDES, nil
	}
	return nil, fmt.Errorf("unknown preset %q", string(p))
}

// A Bundle is a private key with its certificate and the authorities above it.
type Bundle struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	Chain       []*x509.Certificate // without the certificate itself; nearest first
	Name        string              // friendlyName: what key stores call it; may be empty
}

// EncodePKCS12 writes a bundle as PKCS #12 (RFC 7292), reads it back and
// compares key, certificate, chain and name before it returns it. Its errors
// are [ErrEmptyPassword], [ErrPasswordNotEncodable], [ErrKeyMismatch].
func EncodePKCS12(b Bundle, preset Preset, password string, random io.Reader) ([]byte, error) {
	data, err := encodePKCS12(b, preset, password, orSystem(random))
	if err != nil {
		return nil, fmt.Errorf("write PKCS #12: %w", err)
	}
	back, err := DecodePKCS12(data, password)
	if err != nil {
		return nil, fmt.Errorf("write PKCS #12: read it back: %w", err)
	}
	if !b.equal(back) {
		return nil, errors.New("write PKCS #12: read back, it is not what was written")
	}
	return data, nil
}

func encodePKCS12(b Bundle, preset Preset, password string, random io.Reader) ([]byte, error) {
	encoder, err := preset.encoder()
	switch {
	case err != nil:
		return nil, err
	case b.Key == nil || b.Certificate == nil || !SamePublicKey(b.Key.Public(), b.Certificate.PublicKey):
		return nil, ErrKeyMismatch
	case password == "":
		return nil, ErrEmptyPassword
	case !isBMP(password):
		return nil, ErrPasswordNotEncodable
	}
	data, err := encoder.WithRand(random).Encode(b.Key, b.Certificate, b.Chain, password)
	if err != nil || b.Name == "" {
		return data, err
	}
	return nameKey(data, b.Name, password)
}

// isBMP reports whether s is valid and within the Basic Multilingual Plane.
func isBMP(s string) bool {
	for _, r := range s {
		if r > 0xffff || r == '\ufffd' || r == 0 {
			return false
		}
	}
	return true
}

// equal reports whether a bundle is what was read back of it.
func (b Bundle) equal(back Bundle) bool {
	chain := slices.Clone(b.Chain)
	return SamePublicKey(b.Key.Public(), back.Key.Public()) && sameKey(b.Key, back.Key) &&
		b.Certificate.Equal(back.Certificate) &&
		len(chain) == len(back.Chain) && !slices.ContainsFunc(chain, func(c *x509.Certificate) bool {
		return !contains(back.Chain, c)
	}) && (b.Name == "" || Escape(b.Name) == back.Name)
}

// sameKey compares private keys by their encoding.
func sameKey(a, b crypto.Signer) bool {
	x, err := MarshalKey(a)
	if err != nil {
		return false
	}
	y, err := MarshalKey(b)
	return err == nil && bytes.Equal(x, y)
}

// DecodePKCS12 reads a PKCS #12 file: DER or BER, with a MAC of any kind or
// none. The certificate is the one that belongs to the key, wherever it stands
// in the file, and the chain is in order, nearest first, with whatever else is
// there behind it. Its errors are those of [Decode], and [ErrKeyMismatch] when
// there is no key, or no certificate for it.
func DecodePKCS12(data []byte, password string) (Bundle, error) {
	if len(data) > MaxInput {
		return Bundle{}, ErrTooLarge
	}
	p := &pfx{budget: new(budget), password: password}
	if shapeOf(data) != shapePKCS12 {
		return Bundle{}, fmt.Errorf("read PKCS #12: %w", ErrNotRecognised)
	}
	if err := p.read(data); err != nil {
		return Bundle{}, fmt.Errorf("read PKCS #12: %w", err)
	}
	b, err := p.bundle()
	if err != nil {
		return Bundle{}, fmt.Errorf("read PKCS #12: %w", err)
	}
	return b, nil
}

// bundle puts the first key that has a certificate together with it.
func (p *pfx) bundle() (Bundle, error) {
	var certs []*x509.Certificate
	for _, b := range p.bags {
		if b.certificate != nil {
			certs = append(certs, b.certificate)
		}
	}
	err := ErrKeyMismatch
	for _, key := range p.bags {
		if key.err != nil {
			err = key.err
		}
		if key.key == nil {
			continue
		}
		for _, leaf := range p.bags {
			if leaf.certificate != nil && SamePublicKey(key.key.Public(), leaf.certificate.PublicKey) {
				return Bundle{
					Key:         key.key,
					Certificate: leaf.certificate,
					Chain:       inOrder(leaf.certificate, certs),
					Name:        Escape(firstOf(leaf.name, key.name)),
				}, nil
			}
		}
	}
	return Bundle{}, err
}

// inOrder returns the authorities above a leaf, nearest first, and after them
// the certificates that do not belong there. Each comes once.
func inOrder(leaf *x509.Certificate, certs []*x509.Certificate) []*x509.Certificate {
	ordered := Chain(leaf, certs)
	for _, c := range certs {
		if !contains(ordered, c) {
			ordered = append(ordered, c)
		}
	}
	return ordered[1:]
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// decodePKCS12 adds everything that a PKCS #12 file holds.
func (d *decoder) decodePKCS12(data []byte) {
	const source = "PKCS#12"
	p := &pfx{budget: &d.budget, password: d.password}
	if err := p.read(data); err != nil {
		d.fail("", source, err)
		return
	}
	for _, b := range p.bags {
		item := Item{Name: Escape(b.name), Source: source}
		switch {
		case b.certificate != nil:
			item.Kind, item.Certificate = ItemCertificate, b.certificate
		case b.key != nil:
			item.Kind, item.Key = ItemKey, b.key
		case b.crl != nil:
			item.Kind, item.CRL = ItemCRL, b.crl
		default:
			d.fail(b.name, source, b.err)
			continue
		}
		d.add(item)
	}
}
