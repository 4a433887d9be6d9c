package ui

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

func (b *bench) renewing(c desk.Certificate) *renewForm {
	b.t.Helper()
	b.openRenew([]desk.Certificate{c})
	b.queue.drain()
	f, ok := b.shown().(*renewForm)
	if !ok {
		b.t.Fatalf("there is %T", b.shown())
	}
	return f
}

func valueOf(f *widgets.Facts, label string) string {
	for _, row := range f.Values() {
		if row.Label == label {
			return row.Value
		}
	}
	return ""
}

func TestRenewInTwoClicks(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	alice := leaves["alice"]
	d := detailOf(b, alice)
	d.tap("Renew")
	f, ok := b.shown().(*renewForm)
	if !ok {
		t.Fatalf("there is %T", b.shown())
	}
	if f.revoke.Checked() {
		t.Error("revoking the old one is preset")
	}
	if got, want := f.staying.Text(), "The old one stays valid until "+b.Window.t.Date(alice.NotAfter); !strings.HasPrefix(got, want) {
		t.Errorf("it says %q", got)
	}
	if got, want := valueOf(f.then, "Until"), b.Window.t.Date(b.now().Add(-time.Hour).Add(alice.NotAfter.Sub(alice.NotBefore))); got != want {
		t.Errorf("the new one ends %q, want %q", got, want)
	}
	if got := valueOf(f.then, "Key"); got != "P-256, a new key" {
		t.Errorf("its key is %q", got)
	}
	b.queue.now += time.Minute
	test.Tap(f.create)
	b.queue.drain()
	fresh := b.found("alice")
	if fresh.Replaces != alice.ID || b.detailID() != fresh.ID {
		t.Errorf("made %+v, shown %s", fresh.Certificate, b.detailID())
	}
	if old := b.get(alice); old.Revoked || old.ReplacedBy != fresh.ID {
		t.Errorf("the old one: %+v", old)
	}
	d = b.frame.detail.inner.(*certDetail)
	if len(d.kinLinks) != 1 || !strings.HasPrefix(d.kinLinks[0].Text(), "Replaces") {
		t.Fatalf("links: %d", len(d.kinLinks))
	}
	test.Tap(d.kinLinks[0])
	b.queue.drain()
	d = b.frame.detail.inner.(*certDetail)
	if d.cert.ID != alice.ID || len(d.kinLinks) != 1 || !strings.HasPrefix(d.kinLinks[0].Text(), "Replaced by") {
		t.Errorf("it leads to %s with %d links", d.cert.Name, len(d.kinLinks))
	}
}

func TestReissueWithAChange(t *testing.T) {
	b := unlocked(t)
	root, _, leaves := b.acme()
	d := detailOf(b, leaves["api.acme.test"])
	d.choose("Reissue with a change…")
	f := b.shown().(*renewForm)
	if !f.change.Open() || b.win.Canvas().Focused() != f.names.Entry() {
		t.Error("the names are not at hand")
	}
	names := f.names.Names()
	f.names.SetNames(append(slices.Clone(names[1:]), "www.acme.test")...)
	f.chosen()
	i := slices.IndexFunc(f.authorities, func(c desk.Certificate) bool { return c.ID == root.ID })
	f.issuer.Choose(i + 1)
	f.revoke.SetChecked(true)
	f.chosen()
	b.queue.drain()
	if got := valueOf(f.then, "Signed by"); got != "Acme Root" {
		t.Errorf("signed by %q", got)
	}
	if got := f.staying.Text(); !strings.Contains(got, "is revoked") {
		t.Errorf("it says %q", got)
	}
	b.queue.now += time.Minute
	test.Tap(f.create)
	b.queue.drain()
	made := b.get(desk.Certificate{ID: b.detailID()})
	if made.IssuerID != root.ID || !slices.Contains(made.Names, "www.acme.test") || slices.Contains(made.Names, names[0]) || len(made.Names) != len(names) {
		t.Errorf("made %+v", made)
	}
	if old := b.get(leaves["api.acme.test"]); !old.Revoked || old.Reason != "superseded" {
		t.Errorf("the old one: %+v", old)
	}
}

func TestRenewedRootIsOneInTheTree(t *testing.T) {
	b := unlocked(t)
	root, issuing, _ := b.acme()
	f := b.renewing(root)
	if !f.revokes.Hidden {
		t.Error("a root can be revoked")
	}
	b.queue.now += time.Minute
	test.Tap(f.create)
	b.queue.drain()
	a := b.frame.at("authorities").(*authorities)
	var names []string
	for _, row := range a.rows {
		names = append(names, row.Name)
	}
	if got := strings.Join(names, ", "); got != "Acme Root, Acme Issuing" {
		t.Errorf("the tree has %s", got)
	}
	if a.rows[1].ID != issuing.ID || a.rows[1].depth != 1 {
		t.Error("what it signed hangs elsewhere")
	}
	d := b.frame.detail.inner.(*certDetail)
	if d.cert.Replaces != root.ID || len(d.kinLinks) != 1 {
		t.Fatalf("the detail is of %+v, with %d links", d.cert, len(d.kinLinks))
	}
	test.Tap(d.kinLinks[0])
	b.queue.drain()
	d = b.frame.detail.inner.(*certDetail)
	if d.cert.ID != root.ID || slices.Contains(strings.Split(buttonsOf(d), ", "), "Renew") {
		t.Errorf("the earlier one is %s, with %s", d.cert.Name, buttonsOf(d))
	}
}

func TestRootWithANewKeyWarns(t *testing.T) {
	b := unlocked(t)
	root, _, _ := b.acme()
	f := b.renewing(root)
	if !f.crossIn.Hidden || len(f.notices.Objects) != 0 {
		t.Error("cross-certificates are offered for the same key")
	}
	f.key.Choose(1)
	b.queue.drain()
	if f.crossIn.Hidden || len(f.notices.Objects) != 1 {
		t.Fatalf("%d warnings", len(f.notices.Objects))
	}
	if n := f.notices.Objects[0].(*widgets.Notice); !strings.Contains(n.Title(), "hang under the old key") {
		t.Errorf("it warns %q", n.Title())
	}
	f.cross.SetChecked(true)
	f.chosen()
	b.queue.drain()
	if len(f.notices.Objects) != 0 {
		t.Error("it warns though cross-certificates are made")
	}
	b.queue.now += time.Minute
	test.Tap(f.create)
	b.queue.drain()
	d := b.frame.detail.inner.(*certDetail)
	crosses := 0
	for _, item := range d.kinLinks {
		if strings.HasPrefix(item.Text(), "Cross-certificate") {
			crosses++
		}
	}
	if crosses != 1 {
		t.Errorf("%d cross-certificates in the detail", crosses)
	}
}

// What outlives a renewed authority is counted, and a root whose path length
// has no room for a cross-certificate is warned of.
func TestRenewingAnAuthorityWarns(t *testing.T) {
	b := unlocked(t)
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName, r.PathLength = "Tight", 0
	root, err := b.desk.Issue(context.Background(), desk.IssueRequest{Request: r})
	if err != nil {
		t.Fatal(err)
	}
	b.certify(pki.Client, root.ID, "laptop", 90, 390)
	warned := func(f *renewForm) (titles []string) {
		for _, o := range f.notices.Objects {
			titles = append(titles, o.(*widgets.Notice).Title())
		}
		return titles
	}
	f := b.renewing(root)
	f.valid.Choose(len(f.ends) - 1)
	f.until.SetText(b.now().AddDate(0, 0, 100).Format(time.DateOnly))
	b.queue.drain()
	if got := warned(f); len(got) != 1 || !strings.HasPrefix(got[0], "1 certificate under it ends later, on "+b.Window.t.Date(b.now().AddDate(0, 0, 390))) {
		t.Errorf("it warns %q", got)
	}
	b.picture("renew-outliving")
	f.valid.Choose(0)
	f.key.Choose(1)
	f.cross.SetChecked(true)
	f.chosen()
	b.queue.drain()
	if got := warned(f); len(got) != 1 || !strings.HasPrefix(got[0], "Programs in Go") {
		t.Errorf("it warns %q", got)
	}
	b.picture("renew-tight")
}

func TestRenewAllExpiring(t *testing.T) {
	b := unlocked(t)
	b.stock()
	o := b.overview()
	before := o.seen.counts.Attention
	if o.renew.Hidden || before == 0 {
		t.Fatal("renewing all is not offered")
	}
	test.Tap(o.renew)
	b.queue.drain()
	m := b.shown().(*renewMany)
	b.picture("renew-all")
	n := len(m.chosen())
	if n == 0 || m.start.Text() == "" || !strings.HasPrefix(m.sum.Text(), b.Window.t.Number(n)) {
		t.Fatalf("%d of %d will be renewed: %q", n, len(m.rows), m.sum.Text())
	}
	test.Tap(m.start)
	b.queue.drain()
	b.picture("renew-all-done")
	if !m.done || len(m.fate) != n || !strings.HasPrefix(m.sum.Text(), "Renewed ") {
		t.Errorf("it says %q", m.sum.Text())
	}
	test.Tap(m.start)
	b.queue.drain()
	o = b.overview()
	if got := o.seen.counts.Attention; got != before-n {
		t.Errorf("%d need attention, %d before, %d renewed", got, before, n)
	}
}

func TestManySelected(t *testing.T) {
	b := unlocked(t)
	b.acme()
	c := inCertificates(b)
	c.list.Select(0, 1, 2)
	c.chosen([]int{0, 1, 2})
	if c.manyLine.Hidden || c.manyText.Text() != "3 selected" {
		t.Fatalf("it says %q", c.manyText.Text())
	}
	b.picture("certificates-selected")
	list := c.several()
	b.openRenew(list)
	b.queue.drain()
	if m := b.shown().(*renewMany); len(m.rows) != 3 {
		t.Errorf("%d to renew", len(m.rows))
	}
	b.back()
	b.queue.drain()
	b.openExportMany(list)
	b.queue.drain()
	b.picture("export-many")
	if p := b.shown().(*bulkPage); len(p.made) != 3 {
		t.Errorf("%d to export", len(p.made))
	}
	b.back()
	b.queue.drain()
	c.list.Select(0)
	c.chosen([]int{0})
	if !c.manyLine.Hidden {
		t.Error("one is not several")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestLooksOfRenewing(t *testing.T) {
	for _, look := range []struct {
		name, language string
		dark           bool
	}{{"light", "en", false}, {"dark", "en", true}, {"zh", "zh-TW", false}, {"ja", "ja", false}} {
		b := unlocked(t, func(o *Options) { o.Dark, o.Printer = &look.dark, i18n.New(look.language) })
		root, _, leaves := b.acme()
		f := b.renewing(leaves["api.acme.test"])
		b.picture("renew-" + look.name)
		b.win.Resize(fyne.NewSize(leastWidth, leastHeight))
		f.change.SetOpen(true)
		f.layoutAgain()
		b.queue.drain()
		b.picture("renew-narrow-" + look.name)
		b.win.Resize(fyne.NewSize(firstWidth, firstHeight))
		f = b.renewing(root)
		f.key.Choose(1)
		b.queue.drain()
		b.picture("renew-root-" + look.name)
		if f.then.Values() == nil {
			t.Fatal("nothing is foreseen")
		}
		b.queue.now += time.Minute
		test.Tap(f.create)
		b.queue.drain()
		b.picture("renew-detail-" + look.name)
		d := detailOf(b, leaves["alice"])
		b.picture("detail-" + look.name)
		b.openRenew([]desk.Certificate{leaves["alice"], leaves["api.acme.test"]})
		b.queue.drain()
		b.picture("renew-many-" + look.name)
		b.openDelete([]desk.Certificate{d.cert})
		b.queue.drain()
		b.picture("delete-" + look.name)
	}
}

func TestDuplicateFillsTheForm(t *testing.T) {
	b := unlocked(t)
	_, issuing, leaves := b.acme()
	like := leaves["api.acme.test"]
	detailOf(b, like).choose("Duplicate…")
	f, ok := b.shown().(*issueForm)
	if !ok {
		t.Fatalf("there is %T", b.shown())
	}
	b.picture("duplicate")
	a := f.asked()
	var names []string
	for _, n := range a.main.Names {
		names = append(names, n.Shown)
	}
	if !slices.Equal(names, like.Names) || a.main.IssuerID != issuing.ID || a.main.Kind != like.Kind || a.main.Key != like.Key || a.main.Replaces != "" {
		t.Errorf("the form says %+v under %s", a.main.Request, a.main.IssuerID)
	}
	test.Tap(f.create)
	b.queue.drain()
	made := b.get(desk.Certificate{ID: b.detailID()})
	if made.ID == like.ID || !slices.Equal(made.Names, like.Names) || made.Replaces != "" {
		t.Errorf("made %+v", made)
	}
	detailOf(b, issuing).choose("Duplicate…")
	f = b.shown().(*issueForm)
	if f.name.Text != "" || f.kind != "authority" {
		t.Errorf("an authority of the same name is filled in: %q", f.name.Text)
	}
}
