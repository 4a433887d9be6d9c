package desk

import (
	"context"
	"crypto/x509"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// Certificates whose keys are not in the vault are told apart by their public
// keys: who shares one with what was revoked because others may have it is
// marked, and nobody else, at once and when the vault is read again.
func TestKeyElsewhereWithoutKeys(t *testing.T) {
	d, ctx := newDesk(t), context.Background()
	root := pkitest.Root(t, "Theirs")
	lost, key := pkitest.Leaf(t, root, nil)
	again := pkitest.Sign(t, root, key, func(c *x509.Certificate) { c.Subject.CommonName = "again" })
	other, _ := pkitest.Leaf(t, root, func(c *x509.Certificate) { c.Subject.CommonName = "other" })
	found, err := d.Look(ctx, []string{pemFile(t, "all.pem", lost, again, other)}, Passwords{})
	if err != nil {
		t.Fatal(err)
	}
	done, err := d.Import(ctx, found)
	if err != nil || len(done.Certificates) != 3 {
		t.Fatal(done, err)
	}
	marked := func(want string) {
		t.Helper()
		all, err := d.All()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range all {
			if c.KeyElsewhere {
				got += c.Name
			}
		}
		if got != want {
			t.Errorf("marked are %q, want %q", got, want)
		}
	}
	marked("")
	for _, c := range done.Certificates {
		if c.Fingerprint == pki.Fingerprint(lost) {
			d.mark(t, c.ID, stateRevoked, "superseded")
			marked("")
			d.mark(t, c.ID, stateRevoked, "keyCompromise")
		}
	}
	marked("again")
	d.mu.Lock()
	list := append([]*Certificate(nil), d.shelf.cache...)
	for n, c := range list { // as one that was just taken off hold
		if c.Name == "again" {
			bare := *c
			bare.KeyElsewhere = false
			list[n] = &bare
		}
	}
	d.relinkShelf(list)
	d.mu.Unlock()
	marked("again")
}
