package pki

import (
	"crypto"
	"crypto/x509"
	"io"
)

// A Preset is a way of encrypting PKCS #12 files.
type Preset string

// The presets.
const (
	// PresetModern is AES-256 with a SHA-256 MAC.
	PresetModern Preset = "modern"
	// PresetCompatible is 3DES with a SHA-1 MAC.
	PresetCompatible Preset = "compatible"
)

// A Bundle is what a PKCS #12 file holds.
type Bundle struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
	Name        string
}

// EncodePKCS12 is written next.
func EncodePKCS12(b Bundle, preset Preset, password string, random io.Reader) ([]byte, error) {
	return nil, ErrNotRecognised
}

// DecodePKCS12 is written next.
func DecodePKCS12(data []byte, password string) (Bundle, error) {
	return Bundle{}, ErrNotRecognised
}
