package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// The roles that colours have in the window. A part asks for a role, never for
// a colour, so that light and dark stay one decision.
const (
	Ground     fyne.ThemeColorName = "countersignGround"     // behind everything
	Surface    fyne.ThemeColorName = "countersignSurface"    // cards, fields, the detail column
	Rail       fyne.ThemeColorName = "countersignRail"       // behind the places at the left
	Line       fyne.ThemeColorName = "countersignLine"       // borders and rules
	Text       fyne.ThemeColorName = "countersignText"       // what is read first
	Quiet      fyne.ThemeColorName = "countersignQuiet"      // what is read second
	Accent     fyne.ThemeColorName = "countersignAccent"     // the one colour that says "here"
	AccentTint fyne.ThemeColorName = "countersignAccentTint" // ground of what is selected
	OnAccent   fyne.ThemeColorName = "countersignOnAccent"   // words on an accent button
	Good       fyne.ThemeColorName = "countersignGood"
	GoodTint   fyne.ThemeColorName = "countersignGoodTint"
	Soon       fyne.ThemeColorName = "countersignSoon" // will break
	SoonTint   fyne.ThemeColorName = "countersignSoonTint"
	Broken     fyne.ThemeColorName = "countersignBroken" // is broken
	BrokenTint fyne.ThemeColorName = "countersignBrokenTint"
	OnBroken   fyne.ThemeColorName = "countersignOnBroken" // words on a broken-coloured button
	Hover      fyne.ThemeColorName = "countersignHover"    // laid over a ground under the pointer
)

type shades struct{ light, dark uint32 }

// palette holds 0xRRGGBB for every role, light and dark.
var palette = map[fyne.ThemeColorName]shades{
	Ground:     {0xf6f7f9, 0x15181e},
	Surface:    {0xffffff, 0x1c2027},
	Rail:       {0xeef0f4, 0x12151a},
	Line:       {0xdfe3ea, 0x2d333d},
	Text:       {0x1c2330, 0xe8ebf0},
	Quiet:      {0x5d6778, 0x98a2b3},
	Accent:     {0x2457d6, 0x7aa2ff},
	AccentTint: {0xe7eefc, 0x22304f},
	OnAccent:   {0xffffff, 0x12151a},
	Good:       {0x187a4b, 0x5fd39b},
	GoodTint:   {0xe3f4eb, 0x173326},
	Soon:       {0x935700, 0xf2b95c},
	SoonTint:   {0xfdf1dc, 0x3a2c12},
	Broken:     {0xb3261e, 0xff8a80},
	BrokenTint: {0xfce8e6, 0x401f1d},
	OnBroken:   {0xffffff, 0x12151a},
	Hover:      {0xe4e8ef, 0x252b35},
}

// toolkitRoles says which role stands for each colour that the toolkit's own
// widgets ask for.
var toolkitRoles = map[fyne.ThemeColorName]fyne.ThemeColorName{
	fynetheme.ColorNameBackground:          Ground,
	fynetheme.ColorNameButton:              Surface,
	fynetheme.ColorNameDisabled:            Quiet,
	fynetheme.ColorNameDisabledButton:      Line,
	fynetheme.ColorNameError:               Broken,
	fynetheme.ColorNameForeground:          Text,
	fynetheme.ColorNameForegroundOnError:   OnBroken,
	fynetheme.ColorNameForegroundOnPrimary: OnAccent,
	fynetheme.ColorNameForegroundOnSuccess: OnAccent,
	fynetheme.ColorNameForegroundOnWarning: OnAccent,
	fynetheme.ColorNameHeaderBackground:    Ground,
	fynetheme.ColorNameHover:               Hover,
	fynetheme.ColorNameHyperlink:           Accent,
	fynetheme.ColorNameInputBackground:     Surface,
	fynetheme.ColorNameInputBorder:         Line,
	fynetheme.ColorNameMenuBackground:      Surface,
	fynetheme.ColorNameOverlayBackground:   Surface,
	fynetheme.ColorNamePlaceHolder:         Quiet,
	fynetheme.ColorNamePrimary:             Accent,
	fynetheme.ColorNameSelection:           AccentTint,
	fynetheme.ColorNameSeparator:           Line,
	fynetheme.ColorNameSuccess:             Good,
	fynetheme.ColorNameWarning:             Soon,
}

func shade(role fyne.ThemeColorName, variant fyne.ThemeVariant) (color.NRGBA, bool) {
	pair, ok := palette[role]
	if !ok {
		return color.NRGBA{}, false
	}
	rgb := pair.light
	if variant == fynetheme.VariantDark {
		rgb = pair.dark
	}
	return color.NRGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 0xff}, true
}

// Color is the colour of a role, light or dark as the window is now. Outside
// of a window with this theme it is the light one.
func Color(name fyne.ThemeColorName) color.Color {
	if ours, ok := fynetheme.Current().(*Theme); ok {
		return ours.Color(name, fyne.CurrentApp().Settings().ThemeVariant())
	}
	if c, ok := shade(name, fynetheme.VariantLight); ok {
		return c
	}
	return fynetheme.Color(name)
}
