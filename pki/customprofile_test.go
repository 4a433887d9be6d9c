package pki_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// wholeProfile has every field.
func wholeProfile(t *testing.T) pki.Profile {
	t.Helper()
	r := authority(t, func(r *pki.Request) {
		r.Subject = pki.Subject{CommonName: "left out", UserID: "left out", Organization: "Acme", Country: "tw",
			Extra: []pki.Attribute{{Name: "ou", Value: "Second"}}}
		r.PathLength = 2
		r.KeyUsage, r.ExtKeyUsage = []string{"keyCertSign", "cRLSign", "digitalSignature"}, []string{"serverAuth"}
		r.CRLAddresses, r.OCSPAddresses = []string{"http://ca.test/crl"}, []string{"http://ca.test/ocsp"}
		r.IssuerAddresses = []string{"http://ca.test/ca.crt"}
		r.Constraints.Permitted, _ = pki.ParseConstraints("acme.test 10.0.0.0/8", pki.FieldPermitted)
	})
	return pki.ProfileOf(" Factory ", r, "3y")
}

func TestProfileThereAndBack(t *testing.T) {
	want := wholeProfile(t)
	if want.Name != "Factory" || want.Subject.CommonName != "" || want.Subject.Country != "TW" {
		t.Errorf("%+v", want)
	}
	data, err := pki.MarshalProfile(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pki.ParseProfile(append([]byte("\xef\xbb\xbf"), data...))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	r := got.Request(now)
	if r.PathLength != 2 || !r.NotAfter.Equal(now.AddDate(3, 0, 0)) || r.Subject.Organization != "Acme" {
		t.Errorf("%+v", r)
	}
	again := pki.ProfileOf("Factory", r, "3y")
	if diff := cmp.Diff(want, again); diff != "" {
		t.Error(diff)
	}
}

func TestParseProfileErrors(t *testing.T) {
	head := `{"format":"countersign-profile","version":1,`
	var version *pki.ProfileVersionError
	var field *pki.ProfileFieldError
	for text, want := range map[string]any{
		"":                                      pki.ErrNotProfile,
		"{}":                                    pki.ErrNotProfile,
		"[1]":                                   pki.ErrNotProfile,
		"-----BEGIN CERTIFICATE-----":           pki.ErrNotProfile,
		head + `"name":"x","kind":"client"} {}`: pki.ErrNotProfile,
		strings.Repeat(" ", 65<<10):             pki.ErrProfileTooLarge,
		strings.Repeat("[", 60<<10):             pki.ErrNotProfile,
		`{"format":"countersign-profile"}`:      &version,
		`{"format":"countersign-profile","version":2,"name":"x"}`: &version,
		head + `"name":"x","kind":"client","keyFile":"a"}`:        &field,
		head + `"name":"x","kind":7}`:                             &field,
		head + `"name":"x","kind":"client","subject":{"cn":"a"}}`: &field,
	} {
		p, err := pki.ParseProfile([]byte(text))
		matches := false
		switch want := want.(type) {
		case error:
			matches = errors.Is(err, want)
		default:
			matches = errors.As(err, want)
		}
		if !matches {
			t.Errorf("%.60s: %+v, %v", text, p, err)
		}
	}
	if field.Error() == "" || version.Found != 2 && version.Found != 0 {
		t.Errorf("%v, %v", field, version)
	}
}

func TestParseProfileFaults(t *testing.T) {
	_, err := pki.ParseProfile([]byte(`{"format":"countersign-profile","version":1,"name":"a\u202eb","kind":"boat","key":"rsa1024",
		"validity":"5000y","subject":{"country":"DEU"},"keyUsage":["fly"],"extKeyUsage":["fly"],"crlAddresses":["x"],
		"constraints":{"permitted":[{"kind":"dns","value":"a..b"}]}}`))
	want := pki.Faults{
		{Field: pki.FieldProfile, Code: pki.CodeNameControl, Value: `a\u{202E}b`},
		{Field: pki.FieldValidity, Code: pki.CodeSpan, Value: "5000y"},
		{Field: pki.FieldKind, Code: pki.CodeKindUnknown, Value: "boat"},
		{Field: pki.FieldKey, Code: pki.CodeKeyUnknown, Value: "rsa1024"},
		{Field: pki.FieldCountry, Code: pki.CodeCountryTwoLetter, Value: "DEU"},
		{Field: pki.FieldKeyUsage, Code: pki.CodeKeyUsageUnknown, Value: "fly"},
		{Field: pki.FieldExtKeyUsage, Code: pki.CodeExtKeyUsageUnknown, Value: "fly"},
		{Field: pki.FieldPermitted, Code: pki.CodeConstraintBad, Value: "a..b"},
		{Field: pki.FieldCRL, Code: pki.CodeAddressBad, Value: "x"},
	}
	if diff := cmp.Diff(want, faultsOf(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestBuiltInProfiles(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	for _, p := range pki.BuiltInProfiles() {
		if err := p.Check(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		r := p.Request(now)
		r.Subject.CommonName = "Somebody"
		if r.Kind == pki.Server || r.Kind == pki.Both {
			r.Names = names(t, "localhost")
		}
		if err := r.Check(root.Certificate, now); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}

// A profile made from a certificate makes one like it.
func TestProfileOfCertificate(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	r := everyField(t)
	r.NotBefore, r.NotAfter, r.Serial = time.Time{}, now.AddDate(0, 0, 90), ""
	c, _ := mustIssue(t, root, r)
	p, missing := pki.ProfileOfCertificate("Like Alice", c)
	if missing != nil || p.Validity != "90d" {
		t.Errorf("%s, left behind %v", p.Validity, missing)
	}
	again := p.Request(now)
	again.Subject.CommonName = "Bob"
	other, _ := mustIssue(t, root, again)
	a, b := pki.Describe(c), pki.Describe(other)
	if diff := cmp.Diff([]any{a.KeyUsage, a.ExtKeyUsage, a.NotAfter}, []any{b.KeyUsage, b.ExtKeyUsage, b.NotAfter}); diff != "" {
		t.Error(diff)
	}
	if want := "CN=Bob, 1.2.3.4=x, title=Dr, OU=East, OU=Sales, O=Acme, STREET=1 Street, L=Taipei, ST=Taiwan, C=TW, DC=acme, DC=test"; b.Subject != want {
		t.Errorf("subject %s, want %s", b.Subject, want)
	}
}

func TestSpan(t *testing.T) {
	for span, want := range map[pki.Span]time.Time{
		"":    {},
		"24h": now.Add(24 * time.Hour),
		"90d": now.Add(90 * 24 * time.Hour),
		"10y": now.AddDate(10, 0, 0),
		"0d":  {}, "-1d": {}, "1m": {}, "d": {}, "01d": {}, "36526d": {},
	} {
		if got := span.End(now); !got.Equal(want) {
			t.Errorf("%q ends %v, want %v", span, got, want)
		}
	}
	for want, d := range map[pki.Span]time.Duration{
		"24h": 25 * time.Hour, "1h": time.Minute, "2d": 49 * time.Hour, "397d": 397*24*time.Hour + time.Hour, "": -1,
	} {
		if got := pki.SpanOf(now, now.Add(d)); got != want {
			t.Errorf("span of %v is %q, want %q", d, got, want)
		}
	}
	s := pki.Span("90d")
	if s.Days() != 90 || s.Hours() != 0 || s.Years() != 0 {
		t.Error(s.Days(), s.Hours(), s.Years())
	}
}
