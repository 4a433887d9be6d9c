package pki_test

import (
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// crossSign makes another certificate for an authority's name and key.
func crossSign(t *testing.T, issuer, subject pki.Issuer, notAfter time.Time) *x509.Certificate {
	t.Helper()
	return pkitest.Sign(t, issuer, subject.Key, func(c *x509.Certificate) {
		c.RawSubject = subject.Certificate.RawSubject
		c.IsCA, c.KeyUsage, c.ExtKeyUsage, c.DNSNames = true, x509.KeyUsageCertSign, nil, nil
		c.MaxPathLen = -1
		c.NotAfter = notAfter
	})
}

func TestChain(t *testing.T) {
	root, other := pkitest.Root(t, "Root"), pkitest.Root(t, "Other")
	imposter := pkitest.Root(t, "Root") // the same name, another key
	middle := pkitest.Intermediate(t, root, "Middle")
	leaf, _ := pkitest.Client(t, middle, "Super Client")
	crossed := crossSign(t, other, root, time.Now().AddDate(30, 0, 0)) // Root below Other
	back := crossSign(t, root, other, time.Now().AddDate(30, 0, 0))    // Other below Root: a loop
	a, b, m, i := root.Certificate, other.Certificate, middle.Certificate, imposter.Certificate

	type list = []*x509.Certificate
	tests := []struct {
		name  string
		leaf  *x509.Certificate
		known list
		want  list
	}{
		{"nothing", nil, list{a}, nil},
		{"alone", leaf, nil, list{leaf}},
		{"in any order", leaf, list{a, b, nil, m, leaf}, list{leaf, m, a}},
		{"without the intermediate", leaf, list{a}, list{leaf}},
		{"without the root", leaf, list{m}, list{leaf, m}},
		{"root of the same name", leaf, list{i, m, a}, list{leaf, m, a}},
		{"only a root of the same name", leaf, list{i, m}, list{leaf, m}},
		{"a root itself", a, list{a, m, leaf, crossed}, list{a}},
		{"crossed, with the other root", leaf, list{m, crossed, b}, list{leaf, m, crossed, b}},
		{"crossed, without the other root", leaf, list{crossed, m, a}, list{leaf, m, a}},
		{"a loop", leaf, list{m, crossed, back}, list{leaf, m, crossed, back}},
		{"given twice", leaf, list{m, m, a, a}, list{leaf, m, a}},
	}
	for _, test := range tests {
		got := pki.Chain(test.leaf, test.known)
		if diff := cmp.Diff(commonNames(test.want), commonNames(got)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
			continue
		}
		for n := range got {
			if !got[n].Equal(test.want[n]) {
				t.Errorf("%s: another certificate of the name %s", test.name, got[n].Subject.CommonName)
			}
		}
	}
}

func commonNames(list []*x509.Certificate) []string {
	var out []string
	for _, c := range list {
		out = append(out, c.Subject.CommonName)
	}
	return out
}

// A heap of certificates that all bear one name and key sign one another in
// every order; the search must give up.
func TestChainIsBounded(t *testing.T) {
	root := pkitest.Root(t, "Root")
	leaf, _ := pkitest.Client(t, root, "Super Client")
	known := make([]*x509.Certificate, 200)
	for i := range known {
		issuer := pki.Issuer{Certificate: root.Certificate, Key: root.Key}
		known[i] = crossSign(t, pki.Issuer{Certificate: &x509.Certificate{RawSubject: root.Certificate.RawSubject}, Key: issuer.Key}, root, time.Now().Add(time.Duration(i)*time.Hour))
		known[i].PublicKey = pkitest.Key(t, pki.P256).Public() // verifies nothing
	}
	if got := pki.Chain(leaf, known); len(got) != 1 {
		t.Errorf("a chain of %d", len(got))
	}
}

func TestIsSelfSigned(t *testing.T) {
	root := pkitest.Root(t, "Root")
	same := pkitest.Root(t, "Root")
	leaf, _ := pkitest.Client(t, root, "Super Client")
	issued := crossSign(t, root, same, time.Now().Add(time.Hour)) // subject and issuer are called alike
	huge := *root.Certificate
	huge.PublicKey = rsaOf(new(big.Int).Lsh(big.NewInt(1), 1<<20))
	tests := map[string]struct {
		c    *x509.Certificate
		want bool
	}{
		"root":                 {root.Certificate, true},
		"leaf":                 {leaf, false},
		"only the names agree": {issued, false},
		"a key of a megabit":   {&huge, false},
		"nothing":              {nil, false},
	}
	for name, test := range tests {
		if got := pki.IsSelfSigned(test.c); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
