package ui

import (
	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// newWreckCard is what Overview says first of a vault that was opened though it
// is damaged: what of it cannot be read. For any other vault it is hidden.
func newWreckCard(w *Window) *fyne.Container {
	card := widgets.Stack(0)
	parts, is, _ := w.desk.Wreck() // who cannot read the list shows no overview
	if card.Hidden = !is; !is {
		return card
	}
	t := w.t
	said := widgets.Stack(8, widgets.NewStatus(widgets.ToneBroken, t.T("damage.overview", "Count", countParts(parts))),
		newPartLines(t, parts), widgets.NewQuiet(t.T("damage.overview.rest")))
	if len(parts) == 0 {
		said = widgets.Stack(8, widgets.NewStatus(widgets.ToneBroken, t.T("damage.overview.file")),
			widgets.NewBody(t.T("damage.overview.file.text")))
	}
	card.Add(widgets.NewCard(said))
	return card
}

// countParts counts what is damaged, and what is missing each by itself.
func countParts(parts []desk.Part) int {
	n := 0
	for _, p := range parts {
		n += max(1, p.Count)
	}
	return n
}
