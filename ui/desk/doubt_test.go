package desk

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// doubted are what is said of certificates beyond themselves: codes and values.
func doubted(warnings []pki.Warning) []string {
	var list []string
	for _, w := range warnings {
		if w.Code == pki.WarningOutlivesIssuer || w.Code == pki.WarningKeyInOtherHands {
			list = append(list, w.Code+" "+w.Value)
		}
	}
	return list
}

// pemFile writes certificates to a file.
func pemFile(t *testing.T, name string, certs ...*x509.Certificate) string {
	t.Helper()
	return pkitest.File(t, name, pki.EncodeCertificates(certs...))
}

// A certificate that outlives its issuer is doubted wherever the issuer is at
// hand: in the same file, among what is imported, in the vault.
func TestOutlivesItsIssuer(t *testing.T) {
	d, ctx := newDesk(t), context.Background()
	root := pkitest.Root(t, "Theirs")
	ends := root.Certificate.NotAfter
	late, _ := pkitest.Leaf(t, root, func(c *x509.Certificate) { c.NotAfter = ends.Add(time.Hour) })
	equal, _ := pkitest.Leaf(t, root, func(c *x509.Certificate) { c.Subject.CommonName, c.NotAfter = "equal", ends })
	namesake := pkitest.Root(t, "Theirs") // of the same name, but it signed nothing
	want := []string{"outlives-issuer " + ends.UTC().Format(time.RFC3339)}
	say := func(what string, got []pki.Warning, want []string) {
		t.Helper()
		if diff := cmp.Diff(want, doubted(got)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}

	for what, file := range map[string]struct {
		certs []*x509.Certificate
		want  []string
	}{
		"alone":                    {[]*x509.Certificate{late}, nil},
		"with its issuer":          {[]*x509.Certificate{late, root.Certificate}, want},
		"with another of its name": {[]*x509.Certificate{late, namesake.Certificate}, nil},
		"with both":                {[]*x509.Certificate{late, namesake.Certificate, root.Certificate}, want},
		"which does not":           {[]*x509.Certificate{equal, root.Certificate}, nil},
	} {
		list, err := InspectFile(pemFile(t, "chain.pem", file.certs...), "")
		if err != nil {
			t.Fatal(err)
		}
		say(what, list[0].Warnings(fixed), file.want)
	}

	alone, above := pemFile(t, "late.pem", late), pemFile(t, "root.pem", root.Certificate)
	found, err := LookAlone(ctx, []string{alone, above}, Passwords{})
	if err != nil {
		t.Fatal(err)
	}
	say("found beside it", found.Certificates[0].Warnings(fixed), want)
	rootFound, err := d.Look(ctx, []string{above}, Passwords{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Import(ctx, rootFound); err != nil {
		t.Fatal(err)
	}
	if found, err = d.Look(ctx, []string{alone}, Passwords{}); err != nil {
		t.Fatal(err)
	}
	say("its issuer in the vault", found.Certificates[0].Warnings(fixed), want)
	list := InspectCertificates("PEM", late, equal)
	mustRecognise(t, d, list)
	say("recognised", list[0].Warnings(fixed), want)
	say("another recognised", list[1].Warnings(fixed), nil)
	done, err := d.Import(ctx, found)
	if err != nil {
		t.Fatal(err)
	}
	detail, err := d.Detail(done.Certificates[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	say("in detail", detail.Warnings, want)
	if !detail.RefusedFrom.Equal(ends) || !detail.Relied().NotAfter.Equal(ends) {
		t.Errorf("it is refused from %v, not %v", detail.RefusedFrom, ends)
	}

	// The authority is made anew with its key, and lives longer.
	renewed := *root.Certificate
	renewed.SerialNumber, renewed.NotAfter = big.NewInt(7), ends.AddDate(1, 0, 0)
	der, err := x509.CreateCertificate(rand.Reader, &renewed, &renewed, root.Key.Public(), root.Key)
	if err != nil {
		t.Fatal(err)
	}
	anew, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if found, err = d.Look(ctx, []string{pemFile(t, "anew.pem", anew)}, Passwords{}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Import(ctx, found); err != nil {
		t.Fatal(err)
	}
	if detail, err = d.Detail(detail.ID); err != nil {
		t.Fatal(err)
	}
	say("in detail, with the authority made anew", detail.Warnings, nil)
	if !detail.RefusedFrom.IsZero() {
		t.Errorf("with the authority made anew it is refused from %v", detail.RefusedFrom)
	}
}

// A certificate whose key was revoked as compromised is doubted when it is
// looked at, when it is brought, and ever after.
func TestKeyInOtherHands(t *testing.T) {
	d, ctx := newDesk(t), context.Background()
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	key, err := d.key(alice)
	if err != nil {
		t.Fatal(err)
	}
	again := pkitest.Sign(t, pkitest.Root(t, "Elsewhere"), key, func(c *x509.Certificate) { c.Subject.CommonName = "again" })
	other, _ := pkitest.Leaf(t, pkitest.Root(t, "Elsewhere"), nil)
	path := pemFile(t, "again.pem", again, other)
	r := pki.NewRequest(pki.Client)
	r.Subject.CommonName = "asks again"
	asks, err := pki.MakeCSR(r, key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	asking := pkitest.File(t, "again.csr", pki.EncodeRequest(asks))

	look := func() (Found, []string) {
		found, err := d.Look(ctx, []string{path, asking}, Passwords{})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range found.Requests {
			all = append(all, doubted(r.Doubts)...)
		}
		for _, c := range found.Certificates {
			all = append(all, doubted(c.Warnings(fixed))...)
		}
		return found, all
	}
	for _, reason := range []string{"", "superseded"} {
		if reason != "" {
			d.mark(t, alice.ID, stateRevoked, reason)
		}
		if found, got := look(); len(got) > 0 || found.InOtherHands() > 0 {
			t.Errorf("revoked as %q: %v", reason, got)
		}
	}
	d.mark(t, alice.ID, stateRevoked, "keyCompromise")
	want := []string{"key-in-other-hands alice (" + alice.Serial + ")"}
	found, got := look()
	if !slices.Equal(got, append(want, want...)) || found.InOtherHands() != 1 {
		t.Errorf("found: %v, %d", got, found.InOtherHands())
	}
	list := InspectCertificates("PEM", again, other)
	mustRecognise(t, d, list)
	if got := doubted(list[0].Warnings(fixed)); !slices.Equal(got, want) || len(doubted(list[1].Warnings(fixed))) > 0 {
		t.Errorf("recognised: %v", got)
	}
	done, err := d.Import(ctx, found)
	if err != nil || done.InOtherHands != 1 || len(done.Certificates) != 2 {
		t.Fatalf("brought: %+v, %v", done, err)
	}
	detail, err := d.Detail(done.Certificates[0].ID)
	if err != nil || !slices.Equal(doubted(detail.Warnings), want) {
		t.Errorf("in detail: %v, %v", doubted(detail.Warnings), err)
	}
	if !detail.KeyElsewhere {
		t.Error("lists do not say it")
	}
	if detail, err = d.Detail(alice.ID); err != nil || len(doubted(detail.Warnings)) > 0 {
		t.Errorf("the one that was revoked: %v, %v", doubted(detail.Warnings), err)
	}
	if found, got = look(); len(got) != 2 || found.InOtherHands() != 0 {
		t.Errorf("once more: %v, %d", got, found.InOtherHands())
	}
}
