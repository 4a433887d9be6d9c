package ui

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
)

// verifying opens the verifier on a new server's certificate.
func verifying(t *testing.T, options ...func(*Options)) (*bench, *verifier) {
	t.Helper()
	b := unlocked(t, options...)
	root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	middle := b.issue(request(t, pki.Authority, root.ID, "Acme Issuing", ""))
	server := b.issue(request(t, pki.Server, middle.ID, "api.acme.test", "api.acme.test 10.0.0.7"))
	b.issue(request(t, pki.Authority, "", "Partner", ""))
	b.openVerify(server)
	b.queue.drain()
	v, ok := b.shown().(*verifier)
	if !ok {
		t.Fatalf("there is %T", b.shown())
	}
	return b, v
}

// pauseAfter does what a person does and waits until it was looked at.
func (b *bench) pauseAfter(do func()) {
	do()
	b.queue.pass(typingPause)
	b.queue.drain()
}

func TestVerifyTrusted(t *testing.T) {
	b, v := verifying(t)
	if v.last == nil || !v.last.Trusted || len(v.last.Links) != 3 || v.purpose.Value() != "a server" {
		t.Fatalf("%+v", v.last)
	}
	if got := v.verdict.Body(); got != "It is accepted as a server on 22 Nov 2026." {
		t.Errorf("it says %q", got)
	}
	b.picture("verify-trusted")
}

// TestVerifyName: the name is wrong, one click mends it.
func TestVerifyName(t *testing.T) {
	b, v := verifying(t)
	b.pauseAfter(func() { v.name.SetText("b.acme.test") })
	if v.last.Trusted || v.last.Mend() != desk.MendName {
		t.Fatalf("%+v", v.last.Findings)
	}
	want := "api.acme.test: It is not for b.acme.test. It is for: api.acme.test, 10.0.0.7. Issue it again with the name b.acme.test."
	if got := v.verdict.Body(); got != want {
		t.Errorf("it says %q", got)
	}
	b.picture("verify-name")
	old := v.cert
	v.reissue("b.acme.test")
	b.queue.drain()
	if !v.last.Trusted || v.cert.ID == old.ID || !strings.Contains(strings.Join(v.cert.Names, " "), "b.acme.test") {
		t.Errorf("%+v of %v", v.last.Findings, v.cert.Names)
	}
}

func TestVerifyChoices(t *testing.T) {
	b, v := verifying(t)
	for _, tc := range []struct {
		name   string
		choose func()
		code   string
		at     int
	}{
		{"as a client", func() { v.purpose.Choose(1) }, pki.FindingPurpose, 0},
		{"as anything", func() { v.purpose.Choose(4) }, "", 0},
		{"in two years", func() { v.at.SetText("2028-11-22") }, pki.FindingExpired, 0},
		{"today", func() { v.at.SetText("") }, "", 0},
		{"trusting a partner only", func() { v.trust.Choose(4) }, pki.FindingRootUntrusted, 2},
		{"trusting the root only", func() { v.trust.Choose(3) }, "", 0},
		{"trusting this computer", func() { v.trust.Choose(1) }, pki.FindingRootUntrusted, 2},
		{"trusting the vault", func() { v.trust.Choose(0) }, "", 0},
	} {
		b.pauseAfter(tc.choose)
		f := v.last.Worst()
		switch {
		case tc.code == "" && !v.last.Trusted:
			t.Errorf("%s: %+v", tc.name, v.last.Findings)
		case tc.code != "" && (f == nil || f.Code != tc.code || f.Index != tc.at):
			t.Errorf("%s: %+v (%v)", tc.name, v.last.Findings, v.trust.Options())
		}
	}
	b.pauseAfter(func() { v.at.SetText("soon") })
	if v.atField.Fault() == "" {
		t.Error("a date that is none is taken")
	}
}

// TestVerifyFile: a certificate of a file, against a file.
func TestVerifyFile(t *testing.T) {
	b, _ := verifying(t)
	server, err := b.desk.Find("api.acme.test")
	if err != nil {
		t.Fatal(err)
	}
	pem, err := b.desk.PEM(server.ID)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "server.pem")
	if err := os.WriteFile(path, []byte(pem), 0o600); err != nil {
		t.Fatal(err)
	}
	b.openInspector(path)
	b.queue.drain()
	b.inspector().found.items[0].Mine.Same = nil // as for what the vault has not
	b.inspector().show()
	b.tap(b.inspector().detail, b.say("verify.open"))
	v := b.shown().(*verifier)
	if v.last == nil || !v.last.Trusted || v.last.Purpose != pki.Server {
		t.Fatalf("%+v", v.last)
	}
	v.trustFile(path)
	b.queue.drain()
	if v.last.Trusted != true { // it is trusted as it is
		t.Errorf("%+v", v.last.Findings)
	}
}

// TestVerifyLooks draws the screen in small, dark and in each language.
func TestVerifyLooks(t *testing.T) {
	for _, lang := range i18n.Languages() {
		dark := lang != "en"
		b, v := verifying(t, func(o *Options) { o.Printer, o.Dark = i18n.New(lang), &dark })
		if theme.Dark() != dark {
			t.Errorf("%s: dark is %v", lang, theme.Dark())
		}
		b.win.Resize(fyne.NewSize(900, 600))
		b.pauseAfter(func() { v.at.SetText("2029-01-01") })
		b.pauseAfter(func() { v.trust.Choose(4) })
		b.picture("verify-" + lang)
		if size := v.root.MinSize(); size.Width > 900-160 {
			t.Errorf("%s: it needs a width of %v", lang, size.Width)
		}
		old, anew := b.issue(request(t, pki.Authority, "", "Twin", "")), filepath.Join(t.TempDir(), "anew.pem")
		server := b.issue(request(t, pki.Server, old.ID, "twin.test", "twin.test"))
		if err := os.WriteFile(anew, pki.EncodeCertificates(pkitest.Root(t, "Twin").Certificate), 0o600); err != nil {
			t.Fatal(err)
		}
		b.openVerify(server)
		b.queue.drain()
		v = b.shown().(*verifier)
		v.trustFile(anew)
		b.queue.drain()
		if f := v.last.Worst(); f == nil || f.Code != pki.FindingRootSameName {
			t.Errorf("%+v", v.last.Findings)
		}
		b.picture("verify-twin-" + lang)
		test.Tap(fyneButton(t, v))
		b.queue.drain()
		if !v.last.Trusted {
			t.Errorf("%s: the button does not mend it: %+v", lang, v.last.Findings)
		}
	}
}

// fyneButton is the one button of the verdict.
func fyneButton(t *testing.T, v *verifier) fyne.Tappable {
	t.Helper()
	buttons := v.mendButtons(*v.last)
	if len(buttons) != 1 {
		t.Fatalf("%d buttons", len(buttons))
	}
	return buttons[0].(fyne.Tappable)
}

// TestDetailWarns: what clients will not like is said of a certificate, and
// before it is imported.
func TestDetailWarns(t *testing.T) {
	b := unlocked(t)
	c, _ := pkitest.Leaf(t, pkitest.Root(t, "Strangers"), func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter, c.DNSNames = testDay.AddDate(-1, 0, 0), testDay.AddDate(5, 0, 0), []string{"a_b.test", "dot."}
	})
	path := pkitest.File(t, "stranger.pem", pki.EncodeCertificates(c))
	b.openImport(path)
	b.queue.drain()
	b.picture("verify-import")
	i := b.shown().(*importer)
	_, rows := i.certificateRows()
	want := []string{"No client takes dot. for a name. Refused by browsers.", "a_b.test has an underscore. Some clients refuse such host names.",
		"Apple's devices refuse server certificates that last more than 825 days."}
	if len(rows) != 1 || !slices.Equal(slices.Sorted(slices.Values(rows[0].notes)), slices.Sorted(slices.Values(want))) {
		t.Errorf("rows %+v", rows)
	}
	i.bring()
	b.queue.drain()
	kept, err := b.desk.Find("leaf")
	if err != nil {
		t.Fatal(err)
	}
	b.navigate("certificates", kept.ID)
	b.queue.drain()
	d := b.frame.detail.inner.(*certDetail)
	if len(d.whole.Warnings) != 3 {
		t.Errorf("%+v", d.whole.Warnings)
	}
	b.picture("verify-detail")
}

func TestEveryFindingIsWorded(t *testing.T) {
	for _, lang := range i18n.Languages() {
		p := i18n.New(lang)
		for _, code := range pki.FindingCodes() {
			if !p.Has("finding." + code) {
				t.Errorf("%s: no words for the finding %q", lang, code)
			}
			if said := p.Finding(code, "x", "y", "z"); strings.Contains(said, "<no value>") {
				t.Errorf("%s: %s: %q", lang, code, said)
			}
		}
		for _, m := range desk.Mends() {
			if !p.Has("verify.mend." + string(m)) {
				t.Errorf("%s: no words for the mend %q", lang, m)
			}
		}
		for _, kind := range verifyPurposes {
			if kind != "" && !p.Has("verify.purpose."+string(kind)) {
				t.Errorf("%s: no words for the purpose %q", lang, kind)
			}
		}
	}
}
