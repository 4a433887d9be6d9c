package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/widgets"
)

// noticed is the notice above the place, "" for none.
func (b *bench) noticed() (title, body string) {
	b.t.Helper()
	for _, o := range b.frame.middle.notices.Objects {
		n := o.(*fyne.Container).Objects[0].(*widgets.Notice)
		title, body = n.Title(), n.Body()
	}
	return title, body
}

// TestClockBehind: a vault opened with the clock set back says so, and a list of
// the revoked is only made by who says that the clock is right.
func TestClockBehind(t *testing.T) {
	var back time.Duration
	b := unlocked(t, func(o *Options) {
		now := o.Now
		o.Now = func() time.Time { return now().Add(-back) }
		o.Desk.Now = o.Now
	})
	root := b.stock()
	if _, err := b.desk.MakeCRL(context.Background(), root.ID, 0); err != nil {
		t.Fatal(err)
	}
	b.lock()
	b.queue.drain()
	back = 48 * time.Hour
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	b.picture("clock-behind")
	title, body := b.noticed()
	if want := "By this computer's clock it is 20 Nov 2026 09:00, but the last thing done in this vault was done on 22 Nov 2026 09:00."; title != want {
		t.Errorf("it says %q, %q", title, body)
	}
	part := newCRLPart(b.Window, root)
	part.renew()
	b.queue.drain()
	b.picture("clock-behind-list")
	title, body = b.noticed()
	if !strings.Contains(title, "the newest list of the revoked of Acme Root was made on 22 Nov 2026") || !strings.Contains(body, "Nothing was changed") {
		t.Fatalf("it says %q, %q", title, body)
	}
	test.Tap(part.sure)
	b.queue.drain()
	list, err := b.desk.CRL(root.ID)
	if err != nil || list.Number != 2 || pki.CalendarDays(list.ThisUpdate, b.now()) != 0 {
		t.Errorf("list %d of %v, %v", list.Number, list.ThisUpdate, err)
	}
	if title, _ := b.noticed(); title != "" {
		t.Errorf("it still says %q", title)
	}
}
