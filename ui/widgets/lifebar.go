package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// LifeBar shows how much of something is used, with words below its start,
// middle and end.
type LifeBar struct {
	widget.BaseWidget
	fraction float32
	track    *plate
	fill     *plate
	texts    [3]*Text
	content  *fyne.Container
}

// NewLifeBar makes a bar; fraction is from 0 to 1, from the left.
func NewLifeBar(fraction float64, tone Tone, left, middle, right string) *LifeBar {
	b := &LifeBar{track: newPlate(theme.Line, "", 4), fill: newPlate(tone.Color(), "", 4)}
	for i := range b.texts {
		b.texts[i] = NewText("").Small().Tone(ToneQuiet).Truncate()
	}
	b.texts[1].align, b.texts[2].align = fyne.TextAlignCenter, fyne.TextAlignTrailing
	bar := &fyne.Container{Layout: &barLayout{b}, Objects: []fyne.CanvasObject{b.track, b.fill}}
	words := &fyne.Container{
		Layout:  &endsLayout{b.texts},
		Objects: []fyne.CanvasObject{b.texts[0], b.texts[1], b.texts[2]},
	}
	b.content = Stack(4, bar, words)
	b.ExtendBaseWidget(b)
	b.Set(fraction, tone, left, middle, right)
	return b
}

// Set changes all of it.
func (b *LifeBar) Set(fraction float64, tone Tone, left, middle, right string) {
	b.fraction = float32(min(1, max(0, fraction)))
	b.fill.fill = tone.Color()
	b.texts[0].text, b.texts[1].text, b.texts[2].text = left, middle, right
	b.Refresh()
}

// CreateRenderer is for the toolkit.
func (b *LifeBar) CreateRenderer() fyne.WidgetRenderer { return newBody(b.content, nil) }

type barLayout struct{ b *LifeBar }

// Layout is for the toolkit.
func (l *barLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	l.b.track.Resize(fyne.NewSize(size.Width, 8))
	width := size.Width * l.b.fraction
	if l.b.fraction > 0 {
		width = max(8, width)
	}
	l.b.fill.Resize(fyne.NewSize(width, 8))
	l.b.fill.Hidden = l.b.fraction == 0
}

// MinSize is for the toolkit.
func (l *barLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(80, 8) }

// endsLayout gives three texts the widths that they need, the middle one last.
type endsLayout struct{ texts [3]*Text }

// Layout is for the toolkit.
func (l *endsLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	need := func(i int) float32 {
		if l.texts[i].text == "" {
			return 0
		}
		return l.texts[i].measure(l.texts[i].text, false) + 1
	}
	left := min(need(0), size.Width/2)
	right := min(need(2), size.Width-left)
	l.texts[0].Resize(fyne.NewSize(left, size.Height))
	l.texts[2].Move(fyne.NewPos(size.Width-right, 0))
	l.texts[2].Resize(fyne.NewSize(right, size.Height))
	side := max(left, right)
	middle := min(need(1), max(0, size.Width-left-right-16))
	x := (size.Width - middle) / 2
	if middle > size.Width-2*side-16 {
		x = left + 8 + (size.Width-left-right-16-middle)/2
	}
	l.texts[1].Move(fyne.NewPos(x, 0))
	l.texts[1].Resize(fyne.NewSize(middle, size.Height))
	l.texts[1].Hidden = middle < 24
}

// MinSize is for the toolkit.
func (l *endsLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(80, 16) }
