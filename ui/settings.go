package ui

import (
	"fyne.io/fyne/v2"

	"countersign/ui/i18n"
	"countersign/ui/theme"
)

// Names of the preferences. Nothing secret is among them.
const (
	prefLanguage  = "language" // a tag of i18n.Languages; "" as the environment says
	prefLook      = "look"     // "light", "dark"; "" as the desktop says
	prefWidth     = "width"
	prefHeight    = "height"
	prefLockAfter = "lockAfterMinutes" // -1 never
)

// The window's size at first, and its least, in device-independent pixels.
const (
	firstWidth, firstHeight float32 = 1180, 760
	leastWidth, leastHeight float32 = 900, 600
)

func (w *Window) wantedLanguages() []string {
	if lang := w.app.Preferences().String(prefLanguage); lang != "" {
		return []string{lang}
	}
	return i18n.Environment()
}

// applyLook sets light or dark.
func (w *Window) applyLook() {
	look := w.app.Preferences().String(prefLook)
	dark := look == "dark"
	if w.opt.Dark != nil {
		look, dark = "set", *w.opt.Dark
	}
	if look == "" {
		w.app.Settings().SetTheme(theme.New())
		return
	}
	w.app.Settings().SetTheme(theme.Fixed(dark))
}

func (w *Window) rememberedSize() fyne.Size {
	p := w.app.Preferences()
	return fyne.NewSize(
		max(leastWidth, float32(p.FloatWithFallback(prefWidth, float64(firstWidth)))),
		max(leastHeight, float32(p.FloatWithFallback(prefHeight, float64(firstHeight)))))
}

func (w *Window) rememberSize() {
	size := w.win.Canvas().Size()
	w.app.Preferences().SetFloat(prefWidth, float64(size.Width))
	w.app.Preferences().SetFloat(prefHeight, float64(size.Height))
}
