package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// TestCursorRests: when nobody types the passphrase has no cursor, and the next key
// goes into it all the same.
func TestCursorRests(t *testing.T) {
	b := locked(t)
	p, c := b.unlockPage(), b.win.Canvas()
	input := p.passphrase.Input()
	test.Type(input, "corr")
	b.queue.pass(cursorRests)
	if c.Focused() != fyne.Focusable(input) {
		t.Fatal("the cursor goes while somebody types")
	}
	b.queue.pass(cursorRests)
	if c.Focused() != nil {
		t.Fatal("the cursor stays")
	}
	c.OnTypedRune()('e')
	if c.Focused() != fyne.Focusable(input) || p.passphrase.Text() != "corre" {
		t.Fatalf("typed %q", p.passphrase.Text())
	}
	b.queue.pass(2 * cursorRests)
	c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	if p.passphrase.Text() != "corr" {
		t.Errorf("typed %q", p.passphrase.Text())
	}
	c.Focus(p.do)
	c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	c.OnTypedRune()('x')
	if c.Focused() != fyne.Focusable(p.do) || p.passphrase.Text() != "corr" {
		t.Errorf("a key for another part goes into the passphrase: %q", p.passphrase.Text())
	}
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	b.queue.pass(2 * cursorRests)
	if b.frame == nil || p.passphrase.Text() != "" {
		t.Error("it does not open")
	}
	c.Unfocus()
	c.OnTypedRune()('x') // in the frame: nobody takes it
}
