package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Check is a box with a tick, and words after it.
type Check struct {
	press
	checked bool
	box     *plate
	tick    *icon
	words   *Text
}

// NewCheck makes a box; changed is told when a person changes it.
func NewCheck(text string, checked bool, changed func(bool)) *Check {
	c := &Check{checked: checked, box: newPlate("", "", 4), words: NewText(text).Wrap()}
	c.tick = newIcon(theme.IconCheck, theme.OnAccent, 16)
	c.act = func() {
		c.SetChecked(!c.checked)
		if changed != nil {
			changed(c.checked)
		}
	}
	c.label = func() string { return c.words.text }
	c.ExtendBaseWidget(c)
	return c
}

// Checked reports whether there is a tick.
func (c *Check) Checked() bool { return c.checked }

// SetChecked changes it and calls nothing.
func (c *Check) SetChecked(checked bool) {
	c.checked = checked
	c.Refresh()
}

// SetText changes the words.
func (c *Check) SetText(text string) { c.words.SetText(text) }

func (c *Check) restyle() {
	fill, line, stroke := theme.Surface, theme.Quiet, lineWidth
	if c.checked {
		fill, line = theme.Accent, theme.Accent
	}
	if c.Disabled() {
		line = theme.Line
	}
	c.words.color = theme.Text
	if c.Disabled() {
		c.words.color = theme.Quiet
	}
	if c.focused {
		stroke, line = ringWidth, theme.Accent
		if c.checked {
			line = theme.Text
		}
	}
	c.tick.Hidden = !c.checked
	c.box.style(fill, line, stroke)
}

// CreateRenderer is for the toolkit.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	box := Inset(1, 0, 1, 0, AtLeast(18, 18, Over(c.box, Pad(1, c.tick))))
	return newBody(PadXY(0, 8, RowTop(8, box, Grow(c.words))), c.restyle)
}

var _ fyne.Tappable = (*Check)(nil)
