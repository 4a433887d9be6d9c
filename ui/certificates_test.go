package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
)

// request is a request for a certificate; names are for servers.
func request(t *testing.T, kind pki.Kind, issuer desk.ID, name, names string) desk.IssueRequest {
	t.Helper()
	r := pki.NewRequest(kind)
	r.Subject.CommonName = name
	if names != "" {
		var faults pki.Faults
		if r.Names, faults = pki.ParseNames(names); len(faults) > 0 {
			t.Fatal(faults)
		}
	}
	return desk.IssueRequest{IssuerID: issuer, Request: r}
}

// issue makes a certificate in the bench's vault.
func (b *bench) issue(r desk.IssueRequest) desk.Certificate {
	b.t.Helper()
	made, err := b.desk.Issue(b.t.Context(), r)
	if err != nil {
		b.t.Fatal(err)
	}
	return made
}

// acme fills the vault: a root, an intermediate, servers and clients in all
// states of health, and moves the clock to see them.
func (b *bench) acme() (root, issuing desk.Certificate, leaves map[string]desk.Certificate) {
	b.t.Helper()
	root = b.issue(request(b.t, pki.Authority, "", "Acme Root", ""))
	issuing = b.issue(request(b.t, pki.Authority, root.ID, "Acme Issuing", ""))
	leaves = map[string]desk.Certificate{}
	for _, x := range []struct {
		kind        pki.Kind
		name, names string
		days        int
	}{
		{pki.Server, "api.acme.test", "api.acme.test localhost 127.0.0.1 ::1", 72},
		{pki.Client, "alice", "alice@acme.test", 397},
		{pki.Client, "billing", "spiffe://acme.test/billing", 56},
		{pki.Both, "gateway.acme.test", "gateway.acme.test *.acme.test", 800},
		{pki.Client, "王小明", "ming@acme.test", 360},
		{pki.Server, "metrics.acme.test", "metrics.acme.test 10.0.0.7", 250},
	} {
		r := request(b.t, x.kind, issuing.ID, x.name, x.names)
		r.NotAfter = b.now().AddDate(0, 0, x.days)
		leaves[x.name] = b.issue(r)
	}
	b.queue.now += 60 * 24 * time.Hour // no timer runs meanwhile: nobody was away
	b.stir()
	return root, issuing, leaves
}

// names are the first cells of the list's rows.
func (c *certificates) names() []string {
	var names []string
	for i := range c.list.Len() {
		names = append(names, c.list.RowAt(i).Cells[0].Text)
	}
	return names
}

func inCertificates(b *bench) *certificates {
	b.t.Helper()
	b.navigate("certificates", "")
	b.queue.drain()
	return b.certificates()
}

func TestCertificatesEmpty(t *testing.T) {
	b := unlocked(t)
	c := inCertificates(b)
	if !c.empty.Visible() || c.list.Visible() || c.add.Visible() || c.search.Visible() {
		t.Error("the empty vault shows more than one sentence and one button")
	}
	b.press(fyne.KeyN)
	b.queue.drain()
	if f, ok := b.shown().(*issueForm); !ok || f.then != pki.Server {
		t.Errorf("Ctrl+N shows %T", b.shown())
	}
}

func TestCertificatesAreFilteredByChips(t *testing.T) {
	b := unlocked(t)
	b.acme()
	c := inCertificates(b)
	want := []string{"All 6", "Server 3", "Client 4", "Expiring 1", "Expired 1", "Revoked 0"}
	if got := c.chips.Labels(); !slices.Equal(got, want) {
		t.Errorf("the chips are %q, want %q", got, want)
	}
	for i, want := range []string{
		"alice, api.acme.test, billing, gateway.acme.test, metrics.acme.test, 王小明",
		"api.acme.test, gateway.acme.test, metrics.acme.test",
		"alice, billing, gateway.acme.test, 王小明",
		"api.acme.test", "billing", "",
	} {
		c.chips.Select(i)
		c.chipChosen(i)
		b.queue.drain()
		if got := strings.Join(c.names(), ", "); got != want {
			t.Errorf("chip %d shows %q, want %q", i, got, want)
		}
	}
	if !c.none.Visible() || c.list.Visible() || !c.chips.Visible() {
		t.Error("no certificate matches, and it does not say so")
	}
}

func TestCertificatesAreSearchedWhileTyping(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	c := inCertificates(b)
	for _, search := range []struct{ typed, want string }{
		{"ACME.test", "alice, api.acme.test, billing, gateway.acme.test, metrics.acme.test, 王小明"},
		{"10.0.0.7", "metrics.acme.test"},
		{"spiffe:", "billing"},
		{"小明", "王小明"},
		{leaves["alice"].Serial, "alice"},
		{strings.ToUpper(leaves["billing"].Fingerprint[:20]), "billing"},
		{"nobody", ""},
	} {
		c.search.SetText(search.typed)
		b.queue.drain()
		if got := strings.Join(c.names(), ", "); got != search.want {
			t.Errorf("%q finds %q, want %q", search.typed, got, search.want)
		}
	}
	c.showAll()
	b.queue.drain()
	if got := c.list.Len(); got != 6 || c.search.Text != "" {
		t.Errorf("Show all shows %d, with %q in the search", got, c.search.Text)
	}
	b.press(fyne.KeyF)
	if b.win.Canvas().Focused() != c.search {
		t.Error("Ctrl+F does not go to the search")
	}
}

func TestOnlyTheLastSearchIsShown(t *testing.T) {
	b := unlocked(t)
	b.acme()
	c := inCertificates(b)
	c.search.SetText("alice")
	first := b.queue.todo
	b.queue.todo = nil
	c.search.SetText("billing")
	b.queue.drain()
	b.queue.todo = first // the slower one comes last
	b.queue.drain()
	if got := strings.Join(c.names(), ", "); got != "billing" {
		t.Errorf("it shows %q", got)
	}
}

func TestCertificatesAreSorted(t *testing.T) {
	b := unlocked(t)
	b.acme()
	late := request(t, pki.Client, b.authorityNamed("Acme Root").ID, "Zoe", "")
	late.NotAfter = b.now().AddDate(0, 0, 1)
	b.issue(late)
	c := inCertificates(b)
	for _, x := range []struct {
		column      int
		descending  bool
		first, last string
	}{
		{columnName, false, "alice", "王小明"},
		{columnName, true, "王小明", "alice"},
		{columnKind, false, "gateway.acme.test", "metrics.acme.test"},
		{columnIssuer, false, "alice", "Zoe"},
		{columnIssuer, true, "Zoe", "王小明"},
		{columnExpires, false, "billing", "gateway.acme.test"},
		{columnExpires, true, "gateway.acme.test", "billing"},
		{columnMade, true, "Zoe", "王小明"},
	} {
		c.list.OnSort(x.column, x.descending)
		b.queue.drain()
		names := c.names()
		if names[0] != x.first || names[len(names)-1] != x.last {
			t.Errorf("column %d, descending %v: %q", x.column, x.descending, names)
		}
	}
}

// authorityNamed reads an authority.
func (b *bench) authorityNamed(name string) desk.Certificate {
	b.t.Helper()
	c, err := b.desk.FindAuthority(name)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func TestRowsSayWhatACertificateIs(t *testing.T) {
	b := unlocked(t)
	b.acme()
	c := inCertificates(b)
	for i, want := range []string{
		"alice|alice@acme.test|client|Acme Issuing|in 337 days|24 Dec 2027|22 Nov 2026",
		"api.acme.test|localhost, 127.0.0.1, ::1|server|Acme Issuing|in 12 days|2 Feb 2027|22 Nov 2026",
		"billing|spiffe://acme.test/billing|client|Acme Issuing|expired 4 days ago|17 Jan 2027|22 Nov 2026",
		"gateway.acme.test|*.acme.test|both|Acme Issuing|in 2 years|30 Jan 2029|22 Nov 2026",
	} {
		cells := c.list.RowAt(i).Cells
		got := strings.Join([]string{cells[0].Text, cells[0].Second, cells[1].Text, cells[2].Text,
			cells[3].Text, cells[3].Second, cells[4].Text}, "|")
		if got != want {
			t.Errorf("row %d says %q, want %q", i, got, want)
		}
	}
}

func TestHostileNamesAreEscaped(t *testing.T) {
	b := unlocked(t)
	root, _, _ := b.acme()
	hostile := b.issue(request(t, pki.Client, root.ID, "moc.\u202elagel", ""))
	c := inCertificates(b)
	if names := c.names(); !slices.Contains(names, `moc.\u{202E}lagel`) {
		t.Errorf("the list shows %q", names)
	}
	b.navigate("certificates", hostile.ID)
	b.queue.drain()
	d := b.frame.detail.inner.(*certDetail)
	if chain := d.chainNames(); chain[len(chain)-1] != `moc.\u{202E}lagel` {
		t.Errorf("the chain shows %q", chain)
	}
}

func TestKeyboardGoesThroughTheList(t *testing.T) {
	b := unlocked(t)
	b.acme()
	c := inCertificates(b)
	c.list.Focus()
	list := c.list.Focusable()
	down := &fyne.KeyEvent{Name: fyne.KeyDown}
	list.TypedKey(down)
	list.TypedKey(down)
	b.queue.drain()
	if got := b.detailID(); got != c.rows[1].ID {
		t.Errorf("two arrows show %q", got)
	}
	list.TypedRune('m')
	b.queue.drain()
	if x, ok := c.one(); !ok || x.Name != "metrics.acme.test" {
		t.Errorf("m chooses %q", x.Name)
	}
	b.key(fyne.KeyEscape)
	if b.detailID() != "" {
		t.Error("Esc leaves the detail open")
	}
	if b.win.Canvas().Focused() != list {
		t.Error("Esc does not go back to the list")
	}
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if b.detailID() != c.rows[4].ID {
		t.Error("Enter does not open the detail again")
	}
	b.press(fyne.KeyE)
	b.queue.drain()
	if e, ok := b.shown().(*export); !ok || e.cert.Name != "metrics.acme.test" {
		t.Errorf("Ctrl+E shows %T", b.shown())
	}
}

func TestSeveralChosenHaveNoDetail(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	b.navigate("certificates", leaves["alice"].ID)
	b.queue.drain()
	c := b.certificates()
	if b.detailID() != leaves["alice"].ID {
		t.Fatal("there is no detail of alice")
	}
	c.list.Select(0, 1)
	c.chosen([]int{0, 1})
	if b.detailID() != "" {
		t.Error("two certificates show a detail")
	}
	c.refresh()
	b.queue.drain()
	if got := c.list.Selected(); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("after reading again %v are chosen", got)
	}
}

func TestSelectingWhatTheListHides(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	c := inCertificates(b)
	c.setLens(lens{health: desk.Expired})
	c.search.SetText("bill")
	b.queue.drain()
	b.navigate("certificates", leaves["alice"].ID)
	b.queue.drain()
	if c.list.Len() != 6 || c.chips.Selected() != 0 || c.search.Text != "" {
		t.Errorf("%d rows, chip %d, search %q", c.list.Len(), c.chips.Selected(), c.search.Text)
	}
	if x, ok := c.one(); !ok || x.Name != "alice" || b.detailID() != x.ID {
		t.Errorf("chosen is %q", x.Name)
	}
}

func TestLenses(t *testing.T) {
	b := unlocked(t)
	root, issuing, _ := b.acme()
	b.issue(request(t, pki.Client, root.ID, "Zoe", ""))
	for _, x := range []struct {
		look        lens
		words, want string
	}{
		{lens{issuer: root.ID, name: root.Name}, "Signed by Acme Root", "Zoe"},
		{lens{health: desk.Good}, "Good certificates", "alice, gateway.acme.test, metrics.acme.test, Zoe, 王小明"},
		{lens{month: time.Date(2027, time.February, 1, 0, 0, 0, 0, time.UTC)}, "Ending in Feb 2027", "api.acme.test"},
		{lens{health: desk.Expired}, "", "billing"},
		{lens{issuer: issuing.ID, name: "x\u202ey"}, `Signed by x\u{202E}y`, "alice, api.acme.test, billing, gateway.acme.test, metrics.acme.test, 王小明"},
	} {
		b.showCertificates(x.look)
		b.queue.drain()
		c := b.certificates()
		if got := strings.Join(c.names(), ", "); got != x.want {
			t.Errorf("%+v shows %q, want %q", x.look, got, x.want)
		}
		if got := c.lensText.Text(); got != x.words || c.lensLine.Visible() == (x.words == "") {
			t.Errorf("%+v says %q, want %q", x.look, got, x.words)
		}
	}
}

func TestLockedVaultLeavesNothingInTheList(t *testing.T) {
	b := unlocked(t)
	b.acme()
	c := inCertificates(b)
	b.lock()
	b.queue.drain()
	if len(c.rows) != 0 || c.list.Len() != 0 {
		t.Error("rows are still held")
	}
}
