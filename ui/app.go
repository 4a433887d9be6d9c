// Package ui is the window: what a person sees and does. It words everything,
// asks the desk to do it, and draws what came of it.
//
// A screen is a place. Places get the Window, read its desk, and run long work
// through Window.background; nothing but the executor starts a goroutine.
package ui

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
)

// Options are what a window needs from outside.
type Options struct {
	Vault    string           // the vault's file; need not exist yet
	Version  string           // shown in settings
	Folder   string           // where exports go unless said otherwise; "": Downloads
	Executor Executor         // nil: Live()
	Printer  *i18n.Printer    // nil: the language of the settings, else of the environment
	Now      func() time.Time // nil: time.Now
	Dark     *bool            // nil: as the settings say, else as the desktop does
	Desk     desk.Options     // for making and opening vaults
	Screen   ScreenLock       // nil: nobody tells
}

// Window is the one window of the program. Its methods and fields belong to
// the toolkit's goroutine.
type Window struct {
	app  fyne.App
	win  fyne.Window
	run  Executor
	t    *i18n.Printer
	desk *desk.Desk // nil until a vault is open and unlocked
	now  func() time.Time
	opt  Options

	vault   *desk.Desk      // unlocked; or locked, and then its file is given back; nil before
	session context.Context // ends when the vault is locked or left
	end     context.CancelFunc
	jobs    []*job
	frame   *frame // nil unless unlocked
	page    page   // the full page shown instead of the frame, or nil
	idle    idle
}

// New makes the window and begins to open the vault. It does not show it.
func New(app fyne.App, o Options) *Window {
	if o.Executor == nil {
		o.Executor = Live()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Desk.Now == nil {
		o.Desk.Now = o.Now
	}
	w := &Window{app: app, run: o.Executor, now: o.Now, opt: o, t: o.Printer}
	if w.t == nil {
		w.t = i18n.New(w.wantedLanguages()...)
	}
	w.session, w.end = context.WithCancel(context.Background())
	w.applyLook()
	w.win = app.NewWindow(productName)
	w.win.SetPadded(false)
	w.win.SetMaster()
	w.win.Resize(w.rememberedSize())
	w.win.CenterOnScreen()
	w.win.SetIcon(theme.IconIn(theme.IconMark, theme.Accent))
	w.win.SetCloseIntercept(w.close)
	w.setMenu()
	w.watchKeys()
	w.watchDrops()
	w.openVault(o.Vault)
	return w
}

// productName is the same in every language.
const productName = "Countersign"

// ShowAndRun shows the window and returns when it was closed.
func (w *Window) ShowAndRun() { w.win.ShowAndRun() }

// close remembers the window's size, locks and goes.
func (w *Window) close() {
	w.rememberSize()
	w.leaveVault()
	w.win.SetCloseIntercept(nil)
	w.win.Close()
}

// openVault begins to open the vault at path, and shows what fits: the first
// run when there is none, unlock when it has a passphrase, else the frame.
func (w *Window) openVault(path string) {
	w.leaveVault()
	w.opt.Vault = path
	w.show(newWaiting(w.t.T("vault.opening", "Vault", vaultName(path))))
	w.spawnOpening(func(ctx context.Context) (*desk.Desk, error) {
		d, err := desk.Open(path, w.opt.Desk)
		if err == nil && !d.Locked() {
			err = d.Damaged(ctx, d.Ready())
		}
		return d, err
	}, w.opened)
}

// enter shows the frame of an unlocked vault.
func (w *Window) enter(d *desk.Desk) {
	w.vault, w.desk = d, d
	w.dropPage()
	w.frame = newFrame(w)
	w.setMenu()
	w.fill(newPresence(w.frame.root, w.stir))
	w.navigate("overview", "")
	w.tellOpened(d)
	w.countAttention()
	w.showJobs()
	w.stir()
	w.watchIdle()
	w.watchScreen()
	w.backUpWhenDue()
}

// fill puts something else into the window. What had the focus is told that it
// has not any more: the toolkit does not, and a cursor would blink unseen, for
// which the whole window is drawn many times a second.
func (w *Window) fill(o fyne.CanvasObject) {
	w.win.Canvas().Unfocus()
	w.win.SetContent(o)
}

// show fills the window with a page.
func (w *Window) show(p page) {
	w.dropScreens()
	w.page = p
	w.setMenu()
	w.fill(p.content())
	if f := p.focus(); f != nil {
		w.win.Canvas().Focus(f)
	}
}

// lock forgets the keys, drops every screen, gives the vault's file back and
// asks for the passphrase.
func (w *Window) lock() {
	if w.desk == nil {
		return
	}
	if !w.desk.Protected() {
		w.notify(w.t.T("lock.unprotected"))
		return
	}
	locked := w.vault
	w.endSession()
	w.desk = nil
	locked.Lock()
	w.show(newUnlock(w, locked))
}

// leaveVault locks and closes the vault that is open, if one is.
func (w *Window) leaveVault() {
	w.endSession()
	w.dropScreens()
	if w.vault != nil {
		// Nothing is written on closing, so there is nothing to tell if it fails.
		_ = w.vault.Close()
	}
	w.vault, w.desk = nil, nil
}

// endSession cancels what runs and begins anew.
func (w *Window) endSession() {
	w.end()
	w.session, w.end = context.WithCancel(context.Background())
	w.jobs = nil
	w.idle.stop()
}

// dropPage lets go of the full page. One that moves stops moving: the toolkit
// draws a window anew for as long as anything in it does, shown or not.
func (w *Window) dropPage() {
	if moving, ok := w.page.(interface{ close() }); ok {
		moving.close()
	}
	w.page = nil
}

// dropScreens lets go of everything that shows what is in the vault.
func (w *Window) dropScreens() {
	if w.frame != nil {
		w.frame.drop()
		w.frame = nil
	}
	w.dropPage()
	overlays := w.win.Canvas().Overlays()
	for top := overlays.Top(); top != nil; top = overlays.Top() {
		overlays.Remove(top)
	}
}

// changed says that the vault holds something else now: what is shown is read
// again.
func (w *Window) changed() {
	if w.frame == nil {
		return
	}
	w.frame.refresh()
	w.countAttention()
}

// countAttention puts on Overview how many certificates expire soon or have.
func (w *Window) countAttention() {
	d := w.desk
	var counts desk.Counts
	w.spawn("", func(context.Context) error {
		var err error
		counts, err = d.Counts()
		return err
	}, func(err error) {
		if err == nil && w.frame != nil {
			w.frame.rail.badge(counts.Attention)
		}
	})
}

// rebuild draws the same again, after the language changed.
func (w *Window) rebuild() {
	switch {
	case w.frame != nil:
		place := w.frame.current
		w.frame.drop()
		w.frame = newFrame(w)
		w.setMenu()
		w.fill(newPresence(w.frame.root, w.stir))
		w.navigate(place, "")
		w.countAttention()
		w.showJobs()
	case w.vault != nil:
		w.show(newUnlock(w, w.vault))
	default:
		w.openVault(w.opt.Vault)
	}
}

// vaultName is what a person calls a vault: its file without the ending.
func vaultName(path string) string {
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}
