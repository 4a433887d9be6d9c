package ui

import (
	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// buildMany makes the line that stands over the list while several are chosen.
func (c *certificates) buildMany() {
	t, w := c.w.t, c.w
	c.manyText = widgets.NewText("").Bold().Truncate()
	button := func(key string, icon theme.IconName, do func([]desk.Certificate)) *widgets.Button {
		return widgets.NewButton(t.T(key), icon, widgets.Plain, func() {
			if list := c.several(); len(list) > 1 {
				do(list)
			}
		})
	}
	renew := button("renew.button", theme.IconRefresh, w.openRenew)
	revoke := button("detail.revoke", theme.IconStop, w.openRevoke)
	remove := button("many.delete", theme.IconTrash, w.openDelete)
	w.writes(renew, revoke, remove)
	c.manyLine = widgets.Row(8, c.manyText, widgets.Spacer(), renew,
		button("many.export", theme.IconExport, w.openExportMany), revoke, remove)
	c.manyLine.Hide()
}

// several are the certificates that are chosen.
func (c *certificates) several() []desk.Certificate {
	var list []desk.Certificate
	for _, i := range c.list.Selected() {
		if i < len(c.rows) {
			list = append(list, *c.rows[i])
		}
	}
	return list
}

// chooseNext chooses certificates in the list instead of those that were, when
// it is shown again: what was renewed gives way to what took its place.
func (w *Window) chooseNext(ids []desk.ID) {
	if w.frame == nil {
		return
	}
	if c, ok := w.frame.at(w.frame.current).(*certificates); ok && len(c.chosenIDs()) > 1 {
		c.next = ids
	}
}

// showMany shows the line when several are chosen.
func (c *certificates) showMany() {
	n := len(c.several())
	c.manyText.SetText(c.w.t.T("many.selected", "Count", n))
	if hidden := n < 2; c.manyLine.Hidden != hidden {
		c.manyLine.Hidden = hidden
		c.root.Refresh()
	}
}

// openExportMany saves the bundles of several certificates to a folder, those
// whose key is in the vault.
func (w *Window) openExportMany(list []desk.Certificate) {
	b := newBulkPage(w, "")
	b.saveOnly = true
	for _, c := range list {
		if c.HasKey {
			b.made = append(b.made, desk.BulkMade{Certificate: c})
		}
	}
	if b.without = len(list) - len(b.made); len(b.made) == 0 {
		w.fail(desk.ErrNoKey)
		return
	}
	b.title.SetText(w.t.T("many.export.title", "Count", len(list)))
	b.showMade(len(b.made), nil)
	w.open(b)
}

// leftOut says how many of the certificates have no key to save.
func (b *bulkPage) leftOut() []fyne.CanvasObject {
	if b.without == 0 {
		return nil
	}
	return []fyne.CanvasObject{widgets.NewNotice(widgets.ToneSoon, b.w.t.T("many.export.without", "Count", b.without), "")}
}
