package ui

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// troublePage says why a vault did not open, and what to do next.
type troublePage struct {
	title string
	again *widgets.Button
	root  fyne.CanvasObject
}

func newTroublePage(w *Window, err error) *troublePage {
	tr := explain(w.t, err)
	p := &troublePage{title: tr.title}
	p.again = widgets.NewButton(w.t.T("trouble.again"), theme.IconRefresh, widgets.Primary, func() { w.openVault(w.opt.Vault) })
	other := widgets.NewButton(w.t.T("trouble.other"), theme.IconFolder, widgets.Plain, func() { w.show(newChooser(w)) })
	raw := widgets.NewCard(widgets.NewText(tr.raw).Small().Wrap())
	raw.Hide()
	var details *widgets.Button
	details = widgets.NewButton(w.t.T("details.show"), "", widgets.Quiet, func() {
		raw.Show()
		details.Hide()
		p.root.Refresh()
	})
	p.root = newSheet(560,
		widgets.NewTitle(tr.title),
		widgets.NewBody(tr.body()),
		widgets.NewQuiet(w.opt.Vault),
		gap(4),
		widgets.Row(8, p.again, other, widgets.Spacer(), details),
		raw)
	return p
}

func (p *troublePage) content() fyne.CanvasObject { return p.root }
func (p *troublePage) focus() fyne.Focusable      { return p.again }
