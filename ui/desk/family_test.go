package desk

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"countersign/pki"
)

// pems writes certificates into one file and gives its path.
func pems(t *testing.T, certs ...*x509.Certificate) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "all.pem")
	if err := os.WriteFile(path, pki.EncodeCertificates(certs...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Two authorities that signed each other, and a leaf below: a circle without
// a beginning.
func TestImportCircle(t *testing.T) {
	a, b := newSigner(t, "A"), newSigner(t, "B")
	ab, ba, leaf := a.under(t, b), b.under(t, a), newSigner(t, "leaf").leafUnder(t, a)
	d := newDesk(t)
	found, err := d.Look(t.Context(), []string{pems(t, ab, leaf, ba, ab)}, Passwords{})
	if err != nil || len(found.Certificates) != 3 {
		t.Fatalf("%+v, %v", found, err)
	}
	if _, err := d.Import(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	list, err := d.Authorities()
	if err != nil || len(list) != 2 {
		t.Errorf("authorities %+v, %v", list, err)
	}
	c, err := d.FindLeaf("leaf")
	if err != nil || c.Issuer != "A" {
		t.Errorf("leaf %+v, %v", c, err)
	}
	if detail, err := d.Detail(c.ID); err != nil || len(detail.Chain) != 3 {
		t.Errorf("its chain: %+v, %v", detail.Chain, err)
	}
}

// A root renewed with the same key, cross-signed by another, and a namesake
// with a key of its own.
func TestImportFamilies(t *testing.T) {
	root, other, namesake := newSigner(t, "Root"), newSigner(t, "Other"), newSigner(t, "Root")
	first, renewed, cross := root.self(t, 1), root.self(t, 5), root.under(t, other)
	leaf, stranger := newSigner(t, "leaf").leafUnder(t, root), newSigner(t, "stranger").leafUnder(t, namesake)
	d := newDesk(t)
	path := pems(t, cross, stranger, leaf, first, namesake.self(t, 3), renewed, other.self(t, 9))
	found, err := d.Look(t.Context(), []string{path, root.keyFile(t)}, Passwords{})
	if err != nil || len(found.Certificates) != 7 || len(found.Keys) != 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	if _, err := d.Import(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	issuerOf := func(name string) Certificate {
		c, err := d.FindLeaf(name)
		if err != nil {
			t.Fatal(err)
		}
		issuer, err := d.Get(c.IssuerID)
		if err != nil {
			t.Fatal(err)
		}
		return issuer
	}
	if got := issuerOf("leaf"); got.Fingerprint != pki.Fingerprint(renewed) {
		t.Errorf("the leaf hangs under %+v, want the renewed root", got)
	}
	if got := issuerOf("stranger"); got.HasKey {
		t.Errorf("the stranger hangs under %+v, want the namesake", got)
	}
	ids := map[ID]int{}
	if list, err := d.Authorities(); err != nil || len(list) != 3 {
		t.Errorf("%d authorities, %v", len(list), err)
	}
	all, err := d.all()
	if err != nil || len(all) != 7 {
		t.Fatalf("%d certificates, %v", len(all), err)
	}
	for _, c := range all {
		if c.HasKey {
			ids[c.KeyID]++
		}
	}
	if len(ids) != 1 || ids[ID(slices.Collect(keysOf(ids))[0])] != 3 {
		t.Errorf("keys %v, want one that three certificates share", ids)
	}
}

func keysOf(m map[ID]int) func(func(ID) bool) {
	return func(yield func(ID) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
