package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/i18n"
)

// In a low window all that is said of a table can be read: the page scrolls to
// what is wrong with the row that is chosen.
func TestBulkInALowWindow(t *testing.T) {
	for _, lang := range []string{"en", "ja", "zh-TW"} {
		b := unlocked(t, func(o *Options) { o.Printer = i18n.New(lang) })
		root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
		b.issue(request(t, pki.Client, root.ID, "alice", ""))
		b.win.Resize(fyne.NewSize(900, 572))
		b.openBulk(root.ID)
		b.queue.drain()
		p := b.bulk()
		p.readText(mixedTable + "carol,client,,3000\ndave,server,dave@x.example,90000,\n")
		b.queue.drain()
		for i := range p.preview.list.Len() {
			if row := p.preview.list.RowAt(i); row.Cells[1].Text == "bob" {
				p.preview.list.Select(i)
				p.preview.list.OnSelected([]int{i})
			}
		}
		b.queue.drain()
		driver := b.app.Driver()
		said, page := p.preview.said, p.preview.page
		end := driver.AbsolutePositionForObject(said).Y + said.Size().Height
		if low := driver.AbsolutePositionForObject(page).Y + page.Size().Height; said.Hidden || end > low+1 {
			t.Errorf("%s: what is said ends at %v, the page at %v", lang, end, low)
		}
		b.picture("bulk-low-" + lang)
	}
}
