package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
)

func TestDeleteAndBringBack(t *testing.T) {
	b := unlocked(t)
	_, issuing, leaves := b.acme()
	detailOf(b, leaves["alice"]).choose("Delete…")
	d := b.shown().(*deletion)
	if b.win.Canvas().Focused() != d.cancel {
		t.Error("Enter deletes")
	}
	b.picture("delete")
	if !strings.Contains(d.what.Body(), "revoke it") || !strings.Contains(d.what.Body(), "private key") {
		t.Errorf("it says %q", d.what.Body())
	}
	test.Tap(d.sure)
	b.queue.drain()
	if _, err := b.desk.Get(leaves["alice"].ID); err == nil {
		t.Fatal("it is there still")
	}
	a := b.activity()
	if a.trash.Hidden || !strings.Contains(a.trash.Title(), "alice") {
		t.Errorf("Activity says %q", a.trash.Title())
	}
	b.picture("activity-deleted")
	b.undelete(must(b.desk.Deleted())[0].ID)
	b.queue.drain()
	if got := b.get(leaves["alice"]); got.Name != "alice" || !got.HasKey {
		t.Errorf("came back as %+v", got)
	}
	if !a.trash.Hidden {
		t.Error("it can be brought back twice")
	}

	b.openDelete([]desk.Certificate{issuing})
	b.queue.drain()
	d = b.shown().(*deletion)
	b.picture("delete-authority")
	if !d.sure.Disabled() || d.below.Hidden {
		t.Error("an authority goes alone")
	}
	test.Tap(d.below)
	b.queue.drain()
	b.picture("delete-authority-all")
	if d.sure.Disabled() {
		t.Fatal("it cannot be deleted with what it signed")
	}
	test.Tap(d.sure)
	b.queue.drain()
	if all := must(b.desk.All()); len(all) != 1 {
		t.Errorf("%d are left", len(all))
	}
}
