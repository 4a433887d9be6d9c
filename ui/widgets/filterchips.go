package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Filter is one chip of FilterChips: a word and how many it would show. A
// negative count is not shown.
type Filter struct {
	Label string
	Count int
}

// FilterChips is a line of chips of which one is chosen; the arrows move.
type FilterChips struct {
	group
	chips    []*filterChip
	selected int
	changed  func(int)
}

// NewFilterChips makes the line; changed is told the index when a person
// chooses another.
func NewFilterChips(filters []Filter, selected int, changed func(int)) *FilterChips {
	f := &FilterChips{selected: selected, changed: changed}
	f.content = Flow(8)
	f.ExtendBaseWidget(f)
	f.Set(filters)
	return f
}

// Set changes labels and counts; the chosen index stays.
func (f *FilterChips) Set(filters []Filter) {
	if len(filters) != len(f.chips) {
		f.chips = make([]*filterChip, len(filters))
		objects := make([]fyne.CanvasObject, len(filters))
		for i := range filters {
			f.chips[i] = newFilterChip(f, i)
			objects[i] = f.chips[i]
		}
		f.content.Objects = objects
	}
	for i, filter := range filters {
		text := filter.Label
		if filter.Count >= 0 {
			text += " " + thousands(filter.Count)
		}
		f.chips[i].words.text = text
		f.chips[i].selected = i == f.selected
	}
	f.Refresh()
}

// Selected is the index of the chosen chip.
func (f *FilterChips) Selected() int { return f.selected }

// Select chooses a chip and calls nothing.
func (f *FilterChips) Select(index int) {
	f.selected = index
	for i, chip := range f.chips {
		if chip.selected != (i == index) {
			chip.selected = i == index
			chip.Refresh()
		}
	}
}

// Labels are the words and counts as shown.
func (f *FilterChips) Labels() []string {
	labels := make([]string, len(f.chips))
	for i, chip := range f.chips {
		labels[i] = chip.words.text
	}
	return labels
}

func (f *FilterChips) choose(index int) {
	if index < 0 || index >= len(f.chips) {
		return
	}
	focusOn(f.chips[index])
	if index == f.selected {
		return
	}
	f.Select(index)
	if f.changed != nil {
		f.changed(index)
	}
}

type filterChip struct {
	press
	owner    *FilterChips
	index    int
	selected bool
	back     *plate
	words    *Text
}

func newFilterChip(owner *FilterChips, index int) *filterChip {
	c := &filterChip{owner: owner, index: index, back: newPlate("", "", 14), words: NewText("")}
	c.words.size = sizeLabel
	c.act = func() { owner.choose(index) }
	c.label = func() string { return c.words.text }
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey moves along the chips with the arrows.
func (c *filterChip) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		c.owner.choose(c.index - 1)
	case fyne.KeyRight:
		c.owner.choose(c.index + 1)
	case fyne.KeyHome:
		c.owner.choose(0)
	case fyne.KeyEnd:
		c.owner.choose(len(c.owner.chips) - 1)
	default:
		c.press.TypedKey(e)
	}
}

func (c *filterChip) restyle() {
	fill, line, stroke := theme.Surface, theme.Line, lineWidth
	c.words.color, c.words.style.Bold = theme.Quiet, c.selected
	if c.hovered {
		line = theme.Quiet
	}
	if c.selected {
		fill, line, c.words.color = theme.AccentTint, theme.AccentTint, theme.Accent
	}
	if c.focused {
		line, stroke = theme.Accent, ringWidth
	}
	c.back.style(fill, line, stroke)
}

// CreateRenderer is for the toolkit.
func (c *filterChip) CreateRenderer() fyne.WidgetRenderer {
	return newBody(Over(c.back, AtLeast(0, 28, PadXY(12, 0, c.words))), c.restyle)
}
