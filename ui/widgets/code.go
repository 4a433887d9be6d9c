package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// Code is monospaced text of several lines on a quiet ground, with a copy
// button: commands, PEM, raw errors. It scrolls sideways where it must, and
// takes 100 kB well.
type Code struct {
	group
	grid *widget.TextGrid
	copy *Button
}

// NewCode makes a block; copied is told the text.
func NewCode(text, copyLabel string, copied func(text string)) *Code {
	c := &Code{grid: widget.NewTextGridFromString(text)}
	c.grid.Scroll = fyne.ScrollNone
	c.copy = NewButton(copyLabel, theme.IconCopy, Quiet, func() {
		if copied != nil {
			copied(c.grid.Text())
		}
	})
	c.copy.low = true
	scroll := container.NewHScroll(Inset(0, 0, 12, 0, c.grid))
	turned := newWheel(false, func() *container.Scroll { return scroll })
	c.content = NewPanel(theme.Ground, theme.Line, radiusInput,
		Pad(12, Stack(0, Over(scroll, turned), Row(0, Spacer(), c.copy))))
	c.ExtendBaseWidget(c)
	return c
}

// SetText changes the text.
func (c *Code) SetText(text string) {
	c.grid.SetText(text)
	c.Refresh()
}

// Text is the text.
func (c *Code) Text() string { return c.grid.Text() }
