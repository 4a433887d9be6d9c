package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// firstRun makes a vault: a passphrase, twice.
type firstRun struct {
	w       *Window
	pair    *passphrasePair
	do      *widgets.Button
	without *widgets.Button
	notice  *fyne.Container
	cancel  context.CancelFunc
	root    fyne.CanvasObject
}

func newFirstRun(w *Window) *firstRun {
	p := &firstRun{w: w, notice: widgets.Stack(0)}
	p.notice.Hide()
	p.pair = newPassphrasePair(w, w.t.T("first.passphrase"), w.t.T("first.again"), p.protect, p.relayout)
	p.do = widgets.NewButton(w.t.T("first.do"), theme.IconLock, widgets.Primary, p.protect)
	p.without = widgets.NewButton(w.t.T("first.without"), "", widgets.Quiet, func() { p.make(nil) })
	other := widgets.NewButton(w.t.T("unlock.other"), "", widgets.Quiet, func() { w.show(newChooser(w)) })
	p.root = newSheet(sheetWidth,
		widgets.NewTitle(w.t.T("first.title")),
		widgets.NewBody(w.t.T("first.text")),
		p.notice,
		p.pair.first, p.pair.second,
		widgets.NewQuiet(w.t.T("first.where", "Path", w.opt.Vault)),
		widgets.Row(8, p.do, widgets.Spacer(), other),
		gap(8),
		widgets.Rule(),
		leading(p.without))
	return p
}

func (p *firstRun) content() fyne.CanvasObject { return p.root }
func (p *firstRun) focus() fyne.Focusable      { return p.pair.one.Input() }
func (p *firstRun) relayout()                  { p.root.Refresh() }

// close takes out what was typed.
func (p *firstRun) close() { p.pair.clear() }

// protect makes the vault with the passphrase typed.
func (p *firstRun) protect() {
	if pass, ok := p.pair.passphrase(); ok {
		p.make(pass)
	}
}

// make makes the vault; no passphrase makes one for trying things out.
func (p *firstRun) make(pass []byte) {
	if p.do.Busy() {
		return
	}
	p.busy(true)
	var made *desk.Desk
	p.cancel = p.w.spawn("", func(context.Context) error {
		defer clear(pass)
		var err error
		made, err = desk.Create(p.w.opt.Vault, pass, p.w.opt.Desk)
		return err
	}, func(err error) { p.made(made, err) })
}

func (p *firstRun) made(d *desk.Desk, err error) {
	p.busy(false)
	if err != nil {
		p.notice.Objects = []fyne.CanvasObject{p.w.troubleNotice(explain(p.w.t, err), nil)}
		p.notice.Show()
		p.relayout()
		return
	}
	p.pair.clear()
	p.w.vault, p.w.desk = d, d
	p.w.show(newStart(p.w))
	p.w.stir()
	p.w.watchIdle()
}

func (p *firstRun) busy(busy bool) {
	defer p.relayout() // the button's words are longer now, or shorter
	p.do.SetBusy(busy)
	if busy {
		p.do.SetText(p.w.t.T("vault.making"))
		p.without.Disable()
		return
	}
	p.do.SetText(p.w.t.T("first.do"))
	p.without.Enable()
}
