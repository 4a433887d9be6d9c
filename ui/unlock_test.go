package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// locked is a bench with a vault that was made, locked again.
func locked(t *testing.T) *bench {
	t.Helper()
	b := unlocked(t)
	b.lock()
	b.queue.drain()
	return b
}

func (b *bench) tryPassphrase(passphrase string) {
	b.t.Helper()
	p := b.unlockPage()
	p.passphrase.SetText("")
	test.Type(p.passphrase.Input(), passphrase)
	p.passphrase.Input().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
}

func TestUnlockWithTheRightPassphrase(t *testing.T) {
	b := locked(t)
	if b.win.Canvas().Focused() != b.unlockPage().passphrase.Input() {
		t.Error("the passphrase has not the focus")
	}
	b.tryPassphrase(testPassphrase)
	if !b.unlockPage().do.Busy() {
		t.Error("the button does not say that it is busy")
	}
	b.queue.drain()
	if b.frame == nil || b.desk == nil || b.desk.Locked() {
		t.Error("the vault did not open")
	}
}

func TestUnlockWithAWrongPassphrase(t *testing.T) {
	b := locked(t)
	page := b.unlockPage()
	b.tryPassphrase("correct horse butter")
	b.queue.drain()
	if b.frame != nil || b.desk != nil {
		t.Fatal("the vault opened")
	}
	if b.page != page {
		t.Fatalf("there is %T now", b.page)
	}
	if got, want := page.field.Fault(), "This is not the passphrase."; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if page.do.Busy() || page.passphrase.Input().Disabled() {
		t.Error("one cannot try again")
	}
	if got := page.passphrase.Input().SelectedText(); got != "correct horse butter" {
		t.Errorf("selected is %q", got)
	}
	b.picture("unlock-wrong")
}

func TestUnlockWithNothingTyped(t *testing.T) {
	b := locked(t)
	b.unlockPage().unlock()
	if len(b.queue.todo) != 0 {
		t.Error("it derived a key from nothing")
	}
	if got := b.unlockPage().field.Fault(); got != "Type the passphrase." {
		t.Errorf("it says %q", got)
	}
}

func TestCancelledUnlockChangesNothing(t *testing.T) {
	b := locked(t)
	page := b.unlockPage()
	b.tryPassphrase(testPassphrase)
	b.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.queue.drain()
	if b.page != page || b.frame != nil || !b.vault.Locked() {
		t.Fatal("the vault opened, or another page is shown")
	}
	if got := page.field.Fault(); got != "" {
		t.Errorf("it says %q", got)
	}
	if page.do.Busy() {
		t.Error("it is still busy")
	}
}

func TestVaultsThatDoNotOpen(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(path string) error
		want string
	}{
		{"not a vault", func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("not a vault ", 4000)), 0o600)
		}, "This file is not a vault."},
		{"a folder", func(path string) error { return os.Mkdir(path, 0o700) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "acme.countersign")
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			b := newBenchAt(t, path)
			page, ok := b.page.(*troublePage)
			if !ok {
				t.Fatalf("there is %T", b.page)
			}
			if c.want != "" && page.title != c.want {
				t.Errorf("it says %q, want %q", page.title, c.want)
			}
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			test.Tap(page.again)
			b.queue.drain()
			b.firstRun() // there is nothing at the path any more
		})
	}
}

func TestVaultInUse(t *testing.T) {
	b := unlocked(t)
	path := b.opt.Vault
	other := newBenchAt(t, path)
	page, ok := other.page.(*troublePage)
	if !ok {
		t.Fatalf("there is %T", other.page)
	}
	if want := "Another window or command has this vault open."; page.title != want {
		t.Errorf("it says %q, want %q", page.title, want)
	}
	b.leaveVault()
	test.Tap(page.again)
	other.queue.drain()
	other.unlockPage()
}

func TestLockClearsTheScreens(t *testing.T) {
	b := unlocked(t)
	f := b.frame
	b.open(newBlank("a form"))
	b.setDetail(newBrand())
	b.fail(errors.New("something"))
	b.copy("a secret that was shown")
	b.menuAction("Lock")
	if b.desk != nil || !b.vault.Locked() {
		t.Error("the vault is open")
	}
	if b.frame != nil || len(f.made) != 0 || len(f.forms) != 0 || f.detail.inner != nil || len(f.middle.holder.Objects) != 0 {
		t.Error("a screen is still held")
	}
	b.unlockPage()
	if b.win.MainMenu() != nil {
		t.Error("the menu is still there")
	}
}

func TestWorkThatEndsAfterLockingIsDropped(t *testing.T) {
	b := unlocked(t)
	told := false
	b.background("Working…", func(ctx context.Context) error { return nil }, func() { told = true })
	b.lock()
	b.queue.drain()
	if told {
		t.Error("a screen was told after locking")
	}
	if len(b.jobs) != 0 {
		t.Errorf("%d jobs are left", len(b.jobs))
	}
}

func TestIdleLocks(t *testing.T) {
	b := unlocked(t)
	b.queue.pass(4 * time.Minute)
	if b.desk == nil {
		t.Fatal("locked after four minutes")
	}
	b.stir()
	b.queue.pass(4 * time.Minute)
	if b.desk == nil {
		t.Fatal("locked although somebody was there")
	}
	b.queue.pass(2 * time.Minute)
	if b.desk != nil {
		t.Fatal("not locked after six minutes")
	}
	b.unlockPage()
}

func TestTypingKeepsTheVaultOpen(t *testing.T) {
	b := unlocked(t)
	in := newPassphrase(func() {}, func() {}).Input()
	b.win.SetContent(in)
	b.win.Canvas().Focus(in)
	for range 4 {
		b.queue.pass(3 * time.Minute)
		in.TypedRune('x')
	}
	if b.desk == nil {
		t.Fatal("locked while somebody typed")
	}
	b.queue.pass(6 * time.Minute)
	if b.desk != nil {
		t.Fatal("not locked after nobody typed")
	}
}

func TestNeverLocksWithoutAPassphrase(t *testing.T) {
	b := newBench(t)
	b.firstRun().make(nil)
	b.queue.drain()
	b.enter(b.desk)
	b.queue.pass(time.Hour)
	if b.desk == nil {
		t.Error("locked a vault that has no passphrase")
	}
	b.lock()
	if b.desk == nil {
		t.Error("Ctrl+L locked a vault that has no passphrase")
	}
	b.picture("frame-open")
}
