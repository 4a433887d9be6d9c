package pki_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/pki"
)

// always is a source of randomness that always says the same, so that two
// certificates get the same serial number.
type always byte

func (c always) Read(b []byte) (int, error) {
	copy(b, bytes.Repeat([]byte{byte(c)}, len(b)))
	return len(b), nil
}

var seriesNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func seriesRoot(t testing.TB, kind pki.KeyKind) pki.Issuer {
	t.Helper()
	key, err := pki.GenerateKey(kind, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName = "Series Root " + string(kind)
	r.NotAfter = seriesNow.AddDate(60, 0, 0)
	root, err := pki.SelfSign(r, key, seriesNow, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Issuer{Certificate: root, Key: key}
}

// seriesRequests are requests of many shapes, each shape more than once.
func seriesRequests(t testing.TB) []pki.Request {
	t.Helper()
	names := func(text string) []pki.Name {
		list, faults := pki.ParseNames(text)
		if faults != nil {
			t.Fatal(faults)
		}
		return list
	}
	var list []pki.Request
	for n := range 3 {
		for _, kind := range []pki.Kind{pki.Client, pki.Server, pki.Both} {
			for _, typed := range []string{"", "a.example", "10.0.0.7, 2001:db8::1, b.example, *.c.example",
				"https://example.com/x?y=1, alice@example.com, " + strings.Repeat("x", 60) + ".example, 王.example"} {
				r := pki.NewRequest(kind)
				r.Subject = pki.Subject{CommonName: fmt.Sprintf("名 %d %s", n, typed[:min(len(typed), 20)]), Organization: "Acme", Country: "TW"}
				r.Names = names(typed)
				if n == 2 {
					r.NotAfter = time.Date(2055, 1, 2, 3, 4, 5, 0, time.UTC) // GeneralizedTime
				}
				if len(r.Names) > 0 || kind == pki.Client {
					list = append(list, r)
				}
			}
		}
		full := pki.NewRequest(pki.Client)
		full.Subject.CommonName, full.Serial = fmt.Sprint("full ", n), fmt.Sprintf("ff%014x", n)
		full.NotBefore = seriesNow.AddDate(0, 0, n)
		full.KeyUsage, full.ExtKeyUsage = []string{"digitalSignature", "keyAgreement"}, []string{"clientAuth", "1.3.6.1.4.1.311.20.2.2"}
		full.CRLAddresses, full.OCSPAddresses = []string{"http://crl.example/a.crl"}, []string{"http://ocsp.example/"}
		full.IssuerAddresses = []string{"http://crl.example/a.cer"}
		list = append(list, full)
		nameless := pki.NewRequest(pki.Server) // an empty subject: critical names
		nameless.Names = names("spiffe://example.com/" + fmt.Sprint(n))
		list = append(list, nameless)
	}
	return list
}

// TestSeriesIsAsIssue: what a series makes is, but for the signature, what
// crypto/x509 makes, to the octet.
func TestSeriesIsAsIssue(t *testing.T) {
	requests := seriesRequests(t)
	for _, c := range []struct {
		issuer pki.KeyKind
		keys   []pki.KeyKind
	}{
		{pki.P256, []pki.KeyKind{pki.P256, pki.P384, pki.P521, pki.Ed25519, pki.RSA2048}},
		{pki.P384, []pki.KeyKind{pki.P256}},
		{pki.P521, []pki.KeyKind{pki.P256}},
		{pki.RSA2048, []pki.KeyKind{pki.P256, pki.RSA2048}},
		{pki.Ed25519, []pki.KeyKind{pki.P256, pki.Ed25519}},
	} {
		t.Run(string(c.issuer), func(t *testing.T) {
			issuer := seriesRoot(t, c.issuer)
			series := pki.NewSeries(issuer, seriesNow, always(0x35))
			for _, kind := range c.keys {
				key, err := pki.GenerateKey(kind, rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				for n, r := range requests {
					want, err := pki.Issue(issuer, r, key.Public(), seriesNow, always(0x35))
					if err != nil {
						t.Fatalf("issue %d: %v", n, err)
					}
					got, err := series.Issue(r, key.Public())
					if err != nil {
						t.Fatalf("series %d: %v", n, err)
					}
					if !bytes.Equal(got.RawTBSCertificate, want.RawTBSCertificate) {
						t.Errorf("%s, request %d: the series made\n%x\nIssue made\n%x", kind, n, got.RawTBSCertificate, want.RawTBSCertificate)
					}
					if err := got.CheckSignatureFrom(issuer.Certificate); err != nil {
						t.Errorf("%s, request %d: %v", kind, n, err)
					}
				}
			}
		})
	}
}

func TestSeriesSerialsDiffer(t *testing.T) {
	issuer := seriesRoot(t, pki.P256)
	series := pki.NewSeries(issuer, seriesNow, nil)
	key, err := pki.GenerateKey(pki.P256, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for n := range 50 {
		r := pki.NewRequest(pki.Client)
		r.Subject.CommonName = fmt.Sprint("client ", n)
		c, err := series.Issue(r, key.Public())
		if err != nil {
			t.Fatal(err)
		}
		if c.Subject.CommonName != r.Subject.CommonName {
			t.Errorf("it is named %q, want %q", c.Subject.CommonName, r.Subject.CommonName)
		}
		if seen[c.SerialNumber.String()] {
			t.Errorf("serial number %s twice", c.SerialNumber)
		}
		seen[c.SerialNumber.String()] = true
	}
}

// TestSeriesFaults: a series refuses what Issue refuses, also after it has a
// mould.
func TestSeriesFaults(t *testing.T) {
	issuer, other := seriesRoot(t, pki.P256), seriesRoot(t, pki.P256)
	key, err := pki.GenerateKey(pki.P256, nil)
	if err != nil {
		t.Fatal(err)
	}
	good := pki.NewRequest(pki.Client)
	good.Subject.CommonName = "alice"
	bad := good
	bad.Subject.CommonName, bad.Subject.Country = "", "Taiwan"
	expired := issuer.Certificate.NotAfter.AddDate(0, 0, 1)
	for _, c := range []struct {
		name   string
		series *pki.Series
		r      pki.Request
		want   []string
	}{
		{"request", pki.NewSeries(issuer, seriesNow, nil), bad, []string{pki.CodeNameMissing, pki.CodeCountryTwoLetter}},
		{"issuer expired", pki.NewSeries(issuer, expired, nil), good, []string{pki.CodeIssuerExpired}},
		{"another's key", pki.NewSeries(pki.Issuer{Certificate: issuer.Certificate, Key: other.Key}, seriesNow, nil), good,
			[]string{pki.CodeIssuerKeyMismatch}},
		{"no issuer", pki.NewSeries(pki.Issuer{}, seriesNow, nil), good, []string{pki.CodeIssuerMissing}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "request" {
				if _, err := c.series.Issue(good, key.Public()); err != nil {
					t.Fatal(err)
				}
			}
			_, err := c.series.Issue(c.r, key.Public())
			var faults pki.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("error %v, want faults", err)
			}
			var codes []string
			for _, f := range faults {
				codes = append(codes, f.Code)
			}
			for _, code := range c.want {
				if !strings.Contains(strings.Join(codes, " "), code) {
					t.Errorf("faults %v lack %s", codes, code)
				}
			}
		})
	}
}

// TestSeriesOfAuthorities: each is made by crypto/x509.
func TestSeriesOfAuthorities(t *testing.T) {
	issuer := seriesRoot(t, pki.P256)
	series := pki.NewSeries(issuer, seriesNow, nil)
	for n := range 2 {
		key, err := pki.GenerateKey(pki.P256, nil)
		if err != nil {
			t.Fatal(err)
		}
		r := pki.NewRequest(pki.Authority)
		r.Subject.CommonName = fmt.Sprint("Issuing ", n)
		c, err := series.Issue(r, key.Public())
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AddCert(issuer.Certificate)
		if _, err := c.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: seriesNow, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil || !c.IsCA {
			t.Errorf("authority %v: %v", c.IsCA, err)
		}
	}
}
