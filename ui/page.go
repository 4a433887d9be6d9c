package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// page is what fills the window when there is no frame: first run, unlock,
// trouble.
type page interface {
	content() fyne.CanvasObject
	focus() fyne.Focusable // what to type into first; nil for nothing
}

// sheetWidth is how wide a page's text and fields are.
const sheetWidth float32 = 440

// newSheet puts the product's name and parts of a page in the middle of the
// window, scrolling where the window is low.
func newSheet(width float32, parts ...fyne.CanvasObject) fyne.CanvasObject {
	parts = append([]fyne.CanvasObject{newBrand(), gap(12)}, parts...)
	column := widgets.Middle(width, widgets.Stack(12, parts...))
	return widgets.Over(newGround(theme.Ground), container.NewVScroll(widgets.Pad(24, column)))
}

// gap is empty room between parts.
func gap(height float32) fyne.CanvasObject { return widgets.AtLeast(0, height, widgets.Stack(0)) }

// leading keeps a button at its own width, at the left.
func leading(o ...fyne.CanvasObject) fyne.CanvasObject {
	return widgets.Row(8, append(o, widgets.Spacer())...)
}

// waiting says what is being done, while there is nothing else to show.
type waiting struct {
	turn *widget.Activity
	root fyne.CanvasObject
}

func newWaiting(doing string) *waiting {
	turn := widget.NewActivity()
	turn.Start()
	line := widgets.Row(8, widgets.Spacer(), widgets.AtLeast(20, 20, turn), widgets.NewText(doing).Tone(widgets.ToneQuiet), widgets.Spacer())
	return &waiting{turn, widgets.Over(newGround(theme.Ground), widgets.Middle(sheetWidth, line))}
}

func (p *waiting) content() fyne.CanvasObject { return p.root }
func (p *waiting) close()                     { p.turn.Stop() }
func (p *waiting) focus() fyne.Focusable      { return nil }

// newPassphrase is a field for a passphrase; Enter in it submits.
func newPassphrase(changed, submitted func()) *widgets.Secret {
	return widgets.NewSecret("", func(string) { changed() }, func(string) { submitted() })
}
