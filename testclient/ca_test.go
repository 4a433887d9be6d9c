package testclient

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// now is the instant that every certificate of these tests is judged at.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// root makes a self-signed authority. A test that needs one made anew under the
// same name calls it twice.
func root(t testing.TB, name string) pki.Issuer {
	return authority(t, name, pki.Issuer{}, nil)
}

// authority makes one under parent, or self-signed when that is empty.
func authority(t testing.TB, name string, parent pki.Issuer, edit func(*x509.Certificate)) pki.Issuer {
	t.Helper()
	cert, key := sign(t, parent, func(c *x509.Certificate) {
		c.Subject.CommonName, c.DNSNames, c.ExtKeyUsage = name, nil, nil
		c.IsCA, c.MaxPathLen = true, -1
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
		c.NotBefore, c.NotAfter = now.AddDate(-2, 0, 0), now.AddDate(10, 0, 0)
		if edit != nil {
			edit(c)
		}
	})
	return pki.Issuer{Certificate: cert, Key: key}
}

// sign makes a certificate with a new key, self-signed when parent is empty.
func sign(t testing.TB, parent pki.Issuer, edit func(*x509.Certificate)) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	key := pkitest.Key(t, pki.P256)
	if parent.Certificate == nil {
		var c x509.Certificate
		edit(&c)
		parent = pki.Issuer{Certificate: &x509.Certificate{Subject: c.Subject}, Key: key}
	}
	return pkitest.Sign(t, parent, key, edit), key
}

// leaf makes a certificate for tls.
func leaf(t testing.TB, parent pki.Issuer, edit func(*x509.Certificate)) *tls.Certificate {
	t.Helper()
	made := pkitest.TLS(sign(t, parent, func(c *x509.Certificate) {
		c.DNSNames = nil
		c.NotBefore, c.NotAfter = now.Add(-time.Hour), now.AddDate(0, 0, 90)
		edit(c)
	}))
	return &made
}

// serverCert is for localhost, 127.0.0.1 and ::1, then changed by edits.
func serverCert(t testing.TB, parent pki.Issuer, edits ...func(*x509.Certificate)) *tls.Certificate {
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
func clientCert(t testing.TB, parent pki.Issuer, edits ...func(*x509.Certificate)) *tls.Certificate {
	return leaf(t, parent, func(c *x509.Certificate) {
		c.Subject.CommonName = "alice"
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		for _, edit := range edits {
			edit(c)
		}
	})
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

// pair is an authority with a server and a client of it.
type pair struct {
	root           pki.Issuer
	server, client *tls.Certificate
}

func newPair(t testing.TB) pair {
	r := root(t, "Acme Root")
	return pair{r, serverCert(t, r), clientCert(t, r)}
}

// try is one at the URL that trusts the pair's root, as TLS version v (0: any).
func (p pair) try(url string, v uint16) Try {
	return Try{URL: url, Certificate: p.client, Roots: pkitest.Pool(p.root.Certificate), TrustNames: []string{"Acme Root"},
		MinVersion: v, MaxVersion: v, Now: clock}
}
