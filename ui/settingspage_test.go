package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
)

func (b *bench) settings() *settings {
	b.t.Helper()
	b.openSettings()
	s, ok := b.shown().(*settings)
	if !ok {
		b.t.Fatalf("there is %T", b.shown())
	}
	return s
}

func TestChangeThePassphrase(t *testing.T) {
	b := unlocked(t)
	s := b.settings()
	s.old.SetText("not the passphrase")
	s.pair.one.SetText("another good passphrase")
	s.pair.two.SetText("another good passphrase")
	test.Tap(s.change)
	b.queue.drain()
	if got, want := s.oldField.Fault(), "This is not the passphrase."; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	b.picture("settings-wrong")
	s.old.SetText(testPassphrase)
	test.Tap(s.change)
	b.queue.drain()
	if s.old.Text() != "" || s.pair.one.Text() != "" || s.pair.two.Text() != "" {
		t.Error("what was typed is still there")
	}
	path := b.opt.Vault
	b.leaveVault()
	d, err := desk.Open(path, desk.Options{KDF: &cheap})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Unlock(t.Context(), []byte("another good passphrase")); err != nil {
		t.Errorf("unlock with the new one: %v", err)
	}
}

func TestGiveAPassphraseToAVaultWithout(t *testing.T) {
	b := newBench(t)
	b.firstRun().make(nil)
	b.queue.drain()
	b.enter(b.desk)
	s := b.settings()
	if s.oldField.Visible() {
		t.Error("it asks for a passphrase that there is not")
	}
	s.pair.one.SetText(testPassphrase)
	s.pair.two.SetText(testPassphrase)
	test.Tap(s.change)
	b.queue.drain()
	if !b.desk.Protected() {
		t.Fatal("the vault has no passphrase")
	}
	b.lock()
	b.unlockPage()
}

func TestLockAfterIsChosen(t *testing.T) {
	b := unlocked(t)
	s := b.settings()
	s.lock.Choose(4)
	if got := b.lockAfter(); got != 0 {
		t.Errorf("it locks after %v, want never", got)
	}
	b.queue.pass(2 * time.Hour)
	if b.desk == nil {
		t.Error("it locked")
	}
	s.lock.Choose(0)
	if got := b.lockAfter(); got != time.Minute {
		t.Errorf("it locks after %v", got)
	}
}

func TestOpenAnotherVault(t *testing.T) {
	b := unlocked(t)
	b.chooseVault()
	c, ok := b.page.(*chooser)
	if !ok {
		t.Fatalf("there is %T", b.page)
	}
	b.picture("chooser")
	c.path.SetText("  ")
	c.open()
	if got := c.field.Fault(); got == "" {
		t.Error("it opens nothing without a word")
	}
	c.path.SetText(t.TempDir() + "/other.countersign")
	c.open()
	b.queue.drain()
	b.firstRun() // there is none: it offers to make it
}
