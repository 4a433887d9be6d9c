package ui

import (
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// catching is a window of the test's driver that keeps what takes drops, which
// that driver throws away.
type catching struct {
	fyne.Window
	dropped func(fyne.Position, []fyne.URI)
}

func (c *catching) SetOnDropped(f func(fyne.Position, []fyne.URI)) { c.dropped = f }

// drops lets files be dropped on the bench's window.
func (b *bench) drops() func(paths ...string) {
	c := &catching{Window: b.win}
	b.win = c
	b.watchDrops()
	return func(paths ...string) {
		var uris []fyne.URI
		for _, path := range paths {
			uris = append(uris, storage.NewFileURI(path))
		}
		c.dropped(fyne.NewPos(600, 400), uris)
		b.queue.drain()
	}
}

// TestDropsOpenWhatTheyAre: a folder and files open the import, a table the
// issuing of many; a page that takes files gets them; a locked window takes none.
func TestDropsOpenWhatTheyAre(t *testing.T) {
	b := unlocked(t)
	drop := b.drops()
	folder, bundle := brought(t, b)
	drop(folder)
	if i, ok := b.shown().(*importer); !ok || len(i.found.Certificates) != 2 || !i.keep.Visible() {
		t.Fatalf("a folder opens %T", b.shown())
	}
	drop(filepath.Join(folder, "client.pem"), filepath.Join(folder, "client.key"))
	i := b.shown().(*importer)
	if len(i.found.Certificates) != 1 || !strings.HasSuffix(i.paths.Text, "client.pem\n"+filepath.Join(folder, "client.key")) {
		t.Errorf("two files: %d certificates of %q", len(i.found.Certificates), i.paths.Text)
	}
	test.Tap(i.keep)
	b.queue.drain()
	if c, err := b.desk.FindLeaf("alice"); err != nil || !c.HasKey {
		t.Errorf("brought in: %+v, %v", c, err)
	}
	drop(bundle)
	if i := b.shown().(*importer); len(i.asked) != 1 {
		t.Errorf("a bundle asks for %d passwords", len(i.asked))
	}
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	drop(b.writeTable("alice\nbob\n"))
	if got := len(b.bulk().check.Items); got != 2 {
		t.Errorf("a table: %d lines", got)
	}
	b.lock()
	b.queue.drain()
	before := b.page
	drop(folder)
	if b.page != before || b.frame != nil {
		t.Error("a locked window opens what is dropped on it")
	}
}

// TestDroppedCertstrap: what certstrap left is dropped, its passphrases are
// given at their files, and all of it is kept: the authority with its key,
// certificates, the one that was revoked, and the request that waits.
func TestDroppedCertstrap(t *testing.T) {
	b := unlocked(t)
	out, err := filepath.Abs("desk/testdata/certstrap/out")
	if err != nil {
		t.Fatal(err)
	}
	b.drops()(out)
	i := b.shown().(*importer)
	b.picture("import-certstrap-asks")
	passwords := map[string]string{"Strap_Root.key": "root-pass", "alice.key": "alice-pass"}
	if len(i.asked) != len(passwords) {
		t.Fatalf("%d passwords are asked for", len(i.asked))
	}
	for _, a := range i.asked {
		a.secret.SetText(passwords[filepath.Base(a.path)])
	}
	test.Tap(i.look)
	b.queue.drain()
	b.picture("import-certstrap")
	if len(i.asked) != 0 || !i.keep.Visible() || !strings.Contains(texts(i.body), "certstrap") {
		t.Fatalf("%d are still asked for: %s", len(i.asked), texts(i.body))
	}
	test.Tap(i.keep)
	b.queue.drain()
	root, err := b.desk.FindAuthority("Strap Root")
	if err != nil || !root.HasKey {
		t.Errorf("the authority: %+v, %v", root, err)
	}
	for name, revoked := range map[string]bool{"alice": true, "server": false} {
		if c, err := b.desk.FindLeaf(name); err != nil || !c.HasKey || c.Revoked != revoked || c.IssuerID != root.ID {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	requests, err := b.desk.Requests()
	if err != nil {
		t.Fatal(err)
	}
	waiting := 0
	for _, r := range requests {
		if r.State == desk.RequestWaiting {
			waiting++
		}
	}
	if waiting != 1 {
		t.Errorf("%d requests wait", waiting)
	}
}

// TestInspectTypedFiles: the inspector's own field takes a path, and what was
// dropped is looked at closer.
func TestInspectTypedFiles(t *testing.T) {
	b := unlocked(t)
	folder, _ := brought(t, b)
	b.openInspector()
	b.queue.drain()
	i := b.inspector()
	i.target.SetText(filepath.Join(folder, "client.pem"))
	b.tap(i.content(), b.Window.t.T("inspect.look"))
	if len(i.found.items) != 1 {
		t.Fatalf("%d things, %v", len(i.found.items), i.found.failures)
	}
	b.shows(i, "Signed by Example Root.", "TLS client (clientAuth)")
	b.drops()(folder)
	b.tap(b.shown().content(), b.Window.t.T("inspect.closer"))
	if i := b.inspector(); len(i.found.items) != 2 || len(i.found.failures) != 0 {
		t.Errorf("found %d, %v", len(i.found.items), i.found.failures)
	}
}

// tilesIn are the tiles of a row, in order.
func tilesIn(o fyne.CanvasObject) []*widgets.Tile {
	switch o := o.(type) {
	case *widgets.Tile:
		return []*widgets.Tile{o}
	case *fyne.Container:
		var all []*widgets.Tile
		for _, child := range o.Objects {
			all = append(all, tilesIn(child)...)
		}
		return all
	case fyne.Widget:
		var all []*widgets.Tile
		for _, child := range test.WidgetRenderer(o).Objects() {
			all = append(all, tilesIn(child)...)
		}
		return all
	}
	return nil
}

// TestEveryBundleTile: each tile whose files are a .p12 is pressed, and OpenSSL
// opens what it wrote with the password that is shown.
func TestEveryBundleTile(t *testing.T) {
	b, e, folder := exporting(t, client)
	pressed := 0
	for n, target := range e.targets {
		if len(target.Formats) == 0 || target.Formats[0] != desk.P12 && target.Formats[0] != desk.P12Compatible {
			continue
		}
		test.Tap(tilesIn(e.tiles)[n])
		b.queue.drain()
		if e.target.Code != target.Code || !e.secretIn.Visible() {
			t.Fatalf("the tile of %s chooses %s", target.Code, e.target.Code)
		}
		e.folder.SetText(filepath.Join(folder, target.Code))
		test.Tap(e.save)
		b.queue.drain()
		files, err := filepath.Glob(filepath.Join(folder, target.Code, "*.p12"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%s: %v, %v", target.Code, files, err)
		}
		out := pkitest.Run(t, "openssl", "pkcs12", "-in", files[0], "-passin", "pass:"+e.password.Text, "-info", "-noenc")
		if !strings.Contains(out, "BEGIN PRIVATE KEY") || strings.Count(out, "BEGIN CERTIFICATE") != 2 {
			t.Errorf("%s: %s", target.Code, out)
		}
		pressed++
		e.again()
	}
	if pressed != 6 {
		t.Errorf("%d tiles were pressed", pressed)
	}
}
