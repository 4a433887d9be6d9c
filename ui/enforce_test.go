package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// enforcing starts a local server in a mode and asks whether it insists.
func enforcing(t *testing.T, mode testclient.Mode, options ...func(*Options)) (*lab, *insisting) {
	t.Helper()
	l, _ := example(t, options...)
	for n, m := range serverModes {
		if m == mode {
			l.c.local.mode.Choose(n)
		}
	}
	l.c.startLocal("")
	l.queue.drain()
	l.c.local.insists()
	l.queue.drain()
	return l, l.asked()
}

// asked is the page that is shown.
func (l *lab) asked() *insisting {
	l.t.Helper()
	i, ok := l.shown().(*insisting)
	if !ok {
		l.t.Fatalf("there is %T", l.shown())
	}
	return i
}

func TestEnforceLocalServer(t *testing.T) {
	for mode, want := range map[testclient.Mode]string{
		testclient.ModeMTLS:     "It insists, and could be stricter",
		testclient.ModeOptional: "It lets in who has no certificate",
		testclient.ModeTLS:      "It asks for no certificate: anyone gets in",
		testclient.ModePlain:    "It speaks plain HTTP: anyone gets in",
	} {
		t.Run(string(mode), func(t *testing.T) {
			_, i := enforcing(t, mode)
			if i.verdict.Title() != want || len(i.made) != len(testclient.TrialCodes()) {
				t.Errorf("%d attempts: %s", len(i.made), i.verdict.Title())
			}
			if mode == testclient.ModeOptional && i.made[0].Code != testclient.TrialNone {
				t.Errorf("%s stands first", i.made[0].Code)
			}
		})
	}
}

func TestEnforceTakesAway(t *testing.T) {
	l, i := enforcing(t, testclient.ModeMTLS)
	i.copy()
	if got := l.app.Clipboard().Content(); !strings.Contains(got, "**It insists, and could be stricter**") {
		t.Errorf("copied %q", got)
	}
	i.saveJSON()
	l.queue.drain()
	page := l.shown().(*savePage)
	path := filepath.Join(t.TempDir(), filepath.Base(page.path.Text))
	page.path.SetText(path)
	page.write()
	l.queue.drain()
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), `"insists": true`) || filepath.Base(path) != "insists-localhost.json" {
		t.Errorf("%s: %v %.80s", path, err, data)
	}
	if l.asked() != i {
		t.Error("the page is gone")
	}
	i.run()
	l.queue.drain()
	if i.last == nil || !i.last.Insists() {
		t.Errorf("again: %+v", i.last)
	}
}

// TestEnforceAfterATry: beside the result of a try stands the question.
func TestEnforceAfterATry(t *testing.T) {
	l := newLab(t)
	l.c.showMe()
	l.queue.drain()
	if n := len(l.c.verdict.buttons); n != 1 {
		t.Fatalf("%d buttons", n)
	}
	l.picture("enforce-offered")
	test.Tap(l.c.verdict.buttons[0])
	l.queue.drain()
	if i := l.asked(); i.last == nil || !i.last.Insists() {
		t.Errorf("it says %q", i.verdict.Title())
	}
}

// TestEnforceAsks: no connection is made beyond this computer before a person
// said that it may be.
func TestEnforceAsks(t *testing.T) {
	l, made := example(t)
	l.openEnforce(desk.Try{URL: "https://api.acme.test", CertificateID: made.Client.ID, TrustIDs: []desk.ID{made.Authority.ID}})
	l.queue.drain()
	i := l.asked()
	if i.verdict.Title() != "Is api.acme.test:443 yours to try?" || i.busy || i.last != nil || !i.again.Disabled() {
		t.Errorf("it says %q, busy %v", i.verdict.Title(), i.busy)
	}
	l.picture("enforce-confirm")
	l.back()
	l.openEnforce(desk.Try{URL: "https://localhost:1"})
	if _, ok := l.shown().(*insisting); ok {
		t.Error("without a certificate there is nothing to ask")
	}
	l.openEnforce(desk.Try{URL: "https://localhost:1", CertificateID: made.Client.ID})
	l.queue.drain()
	if i := l.asked(); i.verdict.Title() != "It could not be tried" {
		t.Errorf("it says %q", i.verdict.Title())
	}
	l.picture("enforce-unreachable")
}

// TestEnforceChooses: what is tried is chosen, and so is what it means that
// another authority's client gets in.
func TestEnforceChooses(t *testing.T) {
	l, made := example(t)
	other := l.authority("Partner Root")
	l.leaf(pki.Client, other.ID, "bob", "")
	server, err := l.desk.Serve(desk.Serve{CertificateID: made.Server.ID, ClientCAs: []desk.ID{made.Authority.ID, other.ID}, Mode: testclient.ModeMTLS})
	if err != nil {
		t.Fatal(err)
	}
	l.openEnforce(desk.Try{URL: server.URL() + "/hello", CertificateID: made.Client.ID, TrustIDs: []desk.ID{made.Authority.ID}})
	l.queue.drain()
	i := l.asked()
	if got := i.verdict.Title(); got != "It insists, and lets in clients of another authority too" {
		t.Errorf("as ever: %q", got)
	}
	again := func(want string, attempts int) {
		t.Helper()
		test.Tap(i.again)
		l.queue.drain()
		if got := i.verdict.Title(); got != want || len(i.made) != attempts {
			t.Errorf("%q after %d attempts, not %q after %d", got, len(i.made), want, attempts)
		}
	}
	test.Tap(i.choose.only)
	again("It lets in what it must not", len(testclient.TrialCodes())+1)
	test.Tap(i.choose.only)
	for n, code := range i.choose.codes {
		if code == testclient.TrialElsewhere || code == testclient.TrialWeakKey || code == testclient.TrialAuthority {
			test.Tap(i.choose.take[n])
		}
	}
	again("It insists", len(testclient.TrialCodes())-2)
}

// TestEnforceFiles: the right certificate may be in files, whose authority the
// vault has or has not.
func TestEnforceFiles(t *testing.T) {
	l, made := example(t)
	server, err := l.desk.Serve(desk.Serve{CertificateID: made.Server.ID, ClientCAs: []desk.ID{made.Authority.ID}, Mode: testclient.ModeMTLS})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	try := desk.Try{URL: server.URL() + "/hello", TrustIDs: []desk.ID{made.Authority.ID}}
	for _, format := range []desk.Format{desk.Chain, desk.Key} {
		f, err := l.desk.Export(made.Client.ID, format, "")
		path := filepath.Join(folder, f.Name)
		if err == nil {
			err = desk.WriteFile(path, f, false)
		}
		if err != nil {
			t.Fatal(err)
		}
		try.CertFiles = append(try.CertFiles, path)
	}
	l.openEnforce(try)
	l.queue.drain()
	if i := l.asked(); i.last == nil || !i.last.Insists() || i.last.Certificate != "alice" || i.last.Signed != 6 {
		t.Errorf("it says %q: %+v", i.verdict.Title(), i.last)
	}
}

func TestEnforceLooks(t *testing.T) {
	for _, lang := range i18n.Languages() {
		for n, look := range looks {
			mode := []testclient.Mode{testclient.ModeMTLS, testclient.ModeTLS}[n/2]
			if lang != "en" && n != 0 && n != len(looks)-1 {
				continue
			}
			l, i := enforcing(t, mode, func(o *Options) { o.Printer, o.Dark = i18n.New(lang), &look.dark })
			l.win.Resize(look.size)
			i.say()
			l.picture("enforce-" + lang + "-" + look.name)
			if wide, room := i.root.MinSize().Width, i.root.Size().Width; wide > room {
				t.Errorf("%s %s: needs %v of %v", lang, look.name, wide, room)
			}
			if need, has := i.body.MinSize().Height, i.body.Size().Height; need > has {
				t.Errorf("%s %s: the body needs %v of %v", lang, look.name, need, has)
			}
			i.choose.fold.SetOpen(true)
			i.settle()
			l.picture("enforce-options-" + lang + "-" + look.name)
			if need, has := i.body.MinSize().Height, i.body.Size().Height; need > has {
				t.Errorf("%s %s: open, the body needs %v of %v", lang, look.name, need, has)
			}
			l.back()
			l.c.openLocal(true)
			l.picture("enforce-panel-" + lang + "-" + look.name)
			if wide, room := l.c.root.MinSize().Width, l.c.root.Size().Width; wide > room {
				t.Errorf("%s %s: Connections needs %v of %v", lang, look.name, wide, room)
			}
		}
	}
}

// TestEnforceInActivity: the activity tells a server that does not insist from
// one that could not be tried.
func TestEnforceInActivity(t *testing.T) {
	for verdict, want := range map[string]string{
		testclient.VerdictLetsIn:      "Server does not insist",
		testclient.VerdictUnreachable: "Whether a server insists could not be tried",
		testclient.VerdictUnclear:     "Whether a server insists could not be told",
		testclient.VerdictEnded:       "Trying whether a server insists was stopped",
	} {
		a := desk.Activity{Verb: "enforce", Detail: map[string]string{"state": "failed", "verdict": verdict}}
		if got := deedWords(i18n.New("en"), a); got != want {
			t.Errorf("%s: %q", verdict, got)
		}
	}
}
