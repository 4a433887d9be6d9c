package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// newBrand is the product's mark and name.
func newBrand() fyne.CanvasObject {
	mark := widget.NewIcon(theme.IconIn(theme.IconMark, theme.Accent))
	return widgets.Row(8, widgets.AtLeast(24, 24, mark), widgets.Grow(widgets.NewHeading(productName)))
}
