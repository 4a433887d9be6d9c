package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
)

// partnerShown is the page of a partner in the middle.
func (b *bench) partnerShown() *partnerPage {
	b.t.Helper()
	p, ok := b.shown().(*partnerPage)
	if !ok {
		b.t.Fatalf("there is %T, not a partner", b.shown())
	}
	return p
}

// press taps a button of the page by its name.
func (p *partnerPage) press(b *bench, name string) {
	b.t.Helper()
	x := p.buttons[name]
	if x == nil {
		b.t.Fatalf("there is no button %q", name)
	}
	test.Tap(x)
	b.queue.drain()
}

// states are the states of a direction's lines, by their codes.
func (p *partnerPage) states(dir desk.Direction) map[string]desk.LineState {
	all := map[string]desk.LineState{}
	for _, r := range p.page.Routes {
		if r.Direction == dir {
			for _, l := range r.Lines {
				all[l.Code] = l.State
			}
		}
	}
	return all
}

func (b *bench) mustBe(dir desk.Direction, code string, want desk.LineState) {
	b.t.Helper()
	if got := b.partnerShown().states(dir)[code]; got != want {
		b.t.Errorf("%s, %s is %q, want %q", dir, code, got, want)
	}
}

// addPartner fills the form in, with an authority that is there.
func (b *bench) addPartner(name string) {
	b.t.Helper()
	b.navigate("partners", "")
	b.queue.drain()
	b.shown().(*partners).create()
	b.queue.drain()
	f := b.shown().(*partnerForm)
	test.Type(f.name, name)
	f.urls[desk.TheyCall].SetText("https://localhost:8443/orders")
	b.picture("partners-form")
	test.Tap(f.save)
	b.queue.drain()
}

func TestNoPartnersYet(t *testing.T) {
	b := unlocked(t)
	b.navigate("partners", "")
	b.queue.drain()
	p := b.shown().(*partners)
	if !p.empty.Visible() || p.add.Visible() {
		t.Error("the empty state is not shown alone")
	}
	b.picture("partners-empty")
	p.create()
	b.queue.drain()
	f := b.shown().(*partnerForm)
	if !f.noAuthority.Visible() {
		t.Error("it does not say that there is no authority")
	}
	test.Tap(f.save)
	b.queue.drain()
	if f.nameIn.Fault() == "" {
		t.Error("a partner without a name has no fault")
	}
	f.name.SetText("Globex")
	f.urls[desk.WeCall].SetText("http://globex.test")
	test.Tap(f.save)
	b.queue.drain()
	if f.urlsIn[desk.WeCall].Fault() == "" {
		t.Error("an address without TLS has no fault")
	}
	b.picture("partners-form-faults")
}

// TestPartnerFromTheFirstClickToBothDirections goes the whole way: who provides
// what, our certificates, the stand-in with tries both ways, the kit out, their
// kit in, their authority trusted.
func TestPartnerFromTheFirstClickToBothDirections(t *testing.T) {
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	b.addPartner("Globex")
	p := b.partnerShown()
	b.picture("partners-page")
	b.mustBe(desk.WeCall, desk.LineAuthority, desk.LineDone)
	b.mustBe(desk.WeCall, desk.LineTheirAuthority, desk.LineWaiting)
	b.mustBe(desk.TheyCall, desk.LineURL, desk.LineDone)

	p.press(b, "we-call/our-certificate")
	f := b.shown().(*partnerMake)
	b.picture("partners-make-client")
	f.name.SetText("acme-orders")
	test.Tap(f.do)
	b.queue.drain()
	b.mustBe(desk.WeCall, desk.LineOurCertificate, desk.LineDone)
	b.partnerShown().press(b, "they-call/our-certificate")
	f = b.shown().(*partnerMake)
	if got := strings.Join(f.names.Names(), " "); got != "localhost" {
		t.Errorf("the server is suggested as %q", got)
	}
	b.picture("partners-make-server")
	test.Tap(f.do)
	b.queue.drain()
	b.mustBe(desk.TheyCall, desk.LineOurCertificate, desk.LineDone)

	b.partnerShown().press(b, "we-call/try") // there is nobody to try with: it makes the stand-in
	if !b.partnerShown().standIn {
		t.Fatal("there is no stand-in")
	}
	b.tryDirection(desk.WeCall, "partners-try-we-call")
	b.tryDirection(desk.TheyCall, "partners-try-they-call")
	b.picture("partners-page-tried")
	b.sendKit(t)
	b.picture("partners-page-sent")
	b.takeKit(t)
	b.mustBe(desk.WeCall, desk.LineTheirAuthority, desk.LineDone)
	b.picture("partners-page-trusted")
	b.waitsForGlobex(t)
	b.partnerShown().press(b, "stand-in-remove")
	if list, err := b.desk.Certificates(desk.Filter{Search: "Stand-in"}); err != nil || len(list) != 0 || b.partnerShown().standIn {
		t.Errorf("of the stand-in there is %+v, %v", list, err)
	}
	b.back()
	b.queue.drain()
	if all := b.shown().(*partners); len(all.items) != 1 || !strings.Contains(all.items[0].Text(), "Globex") {
		t.Errorf("the list says %+v", all.items)
	}
	b.picture("partners-list")
}

// tryDirection tries a direction and goes back.
func (b *bench) tryDirection(dir desk.Direction, picture string) {
	b.t.Helper()
	b.partnerShown().press(b, string(dir)+"/try")
	p := b.shown().(*partnerTrying)
	b.queue.until("the try ends", func() bool { return p.stop == nil })
	b.picture(picture)
	if got := p.verdict.Body(); !strings.Contains(got, "200") {
		b.t.Errorf("it says %q, %q", p.verdict.Title(), got)
	}
	b.back()
	b.queue.drain()
	b.mustBe(dir, desk.LineTry, desk.LineDone)
}

// newBenchDesk is another vault, as another company has.
func newBenchDesk(t *testing.T) *desk.Desk {
	t.Helper()
	d, err := desk.Create(filepath.Join(t.TempDir(), "globex.db"), nil, desk.Options{KDF: &cheap, Now: func() time.Time { return testDay }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestPartnerAsksAndSigns(t *testing.T) {
	b := unlocked(t)
	root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	p := desk.Partner{Name: "Globex", AuthorityID: root.ID}
	p.SetDirections(desk.Directions()...)
	p.WeCall.SetOurSigner(desk.Them)
	p, err := b.desk.AddPartner(p)
	if err != nil {
		t.Fatal(err)
	}
	b.navigate("partners", p.ID)
	b.queue.drain()
	b.partnerShown().press(b, "we-call/our-request")
	test.Tap(b.shown().(*partnerMake).do)
	b.queue.drain()
	b.mustBe(desk.WeCall, desk.LineOurRequest, desk.LineDone)
	b.mustBe(desk.WeCall, desk.LineRequestSent, desk.LineOpen)
	b.partnerShown().press(b, "we-call/our-request-sent/sent")
	b.mustBe(desk.WeCall, desk.LineAnswer, desk.LineWaiting)

	path := filepath.Join(t.TempDir(), "ask.csr")
	if err := os.WriteFile(path, csr(t, pki.Client, "globex-client", ""), 0o600); err != nil {
		t.Fatal(err)
	}
	b.partnerShown().press(b, "take")
	f := b.shown().(*partnerTake)
	f.drop([]string{path})
	b.queue.drain()
	b.picture("partners-take-request")
	test.Tap(f.keep)
	b.queue.drain()
	b.mustBe(desk.TheyCall, desk.LineTheirs, desk.LineOpen)
	b.partnerShown().press(b, "they-call/their-certificate")
	b.picture("partners-sign")
	test.Tap(b.shown().(*partnerMake).do)
	b.queue.drain()
	b.mustBe(desk.TheyCall, desk.LineTheirs, desk.LineDone)
	if got := b.found("globex-client"); got.HasKey || got.Issuer != "Acme Root" {
		t.Errorf("signed was %+v", got.Certificate)
	}
	b.partnerShown().press(b, "delete")
	b.picture("partners-delete")
	b.partnerShown().press(b, "delete-yes")
	if all, err := b.desk.Partners(); err != nil || len(all) != 0 {
		t.Errorf("partners are %+v, %v", all, err)
	}
}

func TestKeyForAPartnerIsShownOnce(t *testing.T) {
	b := unlocked(t)
	root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	p := desk.Partner{Name: "Initech", AuthorityID: root.ID}
	p.SetDirections(desk.TheyCall)
	p.TheyCall.TheirSigner = desk.Us
	p, err := b.desk.AddPartner(p)
	if err != nil {
		t.Fatal(err)
	}
	b.navigate("partners", p.ID)
	b.queue.drain()
	b.partnerShown().press(b, "they-call/their-request/key")
	b.picture("partners-make-for-them")
	test.Tap(b.shown().(*partnerMake).do)
	b.queue.drain()
	b.partnerShown().press(b, "kit")
	k := b.shown().(*partnerKit)
	if k.options.Secret || k.secret == nil || k.secret.Checked() {
		t.Fatalf("it holds a key unasked: %+v", k.options)
	}
	test.Tap(k.secret)
	b.queue.drain()
	b.picture("partners-kit-secret")
	path := filepath.Join(t.TempDir(), "kit.zip")
	k.path.SetText(path)
	test.Tap(k.save)
	b.queue.drain()
	b.picture("partners-kit-password")
	password := k.options.Password
	if password == "" || strings.Contains(zipText(t, path, desk.ReadmeFile), password) {
		t.Errorf("the password %q is in the text", password)
	}
	if _, err := pki.Decode([]byte(zipText(t, path, "initech-client.p12")), password); err != nil {
		t.Error(err)
	}
	b.back()
	b.queue.drain()
	if k.options.Password != "" {
		t.Error("the password stays in memory")
	}
}
