package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// ButtonKind says how much weight a button has.
type ButtonKind int

// The kinds. A screen has one Primary button.
const (
	Primary ButtonKind = iota // filled with the accent
	Plain                     // surface with a line
	Danger                    // surface with a line, words in the broken tone
	Quiet                     // words only
)

const buttonHeight float32 = 36

// Button is a button with words, and a picture before them if it has one.
type Button struct {
	press
	kind ButtonKind
	text string
	icon theme.IconName
	busy bool
	low  bool // as high as a line of text

	back, ring *plate
	hover      *canvas.Rectangle
	words      *Text
	picture    *icon
	spin       *widget.Activity
}

// NewButton makes a button; picture may be empty, and words may be empty if
// there is a picture.
func NewButton(text string, picture theme.IconName, kind ButtonKind, tapped func()) *Button {
	b := &Button{kind: kind, text: text, icon: picture}
	b.act = func() {
		if !b.busy && tapped != nil {
			tapped()
		}
	}
	b.label = func() string { return b.text }
	b.back = newPlate("", "", radiusInput)
	b.ring = newPlate("", "", radiusInput)
	b.hover = canvas.NewRectangle(nil)
	b.hover.CornerRadius = radiusInput
	b.words = NewText(text).Bold()
	b.picture = newIcon(picture, theme.Text, 16)
	b.spin = widget.NewActivity()
	b.spin.Hide()
	b.ExtendBaseWidget(b)
	return b
}

// Text is what the button says.
func (b *Button) Text() string { return b.text }

// SetText changes what the button says.
func (b *Button) SetText(text string) {
	b.text = text
	b.words.SetText(text)
	b.Refresh()
}

// SetIcon changes the picture; an empty one takes it away.
func (b *Button) SetIcon(picture theme.IconName) {
	b.icon = picture
	b.Refresh()
}

// SetKind changes the weight.
func (b *Button) SetKind(kind ButtonKind) {
	b.kind = kind
	b.Refresh()
}

// SetBusy shows that what the button started is going on; it cannot be pressed
// meanwhile.
func (b *Button) SetBusy(busy bool) {
	if b.busy == busy {
		return
	}
	b.busy = busy
	if busy {
		b.spin.Start()
	} else {
		b.spin.Stop()
	}
	b.Refresh()
}

// Busy reports whether SetBusy was called.
func (b *Button) Busy() bool { return b.busy }

func (b *Button) colors() (fill, line, text fyne.ThemeColorName) {
	switch b.kind {
	case Primary:
		fill, text = theme.Accent, theme.OnAccent
	case Danger:
		fill, line, text = theme.Surface, theme.Line, theme.Broken
	case Quiet:
		text = theme.Accent
	default:
		fill, line, text = theme.Surface, theme.Line, theme.Text
	}
	if b.Disabled() {
		text = theme.Quiet
		if b.kind == Primary {
			fill = theme.Line
		}
	}
	return fill, line, text
}

func (b *Button) restyle() {
	fill, line, text := b.colors()
	b.back.style(fill, line, lineWidth)
	ring := fyne.ThemeColorName("")
	if b.focused && !b.Disabled() {
		ring = theme.Accent
	}
	b.ring.style("", ring, ringWidth)
	b.hover.FillColor = colorOf("")
	if b.hovered && !b.Disabled() && !b.busy {
		b.hover.FillColor = veil()
	}
	b.words.color = text
	b.words.Hidden = b.text == ""
	b.picture.name, b.picture.color = b.icon, text
	b.picture.Hidden = b.icon == "" || b.busy
	b.spin.Hidden = !b.busy
}

// CreateRenderer is for the toolkit.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	side := float32(16)
	if b.kind == Quiet {
		side = 12
	}
	if b.text == "" {
		side = 10
	}
	spin := AtLeast(16, 16, b.spin)
	inside := Row(8, b.picture, spin, b.words)
	height := buttonHeight
	if b.low {
		side, height = 4, 20
	}
	ring := &fyne.Container{Layout: &ringLayout{b}, Objects: []fyne.CanvasObject{b.ring}}
	content := Over(b.back, b.hover, ring, AtLeast(0, height, PadXY(side, 0, &fyne.Container{Layout: centreLayout{}, Objects: []fyne.CanvasObject{inside}})))
	return newBody(content, func() {
		b.restyle()
		spin.Hidden = !b.busy
	})
}

// ringLayout puts the ring of a filled button around it, with a gap: on the
// button itself an accent ring would not be seen.
type ringLayout struct{ b *Button }

// Layout is for the toolkit.
func (l *ringLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	out := float32(0)
	if l.b.kind == Primary {
		out = 4
	}
	l.b.ring.radius = radiusInput + out
	l.b.ring.Move(fyne.NewSquareOffsetPos(-out))
	l.b.ring.Resize(size.AddWidthHeight(2*out, 2*out))
}

// MinSize is for the toolkit.
func (l *ringLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
