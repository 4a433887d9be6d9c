package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

// foot floats over the lower edge of the middle: a progress line while
// something long is done, and short confirmations.
type foot struct {
	w     *Window
	line  *fyne.Container
	toast *fyne.Container
	stop  func()
	root  *fyne.Container
}

// toastFor is how long a confirmation stays.
const toastFor = 4 * time.Second

func newFoot(w *Window) *foot {
	f := &foot{w: w, line: container.NewStack(), toast: container.NewStack(), stop: func() {}}
	f.root = container.NewVBox(layout.NewSpacer(), f.toast, f.line)
	return f
}

func (f *foot) working(doing string, cancel context.CancelFunc) {
	f.line.Objects = []fyne.CanvasObject{container.NewHBox(widget.NewLabel(doing), widget.NewButton(f.w.t.T("cancel"), cancel))}
	f.line.Refresh()
}

func (f *foot) idle() {
	f.line.Objects = nil
	f.line.Refresh()
}

func (f *foot) say(text string) {
	f.stop()
	f.toast.Objects = []fyne.CanvasObject{widget.NewLabel(text)}
	f.toast.Refresh()
	f.stop = f.w.run.After(toastFor, func() {
		f.toast.Objects = nil
		f.toast.Refresh()
	})
}

// notify says something short at the foot, which goes by itself.
func (w *Window) notify(text string) {
	if w.frame != nil {
		w.frame.foot.say(text)
	}
}
