package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Disclosure is a line that opens what is below it: "More: ...".
type Disclosure struct {
	group
	head    *disclosureHead
	inside  fyne.CanvasObject
	changed func(open bool)
}

// NewDisclosure makes a closed one; changed is told when a person opens or
// closes it.
func NewDisclosure(title string, content fyne.CanvasObject, changed func(open bool)) *Disclosure {
	d := &Disclosure{inside: content, changed: changed}
	d.head = &disclosureHead{words: NewText(title).Bold().Tone(ToneQuiet).Truncate(), ring: newPlate("", "", radiusChip)}
	d.head.sign = newIcon(theme.IconForward, theme.Quiet, 16)
	d.head.act = func() {
		d.SetOpen(!d.Open())
		if d.changed != nil {
			d.changed(d.Open())
		}
	}
	d.head.label = func() string { return title }
	d.head.ExtendBaseWidget(d.head)
	content.Hide()
	d.content = Stack(12, d.head, content)
	d.ExtendBaseWidget(d)
	return d
}

// Open reports whether the content shows.
func (d *Disclosure) Open() bool { return d.inside.Visible() }

// SetOpen opens or closes it and calls nothing.
func (d *Disclosure) SetOpen(open bool) {
	d.head.sign.name = theme.IconForward
	if open {
		d.head.sign.name = theme.IconDown
		d.inside.Show()
	} else {
		d.inside.Hide()
	}
	d.Refresh()
}

type disclosureHead struct {
	press
	sign  *icon
	words *Text
	ring  *plate
}

func (h *disclosureHead) restyle() {
	ring, color := fyne.ThemeColorName(""), theme.Quiet
	if h.focused {
		ring = theme.Accent
	}
	if h.hovered {
		color = theme.Text
	}
	h.words.color, h.sign.color = color, color
	h.ring.style("", ring, ringWidth)
}

// CreateRenderer is for the toolkit.
func (h *disclosureHead) CreateRenderer() fyne.WidgetRenderer {
	inside := AtLeast(0, 28, Row(4, h.sign, Grow(h.words)))
	return newBody(Over(h.ring, inside), h.restyle)
}
