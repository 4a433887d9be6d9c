package ui

import (
	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// start asks, once, where to begin in a vault that was just made.
type start struct {
	show, authority, bring *widgets.Tile
	root                   fyne.CanvasObject
}

func newStart(w *Window) *start {
	p := &start{}
	p.show = widgets.NewTile(w.t.T("start.show"), w.t.T("start.show.text"), theme.IconPlay, func() {
		w.enter(w.desk)
		w.openShowMe()
	})
	p.authority = widgets.NewTile(w.t.T("start.authority"), w.t.T("start.authority.text"), theme.IconAuthority, func() {
		w.enter(w.desk)
		w.openIssue(pki.Authority, "")
	})
	p.bring = widgets.NewTile(w.t.T("start.bring"), w.t.T("start.bring.text"), theme.IconImport, func() {
		w.enter(w.desk)
		w.openImport()
	})
	skip := widgets.NewButton(w.t.T("start.skip"), "", widgets.Quiet, func() { w.enter(w.desk) })
	p.root = newSheet(820,
		widgets.NewTitle(w.t.T("start.title")),
		widgets.NewBody(w.t.T("start.text")),
		gap(4),
		widgets.NewTileRow(-1, nil, p.show, p.authority, p.bring),
		leading(skip))
	return p
}

func (p *start) content() fyne.CanvasObject { return p.root }
func (p *start) focus() fyne.Focusable      { return p.show }
