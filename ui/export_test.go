package ui

import (
	"os"
	"path/filepath"
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

// exporting is a bench with the export of a certificate of the example.
func exporting(t *testing.T, pick func(desk.Example) desk.Certificate) (*bench, *export, string) {
	t.Helper()
	folder := t.TempDir()
	b := unlocked(t, func(o *Options) { o.Folder = folder })
	made, err := b.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.openExport(pick(made))
	b.queue.drain()
	return b, b.shown().(*export), folder
}

func client(e desk.Example) desk.Certificate { return e.Client }

func (e *export) take(t *testing.T, code string) {
	t.Helper()
	n := slices.IndexFunc(e.targets, func(target desk.Target) bool { return target.Code == code })
	if n < 0 {
		t.Fatalf("there is no target %s", code)
	}
	e.tiles.Select(n)
	e.choose(n)
}

func TestExportABundle(t *testing.T) {
	b, e, folder := exporting(t, client)
	b.picture("export")
	password := e.password.Text
	if len(password) < 20 {
		t.Fatalf("the password made is %q", password)
	}
	test.Tap(e.save)
	b.queue.drain()
	b.picture("export-done")
	path := filepath.Join(folder, "alice.p12")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := pki.DecodePKCS12(data, password)
	if err != nil || bundle.Certificate.Subject.CommonName != "alice" || len(bundle.Chain) != 1 {
		t.Errorf("the bundle holds %v, %v", bundle.Certificate.Subject, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(filepath.Join(folder, "Example-Root.pem")); err != nil {
		t.Errorf("the authority's file: %v", err)
	}
	if e.save.Visible() || e.cancel.Visible() {
		t.Error("a second click on Save would do something else")
	}
	e.again()
	if !e.save.Visible() || len(e.body.Objects) != 1 || e.body.Objects[0] != e.form {
		t.Error("the form is not back")
	}
}

func TestExportAsksBeforeReplacing(t *testing.T) {
	b, e, folder := exporting(t, client)
	path := filepath.Join(folder, "alice.p12")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	test.Tap(e.save)
	b.queue.drain()
	if !e.trouble.Visible() {
		t.Fatal("it does not ask")
	}
	b.picture("export-exists")
	if data, _ := os.ReadFile(path); string(data) != "mine" {
		t.Fatal("the file was replaced unasked")
	}
	e.write(true)
	b.queue.drain()
	if data, _ := os.ReadFile(path); string(data) == "mine" {
		t.Error("it was not replaced")
	}
}

func TestExportFaultsAtTheirFields(t *testing.T) {
	b, e, folder := exporting(t, client)
	e.password.SetText("")
	test.Tap(e.save)
	if e.secretIn.Fault() == "" {
		t.Error("an empty password has no fault")
	}
	e.password.SetText("something")
	e.folder.SetText(" ")
	test.Tap(e.save)
	b.queue.drain()
	if e.folderIn.Fault() == "" {
		t.Error("no folder has no fault")
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("%d files were written", len(left))
	}
}

func TestEveryTargetHasWordsAndWrites(t *testing.T) {
	for _, pick := range []func(desk.Example) desk.Certificate{
		client,
		func(e desk.Example) desk.Certificate { return e.Server },
		func(e desk.Example) desk.Certificate { return e.Authority },
	} {
		b, e, folder := exporting(t, pick)
		for _, target := range e.targets {
			if target.Code == byHand {
				continue
			}
			for _, key := range []string{"export.target." + target.Code, "export.target." + target.Code + ".text", "export.next." + target.Code} {
				if !b.Window.t.Has(key) {
					t.Errorf("no message %s", key)
				}
			}
			e.take(t, target.Code)
			e.folder.SetText(filepath.Join(folder, target.Code))
			test.Tap(e.save)
			b.queue.drain()
			if e.save.Visible() {
				t.Fatalf("%s for %s was not written", e.cert.Name, target.Code)
			}
			if text := texts(e.body); strings.Contains(text, "<no value>") {
				t.Errorf("the words for %s lack something: %s", target.Code, text)
			}
			e.again()
		}
	}
}

func TestExportByHand(t *testing.T) {
	_, e, folder := exporting(t, client)
	e.take(t, byHand)
	if !e.formatIn.Visible() || !e.secretIn.Visible() {
		t.Error("neither format nor password can be chosen")
	}
	e.format.Choose(slices.Index(e.formats(), desk.DER))
	if e.secretIn.Visible() {
		t.Error("DER asks for a password")
	}
	test.Tap(e.save)
	e.w.run.(*queue).drain()
	if _, err := os.Stat(filepath.Join(folder, "alice.der")); err != nil {
		t.Error(err)
	}
}

func TestPasswordLeavesTheClipboard(t *testing.T) {
	b, e, _ := exporting(t, client)
	b.copySecret(e.password.Text)
	if b.app.Clipboard().Content() != e.password.Text {
		t.Fatal("it was not copied")
	}
	b.queue.pass(31 * time.Second)
	if got := b.app.Clipboard().Content(); got != "" {
		t.Errorf("after half a minute the clipboard holds %q", got)
	}
	b.copySecret(e.password.Text)
	b.app.Clipboard().SetContent("mine")
	b.queue.pass(31 * time.Second)
	if got := b.app.Clipboard().Content(); got != "mine" {
		t.Errorf("what a person copied since is %q", got)
	}
}

func TestLeavingTheExportForgetsThePassword(t *testing.T) {
	b, e, _ := exporting(t, client)
	b.lock()
	b.queue.drain()
	if e.password.Text != "" {
		t.Error("the password is still on the screen")
	}
}

// TestExportForAServer: another authority's clients are let in where that is
// chosen, and the configuration names its file.
func TestExportForAServer(t *testing.T) {
	folder := t.TempDir()
	b := unlocked(t, func(o *Options) { o.Folder = folder })
	made, err := b.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	partner := pki.NewRequest(pki.Authority)
	partner.Subject.CommonName = "Partner"
	if _, err := b.desk.Issue(t.Context(), desk.IssueRequest{Request: partner}); err != nil {
		t.Fatal(err)
	}
	b.openExport(made.Server)
	b.queue.drain()
	e := b.shown().(*export)
	e.take(t, "haproxy")
	if !e.trustIn.Visible() {
		t.Fatal("the clients' authority cannot be chosen")
	}
	e.trust.Choose(1 + slices.IndexFunc(e.roots, func(c desk.Certificate) bool { return c.Name == "Partner" }))
	b.picture("export-server")
	test.Tap(e.save)
	b.queue.drain()
	b.picture("export-server-done")
	ca, err := os.ReadFile(filepath.Join(folder, "Partner.pem"))
	if items, wrong := pki.Decode(ca, ""); err != nil || wrong != nil || items[0].Certificate.Subject.CommonName != "Partner" {
		t.Errorf("the clients' authority: %v %v", err, wrong)
	}
	if text := texts(e.body); !strings.Contains(text, "ca-file "+filepath.Join(folder, "Partner.pem")) {
		t.Errorf("the configuration does not name the partner's file:\n%s", text)
	}
	b.tap(e.body, "Save haproxy.cfg here")
	b.queue.drain()
	if data, err := os.ReadFile(filepath.Join(folder, "haproxy.cfg")); err != nil || !strings.Contains(string(data), "verify required") {
		t.Errorf("the configuration: %v %s", err, data)
	}
	e.again()
	e.take(t, byHand)
	if e.trustIn.Visible() {
		t.Error("by hand, another authority can be chosen and is not written")
	}
}

// TestExportWrittenIsWhole: what goes on after the writing is at the top of the
// page however long the configuration is, and nothing is wider than the page.
func TestExportWrittenIsWhole(t *testing.T) {
	for _, language := range i18n.Languages() {
		folder := t.TempDir()
		b := unlocked(t, func(o *Options) { o.Folder, o.Printer = folder, i18n.New(language) })
		b.win.Resize(fyne.NewSize(900, 600))
		made, err := b.desk.MakeExample(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.openExport(made.Server)
		b.queue.drain()
		e := b.shown().(*export)
		for _, code := range []string{"nginx", "partner"} {
			e.take(t, code)
			e.folder.SetText(filepath.Join(folder, code))
			test.Tap(e.save)
			b.queue.drain()
			b.picture("export-written-" + code + "-" + language)
			for _, button := range []*widgets.Button{e.done, e.other} {
				at := fyne.CurrentApp().Driver().AbsolutePositionForObject(button)
				if !button.Visible() || at.Y > 100 || at.X+button.Size().Width > 900 {
					t.Errorf("%s, %s: the button is at %v, visible %v", language, code, at, button.Visible())
				}
			}
			if need, has := e.root.MinSize().Width, e.root.Size().Width; need > has {
				t.Errorf("%s, %s: the page needs %v of %v", language, code, need, has)
			}
			test.Tap(e.other)
			b.queue.drain()
			if e.done.Visible() || !e.save.Visible() {
				t.Error("the form is not back")
			}
		}
	}
}
