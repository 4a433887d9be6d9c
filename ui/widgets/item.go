package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Item is one of a few entries in a card that lead somewhere: a title, below it
// a dot and words in a tone, and quiet words at the right.
type Item struct {
	press
	back    *plate
	title   *Text
	dot     *plate
	dotRoom *fyne.Container
	words   *Text
	right   *Text
	inside  *fyne.Container
	// OnFocused is called when the keyboard comes to the item, so that what
	// scrolls can bring it into view.
	OnFocused func()
}

// NewItem makes an empty item: see Set.
func NewItem(tapped func()) *Item {
	i := &Item{back: newPlate("", "", radiusChip)}
	i.title = NewText("").Truncate()
	i.words = NewText("").Small().Truncate()
	i.right = NewText("").Small().Tone(ToneQuiet)
	var dot *fyne.Container
	i.dot, dot = newDot(ToneNone)
	i.dotRoom = Inset(2, 0, 0, 0, dot)
	i.inside = Stack(0, i.title, Row(8, i.dotRoom, Grow(i.words), i.right))
	i.act = tapped
	i.label = i.Text
	i.ExtendBaseWidget(i)
	return i
}

// Set changes what the item says. ToneNone shows no dot, and quiet words.
func (i *Item) Set(title string, tone Tone, words, right string) {
	i.title.text, i.words.text, i.right.text = title, words, right
	i.dotRoom.Hidden = tone == ToneNone
	i.dot.fill, i.words.color, i.words.style.Bold = tone.Color(), tone.Color(), tone != ToneNone
	if tone == ToneNone {
		i.words.color = theme.Quiet
	}
	i.right.Hidden = right == ""
	i.Refresh()
}

// Text is what the item says.
func (i *Item) Text() string {
	text := i.title.text + ", " + i.words.text
	if i.right.text != "" {
		text += ", " + i.right.text
	}
	return text
}

// FocusGained shows the ring.
func (i *Item) FocusGained() {
	i.press.FocusGained()
	if i.OnFocused != nil {
		i.OnFocused()
	}
}

func (i *Item) restyle() {
	fill, line := fyne.ThemeColorName(""), fyne.ThemeColorName("")
	if i.hovered {
		fill = theme.Hover
	}
	if i.focused {
		line = theme.Accent
	}
	i.back.style(fill, line, ringWidth)
}

// CreateRenderer is for the toolkit.
func (i *Item) CreateRenderer() fyne.WidgetRenderer {
	return newBody(Over(i.back, PadXY(8, 4, i.inside)), i.restyle)
}
