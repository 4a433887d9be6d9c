package testclient

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// now is the instant that every certificate of these tests is judged at.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// ca is a throw-away authority.
type ca struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// root makes a self-signed authority. A test that needs one made anew under the
// same name calls it twice.
func root(t testing.TB, name string) ca {
	return authority(t, name, ca{}, nil)
}

// authority makes one under parent, or self-signed when it has none.
func authority(t testing.TB, name string, parent ca, edit func(*x509.Certificate)) ca {
	t.Helper()
	c := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, MaxPathLen: -1,
		NotBefore: now.AddDate(-2, 0, 0), NotAfter: now.AddDate(10, 0, 0),
	}
	if edit != nil {
		edit(c)
	}
	cert, key := sign(t, c, parent)
	return ca{cert, key}
}

func sign(t testing.TB, c *x509.Certificate, parent ca) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	key := newKey(t)
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber = serial
	issuer, signer := parent.cert, parent.key
	if issuer == nil {
		issuer, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, issuer, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// leaf makes a certificate for tls, its chain the intermediates given.
func leaf(t testing.TB, parent ca, edit func(*x509.Certificate), chain ...*x509.Certificate) *tls.Certificate {
	t.Helper()
	c := &x509.Certificate{
		KeyUsage:  x509.KeyUsageDigitalSignature,
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 90),
	}
	edit(c)
	cert, key := sign(t, c, parent)
	made := &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}
	for _, c := range chain {
		made.Certificate = append(made.Certificate, c.Raw)
	}
	return made
}

// serverCert is for localhost, 127.0.0.1 and ::1, then changed by edits.
func serverCert(t testing.TB, parent ca, edits ...func(*x509.Certificate)) *tls.Certificate {
	return leaf(t, parent, func(c *x509.Certificate) {
		c.Subject.CommonName = "localhost"
		c.DNSNames = []string{"localhost"}
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		for _, edit := range edits {
			edit(c)
		}
	})
}

// clientCert is alice's, then changed by edits.
func clientCert(t testing.TB, parent ca, edits ...func(*x509.Certificate)) *tls.Certificate {
	return leaf(t, parent, func(c *x509.Certificate) {
		c.Subject.CommonName = "alice"
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		for _, edit := range edits {
			edit(c)
		}
	})
}

func pool(certs ...*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c)
	}
	return p
}

// start runs a local server until the test ends.
func start(t testing.TB, c ServerConfig) *Server {
	t.Helper()
	if c.Now == nil {
		c.Now = clock
	}
	s, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeServer(t, s) })
	return s
}

func closeServer(t testing.TB, s *Server) {
	t.Helper()
	if err := s.Close(t.Context()); err != nil && t.Context().Err() == nil {
		t.Errorf("close: %v", err)
	}
}

// pki is an authority with a server and a client of it.
type pair struct {
	root           ca
	server, client *tls.Certificate
}

func newPair(t testing.TB) pair {
	r := root(t, "Acme Root")
	return pair{r, serverCert(t, r), clientCert(t, r)}
}

// try is one at the URL that trusts the pair's root, as TLS version v (0: any).
func (p pair) try(url string, v uint16) Try {
	return Try{URL: url, Certificate: p.client, Roots: pool(p.root.cert), TrustNames: []string{"Acme Root"},
		MinVersion: v, MaxVersion: v, Now: clock}
}

func sameRaw(a, b *x509.Certificate) bool { return bytes.Equal(a.Raw, b.Raw) }
