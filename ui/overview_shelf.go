package ui

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// shelf is a card of Overview: a heading, a few entries that lead somewhere,
// and a word for when there is none.
type shelf struct {
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
	s := &shelf{note: note, more: widgets.NewText("").Small().Tone(widgets.ToneQuiet)}
	head := widgets.Row(8, widgets.Grow(widgets.NewText(title).Bold().Truncate()), s.more)
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
type boardLayout struct{}

const (
	boardGap   float32 = 12
	boardThree float32 = 840 // from this width on all three are in one line
)

// Layout is for the toolkit.
func (boardLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	columns := boardColumns(size.Width)
	y := float32(0)
	for start := 0; start < len(objects); start += columns {
		line := objects[start:min(len(objects), start+columns)]
		gaps := boardGap * float32(len(line)-1)
		width := (size.Width - gaps) / float32(len(line))
		var height float32
		for _, o := range line {
			o.Resize(fyne.NewSize(width, o.Size().Height)) // paragraphs learn their lines
			height = max(height, o.MinSize().Height)
		}
		if columns == len(objects) {
			height = max(height, size.Height)
		}
		for i, o := range line {
			o.Move(fyne.NewPos(float32(i)*(width+boardGap), y))
			o.Resize(fyne.NewSize(width, height))
		}
		y += height + boardGap
	}
}

// MinSize is for the toolkit. The height is that at the width the cards have.
func (boardLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var width float32
	for _, o := range objects[:min(2, len(objects))] {
		width += o.Size().Width + boardGap
	}
	last := objects[len(objects)-1]
	columns := len(objects)
	if last.Position().Y > 0 || last.Size().Width == 0 {
		columns = 2
	}
	var height float32
	for start := 0; start < len(objects); start += columns {
		var most float32
		for _, o := range objects[start:min(len(objects), start+columns)] {
			most = max(most, o.MinSize().Height)
		}
		height += most + boardGap
	}
	return fyne.NewSize(320, height-boardGap)
}

func boardColumns(width float32) int {
	if width >= boardThree {
		return 3
	}
	return 2
}
