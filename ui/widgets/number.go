package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Number is a large number with words under it that can be clicked: how many
// there are of something, and the way to them.
type Number struct {
	press
	tone   Tone
	back   *plate
	dot    *plate
	number *Text
	words  *Text
}

// NewNumber makes a card with a number; tapped may be nil.
func NewNumber(tone Tone, number, words string, tapped func()) *Number {
	n := &Number{back: newPlate("", "", radiusCard), number: NewText(number).Bold().Truncate(), words: NewText(words).Tone(ToneQuiet).Truncate()}
	n.number.size, n.words.size = sizeNumber, sizeLabel
	n.dot, _ = newDot(tone)
	n.act = tapped
	n.label = func() string { return n.number.text + " " + n.words.text }
	n.ExtendBaseWidget(n)
	n.Set(tone, number)
	return n
}

const sizeNumber float32 = 28

// Set changes the number and its tone; a number of ToneNone is that of text.
func (n *Number) Set(tone Tone, number string) {
	n.tone = tone
	n.number.text = number
	n.Refresh()
}

// Text is the number.
func (n *Number) Text() string { return n.number.text }

func (n *Number) restyle() {
	line, stroke := theme.Line, lineWidth
	if n.hovered {
		line = theme.Quiet
	}
	if n.focused {
		line, stroke = theme.Accent, ringWidth
	}
	n.back.style(theme.Surface, line, stroke)
	n.dot.fill = n.tone.Color()
	n.number.color = n.tone.Color()
}

// CreateRenderer is for the toolkit.
func (n *Number) CreateRenderer() fyne.WidgetRenderer {
	dot := Inset(2, 0, 0, 0, AtLeast(dotSide, dotSide, n.dot))
	words := Stack(0, AtLeast(0, 36, n.number), Row(8, dot, Grow(n.words)))
	return newBody(Over(n.back, PadXY(16, 12, words)), n.restyle)
}
