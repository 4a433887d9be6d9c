package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

const headerHeight float32 = 37

// listHeader is the titles of a DataList.
type listHeader struct {
	widget.BaseWidget
	owner      *DataList
	sorted     int
	descending bool
	back       *canvas.Rectangle
	line       *canvas.Rectangle
	titles     []*listTitle
}

func newListHeader(owner *DataList) *listHeader {
	h := &listHeader{owner: owner, sorted: -1, back: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil)}
	for i, c := range owner.columns {
		h.titles = append(h.titles, newListTitle(h, i, c))
	}
	h.ExtendBaseWidget(h)
	return h
}

func (h *listHeader) paint() {
	h.back.FillColor = colorOf(theme.Ground)
	h.back.TopLeftCornerRadius, h.back.TopRightCornerRadius = radiusCard, radiusCard
	if h.owner.count == 0 {
		h.back.CornerRadius = radiusCard
	} else {
		h.back.CornerRadius = 0
	}
	h.line.FillColor = colorOf(theme.Line)
	h.line.Hidden = h.owner.count == 0
}

func (h *listHeader) click(column int) {
	descending := h.sorted == column && !h.descending
	h.sorted, h.descending = column, descending
	h.Refresh()
	if h.owner.OnSort != nil {
		h.owner.OnSort(column, descending)
	}
}

// CreateRenderer is for the toolkit.
func (h *listHeader) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{h.back, h.line}
	for _, t := range h.titles {
		objects = append(objects, t)
	}
	h.paint()
	return &headerRenderer{h, objects}
}

type headerRenderer struct {
	h       *listHeader
	objects []fyne.CanvasObject
}

func (r *headerRenderer) Destroy()                     {}
func (r *headerRenderer) MinSize() fyne.Size           { return fyne.NewSize(0, headerHeight) }
func (r *headerRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *headerRenderer) Layout(size fyne.Size) {
	r.h.paint()
	r.h.back.Resize(size)
	r.h.line.Move(fyne.NewPos(0, size.Height-lineWidth))
	r.h.line.Resize(fyne.NewSize(size.Width, lineWidth))
	for _, t := range r.h.titles {
		t.Hidden = true
	}
	for _, s := range r.h.owner.columnSlots(size.Width) {
		t := r.h.titles[s.column]
		t.Hidden = false
		t.Move(fyne.NewPos(s.x-4, 4))
		t.Resize(fyne.NewSize(s.width+8, size.Height-9))
	}
}

func (r *headerRenderer) Refresh() {
	r.h.paint()
	r.Layout(r.h.Size())
	for _, t := range r.h.titles {
		t.Refresh()
	}
	canvas.Refresh(r.h)
}

// listTitle is the title of one column.
type listTitle struct {
	press
	header *listHeader
	column int
	words  *Text
	sign   *icon
	ring   *plate
}

func newListTitle(h *listHeader, column int, c Column) *listTitle {
	t := &listTitle{header: h, column: column, words: NewText(c.Title).Small().Truncate().Align(c.Align)}
	t.sign = newIcon(theme.IconUp, theme.Quiet, 12)
	t.ring = newPlate("", "", 4)
	if c.Sortable {
		t.act = func() { h.click(column) }
	} else {
		t.Disable()
	}
	t.label = func() string { return c.Title }
	t.ExtendBaseWidget(t)
	return t
}

func (t *listTitle) restyle() {
	on := t.header.sorted == t.column
	t.words.color = theme.Quiet
	if t.act != nil && (on || t.hovered) {
		t.words.color = theme.Text
	}
	t.sign.Hidden = !on
	t.sign.name = theme.IconUp
	if t.header.descending {
		t.sign.name = theme.IconDown
	}
	t.sign.color = t.words.color
	ring := fyne.ThemeColorName("")
	if t.focused {
		ring = theme.Accent
	}
	t.ring.style("", ring, ringWidth)
}

// CreateRenderer is for the toolkit.
func (t *listTitle) CreateRenderer() fyne.WidgetRenderer {
	line := &fyne.Container{Layout: &titleLayout{t}, Objects: []fyne.CanvasObject{t.words, t.sign}}
	return newBody(Over(t.ring, PadXY(4, 0, line)), t.restyle)
}

// titleLayout puts the sign right after the words.
type titleLayout struct{ t *listTitle }

// Layout is for the toolkit.
func (l *titleLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	room := size.Width
	if !l.t.sign.Hidden {
		room = max(0, room-16)
	}
	words := min(room, l.t.words.measure(l.t.words.text, false)+1)
	x := float32(0)
	if l.t.words.align == fyne.TextAlignTrailing {
		x = room - words
	}
	l.t.words.Move(fyne.NewPos(x, (size.Height-16)/2))
	l.t.words.Resize(fyne.NewSize(words, 16))
	l.t.sign.Move(fyne.NewPos(x+words+4, (size.Height-12)/2))
	l.t.sign.Resize(fyne.NewSquareSize(12))
}

// MinSize is for the toolkit.
func (l *titleLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(16, 16) }
