package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Direction is where an arrow points.
type Direction int

// The directions.
const (
	ToRight Direction = iota
	ToLeft
)

// Arrow is a horizontal line with a head at one end, as wide as its room.
type Arrow struct {
	widget.BaseWidget
	tone      Tone
	direction Direction
	shaft     *canvas.Rectangle
	head      [2]*canvas.Line
}

// NewArrow makes an arrow.
func NewArrow(tone Tone, direction Direction) *Arrow {
	a := &Arrow{tone: tone, direction: direction, shaft: canvas.NewRectangle(nil)}
	for i := range a.head {
		a.head[i] = canvas.NewLine(nil)
		a.head[i].StrokeWidth = 1.75
	}
	a.ExtendBaseWidget(a)
	return a
}

// Set changes tone and direction.
func (a *Arrow) Set(tone Tone, direction Direction) {
	a.tone, a.direction = tone, direction
	a.Refresh()
}

func (a *Arrow) place(size fyne.Size) {
	const reach, rise = float32(5), float32(5)
	middle := float32(int(size.Height / 2))
	a.shaft.Move(fyne.NewPos(0, middle-1))
	a.shaft.Resize(fyne.NewSize(size.Width, 2))
	tip, back := size.Width, size.Width-reach
	if a.direction == ToLeft {
		tip, back = 0, reach
	}
	for i, sign := range []float32{-1, 1} {
		a.head[i].Position1 = fyne.NewPos(back, middle+sign*rise)
		a.head[i].Position2 = fyne.NewPos(tip, middle)
	}
}

func (a *Arrow) paint() {
	c := colorOf(a.tone.Color())
	a.shaft.FillColor = c
	for _, line := range a.head {
		line.StrokeColor = c
	}
}

// CreateRenderer is for the toolkit.
func (a *Arrow) CreateRenderer() fyne.WidgetRenderer {
	a.paint()
	return &arrowRenderer{a}
}

type arrowRenderer struct{ a *Arrow }

func (r *arrowRenderer) Destroy()              {}
func (r *arrowRenderer) Layout(size fyne.Size) { r.a.paint(); r.a.place(size) }
func (r *arrowRenderer) MinSize() fyne.Size    { return fyne.NewSize(24, 12) }
func (r *arrowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.a.shaft, r.a.head[0], r.a.head[1]}
}
func (r *arrowRenderer) Refresh() {
	r.a.paint()
	r.a.place(r.a.Size())
	canvas.Refresh(r.a)
}
