package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"countersign/ui/theme"
)

// middle shows one place, with what went wrong above it.
type middle struct {
	notices *fyne.Container
	holder  *fyne.Container
	root    *fyne.Container
}

func newMiddle(w *Window) *middle {
	m := &middle{notices: container.NewVBox(), holder: container.NewStack()}
	m.notices.Hide()
	body := container.NewBorder(m.notices, nil, nil, nil, m.holder)
	m.root = container.NewStack(newGround(theme.Ground),
		container.New(layout.NewCustomPaddedLayout(16, 16, 20, 20), body))
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
	m.root.Refresh()
}

func (m *middle) dismiss() {
	if !m.notices.Visible() {
		return
	}
	m.notices.Objects = nil
	m.notices.Hide()
	m.root.Refresh()
}
