package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// RailItem is a place in the rail at the left: a picture, a word, a badge.
type RailItem struct {
	press
	selected bool
	back     *plate
	ring     *plate
	picture  *icon
	words    *Text
	badge    *Badge
}

// NewRailItem makes a place; the picture may be empty.
func NewRailItem(text string, picture theme.IconName, tapped func()) *RailItem {
	i := &RailItem{back: newPlate("", "", radiusInput), ring: newPlate("", "", radiusInput)}
	i.words = NewText(text).Truncate()
	i.picture = newIcon(picture, theme.Quiet, 20)
	i.picture.Hidden = picture == ""
	i.badge = NewBadge(ToneSoon, "")
	i.badge.Hidden = true
	i.act = tapped
	i.label = func() string { return i.words.text }
	i.ExtendBaseWidget(i)
	return i
}

// SetSelected shows whether this place is the one on show.
func (i *RailItem) SetSelected(selected bool) {
	i.selected = selected
	i.Refresh()
}

// Selected reports whether this place is the one on show.
func (i *RailItem) Selected() bool { return i.selected }

// SetText changes the word.
func (i *RailItem) SetText(text string) { i.words.SetText(text) }

// SetBadge shows a small number in a tone; the empty text takes it away.
func (i *RailItem) SetBadge(tone Tone, text string) {
	i.badge.Hidden = text == ""
	i.badge.Set(tone, text)
	i.Refresh()
}

func (i *RailItem) restyle() {
	fill, color := fyne.ThemeColorName(""), theme.Quiet
	if i.hovered {
		fill, color = theme.Line, theme.Text
	}
	if i.selected {
		fill, color = theme.AccentTint, theme.Accent
	}
	i.words.color, i.words.style.Bold = color, i.selected
	i.picture.color = color
	i.back.style(fill, "", lineWidth)
	ring := fyne.ThemeColorName("")
	if i.focused {
		ring = theme.Accent
	}
	i.ring.style("", ring, ringWidth)
}

// CreateRenderer is for the toolkit.
func (i *RailItem) CreateRenderer() fyne.WidgetRenderer {
	inside := Row(12, i.picture, Grow(i.words), i.badge)
	return newBody(Over(i.back, i.ring, AtLeast(0, 36, PadXY(8, 0, inside))), i.restyle)
}

// NewBackBar is a way back, the title of what is shown, and what belongs at the
// right of it.
func NewBackBar(back, title string, tapped func(), right ...fyne.CanvasObject) *fyne.Container {
	parts := []fyne.CanvasObject{NewButton(back, theme.IconBack, Quiet, tapped), Grow(NewTitle(title))}
	return Row(12, append(parts, right...)...)
}
