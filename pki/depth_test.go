package pki_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// authorities makes a root and n authorities below one another, whose path
// lengths leave just the room that is needed.
func authorities(t testing.TB, n int) pki.Issuer {
	t.Helper()
	issuer := newRoot(t, pki.P256, "Test Root")
	for i := range n {
		issuer = constrained(t, issuer, fmt.Sprintf("Level %d", i+1), "", "", n-1-i)
	}
	return issuer
}

// Four intermediates deep, OpenSSL, GnuTLS and a handshake by crypto/tls take
// what was signed.
func TestFourIntermediates(t *testing.T) {
	pkitest.Need(t, "openssl")
	issuer := authorities(t, 4)
	server, serverKey := mustIssue(t, issuer, request(t, pki.Server, "", "localhost"))
	client, clientKey := mustIssue(t, issuer, request(t, pki.Client, "Super Client", ""))
	for _, c := range []*x509.Certificate{server, client} {
		if out, takes := opensslTakes(t, c, issuer); !takes {
			t.Error(out)
		}
	}
	root := issuer.Above[len(issuer.Above)-1]
	between := append([]*x509.Certificate{issuer.Certificate}, issuer.Above[:len(issuer.Above)-1]...)
	clock := func() time.Time { return now }
	err := shake(&tls.Config{
		Certificates: []tls.Certificate{pkitest.TLS(server, serverKey, between...)}, Time: clock,
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pkitest.Pool(root),
	}, &tls.Config{
		Certificates: []tls.Certificate{pkitest.TLS(client, clientKey, between...)}, Time: clock,
		RootCAs: pkitest.Pool(root), ServerName: "localhost",
	})
	if err != nil {
		t.Error(err)
	}
}

// GnuTLS reads all fields and takes the chain. It knows no other time than the
// system's, so the chain is made for that.
func TestCertToolReadsFields(t *testing.T) {
	pkitest.Need(t, "certtool")
	at := time.Now()
	root := pkitest.Root(t, "Test Root")
	r := request(t, pki.Authority, "Middle", "")
	r.Constraints.Permitted, _ = pki.ParseConstraints("acme.test 10.0.0.0/8 @acme.test", pki.FieldPermitted)
	r.PathLength = 2
	key := pkitest.Key(t, pki.P256)
	middle, err := pki.Issue(root, r, key.Public(), at, nil)
	if err != nil {
		t.Fatal(err)
	}
	leaf := everyField(t)
	leaf.Names, leaf.NotBefore, leaf.NotAfter = names(t, "a.acme.test"), time.Time{}, time.Time{}
	leaf.Subject.EmailAddress = "alice@acme.test"
	c, err := pki.Issue(pki.Issuer{Certificate: middle, Key: key, Above: []*x509.Certificate{root.Certificate}}, leaf,
		pkitest.Key(t, pki.P256).Public(), at, nil)
	if err != nil {
		t.Fatal(err)
	}
	chain := pkitest.File(t, "chain.pem", pki.EncodeCertificates(c, middle, root.Certificate))
	if out := pkitest.Run(t, "certtool", "--verify-chain", "--infile", chain); !strings.Contains(out, "Verified. The certificate is trusted.") {
		t.Error(out)
	}
	out := pkitest.Run(t, "certtool", "--certificate-info", "--infile", pkitest.File(t, "leaf.pem", pki.EncodeCertificates(c)))
	for _, want := range []string{"OU=Sales", "OU=East", "title=Dr", "1.2.3.4=#", "UID=alice", "Key agreement.",
		"URI: http://ca.test/a.crl", "Access Location URI: http://ca.test/ocsp", "1.3.6.1.5.5.7.3.17", "Email protection."} {
		if !strings.Contains(out, want) && !strings.Contains(out, strings.ReplaceAll(want, "1.3.6.1.5.5.7.3.17", "Ipsec IKE")) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// keytool reads the extensions too.
func TestKeytoolReadsFields(t *testing.T) {
	pkitest.Need(t, "keytool")
	root := newRoot(t, pki.P256, "Test Root")
	middle := constrained(t, root, "Middle", "acme.test 10.0.0.0/8", "secret.acme.test", 1)
	out := pkitest.Run(t, "keytool", "-printcert", "-file", pkitest.File(t, "middle.pem", pki.EncodeCertificates(middle.Certificate)))
	for _, want := range []string{"PathLen:1", "DNSName: acme.test", "IPAddress: 10.0.0.0/255.0.0.0", "DNSName: secret.acme.test"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	c, _ := mustIssue(t, root, everyField(t))
	out = pkitest.Run(t, "keytool", "-printcert", "-file", pkitest.File(t, "leaf.pem", pki.EncodeCertificates(c)))
	for _, want := range []string{"clientAuth", "emailProtection", "1.2.3.4.5", "http://ca.test/b.crl", "http://ca.test/ca.crt", "Key_Agreement"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// A path length is kept to through the whole chain; OpenSSL refuses what we do
// not sign.
func TestPathLengthThroughTheChain(t *testing.T) {
	pkitest.Need(t, "openssl")
	root := newRoot(t, pki.P256, "Test Root")
	middle := constrained(t, root, "Middle", "", "", 1)
	// An authority from elsewhere that claims more than Middle leaves.
	foreign := pki.Issuer{Key: pkitest.Key(t, pki.P256), Above: []*x509.Certificate{middle.Certificate, root.Certificate}}
	foreign.Certificate = pkitest.Sign(t, middle, foreign.Key, func(c *x509.Certificate) {
		c.Subject.CommonName, c.DNSNames, c.ExtKeyUsage = "Foreign", nil, nil
		c.NotBefore, c.NotAfter = now.Add(-time.Minute), now.AddDate(1, 0, 0)
		c.IsCA, c.MaxPathLen, c.KeyUsage = true, -1, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	})
	if c, _ := mustIssue(t, foreign, request(t, pki.Client, "alice", "")); c != nil {
		if out, takes := opensslTakes(t, c, foreign); !takes {
			t.Error(out)
		}
	}
	below := request(t, pki.Authority, "Too Deep", "")
	want := fault(pki.FieldIssuer, pki.CodeIssuerAbovePathLength, "Middle")
	if diff := cmp.Diff(want, faultsOf(t, below.Check(foreign.Certificate, now, foreign.Above...))); diff != "" {
		t.Error(diff)
	}
	deep := pki.Issuer{Key: pkitest.Key(t, pki.P256), Above: append([]*x509.Certificate{foreign.Certificate}, foreign.Above...)}
	deep.Certificate = pkitest.Sign(t, foreign, deep.Key, func(c *x509.Certificate) {
		*c = *foreign.Certificate
		c.RawSubject, c.Subject.CommonName, c.SubjectKeyId, c.ExtraExtensions = nil, "Too Deep", []byte{1}, nil
	})
	if out, takes := opensslTakes(t, forced(t, deep, request(t, pki.Client, "alice", "")), deep); takes {
		t.Error(out)
	}
	// And through the issuer's own.
	if diff := cmp.Diff(fault(pki.FieldIssuer, pki.CodeIssuerPathLength, "0"),
		faultsOf(t, below.Check(constrained(t, root, "Flat", "", "", 0).Certificate, now))); diff != "" {
		t.Error(diff)
	}
}

// An authority for servers only signs no clients, nor does one below it.
func TestAuthorityForServersOnly(t *testing.T) {
	pkitest.Need(t, "openssl")
	root := newRoot(t, pki.P256, "Test Root")
	r := request(t, pki.Authority, "Servers", "")
	r.ExtKeyUsage, r.PathLength = []string{"serverAuth"}, 1
	c, key := mustIssue(t, root, r)
	servers := pki.Issuer{Certificate: c, Key: key, Above: []*x509.Certificate{root.Certificate}}
	below := constrained(t, servers, "Below", "", "", 0)
	for _, issuer := range []pki.Issuer{servers, below} {
		wrong := request(t, pki.Client, "alice", "")
		if diff := cmp.Diff(fault(pki.FieldIssuer, pki.CodeIssuerPurpose, "client"),
			faultsOf(t, wrong.Check(issuer.Certificate, now, issuer.Above...))); diff != "" {
			t.Error(diff)
		}
		good, _ := mustIssue(t, issuer, request(t, pki.Server, "", "localhost"))
		if out, takes := opensslTakes(t, good, issuer); !takes {
			t.Error(out)
		}
	}
	otherwise := request(t, pki.Authority, "Clients", "")
	otherwise.ExtKeyUsage = []string{"clientAuth"}
	if diff := cmp.Diff(fault(pki.FieldIssuer, pki.CodeIssuerPurpose, "authority"), faultsOf(t, otherwise.Check(servers.Certificate, now))); diff != "" {
		t.Error(diff)
	}
}

// An authority below one that has ended signs nothing that anyone takes.
func TestExpiredAbove(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	old := newIssuer(t, func(c *x509.Certificate) { c.Subject.CommonName, c.NotAfter = "Old", now.Add(-time.Minute) })
	r := request(t, pki.Client, "alice", "")
	if diff := cmp.Diff(fault(pki.FieldIssuer, pki.CodeIssuerAboveExpired, "Old"), faultsOf(t, r.Check(root.Certificate, now, old))); diff != "" {
		t.Error(diff)
	}
}

// shake does a handshake over a pipe.
func shake(server, client *tls.Config) error {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	done := make(chan error, 1)
	go func() { done <- tls.Server(a, server).Handshake() }()
	c := tls.Client(b, client)
	if err := c.Handshake(); err != nil {
		return err
	}
	// In TLS 1.3 the server judges the client after the client is done.
	go c.Read(make([]byte, 1)) //nolint:errcheck // an alert, or nothing
	return <-done
}
