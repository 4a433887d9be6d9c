package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// ground is a plain fill that changes with light and dark.
type ground struct {
	widget.BaseWidget
	role fyne.ThemeColorName
	fill *canvas.Rectangle
}

func newGround(role fyne.ThemeColorName) *ground {
	g := &ground{role: role, fill: canvas.NewRectangle(theme.Color(role))}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer draws the fill.
func (g *ground) CreateRenderer() fyne.WidgetRenderer {
	return &groundRenderer{WidgetRenderer: widget.NewSimpleRenderer(g.fill), g: g}
}

type groundRenderer struct {
	fyne.WidgetRenderer
	g *ground
}

// Refresh takes the colour that the role has now.
func (r *groundRenderer) Refresh() {
	r.g.fill.FillColor = theme.Color(r.g.role)
	r.g.fill.Refresh()
}
