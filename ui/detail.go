package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// detail is the column at the right: what is selected, and a way to close it.
// In a narrow window it takes the middle's place, with a way back.
type detail struct {
	widget.BaseWidget
	inner  fyne.CanvasObject // what the place gave; nil when closed
	scroll *container.Scroll
	shut   *fyne.Container // the close button, over the right upper corner
	bar    *fyne.Container // the way back, in a narrow window
	edge   fyne.CanvasObject
	root   *fyne.Container
}

func newDetailColumn(w *Window) *detail {
	d := &detail{scroll: container.NewVScroll(widgets.Stack(0)), edge: widgets.RuleDown()}
	d.shut = widgets.RowTop(0, widgets.Spacer(), widgets.NewButton("", theme.IconClose, widgets.Quiet, w.leaveDetail))
	d.bar = widgets.Row(0, widgets.NewButton(w.t.T("back"), theme.IconBack, widgets.Quiet, w.leaveDetail), widgets.Spacer())
	d.bar.Hide()
	d.root = widgets.Over(newGround(theme.Surface),
		container.NewBorder(widgets.Inset(8, 8, 0, 8, d.bar), nil, d.edge, nil, d.scroll),
		widgets.Inset(8, 8, 0, 0, container.NewBorder(d.shut, nil, nil, nil)))
	d.ExtendBaseWidget(d)
	d.Hide()
	return d
}

func (d *detail) set(o fyne.CanvasObject) {
	d.inner = o
	d.scroll.Content = widgets.Inset(16, 20, 16, 20, o)
	d.scroll.Offset = fyne.Position{}
	d.scroll.Refresh()
	d.Show()
}

func (d *detail) clear() {
	d.inner = nil
	d.scroll.Content = widgets.Stack(0)
	d.Hide()
}

// narrow says whether the detail is shown in the middle's place.
func (d *detail) narrow(narrow bool) {
	if d.bar.Visible() == narrow {
		return
	}
	if narrow {
		d.bar.Show()
		d.shut.Hide()
	} else {
		d.bar.Hide()
		d.shut.Show()
	}
}

// Held is all of the column.
func (d *detail) Held() fyne.CanvasObject { return d.root }

// CreateRenderer draws the column.
func (d *detail) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(d.root) }
