package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Line is one line of a short list in a card: words, something quiet at its
// end, a dot before it in a tone. It can be clicked when there is something to
// go to.
type Line struct {
	press
	tone  Tone
	back  *plate
	dot   *plate
	words *Text
	end   *Text
}

// NewLine makes a line; ToneNone has no dot, a nil tapped leads nowhere.
func NewLine(tone Tone, words, end string, tapped func()) *Line {
	l := &Line{tone: tone, back: newPlate("", "", radiusChip), words: NewText(words).Truncate(), end: NewText(end).Small().Tone(ToneQuiet)}
	l.dot, _ = newDot(tone)
	l.act = tapped
	if tapped == nil {
		l.Disable()
	}
	l.label = func() string { return words + ", " + end }
	l.ExtendBaseWidget(l)
	return l
}

// Text is what the line says.
func (l *Line) Text() string { return l.words.text }

func (l *Line) restyle() {
	ground, line := fyne.ThemeColorName(""), fyne.ThemeColorName("")
	if l.hovered && !l.Disabled() {
		ground = theme.Ground
	}
	if l.focused && !l.Disabled() {
		line = theme.Accent
	}
	l.back.style(ground, line, ringWidth)
	l.dot.fill = l.tone.Color()
}

// CreateRenderer is for the toolkit.
func (l *Line) CreateRenderer() fyne.WidgetRenderer {
	dot := AtLeast(dotSide, dotSide, l.dot)
	dot.Hidden = l.tone == ToneNone
	return newBody(Over(l.back, AtLeast(0, 32, PadXY(8, 0, Row(8, dot, Grow(l.words), l.end)))), l.restyle)
}
