package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// press is what parts that act have in common: hover, focus, Enter and Space,
// tap, and being disabled. A part embeds it by value and extends itself.
type press struct {
	widget.DisableableWidget
	focused, hovered bool
	act              func()
	self             fyne.CanvasObject
	// label is what an assistive program reads.
	label func() string
}

// ExtendBaseWidget also remembers the part that embeds this.
func (p *press) ExtendBaseWidget(w fyne.Widget) {
	p.self = w
	p.DisableableWidget.ExtendBaseWidget(w)
}

func (p *press) fire() {
	if !p.Disabled() && p.act != nil {
		p.act()
	}
}

// Tapped acts.
func (p *press) Tapped(*fyne.PointEvent) { p.fire() }

// TypedKey acts on Enter and Space, and hands other keys to the window.
func (p *press) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		p.fire()
	default:
		handOn(p.self, e)
	}
}

// handOn gives a key that a part has no use for to its window, which hears of
// keys only when nothing has the focus.
func handOn(o fyne.CanvasObject, e *fyne.KeyEvent) {
	if o == nil {
		return
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return
	}
	if typed := c.OnTypedKey(); typed != nil {
		typed(e)
	}
}

// TypedRune does nothing: parts that act take no text.
func (p *press) TypedRune(rune) {}

// FocusGained shows the ring.
func (p *press) FocusGained() { p.focused = true; p.Refresh() }

// FocusLost takes the ring away.
func (p *press) FocusLost() { p.focused = false; p.Refresh() }

// MouseIn shows that the part can be clicked.
func (p *press) MouseIn(*desktop.MouseEvent) { p.hovered = true; p.Refresh() }

// MouseMoved does nothing.
func (p *press) MouseMoved(*desktop.MouseEvent) {}

// MouseOut undoes MouseIn.
func (p *press) MouseOut() { p.hovered = false; p.Refresh() }

// Cursor is a hand over what can be clicked.
func (p *press) Cursor() desktop.Cursor {
	if p.Disabled() || p.act == nil {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// AccessibilityLabel is what the part says.
func (p *press) AccessibilityLabel() string {
	if p.label == nil {
		return ""
	}
	return p.label()
}

// AccessibilityRole is that of a button.
func (p *press) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// focusOn moves the keyboard to a part that is in a window.
func focusOn(o fyne.Focusable) {
	obj, ok := o.(fyne.CanvasObject)
	if !ok {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(obj); c != nil {
		c.Focus(o)
	}
}

var (
	_ fyne.Tappable      = (*press)(nil)
	_ fyne.Focusable     = (*press)(nil)
	_ desktop.Hoverable  = (*press)(nil)
	_ desktop.Cursorable = (*press)(nil)
	_ fyne.Accessible    = (*Button)(nil)
)
