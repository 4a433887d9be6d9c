package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// middle shows one place, with what went wrong above it.
type middle struct {
	notices *fyne.Container
	holder  *fyne.Container
	root    *fyne.Container
}

func newMiddle(w *Window) *middle {
	m := &middle{notices: widgets.Stack(0), holder: container.NewStack()}
	m.notices.Hide()
	body := widgets.Stack(0, m.notices, widgets.Grow(m.holder))
	m.root = widgets.Over(newGround(theme.Ground), widgets.Inset(16, 20, 16, 20, body))
	return m
}

// show puts a place in the middle. A notice of before goes.
func (m *middle) show(p place) {
	m.dismiss()
	m.holder.Objects = []fyne.CanvasObject{p.content()}
	m.holder.Refresh()
}

func (m *middle) clear() {
	m.dismiss()
	m.holder.Objects = nil
	m.holder.Refresh()
}

// notice shows one notice above the place, instead of an earlier one.
func (m *middle) notice(o fyne.CanvasObject) {
	m.notices.Objects = []fyne.CanvasObject{o}
	m.notices.Show()
	for range 2 { // only the first layout tells the words how wide they are, and so how high
		m.root.Refresh()
	}
}

func (m *middle) dismiss() {
	if !m.notices.Visible() {
		return
	}
	m.notices.Objects = nil
	m.notices.Hide()
	m.root.Refresh()
}
