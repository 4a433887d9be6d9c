package ui

import (
	"context"
	"unicode/utf8"

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
		p.pair.first, p.pair.strength, p.pair.second,
		widgets.NewQuiet(w.t.T("first.where", "Path", w.opt.Vault)),
		widgets.Row(8, p.do, widgets.Spacer(), other),
		gap(8),
		widgets.Rule(),
		leading(p.without))
	return p
}

func (p *firstRun) content() fyne.CanvasObject { return p.root }
func (p *firstRun) focus() fyne.Focusable      { return p.pair.one }
func (p *firstRun) relayout()                  { p.root.Refresh() }

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
	p.do.SetBusy(busy)
	if busy {
		p.do.SetText(p.w.t.T("vault.making"))
		p.without.Disable()
		return
	}
	p.do.SetText(p.w.t.T("first.do"))
	p.without.Enable()
}

// passphrasePair is a passphrase typed twice, with its strength in words.
type passphrasePair struct {
	w             *Window
	one, two      *widgets.Input
	first, second *widgets.Field
	strength      *fyne.Container
	words         *widgets.Status
	grown         func() // told when it takes more or less room
}

func newPassphrasePair(w *Window, label, again string, submitted, grown func()) *passphrasePair {
	p := &passphrasePair{w: w, grown: grown, words: widgets.NewStatus(widgets.ToneQuiet, "")}
	p.strength = widgets.Stack(0, p.words)
	p.strength.Hide()
	p.one = newPassphrase(func(string) { p.judge() }, func() { p.next(submitted) })
	p.two = newPassphrase(func(string) { p.fault(p.second, "") }, submitted)
	p.first = widgets.NewField(label, w.t.T("first.hint"), p.one)
	p.second = widgets.NewField(again, "", p.two)
	return p
}

// next is Enter in the first field: on to the second, unless that is done.
func (p *passphrasePair) next(submitted func()) {
	if p.two.Text == "" {
		p.w.win.Canvas().Focus(p.two)
		return
	}
	submitted()
}

// judge shows how well the passphrase would hold.
func (p *passphrasePair) judge() {
	p.fault(p.first, "")
	if p.one.Text == "" {
		p.strength.Hide()
		p.grown()
		return
	}
	tone, words := strengthWords(p.w.t, []byte(p.one.Text))
	p.words.Set(tone, words)
	if !p.strength.Visible() {
		p.strength.Show()
		p.grown()
	}
}

func (p *passphrasePair) fault(at *widgets.Field, why string) {
	if at.Fault() != why {
		at.SetFault(why)
		p.grown()
	}
}

// passphrase is what was typed, when both are the same and long enough; else
// the fault is shown at its field.
func (p *passphrasePair) passphrase() ([]byte, bool) {
	if utf8.RuneCountInString(p.one.Text) < desk.MinPassphrase {
		p.fault(p.first, p.w.t.T("first.short"))
		p.w.win.Canvas().Focus(p.one)
		return nil, false
	}
	if p.one.Text != p.two.Text {
		p.fault(p.second, p.w.t.T("first.mismatch"))
		p.w.win.Canvas().Focus(p.two)
		return nil, false
	}
	return []byte(p.one.Text), true
}

// clear lets go of what was typed.
func (p *passphrasePair) clear() {
	p.one.SetText("")
	p.two.SetText("")
}
