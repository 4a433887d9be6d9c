package ui

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
)

// brought is a folder as another tool would leave it: an authority's
// certificate, a client's certificate and its key, and a bundle with a
// password.
func brought(t *testing.T, b *bench) (folder, bundle string) {
	t.Helper()
	other, err := desk.Create(filepath.Join(t.TempDir(), "other.db"), nil, b.opt.Desk)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	made, err := other.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	bundle = filepath.Join(t.TempDir(), "alice.p12")
	for path, f := range map[string]struct {
		id     desk.ID
		format desk.Format
	}{
		filepath.Join(folder, "ca.pem"):     {made.Authority.ID, desk.PEM},
		filepath.Join(folder, "client.pem"): {made.Client.ID, desk.PEM},
		filepath.Join(folder, "client.key"): {made.Client.ID, desk.Key},
		bundle:                              {made.Client.ID, desk.P12},
	} {
		file, err := other.Export(f.id, f.format, "bundle-password")
		if err != nil {
			t.Fatal(err)
		}
		if err := desk.WriteFile(path, file, false); err != nil {
			t.Fatal(err)
		}
	}
	return folder, bundle
}

func TestImportAFolder(t *testing.T) {
	b := unlocked(t)
	folder, _ := brought(t, b)
	b.openImport(folder)
	b.queue.drain()
	i := b.shown().(*importer)
	if len(i.found.Certificates) != 2 || !i.keep.Visible() || i.keep.Text() != "Keep 2" {
		t.Fatalf("found %d certificates, the button says %q", len(i.found.Certificates), i.keep.Text())
	}
	b.picture("import")
	test.Tap(i.keep)
	b.queue.drain()
	list, err := b.desk.Certificates(desk.Filter{})
	if err != nil || len(list) != 1 || list[0].Name != "alice" || !list[0].HasKey {
		t.Errorf("the vault holds %+v, %v", list, err)
	}
	if _, still := b.shown().(*importer); still {
		t.Error("the importer is still there")
	}
	b.openImport(folder)
	b.queue.drain()
	if i := b.shown().(*importer); i.keep.Visible() {
		t.Error("what the vault has can be brought again")
	}
}

func TestImportABundleAsksForItsPassword(t *testing.T) {
	b := unlocked(t)
	_, bundle := brought(t, b)
	b.openImport(bundle)
	b.queue.drain()
	i := b.shown().(*importer)
	if len(i.asked) != 1 || i.keep.Visible() {
		t.Fatal("no password is asked for")
	}
	i.asked[0].secret.SetText("wrong")
	i.see()
	b.queue.drain()
	if len(i.asked) != 1 || i.asked[0].field.Fault() == "" {
		t.Error("a wrong password has no fault")
	}
	b.picture("import-wrong")
	i.asked[0].secret.SetText("bundle-password")
	i.see()
	b.queue.drain()
	test.Tap(i.keep)
	b.queue.drain()
	if c, err := b.desk.FindLeaf("alice"); err != nil || !c.HasKey {
		t.Errorf("alice: %+v, %v", c, err)
	}
	if len(i.given) != 0 || len(i.asked) != 0 {
		t.Error("the password stays on the screen")
	}
}

func TestImportSaysWhatItIsNot(t *testing.T) {
	b := unlocked(t)
	b.openImport()
	i := b.shown().(*importer)
	test.Tap(i.look)
	if i.pathsIn.Fault() == "" {
		t.Error("no path, and no fault")
	}
	junk := filepath.Join(t.TempDir(), "junk")
	if err := os.WriteFile(junk, []byte("nothing of note"), 0o600); err != nil {
		t.Fatal(err)
	}
	i.paths.SetText(`"` + junk + `"` + "\n/nowhere/at/all")
	test.Tap(i.look)
	b.queue.drain()
	if len(i.found.Unread) != 2 || len(i.unreadRows()) != 2 || len(i.results.Objects) != 1 || i.keep.Visible() {
		t.Errorf("unread %+v, %d cards", i.found.Unread, len(i.results.Objects))
	}
}

func TestStartOffersToBring(t *testing.T) {
	b := unlocked(t)
	p := newStart(b.Window)
	test.Tap(p.bring)
	if _, there := b.shown().(*importer); !there {
		t.Errorf("it shows %T", b.shown())
	}
}
