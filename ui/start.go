package ui

import (
	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// start asks, once, where to begin in a vault that was just made.
type start struct {
	show, authority *widgets.Tile
	root            fyne.CanvasObject
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
	skip := widgets.NewButton(w.t.T("start.skip"), "", widgets.Quiet, func() { w.enter(w.desk) })
	p.root = newSheet(640,
		widgets.NewTitle(w.t.T("start.title")),
		widgets.NewBody(w.t.T("start.text")),
		gap(4),
		widgets.NewTileRow(-1, nil, p.show, p.authority),
		leading(skip))
	return p
}

func (p *start) content() fyne.CanvasObject { return p.root }
func (p *start) focus() fyne.Focusable      { return p.show }
