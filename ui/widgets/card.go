package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// NewCard puts content on the surface, with a thin line around it and 16 of room.
func NewCard(content fyne.CanvasObject) *fyne.Container {
	return NewPanel(theme.Surface, theme.Line, radiusCard, Pad(16, content))
}

// NewPanel puts content on a rounded ground; the names are those of the theme's
// colours, an empty one draws nothing. It leaves no room: see Pad.
func NewPanel(fill, line fyne.ThemeColorName, radius float32, content fyne.CanvasObject) *fyne.Container {
	return Over(newPlate(fill, line, radius), content)
}
