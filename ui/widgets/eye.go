package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// eye shows and hides a secret. Only the pointer reaches it: the Tab key goes
// from line to line, and a passphrase typed on may hold a space, which would
// press a focused button and show what was typed.
type eye struct {
	widget.BaseWidget
	picture *icon
	shut    bool // the secret is shown, so pressing hides it
	off     bool
	toggle  func()
}

func newEye(toggle func()) *eye {
	e := &eye{picture: newIcon(theme.IconEye, theme.Quiet, 16), toggle: toggle}
	e.ExtendBaseWidget(e)
	return e
}

func (e *eye) show(shown bool) {
	e.shut = shown
	e.Refresh()
}

func (e *eye) enable(on bool) {
	e.off = !on
	e.Refresh()
}

// Tapped shows or hides.
func (e *eye) Tapped(*fyne.PointEvent) {
	if !e.off {
		e.toggle()
	}
}

// Cursor is a hand where pressing does something.
func (e *eye) Cursor() desktop.Cursor {
	if e.off {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// CreateRenderer is for the toolkit.
func (e *eye) CreateRenderer() fyne.WidgetRenderer {
	room := &fyne.Container{Layout: &fixedLayout{36}, Objects: []fyne.CanvasObject{container.NewCenter(e.picture)}}
	return newBody(room, func() {
		e.picture.name = theme.IconEye
		if e.shut {
			e.picture.name = theme.IconEyeOff
		}
	})
}
