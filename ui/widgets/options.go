package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

const optionHeight float32 = 32

// optionsShown is how many words are in view before the menu scrolls.
const optionsShown = 9

// optionMenu is the open menu of a Select: a list, so that a choice of
// thousands stays small and quick.
type optionMenu struct {
	owner  *Select
	pop    *widget.PopUp
	list   optionList
	cursor int
}

func newOptionMenu(owner *Select, c fyne.Canvas) *optionMenu {
	m := &optionMenu{owner: owner, cursor: max(0, owner.selected)}
	m.list.menu = m
	m.list.Length = func() int { return len(owner.options) }
	m.list.CreateItem = func() fyne.CanvasObject { return newOption(m) }
	m.list.UpdateItem = func(id int, o fyne.CanvasObject) {
		if row, ok := o.(*option); ok {
			row.index = id
			row.Refresh()
		}
	}
	m.list.HideSeparators = true
	m.list.ExtendBaseWidget(&m.list)
	m.pop = widget.NewPopUp(Pad(4, container.NewThemeOverride(&m.list, rowTheme{})), c)
	m.place(c)
	c.Focus(&m.list)
	m.list.ScrollTo(m.cursor)
	return m
}

// place puts the menu below its Select, or above it where there is more room.
func (m *optionMenu) place(c fyne.Canvas) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(m.owner)
	frame := m.pop.MinSize().Subtract(m.list.MinSize())
	height := float32(min(len(m.owner.options), optionsShown))*optionHeight + max(0, frame.Height)
	below := c.Size().Height - at.Y - m.owner.Size().Height - 12
	y := at.Y + m.owner.Size().Height + 4
	if height > below && at.Y > below {
		height = min(height, at.Y-12)
		y = at.Y - height - 4
	} else {
		height = min(height, max(optionHeight, below))
	}
	width := max(m.owner.Size().Width, min(m.widest()+max(0, frame.Width), c.Size().Width-24))
	x := max(12, min(at.X, c.Size().Width-width-12))
	m.pop.ShowAtPosition(fyne.NewPos(x, y))
	m.pop.Resize(fyne.NewSize(width, height))
}

// widest is the width that the longest words need. Of thousands only the
// longest are measured.
func (m *optionMenu) widest() float32 {
	longest := 0
	for _, words := range m.owner.options {
		longest = max(longest, len(words))
	}
	row, measured := newOption(m), 0
	var width float32
	for _, words := range m.owner.options {
		if measured < 50 && len(words)*3 >= longest*2 {
			measured++
			width = max(width, fyne.MeasureText(words, row.words.size, fyne.TextStyle{}).Width)
		}
	}
	return width + 8 + 8 + row.tick.MinSize().Width + 8 + 2 // the insets and gap of a row
}

func (m *optionMenu) close() {
	m.pop.Hide()
	m.owner.menu = nil
}

func (m *optionMenu) choose(index int) {
	m.close()
	m.owner.Choose(index)
}

func (m *optionMenu) move(to int) {
	m.cursor = min(max(0, to), len(m.owner.options)-1)
	m.list.ScrollTo(m.cursor)
	m.list.Refresh()
}

// optionList takes the keyboard while the menu is open.
type optionList struct {
	widget.List
	menu *optionMenu
}

// TypedKey moves, chooses and closes.
func (l *optionList) TypedKey(e *fyne.KeyEvent) {
	m := l.menu
	switch e.Name {
	case fyne.KeyUp:
		m.move(m.cursor - 1)
	case fyne.KeyDown:
		m.move(m.cursor + 1)
	case fyne.KeyPageUp:
		m.move(m.cursor - optionsShown)
	case fyne.KeyPageDown:
		m.move(m.cursor + optionsShown)
	case fyne.KeyHome:
		m.move(0)
	case fyne.KeyEnd:
		m.move(len(m.owner.options) - 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		m.choose(m.cursor)
	case fyne.KeyEscape, fyne.KeyTab:
		m.close()
	}
}

// TypedRune goes to the next word that begins with the letter.
func (l *optionList) TypedRune(r rune) {
	if at := nextWith(l.menu.owner.options, l.menu.cursor, r); at >= 0 {
		l.menu.move(at)
	}
}

// option is one visible word of the menu.
type option struct {
	widget.BaseWidget
	menu    *optionMenu
	index   int
	hovered bool
	back    *canvas.Rectangle
	words   *Text
	tick    *icon
}

func newOption(m *optionMenu) *option {
	o := &option{menu: m, back: canvas.NewRectangle(color.Transparent), words: NewText("").Truncate()}
	o.back.CornerRadius = radiusChip
	o.tick = newIcon(theme.IconCheck, theme.Accent, 16)
	o.ExtendBaseWidget(o)
	return o
}

func (o *option) restyle() {
	s := o.menu.owner
	o.words.text = ""
	if o.index < len(s.options) {
		o.words.text = s.options[o.index]
	}
	chosen := o.index == s.selected
	o.tick.Hidden = !chosen
	o.words.color = theme.Text
	if chosen {
		o.words.color = theme.Accent
	}
	o.back.FillColor = color.Transparent
	switch {
	case o.index == o.menu.cursor:
		o.back.FillColor = colorOf(theme.AccentTint)
	case o.hovered:
		o.back.FillColor = veil()
	}
}

// MouseIn shows where a click would go.
func (o *option) MouseIn(*desktop.MouseEvent) { o.hovered = true; o.Refresh() }

// MouseMoved does nothing.
func (o *option) MouseMoved(*desktop.MouseEvent) {}

// MouseOut undoes MouseIn.
func (o *option) MouseOut() { o.hovered = false; o.Refresh() }

// Tapped chooses the word.
func (o *option) Tapped(*fyne.PointEvent) { o.menu.choose(o.index) }

// CreateRenderer is for the toolkit.
func (o *option) CreateRenderer() fyne.WidgetRenderer {
	inside := Row(8, Grow(o.words), o.tick)
	return newBody(Over(o.back, AtLeast(0, optionHeight, PadXY(8, 0, inside))), o.restyle)
}
