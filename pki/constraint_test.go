package pki_test

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestParseConstraints(t *testing.T) {
	typed := "acme.test, *.Acme.example .x.test 10.0.0.9/8 192.168.0.1 2001:db8::/32 @acme.test boss@acme.test " +
		"email:.acme.test uri:acme.test URI:.acme.test bücher.example acme.test"
	got, faults := pki.ParseConstraints(typed, pki.FieldPermitted)
	if faults != nil {
		t.Fatal(faults)
	}
	want := []pki.Name{
		{Kind: pki.NameDNS, Value: "acme.test", Shown: "acme.test"},
		{Kind: pki.NameDNS, Value: ".acme.example", Shown: ".acme.example"},
		{Kind: pki.NameDNS, Value: ".x.test", Shown: ".x.test"},
		{Kind: pki.NameIP, Value: "10.0.0.0/8", Shown: "10.0.0.0/8"},
		{Kind: pki.NameIP, Value: "192.168.0.1/32", Shown: "192.168.0.1/32"},
		{Kind: pki.NameIP, Value: "2001:db8::/32", Shown: "2001:db8::/32"},
		{Kind: pki.NameEmail, Value: "acme.test", Shown: "acme.test"},
		{Kind: pki.NameEmail, Value: "boss@acme.test", Shown: "boss@acme.test"},
		{Kind: pki.NameEmail, Value: ".acme.test", Shown: ".acme.test"},
		{Kind: pki.NameURI, Value: "acme.test", Shown: "acme.test"},
		{Kind: pki.NameURI, Value: ".acme.test", Shown: ".acme.test"},
		{Kind: pki.NameDNS, Value: "xn--bcher-kva.example", Shown: "bücher.example"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, typed := range []string{"10.0.0.0/33", "a..b", "uri:http://x", "uri:10.0.0.1", "@", "a b@c", "dns:", "*", "::ffff:10.0.0.0/100", "dirname:x",
		"dn:", "dn:acme.test", "dn:O=", "dn:C=DEU", "dn:O=a+OU=b", "dn:O=#0c0161", "dn:nonsense=x", "dn:O=" + strings.Repeat("x", 65)} {
		if n, err := pki.ParseConstraint(typed); err == nil {
			t.Errorf("%s: %+v", typed, n)
		}
	}
}

// constrained makes an intermediate with name constraints below issuer.
func constrained(t testing.TB, issuer pki.Issuer, name, permitted, excluded string, pathLength int) pki.Issuer {
	t.Helper()
	r := request(t, pki.Authority, name, "")
	var faults, more pki.Faults
	r.Constraints.Permitted, faults = pki.ParseConstraints(permitted, pki.FieldPermitted)
	r.Constraints.Excluded, more = pki.ParseConstraints(excluded, pki.FieldExcluded)
	if faults = append(faults, more...); faults != nil {
		t.Fatal(faults)
	}
	r.PathLength = pathLength
	c, key := mustIssue(t, issuer, r)
	above := append([]*x509.Certificate{issuer.Certificate}, issuer.Above...)
	return pki.Issuer{Certificate: c, Key: key, Above: above}
}

// forced signs a client with a name, whatever its issuer may sign.
func forced(t testing.TB, issuer pki.Issuer, r pki.Request) *x509.Certificate {
	t.Helper()
	c, _ := pkitest.Leaf(t, issuer, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = now.Add(-1e9), now.AddDate(0, 1, 0)
		c.Subject.CommonName, c.DNSNames = r.Subject.CommonName, nil
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		for _, n := range r.Names {
			switch n.Kind {
			case pki.NameDNS:
				c.DNSNames = append(c.DNSNames, n.Value)
			case pki.NameIP:
				c.IPAddresses = append(c.IPAddresses, netip.MustParseAddr(n.Value).AsSlice())
			case pki.NameEmail:
				c.EmailAddresses = append(c.EmailAddresses, n.Value)
			case pki.NameURI:
				u, err := url.Parse(n.Value)
				if err != nil {
					t.Fatal(err)
				}
				c.URIs = append(c.URIs, u)
			}
		}
	})
	return c
}

// opensslTakes tells whether openssl verify -x509_strict takes c through the
// authorities of issuer.
func opensslTakes(t testing.TB, c *x509.Certificate, issuer pki.Issuer) (string, bool) {
	t.Helper()
	chain := append([]*x509.Certificate{issuer.Certificate}, issuer.Above...)
	root := pkitest.File(t, "root.pem", pki.EncodeCertificates(chain[len(chain)-1]))
	middle := pkitest.File(t, "middle.pem", pki.EncodeCertificates(chain...))
	out, err := pkitest.Try(t, "openssl", "verify", "-x509_strict", "-attime", fmt.Sprint(now.Unix()+60),
		"-CAfile", root, "-untrusted", middle, pkitest.File(t, "leaf.pem", pki.EncodeCertificates(c)))
	return out, err == nil
}

// goTakes asks crypto/x509 the same.
func goTakes(c *x509.Certificate, issuer pki.Issuer) error {
	chain := append([]*x509.Certificate{issuer.Certificate}, issuer.Above...)
	_, err := c.Verify(x509.VerifyOptions{Roots: pkitest.Pool(chain[len(chain)-1]), Intermediates: pkitest.Pool(chain...),
		CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	return err
}

// What we refuse to sign is what OpenSSL and Go refuse when it is signed all
// the same; what we sign they take. The constraints stand two authorities above.
func TestNameConstraintsAsClientsSeeThem(t *testing.T) {
	pkitest.Need(t, "openssl")
	root := newRoot(t, pki.P256, "Test Root")
	middle := constrained(t, root, "Middle", "acme.test .below.test 10.0.0.0/8 2001:db8::/32 @acme.test uri:acme.test", "secret.acme.test 10.9.0.0/16", 3)
	issuer := constrained(t, middle, "Issuing", "", "", 0)
	tests := []struct {
		commonName, names string
		want              bool
		goDiffers         bool // Go does not look at subjects, and takes a host for its subdomains too
	}{
		{"Super Client", "", true, false},
		{"alice", "acme.test", true, false},
		{"alice", "a.b.acme.test", true, false},
		{"alice", "*.b.acme.test", true, false},
		{"alice", "a.below.test", true, false},
		{"alice", "10.1.2.3 2001:db8::1", true, false},
		{"alice", "a@acme.test", true, false},
		{"alice", "spiffe://acme.test/alice", true, false},
		{"alice.acme.test", "", true, false},
		{"alice.other.test", "a.acme.test", true, false},
		{"alice", "other.test", false, false},
		{"alice", "notacme.test", false, false},
		{"alice", "below.test", false, false},
		{"alice", "secret.acme.test", false, false},
		{"alice", "a.secret.acme.test", false, false},
		{"alice", "11.0.0.1", false, false},
		{"alice", "10.9.1.1", false, false},
		{"alice", "2001:db9::1", false, false},
		{"alice", "a@other.test", false, false},
		{"alice", "a@x.acme.test", false, true},
		{"alice", "spiffe://other.test/alice", false, false},
		{"alice.other.test", "", false, true},
		{"192.168.0.1", "", false, true},
	}
	for _, test := range tests {
		t.Run(test.commonName+" "+test.names, func(t *testing.T) {
			r := request(t, pki.Client, test.commonName, test.names)
			key := pkitest.Key(t, pki.P256)
			c, err := pki.Issue(issuer, r, key.Public(), now, rand.Reader)
			if signed := err == nil; signed != test.want {
				t.Fatalf("signed: %v (%v)", signed, err)
			}
			if !test.want {
				if f := faultsOf(t, err); f[0].Code != pki.CodeIssuerNameConstraints {
					t.Errorf("%v", f)
				}
				c = forced(t, issuer, r)
			}
			if out, takes := opensslTakes(t, c, issuer); takes != test.want {
				t.Errorf("openssl takes it: %v\n%s", takes, out)
			}
			if err := goTakes(c, issuer); (err == nil) != (test.want || test.goDiffers) {
				t.Errorf("crypto/x509: %v", err)
			}
		})
	}
}

// A server named after its address only has no common name where OpenSSL would
// take that for a DNS name that is not permitted.
func TestServerOfAnAddressBelowConstraints(t *testing.T) {
	pkitest.Need(t, "openssl")
	root := newRoot(t, pki.P256, "Test Root")
	issuer := constrained(t, root, "Issuing", "acme.test 10.0.0.0/8", "", 0)
	c, _ := mustIssue(t, issuer, request(t, pki.Server, "", "10.0.0.7"))
	if out, takes := opensslTakes(t, c, issuer); !takes || c.Subject.CommonName != "" {
		t.Errorf("common name %q: %s", c.Subject.CommonName, out)
	}
}

func TestCheckConstraints(t *testing.T) {
	network := pki.Name{Kind: pki.NameIP, Value: "10.0.0.1/8"}
	runChecks(t, []checkTest{
		{"on a client", client(t, func(r *pki.Request) { r.Constraints.Permitted = []pki.Name{{Kind: pki.NameDNS, Value: "a.test"}} }),
			fault(pki.FieldPermitted, pki.CodeConstraintsUnwanted, "a.test")},
		{"host bits", authority(t, func(r *pki.Request) { r.Constraints.Excluded = []pki.Name{network} }),
			fault(pki.FieldExcluded, pki.CodeConstraintBad, "10.0.0.1/8")},
		{"directory name", authority(t, func(r *pki.Request) { r.Constraints.Excluded = []pki.Name{{Kind: pki.NameDirectory, Value: "O=x"}} }), nil},
		{"directory name in another form", authority(t, func(r *pki.Request) {
			r.Constraints.Excluded = []pki.Name{{Kind: pki.NameDirectory, Value: "O=x, C=DE"}}
		}), fault(pki.FieldExcluded, pki.CodeConstraintBad, "O=x, C=DE")},
		{"too many", authority(t, func(r *pki.Request) { r.Constraints.Permitted = make([]pki.Name, 257) }),
			fault(pki.FieldPermitted, pki.CodeConstraintsCount, "256")},
	})
}

// Constraints on directory names that come from elsewhere. crypto/x509 does not
// read them; OpenSSL does.
func TestDirectoryConstraints(t *testing.T) {
	pkitest.Need(t, "openssl")
	root := newRoot(t, pki.P256, "Test Root")
	key := pkitest.Key(t, pki.P256)
	pem, err := pki.EncodeKey(key)
	if err != nil {
		t.Fatal(err)
	}
	rootKey, err := pki.EncodeKey(root.Key)
	if err != nil {
		t.Fatal(err)
	}
	config := pkitest.File(t, "openssl.cnf", []byte("[req]\ndistinguished_name=dn\n[dn]\n[ext]\nbasicConstraints=critical,CA:TRUE\n"+
		"keyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nnameConstraints=critical,permitted;dirName:wanted\n"+
		"[wanted]\nC=DE\nO=Acme\n"))
	out := pkitest.File(t, "out.pem", nil)
	pkitest.Run(t, "openssl", "req", "-x509", "-new", "-config", config, "-extensions", "ext", "-subj", "/CN=Middle", "-days", "3650",
		"-key", pkitest.File(t, "key.pem", pem), "-CA", pkitest.File(t, "root.pem", pki.EncodeCertificates(root.Certificate)),
		"-CAkey", pkitest.File(t, "root.key", rootKey), "-out", out)
	issuer := pki.Issuer{Certificate: readCertificate(t, out), Key: key, Above: []*x509.Certificate{root.Certificate}}
	later := issuer.Certificate.NotBefore.AddDate(0, 0, 1)

	want := pki.NameConstraints{Permitted: []pki.Name{{Kind: pki.NameDirectory, Value: "O=Acme,C=DE", Shown: "O=Acme, C=DE"}}}
	if diff := cmp.Diff(want, pki.ConstraintsOf(issuer.Certificate)); diff != "" {
		t.Error(diff)
	}
	if same, missing := pki.RequestOf(issuer.Certificate); len(missing) > 0 || cmp.Diff(want, same.Constraints) != "" {
		t.Errorf("left behind %v of %v", missing, same.Constraints)
	}
	r := request(t, pki.Client, "alice", "")
	r.Subject.Country, r.Subject.Organization, r.Subject.Locality = "DE", "ACME", "Berlin"
	if err := r.Check(issuer.Certificate, later); faultsOf(t, err) == nil {
		t.Error("a locality stands between country and organization")
	}
	r.Subject.Locality, r.Subject.OrganizationalUnit = "", "Sales"
	if err := r.Check(issuer.Certificate, later); err != nil {
		t.Error(err)
	}
	r.Subject.Country = "AT"
	if diff := cmp.Diff(fault(pki.FieldName, pki.CodeIssuerNameConstraints, "CN=alice,OU=Sales,O=ACME,C=AT"),
		faultsOf(t, r.Check(issuer.Certificate, later))); diff != "" {
		t.Error(diff)
	}
}

func TestConstraintsOfNetworks(t *testing.T) {
	c := newIssuer(t, func(c *x509.Certificate) {
		c.ExcludedIPRanges = []*net.IPNet{{IP: net.IP{10, 0, 0, 0}, Mask: net.CIDRMask(8, 32)}}
	})
	want := pki.NameConstraints{Excluded: []pki.Name{{Kind: pki.NameIP, Value: "10.0.0.0/8", Shown: "10.0.0.0/8"}}}
	if diff := cmp.Diff(want, pki.ConstraintsOf(c)); diff != "" {
		t.Error(diff)
	}
	r, _ := pki.RequestOf(c)
	if diff := cmp.Diff(want, r.Constraints); diff != "" {
		t.Error(diff)
	}
}
