package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Tie is a vertical line between two cards, with a head at its lower end. One
// that is torn has a gap in its middle.
type Tie struct {
	widget.BaseWidget
	tone  Tone
	torn  bool
	parts [4]*canvas.Line // above and below the gap, the two sides of the head
}

// NewTie makes a line.
func NewTie(tone Tone, torn bool) *Tie {
	t := &Tie{tone: tone, torn: torn}
	for i := range t.parts {
		t.parts[i] = canvas.NewLine(nil)
		t.parts[i].StrokeWidth = 2
	}
	t.ExtendBaseWidget(t)
	return t
}

// Torn tells whether the line has a gap.
func (t *Tie) Torn() bool { return t.torn }

func (t *Tie) place(size fyne.Size) {
	const reach, rise, gap = float32(5), float32(5), float32(5)
	x, middle := float32(int(size.Width/2)), size.Height/2
	half := float32(0)
	if t.torn {
		half = gap
	}
	t.parts[0].Position1, t.parts[0].Position2 = fyne.NewPos(x, 0), fyne.NewPos(x, middle-half)
	t.parts[1].Position1, t.parts[1].Position2 = fyne.NewPos(x, middle+half), fyne.NewPos(x, size.Height)
	for i, sign := range []float32{-1, 1} {
		t.parts[2+i].Position1 = fyne.NewPos(x+sign*rise, size.Height-reach)
		t.parts[2+i].Position2 = fyne.NewPos(x, size.Height)
	}
}

func (t *Tie) paint() {
	c := colorOf(t.tone.Color())
	for _, line := range t.parts {
		line.StrokeColor = c
	}
}

// CreateRenderer is for the toolkit.
func (t *Tie) CreateRenderer() fyne.WidgetRenderer {
	t.paint()
	return &tieRenderer{t}
}

type tieRenderer struct{ t *Tie }

func (r *tieRenderer) Destroy()              {}
func (r *tieRenderer) Layout(size fyne.Size) { r.t.paint(); r.t.place(size) }
func (r *tieRenderer) MinSize() fyne.Size    { return fyne.NewSize(16, 36) }
func (r *tieRenderer) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(r.t.parts))
	for i, line := range r.t.parts {
		objects[i] = line
	}
	return objects
}
func (r *tieRenderer) Refresh() {
	r.Layout(r.t.Size())
	canvas.Refresh(r.t)
}
