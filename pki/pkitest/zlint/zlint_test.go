// Package zlint holds what our profiles issue against zlint's lints of the
// RFCs: none may complain.
package zlint

import (
	"crypto"
	"crypto/rand"
	stdx509 "crypto/x509"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"

	"countersign/pki"
)

// now is when everything here is issued.
var now = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// rfcs are the lints that count: those of public authorities (CA/Browser Forum,
// Mozilla, Apple, ETSI) are not about private ones.
func rfcs(t *testing.T) lint.Registry {
	t.Helper()
	r, err := lint.GlobalRegistry().Filter(lint.FilterOptions{
		IncludeSources: lint.SourceList{lint.RFC3279, lint.RFC5280, lint.RFC5480, lint.RFC5891, lint.RFC8813},
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.Names()); n < 100 {
		t.Fatalf("only %d lints", n)
	}
	return r
}

// complain reports each lint that is not content.
func complain(t *testing.T, results *zlint.ResultSet) {
	t.Helper()
	if len(results.Results) == 0 {
		t.Error("no lint was run")
	}
	for name, r := range results.Results {
		if r.Status >= lint.Notice {
			t.Errorf("%s: %s %s", name, r.Status, r.Details)
		}
	}
}

// TestZlintComplains: a certificate that is wrong is found, so that silence
// means something.
func TestZlintComplains(t *testing.T) {
	key := newKey(t, pki.P256)
	template := &stdx509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now, NotAfter: now.AddDate(1, 0, 0), IsCA: true}
	der, err := stdx509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if results := zlint.LintCertificateEx(c, rfcs(t)); !results.ErrorsPresent {
		t.Error("an authority without names and extensions passes")
	}
}

// TestProfiles issues every profile with every kind of key and every kind of
// name.
func TestProfiles(t *testing.T) {
	registry := rfcs(t)
	for _, kind := range pki.KeyKinds() {
		t.Run(string(kind), func(t *testing.T) {
			for name, c := range family(t, kind) {
				t.Run(name, func(t *testing.T) {
					parsed, err := x509.ParseCertificate(c.Raw)
					if err != nil {
						t.Fatal(err)
					}
					complain(t, zlint.LintCertificateEx(parsed, registry))
				})
			}
		})
	}
}

// TestCRL holds a list of the revoked against zlint.
func TestCRL(t *testing.T) {
	root := newRoot(t, pki.P256)
	var revoked []pki.Revocation
	for i, reason := range pki.Reasons() {
		revoked = append(revoked, pki.Revocation{Serial: big.NewInt(int64(1000 + i)), At: now.AddDate(0, 0, -1), Reason: reason})
	}
	for _, entries := range [][]pki.Revocation{nil, revoked} {
		list, err := pki.MakeCRL(root, entries, big.NewInt(7), now, now.AddDate(0, 0, 30), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := x509.ParseRevocationList(list.Raw)
		if err != nil {
			t.Fatal(err)
		}
		complain(t, zlint.LintRevocationListEx(parsed, rfcs(t)))
	}
}

// everyName is one name of each kind, and each form that is special.
const everyName = "api.acme.test *.acme.test bücher.example localhost 192.0.2.7 2001:db8::7 alice@acme.test spiffe://acme.test/api https://acme.test/x"

// family issues an authority of some kind of key and everything below it.
func family(t *testing.T, kind pki.KeyKind) map[string]*stdx509.Certificate {
	t.Helper()
	root := newRoot(t, kind)
	all := map[string]*stdx509.Certificate{"root": root.Certificate}
	below := newKey(t, kind) // of every intermediate
	middle := newIssuer(t, root, below, "Intermediate", nil)
	all["intermediate"] = middle.Certificate
	all["intermediate with path length"] = newIssuer(t, root, below, "Deep", func(r *pki.Request) { r.PathLength = 2 }).Certificate
	all["intermediate with constraints"] = newIssuer(t, root, below, "Constrained", func(r *pki.Request) {
		r.Constraints = pki.NameConstraints{Permitted: constraints(t, "acme.test 192.0.2.0/24 2001:db8::/32 @acme.test"), Excluded: constraints(t, "no.acme.test 192.0.2.128/25")}
	}).Certificate
	key := newKey(t, kind) // of every leaf
	names, faults := pki.ParseNames(everyName)
	if faults != nil {
		t.Fatal(faults)
	}
	for _, purpose := range []pki.Kind{pki.Server, pki.Client, pki.Both} {
		for what, edit := range map[string]func(*pki.Request){
			"plain": nil,
			"whole": func(r *pki.Request) {
				r.Subject = pki.Subject{CommonName: "api.acme.test", Organization: "Bücher", OrganizationalUnit: "東京", Locality: "Taipei", State: "Taiwan",
					Country: "TW", Street: "Main", DomainComponent: "acme", UserID: "u", SerialNumber: "7", EmailAddress: "a@acme.test"}
				r.CRLAddresses, r.OCSPAddresses, r.IssuerAddresses = []string{"http://acme.test/crl"}, []string{"http://acme.test/ocsp"}, []string{"http://acme.test/ca"}
			},
			"unnamed": func(r *pki.Request) {
				if purpose == pki.Server {
					r.Subject.CommonName = ""
				}
			},
		} {
			r := pki.NewRequest(purpose)
			r.Subject.CommonName, r.Names = "api.acme.test", names
			if edit != nil {
				edit(&r)
			}
			all[fmt.Sprint(purpose, " ", what)] = issue(t, middle, r, key)
		}
	}
	bare := pki.NewRequest(pki.Client)
	bare.Subject.CommonName = "Alice"
	all["client without names"] = issue(t, middle, bare, key)
	renewed, err := pki.RenewRoot(root.Certificate, root.Key, now.AddDate(11, 0, 0), now.AddDate(1, 0, 0), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	all["renewed root"] = renewed
	return all
}

func constraints(t *testing.T, typed string) []pki.Name {
	t.Helper()
	list, faults := pki.ParseConstraints(typed, pki.FieldPermitted)
	if faults != nil {
		t.Fatal(faults)
	}
	return list
}

func newKey(t *testing.T, kind pki.KeyKind) crypto.Signer {
	t.Helper()
	key, err := pki.GenerateKey(kind, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newRoot(t *testing.T, kind pki.KeyKind) pki.Issuer {
	t.Helper()
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName = "Acme Root"
	key := newKey(t, kind)
	c, err := pki.SelfSign(r, key, now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Issuer{Certificate: c, Key: key}
}

func newIssuer(t *testing.T, root pki.Issuer, key crypto.Signer, name string, edit func(*pki.Request)) pki.Issuer {
	t.Helper()
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName, r.Subject.Organization = name, "Acme"
	if edit != nil {
		edit(&r)
	}
	return pki.Issuer{Certificate: issue(t, root, r, key), Key: key}
}

func issue(t *testing.T, issuer pki.Issuer, r pki.Request, key crypto.Signer) *stdx509.Certificate {
	t.Helper()
	c, err := pki.Issue(issuer, r, key.Public(), now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
