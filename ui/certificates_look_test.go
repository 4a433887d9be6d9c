package ui

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
)

// TestTenThousandCertificates fills a real vault and uses the list.
func TestTenThousandCertificates(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 10,000 keys")
	}
	b := unlocked(t)
	root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	for batch := range 10 {
		requests := make([]desk.IssueRequest, 1000)
		for i := range requests {
			requests[i] = request(t, pki.Client, root.ID, fmt.Sprintf("device-%05d", batch*1000+i), "")
		}
		if _, err := b.desk.IssueAll(t.Context(), requests); err != nil {
			t.Fatal(err)
		}
	}
	c := inCertificates(b)
	if got := c.list.Len(); got != 10000 {
		t.Fatalf("the list has %d rows", got)
	}
	if got := c.chips.Labels()[0]; got != "All 10,000" {
		t.Errorf("the chip says %q", got)
	}
	b.picture("certificates-many")
	c.list.Focus()
	c.list.Focusable().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	b.queue.drain()
	b.picture("certificates-many-end")
	if x, ok := c.one(); !ok || x.Name != "device-09999" {
		t.Errorf("End chooses %q", x.Name)
	}
	c.search.SetText("device-0777")
	b.queue.drain()
	if got := c.list.Len(); got != 10 {
		t.Errorf("%d rows match: %q", got, c.names())
	}
}

func TestLooksOfCertificates(t *testing.T) {
	for _, dark := range []bool{false, true} {
		look := map[bool]string{false: "light", true: "dark"}[dark]
		b := unlocked(t, func(o *Options) { o.Dark = &dark })
		c := inCertificates(b)
		b.picture("certificates-empty-" + look)
		b.navigate("authorities", "")
		b.queue.drain()
		b.picture("authorities-empty-" + look)
		_, issuing, leaves := b.acme()
		b.navigate("certificates", leaves["alice"].ID)
		b.queue.drain()
		b.picture("certificates-" + look)
		b.win.Resize(fyne.NewSize(leastWidth, leastHeight))
		b.picture("certificates-narrow-detail-" + look)
		b.closeDetail()
		b.queue.drain()
		b.picture("certificates-narrow-" + look)
		c.search.SetText("zzzz")
		b.queue.drain()
		b.picture("certificates-none-" + look)
		b.win.Resize(fyne.NewSize(firstWidth, firstHeight))
		b.navigate("authorities", issuing.ID)
		b.queue.drain()
		b.picture("authorities-" + look)
		if theme.Dark() != dark {
			t.Fatalf("dark is %v", theme.Dark())
		}
		b.showCertificates(lens{issuer: issuing.ID, name: issuing.Name})
		b.queue.drain()
		b.picture("certificates-lens-" + look)
	}
}

func TestLooksOfIssuing(t *testing.T) {
	for _, dark := range []bool{false, true} {
		look := map[bool]string{false: "light", true: "dark"}[dark]
		b := unlocked(t, func(o *Options) { o.Dark = &dark })
		b.openIssue(pki.Server, "")
		b.queue.drain()
		b.picture("issue-first-" + look)
		_, issuing, _ := b.acme()
		b.openIssue(pki.Server, issuing.ID)
		b.queue.drain()
		f := b.shown().(*issueForm)
		b.picture("issue-new-" + look)
		test.Type(f.names.Entry(), "web.acme.test localhost 127.0.0.1 ")
		f.clientName.SetText("carol")
		b.queue.drain()
		b.picture("issue-server-" + look)
		f.card.fold.SetOpen(true)
		f.more.SetOpen(true)
		f.valid.Choose(6)
		f.key.Choose(5)
		b.queue.drain()
		b.picture("issue-more-" + look)
		b.win.Resize(fyne.NewSize(leastWidth, leastHeight))
		b.picture("issue-narrow-" + look)
		b.win.Resize(fyne.NewSize(firstWidth, firstHeight))
		b.openIssue(pki.Client, "")
		b.queue.drain()
		f = b.shown().(*issueForm)
		test.Tap(f.create)
		b.queue.drain()
		b.picture("issue-faults-" + look)
		b.openIssue(pki.Authority, "")
		b.queue.drain()
		b.picture("issue-authority-" + look)
	}
}
