package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// Input is a line (or lines) to type in, 36 high, with a thin line around it.
// All that widget.Entry offers is there: Text, SetText, OnSubmitted, Disable.
type Input struct {
	widget.Entry
	frame   *canvas.Rectangle
	focused bool
	pressed bool // by the mouse, which says where typing goes on
	fault   bool
	bare    bool
	self    fyne.CanvasObject
}

// NewInput makes a line; changed is told the text at each change.
func NewInput(placeholder string, changed func(string)) *Input {
	i := &Input{}
	i.init(placeholder, changed)
	i.ExtendBaseWidget(i)
	return i
}

// NewLines makes an input of several lines; rows are shown at once.
func NewLines(placeholder string, rows int, changed func(string)) *Input {
	i := &Input{}
	i.MultiLine = true
	i.Wrapping = fyne.TextWrapBreak
	i.init(placeholder, changed)
	i.ExtendBaseWidget(i)
	i.SetMinRowsVisible(rows)
	return i
}

// NewSearch is an input with a magnifying glass.
func NewSearch(placeholder string, changed func(string)) *Input {
	i := &Input{}
	i.Icon = theme.IconIn(theme.IconSearch, theme.Quiet)
	i.init(placeholder, changed)
	i.ExtendBaseWidget(i)
	return i
}

func (i *Input) init(placeholder string, changed func(string)) {
	i.frame = canvas.NewRectangle(nil)
	i.PlaceHolder = placeholder
	i.OnChanged = changed
}

// SetFault draws the line in the broken tone; Field does it too.
func (i *Input) SetFault(fault bool) {
	if i.fault != fault {
		i.fault = fault
		i.Refresh()
	}
}

func (i *Input) setFault(fault bool) { i.SetFault(fault) }

// FocusGained shows the accent line. In a line that was filled in for the
// person, typing goes on at its end.
func (i *Input) FocusGained() {
	i.focused = true
	i.Entry.FocusGained()
	if !i.pressed && !i.MultiLine && i.CursorColumn == 0 {
		i.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	}
}

// FocusLost takes it away.
func (i *Input) FocusLost() {
	i.focused = false
	i.Entry.FocusLost()
}

// MouseDown takes the room at the side and that of the picture off before the entry looks for the
// letter that was clicked.
func (i *Input) MouseDown(e *desktop.MouseEvent) {
	moved := *e
	if !i.bare {
		moved.Position.X -= inputInset
	}
	if i.Icon != nil {
		th := i.Theme()
		moved.Position.X -= th.Size(fynetheme.SizeNameInlineIcon) + th.Size(fynetheme.SizeNameLineSpacing)
	}
	i.pressed = true
	i.Entry.MouseDown(&moved)
	i.pressed = false
}

// TypedKey hands Escape and the function keys to the window.
func (i *Input) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape, fyne.KeyF1, fyne.KeyF5:
		handOn(i.self, e)
	default:
		i.Entry.TypedKey(e)
	}
}

// ExtendBaseWidget also remembers the part that embeds this.
func (i *Input) ExtendBaseWidget(w fyne.Widget) {
	i.self = w
	i.Entry.ExtendBaseWidget(w)
}

// CreateRenderer is for the toolkit.
func (i *Input) CreateRenderer() fyne.WidgetRenderer {
	inner := i.Entry.CreateRenderer()
	r := &inputRenderer{inner: inner, i: i}
	r.wheel = newWheel(i.MultiLine, r.scroll)
	r.paint()
	return r
}

// inputInset is the room at the sides that the entry does not have itself.
const inputInset float32 = 4

// inputRenderer shows the entry without its own box, in ours.
type inputRenderer struct {
	inner fyne.WidgetRenderer
	i     *Input
	wheel *wheel
}

// scroll is what the entry scrolls its text in.
func (r *inputRenderer) scroll() *container.Scroll {
	for _, o := range r.inner.Objects() {
		if scroll, ok := o.(*container.Scroll); ok {
			return scroll
		}
	}
	return nil
}

func (r *inputRenderer) paint() {
	f := r.i.frame
	f.CornerRadius, f.StrokeWidth = radiusInput, lineWidth
	f.FillColor, f.StrokeColor = colorOf(theme.Surface), colorOf(theme.Line)
	switch {
	case r.i.Disabled():
		f.FillColor = colorOf(theme.Ground)
	case r.i.focused:
		f.StrokeColor, f.StrokeWidth = colorOf(theme.Accent), ringWidth
	}
	if r.i.fault {
		f.StrokeColor = colorOf(theme.Broken)
	}
	f.Hidden = r.i.bare
}

func (r *inputRenderer) place(size fyne.Size) {
	inset := r.i.frame.StrokeWidth / 2
	r.i.frame.Move(fyne.NewSquareOffsetPos(inset))
	r.i.frame.Resize(fyne.NewSize(max(0, size.Width-inset*2), max(0, size.Height-inset*2)))
}

func (r *inputRenderer) Destroy() { r.inner.Destroy() }

func (r *inputRenderer) Layout(size fyne.Size) {
	r.paint()
	r.wheel.Resize(size)
	r.place(size)
	if r.i.bare {
		r.inner.Layout(size)
		return
	}
	r.inner.Layout(size.SubtractWidthHeight(2*inputInset, 0))
	for _, o := range r.inner.Objects() {
		o.Move(o.Position().AddXY(inputInset, 0))
	}
}

func (r *inputRenderer) MinSize() fyne.Size {
	m := r.inner.MinSize()
	if r.i.bare {
		return m
	}
	return m.AddWidthHeight(2*inputInset, 0).Max(fyne.NewSize(0, buttonHeight))
}

func (r *inputRenderer) Objects() []fyne.CanvasObject {
	inner := r.inner.Objects()
	objects := make([]fyne.CanvasObject, 0, len(inner)+2)
	if !r.i.bare {
		objects = append(objects, r.i.frame)
	}
	for _, o := range inner {
		if _, box := o.(*canvas.Rectangle); !box {
			objects = append(objects, o)
		}
	}
	return append(objects, r.wheel)
}

func (r *inputRenderer) Refresh() {
	r.paint()
	r.inner.Refresh()
	r.Layout(r.i.Size())
}
