package widgets

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// rowHeight is a row of two lines and the line below it.
const rowHeight float32 = 61

// rowTheme takes the toolkit's gaps and highlights out of a list: our rows
// draw their own.
type rowTheme struct{}

// Color is that of the window's theme, without the list's own highlights.
func (rowTheme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if name == fynetheme.ColorNameHover || name == fynetheme.ColorNameSelection {
		return color.Transparent
	}
	return fyne.CurrentApp().Settings().Theme().Color(name, v)
}

// Font is that of the window's theme.
func (rowTheme) Font(s fyne.TextStyle) fyne.Resource {
	return fyne.CurrentApp().Settings().Theme().Font(s)
}

// Icon is that of the window's theme.
func (rowTheme) Icon(n fyne.ThemeIconName) fyne.Resource {
	return fyne.CurrentApp().Settings().Theme().Icon(n)
}

// Size is that of the window's theme, without gaps between rows.
func (rowTheme) Size(n fyne.ThemeSizeName) float32 {
	if n == fynetheme.SizeNamePadding {
		return 0
	}
	return fyne.CurrentApp().Settings().Theme().Size(n)
}

// cellView is what a row draws for a column.
type cellView struct {
	dot         *canvas.Circle
	text        *canvas.Text
	second      *canvas.Text
	whole, more string // the uncut texts
	width       float32
	goesOn      bool // the second line is the rest of the first
}

// rowView is one visible row; the list hands it from row to row.
type rowView struct {
	widget.BaseWidget
	owner   *DataList
	index   int
	back    *canvas.Rectangle
	ring    *canvas.Rectangle
	line    *canvas.Rectangle
	cells   []*cellView
	objects []fyne.CanvasObject
	row     ListRow
	hovered bool
	pressed bool
}

func newRowView(owner *DataList) *rowView {
	r := &rowView{owner: owner, back: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil)}
	r.ring = canvas.NewRectangle(color.Transparent)
	r.ring.StrokeWidth, r.ring.CornerRadius = ringWidth, 4
	r.objects = []fyne.CanvasObject{r.back, r.line}
	for range owner.columns {
		c := &cellView{dot: canvas.NewCircle(nil), text: canvas.NewText("", nil), second: canvas.NewText("", nil)}
		c.second.TextSize = sizeSmall
		r.cells = append(r.cells, c)
		r.objects = append(r.objects, c.dot, c.text, c.second)
	}
	r.objects = append(r.objects, r.ring)
	r.ExtendBaseWidget(r)
	return r
}

// show makes this view that of a row.
func (r *rowView) show(index int) {
	r.index = index
	r.row = r.owner.RowAt(index)
	r.arrange()
	canvas.Refresh(r)
}

// arrange paints and places everything for the row, the width and the theme.
func (r *rowView) arrange() {
	size := r.Size()
	if size.Width == 0 {
		return // the list's template, which is only measured
	}
	_, chosen := r.owner.selected[r.index]
	last := r.index == r.owner.count-1
	r.back.FillColor = color.Transparent
	switch {
	case chosen:
		r.back.FillColor = colorOf(theme.AccentTint)
	case r.hovered:
		r.back.FillColor = veil()
	}
	r.back.BottomLeftCornerRadius, r.back.BottomRightCornerRadius = 0, 0
	if last {
		r.back.BottomLeftCornerRadius, r.back.BottomRightCornerRadius = radiusCard-1, radiusCard-1
	}
	r.back.Resize(size)
	r.line.FillColor = colorOf(theme.Line)
	r.line.Hidden = last
	r.line.Move(fyne.NewPos(0, size.Height-lineWidth))
	r.line.Resize(fyne.NewSize(size.Width, lineWidth))
	r.ring.Hidden = !(r.owner.list.focused && r.owner.keyboard && r.owner.cursor == r.index)
	r.ring.StrokeColor = colorOf(theme.Accent)
	r.ring.Move(fyne.NewSquareOffsetPos(2))
	r.ring.Resize(size.Subtract(fyne.NewSize(4, 5)))
	for _, c := range r.cells {
		c.dot.Hidden, c.text.Hidden, c.second.Hidden = true, true, true
	}
	// The list is a line narrower than the header at each side.
	for _, s := range r.owner.columnSlots(size.Width + 2*lineWidth) {
		if s.column < len(r.row.Cells) {
			r.cells[s.column].arrange(r.row.Cells[s.column], r.owner.columns[s.column].Align, s.x-lineWidth, s.width)
		}
	}
}

func (c *cellView) arrange(cell Cell, align fyne.TextAlign, x, width float32) {
	style := fyne.TextStyle{Bold: cell.Dot || cell.Bold, Monospace: cell.Mono}
	inward := min(treeStep*float32(cell.Indent), width/2)
	x, width = x+inward, width-inward
	dotAt := x
	if cell.Dot {
		x, width = x+dotSide+8, width-dotSide-8
	}
	same := c.whole == cell.Text && c.more == cell.Second && c.width == width && c.text.TextStyle == style
	c.whole, c.more, c.width = cell.Text, cell.Second, width
	size := sizeBody
	if cell.Mono {
		size = sizeSmall
	}
	if !same {
		text, second := cell.Text, cell.Second
		c.goesOn = false
		if cell.Wrap {
			text, second, c.goesOn = wrapped(text, second, width, measured(size, style))
		}
		c.text.Text = ellipsis(text, width, measured(size, style))
		c.second.Text = ellipsis(second, width, measured(sizeSmall, fyne.TextStyle{}))
	}
	c.text.Hidden, c.second.Hidden = false, c.second.Text == ""
	c.text.TextSize, c.text.TextStyle, c.text.Alignment = size, style, align
	c.second.Alignment = align
	c.text.Color, c.second.Color = colorOf(cell.Tone.Color()), colorOf(theme.Quiet)
	if c.goesOn {
		c.second.Color = c.text.Color
	}
	y := float32(20)
	if !c.second.Hidden {
		y = 11
		c.second.Move(fyne.NewPos(x, 32))
		c.second.Resize(fyne.NewSize(width, 16))
	}
	c.text.Move(fyne.NewPos(x, y))
	c.text.Resize(fyne.NewSize(width, 20))
	if cell.Dot {
		c.dot.Hidden = false
		c.dot.FillColor = colorOf(cell.Tone.Color())
		c.dot.Move(fyne.NewPos(dotAt, y+7))
		c.dot.Resize(fyne.NewSquareSize(dotSide))
	}
}

// wrapped puts what has no room in a line before the second one; goesOn tells
// whether there is such.
func wrapped(text, second string, width float32, measure func(string) float32) (first, rest string, goesOn bool) {
	lines := breakLines(splitWords(text, false, false), width, func(s string, _ bool) float32 { return measure(s) })
	if len(lines) < 2 {
		return text, second, false
	}
	for _, p := range lines[0] {
		first += p.text
	}
	first = strings.TrimSpace(first)
	rest = strings.TrimSpace(strings.TrimPrefix(text, first))
	return first, strings.TrimSpace(rest + " " + second), true
}

func measured(size float32, style fyne.TextStyle) func(string) float32 {
	return func(s string) float32 { return fyne.MeasureText(s, size, style).Width }
}

// MouseIn shows where a click would go.
func (r *rowView) MouseIn(*desktop.MouseEvent) { r.hovered = true; r.Refresh() }

// MouseMoved does nothing.
func (r *rowView) MouseMoved(*desktop.MouseEvent) {}

// MouseOut undoes MouseIn.
func (r *rowView) MouseOut() { r.hovered = false; r.Refresh() }

// MouseDown chooses the row at once; waiting for the tap would wait for a
// second one.
func (r *rowView) MouseDown(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	r.pressed = true
	r.choose(e.Modifier)
}

// MouseUp does nothing.
func (r *rowView) MouseUp(*desktop.MouseEvent) {}

// Tapped chooses the row where there is no mouse.
func (r *rowView) Tapped(*fyne.PointEvent) {
	if r.pressed {
		r.pressed = false
		return
	}
	r.choose(0)
}

func (r *rowView) choose(how fyne.KeyModifier) {
	r.owner.keyboard = false
	focusOn(&r.owner.list)
	r.owner.keyboard = false
	r.owner.pick(r.index, how)
}

// DoubleTapped opens the row.
func (r *rowView) DoubleTapped(*fyne.PointEvent) {
	r.pressed = false
	r.owner.open(r.index)
}

// TappedSecondary chooses the row unless it is one of several, and asks for a menu.
func (r *rowView) TappedSecondary(e *fyne.PointEvent) {
	if _, chosen := r.owner.selected[r.index]; !chosen {
		r.choose(0)
	}
	if r.owner.OnMenu != nil {
		r.owner.OnMenu(r.index, e.AbsolutePosition)
	}
}

// CreateRenderer is for the toolkit.
func (r *rowView) CreateRenderer() fyne.WidgetRenderer { return &rowRenderer{r} }

type rowRenderer struct{ r *rowView }

func (l *rowRenderer) Destroy()                     {}
func (l *rowRenderer) Layout(fyne.Size)             { l.r.arrange() }
func (l *rowRenderer) MinSize() fyne.Size           { return fyne.NewSize(0, rowHeight) }
func (l *rowRenderer) Objects() []fyne.CanvasObject { return l.r.objects }
func (l *rowRenderer) Refresh() {
	l.r.arrange()
	canvas.Refresh(l.r)
}
