package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// opened shows what became of opening the vault.
func (w *Window) opened(d *desk.Desk, err error) {
	switch {
	case errors.Is(err, desk.ErrNotFound):
		w.show(newFirstRun(w))
	case damaged(err), errors.Is(err, desk.ErrNotVault) && len(desk.Backups(w.opt.Vault)) > 0:
		w.show(newRepairPage(w, err))
	case err != nil:
		w.show(newTroublePage(w, err))
	case d.Locked():
		w.vault = d
		w.show(newUnlock(w, d))
	default:
		w.enter(d)
	}
}

// damaged tells an error about a vault that was one and is not whole.
func damaged(err error) bool {
	var damage *desk.DamageError
	return errors.As(err, &damage) || errors.Is(err, desk.ErrTruncated) || errors.Is(err, desk.ErrEmptyFile)
}

// unlockPage asks for the passphrase of a vault.
type unlockPage struct {
	w          *Window
	desk       *desk.Desk
	passphrase *widgets.Secret
	field      *widgets.Field
	do         *widgets.Button
	keyring    *widgets.Button    // shown when this computer's keyring may open it
	lost       *widgets.Button    // shown when a recovery code opens it
	byCode     bool               // what is typed is the recovery code
	cancel     context.CancelFunc // of the unlocking under way, or nil
	root       fyne.CanvasObject
}

func newUnlock(w *Window, d *desk.Desk) *unlockPage {
	p := &unlockPage{w: w, desk: d}
	p.passphrase = newPassphrase(func() { p.fault("") }, p.unlock)
	p.field = widgets.NewField(w.t.T("unlock.passphrase"), "", p.passphrase)
	p.do = widgets.NewButton(w.t.T("unlock.do"), theme.IconUnlock, widgets.Primary, p.unlock)
	other := widgets.NewButton(w.t.T("unlock.other"), "", widgets.Quiet, func() { w.show(newChooser(w)) })
	p.keyring = widgets.NewButton(w.t.T("unlock.keyring"), "", widgets.Plain, p.unlockByKeyring)
	p.lost = widgets.NewButton(w.t.T("unlock.lost"), "", widgets.Quiet, p.askCode)
	if !d.Opens(desk.ByKeyring) {
		p.keyring.Hide()
	}
	if !d.Opens(desk.ByRecovery) {
		p.lost.Hide()
	}
	p.root = newSheet(sheetWidth,
		widgets.NewTitle(w.t.T("unlock.title", "Vault", vaultName(d.Path()))),
		widgets.NewQuiet(d.Path()),
		p.field,
		widgets.Row(8, p.do, p.keyring, widgets.Spacer(), other),
		leading(p.lost))
	if !d.Opens(desk.ByPassphrase) && d.Opens(desk.ByRecovery) {
		p.askCode()
	}
	return p
}

// askCode asks for the recovery code in the passphrase's place, or the other
// way round again.
func (p *unlockPage) askCode() {
	p.byCode = !p.byCode
	label, other := "unlock.passphrase", "unlock.lost"
	if p.byCode {
		label, other = "unlock.code", "unlock.found"
	}
	p.field.SetLabel(p.w.t.T(label))
	p.lost.SetText(p.w.t.T(other))
	p.passphrase.SetText("")
	p.fault("")
	if p.root != nil {
		p.root.Refresh()
		p.w.win.Canvas().Focus(p.passphrase.Input())
	}
}

// unlockByKeyring opens the vault with what this computer's keyring keeps.
func (p *unlockPage) unlockByKeyring() {
	if p.do.Busy() {
		return
	}
	p.busy(true)
	p.try(p.desk.UnlockByKeyring)
}

func (p *unlockPage) content() fyne.CanvasObject { return p.root }
func (p *unlockPage) focus() fyne.Focusable      { return p.passphrase.Input() }

// unlock tries the passphrase. Whatever comes of it, what was typed stays,
// selected, to be mended or typed over.
func (p *unlockPage) unlock() {
	if p.do.Busy() {
		return
	}
	pass := []byte(p.passphrase.Text())
	if len(pass) == 0 {
		empty := "unlock.empty"
		if p.byCode {
			empty = "unlock.code.empty"
		}
		p.refuse(p.w.t.T(empty))
		return
	}
	p.busy(true)
	byCode := p.byCode
	p.try(func(ctx context.Context) error {
		defer clear(pass)
		if byCode {
			return p.desk.UnlockByRecovery(ctx, string(pass))
		}
		return p.desk.Unlock(ctx, pass)
	})
}

// try unlocks, and reads what is to be shown: damage to it leads to the repair.
func (p *unlockPage) try(unlock func(context.Context) error) {
	p.cancel = p.w.spawn("", func(ctx context.Context) error {
		if err := unlock(ctx); err != nil {
			return err
		}
		return p.desk.Ready()
	}, p.tried)
}

func (p *unlockPage) tried(err error) {
	if p.w.page != p {
		return
	}
	p.busy(false)
	switch {
	case err == nil:
		p.passphrase.SetText("")
		p.w.enter(p.desk)
	case errors.Is(err, context.Canceled):
		p.w.win.Canvas().Focus(p.passphrase.Input())
	case errors.Is(err, desk.ErrWrongPassphrase) && !p.byCode:
		p.refuse(p.w.t.T("unlock.wrong"))
	case errors.Is(err, desk.ErrWrongPassphrase):
		p.refuse(p.w.t.T("unlock.code.other"))
	case errors.Is(err, desk.ErrRecoveryCode), errors.Is(err, desk.ErrKeyring), errors.Is(err, desk.ErrNotInKeyring):
		tr := explain(p.w.t, err)
		p.refuse(sentences(tr.title, tr.next))
	case damaged(err):
		p.w.leaveVault()
		p.w.show(newRepairPage(p.w, err))
	default:
		p.w.leaveVault()
		p.w.show(newTroublePage(p.w, err))
	}
}

func (p *unlockPage) refuse(why string) {
	p.fault(why)
	p.w.win.Canvas().Focus(p.passphrase.Input())
	p.passphrase.Input().TypedShortcut(&fyne.ShortcutSelectAll{})
}

func (p *unlockPage) fault(why string) {
	if p.field.Fault() != why {
		p.field.SetFault(why)
		p.root.Refresh()
	}
}

func (p *unlockPage) busy(busy bool) {
	defer p.root.Refresh() // the button's words are longer now, or shorter
	p.do.SetBusy(busy)
	if busy {
		p.do.SetText(p.w.t.T("vault.unlocking"))
		p.passphrase.Disable()
		p.keyring.Disable()
		p.lost.Disable()
		return
	}
	p.keyring.Enable()
	p.lost.Enable()
	p.cancel = nil
	p.do.SetText(p.w.t.T("unlock.do"))
	p.passphrase.Enable()
}

// escape gives up the unlocking under way, and changes nothing.
func (p *unlockPage) escape() {
	if p.cancel != nil {
		p.cancel()
	}
}
