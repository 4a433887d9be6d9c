package pki_test

import (
	"countersign/pki"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWarnings(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root").Certificate
	day := 24 * time.Hour
	tests := []struct {
		name string
		edit func(*pki.Request)
		want []pki.Warning
	}{
		{"none", func(r *pki.Request) {}, nil},
		{"398 days", func(r *pki.Request) { r.NotAfter = now.Add(398 * day) }, nil},
		{"826 days", func(r *pki.Request) { r.NotAfter = now.Add(826 * day) },
			[]pki.Warning{{Field: pki.FieldValidity, Code: pki.WarningValidityApple, Value: "825", Client: "Apple"}}},
		{"826 days for a client", func(r *pki.Request) { r.Kind, r.NotAfter = pki.Client, now.Add(826*day) }, nil},
		{"after its issuer", func(r *pki.Request) { r.Kind, r.NotAfter = pki.Client, now.AddDate(11, 0, 0) },
			[]pki.Warning{{Field: pki.FieldValidity, Code: pki.WarningValidityAfterIssuer, Value: "2036-03-01T12:00:00Z"}}},
		{"P-521", func(r *pki.Request) { r.Key = pki.P521 },
			[]pki.Warning{{Field: pki.FieldKey, Code: pki.WarningKeyBrowsers, Value: "P-521", Client: "browsers"}}},
		{"Ed25519", func(r *pki.Request) { r.Key = pki.Ed25519 }, []pki.Warning{
			{Field: pki.FieldKey, Code: pki.WarningKeyBrowsers, Value: "Ed25519", Client: "browsers"},
			{Field: pki.FieldKey, Code: pki.WarningKeyNSS, Value: "Ed25519", Client: "Firefox"}}},
		{"underscore", func(r *pki.Request) { r.Names = names(t, "a_b.example") },
			[]pki.Warning{{Field: pki.FieldNames, Code: pki.WarningNamesUnderscore, Value: "a_b.example"}}},
		{"only a URI", func(r *pki.Request) { r.Names = names(t, "spiffe://a.example/b") },
			[]pki.Warning{{Field: pki.FieldNames, Code: pki.WarningNamesNoHost, Client: "browsers"}}},
		{"bidirectional control", func(r *pki.Request) { r.Subject.Organization = "a\u202eb" },
			[]pki.Warning{{Field: pki.FieldOrganization, Code: pki.WarningNameInvisible, Value: `a\u{202E}b`}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := request(t, pki.Server, "", "localhost")
			test.edit(&r)
			if diff := cmp.Diff(test.want, r.Warnings(root, now)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWarningsOfIssuer(t *testing.T) {
	good := newIssuer(t, func(*x509.Certificate) {})
	tests := []struct {
		name string
		edit func(*x509.Certificate)
		want []pki.Warning
	}{
		{"none", func(c *x509.Certificate) {}, nil},
		{"RSA 1024", func(c *x509.Certificate) {
			c.PublicKey = &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}
		}, []pki.Warning{{Field: pki.FieldIssuer, Code: pki.WarningIssuerWeak, Value: "RSA 1024", Client: "browsers"}}},
		{"SHA-1", func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 },
			[]pki.Warning{{Field: pki.FieldIssuer, Code: pki.WarningIssuerSHA1, Value: "ECDSA-SHA1", Client: "browsers"}}},
		{"SHA-1 on a root", func(c *x509.Certificate) { c.SignatureAlgorithm, c.RawIssuer = x509.ECDSAWithSHA1, c.RawSubject }, nil},
		{"no key identifier", func(c *x509.Certificate) { c.SubjectKeyId = nil },
			[]pki.Warning{{Field: pki.FieldIssuer, Code: pki.WarningIssuerNoKeyID, Client: "OpenSSL"}}},
		{"critical extension", func(c *x509.Certificate) {
			c.UnhandledCriticalExtensions = append(c.UnhandledCriticalExtensions, []int{1, 2, 3})
		},
			[]pki.Warning{{Field: pki.FieldIssuer, Code: pki.WarningIssuerCritical, Value: "1.2.3", Client: "Go"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			issuer := *good
			test.edit(&issuer)
			if diff := cmp.Diff(test.want, request(t, pki.Client, "Super Client", "").Warnings(&issuer, now)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
