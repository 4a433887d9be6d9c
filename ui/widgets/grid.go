package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Columns puts objects beside each other in equal widths, from the top, all
// as high as the highest.
func Columns(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &gridLayout{gap: gap}, Objects: objects}
}

// Grid puts objects in as many equal columns as have room for atLeast, and in
// as many rows as that takes.
func Grid(atLeast, gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &gridLayout{gap: gap, atLeast: atLeast}, Objects: objects}
}

// Flow puts objects beside each other at their own sizes and goes on in the
// next line where they do not fit.
func Flow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &flowLayout{gap: gap}, Objects: objects}
}

// Pad leaves the same room on all sides.
func Pad(room float32, o fyne.CanvasObject) *fyne.Container { return Inset(room, room, room, room, o) }

// PadXY leaves room at the sides, and above and below.
func PadXY(x, y float32, o fyne.CanvasObject) *fyne.Container { return Inset(y, x, y, x, o) }

// Inset leaves room at the top, right, bottom and left.
func Inset(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &insetLayout{top, right, bottom, left}, Objects: []fyne.CanvasObject{o}}
}

// AtLeast makes an object take at least that size; 0 leaves a side alone.
func AtLeast(width, height float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &boundLayout{min: fyne.NewSize(width, height)}, Objects: []fyne.CanvasObject{o}}
}

// AtMost keeps an object from growing wider, at the start of its room.
func AtMost(width float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &boundLayout{maxWidth: width}, Objects: []fyne.CanvasObject{o}}
}

// Middle puts an object no wider than width in the middle of its room.
func Middle(width float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &boundLayout{maxWidth: width, middle: true}, Objects: []fyne.CanvasObject{o}}
}

// Over puts objects on top of each other, each as large as the room.
func Over(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: overLayout{}, Objects: objects}
}

// Rule is a thin line across.
func Rule() fyne.CanvasObject {
	p := newPlate(theme.Line, "", 0)
	return AtLeast(0, lineWidth, p)
}

// RuleDown is a thin line downwards.
func RuleDown() fyne.CanvasObject {
	p := newPlate(theme.Line, "", 0)
	return AtLeast(lineWidth, 0, p)
}

func shownOf(objects []fyne.CanvasObject) []fyne.CanvasObject {
	shown := make([]fyne.CanvasObject, 0, len(objects))
	for _, o := range objects {
		if !hidden(o) {
			shown = append(shown, o)
		}
	}
	return shown
}

type gridLayout struct {
	gap, atLeast, width float32
}

func (l *gridLayout) columns(n int, width float32) int {
	if l.atLeast == 0 || n == 0 {
		return max(1, n)
	}
	return min(n, max(1, int((width+l.gap)/(l.atLeast+l.gap))))
}

// Layout is for the toolkit.
func (l *gridLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	shown := shownOf(objects)
	columns := l.columns(len(shown), size.Width)
	width := (size.Width - l.gap*float32(columns-1)) / float32(columns)
	y := float32(0)
	for start := 0; start < len(shown); start += columns {
		line := shown[start:min(len(shown), start+columns)]
		var height float32
		for _, o := range line {
			height = max(height, heightAt(o, width))
		}
		for i, o := range line {
			o.Move(fyne.NewPos(float32(i)*(width+l.gap), y))
			o.Resize(fyne.NewSize(width, height))
		}
		y += height + l.gap
	}
}

// MinSize is for the toolkit.
func (l *gridLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	shown := shownOf(objects)
	if len(shown) == 0 {
		return fyne.Size{}
	}
	columns := l.columns(len(shown), l.width)
	var widest, total float32
	for start := 0; start < len(shown); start += columns {
		var height float32
		for _, o := range shown[start:min(len(shown), start+columns)] {
			m := o.MinSize()
			widest, height = max(widest, m.Width), max(height, m.Height)
		}
		total += height + l.gap
	}
	if l.atLeast > 0 {
		return fyne.NewSize(max(widest, min(l.atLeast, 160)), total-l.gap)
	}
	return fyne.NewSize((widest+l.gap)*float32(columns)-l.gap, total-l.gap)
}

type flowLayout struct{ gap, width float32 }

func (l *flowLayout) place(objects []fyne.CanvasObject, width float32, move bool) float32 {
	var x, y, line float32
	for _, o := range shownOf(objects) {
		m := o.MinSize()
		if width > 0 {
			m.Width = min(m.Width, width)
			if x > 0 && x+m.Width > width {
				x, y, line = 0, y+line+l.gap, 0
			}
		}
		if move {
			o.Move(fyne.NewPos(x, y))
			o.Resize(m)
		}
		x += m.Width + l.gap
		line = max(line, m.Height)
	}
	return y + line
}

// Layout is for the toolkit.
func (l *flowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	l.place(objects, size.Width, true)
}

// MinSize is for the toolkit.
func (l *flowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var widest float32
	for _, o := range shownOf(objects) {
		widest = max(widest, o.MinSize().Width)
	}
	return fyne.NewSize(min(widest, 160), l.place(objects, l.width, false))
}

type insetLayout struct{ top, right, bottom, left float32 }

// Layout is for the toolkit.
func (l *insetLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(l.left, l.top))
		o.Resize(fyne.NewSize(max(0, size.Width-l.left-l.right), max(0, size.Height-l.top-l.bottom)))
	}
}

// MinSize is for the toolkit.
func (l *insetLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return overLayout{}.MinSize(objects).AddWidthHeight(l.left+l.right, l.top+l.bottom)
}

type boundLayout struct {
	min      fyne.Size
	maxWidth float32
	middle   bool
}

// Layout is for the toolkit.
func (l *boundLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		room, at := size, fyne.Position{}
		if l.maxWidth > 0 {
			room.Width = min(size.Width, l.maxWidth)
		}
		if l.middle {
			room.Height = min(size.Height, heightAt(o, room.Width))
			at = fyne.NewPos((size.Width-room.Width)/2, (size.Height-room.Height)/2)
		}
		o.Move(at)
		o.Resize(room)
	}
}

// MinSize is for the toolkit.
func (l *boundLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return overLayout{}.MinSize(objects).Max(l.min)
}

// centreLayout puts objects at their own size in the middle.
type centreLayout struct{}

// Layout is for the toolkit.
func (centreLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		m := o.MinSize()
		o.Resize(m)
		o.Move(fyne.NewPos((size.Width-m.Width)/2, (size.Height-m.Height)/2))
	}
}

// MinSize is for the toolkit.
func (centreLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return overLayout{}.MinSize(objects)
}

type overLayout struct{}

// Layout is for the toolkit.
func (overLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

// MinSize is for the toolkit.
func (overLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if o.Visible() {
			size = size.Max(o.MinSize())
		}
	}
	return size
}

var _ fyne.Widget = (*grown)(nil)
