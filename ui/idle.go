package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// idle locks the vault when nobody used the window for a while.
type idle struct {
	last   time.Time
	seen   glance
	cancel func()
	screen context.Context // the session that ends with the screen's lock
}

// lookEvery is how often the window looks whether somebody is there.
const lookEvery = 10 * time.Second

// glance is what changes in a window while somebody types. The toolkit tells
// of keys only the part that has the focus.
type glance struct {
	focused fyne.Focusable
	cursor  int
}

func (i *idle) stop() {
	if i.cancel != nil {
		i.cancel()
		i.cancel = nil
	}
}

// stir says that somebody is there.
func (w *Window) stir() { w.idle.last = w.now() }

// watchIdle begins to watch for an unlocked vault with a passphrase.
func (w *Window) watchIdle() {
	w.idle.stop()
	if w.desk == nil || !w.desk.Protected() {
		return
	}
	w.idle.cancel = w.run.After(lookEvery, func() {
		w.look()
		if w.desk != nil {
			w.watchIdle()
		}
	})
}

// look locks when the time is over. Work under way counts as use.
func (w *Window) look() {
	seen := w.glance()
	if seen != w.idle.seen || len(w.jobs) > 0 {
		w.idle.seen = seen
		w.stir()
	}
	after := w.lockAfter()
	if after > 0 && w.now().Sub(w.idle.last) >= after {
		w.lock()
	}
}

// ScreenLock returns nil when the screen is locked, an error when that cannot be
// told, or ctx has ended.
type ScreenLock func(ctx context.Context) error

// watchScreen locks the vault with the screen, for as long as it is unlocked.
func (w *Window) watchScreen() {
	if w.opt.Screen == nil || w.desk == nil || !w.desk.Protected() || w.idle.screen == w.session {
		return
	}
	session := w.session
	w.idle.screen = session
	w.run.Go(func() {
		if w.opt.Screen(session) != nil {
			return
		}
		w.run.UI(func() {
			if session.Err() == nil {
				w.lock()
			}
		})
	})
}

func (w *Window) glance() glance {
	g := glance{focused: w.win.Canvas().Focused()}
	if typing, ok := g.focused.(interface{ CursorTextOffset() int }); ok {
		g.cursor = typing.CursorTextOffset()
	}
	return g
}

// presence lies under everything and notices the mouse where nothing else does.
type presence struct {
	widget.BaseWidget
	content fyne.CanvasObject
	stir    func()
}

var _ desktop.Hoverable = (*presence)(nil)

func newPresence(content fyne.CanvasObject, stir func()) *presence {
	p := &presence{content: content, stir: stir}
	p.ExtendBaseWidget(p)
	return p
}

// MouseIn notices.
func (p *presence) MouseIn(*desktop.MouseEvent) { p.stir() }

// MouseMoved notices.
func (p *presence) MouseMoved(*desktop.MouseEvent) { p.stir() }

// MouseOut notices.
func (p *presence) MouseOut() { p.stir() }

// Held is the content.
func (p *presence) Held() fyne.CanvasObject { return p.content }

// CreateRenderer draws the content.
func (p *presence) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.content) }
