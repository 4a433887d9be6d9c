package ui

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// shieldTime is how long a new page takes no press: the second of a double
// click was meant for what stood there before. The longest that is in use
// between the two is 500 ms.
const shieldTime = 500 * time.Millisecond

// shield lies over a page that has just come, or has just moved down, and
// takes what is pressed.
type shield struct {
	widget.BaseWidget
	w      *Window
	cancel func()
}

func newShield(w *Window) *shield {
	s := &shield{w: w}
	s.ExtendBaseWidget(s)
	s.Hide()
	return s
}

// raise takes presses for a while.
func (s *shield) raise() {
	s.lower()
	s.Show()
	s.cancel = s.w.run.After(shieldTime, s.lower)
}

// lower lets presses through again.
func (s *shield) lower() {
	if s.cancel != nil {
		s.cancel()
		s.cancel = nil
	}
	s.Hide()
}

// Tapped takes a press.
func (s *shield) Tapped(*fyne.PointEvent) {}

// TappedSecondary takes a press for a menu.
func (s *shield) TappedSecondary(*fyne.PointEvent) {}

// CreateRenderer draws nothing.
func (s *shield) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(color.Transparent))
}
