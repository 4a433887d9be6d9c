package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// rail is the column of places at the left.
type rail struct {
	items map[string]*widget.Button
	root  *fyne.Container
}

func newRail(w *Window, spots []spot) *rail {
	r := &rail{items: map[string]*widget.Button{}}
	list := container.NewVBox()
	for _, s := range spots {
		item := widget.NewButton(w.t.T("place."+s.name), func() { w.navigate(s.name, "") })
		r.items[s.name] = item
		list.Add(item)
	}
	r.root = container.NewStack(newGround(railFill), list)
	return r
}

func (r *rail) mark(name string) {}
func (r *rail) badge(n int)      {}
