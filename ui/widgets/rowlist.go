package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// rowList is the toolkit's list with keys of ours. It is embedded by value:
// through a pointer it would lose refreshes.
type rowList struct {
	widget.List
	owner   *DataList
	focused bool
	held    fyne.KeyModifier
}

// FocusGained shows the ring when it came by the keyboard.
func (l *rowList) FocusGained() {
	l.focused = true
	l.owner.keyboard = true
	l.List.FocusGained()
	l.Refresh()
}

// FocusLost takes the ring away.
func (l *rowList) FocusLost() {
	l.focused, l.held = false, 0
	l.List.FocusLost()
	l.Refresh()
}

// KeyDown sees Shift and Ctrl go down.
func (l *rowList) KeyDown(e *fyne.KeyEvent) { l.held |= modifierOf(e.Name) }

// KeyUp sees them go up.
func (l *rowList) KeyUp(e *fyne.KeyEvent) { l.held &^= modifierOf(e.Name) }

func modifierOf(name fyne.KeyName) fyne.KeyModifier {
	switch name {
	case desktop.KeyShiftLeft, desktop.KeyShiftRight:
		return fyne.KeyModifierShift
	case desktop.KeyControlLeft, desktop.KeyControlRight:
		return fyne.KeyModifierControl
	}
	return 0
}

// page is how many whole rows are in view.
func (l *rowList) page() int { return max(1, int(l.Size().Height/rowHeight)-1) }

// TypedKey moves, chooses and opens.
func (l *rowList) TypedKey(e *fyne.KeyEvent) {
	d := l.owner
	if d.count == 0 {
		handOn(l, e)
		return
	}
	d.keyboard = true
	to := d.cursor
	switch e.Name {
	case fyne.KeyUp:
		to--
	case fyne.KeyDown:
		to++
	case fyne.KeyPageUp:
		to -= l.page()
	case fyne.KeyPageDown:
		to += l.page()
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = d.count - 1
	case fyne.KeySpace:
		d.pick(d.cursor, l.held)
		return
	case fyne.KeyReturn, fyne.KeyEnter:
		d.open(d.cursor)
		return
	default:
		handOn(l, e)
		return
	}
	if len(d.selected) == 0 && (e.Name == fyne.KeyDown || e.Name == fyne.KeyUp) {
		to = d.cursor // the first arrow chooses where the keyboard is
	}
	d.pick(min(max(0, to), d.count-1), l.held&fyne.KeyModifierShift)
}

// TypedRune goes to the next row that begins with what is typed.
func (l *rowList) TypedRune(r rune) {
	if r != ' ' && l.owner.count > 0 {
		l.owner.typed(r)
	}
}

// TypedShortcut chooses all with Ctrl+A.
func (l *rowList) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutSelectAll:
		l.owner.selectAll()
	case fyne.KeyboardShortcut:
		if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
			if on, ok := c.(fyne.Shortcutable); ok {
				on.TypedShortcut(s)
			}
		}
	}
}

var (
	_ desktop.Keyable   = (*rowList)(nil)
	_ fyne.Shortcutable = (*rowList)(nil)
)
