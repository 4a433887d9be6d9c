package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// salvagePage saves what can be read of a damaged vault into a new one.
type salvagePage struct {
	w         *Window
	pass      *widgets.Secret
	passField *widgets.Field
	path      *widgets.Input
	pathField *widgets.Field
	do        *widgets.Button
	leave     *widgets.Button
	notice    *fyne.Container
	root      fyne.CanvasObject
}

func newSalvagePage(w *Window, damage error) *salvagePage {
	t := w.t
	p := &salvagePage{w: w, notice: widgets.Stack(12)}
	p.notice.Hide()
	p.pass = newPassphrase(func() { p.fault(p.passField, "") }, p.save)
	p.passField = widgets.NewField(t.T("unlock.passphrase"), "", p.pass)
	p.path = widgets.NewInput("", func(string) { p.fault(p.pathField, "") })
	p.path.OnSubmitted = func(string) { p.save() }
	p.pathField = widgets.NewField(t.T("salvage.path"), "", p.path)
	p.path.SetText(savedName(w.opt.Vault))
	p.do = widgets.NewButton(t.T("salvage.do"), theme.IconExport, widgets.Primary, p.save)
	p.leave = widgets.NewButton(t.T("cancel"), "", widgets.Plain, func() { w.show(newRepairPage(w, damage)) })
	p.root = newSheet(560,
		widgets.NewTitle(t.T("salvage.title")),
		widgets.NewBody(t.T("salvage.text")),
		p.notice, p.passField, p.pathField,
		leading(p.do, p.leave))
	return p
}

// savedName is a name beside the damaged vault.
func savedName(vault string) string {
	extension := filepath.Ext(vault)
	return strings.TrimSuffix(vault, extension) + "-saved" + extension
}

func (p *salvagePage) content() fyne.CanvasObject { return p.root }
func (p *salvagePage) focus() fyne.Focusable      { return p.pass.Input() }
func (p *salvagePage) close()                     { p.pass.SetText("") }

func (p *salvagePage) fault(at *widgets.Field, why string) {
	if at.Fault() != why {
		at.SetFault(why)
		p.root.Refresh()
	}
}

func (p *salvagePage) save() {
	w, from, to := p.w, p.w.opt.Vault, strings.TrimSpace(p.path.Text)
	if p.do.Busy() {
		return
	}
	if !filepath.IsAbs(to) {
		p.fault(p.pathField, w.t.T("save.absolute"))
		return
	}
	pass := []byte(p.pass.Text())
	var saved desk.Salvaged
	p.do.SetBusy(true)
	w.spawn("", func(ctx context.Context) error {
		defer clear(pass)
		var err error
		saved, err = desk.Salvage(ctx, from, pass, to, w.opt.Desk)
		return err
	}, func(err error) {
		p.do.SetBusy(false)
		switch {
		case errors.Is(err, desk.ErrWrongPassphrase):
			p.fault(p.passField, w.t.T("unlock.wrong"))
		case errors.Is(err, desk.ErrExists):
			p.fault(p.pathField, w.t.T("save.exists"))
		case err != nil:
			p.show(w.troubleNotice(explain(w.t, err), nil))
		default:
			p.close()
			p.saved(saved, to)
		}
	})
}

// saved says what was saved, and leads to it.
func (p *salvagePage) saved(saved desk.Salvaged, to string) {
	t := p.w.t
	body := t.T("vault.salvage.done", "Certificates", t.Counted("certificates", saved.Certificates),
		"Keys", t.Counted("keys", saved.Keys), "Path", to)
	tone := widgets.ToneGood
	if len(saved.Lost) > 0 {
		tone = widgets.ToneSoon
	}
	p.do.Hide()
	p.passField.Hide()
	p.pathField.Hide()
	p.leave.SetText(t.T("back")) // there is nothing to cancel any more
	parts := []fyne.CanvasObject{widgets.NewNotice(tone, t.T("salvage.done"), body,
		widgets.NewButton(t.T("salvage.open"), "", widgets.Primary, func() { p.w.openVault(to) }))}
	for _, list := range []struct {
		title string
		parts []desk.Part
	}{{"damage.salvage.lost", saved.Lost}, {"damage.salvage.relisted", saved.Relisted}} {
		if len(list.parts) > 0 {
			parts = append(parts, widgets.NewLabel(t.T(list.title)), widgets.NewCard(newPartLines(t, list.parts)))
		}
	}
	p.show(parts...)
}

func (p *salvagePage) show(parts ...fyne.CanvasObject) {
	p.notice.Objects = parts
	p.notice.Show()
	p.root.Refresh()
}

// sizeWords is a file's size in binary kilobytes or megabytes.
func sizeWords(t *i18n.Printer, size int64) string {
	const kilo = 1 << 10
	if size < kilo*kilo {
		return t.T("size.kilo", "Size", int((size+kilo-1)/kilo))
	}
	return t.T("size.mega", "Size", int((size+kilo*kilo-1)/(kilo*kilo)))
}
