package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

const dotSide float32 = 8

// newDot is the small disc before words of a tone.
func newDot(tone Tone) (*plate, *fyne.Container) {
	p := newPlate(tone.Color(), "", dotSide/2)
	return p, AtLeast(dotSide, dotSide, p)
}

// Status is a dot and a bold word in a tone.
type Status struct {
	widget.BaseWidget
	dot   *plate
	words *Text
	box   *fyne.Container
}

// NewStatus makes a status line.
func NewStatus(tone Tone, text string) *Status {
	s := &Status{words: NewText(text).Bold().Truncate()}
	var dot *fyne.Container
	s.dot, dot = newDot(tone)
	s.box = Row(8, Inset(2, 0, 0, 0, dot), Grow(s.words))
	s.ExtendBaseWidget(s)
	s.Set(tone, text)
	return s
}

// Set changes tone and words.
func (s *Status) Set(tone Tone, text string) {
	s.dot.fill = tone.Color()
	s.words.text, s.words.color = text, tone.Color()
	s.Refresh()
}

// Text is what the status says.
func (s *Status) Text() string { return s.words.text }

// CreateRenderer is for the toolkit.
func (s *Status) CreateRenderer() fyne.WidgetRenderer {
	width := &wholeLayout{text: s.words, most: 240}
	return newBody(&fyne.Container{Layout: width, Objects: []fyne.CanvasObject{s.box}}, nil)
}

// wholeLayout asks for the whole width of a text that could be cut, up to most.
type wholeLayout struct {
	text *Text
	most float32
}

// Layout is for the toolkit.
func (l *wholeLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	overLayout{}.Layout(objects, size)
}

// MinSize is for the toolkit.
func (l *wholeLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	whole := l.text.measure(l.text.text, l.text.style.Bold)
	size := overLayout{}.MinSize(objects)
	return fyne.NewSize(min(l.most, size.Width+whole-l.text.MinSize().Width+1), size.Height)
}

// Badge is a number or a word on a tint, as behind a place of the rail.
type Badge struct {
	widget.BaseWidget
	back  *plate
	words *Text
	round bool
}

// NewBadge is a small pill in a tone.
func NewBadge(tone Tone, text string) *Badge {
	return newBadge(tone, text, false)
}

// NewNumberBadge is a disc of 24 with a number in a tone: the steps of a try.
func NewNumberBadge(tone Tone, number string) *Badge {
	return newBadge(tone, number, true)
}

func newBadge(tone Tone, text string, round bool) *Badge {
	radius := float32(10)
	if round {
		radius = 12
	}
	b := &Badge{back: newPlate("", "", radius), words: NewText(text).Small().Bold().Align(fyne.TextAlignCenter), round: round}
	b.ExtendBaseWidget(b)
	b.Set(tone, text)
	return b
}

// Set changes tone and text.
func (b *Badge) Set(tone Tone, text string) {
	b.back.fill = tone.Tint()
	b.words.text, b.words.color = text, tone.Color()
	if tone == ToneNone {
		b.words.color = theme.Quiet
	}
	b.Refresh()
}

// CreateRenderer is for the toolkit.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	if b.round {
		return newBody(Over(b.back, AtLeast(24, 24, b.words)), nil)
	}
	return newBody(Over(b.back, AtLeast(24, 20, PadXY(8, 0, b.words))), nil)
}
