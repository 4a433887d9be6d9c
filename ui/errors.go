package ui

import (
	"fyne.io/fyne/v2/widget"
)

// fail shows an error above the place: what happened, why, what to do next,
// and the raw text folded away.
func (w *Window) fail(err error) {
	if err == nil || w.frame == nil {
		return
	}
	w.frame.middle.notice(widget.NewLabel(err.Error()))
}
