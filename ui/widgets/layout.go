package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

// The layouts here give a child its width before they ask for its height, so
// that paragraphs inside them take the lines that they need.

// Spacer takes the room that is left in a Stack or a Row.
func Spacer() fyne.CanvasObject { return layout.NewSpacer() }

// Stack puts objects under each other, each as wide as the stack.
func Stack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &stackLayout{gap}, Objects: objects}
}

// Row puts objects beside each other at their own widths, in the middle of
// the row's height; what is wrapped in Grow shares the rest.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &rowLayout{gap: gap}, Objects: objects}
}

// RowTop is a Row whose objects are at its top.
func RowTop(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &rowLayout{gap: gap, top: true}, Objects: objects}
}

// grown marks what takes the room that is left.
type grown struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

// Grow marks an object that takes the room that is left in a Row or a Stack.
func Grow(o fyne.CanvasObject) fyne.CanvasObject {
	g := &grown{content: o}
	g.ExtendBaseWidget(g)
	return g
}

// Held is what was marked.
func (g *grown) Held() fyne.CanvasObject { return g.content }

// CreateRenderer is for the toolkit.
func (g *grown) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(g.content) }

func grows(o fyne.CanvasObject) bool {
	if _, ok := o.(*grown); ok {
		return true
	}
	_, ok := o.(layout.SpacerObject)
	return ok
}

// hidden also knows that a grown object is as hidden as what it holds.
func hidden(o fyne.CanvasObject) bool {
	if g, ok := o.(*grown); ok {
		return !g.Visible() || !g.content.Visible()
	}
	return !o.Visible()
}

// heightAt is the height that an object needs at a width.
func heightAt(o fyne.CanvasObject, width float32) float32 {
	if o.Size().Width != width {
		o.Resize(fyne.NewSize(width, o.Size().Height))
	}
	return o.MinSize().Height
}

type stackLayout struct{ gap float32 }

// Layout is for the toolkit.
func (l *stackLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	heights := make([]float32, len(objects))
	var used float32
	count, free := 0, 0
	for i, o := range objects {
		if hidden(o) {
			continue
		}
		count++
		if grows(o) {
			free++
		}
		heights[i] = heightAt(o, size.Width)
		used += heights[i]
	}
	used += l.gap * float32(max(0, count-1))
	y := float32(0)
	for i, o := range objects {
		if hidden(o) {
			continue
		}
		if grows(o) {
			heights[i] += max(0, size.Height-used) / float32(free)
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, heights[i]))
		y += heights[i] + l.gap
	}
}

// MinSize is for the toolkit.
func (l *stackLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	count := 0
	for _, o := range objects {
		if hidden(o) {
			continue
		}
		count++
		m := o.MinSize()
		size.Width = max(size.Width, m.Width)
		size.Height += m.Height
	}
	size.Height += l.gap * float32(max(0, count-1))
	return size
}

type rowLayout struct {
	gap float32
	top bool
}

// natural is what would like more than its least width.
type natural interface{ naturalWidth() float32 }

// widths shares the room out: first the least, then what texts would like to
// have whole, then the rest to what grows.
func (l *rowLayout) widths(objects []fyne.CanvasObject, room float32) []float32 {
	widths := make([]float32, len(objects))
	wants := make([]float32, len(objects))
	free, count := 0, 0
	var wanted float32
	for i, o := range objects {
		if hidden(o) {
			continue
		}
		count++
		widths[i] = o.MinSize().Width
		room -= widths[i]
		if grows(o) {
			free++
		} else if n, ok := o.(natural); ok {
			wants[i] = max(0, n.naturalWidth()-widths[i])
			wanted += wants[i]
		}
	}
	room -= l.gap * float32(max(0, count-1))
	share := float32(0)
	if wanted > 0 {
		share = min(1, max(0, room)/wanted)
	}
	room -= wanted * share
	for i, o := range objects {
		widths[i] += wants[i] * share
		if !hidden(o) && grows(o) {
			widths[i] += max(0, room) / float32(free)
		}
	}
	return widths
}

// Layout is for the toolkit.
func (l *rowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	widths := l.widths(objects, size.Width)
	x := float32(0)
	for i, o := range objects {
		if hidden(o) {
			continue
		}
		height := heightAt(o, widths[i])
		y := float32(0)
		if !l.top {
			y = (size.Height - height) / 2
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(widths[i], height))
		x += widths[i] + l.gap
	}
}

// MinSize is for the toolkit.
func (l *rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	count := 0
	for _, o := range objects {
		if hidden(o) {
			continue
		}
		count++
		m := o.MinSize()
		size.Height = max(size.Height, m.Height)
		size.Width += m.Width
	}
	size.Width += l.gap * float32(max(0, count-1))
	return size
}
