package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// rail is the column at the left: the product, its places, the vault.
type rail struct {
	items     map[string]*widgets.RailItem
	attention int // what the badge says
	root      *fyne.Container
}

func newRail(w *Window, spots []spot) *rail {
	r := &rail{items: map[string]*widgets.RailItem{}}
	var places []fyne.CanvasObject
	for _, s := range spots {
		item := widgets.NewRailItem(w.t.T("place."+s.name), s.icon, func() { w.navigate(s.name, "") })
		r.items[s.name] = item
		places = append(places, item)
	}
	settings := widgets.NewRailItem(w.t.T("rail.settings"), theme.IconSettings, w.openSettings)
	r.items["settings"] = settings
	column := widgets.Stack(4,
		widgets.Inset(4, 8, 16, 8, newBrand()),
		widgets.Stack(4, places...),
		widgets.Spacer(),
		settings,
		widgets.PadXY(0, 4, widgets.Rule()),
		r.foot(w))
	r.root = widgets.Over(newGround(theme.Rail), widgets.Inset(12, 12, 8, 12, column))
	return r
}

// foot says which vault this is, and locks it; or that it has no passphrase.
func (r *rail) foot(w *Window) fyne.CanvasObject {
	name := widgets.NewText(vaultName(w.desk.Path())).Tone(widgets.ToneQuiet).Truncate()
	parts := widgets.Stack(0)
	if w.desk.ReadOnly() {
		parts.Add(widgets.Inset(4, 8, 0, 8, widgets.NewStatus(widgets.ToneSoon, w.t.T("rail.read-only"))))
	}
	if !w.desk.Protected() {
		parts.Add(widgets.PadXY(8, 4, widgets.Stack(0, name,
			widgets.NewStatus(widgets.ToneSoon, w.t.T("rail.open")),
			widgets.NewQuiet(w.t.T("rail.open.hint")))))
		return parts
	}
	lock := widgets.NewButton(w.t.T("rail.lock"), theme.IconLock, widgets.Quiet, w.lock)
	parts.Add(widgets.Inset(0, 0, 0, 8, widgets.Row(4, widgets.Grow(name), lock)))
	return parts
}

// mark shows which place is on show.
func (r *rail) mark(name string) {
	for n, item := range r.items {
		if item.Selected() != (n == name) {
			item.SetSelected(n == name)
		}
	}
}

// badge shows on Overview how many certificates need attention.
func (r *rail) badge(n int) {
	r.attention = n
	text := ""
	if n > 0 {
		text = strconv.Itoa(n)
	}
	r.items["overview"].SetBadge(widgets.ToneSoon, text)
}
