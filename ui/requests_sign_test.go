package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
)

func TestRequestComesInAndIsSigned(t *testing.T) {
	b := unlocked(t)
	root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	inRequests(b).w.openTake("")
	b.queue.drain()
	take := b.shown().(*requestTake)
	path := filepath.Join(t.TempDir(), "partner.csr")
	if err := os.WriteFile(path, csr(t, pki.Server, "api.partner.test", "api.partner.test 10.0.0.9"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.picture("requests-take")
	test.Type(take.path, path)
	b.submitBy(take.path)
	d := b.requestDetail()
	b.picture("requests-came")
	d.press(t, "Review and sign…")
	b.queue.drain()
	f := b.shown().(*signForm)
	b.picture("requests-sign")
	if f.issuerID() != root.ID || f.kind != pki.Server || f.name.Text != "api.partner.test" ||
		!slices.Equal(f.names.Names(), []string{"api.partner.test", "10.0.0.9"}) || f.sign.Disabled() {
		t.Errorf("it would be signed by %s, as %s %q %q", f.issuerID(), f.kind, f.name.Text, f.names.Names())
	}
	f.names.SetNames("api.partner.test")
	f.valid.Choose(2)
	b.queue.drain()
	if !slices.ContainsFunc(f.lines, func(l pki.Line) bool { return l.Field == pki.FieldNames && l.Why == pki.WhyChanged }) {
		t.Errorf("a name that was taken away does not show: %+v", f.lines)
	}
	test.Tap(f.sign)
	b.queue.drain()
	made := b.found("api.partner.test")
	if made.HasKey || !slices.Equal(made.Names, []string{"api.partner.test"}) || !made.NotAfter.Equal(testDay.AddDate(0, 0, 90)) || b.detailID() != made.ID {
		t.Errorf("it was signed as %+v", made.Certificate)
	}
	if r := inRequests(b); len(r.rows) != 1 || r.rows[0].State != desk.RequestSigned {
		t.Errorf("the request is %+v", r.rows)
	}
}

func TestSigningAPretender(t *testing.T) {
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	came := b.cameIn(csr(t, pki.Authority, "Pretender", ""))
	b.navigate("requests", came.ID)
	b.queue.drain()
	d := b.requestDetail()
	if len(d.notices) != 1 || !strings.Contains(d.notices[0].Title(), "asks to be an authority") {
		t.Errorf("it says nothing of it: %d notices", len(d.notices))
	}
	b.picture("requests-pretender")
	d.press(t, "Review and sign…")
	b.queue.drain()
	b.picture("requests-sign-pretender")
	f := b.shown().(*signForm)
	test.Tap(f.sign)
	b.queue.drain()
	if made := b.found("Pretender"); made.IsAuthority() || made.Kind != pki.Client {
		t.Errorf("it became %s", made.Kind)
	}
}

func TestSigningFaultsAreSaidAtTheirFields(t *testing.T) {
	b := unlocked(t)
	came := b.cameIn(csr(t, pki.Client, "alice", ""))
	b.openSign(came.ID)
	b.queue.drain()
	f := b.shown().(*signForm)
	if !f.nobody.Visible() {
		t.Error("it does not say that nobody can sign")
	}
	b.picture("requests-sign-nobody")
	test.Tap(f.sign)
	b.queue.drain()
	if got := f.fields[pki.FieldIssuer].Fault(); !strings.Contains(got, "Choose the authority") {
		t.Errorf("of the issuer it says %q", got)
	}
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	f.refresh()
	b.queue.drain()
	f.name.SetText("")
	b.queue.drain()
	test.Tap(f.sign)
	b.queue.drain()
	if got := f.fields[pki.FieldName].Fault(); !strings.Contains(got, "Give it a name") || f.nobody.Visible() {
		t.Errorf("of the name it says %q", got)
	}
	f.tiles.Select(0)
	f.setKind(pki.Server)
	b.queue.drain()
	test.Tap(f.sign)
	b.queue.drain()
	if got := f.fields[pki.FieldNames].Fault(); !strings.Contains(got, "at least one name") {
		t.Errorf("of the names it says %q", got)
	}
	if r, err := b.desk.Request(came.ID); err != nil || r.State != desk.RequestCame {
		t.Errorf("the request is %+v, %v", r.Request, err)
	}
}

func TestSigningAsAProfileSays(t *testing.T) {
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	came := b.cameIn(csr(t, pki.Client, "alice", ""))
	b.openSign(came.ID)
	b.queue.drain()
	f := b.shown().(*signForm)
	at := slices.IndexFunc(f.profiles, func(p desk.Profile) bool { return p.Name == "client-24-hours" })
	if at < 0 {
		t.Fatalf("the profiles are %+v", f.profiles)
	}
	f.profile.Choose(at + 1)
	b.queue.drain()
	test.Tap(f.sign)
	b.queue.drain()
	if made := b.found("alice"); made.Profile != "client-24-hours" || made.NotAfter.After(testDay.AddDate(0, 0, 2)) {
		t.Errorf("it was signed as %+v", made.Certificate)
	}
}

func TestLooksOfRequests(t *testing.T) {
	for _, look := range []struct {
		language string
		dark     bool
		size     fyne.Size
	}{
		{"en", true, fyne.NewSize(firstWidth, firstHeight)}, {"zh-TW", false, fyne.NewSize(leastWidth, leastHeight)},
		{"ja", false, fyne.NewSize(leastWidth, leastHeight)}, {"en", false, fyne.NewSize(leastWidth, leastHeight)},
	} {
		dark := look.dark
		b := unlocked(t, func(o *Options) { o.Dark = &dark })
		b.setLanguage(look.language)
		b.win.Resize(look.size)
		name := func(what string) string {
			return "requests-look-" + what + "-" + look.language + map[bool]string{false: "-light", true: "-dark"}[dark]
		}
		b.issue(request(t, pki.Authority, "", "Acme Root", ""))
		b.cameIn(csr(t, pki.Authority, "Partner Issuing", ""))
		came := b.cameIn(csr(t, pki.Server, "api.partner.test", "api.partner.test www.partner.test 10.0.0.9"))
		waiting, err := b.desk.MakeRequest(t.Context(), request(t, pki.Client, "", "王小明", "ming@acme.test").Request)
		if err != nil {
			t.Fatal(err)
		}
		inRequests(b)
		b.picture(name("list"))
		for _, id := range []desk.ID{came.ID, waiting.ID} {
			b.navigate("requests", id)
			b.queue.drain()
			b.picture(name("detail-" + b.requestDetail().request.Origin))
			var shown []string
			for _, x := range b.requestDetail().buttons {
				shown = append(shown, x.Text())
			}
			if len(shown) < 4 || slices.ContainsFunc(shown, func(s string) bool { return s == "" || strings.Contains(s, "requests.") }) {
				t.Errorf("%s: the buttons say %q", look.language, shown)
			}
		}
		b.openSign(came.ID)
		b.queue.drain()
		b.picture(name("sign"))
		if f := b.shown().(*signForm); f.label(pki.Line{Field: pki.FieldNames}) == "" {
			t.Error("a line without a label")
		}
		b.openRequestNew()
		b.queue.drain()
		b.picture(name("new"))
		f := b.shown().(*requestForm)
		f.tiles.Select(3)
		f.setKind(pki.Authority)
		if !f.authority.Visible() || f.fields[pki.FieldNames].Visible() {
			t.Error("the fields are not those of an authority")
		}
		b.picture(name("new-authority"))
	}
}
