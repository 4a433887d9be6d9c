package ui

import (
	"errors"
	"os"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
)

// TestFileIsHeldWhileTyping: from the first key on the vault's file is the window's,
// until nobody types any more, or somebody goes elsewhere.
func TestFileIsHeldWhileTyping(t *testing.T) {
	b := locked(t)
	mustBeFree := func(free bool, when string) {
		t.Helper()
		d, err := b.elsewhere()
		if free != (err == nil) || err != nil && !errors.Is(err, desk.ErrInUse) {
			t.Errorf("%s: %v", when, err)
		}
		if err == nil {
			_ = d.Close()
		}
	}
	mustBeFree(true, "before")
	input := b.unlockPage().passphrase.Input()
	test.Type(input, "co")
	b.queue.drain()
	mustBeFree(false, "while somebody types")
	b.queue.pass(heldTyping / 2)
	test.Type(input, "r")
	b.queue.pass(heldTyping * 3 / 4)
	mustBeFree(false, "while somebody types slowly")
	b.queue.pass(heldTyping)
	mustBeFree(true, "when nobody types any more")
	test.Type(input, "r")
	b.queue.drain()
	mustBeFree(false, "when somebody goes on")
	b.show(newChooser(b.Window))
	b.queue.drain()
	mustBeFree(true, "when somebody went elsewhere")
	b.openVault(b.opt.Vault)
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	if b.frame == nil {
		t.Error("it does not open")
	}
	mustBeFree(false, "unlocked")
}

// TestFileMovedWhileTyping: what is opened is what lies in the vault's place when Enter
// is pressed.
func TestFileMovedWhileTyping(t *testing.T) {
	b := locked(t)
	b.change(makeRoot("Kept"))
	file, err := os.ReadFile(b.opt.Vault)
	if err != nil {
		t.Fatal(err)
	}
	b.change(makeRoot("Lost"))
	p := b.unlockPage()
	test.Type(p.passphrase.Input(), testPassphrase)
	b.queue.drain() // it is open now
	if err := errors.Join(os.Rename(b.opt.Vault, b.opt.Vault+".away"), os.WriteFile(b.opt.Vault, file, 0o600)); err != nil {
		t.Fatal(err)
	}
	p.unlock()
	b.queue.drain()
	all, err := b.desk.All()
	if err != nil || len(all) != 1 || all[0].Name != "Kept" {
		t.Errorf("it shows %d certificates, %v", len(all), err)
	}
}
