package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// detail is the column at the right: what is selected, and a way to close it.
type detail struct {
	widget.BaseWidget
	inner  fyne.CanvasObject
	holder *container.Scroll
	shut   *widget.Button
	root   *fyne.Container
}

func newDetailColumn(w *Window) *detail {
	d := &detail{}
	d.holder = container.NewVScroll(container.NewStack())
	d.shut = widget.NewButtonWithIcon("", theme.Icon(theme.IconClose), w.closeDetail)
	d.root = container.NewStack(newGround(surfaceFill),
		container.New(layout.NewCustomPaddedLayout(16, 16, 20, 20), d.holder), container.NewHBox(layout.NewSpacer(), container.NewVBox(d.shut)))
	d.ExtendBaseWidget(d)
	d.Hide()
	return d
}

func (d *detail) set(o fyne.CanvasObject) {
	d.inner = o
	d.holder.Content = o
	d.holder.Offset = fyne.Position{}
	d.holder.Refresh()
	d.Show()
}

func (d *detail) clear() {
	d.inner = nil
	d.holder.Content = container.NewStack()
	d.Hide()
}

func (d *detail) narrow(bool) {}

// CreateRenderer draws the column.
func (d *detail) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(d.root) }
