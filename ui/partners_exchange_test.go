package ui

import (
	"archive/zip"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// sendKit writes the kit and notes it as sent.
func (b *bench) sendKit(t *testing.T) {
	t.Helper()
	b.partnerShown().press(b, "kit")
	k := b.shown().(*partnerKit)
	b.picture("partners-kit")
	if k.secret != nil {
		t.Error("a private key is offered, and none was made for them")
	}
	path := filepath.Join(t.TempDir(), "kit.zip")
	k.path.SetText(path)
	k.language.Choose(slices.Index(i18n.Languages(), "zh-TW"))
	test.Tap(k.save)
	b.queue.drain()
	b.picture("partners-kit-written")
	text := zipText(t, path, desk.ReadmeFile)
	if !strings.Contains(text, "雙向 TLS") || !strings.Contains(text, "ssl_verify_client") || strings.Contains(text, "PRIVATE KEY") {
		t.Errorf("the text is %s", text)
	}
	test.Tap(k.sent)
	b.queue.drain()
	b.mustBe(desk.WeCall, desk.LineAuthoritySent, desk.LineDone)
}

func zipText(t *testing.T, path, name string) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// takeKit takes in what Globex sent: its authority, a request for us, and a key
// by mistake.
func (b *bench) takeKit(t *testing.T) {
	t.Helper()
	folder := globexKit(t)
	b.partnerShown().press(b, "take")
	f := b.shown().(*partnerTake)
	f.drop([]string{folder})
	b.queue.drain()
	b.picture("partners-take")
	if len(f.trust) != 1 || len(f.in.Keys) != 1 || len(f.in.Others) != 1 {
		t.Fatalf("found were %+v", f.in)
	}
	test.Tap(f.keep)
	b.queue.drain()
	b.mustBe(desk.WeCall, desk.LineTheirAuthority, desk.LineWaiting) // nobody compared its fingerprint
	b.partnerShown().press(b, "take")
	f = b.shown().(*partnerTake)
	f.drop([]string{folder})
	b.queue.drain()
	for _, check := range f.trust {
		check.SetChecked(true)
	}
	test.Tap(f.keep)
	b.queue.drain()
}

// globexKit is what another company sent, with a private key by mistake.
func globexKit(t *testing.T) string {
	t.Helper()
	other := newBenchDesk(t)
	root, err := other.Issue(t.Context(), request(t, pki.Authority, "", "Globex Root", ""))
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := other.Issue(t.Context(), request(t, pki.Client, root.ID, "globex-client", ""))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, x := range []struct {
		id     desk.ID
		format desk.Format
	}{{root.ID, desk.PEM}, {leaf.ID, desk.PEM}, {leaf.ID, desk.Key}} {
		file, err := other.Export(x.id, x.format, "")
		if err == nil {
			err = desk.WriteFile(filepath.Join(folder, file.Name), file, false)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}
