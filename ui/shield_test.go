package ui

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
)

// The second of a double click does not press what has come where it was.
func TestDoubleClickPressesOnce(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	b.navigate("certificates", "")
	b.queue.drain()
	c := b.certificates()
	at := b.app.Driver().AbsolutePositionForObject(c.add).AddXY(8, 8)
	test.TapCanvas(b.win.Canvas(), at)
	b.queue.drain()
	if b.shown() != place(c) {
		t.Fatalf("pressed at once: there is %T", b.shown())
	}
	b.queue.pass(shieldTime)
	test.TapCanvas(b.win.Canvas(), at)
	b.queue.drain()
	if _, is := b.shown().(*issueForm); !is {
		t.Fatalf("pressed later: there is %T", b.shown())
	}
	b.back()
	b.queue.pass(shieldTime)
	if _, err := b.desk.Revoke(t.Context(), []desk.ID{leaves["alice"].ID}, pki.Superseded, b.now()); err != nil {
		t.Fatal(err)
	}
	b.fail(desk.ErrNoKey) // the notice moves the page down
	test.TapCanvas(b.win.Canvas(), at)
	b.queue.drain()
	if b.shown() != place(c) || !b.frame.middle.notices.Visible() {
		t.Errorf("pressed when a notice came: there is %T", b.shown())
	}
}
