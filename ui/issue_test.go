package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
)

// issuing is a bench with the form open, in a vault with a root.
func issuing(t *testing.T, kind pki.Kind) (*bench, *issueForm, desk.Certificate) {
	t.Helper()
	b := unlocked(t)
	root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	return b, b.openForm(kind, ""), root
}

func (b *bench) openForm(kind pki.Kind, issuer desk.ID) *issueForm {
	b.t.Helper()
	b.openIssue(kind, issuer)
	b.queue.drain()
	return b.shown().(*issueForm)
}

// submitBy presses Enter in a field.
func (b *bench) submitBy(on fyne.Focusable) {
	on.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.queue.drain()
}

// found is a certificate of the vault, by its name.
func (b *bench) found(name string) desk.Detail {
	b.t.Helper()
	c, err := b.desk.Find(name)
	if err != nil {
		b.t.Fatal(err)
	}
	d, err := b.desk.Detail(c.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

func TestServerAndItsClientAreMade(t *testing.T) {
	b, f, root := issuing(t, pki.Server)
	if b.win.Canvas().Focused() != f.names.Entry() {
		t.Error("the names do not have the focus")
	}
	test.Type(f.names.Entry(), "api.acme.test, localhost 10.0.0.7 bücher.example")
	test.Type(f.clientName, "alice")
	if !f.client.Checked() {
		t.Error("a client's name does not tick its box")
	}
	b.submitBy(f.clientName)
	made := b.found("api.acme.test")
	var names []string
	for _, n := range made.Described.Names {
		names = append(names, n.Value)
	}
	want := []string{"api.acme.test", "localhost", "xn--bcher-kva.example", "10.0.0.7"}
	if !slices.Equal(names, want) || made.Kind != pki.Server || made.IssuerID != root.ID {
		t.Errorf("it was made with %q, kind %s", names, made.Kind)
	}
	client := b.found("alice")
	if client.Kind != pki.Client || client.IssuerID != root.ID || !client.HasKey || len(client.Names) != 0 {
		t.Errorf("the client is %+v", client.Certificate)
	}
	if b.frame.current != "certificates" || b.detailID() != made.ID || len(b.frame.forms) != 0 {
		t.Error("its detail is not shown")
	}
	b.picture("issue-made")
}

func TestClientWithAnAddressIsMade(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	if f.clientField.Visible() || !f.namesField.Visible() || !f.nameField.Visible() {
		t.Error("the fields are not those of a client")
	}
	test.Type(f.name, "王小明")
	test.Type(f.names.Entry(), "ming@acme.test spiffe://acme.test/ming ")
	b.submitBy(f.name)
	made := b.found("王小明")
	if made.Kind != pki.Client || !slices.Equal(made.Names, []string{"ming@acme.test", "spiffe://acme.test/ming"}) {
		t.Errorf("it was made as %s with %q", made.Kind, made.Names)
	}
}

func TestIntermediateAuthorityIsMade(t *testing.T) {
	b, f, root := issuing(t, pki.Authority)
	if f.issuerID() != "" || f.valid.Value() != "10 years, until 22 Nov 2036" {
		t.Errorf("at first it is signed by %q, valid for %q", f.issuerID(), f.valid.Value())
	}
	test.Type(f.name, "Acme Issuing")
	f.issuer.Choose(1)
	b.queue.drain()
	if got := f.valid.Value(); got != "5 years, until 22 Nov 2031" {
		t.Errorf("under the root it is valid for %q", got)
	}
	test.Tap(f.create)
	b.queue.drain()
	made := b.found("Acme Issuing")
	if made.IssuerID != root.ID || made.Described.PathLength != 0 || b.frame.current != "authorities" {
		t.Errorf("it was made under %q, shown in %s", made.IssuerID, b.frame.current)
	}
}

func TestEverythingOfTheFormIsInTheCertificate(t *testing.T) {
	b, f, _ := issuing(t, pki.Server)
	f.tiles.Select(2)
	f.setKind(issueKinds[2])
	test.Type(f.names.Entry(), "gateway.acme.test ")
	f.key.Choose(1)
	f.valid.Choose(2)
	f.typed[pki.FieldOrganization].SetText("Acme, Inc.")
	f.typed[pki.FieldOrganizationalUnit].SetText("Ops")
	f.typed[pki.FieldLocality].SetText("臺北市")
	f.typed[pki.FieldState].SetText("Taiwan")
	f.typed[pki.FieldCountry].SetText("tw")
	test.Tap(f.create)
	b.queue.drain()
	made := b.found("gateway.acme.test")
	subject := made.X509.Subject
	if subject.Organization[0] != "Acme, Inc." || subject.OrganizationalUnit[0] != "Ops" ||
		subject.Locality[0] != "臺北市" || subject.Province[0] != "Taiwan" || subject.Country[0] != "TW" {
		t.Errorf("its subject is %v", subject)
	}
	if made.Kind != pki.Both || made.Key != pki.P384 || !made.NotAfter.Equal(testDay.AddDate(0, 0, 90)) {
		t.Errorf("it is a %s with %s until %v", made.Kind, made.Key, made.NotAfter)
	}
}

func TestUntilATypedDay(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	test.Type(f.name, "bob")
	f.valid.Choose(len(leafSpans) - 1)
	if !f.until.Visible() || b.win.Canvas().Focused() != f.until {
		t.Fatal("there is no field for the day")
	}
	test.Type(f.until, "2027-02-30")
	b.submitBy(f.until)
	if f.validField.Fault() == "" {
		t.Error("30 February is taken")
	}
	f.until.SetText("2027-03-01")
	b.queue.drain()
	if got := f.validField.Fault(); got != "" {
		t.Errorf("after it was mended it says %q", got)
	}
	b.submitBy(f.until)
	if got := b.found("bob").NotAfter; !got.Equal(time.Date(2027, 3, 1, 23, 59, 59, 0, time.UTC)) {
		t.Errorf("it ends %v", got)
	}
}

func TestFaultsAreSaidAtTheirFields(t *testing.T) {
	tests := []struct {
		name  string
		kind  pki.Kind
		fill  func(*issueForm)
		field func(*issueForm) interface{ Fault() string }
		want  string
	}{
		{"a server without names", pki.Server, func(*issueForm) {},
			func(f *issueForm) interface{ Fault() string } { return f.namesField }, "at least one name"},
		{"a name that is none", pki.Server, func(f *issueForm) { test.Type(f.names.Entry(), "a_b!c ") },
			func(f *issueForm) interface{ Fault() string } { return f.namesField }, "a_b!c is not a host name"},
		{"a name with a port", pki.Server, func(f *issueForm) { test.Type(f.names.Entry(), "localhost:8443 ") },
			func(f *issueForm) interface{ Fault() string } { return f.namesField }, "knows no ports"},
		{"a client without a name", pki.Client, func(*issueForm) {},
			func(f *issueForm) interface{ Fault() string } { return f.nameField }, "Give it a name"},
		{"an authority of a name that is taken", pki.Authority, func(f *issueForm) { f.name.SetText("acme root") },
			func(f *issueForm) interface{ Fault() string } { return f.nameField }, "an authority of this name already"},
		{"a country of three letters", pki.Client, func(f *issueForm) { f.name.SetText("bob"); f.typed[pki.FieldCountry].SetText("TWN") },
			func(f *issueForm) interface{ Fault() string } { return f.moreFields[pki.FieldCountry] }, "two letters"},
		{"a second certificate without a name", pki.Server, func(f *issueForm) {
			test.Type(f.names.Entry(), "a.test ")
			test.Tap(f.client)
		}, func(f *issueForm) interface{ Fault() string } { return f.clientField }, "take the tick away"},
		{"a name that is too long", pki.Client, func(f *issueForm) { f.name.SetText(strings.Repeat("n", 65)) },
			func(f *issueForm) interface{ Fault() string } { return f.nameField }, "At most 64 characters"},
		{"a day that is over", pki.Client, func(f *issueForm) {
			f.name.SetText("bob")
			f.valid.Choose(len(leafSpans) - 1)
			f.until.SetText("2020-01-01")
		}, func(f *issueForm) interface{ Fault() string } { return f.validField }, "ended already"},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			b, f, _ := issuing(t, x.kind)
			x.fill(f)
			b.queue.drain()
			if got := x.field(f).Fault(); got != "" {
				t.Errorf("before Create it says %q", got)
			}
			test.Tap(f.create)
			b.queue.drain()
			if got := x.field(f).Fault(); !strings.Contains(got, x.want) {
				t.Errorf("it says %q, want %q", got, x.want)
			}
			if f.create.Busy() || b.shown() != place(f) {
				t.Error("the form is not there to be mended")
			}
			if counts, err := b.desk.Counts(); err != nil || counts.All != 0 || counts.Authorities != 1 {
				t.Errorf("the vault holds %+v, %v", counts, err)
			}
		})
	}
}

func TestFaultsGoWhileTyping(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	b.submitBy(f.name)
	if f.nameField.Fault() == "" || b.win.Canvas().Focused() != f.name {
		t.Fatal("there is no fault, or no focus on it")
	}
	test.Type(f.name, "b")
	b.queue.drain()
	if got := f.nameField.Fault(); got != "" {
		t.Errorf("it still says %q", got)
	}
}

func TestWithoutAuthorityOneIsMadeFirst(t *testing.T) {
	b := unlocked(t)
	f := b.openForm(pki.Client, "")
	if !f.first.Visible() || f.kind != pki.Authority || b.win.Canvas().Focused() != f.name {
		t.Fatalf("it begins with %s", f.kind)
	}
	test.Type(f.name, "Acme Root")
	b.submitBy(f.name)
	if b.shown() != place(f) || f.kind != pki.Client || f.first.Visible() || f.name.Text != "" {
		t.Fatalf("it goes on with %s", f.kind)
	}
	if got := f.issuer.Value(); got != "Acme Root" {
		t.Errorf("it is signed by %q", got)
	}
	test.Type(f.name, "alice")
	b.submitBy(f.name)
	if made := b.found("alice"); made.Issuer != "Acme Root" {
		t.Errorf("it was signed by %q", made.Issuer)
	}
}

func TestIssuerIsTheNewestThatIsGood(t *testing.T) {
	b, _, root := issuing(t, pki.Server)
	below := b.issue(request(t, pki.Authority, root.ID, "Acme Issuing", ""))
	old := request(t, pki.Authority, "", "Brief Root", "")
	old.NotAfter = b.now().Add(time.Hour)
	b.issue(old)
	b.queue.now += 2 * time.Hour
	f := b.openForm(pki.Server, "")
	if f.issuerID() != below.ID {
		t.Errorf("it is signed by %q", f.issuer.Value())
	}
	if got := strings.Join(f.issuer.Options(), ", "); got != "Acme Root, Acme Issuing, Brief Root (expired)" {
		t.Errorf("offered are %s", got)
	}
	f = b.openForm(pki.Server, root.ID)
	if f.issuerID() != root.ID {
		t.Errorf("the one asked for is not taken, but %q", f.issuer.Value())
	}
	f.issuer.Choose(1)
	f.setKind(pki.Client)
	if f.issuerID() != below.ID {
		t.Error("the choice is gone with another kind")
	}
}

func TestCreatingCanBeCancelled(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	test.Type(f.name, "bob")
	b.queue.drain()
	test.Tap(f.create)
	if !f.create.Busy() || !b.frame.foot.line.Visible() {
		t.Fatal("it does not say that it works")
	}
	f.submit() // a second press does nothing
	if len(b.jobs) != 1 {
		t.Errorf("%d jobs run", len(b.jobs))
	}
	b.jobs[0].cancel()
	b.queue.drain()
	if f.create.Busy() || b.shown() != place(f) {
		t.Error("the form is not there again")
	}
	var missing *desk.NotFoundError
	if _, err := b.desk.Find("bob"); !errors.As(err, &missing) {
		t.Errorf("the vault has it: %v", err)
	}
}

func TestLockedMeanwhileShowsNothing(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	test.Type(f.name, "bob")
	test.Tap(f.create)
	b.lock()
	b.queue.drain()
	b.unlockPage()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	if b.frame == nil || b.shown() == place(f) {
		t.Error("it does not open, or shows the form of before")
	}
}

func TestEscLeavesTheForm(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	f.name.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.shown() == place(f) {
		t.Error("the form is still there")
	}
}
