package pki_test

import (
	"crypto/x509"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestParseName(t *testing.T) {
	label63 := strings.Repeat("a", 63)
	same := func(kind pki.NameKind, value string) pki.Name {
		return pki.Name{Kind: kind, Value: value, Shown: value}
	}
	tests := map[string]pki.Name{
		"localhost":             same(pki.NameDNS, "localhost"),
		" Example.COM\n":        same(pki.NameDNS, "example.com"),
		"*.example.com":         same(pki.NameDNS, "*.example.com"),
		"a_b.example":           same(pki.NameDNS, "a_b.example"),
		"r3---sn-x.example":     same(pki.NameDNS, "r3---sn-x.example"),
		"3com.example":          same(pki.NameDNS, "3com.example"),
		"1.example":             same(pki.NameDNS, "1.example"),
		label63 + ".example":    same(pki.NameDNS, label63+".example"),
		"Bücher.example":        {Kind: pki.NameDNS, Value: "xn--bcher-kva.example", Shown: "bücher.example"},
		"*.bücher.example":      {Kind: pki.NameDNS, Value: "*.xn--bcher-kva.example", Shown: "*.bücher.example"},
		"xn--bcher-kva.example": {Kind: pki.NameDNS, Value: "xn--bcher-kva.example", Shown: "bücher.example"},
		"例え.テスト":                {Kind: pki.NameDNS, Value: "xn--r8jz45g.xn--zckzah", Shown: "例え.テスト"},
		"例え。テスト":                {Kind: pki.NameDNS, Value: "xn--r8jz45g.xn--zckzah", Shown: "例え.テスト"},
		"ｅｘａｍｐｌｅ．ｃｏｍ":           same(pki.NameDNS, "example.com"),
		"straße.example":        {Kind: pki.NameDNS, Value: "xn--strae-oqa.example", Shown: "straße.example"},

		"127.0.0.1":        same(pki.NameIP, "127.0.0.1"),
		"::1":              same(pki.NameIP, "::1"),
		"[2001:DB8::1]":    same(pki.NameIP, "2001:db8::1"),
		"::ffff:192.0.2.1": same(pki.NameIP, "192.0.2.1"),
		"１２７.０.０.１":        same(pki.NameIP, "127.0.0.1"),

		"Alice@Example.com":                             same(pki.NameEmail, "Alice@example.com"),
		"mailto:bob@example.com":                        same(pki.NameEmail, "bob@example.com"),
		"o'neil+tag@a.example":                          same(pki.NameEmail, "o'neil+tag@a.example"),
		"a@bücher.example":                              {Kind: pki.NameEmail, Value: "a@xn--bcher-kva.example", Shown: "a@bücher.example"},
		"spiffe://example.org/a/b":                      same(pki.NameURI, "spiffe://example.org/a/b"),
		"spiffe://example.org":                          same(pki.NameURI, "spiffe://example.org"),
		"https://EXAMPLE.com/x":                         same(pki.NameURI, "https://example.com/x"),
		"https://[2001:db8::1]/":                        same(pki.NameURI, "https://[2001:db8::1]/"),
		"https://a.example:8443/":                       same(pki.NameURI, "https://a.example:8443/"),
		"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6": same(pki.NameURI, "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
		"https://bücher.example/": {
			Kind: pki.NameURI, Value: "https://xn--bcher-kva.example/", Shown: "https://bücher.example/",
		},
	}
	for typed, want := range tests {
		got, err := pki.ParseName(typed)
		if err != nil {
			t.Errorf("ParseName(%q): %v", typed, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ParseName(%q): %s", typed, diff)
		}
	}
}

var nameFaults = map[string]string{
	"":                      pki.CodeNamesMissing,
	"  ":                    pki.CodeNamesMissing,
	"*":                     pki.CodeNamesWildcard,
	"*.com":                 pki.CodeNamesWildcardWide,
	"*.localhost":           pki.CodeNamesWildcardWide,
	"a.*.example.com":       pki.CodeNamesWildcard,
	"*.*.example.com":       pki.CodeNamesWildcard,
	"a*.example.com":        pki.CodeNamesWildcard,
	"example.com.":          pki.CodeNamesTrailingDot,
	"a@example.com.":        pki.CodeNamesTrailingDot,
	"foo bar":               pki.CodeNamesSpace,
	"a..example":            pki.CodeNamesBadDNS,
	".example":              pki.CodeNamesBadDNS,
	"-a.example":            pki.CodeNamesBadDNS,
	"a-.example":            pki.CodeNamesBadDNS,
	"a/b":                   pki.CodeNamesBadDNS,
	"exa\x00mple.com":       pki.CodeNamesBadDNS,
	"a:b":                   pki.CodeNamesBadDNS,
	"☕.example":             pki.CodeNamesBadDNS,
	"xn--a.example":         pki.CodeNamesBadDNS,
	"\u200bexample.com\xff": pki.CodeNamesBadDNS,

	strings.Repeat("a", 64) + ".example": pki.CodeNamesTooLong,
	strings.Repeat("abc.", 64) + "com":   pki.CodeNamesTooLong,

	"1.2.3":            pki.CodeNamesBadIP,
	"1.2.3.256":        pki.CodeNamesBadIP,
	"12345":            pki.CodeNamesBadIP,
	"10.0.0.0/8":       pki.CodeNamesBadIP,
	"2001:db8::/32":    pki.CodeNamesBadIP,
	"fe80::1%eth0":     pki.CodeNamesBadIP,
	"2001:db8:::1":     pki.CodeNamesBadIP,
	"localhost:8443":   pki.CodeNamesPort,
	"192.0.2.1:443":    pki.CodeNamesPort,
	"[::1]:443":        pki.CodeNamesPort,
	"@example.com":     pki.CodeNamesBadEmail,
	"a@":               pki.CodeNamesBadEmail,
	"a b@example.com":  pki.CodeNamesBadEmail,
	"a..b@example.com": pki.CodeNamesBadEmail,
	"a@192.0.2.1":      pki.CodeNamesBadEmail,
	"a@*.example.com":  pki.CodeNamesBadEmail,
	"mailto:a":         pki.CodeNamesBadEmail,
	"jörg@example.com": pki.CodeNamesEmailLocal,

	strings.Repeat("a", 65) + "@example.com": pki.CodeNamesBadEmail,

	"https://":                     pki.CodeNamesBadURI,
	"https:///path":                pki.CodeNamesBadURI,
	"https://a_*.example/":         pki.CodeNamesBadURI,
	"https://user:pw@example.com/": pki.CodeNamesBadURI,
	"https://example.com:/":        pki.CodeNamesBadURI,
	"https://fe80::1%25eth0/":      pki.CodeNamesBadURI,
	"https://[fe80::1%25eth0]/":    pki.CodeNamesBadURI,
	"https://*.example.com/":       pki.CodeNamesBadURI,
	"://example.com":               pki.CodeNamesBadURI,
	"spiffe:":                      pki.CodeNamesBadURI,
	"spiffe:a":                     pki.CodeNamesBadURI,
	"spiffe://example.org/":        pki.CodeNamesBadURI,
	"spiffe://example.org//a":      pki.CodeNamesBadURI,
	"spiffe://example.org/a/..":    pki.CodeNamesBadURI,
	"spiffe://example.org/a?b":     pki.CodeNamesBadURI,
	"spiffe://example.org/a#b":     pki.CodeNamesBadURI,
	"spiffe://example.org:80/a":    pki.CodeNamesBadURI,
	"spiffe://example.org/a%2fb":   pki.CodeNamesBadURI,
	"spiffe://example.org/a:b":     pki.CodeNamesBadURI,

	"https://example.com/" + strings.Repeat("a", 2048): pki.CodeNamesBadURI,
}

func TestParseNameFaults(t *testing.T) {
	for typed, want := range nameFaults {
		got, err := pki.ParseName(typed)
		var fault *pki.Fault
		if !errors.As(err, &fault) {
			t.Errorf("ParseName(%q) = %v, %v, want %s", typed, got, err, want)
			continue
		}
		if diff := cmp.Diff(pki.Fault{Field: pki.FieldNames, Code: want, Value: strings.TrimSpace(typed)}, *fault); diff != "" {
			t.Errorf("ParseName(%q): %s", typed, diff)
		}
	}
}

func TestParseNames(t *testing.T) {
	names, faults := pki.ParseNames("localhost, 127.0.0.1;::1\tLOCALHOST、a@b.example\n*.com x:1")
	var values []string
	for _, n := range names {
		values = append(values, string(n.Kind)+" "+n.Value)
	}
	if diff := cmp.Diff([]string{"dns localhost", "ip 127.0.0.1", "ip ::1", "email a@b.example"}, values); diff != "" {
		t.Error(diff)
	}
	want := pki.Faults{
		{Field: pki.FieldNames, Code: pki.CodeNamesWildcardWide, Value: "*.com"},
		{Field: pki.FieldNames, Code: pki.CodeNamesPort, Value: "x:1"},
	}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Error(diff)
	}
	if names, faults := pki.ParseNames(" ,; \n"); names != nil || faults != nil {
		t.Errorf("nothing gives %v, %v", names, faults)
	}
}

func TestNamesOf(t *testing.T) {
	root := pkitest.Root(t, "Test Root")
	c, _ := pkitest.Server(t, root, "a@b.example", "spiffe://x.example/y", "bücher.example", "::1", "127.0.0.1")
	want := []pki.Name{
		{Kind: pki.NameDNS, Value: "xn--bcher-kva.example", Shown: "bücher.example"},
		{Kind: pki.NameIP, Value: "::1", Shown: "::1"},
		{Kind: pki.NameIP, Value: "127.0.0.1", Shown: "127.0.0.1"},
		{Kind: pki.NameEmail, Value: "a@b.example", Shown: "a@b.example"},
		{Kind: pki.NameURI, Value: "spiffe://x.example/y", Shown: "spiffe://x.example/y"},
	}
	if diff := cmp.Diff(want, pki.NamesOf(c)); diff != "" {
		t.Error(diff)
	}
	if names := pki.NamesOf(nil); names != nil {
		t.Errorf("no certificate has the names %v", names)
	}
}

// Whatever others put into certificates is shown so that it deceives nobody.
func TestNamesOfHostileCertificates(t *testing.T) {
	root := pkitest.Root(t, "Test Root")
	c, _ := pkitest.Leaf(t, root, func(c *x509.Certificate) {
		c.DNSNames = []string{"good.example\x00.evil.example", "xn--a", "*.xn--bcher-kva.example"}
		c.EmailAddresses = []string{"no at sign", "a\n@b.example"}
		c.URIs = []*url.URL{{Scheme: "urn", Opaque: "x"}}
	})
	var shown []string
	for _, n := range pki.NamesOf(c) {
		shown = append(shown, n.Shown)
	}
	want := []string{`good.example\u{0000}.evil.example`, "xn--a", "*.bücher.example", "no at sign", `a\u{000A}@b.example`, "urn:x"}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
}
