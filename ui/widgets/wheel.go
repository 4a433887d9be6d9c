package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// wheel lies unseen over a part that scrolls by itself, a line or a block of
// code. The toolkit gives the mouse wheel to the innermost that scrolls, even
// when that has nowhere to go: this hands on to the page what the part below
// has no use for. It takes no clicks.
type wheel struct {
	widget.BaseWidget
	below func() *container.Scroll // what scrolls by itself; it may be nil
	down  bool                     // it scrolls down too, not only sideways
}

func newWheel(down bool, below func() *container.Scroll) *wheel {
	w := &wheel{below: below, down: down}
	w.ExtendBaseWidget(w)
	return w
}

var _ fyne.Scrollable = (*wheel)(nil)

// Scrolled moves what lies below, else the page.
func (w *wheel) Scrolled(e *fyne.ScrollEvent) {
	if below := w.below(); below != nil && (w.down || e.Scrolled.DY == 0 || shifted()) {
		before := below.Offset
		below.Scrolled(e)
		if below.Offset != before {
			return
		}
	}
	if page := pageUnder(w, e.AbsolutePosition); page != nil {
		page.Scrolled(e)
	}
}

// CreateRenderer is for the toolkit.
func (w *wheel) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// shifted tells whether Shift is held, with which the wheel turns sideways.
func shifted() bool {
	d, ok := fyne.CurrentApp().Driver().(desktop.Driver)
	return ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
}

// Holder is a part whose content is looked through for the page that the mouse
// wheel scrolls.
type Holder interface{ Held() fyne.CanvasObject }

// pageUnder is the innermost page that scrolls at a position of the window in
// which o is shown, nil for none. At the zero position it is the one that o's
// middle is on.
func pageUnder(o fyne.CanvasObject, at fyne.Position) *container.Scroll {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(o)
	if c == nil {
		return nil
	}
	if at.IsZero() {
		at = driver.AbsolutePositionForObject(o).AddXY(o.Size().Width/2, o.Size().Height/2)
	}
	if top := c.Overlays().Top(); top != nil {
		return scrollAt(top, at)
	}
	return scrollAt(c.Content(), at)
}

// scrollAt looks for it in o; at is seen from where o is placed.
func scrollAt(o fyne.CanvasObject, at fyne.Position) *container.Scroll {
	if o == nil || !o.Visible() {
		return nil
	}
	at = at.Subtract(o.Position())
	if at.X < 0 || at.Y < 0 || at.X >= o.Size().Width || at.Y >= o.Size().Height {
		return nil
	}
	switch o := o.(type) {
	case *fyne.Container:
		for n := len(o.Objects) - 1; n >= 0; n-- {
			if found := scrollAt(o.Objects[n], at); found != nil {
				return found
			}
		}
	case *container.Scroll:
		if found := scrollAt(o.Content, at); found != nil {
			return found
		}
		return o
	case *widget.PopUp:
		return scrollAt(o.Content, at)
	case Holder:
		return scrollAt(o.Held(), at)
	}
	return nil
}
