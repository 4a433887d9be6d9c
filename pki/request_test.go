package pki_test

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// A checkTest is a request and the faults it has below a good root at now.
type checkTest struct {
	name    string
	request pki.Request
	want    pki.Faults
}

func runChecks(t *testing.T, tests []checkTest) {
	t.Helper()
	root := newRoot(t, pki.P256, "Test Root").Certificate
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, faultsOf(t, test.request.Check(root, now))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func fault(field pki.Field, code, value string) pki.Faults {
	return pki.Faults{{Field: field, Code: code, Value: value}}
}

// server, client and authority make a good request and change it.
func server(t *testing.T, edit func(*pki.Request)) pki.Request {
	r := request(t, pki.Server, "", "localhost")
	edit(&r)
	return r
}

func client(t *testing.T, edit func(*pki.Request)) pki.Request {
	r := request(t, pki.Client, "Super Client", "")
	edit(&r)
	return r
}

func authority(t *testing.T, edit func(*pki.Request)) pki.Request {
	r := request(t, pki.Authority, "Test Authority", "")
	edit(&r)
	return r
}

func TestCheck(t *testing.T) {
	runChecks(t, []checkTest{
		{"server", server(t, func(r *pki.Request) {}), nil},
		{"client whose name is no domain", client(t, func(r *pki.Request) {}), nil},
		{"both", server(t, func(r *pki.Request) { r.Kind = pki.Both }), nil},
		{"intermediate", authority(t, func(r *pki.Request) {}), nil},
		{"no kind", server(t, func(r *pki.Request) { r.Kind = "" }), fault(pki.FieldKind, pki.CodeKindUnknown, "")},
		{"unknown kind", server(t, func(r *pki.Request) { r.Kind = "x" }), fault(pki.FieldKind, pki.CodeKindUnknown, "x")},
		{"no key", client(t, func(r *pki.Request) { r.Key = "" }), fault(pki.FieldKey, pki.CodeKeyUnknown, "")},
		{"unknown key", client(t, func(r *pki.Request) { r.Key = "rsa1024" }), fault(pki.FieldKey, pki.CodeKeyUnknown, "rsa1024")},

		{"ends now", client(t, func(r *pki.Request) { r.NotAfter = now }),
			fault(pki.FieldValidity, pki.CodeValidityPast, "2026-03-01T12:00:00Z")},
		{"ends in a minute", client(t, func(r *pki.Request) { r.NotAfter = now.Add(time.Minute) }), nil},
		{"ends after its issuer", client(t, func(r *pki.Request) { r.NotAfter = now.AddDate(20, 0, 0) }), nil},
		{"path length", authority(t, func(r *pki.Request) { r.PathLength = -3 }),
			fault(pki.FieldPathLength, pki.CodePathLength, "-3")},
		{"path length of a client", client(t, func(r *pki.Request) { r.PathLength = 3 }), nil},

		{"all at once", pki.Request{Kind: pki.Server, Subject: pki.Subject{Country: "X"}, NotAfter: now.AddDate(-1, 0, 0)}, pki.Faults{
			{Field: pki.FieldCountry, Code: pki.CodeCountryTwoLetter, Value: "X"},
			{Field: pki.FieldNames, Code: pki.CodeNamesMissing},
			{Field: pki.FieldKey, Code: pki.CodeKeyUnknown},
			{Field: pki.FieldValidity, Code: pki.CodeValidityPast, Value: "2025-03-01T12:00:00Z"},
		}},
	})
}

func TestCheckSubject(t *testing.T) {
	runChecks(t, []checkTest{
		{"client without a name", client(t, func(r *pki.Request) { r.Subject.CommonName = " " }),
			fault(pki.FieldName, pki.CodeNameMissing, "")},
		{"authority without a name", authority(t, func(r *pki.Request) { r.Subject.CommonName = "" }),
			fault(pki.FieldName, pki.CodeNameMissing, "")},
		{"64 characters", client(t, func(r *pki.Request) { r.Subject.CommonName = strings.Repeat("é", 64) }), nil},
		{"65 characters", client(t, func(r *pki.Request) { r.Subject.CommonName = strings.Repeat("a", 65) }),
			fault(pki.FieldName, pki.CodeNameTooLong, "64")},
		{"control character", client(t, func(r *pki.Request) { r.Subject.CommonName = "a\x00b" }),
			fault(pki.FieldName, pki.CodeNameControl, `a\u{0000}b`)},
		{"not UTF-8", client(t, func(r *pki.Request) { r.Subject.CommonName = "a\xff" }),
			fault(pki.FieldName, pki.CodeNameEncoding, `a\x{FF}`)},
		{"named as its issuer", client(t, func(r *pki.Request) { r.Subject.CommonName = "Test Root" }),
			fault(pki.FieldName, pki.CodeNameLikeIssuer, "Test Root")},
		{"country in lower case", client(t, func(r *pki.Request) { r.Subject.Country = "de " }), nil},
		{"country of three letters", client(t, func(r *pki.Request) { r.Subject.Country = "DEU" }),
			fault(pki.FieldCountry, pki.CodeCountryTwoLetter, "DEU")},
		{"country of digits", client(t, func(r *pki.Request) { r.Subject.Country = "12" }),
			fault(pki.FieldCountry, pki.CodeCountryTwoLetter, "12")},
		{"serial number", client(t, func(r *pki.Request) { r.Subject.SerialNumber = "é" }),
			fault(pki.FieldSerialNumber, pki.CodeNameEncoding, "é")},
		{"e-mail address", client(t, func(r *pki.Request) { r.Subject.EmailAddress = "é@example.com" }),
			fault(pki.FieldEmailAddress, pki.CodeNameEncoding, "é@example.com")},
		{"domain component", client(t, func(r *pki.Request) { r.Subject.DomainComponent = "example..com" }),
			fault(pki.FieldDomainComponent, pki.CodeNameEncoding, "example..com")},
	})
}

func TestCheckNames(t *testing.T) {
	runChecks(t, []checkTest{
		{"server without names", server(t, func(r *pki.Request) { r.Names = nil }),
			fault(pki.FieldNames, pki.CodeNamesMissing, "")},
		{"both without names", server(t, func(r *pki.Request) { r.Kind, r.Names = pki.Both, nil }),
			fault(pki.FieldNames, pki.CodeNamesMissing, "")},
		{"authority with names", authority(t, func(r *pki.Request) { r.Names = names(t, "a.example") }),
			fault(pki.FieldNames, pki.CodeNamesUnwanted, "a.example")},
		{"address as DNS name", server(t, func(r *pki.Request) { r.Names = []pki.Name{{Kind: pki.NameDNS, Value: "192.0.2.1"}} }),
			fault(pki.FieldNames, pki.CodeNamesAddressInDNS, "192.0.2.1")},
		{"DNS name as address", server(t, func(r *pki.Request) { r.Names = []pki.Name{{Kind: pki.NameIP, Value: "a.example"}} }),
			fault(pki.FieldNames, pki.CodeNamesBadIP, "a.example")},
		{"raw UTF-8 DNS name", server(t, func(r *pki.Request) { r.Names = []pki.Name{{Kind: pki.NameDNS, Value: "bücher.example"}} }),
			fault(pki.FieldNames, pki.CodeNamesBadDNS, "bücher.example")},
		{"DNS name as e-mail", server(t, func(r *pki.Request) { r.Names = []pki.Name{{Kind: pki.NameEmail, Value: "a.example"}} }),
			fault(pki.FieldNames, pki.CodeNamesBadEmail, "a.example")},
		{"DNS name as URI", server(t, func(r *pki.Request) { r.Names = []pki.Name{{Kind: pki.NameURI, Value: "a.example"}} }),
			fault(pki.FieldNames, pki.CodeNamesBadURI, "a.example")},
		{"name of no kind", server(t, func(r *pki.Request) { r.Names = []pki.Name{{Value: "a.example"}} }),
			fault(pki.FieldNames, pki.CodeNamesBadDNS, "a.example")},
		{"wildcard", server(t, func(r *pki.Request) { r.Names = []pki.Name{{Kind: pki.NameDNS, Value: "*.localhost"}} }),
			fault(pki.FieldNames, pki.CodeNamesWildcardWide, "*.localhost")},
	})
}

func TestCheckRoot(t *testing.T) {
	r := request(t, pki.Authority, "Test Root", "")
	if err := r.Check(nil, now); err != nil {
		t.Error(err)
	}
	r.NotAfter = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	want := pki.Faults{{Field: pki.FieldValidity, Code: pki.CodeValidityTooLong, Value: "9999"}}
	if diff := cmp.Diff(want, faultsOf(t, r.Check(nil, now))); diff != "" {
		t.Error(diff)
	}
	want = pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerMissing}}
	if diff := cmp.Diff(want, faultsOf(t, request(t, pki.Server, "", "localhost").Check(nil, now))); diff != "" {
		t.Error(diff)
	}
}

func TestCheckIssuer(t *testing.T) {
	fault := func(code, value string) pki.Faults {
		return pki.Faults{{Field: pki.FieldIssuer, Code: code, Value: value}}
	}
	tests := []struct {
		name string
		kind pki.Kind
		edit func(*x509.Certificate)
		want pki.Faults
	}{
		{"good", pki.Server, func(c *x509.Certificate) {}, nil},
		{"good for authorities", pki.Authority, func(c *x509.Certificate) { c.MaxPathLen = 1 }, nil},
		{"a leaf", pki.Server, func(c *x509.Certificate) { c.IsCA, c.MaxPathLen = false, 0 },
			fault(pki.CodeIssuerNotAuthority, "Test Issuer")},
		{"no basic constraints", pki.Server, func(c *x509.Certificate) { c.BasicConstraintsValid = false },
			fault(pki.CodeIssuerNotAuthority, "Test Issuer")},
		{"no keyCertSign", pki.Server, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign },
			fault(pki.CodeIssuerKeyUsage, "")},
		{"no key usage at all", pki.Server, func(c *x509.Certificate) { c.KeyUsage = 0 }, nil},
		{"for clients only", pki.Server, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} },
			fault(pki.CodeIssuerPurpose, "server")},
		{"for clients only, a client", pki.Client, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} },
			nil},
		{"for anything", pki.Both, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }, nil},
		{"expired", pki.Server, func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) },
			fault(pki.CodeIssuerExpired, "2026-03-01T11:59:59Z")},
		{"expires within this second", pki.Server, func(c *x509.Certificate) { c.NotAfter = now },
			fault(pki.CodeIssuerExpired, "2026-03-01T12:00:00Z")},
		{"not yet valid", pki.Server, func(c *x509.Certificate) { c.NotBefore = now.Add(time.Hour) },
			fault(pki.CodeIssuerNotYetValid, "2026-03-01T13:00:00Z")},
		{"path length 0, a server", pki.Server, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true }, nil},
		{"path length 0, an authority", pki.Authority, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true },
			fault(pki.CodeIssuerPathLength, "0")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := request(t, test.kind, "Somebody", "")
			if test.kind == pki.Server || test.kind == pki.Both {
				r.Names = names(t, "localhost")
			}
			if diff := cmp.Diff(test.want, faultsOf(t, r.Check(newIssuer(t, test.edit), now))); diff != "" {
				t.Error(diff)
			}
		})
	}
	r := request(t, pki.Authority, "Below", "")
	r.PathLength = 1
	issuer := newIssuer(t, func(c *x509.Certificate) { c.MaxPathLen = 1 })
	want := pki.Faults{{Field: pki.FieldPathLength, Code: pki.CodePathLengthOver, Value: "0"}}
	if diff := cmp.Diff(want, faultsOf(t, r.Check(issuer, now))); diff != "" {
		t.Error(diff)
	}
}

// A new authority does not promise more room below it than there is: by its
// issuer, and by those above. What says so already is renewed as it is.
func TestCheckRoomBelow(t *testing.T) {
	limited := func(name string, length int) *x509.Certificate {
		return newIssuer(t, func(c *x509.Certificate) {
			c.Subject.CommonName = name
			c.MaxPathLen, c.MaxPathLenZero = length, length == 0
		})
	}
	over := func(room string) pki.Faults {
		return pki.Faults{{Field: pki.FieldPathLength, Code: pki.CodePathLengthOver, Value: room}}
	}
	for _, test := range []struct {
		name          string
		issuer, above int // path lengths, -1 for none
		asked         int
		want          pki.Faults
	}{
		{"none under none", -1, -1, pki.PathUnlimited, nil},
		{"none under 2", 2, -1, pki.PathUnlimited, over("1")},
		{"none under 1", 1, -1, pki.PathUnlimited, over("0")},
		{"2 under 2", 2, -1, 2, over("1")},
		{"1 under 2", 2, -1, 1, nil},
		{"the usual under 1", 1, -1, pki.PathProfile, nil},
		{"none under none under 3", -1, 3, pki.PathUnlimited, over("1")},
		{"2 under none under 3", -1, 3, 2, over("1")},
		{"1 under none under 3", -1, 3, 1, nil},
		{"1 under 5 under 2", 5, 2, 1, over("0")},
		{"none under none under 1", -1, 1, pki.PathUnlimited,
			pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerAbovePathLength, Value: "Top"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := request(t, pki.Authority, "Below", "")
			r.PathLength = test.asked
			issuer, top := limited("Middle", test.issuer), limited("Top", test.above)
			if diff := cmp.Diff(test.want, faultsOf(t, r.Check(issuer, now, top))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCheckNameConstraints(t *testing.T) {
	issuer := newIssuer(t, func(c *x509.Certificate) {
		c.PermittedDNSDomainsCritical = true
		c.PermittedDNSDomains = []string{"example.com", ".below.example"}
		c.ExcludedDNSDomains = []string{"secret.example.com"}
		c.PermittedIPRanges = []*net.IPNet{{IP: net.IP{10, 0, 0, 0}, Mask: net.CIDRMask(8, 32)}}
		c.ExcludedIPRanges = []*net.IPNet{{IP: net.IP{10, 9, 0, 0}, Mask: net.CIDRMask(16, 32)}}
		c.PermittedEmailAddresses = []string{"example.com", ".sub.example.com", "boss@example.org"}
		c.PermittedURIDomains = []string{"example.com", ".trust.example"}
	})
	allowed := []string{
		"example.com", "a.example.com", "*.a.example.com", "x.below.example",
		"10.1.2.3", "a@example.com", "a@x.sub.example.com", "boss@example.org",
		"spiffe://example.com/x", "spiffe://a.trust.example/x",
	}
	forbidden := []string{
		"example.org", "notexample.com", "below.example", "secret.example.com", "x.secret.example.com", "*.example.com",
		"11.0.0.1", "10.9.1.1", "::1", "a@example.org", "a@sub.example.com", "Boss@example.org",
		"spiffe://a.example.com/x", "spiffe://trust.example/x", "urn:x:y", "https://10.1.2.3/",
	}
	for _, name := range append(allowed, forbidden...) {
		r := request(t, pki.Server, "a server", name)
		var want pki.Faults
		if !contains(allowed, name) {
			want = pki.Faults{{Field: pki.FieldNames, Code: pki.CodeIssuerNameConstraints, Value: name}}
		}
		if diff := cmp.Diff(want, faultsOf(t, r.Check(issuer, now))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}

func TestFaultsAsErrors(t *testing.T) {
	r := pki.NewRequest(pki.Client)
	r.Subject.Country = "X"
	_, err := pki.SelfSign(r, nil, now, rand.Reader)
	if faults := faultsOf(t, err); faults.Of(pki.FieldKey)[0].Code != pki.CodeKeyUnknown {
		t.Errorf("no key: %v", err)
	}
	err = r.Check(nil, now)
	var fault *pki.Fault
	if !errors.As(err, &fault) || fault.Code != pki.CodeNameMissing {
		t.Errorf("no Fault in %v", err)
	}
	want := `name: name-missing; country: country-two-letters ("X"); issuer: issuer-missing`
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if got := faultsOf(t, err).Of(pki.FieldCountry); len(got) != 1 || got[0].Value != "X" {
		t.Errorf("faults of the country: %v", got)
	}
}

// A code that is listed twice, or a warning with a fault's code, would get the
// wrong words.
func TestCodesAreDistinct(t *testing.T) {
	seen := make(map[string]bool)
	for _, code := range append(pki.FaultCodes(), pki.WarningCodes()...) {
		if seen[code] {
			t.Errorf("%s twice", code)
		}
		seen[code] = true
	}
	if len(seen) < 40 {
		t.Errorf("only %d codes", len(seen))
	}
}

func TestDefaultNotAfter(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root").Certificate
	short := newIssuer(t, func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, 1, 0) })
	tests := []struct {
		kind   pki.Kind
		issuer *x509.Certificate
		want   string
	}{
		{pki.Authority, nil, "2036-03-01T12:00:00Z"},
		{pki.Authority, root, "2031-03-01T12:00:00Z"},
		{pki.Server, root, "2027-04-02T12:00:00Z"},
		{pki.Client, root, "2027-04-02T12:00:00Z"},
		{pki.Both, root, "2027-04-02T12:00:00Z"},
		{pki.Authority, short, "2026-04-01T12:00:00Z"},
		{pki.Server, short, "2026-04-01T12:00:00Z"},
	}
	for _, test := range tests {
		got := pki.DefaultNotAfter(test.kind, test.issuer, now.In(time.FixedZone("", 3600)))
		if got.Format(time.RFC3339Nano) != test.want {
			t.Errorf("%s: %v, want %s", test.kind, got, test.want)
		}
	}
}

// TestLongServerName: a name that is too long to be a common name is the
// server's name all the same, which has no common name then. Others than
// servers need one.
func TestLongServerName(t *testing.T) {
	long := strings.Repeat("a", 30) + "." + strings.Repeat("b", 40) + ".example"
	r := server(t, func(r *pki.Request) { r.Names, r.Subject.CommonName = names(t, long), strings.ToUpper(long) })
	if err := r.CheckCSR(); err != nil {
		t.Fatal(err)
	}
	made, err := pki.MakeCSR(r, pkitest.Key(t, pki.P256), rand.Reader)
	if err != nil || made.Subject.CommonName != "" || len(made.DNSNames) != 1 || made.DNSNames[0] != long {
		t.Errorf("%v: common name %q, names %v", err, made.Subject.CommonName, made.DNSNames)
	}
	r.Names = names(t, "short.example")
	if err := r.CheckCSR(); err == nil {
		t.Error("a common name of another text was left out")
	}
}
