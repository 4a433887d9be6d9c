package ui

import (
	"time"

	"fyne.io/fyne/v2"
)

// cursorRests is how long nobody has typed when the cursor of the passphrase goes: each
// time that it blinks the window is drawn anew, which without a graphics card keeps a
// locked window busy with a tenth of a core. The next key brings it back.
const cursorRests = 30 * time.Second

// restCursor takes the cursor away when nobody types, for as long as the page is shown.
func (p *unlockPage) restCursor() {
	before := p.passphrase.Text()
	p.resting = p.w.run.After(cursorRests, func() {
		c := p.w.win.Canvas()
		if c.Focused() == fyne.Focusable(p.passphrase.Input()) && !p.do.Busy() && p.passphrase.Text() == before {
			c.Unfocus()
		}
		p.restCursor()
	})
}

// wake gives a key that nothing has the focus for to the passphrase.
func (p *unlockPage) wake(give func(fyne.Focusable)) {
	c := p.w.win.Canvas()
	if p.do.Busy() || c.Focused() != nil { // what has the focus hands on what it does not use
		return
	}
	c.Focus(p.passphrase.Input())
	give(p.passphrase.Input())
}

// waker is a page that takes keys when nothing has the focus.
type waker interface{ wake(func(fyne.Focusable)) }

// strayRune is a character that was typed while nothing had the focus.
func (w *Window) strayRune(r rune) {
	w.stir()
	if p, ok := w.page.(waker); ok {
		p.wake(func(f fyne.Focusable) { f.TypedRune(r) })
	}
}

// strayKey is a key that was pressed while nothing had the focus, and that does
// something in a line of text.
func (w *Window) strayKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyHome, fyne.KeyEnd, fyne.KeyLeft, fyne.KeyRight:
		if p, ok := w.page.(waker); ok {
			p.wake(func(f fyne.Focusable) { f.TypedKey(e) })
		}
	}
}
