package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Bar is one column of Bars.
type Bar struct {
	Label string // below it
	Count int
	Tone  Tone
	Name  string // what an assistive program reads
}

// Bars are columns beside each other, as high as what they count, each of
// which can be clicked; the arrows move. A column that counts nothing cannot.
type Bars struct {
	group
	bars   []*bar
	tapped func(int)
}

// NewBars makes the columns; tapped is told the index of the one clicked.
func NewBars(bars []Bar, tapped func(int)) *Bars {
	b := &Bars{tapped: tapped}
	b.content = Columns(8)
	b.ExtendBaseWidget(b)
	b.Set(bars)
	return b
}

// Set changes the columns.
func (b *Bars) Set(bars []Bar) {
	most := 0
	for _, x := range bars {
		most = max(most, x.Count)
	}
	b.bars = make([]*bar, len(bars))
	objects := make([]fyne.CanvasObject, len(bars))
	for i, x := range bars {
		b.bars[i] = newBar(b, i, x, most)
		objects[i] = b.bars[i]
	}
	b.content.Objects = objects
	b.Refresh()
}

// Counts are what the columns count.
func (b *Bars) Counts() []int {
	counts := make([]int, len(b.bars))
	for i, x := range b.bars {
		counts[i] = x.Count
	}
	return counts
}

// Tap does what a click on a column does.
func (b *Bars) Tap(index int) {
	if index >= 0 && index < len(b.bars) && b.bars[index].Count > 0 && b.tapped != nil {
		b.tapped(index)
	}
}

// move puts the keyboard on the next column that counts something.
func (b *Bars) move(from, by int) {
	for i := from + by; i >= 0 && i < len(b.bars); i += by {
		if b.bars[i].Count > 0 {
			focusOn(b.bars[i])
			return
		}
	}
}

type bar struct {
	press
	Bar
	owner *Bars
	index int
	share float32 // of the highest column
	back  *plate
	fill  *plate
	count *Text
	under *Text
}

func newBar(owner *Bars, index int, shown Bar, most int) *bar {
	b := &bar{Bar: shown, owner: owner, index: index, back: newPlate("", "", radiusChip), fill: newPlate("", "", 4)}
	b.count = NewText("").Small().Align(fyne.TextAlignCenter)
	if shown.Count > 0 {
		b.count.text = thousands(shown.Count)
	}
	b.under = NewText(shown.Label).Small().Tone(ToneQuiet).Align(fyne.TextAlignCenter)
	if most > 0 {
		b.share = float32(shown.Count) / float32(most)
	}
	b.act = func() { owner.Tap(index) }
	if shown.Count == 0 {
		b.Disable()
	}
	b.label = func() string { return b.Name }
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey moves along the columns with the arrows.
func (b *bar) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		b.owner.move(b.index, -1)
	case fyne.KeyRight:
		b.owner.move(b.index, 1)
	default:
		b.press.TypedKey(e)
	}
}

func (b *bar) restyle() {
	line := fyne.ThemeColorName("")
	if b.focused {
		line = theme.Accent
	}
	ground := fyne.ThemeColorName("")
	if b.hovered && !b.Disabled() {
		ground = theme.Ground
	}
	b.back.style(ground, line, ringWidth)
	tone := b.Tone.Color()
	if b.Count == 0 {
		tone = theme.Line
	}
	b.fill.style(tone, "", lineWidth)
}

// CreateRenderer is for the toolkit.
func (b *bar) CreateRenderer() fyne.WidgetRenderer {
	return newBody(&fyne.Container{
		Layout:  &uprightLayout{b},
		Objects: []fyne.CanvasObject{b.back, b.fill, b.count, b.under},
	}, b.restyle)
}

// uprightLayout stands the column on its label, with its count on its top.
type uprightLayout struct{ b *bar }

const (
	barsHeight float32 = 136
	barLine    float32 = 20
	barRoom            = barsHeight - 2*barLine - 8
	barWidest  float32 = 32
)

// Layout is for the toolkit.
func (l *uprightLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	b := l.b
	b.back.Resize(size)
	floor := size.Height - barLine - 4
	height := max(2, float32(int(b.share*barRoom)))
	if b.Count > 0 {
		height = max(6, height)
	}
	width := max(0, min(barWidest, size.Width-8))
	b.fill.Move(fyne.NewPos((size.Width-width)/2, floor-height))
	b.fill.Resize(fyne.NewSize(width, height))
	b.count.Move(fyne.NewPos(0, floor-height-barLine))
	b.count.Resize(fyne.NewSize(size.Width, barLine))
	// The words at the ends stay within the columns; others may be a little
	// wider than theirs.
	over := max(0, b.under.MinSize().Width-size.Width)
	left := -over / 2
	switch b.index {
	case 0:
		left = 0
	case len(b.owner.bars) - 1:
		left = -over
	}
	b.under.Move(fyne.NewPos(left, size.Height-barLine))
	b.under.Resize(fyne.NewSize(size.Width+over, barLine))
}

// MinSize is for the toolkit.
func (l *uprightLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(32, barsHeight) }
