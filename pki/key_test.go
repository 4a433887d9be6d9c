package pki_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestParseKeyKind(t *testing.T) {
	tests := []struct {
		typed string
		want  pki.KeyKind
	}{
		{"p256", pki.P256}, {"P-256", pki.P256}, {"ec256", pki.P256}, {"EC", pki.P256}, {"prime256v1", pki.P256},
		{"secp384r1", pki.P384}, {"ECDSA P-384", pki.P384}, {"p521", pki.P521},
		{"rsa:2048", pki.RSA2048}, {"RSA 3072", pki.RSA3072}, {"rsa-4096", pki.RSA4096}, {"4096", pki.RSA4096},
		{"Ed25519", pki.Ed25519}, {"EdDSA", pki.Ed25519},
	}
	for _, test := range tests {
		got, err := pki.ParseKeyKind(test.typed)
		if err != nil || got != test.want {
			t.Errorf("ParseKeyKind(%q) = %q, %v, want %q", test.typed, got, err, test.want)
		}
	}
	for _, typed := range []string{"", "rsa1024", "secp256k1", "p224", "ed448", "dsa"} {
		got, err := pki.ParseKeyKind(typed)
		var kind *pki.KeyKindError
		if !errors.As(err, &kind) || kind.Typed != typed || got != "" {
			t.Errorf("ParseKeyKind(%q) = %q, %v, want a KeyKindError", typed, got, err)
		}
	}
}

func TestKeyKinds(t *testing.T) {
	for _, kind := range pki.KeyKinds() {
		t.Run(string(kind), func(t *testing.T) {
			key := pkitest.Key(t, kind)
			if got := pki.KindOf(key.Public()); got != kind {
				t.Errorf("KindOf = %q, want %q", got, kind)
			}
			if got, err := pki.ParseKeyKind(kind.Label()); err != nil || got != kind {
				t.Errorf("label %q is read as %q, %v", kind.Label(), got, err)
			}
			if got := pki.KeyLabel(key.Public()); got != kind.Label() {
				t.Errorf("KeyLabel = %q, want %q", got, kind.Label())
			}
			der, err := pki.MarshalKey(key)
			if err != nil {
				t.Fatal(err)
			}
			back, err := pki.ParseKey(der)
			if err != nil || !pki.SamePublicKey(key.Public(), back.Public()) {
				t.Errorf("ParseKey gives another key, or %v", err)
			}
		})
	}
}

func TestKeysThatAreNotOurs(t *testing.T) {
	small := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		pub   any
		label string
	}{
		"RSA 1024":     {small, "RSA 1024"},
		"P-224":        {&p224.PublicKey, "P-224"},
		"nil RSA":      {(*rsa.PublicKey)(nil), ""},
		"empty RSA":    {&rsa.PublicKey{}, ""},
		"nil ECDSA":    {(*ecdsa.PublicKey)(nil), ""},
		"empty ECDSA":  {&ecdsa.PublicKey{}, ""},
		"short Ed":     {ed25519.PublicKey{1}, ""},
		"nothing":      {nil, ""},
		"another type": {"key", ""},
	}
	for name, test := range tests {
		if kind := pki.KindOf(test.pub); kind != "" {
			t.Errorf("%s: KindOf = %q, want none", name, kind)
		}
		if label := pki.KeyLabel(test.pub); label != test.label {
			t.Errorf("%s: KeyLabel = %q, want %q", name, label, test.label)
		}
		if _, isKey := test.pub.(ed25519.PublicKey); test.label == "" && !isKey {
			if pki.SamePublicKey(test.pub, test.pub) {
				t.Errorf("%s: is the same as itself", name)
			}
			if id, err := pki.KeyID(test.pub); err == nil {
				t.Errorf("%s: KeyID = %x", name, id)
			}
		}
	}
	if _, err := pki.GenerateKey("rsa1024", rand.Reader); err == nil {
		t.Error("made an RSA 1024 key")
	}
	if _, err := pki.MarshalKey(nil); err == nil {
		t.Error("encoded no key")
	}
	if _, err := pki.EncodeKey(nil); err == nil {
		t.Error("encoded no key")
	}
}

// A key that cannot sign is no key for certificates.
func TestParseKeyForAgreement(t *testing.T) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pki.ParseKey(der)
	var format *pki.FormatError
	if !errors.As(err, &format) {
		t.Fatalf("got %v, want a FormatError", err)
	}
	if _, err := pki.ParseKey([]byte{0x30, 0}); err == nil {
		t.Fatal("read a key of nothing")
	}
}

func TestSamePublicKey(t *testing.T) {
	kinds := []pki.KeyKind{pki.P256, pki.P384, pki.RSA2048, pki.Ed25519}
	for _, a := range kinds {
		key := pkitest.Key(t, a).Public()
		if !pki.SamePublicKey(key, key) {
			t.Errorf("%s: not the same as itself", a)
		}
		for _, b := range kinds {
			if pki.SamePublicKey(key, pkitest.Key(t, b).Public()) {
				t.Errorf("%s: the same as a new %s", a, b)
			}
		}
	}
}

// crypto/x509 makes the identifier for authorities by the same method.
func TestKeyID(t *testing.T) {
	for _, kind := range []pki.KeyKind{pki.P256, pki.P521, pki.RSA2048, pki.Ed25519} {
		key := pkitest.Key(t, kind)
		template := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if id, err := pki.KeyID(key.Public()); err != nil || !bytes.Equal(id, c.SubjectKeyId) {
			t.Errorf("%s: KeyID = %x, %v, want %x", kind, id, err, c.SubjectKeyId)
		}
	}
}
