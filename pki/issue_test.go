package pki_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// profile is what the table of the profiles fixes of a certificate.
type profile struct {
	IsCA        bool
	PathLength  int
	KeyUsage    []string
	ExtKeyUsage []string
	Extensions  []pki.Extension
}

// extensions lists extensions by name; a leading "!" is critical.
func extensions(list ...string) []pki.Extension {
	oids := map[string]string{
		"keyUsage": "2.5.29.15", "extKeyUsage": "2.5.29.37", "basicConstraints": "2.5.29.19",
		"subjectKeyIdentifier": "2.5.29.14", "authorityKeyIdentifier": "2.5.29.35", "subjectAltName": "2.5.29.17",
	}
	var out []pki.Extension
	for _, name := range list {
		name, critical := strings.CutPrefix(name, "!")
		out = append(out, pki.Extension{OID: oids[name], Name: name, Critical: critical})
	}
	return out
}

func withRSA(r pki.Request) pki.Request {
	r.Key = pki.RSA2048
	return r
}

// leafExtensions are those of every leaf, and more.
func leafExtensions(more ...string) []pki.Extension {
	return extensions(append([]string{"!keyUsage", "extKeyUsage", "!basicConstraints",
		"subjectKeyIdentifier", "authorityKeyIdentifier"}, more...)...)
}

func TestProfiles(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	issue := func(r pki.Request) *x509.Certificate {
		c, _ := mustIssue(t, root, r)
		return c
	}
	withPath := func(n int) pki.Request {
		r := request(t, pki.Authority, "Test Intermediate", "")
		r.PathLength = n
		return r
	}
	ca := []string{"keyCertSign", "cRLSign"}
	sign, encipher := []string{"digitalSignature"}, []string{"digitalSignature", "keyEncipherment"}
	authority := extensions("!keyUsage", "!basicConstraints", "subjectKeyIdentifier", "authorityKeyIdentifier")
	long := strings.Repeat("a", 60) + ".example.com"
	tests := []struct {
		name string
		c    *x509.Certificate
		want profile
	}{
		{"root", root.Certificate, profile{true, -1, ca, nil, extensions("!keyUsage", "!basicConstraints", "subjectKeyIdentifier")}},
		{"intermediate", issue(withPath(-1)), profile{true, 0, ca, nil, authority}},
		{"intermediate with path length 2", issue(withPath(2)), profile{true, 2, ca, nil, authority}},
		{"server", issue(request(t, pki.Server, "", "localhost")), profile{false, -1, sign, []string{"serverAuth"}, leafExtensions("subjectAltName")}},
		{"server with an RSA key", issue(withRSA(request(t, pki.Server, "", "localhost"))),
			profile{false, -1, encipher, []string{"serverAuth"}, leafExtensions("subjectAltName")}},
		{"server with an empty subject", issue(request(t, pki.Server, "", long)),
			profile{false, -1, sign, []string{"serverAuth"}, leafExtensions("!subjectAltName")}},
		{"client", issue(request(t, pki.Client, "Super Client", "")), profile{false, -1, sign, []string{"clientAuth"}, leafExtensions()}},
		{"client with an RSA key", issue(withRSA(request(t, pki.Client, "Super Client", ""))), profile{false, -1, sign, []string{"clientAuth"}, leafExtensions()}},
		{"client with an e-mail name", issue(request(t, pki.Client, "Super Client", "a@b.example")),
			profile{false, -1, sign, []string{"clientAuth"}, leafExtensions("subjectAltName")}},
		{"both", issue(request(t, pki.Both, "", "::1")),
			profile{false, -1, sign, []string{"serverAuth", "clientAuth"}, leafExtensions("subjectAltName")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := pki.Describe(test.c)
			got := profile{d.IsCA, d.PathLength, d.KeyUsage, d.ExtKeyUsage, d.Extensions}
			if len(got.ExtKeyUsage) == 0 {
				got.ExtKeyUsage = nil
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if !test.c.BasicConstraintsValid || test.c.Version != 3 {
				t.Error("no basic constraints, or not version 3")
			}
			if !bytes.Equal(test.c.RawIssuer, root.Certificate.RawSubject) {
				t.Error("not its issuer's name")
			}
			if test.name != "root" && !bytes.Equal(test.c.AuthorityKeyId, root.Certificate.SubjectKeyId) {
				t.Error("not its issuer's key identifier")
			}
			if id, err := pki.KeyID(test.c.PublicKey); err != nil || !bytes.Equal(id, test.c.SubjectKeyId) {
				t.Errorf("key identifier %x, want %x (%v)", test.c.SubjectKeyId, id, err)
			}
		})
	}
}

func TestDates(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	tests := []struct {
		name     string
		notAfter time.Time
		want     string
	}{
		{"default", time.Time{}, "2027-04-02T12:00:00Z"},
		{"whole seconds", now.Add(time.Hour), "2026-03-01T13:00:00Z"},
		{"in another zone", now.Add(time.Hour).In(time.FixedZone("", -7200)), "2026-03-01T13:00:00Z"},
		{"cut to the issuer's", now.AddDate(50, 0, 0), "2036-03-01T12:00:00Z"},
	}
	for _, test := range tests {
		r := request(t, pki.Client, "Super Client", "")
		r.NotAfter = test.notAfter
		c, _ := mustIssue(t, root, r)
		if got := c.NotBefore.Format(time.RFC3339); got != "2026-03-01T11:00:00Z" {
			t.Errorf("%s: not before %s", test.name, got)
		}
		if got := c.NotAfter.Format(time.RFC3339); got != test.want {
			t.Errorf("%s: not after %s, want %s", test.name, got, test.want)
		}
	}
	r := request(t, pki.Authority, "Long Root", "")
	r.NotAfter = time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC) // GeneralizedTime
	c, err := pki.SelfSign(r, pkitest.Key(t, pki.P256), now, rand.Reader)
	if err != nil || !c.NotAfter.Equal(r.NotAfter) {
		t.Errorf("root until 2060: %v", err)
	}
}

func TestSerials(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	for _, octet := range []byte{0x00, 0x7f, 0x80, 0xff} {
		key := pkitest.Key(t, pki.P256)
		random := io.MultiReader(bytes.NewReader(bytes.Repeat([]byte{octet}, 16)), rand.Reader)
		c, err := pki.Issue(root, request(t, pki.Client, "Super Client", ""), key.Public(), now, random)
		if err != nil {
			t.Fatal(err)
		}
		if c.SerialNumber.Sign() != 1 || len(c.SerialNumber.Bytes()) != 16 {
			t.Errorf("random %x: serial number %x", octet, c.SerialNumber)
		}
	}
	_, err := pki.Issue(root, request(t, pki.Client, "Super Client", ""), pkitest.Key(t, pki.P256).Public(), now, strings.NewReader("short"))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("no randomness: %v", err)
	}
}

func TestSignatureAlgorithms(t *testing.T) {
	tests := map[pki.KeyKind]x509.SignatureAlgorithm{
		pki.P256:    x509.ECDSAWithSHA256,
		pki.P384:    x509.ECDSAWithSHA384,
		pki.P521:    x509.ECDSAWithSHA512,
		pki.RSA2048: x509.SHA256WithRSA,
		pki.RSA3072: x509.SHA256WithRSA,
		pki.Ed25519: x509.PureEd25519,
	}
	for kind, want := range tests {
		root := newRoot(t, kind, "Test Root")
		if got := root.Certificate.SignatureAlgorithm; got != want {
			t.Errorf("%s: root signed with %s, want %s", kind, got, want)
		}
		c, _ := mustIssue(t, root, request(t, pki.Client, "Super Client", ""))
		if c.SignatureAlgorithm != want {
			t.Errorf("%s: leaf signed with %s, want %s", kind, c.SignatureAlgorithm, want)
		}
	}
}

func TestServerCommonName(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	long := strings.Repeat("a", 60) + ".example.com"
	tests := []struct{ commonName, names, want string }{
		{"", "a.example b.example", "a.example"},
		{"", "x@a.example 192.0.2.1", "192.0.2.1"},
		{"", "bücher.example", "xn--bcher-kva.example"},
		{"", long + " a.example", ""},
		{"", "spiffe://a.example/b", ""},
		{"My Server", "a.example", "My Server"},
	}
	for _, test := range tests {
		c, _ := mustIssue(t, root, request(t, pki.Server, test.commonName, test.names))
		if got := c.Subject.CommonName; got != test.want {
			t.Errorf("%q, %q: common name %q, want %q", test.commonName, test.names, got, test.want)
		}
	}
}

func TestSubjectEncoding(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	r := request(t, pki.Client, " Jörg ", "")
	r.Subject = pki.Subject{
		CommonName: " Jörg ", Organization: "Example, Inc.", OrganizationalUnit: "Unit", Locality: "Town", State: "State",
		Country: "de", Street: "Street 1", DomainComponent: "example.com", UserID: "joerg", SerialNumber: "42",
		EmailAddress: "j@example.com",
	}
	c, _ := mustIssue(t, root, r)
	want := []string{ // type, ASN.1 tag, value
		"0.9.2342.19200300.100.1.25 22 com", "0.9.2342.19200300.100.1.25 22 example",
		"2.5.4.6 19 DE", "2.5.4.8 12 State", "2.5.4.7 12 Town", "2.5.4.9 12 Street 1",
		"2.5.4.10 12 Example, Inc.", "2.5.4.11 12 Unit", "2.5.4.3 12 Jörg",
		"0.9.2342.19200300.100.1.1 12 joerg", "2.5.4.5 19 42", "1.2.840.113549.1.9.1 22 j@example.com",
	}
	if diff := cmp.Diff(want, attributes(t, c.RawSubject)); diff != "" {
		t.Error(diff)
	}
	const line = `emailAddress=j@example.com, serialNumber=42, UID=joerg, CN=Jörg, OU=Unit, O=Example\, Inc., ` +
		`STREET=Street 1, L=Town, ST=State, C=DE, DC=example, DC=com`
	if got := pki.Describe(c).Subject; got != line {
		t.Errorf("shown as %s, want %s", got, line)
	}
}

// attributes reads a distinguished name without crypto/x509.
func attributes(t *testing.T, der []byte) []string {
	t.Helper()
	type attribute struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	type attributeSET []attribute
	var name []attributeSET
	if rest, err := asn1.Unmarshal(der, &name); err != nil || len(rest) > 0 {
		t.Fatal(err, rest)
	}
	var out []string
	for _, set := range name {
		if len(set) != 1 {
			t.Errorf("%d attributes in a set", len(set))
		}
		out = append(out, set[0].Type.String()+" "+itoa(set[0].Value.Tag)+" "+string(set[0].Value.Bytes))
	}
	return out
}

func itoa(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }

func TestIssueRefuses(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	other := newRoot(t, pki.P256, "Other Root")
	key := pkitest.Key(t, pki.P256)
	mismatch := pki.Issuer{Certificate: root.Certificate, Key: other.Key}
	tests := []struct {
		name    string
		issuer  pki.Issuer
		request pki.Request
		subject any
		want    pki.Faults
	}{
		{"no issuer", pki.Issuer{}, request(t, pki.Client, "a", ""), key.Public(),
			pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerMissing}}},
		{"no key", pki.Issuer{Certificate: root.Certificate}, request(t, pki.Client, "a", ""), key.Public(),
			pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerKeyMismatch, Value: "Test Root"}}},
		{"another key, and a fault of the request", mismatch, request(t, pki.Client, "", ""), key.Public(), pki.Faults{
			{Field: pki.FieldName, Code: pki.CodeNameMissing},
			{Field: pki.FieldIssuer, Code: pki.CodeIssuerKeyMismatch, Value: "Test Root"}}},
		{"the issuer's own key", root, request(t, pki.Client, "a", ""), root.Key.Public(),
			pki.Faults{{Field: pki.FieldKey, Code: pki.CodeKeyIsIssuers}}},
		{"no subject", root, request(t, pki.Client, "a", ""), nil,
			pki.Faults{{Field: pki.FieldKey, Code: pki.CodeKeyUnknown}}},
	}
	for _, test := range tests {
		c, err := pki.Issue(test.issuer, test.request, test.subject, now, rand.Reader)
		if diff := cmp.Diff(test.want, faultsOf(t, err)); diff != "" || c != nil {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	if _, err := pki.SelfSign(request(t, pki.Server, "", "localhost"), key, now, rand.Reader); faultsOf(t, err)[0].Code != pki.CodeIssuerMissing {
		t.Errorf("a self-signed server: %v", err)
	}
}

// What was asked is not changed, so that a form can ask again.
func TestIssueLeavesItsInputAlone(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	r := request(t, pki.Server, "", "b.example a.example")
	r.Names = append(r.Names, r.Names[0])
	r.Subject.Country = "de"
	before := r
	before.Names = append([]pki.Name(nil), r.Names...)
	raw := bytes.Clone(root.Certificate.Raw)
	c, _ := mustIssue(t, root, r)
	if diff := cmp.Diff(before, r); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(raw, root.Certificate.Raw) {
		t.Error("the issuer was changed")
	}
	if diff := cmp.Diff([]string{"b.example", "a.example"}, c.DNSNames); diff != "" {
		t.Error(diff)
	}
}

// OpenSSL at its strictest, and crypto/x509, accept each kind under each kind
// of key.
func TestForeignVerify(t *testing.T) {
	pkitest.Need(t, "openssl")
	for _, kind := range []pki.KeyKind{pki.P256, pki.P384, pki.P521, pki.RSA2048, pki.Ed25519} {
		t.Run(string(kind), func(t *testing.T) {
			root := newRoot(t, kind, "Test Root")
			r := request(t, pki.Authority, "Test Intermediate", "")
			r.Key = kind
			middle := pki.Issuer{}
			middle.Certificate, middle.Key = mustIssue(t, root, r)
			ca := pkitest.File(t, "root.pem", pki.EncodeCertificates(root.Certificate))
			chain := pkitest.File(t, "chain.pem", pki.EncodeCertificates(middle.Certificate))
			for _, test := range []struct{ kind, purpose pki.Kind }{
				{pki.Server, pki.Server}, {pki.Client, pki.Client}, {pki.Both, pki.Server}, {pki.Both, pki.Client},
			} {
				r := request(t, test.kind, "Super Client", "localhost 127.0.0.1 a@example.com spiffe://example.com/x")
				r.Key = kind
				c, _ := mustIssue(t, middle, r)
				leaf := pkitest.File(t, "leaf.pem", pki.EncodeCertificates(c))
				out := pkitest.Run(t, "openssl", "verify", "-x509_strict", "-purpose", "ssl"+string(test.purpose),
					"-attime", "1772366400", "-CAfile", ca, "-untrusted", chain, leaf)
				if !strings.HasSuffix(strings.TrimSpace(out), ": OK") {
					t.Errorf("openssl: %s", out)
				}
				usage := map[pki.Kind]x509.ExtKeyUsage{pki.Server: x509.ExtKeyUsageServerAuth, pki.Client: x509.ExtKeyUsageClientAuth}
				if _, err := c.Verify(x509.VerifyOptions{
					Roots: pkitest.Pool(root.Certificate), Intermediates: pkitest.Pool(middle.Certificate),
					CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage[test.purpose]}, DNSName: "localhost",
				}); err != nil {
					t.Errorf("crypto/x509: %v", err)
				}
			}
		})
	}
}
