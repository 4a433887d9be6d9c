package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/layout"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// foot floats over the lower edge of the middle: a progress line while
// something long is done, and short confirmations.
type foot struct {
	w     *Window
	line  *fyne.Container
	toast *fyne.Container
	now   *widgets.Progress
	stop  func()
	root  *fyne.Container
}

// toastFor is how long a confirmation stays; toastWidth is where its words go
// on in the next line, in device-independent pixels.
const (
	toastFor           = 4 * time.Second
	toastWidth float32 = 480
)

func newFoot(w *Window) *foot {
	f := &foot{w: w, line: widgets.Stack(0), toast: widgets.Stack(0), stop: func() {}}
	f.line.Hide()
	f.toast.Hide()
	f.root = widgets.Inset(0, 20, 16, 20, widgets.Stack(8, layout.NewSpacer(), f.toast, f.line))
	return f
}

// working shows what is being done, and a way to stop it.
func (f *foot) working(doing string, cancel context.CancelFunc) {
	f.idle()
	f.now = widgets.NewProgress(doing, f.w.t.T("cancel"), cancel)
	f.now.Start()
	f.show(f.line, newFloating(f.now))
}

// idle takes the progress line away.
func (f *foot) idle() {
	if f.now != nil {
		f.now.Stop()
		f.now = nil
	}
	f.hide(f.line)
}

// say shows a confirmation for a while.
func (f *foot) say(text string) {
	f.stop()
	words := widgets.NewText(text)
	width := fyne.MeasureText(text, theme.SizeBody, fyne.TextStyle{}).Width
	if width > toastWidth {
		words, width = words.Wrap(), toastWidth
		words.Resize(fyne.NewSize(width, 0)) // it learns how many lines it has
	}
	card := newFloating(widgets.AtLeast(width, 0, words))
	f.show(f.toast, widgets.Row(0, widgets.Spacer(), card, widgets.Spacer()))
	f.stop = f.w.run.After(toastFor, func() { f.hide(f.toast) })
}

// clear stops what moves and what waits.
func (f *foot) clear() {
	f.stop()
	f.idle()
	f.hide(f.toast)
}

func newFloating(o fyne.CanvasObject) fyne.CanvasObject {
	return widgets.NewPanel(theme.Surface, theme.Line, theme.RadiusSmall, widgets.PadXY(12, 8, o))
}

func (f *foot) show(in *fyne.Container, o fyne.CanvasObject) {
	in.Objects = []fyne.CanvasObject{o}
	in.Show()
	f.root.Refresh()
}

func (f *foot) hide(in *fyne.Container) {
	in.Objects = nil
	in.Hide()
	f.root.Refresh()
}

// notify says something short at the foot, which goes by itself.
func (w *Window) notify(text string) {
	if w.frame != nil {
		w.frame.foot.say(text)
	}
}
