package ui

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// restorePage asks whether a backup shall take the vault's place, once it was
// said what that does.
type restorePage struct {
	w      *Window
	backup desk.Backup
	plan   desk.Restoring

	text      *widgets.Text
	pass      *widgets.Secret
	passField *widgets.Field
	compare   *widgets.Button
	do        *widgets.Button
	leave     *widgets.Button
	open      *widgets.Button // the vault, when it is done
	notices   *fyne.Container
	root      fyne.CanvasObject
}

func newRestorePage(w *Window, damage error, b desk.Backup) *restorePage {
	t := w.t
	p := &restorePage{w: w, backup: b, notices: widgets.Stack(12)}
	p.notices.Hide()
	p.text = widgets.NewBody(t.T("restore.text"))
	p.pass = newPassphrase(func() { p.fault("") }, p.look)
	p.passField = widgets.NewField(t.T("unlock.passphrase"), t.T("restore.hint"), p.pass)
	p.compare = widgets.NewButton(t.T("restore.compare"), "", widgets.Primary, p.look)
	p.do = widgets.NewButton(t.T("restore.do"), "", widgets.Danger, p.restore)
	p.leave = widgets.NewButton(t.T("cancel"), "", widgets.Plain, func() { p.back(damage) })
	p.open = widgets.NewButton(t.T("restore.open"), theme.IconUnlock, widgets.Primary, func() { w.openVault(w.opt.Vault) })
	p.passField.Hide()
	p.compare.Hide()
	p.do.Hide()
	p.root = newSheet(560,
		widgets.NewTitle(t.T("restore.title", "Date", t.DateTime(b.At.Local()))),
		p.text,
		widgets.NewQuiet(w.opt.Vault),
		p.notices, p.passField,
		leading(p.compare, p.do, p.leave))
	p.prepare()
	return p
}

func (p *restorePage) content() fyne.CanvasObject { return p.root }

// back leads to the repair, or to the vault where it is not damaged.
func (p *restorePage) back(damage error) {
	switch {
	case p.do.Busy(): // what has begun is not left
	case damage == nil:
		p.w.openVault(p.w.opt.Vault)
	default:
		p.w.show(newRepairPage(p.w, damage))
	}
}

// focus is the way back: Enter restores nothing.
func (p *restorePage) focus() fyne.Focusable { return p.leave }
func (p *restorePage) close()                { p.pass.SetText("") }

func (p *restorePage) fault(why string) {
	if p.passField.Fault() != why {
		p.passField.SetFault(why)
		p.root.Refresh()
	}
}

// prepare finds out whether a passphrase is needed.
func (p *restorePage) prepare() {
	w, path := p.w, p.w.opt.Vault
	w.spawn("", func(context.Context) error {
		var err error
		p.plan, err = desk.PrepareRestore(p.backup.Path, path, w.opt.Desk)
		return err
	}, func(err error) {
		switch {
		case w.page != p: // it was left
		case err != nil:
			p.say(p.w.troubleNotice(explain(w.t, err), nil))
		case p.plan.Asks:
			p.passField.Show()
			p.compare.Show()
			p.root.Refresh()
			w.win.Canvas().Focus(p.pass.Input())
		default:
			p.look()
		}
	})
}

// look compares the two, and shows what it finds.
func (p *restorePage) look() {
	if p.compare.Busy() {
		return
	}
	var seen desk.Replaced
	p.run(p.compare, func(ctx context.Context, pass []byte) error {
		var err error
		seen, err = p.plan.Compare(ctx, pass)
		return err
	}, func() { p.show(seen) })
}

// run does something with the passphrase.
func (p *restorePage) run(button *widgets.Button, work func(context.Context, []byte) error, done func()) {
	w, pass := p.w, []byte(p.pass.Text())
	button.SetBusy(true)
	w.spawn("", func(ctx context.Context) error {
		defer clear(pass)
		return work(ctx, pass)
	}, func(err error) {
		button.SetBusy(false)
		switch {
		case w.page != p:
		case errors.Is(err, desk.ErrWrongPassphrase):
			p.fault(w.t.T("unlock.wrong"))
		case err != nil:
			p.say(w.troubleNotice(explain(w.t, err), nil))
		default:
			done()
		}
	})
}

// show says what restoring does, and offers it.
func (p *restorePage) show(seen desk.Replaced) {
	t := p.w.t
	var lost, kept []string
	for _, c := range seen.Consequences() {
		words := t.T("restore."+c.Code, c.Facts...)
		if c.Grave {
			lost = append(lost, words)
		} else {
			kept = append(kept, words)
		}
	}
	var notices []fyne.CanvasObject
	if len(lost) > 0 {
		notices = append(notices, widgets.NewNotice(widgets.ToneSoon, t.T("restore.loses"), strings.Join(lost, "\n")))
	}
	if title := t.T("restore.kept.title"); len(kept) > 0 {
		if len(lost) == 0 {
			title = t.T("restore.harmless")
		}
		notices = append(notices, widgets.NewNotice(widgets.ToneGood, title, strings.Join(kept, "\n")))
	}
	if seen.Unread == desk.UnreadOther {
		p.do.SetText(t.T("restore.other"))
	}
	if !seen.Of.IsZero() {
		p.text.SetText(t.T("restore.of", "Date", t.DateTime(seen.Of.Local())))
	}
	p.passField.Hide()
	p.compare.Hide()
	p.do.Show()
	p.say(notices...)
	p.w.win.Canvas().Focus(p.leave)
}

func (p *restorePage) restore() {
	if p.do.Busy() {
		return
	}
	var done desk.Replaced
	p.run(p.do, func(ctx context.Context, pass []byte) error {
		var err error
		done, err = p.plan.Restore(ctx, pass)
		return err
	}, func() { p.restored(done) })
}

// restored says where what was replaced is, and leads to the vault.
func (p *restorePage) restored(done desk.Replaced) {
	t := p.w.t
	p.close()
	p.do.Hide()
	p.leave.Hide()
	words := ""
	if done.Kept != "" {
		words = t.T("vault.restore.kept", "Path", done.Kept)
	}
	p.say(widgets.NewNotice(widgets.ToneGood, t.T("restore.done"), words, p.open))
	p.w.win.Canvas().Focus(p.open)
}

func (p *restorePage) say(notices ...fyne.CanvasObject) {
	p.notices.Objects = notices
	p.notices.Show()
	p.root.Refresh()
}
