package ui

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// shelf is a card of Overview: a heading, a few entries that lead somewhere,
// and a word for when there is none.
type shelf struct {
	title *widgets.Text
	more  *widgets.Text
	note  fyne.CanvasObject
	items []*widgets.Item
	root  *fyne.Container
}

// newShelf makes a card for at most so many entries. action, which may be nil,
// stands beside the heading; note shows when there is something to say in
// place of entries; opened is told which entry was clicked, reveal which one
// the keyboard came to.
func newShelf(title string, action, note fyne.CanvasObject, most int, opened func(int), reveal func(fyne.CanvasObject)) *shelf {
	s := &shelf{title: widgets.NewText(title).Bold().Truncate(), note: note, more: widgets.NewText("").Small().Tone(widgets.ToneQuiet)}
	head := widgets.Row(8, widgets.Grow(s.title), s.more)
	if action != nil {
		head.Add(action)
	}
	parts := []fyne.CanvasObject{widgets.AtLeast(0, 36, widgets.Inset(0, 0, 0, 8, head)), note}
	if action == nil {
		parts[0] = widgets.AtLeast(0, 36, widgets.Inset(0, 8, 0, 8, head))
	}
	for i := range most {
		item := widgets.NewItem(func() { opened(i) })
		item.OnFocused = func() { reveal(item) }
		item.Hide()
		s.items = append(s.items, item)
		parts = append(parts, item)
	}
	s.root = widgets.NewPanel(theme.Surface, theme.Line, theme.Radius, widgets.Inset(8, 8, 12, 8, widgets.Stack(2, parts...)))
	return s
}

// show fills the first entries, and hides the others.
func (s *shelf) show(count int, note bool, fill func(i int, item *widgets.Item)) {
	for i, item := range s.items {
		item.Hidden = i >= count
		if i < count {
			fill(i, item)
		}
	}
	if note {
		s.note.Show()
	} else {
		s.note.Hide()
	}
}

// say puts quiet words at the end of the heading.
func (s *shelf) say(words string) {
	s.more.SetText(words)
	s.more.Hidden = words == ""
}

// texts are what the entries say.
func (s *shelf) texts() []string {
	var texts []string
	for _, item := range s.items {
		if item.Visible() {
			texts = append(texts, item.Text())
		}
	}
	return texts
}

// boardLayout puts three cards beside each other, of one height; where that is
// too narrow the third goes below the other two.
type boardLayout struct{ width float32 }

const (
	boardGap   float32 = 12
	boardThree float32 = 840 // from this width on all three are in one line
)

// lines parts the cards into those that stand beside each other.
func (l *boardLayout) lines(cards []fyne.CanvasObject) [][]fyne.CanvasObject {
	if l.width >= boardThree || len(cards) < 3 {
		return [][]fyne.CanvasObject{cards}
	}
	return [][]fyne.CanvasObject{cards[:2], cards[2:]}
}

// Layout is for the toolkit.
func (l *boardLayout) Layout(cards []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	y := float32(0)
	for _, line := range l.lines(cards) {
		width := (size.Width - boardGap*float32(len(line)-1)) / float32(len(line))
		for _, card := range line {
			card.Resize(fyne.NewSize(width, card.Size().Height)) // paragraphs learn their lines
		}
		height := highest(line)
		for i, card := range line {
			card.Move(fyne.NewPos(float32(i)*(width+boardGap), y))
			card.Resize(fyne.NewSize(width, height))
		}
		y += height + boardGap
	}
}

// MinSize is for the toolkit. The height is that at the width of the last layout.
func (l *boardLayout) MinSize(cards []fyne.CanvasObject) fyne.Size {
	height := -boardGap
	for _, line := range l.lines(cards) {
		height += highest(line) + boardGap
	}
	return fyne.NewSize(320, height)
}

func highest(cards []fyne.CanvasObject) float32 {
	var most float32
	for _, card := range cards {
		most = max(most, card.MinSize().Height)
	}
	return most
}
