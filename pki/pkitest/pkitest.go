// Package pkitest makes throw-away authorities and certificates for tests, and
// runs the programs of others against what is under test.
package pkitest

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"countersign/pki"
)

// Root makes a root authority that is valid now.
func Root(t testing.TB, name string) pki.Issuer {
	t.Helper()
	key := Key(t, pki.P256)
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName = name
	c, err := pki.SelfSign(r, key, time.Now(), rand.Reader)
	if err != nil {
		t.Fatalf("make root %q: %v", name, err)
	}
	return pki.Issuer{Certificate: c, Key: key}
}

// Intermediate makes an authority with path length 0 below another.
func Intermediate(t testing.TB, issuer pki.Issuer, name string) pki.Issuer {
	t.Helper()
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName = name
	c, key := issue(t, issuer, r)
	return pki.Issuer{Certificate: c, Key: key}
}

// Server makes a server certificate for the names, localhost and the loopback
// addresses when there are none.
func Server(t testing.TB, issuer pki.Issuer, names ...string) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	if len(names) == 0 {
		names = []string{"localhost", "127.0.0.1", "::1"}
	}
	r := pki.NewRequest(pki.Server)
	for _, typed := range names {
		name, err := pki.ParseName(typed)
		if err != nil {
			t.Fatalf("name %q: %v", typed, err)
		}
		r.Names = append(r.Names, name)
	}
	return issue(t, issuer, r)
}

// Client makes a client certificate.
func Client(t testing.TB, issuer pki.Issuer, name string) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	r := pki.NewRequest(pki.Client)
	r.Subject.CommonName = name
	return issue(t, issuer, r)
}

func issue(t testing.TB, issuer pki.Issuer, r pki.Request) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	key := Key(t, r.Key)
	c, err := pki.Issue(issuer, r, key.Public(), time.Now(), rand.Reader)
	if err != nil {
		t.Fatalf("issue %q: %v", r.Subject.CommonName, err)
	}
	return c, key
}

// Key makes a private key.
func Key(t testing.TB, kind pki.KeyKind) crypto.Signer {
	t.Helper()
	key, err := pki.GenerateKey(kind, rand.Reader)
	if err != nil {
		t.Fatalf("make %s key: %v", kind, err)
	}
	return key
}

// Leaf makes a certificate without asking whether it is a good one. It starts
// as a server and client certificate for localhost with the common name "leaf",
// valid for an hour before and after now; edit makes it wrong: expired, without
// names, for another purpose. A nil edit leaves it good.
func Leaf(t testing.TB, issuer pki.Issuer, edit func(template *x509.Certificate)) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	key := Key(t, pki.P256)
	return Sign(t, issuer, key, edit), key
}

// Sign is Leaf for a key that is there already.
func Sign(t testing.TB, issuer pki.Issuer, key crypto.Signer, edit func(template *x509.Certificate)) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		t.Fatal(err)
	}
	keyID, err := pki.KeyID(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "leaf"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		DNSNames:              []string{"localhost"},
		SubjectKeyId:          keyID,
	}
	if edit != nil {
		edit(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer.Certificate, key.Public(), issuer.Key)
	if err != nil {
		t.Fatalf("make leaf: %v", err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("read leaf: %v", err)
	}
	return c
}

// TLS puts a certificate, its key and the authorities above it together for
// crypto/tls. Nothing is left out: give the root only when it is to be sent.
func TLS(cert *x509.Certificate, key crypto.Signer, chain ...*x509.Certificate) tls.Certificate {
	out := tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}
	for _, c := range chain {
		out.Certificate = append(out.Certificate, c.Raw)
	}
	return out
}

// Pool puts authorities into a pool.
func Pool(authorities ...*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range authorities {
		pool.AddCert(c)
	}
	return pool
}
