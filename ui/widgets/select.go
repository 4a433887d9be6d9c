package widgets

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Select is a choice of one of several words, shown in a menu below it. Space,
// Enter and the arrows open the menu, a letter goes to the next word that
// begins with it.
type Select struct {
	press
	options     []string
	selected    int
	fault       bool
	placeholder string
	changed     func(int)
	back        *plate
	words       *Text
	picture     *icon
	menu        *optionMenu
}

// NewSelect makes a choice; selected is an index, -1 none (the placeholder is
// shown); changed is told the index when a person chooses another.
func NewSelect(placeholder string, options []string, selected int, changed func(int)) *Select {
	s := &Select{options: options, selected: selected, placeholder: placeholder, changed: changed}
	s.back = newPlate("", "", radiusInput)
	s.words = NewText("").Truncate()
	s.picture = newIcon(theme.IconDown, theme.Quiet, 16)
	s.act = s.open
	s.label = func() string { return s.words.text }
	s.ExtendBaseWidget(s)
	return s
}

// Selected is the index of the choice, -1 none.
func (s *Select) Selected() int { return s.selected }

// Value is the word chosen, or nothing.
func (s *Select) Value() string {
	if s.selected < 0 || s.selected >= len(s.options) {
		return ""
	}
	return s.options[s.selected]
}

// Options are the words.
func (s *Select) Options() []string { return s.options }

// Select chooses and calls nothing.
func (s *Select) Select(index int) {
	s.selected = index
	s.Refresh()
}

// SetOptions changes the words and the choice, and calls nothing.
func (s *Select) SetOptions(options []string, selected int) {
	s.options, s.selected = options, selected
	s.Refresh()
}

// Choose does what a person's choice does.
func (s *Select) Choose(index int) {
	if index < 0 || index >= len(s.options) || index == s.selected {
		return
	}
	s.Select(index)
	if s.changed != nil {
		s.changed(index)
	}
}

// Tapped opens the menu.
func (s *Select) Tapped(*fyne.PointEvent) {
	if s.Disabled() {
		return
	}
	focusOn(s)
	s.open()
}

// TypedKey opens the menu with Space, Enter, Up and Down.
func (s *Select) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyUp, fyne.KeyDown:
		s.fire()
	default:
		s.press.TypedKey(e)
	}
}

// TypedRune goes to the next word that begins with the letter.
func (s *Select) TypedRune(r rune) {
	if s.Disabled() || unicode.IsSpace(r) {
		return
	}
	if at := nextWith(s.options, s.selected, r); at >= 0 {
		s.Choose(at)
	}
}

// nextWith is the next word after from that begins with the letter, or -1.
func nextWith(words []string, from int, r rune) int {
	letter := strings.ToLower(string(r))
	for i := range words {
		at := (max(-1, from) + 1 + i) % len(words)
		if strings.HasPrefix(strings.ToLower(words[at]), letter) {
			return at
		}
	}
	return -1
}

func (s *Select) open() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil && len(s.options) > 0 {
		s.menu = newOptionMenu(s, c)
	}
}

func (s *Select) setFault(fault bool) {
	if s.fault != fault {
		s.fault = fault
		s.Refresh()
	}
}

func (s *Select) restyle() {
	fill, line, stroke := theme.Surface, theme.Line, lineWidth
	s.words.text, s.words.color = s.Value(), theme.Text
	if s.words.text == "" {
		s.words.text, s.words.color = s.placeholder, theme.Quiet
	}
	switch {
	case s.Disabled():
		fill, s.words.color = theme.Ground, theme.Quiet
	case s.focused:
		line, stroke = theme.Accent, ringWidth
	case s.hovered:
		line = theme.Quiet
	}
	if s.fault {
		line = theme.Broken
	}
	s.back.style(fill, line, stroke)
}

// CreateRenderer is for the toolkit.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	inside := AtLeast(120, buttonHeight, PadXY(12, 0, Row(8, Grow(s.words), s.picture)))
	return newBody(Over(s.back, inside), s.restyle)
}
