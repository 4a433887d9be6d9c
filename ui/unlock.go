package ui

import (
	"context"
	"errors"
	"runtime/debug"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/i18n"
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

// unlockPage asks for the passphrase of a vault. While it waits the vault's
// file is given back, for other programs to use; it is opened anew when something is
// typed, to unlock it.
type unlockPage struct {
	w          *Window
	desk       *desk.Desk // locked and closed: it knows what opens the vault
	passphrase *widgets.Secret
	field      *widgets.Field
	do         *widgets.Button
	keyring    *widgets.Button    // shown when this computer's keyring may open it
	lost       *widgets.Button    // shown when a recovery code opens it
	byCode     bool               // what is typed is the recovery code
	cancel     context.CancelFunc // of the unlocking under way, or nil
	early      *early             // nil: nothing was typed
	resting    func()             // stops the timer that takes the cursor away
	root       fyne.CanvasObject
}

func newUnlock(w *Window, d *desk.Desk) *unlockPage {
	p := &unlockPage{w: w}
	p.passphrase = newPassphrase(p.typed, p.unlock)
	p.field = widgets.NewField(w.t.T("unlock.passphrase"), "", p.passphrase)
	p.do = widgets.NewButton(w.t.T("unlock.do"), theme.IconUnlock, widgets.Primary, p.unlock)
	other := widgets.NewButton(w.t.T("unlock.other"), "", widgets.Quiet, func() { w.show(newChooser(w)) })
	p.keyring = widgets.NewButton(w.t.T("unlock.keyring"), "", widgets.Plain, p.unlockByKeyring)
	p.lost = widgets.NewButton(w.t.T("unlock.lost"), "", widgets.Quiet, p.askCode)
	p.rest(d)
	damaged := widgets.NewStatus(widgets.ToneBroken, w.t.T("damage.banner.file"))
	damaged.Hidden = !d.ToRead()
	p.root = newSheet(sheetWidth,
		widgets.NewTitle(w.t.T("unlock.title", "Vault", vaultName(d.Path()))),
		widgets.NewQuiet(d.Path()),
		damaged,
		p.field,
		widgets.Row(8, p.do, p.keyring, widgets.Spacer(), other),
		leading(p.lost))
	if !d.Opens(desk.ByPassphrase) && d.Opens(desk.ByRecovery) {
		p.askCode()
	}
	p.restCursor()
	return p
}

// rest gives the file of a vault that is locked back, off the window's goroutine
// since work under way ends first, and shows what opens it.
func (p *unlockPage) rest(d *desk.Desk) {
	p.desk, p.w.vault = d, d
	p.w.run.Go(func() { _ = d.Close() }) // it is opened anew before anything is asked of it
	show := func(button *widgets.Button, by desk.Way) {
		if d.Opens(by) {
			button.Show()
		} else {
			button.Hide()
		}
	}
	show(p.keyring, desk.ByKeyring)
	show(p.lost, desk.ByRecovery)
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
	p.try((*desk.Desk).UnlockByKeyring)
}

func (p *unlockPage) content() fyne.CanvasObject { return p.root }
func (p *unlockPage) focus() fyne.Focusable      { return p.passphrase.Input() }

// close takes out what was typed, and gives the file back.
func (p *unlockPage) close() {
	p.resting()
	p.passphrase.SetText("")
	p.giveUp()
}

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
	p.try(func(d *desk.Desk, ctx context.Context) error {
		defer clear(pass)
		if byCode {
			return d.UnlockByRecovery(ctx, string(pass))
		}
		return d.Unlock(ctx, pass)
	})
}

// try opens the file as it is by now, unlocks it, and reads what is to be shown:
// damage to it leads to the repair.
func (p *unlockPage) try(unlock func(*desk.Desk, context.Context) error) {
	open := p.opener()
	var seen *desk.Desk
	p.cancel = p.w.spawnOpening(func(ctx context.Context) (*desk.Desk, error) {
		d, err := open()
		if err != nil {
			return nil, err
		}
		seen = d
		if d.Locked() { // else its passphrase was taken away meanwhile
			err = unlock(d, ctx)
		}
		if err == nil {
			err = d.Damaged(ctx, d.Ready())
		}
		return d, err
	}, func(d *desk.Desk, err error) { p.tried(d, seen, err) })
}

// tried shows what became of it; seen is what was opened, whether or not it
// could be unlocked.
func (p *unlockPage) tried(d, seen *desk.Desk, err error) {
	switch {
	case err != nil && seen != nil:
		p.rest(seen)
	case err == nil && p.w.page != p: // somebody went elsewhere
		p.rest(d)
	}
	if p.w.page != p {
		return
	}
	p.busy(false)
	switch {
	case err == nil:
		p.passphrase.SetText("")
		p.w.enter(d)
		p.w.run.Go(debug.FreeOSMemory) // the key derivation took a lot, once
	case errors.Is(err, context.Canceled):
		p.w.win.Canvas().Focus(p.passphrase.Input())
	case errors.Is(err, desk.ErrWrongPassphrase) && !p.byCode:
		p.refuse(p.w.t.T("unlock.wrong"))
	case errors.Is(err, desk.ErrWrongPassphrase):
		p.refuse(p.w.t.T("unlock.code.other"))
	case errors.Is(err, desk.ErrRecoveryCode), errors.Is(err, desk.ErrKeyring), errors.Is(err, desk.ErrNotInKeyring),
		errors.Is(err, desk.ErrInUse), errors.Is(err, desk.ErrNotFound), errors.Is(err, desk.ErrNoSlot):
		tr := explain(p.w.t, err)
		p.refuse(i18n.Sentences(tr.title, tr.next))
	default:
		p.w.leaveVault()
		p.w.opened(nil, err)
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
