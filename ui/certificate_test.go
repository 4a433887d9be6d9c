package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// detailOf shows a certificate's detail and reads it whole.
func detailOf(b *bench, c desk.Certificate) *certDetail {
	b.t.Helper()
	b.navigate(placeOf(c), c.ID)
	b.queue.drain()
	d, ok := b.frame.detail.inner.(*certDetail)
	if !ok || d.whole == nil {
		b.t.Fatalf("there is %T", b.frame.detail.inner)
	}
	return d
}

func factsOf(d *certDetail) map[string]widgets.Fact {
	facts := map[string]widgets.Fact{}
	for _, f := range d.facts.Values() {
		facts[f.Label] = f
	}
	return facts
}

func buttonsOf(d *certDetail) string {
	var names []string
	for _, b := range d.buttons {
		names = append(names, b.Text())
	}
	return strings.Join(names, ", ")
}

func (d *certDetail) tap(name string) {
	d.w.run.(*queue).t.Helper()
	i := slices.IndexFunc(d.buttons, func(b *widgets.Button) bool { return b.Text() == name })
	if i < 0 {
		d.w.run.(*queue).t.Fatalf("there is no button %q among %s", name, buttonsOf(d))
	}
	test.Tap(d.buttons[i])
	d.w.run.(*queue).drain()
}

// choose takes an item of the menu behind More.
func (d *certDetail) choose(label string) {
	d.w.run.(*queue).t.Helper()
	for _, item := range d.menuItems() {
		if item.Label == label {
			item.Action()
			d.w.run.(*queue).drain()
			return
		}
	}
	d.w.run.(*queue).t.Fatalf("there is no item %q behind More", label)
}

func TestDetailSaysWhatThereIs(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	alice := leaves["alice"]
	d := detailOf(b, alice)
	if got := d.status.Text(); got != "Good" {
		t.Errorf("its status is %q", got)
	}
	if got := strings.Join(d.chainNames(), " > "); got != "Acme Root > Acme Issuing > alice" {
		t.Errorf("its chain is %q", got)
	}
	facts := factsOf(d)
	for label, want := range map[string]string{
		"Names": "alice@acme.test", "Use": "prove who a client is", "Key": "P-256, kept in the vault",
		"Signed by": "Acme Issuing", "Serial": alice.Serial, "Made": "22 Nov 2026",
		"SHA-256": alice.Fingerprint[:11] + "…" + alice.Fingerprint[len(alice.Fingerprint)-5:],
	} {
		if got := facts[label].Value; got != want {
			t.Errorf("%s is %q, want %q", label, got, want)
		}
	}
	if facts["SHA-256"].Copy != alice.Fingerprint || facts["Serial"].Copy != alice.Serial {
		t.Error("fingerprint and serial are not copied whole")
	}
	if got := buttonsOf(d); got != "Export for…, Try it, Renew, Revoke, Is it trusted?, More" {
		t.Errorf("its buttons are %s", got)
	}
}

func TestDetailShowsAtOnceWhatTheListKnew(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	inCertificates(b)
	b.showDetail(leaves["alice"]) // nothing was read yet
	d := b.frame.detail.inner.(*certDetail)
	if d.whole != nil || factsOf(d)["Serial"].Value != leaves["alice"].Serial {
		t.Error("it waits for the vault")
	}
	if got := strings.Join(d.chainNames(), " > "); got != "Acme Issuing > alice" {
		t.Errorf("its chain is %q", got)
	}
}

func TestChainLeadsToAuthorities(t *testing.T) {
	b := unlocked(t)
	root, _, leaves := b.acme()
	d := detailOf(b, leaves["alice"])
	d.chainTapped(2)
	if b.frame.current != "certificates" {
		t.Error("the certificate's own name leads away")
	}
	d.chainTapped(0)
	b.queue.drain()
	if b.frame.current != "authorities" || b.detailID() != root.ID {
		t.Errorf("the root leads to %s", b.frame.current)
	}
}

func TestDetailOfAnAuthority(t *testing.T) {
	b := unlocked(t)
	root, issuing, _ := b.acme()
	d := detailOf(b, issuing)
	if got := factsOf(d)["Issued"].Value; got != "6 certificates" {
		t.Errorf("it issued %q", got)
	}
	want := "New certificate, Export for…, Many at once, Renew, Revoke, Is it trusted?, More, Show the 6 certificates it signed"
	if got := buttonsOf(d); got != want {
		t.Errorf("its buttons are %s, want %s", got, want)
	}
	d.tap("Show the 6 certificates it signed")
	if b.frame.current != "certificates" || b.certificates().list.Len() != 6 {
		t.Error("it does not show what it signed")
	}
	d = detailOf(b, root)
	if got := factsOf(d)["Signed by"].Value; got != "itself" {
		t.Errorf("the root is signed by %q", got)
	}
	d.tap("New certificate")
	f, ok := b.shown().(*issueForm)
	if !ok || f.issuerID() != root.ID || f.kind != pki.Server {
		t.Errorf("it opens %T", b.shown())
	}
}

func TestDetailActs(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	d := detailOf(b, leaves["alice"])
	d.choose("Copy as PEM")
	text := b.app.Clipboard().Content()
	if !strings.HasPrefix(text, "-----BEGIN CERTIFICATE-----") || strings.Contains(text, "PRIVATE") {
		t.Errorf("on the clipboard is %.40q", text)
	}
	d.tap("Export for…")
	if e, ok := b.shown().(*export); !ok || e.cert.ID != leaves["alice"].ID {
		t.Errorf("it opens %T", b.shown())
	}
	d = detailOf(b, leaves["alice"])
	d.tap("Try it")
	if b.frame.current != "connections" || b.connections().form.chosenCert() != leaves["alice"].ID {
		t.Error("it is not tried")
	}
}

func TestDetailOfACertificateWithoutItsKey(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	c := leaves["alice"]
	c.HasKey = false
	d := newDetail(b.Window, c)
	if got := buttonsOf(d); got != "Export for…, Renew, Revoke, Is it trusted?, More" {
		t.Errorf("its buttons are %s", got)
	}
	if got := factsOf(d)["Key"].Value; got != "P-256, not in the vault" {
		t.Errorf("its key is %q", got)
	}
}

func TestManyNamesAreCounted(t *testing.T) {
	b := unlocked(t)
	names := make([]string, 40)
	for i := range names {
		names[i] = "a.test"
	}
	d := newDetail(b.Window, desk.Certificate{Names: names, Kind: pki.Server})
	if got := d.names(); !strings.HasSuffix(got, "a.test and 28 more") {
		t.Errorf("it says %q", got)
	}
}

func TestDetailFollowsTheVault(t *testing.T) {
	b := unlocked(t)
	root, _, _ := b.acme()
	d := detailOf(b, root)
	if d.issued != (desk.Issued{Authorities: 1}) {
		t.Fatalf("it issued %+v", d.issued)
	}
	d.more.SetOpen(true)
	b.issue(request(t, pki.Client, root.ID, "Zoe", ""))
	b.changed()
	b.queue.drain()
	if d.issued.Certificates != 1 || !d.more.Open() {
		t.Errorf("it says that it issued %+v, More is open: %v", d.issued, d.more.Open())
	}
}

func TestLifeUsed(t *testing.T) {
	from, until := testDay, testDay.Add(100*day)
	for days, want := range map[int]float64{-5: 0, 0: 0, 25: 0.25, 100: 1, 130: 1} {
		if got := lifeUsed(from, until, testDay.AddDate(0, 0, days)); got != want {
			t.Errorf("after %d days it is %v, want %v", days, got, want)
		}
	}
	if got := lifeUsed(until, from, testDay); got != 1 {
		t.Errorf("of no life at all %v is over", got)
	}
}

func TestAuthoritiesAreATree(t *testing.T) {
	b := unlocked(t)
	b.navigate("authorities", "")
	b.queue.drain()
	a := b.shown().(*authorities)
	if !a.empty.Visible() || a.add.Visible() {
		t.Error("the empty place shows more than a sentence and a button")
	}
	root, issuing, _ := b.acme()
	b.issue(request(t, pki.Authority, "", "Zulu Root", ""))
	b.navigate("authorities", issuing.ID)
	b.queue.drain()
	var rows []string
	for i := range a.list.Len() {
		cells := a.list.RowAt(i).Cells
		rows = append(rows, strings.Repeat("  ", cells[0].Indent)+cells[0].Text+"|"+cells[0].Second+"|"+cells[1].Text)
	}
	want := []string{
		"Acme Root|root, signs itself|1 authority",
		"  Acme Issuing|signed by Acme Root|6 certificates",
		"Zulu Root|root, signs itself|nothing yet",
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the tree is %q, want %q", rows, want)
	}
	if got := a.list.Selected(); !slices.Equal(got, []int{1}) || b.detailID() != issuing.ID {
		t.Errorf("chosen are %v", got)
	}
	a.list.Select(0)
	a.chosen([]int{0})
	if b.detailID() != root.ID {
		t.Error("the root's detail does not open")
	}
	a.exportSelected()
	b.queue.drain()
	if e, ok := b.shown().(*export); !ok || e.cert.ID != root.ID {
		t.Errorf("Ctrl+E shows %T", b.shown())
	}
}
