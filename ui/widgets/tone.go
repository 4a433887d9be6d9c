package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Tone says how good or bad the thing is that a part shows. It is never shown
// by colour alone: parts that have a tone also have words.
type Tone int

// The tones, calmest first.
const (
	ToneNone   Tone = iota // ordinary text
	ToneQuiet              // of less weight: revoked, not reached
	ToneAccent             // the one that is chosen
	ToneGood               // works, and goes on working
	ToneSoon               // will be broken
	ToneBroken             // is broken
)

// Color is the name of the colour of words, dots and lines in this tone.
func (t Tone) Color() fyne.ThemeColorName {
	switch t {
	case ToneQuiet:
		return theme.Quiet
	case ToneAccent:
		return theme.Accent
	case ToneGood:
		return theme.Good
	case ToneSoon:
		return theme.Soon
	case ToneBroken:
		return theme.Broken
	default:
		return theme.Text
	}
}

// Tint is the name of the colour behind words in this tone.
func (t Tone) Tint() fyne.ThemeColorName {
	switch t {
	case ToneAccent:
		return theme.AccentTint
	case ToneGood:
		return theme.GoodTint
	case ToneSoon:
		return theme.SoonTint
	case ToneBroken:
		return theme.BrokenTint
	default:
		return theme.Rail
	}
}

// colorOf is the colour of that name in the window's theme and variant of the
// moment; the empty name is no colour at all. It asks the application's theme,
// not the one of an override that is being drawn.
func colorOf(name fyne.ThemeColorName) color.Color {
	if name == "" {
		return color.Transparent
	}
	settings := fyne.CurrentApp().Settings()
	if ours, ok := settings.Theme().(*theme.Theme); ok {
		return ours.Color(name, settings.ThemeVariant())
	}
	return theme.Color(name)
}

// veil is laid over what the pointer is on: a little darker in light themes,
// a little lighter in dark ones.
func veil() color.Color {
	r, g, b, _ := colorOf(theme.Text).RGBA()
	return color.NRGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 14}
}
