// Package theme holds how Countersign looks: the colour of each role in light
// and dark, three sizes of text, and one family of icons.
//
// It follows the desktop's light or dark unless told to stay with one.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// The three sizes of text, in the toolkit's device-independent pixels.
const (
	SizeSmall float32 = 12 // hints, column headings, times
	SizeBody  float32 = 14 // everything else
	SizeTitle float32 = 20 // the name of a place or of what is shown
)

// Spacing comes in multiples of Gap; Radius rounds cards, RadiusSmall rounds
// buttons and fields. Device-independent pixels.
const (
	Gap         float32 = 4
	Radius      float32 = 10
	RadiusSmall float32 = 8
)

// Theme is the toolkit's theme with our roles. Make one with New or Fixed.
type Theme struct {
	base  fyne.Theme
	fixed bool
	stay  fyne.ThemeVariant
}

var _ fyne.Theme = (*Theme)(nil)

// New follows the desktop's choice of light or dark.
func New() fyne.Theme { return &Theme{base: fynetheme.DefaultTheme()} }

// Fixed stays dark or light whatever the desktop says.
func Fixed(dark bool) fyne.Theme {
	t := &Theme{base: fynetheme.DefaultTheme(), fixed: true, stay: fynetheme.VariantLight}
	if dark {
		t.stay = fynetheme.VariantDark
	}
	return t
}

// Color gives our roles and, through them, the toolkit's own.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if t.fixed {
		variant = t.stay
	}
	if role, ok := toolkitRoles[name]; ok {
		name = role
	}
	if c, ok := shade(name, variant); ok {
		return c
	}
	switch name {
	case fynetheme.ColorNameFocus:
		return fade(Accent, variant, 0x55)
	case fynetheme.ColorNamePressed:
		return fade(Text, variant, 0x1c)
	case fynetheme.ColorNameScrollBar:
		return fade(Quiet, variant, 0x90)
	case fynetheme.ColorNameScrollBarBackground:
		return color.Transparent
	case fynetheme.ColorNameShadow:
		if variant == fynetheme.VariantDark {
			return color.NRGBA{A: 0x80}
		}
		return color.NRGBA{R: 0x1c, G: 0x23, B: 0x30, A: 0x30}
	}
	return t.base.Color(name, variant)
}

func fade(role fyne.ThemeColorName, variant fyne.ThemeVariant, alpha uint8) color.Color {
	c, _ := shade(role, variant)
	c.A = alpha
	return c
}

// Font is the toolkit's.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource { return t.base.Font(style) }

// Icon is the toolkit's, for its own dialogs; ours come from the function Icon.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return t.base.Icon(name) }

// Size gives our text sizes and radii, else the toolkit's size.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case fynetheme.SizeNameText, fynetheme.SizeNameSubHeadingText:
		return SizeBody
	case fynetheme.SizeNameCaptionText:
		return SizeSmall
	case fynetheme.SizeNameHeadingText:
		return SizeTitle
	case fynetheme.SizeNameInlineIcon:
		return 18
	case fynetheme.SizeNameInputRadius, fynetheme.SizeNameButtonRadius,
		fynetheme.SizeNameSelectionRadius, fynetheme.SizeNameMenuRadius, fynetheme.SizeNamePopupRadius:
		return RadiusSmall
	case fynetheme.SizeNameCardRadius, fynetheme.SizeNameDialogRadius:
		return Radius
	case fynetheme.SizeNameScrollBar:
		return 10
	}
	return t.base.Size(name)
}

// Dark tells whether the window is dark now.
func Dark() bool {
	if ours, ok := fynetheme.Current().(*Theme); ok {
		if ours.fixed {
			return ours.stay == fynetheme.VariantDark
		}
		return fyne.CurrentApp().Settings().ThemeVariant() == fynetheme.VariantDark
	}
	return false
}
