package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// The folder of another program, from the first look to the vault: see
// desk/testdata/README.md for its passwords.
func TestImportAFolderOfEasyRSA(t *testing.T) {
	b := unlocked(t)
	b.openImport("desk/testdata/easy-rsa")
	b.queue.drain()
	i := b.shown().(*importer)
	if len(i.found.Folders) != 1 || i.found.Folders[0].Kind != desk.FolderEasyRSA {
		t.Fatalf("it recognises %+v", i.found.Folders)
	}
	if len(i.asked) != 2 || !strings.HasSuffix(i.asked[0].path, "bob.key") || !strings.HasSuffix(i.asked[1].path, "ca.key") {
		t.Fatalf("it asks for the passwords of %+v", i.asked)
	}
	i.asked[0].secret.SetText("nonsense")
	i.asked[1].secret.SetText("easy-root")
	i.see()
	b.queue.drain()
	if len(i.asked) != 1 || i.asked[0].field.Fault() == "" || i.asked[0].secret.Text() != "nonsense" {
		t.Fatalf("then of %+v", i.asked)
	}
	if i.keep.Text() != "Keep 7" {
		t.Errorf("the button says %q", i.keep.Text())
	}
	test.Tap(i.keep)
	b.queue.drain()
	root, err := b.desk.FindAuthority("Easy Root")
	if err != nil || !root.HasKey {
		t.Fatalf("%+v, %v", root, err)
	}
	revoked, err := b.desk.Certificates(desk.Filter{Health: desk.Revoked})
	if err != nil || len(revoked) != 2 {
		t.Errorf("%d revoked, %v", len(revoked), err)
	}
	if b.frame.current != "authorities" {
		t.Errorf("it shows %s", b.frame.current)
	}

	// Bob's key was left behind and comes alone.
	b.openImport("desk/testdata/easy-rsa/pki/private/bob.key")
	b.queue.drain()
	i = b.shown().(*importer)
	i.asked[0].secret.SetText("bob-pass")
	i.see()
	b.queue.drain()
	test.Tap(i.keep)
	b.queue.drain()
	if bob, err := b.desk.FindLeaf("bob"); err != nil || !bob.HasKey {
		t.Errorf("bob: %+v, %v", bob, err)
	}
}

func TestImportSaysWhatCameIn(t *testing.T) {
	b := unlocked(t)
	i := newImporter(b.Window)
	for _, c := range []struct {
		done desk.Imported
		want string
	}{
		{desk.Imported{}, "Nothing of this was new."},
		{desk.Imported{Certificates: make([]desk.Certificate, 2), Requests: 1, Revoked: 1, Elsewhere: 3},
			"Brought 2 certificates into the vault. 1 request. 1 is revoked. 3 revoked serial numbers without their certificates."},
		{desk.Imported{Elsewhere: 1}, "1 revoked serial number without its certificate."},
	} {
		if got := i.brought(c.done); got != c.want {
			t.Errorf("it says %q, want %q", got, c.want)
		}
	}
}

func TestLooksOfImporting(t *testing.T) {
	for _, look := range []struct {
		name, lang string
		dark       bool
		size       fyne.Size
	}{
		{"light", "en", false, fyne.NewSize(firstWidth, firstHeight)},
		{"dark", "en", true, fyne.NewSize(leastWidth, leastHeight)},
		{"zh", "zh-TW", false, fyne.NewSize(leastWidth, leastHeight)},
		{"ja", "ja", true, fyne.NewSize(firstWidth, firstHeight)},
	} {
		b := unlocked(t, func(o *Options) { o.Dark, o.Printer = &look.dark, i18n.New(look.lang) })
		b.win.Resize(look.size)
		b.openImport("desk/testdata/easy-rsa")
		b.queue.drain()
		b.picture("import-closed-" + look.name)
		i := b.shown().(*importer)
		i.asked[1].secret.SetText("easy-root")
		i.asked[0].secret.SetText("bob-pass")
		i.see()
		b.queue.drain()
		b.picture("import-open-" + look.name)
		wanted := b.Window.t.T("import.with-key") + " · " + b.Window.t.T("reason.keyCompromise")
		if said := texts(i.body); !strings.Contains(said, wanted) {
			t.Errorf("%s: of what is revoked it does not say %q:\n%s", look.name, wanted, said)
		}
		i.scroll.ScrollToBottom()
		i.scroll.Refresh()
		b.picture("import-open-end-" + look.name)
		b.openImport("desk/testdata/bad")
		b.queue.drain()
		b.picture("import-bad-" + look.name)
		b.shown().(*importer).scroll.ScrollToBottom()
		b.shown().(*importer).scroll.Refresh()
		b.picture("import-bad-end-" + look.name)
		i = b.shown().(*importer)
		if need, has := i.body.MinSize().Width, i.scroll.Size().Width; need > has {
			t.Errorf("%s: it needs %v of %v", look.name, need, has)
		}
		if need, has := i.body.MinSize().Height, i.body.Size().Height; need > has {
			t.Errorf("%s: it needs %v of %v", look.name, need, has)
		}
	}
}
