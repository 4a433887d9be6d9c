package ui

import (
	"context"
	"os"
	"path/filepath"
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

// notice is the n-th that the page shows, as its title and text.
func (p *restorePage) notice(t *testing.T, n int) (title, text string) {
	t.Helper()
	if n >= len(p.notices.Objects) {
		t.Fatalf("there are %d notices", len(p.notices.Objects))
	}
	for o := p.notices.Objects[n]; ; {
		switch part := o.(type) {
		case *widgets.Notice:
			return part.Title(), part.Body()
		case *fyne.Container: // around that of an error
			o = part.Objects[0]
		default:
			t.Fatalf("there is %T", o)
		}
	}
}

// TestRestoreSaysWhatItDoes: who was revoked after the backup stays revoked, and
// what is lost is said before.
func TestRestoreSaysWhatItDoes(t *testing.T) {
	for _, language := range []string{"en", "zh-TW", "ja"} {
		b := unlocked(t, func(o *Options) { o.Printer = i18n.New(language) })
		root := b.stock()
		ctx := context.Background()
		laptop := b.certify(pki.Client, root.ID, "laptop", 300)[0]
		if _, err := b.desk.Backup(ctx); err != nil {
			t.Fatal(err)
		}
		later := b.certify(pki.Client, root.ID, "phone", 300)[0]
		if _, err := b.desk.Revoke(ctx, []desk.ID{laptop.ID, later.ID}, pki.KeyCompromise, time.Time{}); err != nil {
			t.Fatal(err)
		}
		path := b.opt.Vault
		b.leaveVault()
		breakVault(t, path, noHeaders)
		b.openVault(path)
		b.queue.drain()
		test.Tap(b.repair().restore[0])
		b.queue.drain()
		p := b.page.(*restorePage)
		p.pass.SetText(testPassphrase)
		p.look()
		b.queue.drain()
		b.picture("restore-later-" + language)
		_, lost := p.notice(t, 0)
		_, kept := p.notice(t, 1)
		if !strings.Contains(lost, "phone") || !strings.Contains(kept, "laptop") || !strings.Contains(kept, "Acme Root") {
			t.Errorf("it says\n%s\n%s", lost, kept)
		}
		test.Tap(p.do)
		b.queue.drain()
		test.Tap(p.open)
		b.queue.drain()
		b.tryPassphrase(testPassphrase)
		b.queue.drain()
		if c, err := b.desk.Get(laptop.ID); err != nil || !c.Revoked {
			t.Errorf("%+v, %v", c, err)
		}
		if list, err := b.desk.CRL(root.ID); err != nil || list.Revoked != 2 || list.Number != 1 {
			t.Errorf("%+v, %v", list, err)
		}
	}
}

// TestRestoreAnotherVault: it is told, and has a button of its own.
func TestRestoreAnotherVault(t *testing.T) {
	other := unlocked(t)
	other.stock()
	made, err := other.desk.Backup(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b := unlocked(t)
	path := b.opt.Vault
	b.leaveVault()
	p := newRestorePage(b.Window, nil, made)
	b.show(p)
	b.queue.drain()
	b.picture("restore-other")
	if _, said := p.notice(t, 0); said != b.Window.t.T("restore.unread.other") || p.do.Text() != b.Window.t.T("restore.other") || p.passField.Visible() {
		t.Errorf("it says %q, and the button %q", said, p.do.Text())
	}
	if before, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.replaced-*")); err != nil || len(before) > 0 {
		t.Errorf("it was restored unasked: %v, %v", before, err)
	}
	test.Tap(p.do)
	b.queue.drain()
	if title, said := p.notice(t, 0); title != b.Window.t.T("restore.done") || !strings.Contains(said, ".replaced-") {
		t.Errorf("it says %q, %q", title, said)
	}
}

// TestRestoreWhatIsNoBackup: the page says why not, and offers nothing.
func TestRestoreWhatIsNoBackup(t *testing.T) {
	b := unlocked(t)
	path := b.opt.Vault
	b.leaveVault()
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte("Dear diary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, code := range map[string]string{text: "not-a-backup", path: "same-file"} {
		p := newRestorePage(b.Window, nil, desk.Backup{Path: file})
		b.show(p)
		b.queue.drain()
		if title, _ := p.notice(t, 0); title != b.Window.t.T("error."+code, "Path", path) || p.do.Visible() || p.compare.Visible() {
			t.Errorf("%s: it says %q", code, title)
		}
	}
}
