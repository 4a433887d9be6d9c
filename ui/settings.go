package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"countersign/ui/i18n"
	"countersign/ui/theme"
)

// Names of the preferences. Nothing secret is among them.
const (
	prefLanguage  = "language"         // a tag of i18n.Languages; "" as the environment says
	prefLook      = "look"             // "light", "dark"; "" as the desktop says
	prefLockAfter = "lockAfterMinutes" // 0 never
	prefWidth     = "width"
	prefHeight    = "height"
)

// The window's size at first, and its least, in device-independent pixels.
const (
	firstWidth, firstHeight float32 = 1180, 760
	leastWidth, leastHeight float32 = 900, 600
)

// defaultLockAfter is how many minutes without use lock the vault.
const defaultLockAfter = 5

func (w *Window) wantedLanguages() []string {
	if lang := w.app.Preferences().String(prefLanguage); lang != "" {
		return []string{lang}
	}
	return i18n.Environment()
}

// setLanguage speaks another language from now on; "" is the environment's.
func (w *Window) setLanguage(tag string) {
	w.app.Preferences().SetString(prefLanguage, tag)
	w.t = i18n.New(w.wantedLanguages()...)
	w.rebuild()
}

// setLook is light, dark, or "" as the desktop.
func (w *Window) setLook(look string) {
	w.app.Preferences().SetString(prefLook, look)
	w.opt.Dark = nil
	w.applyLook()
}

func (w *Window) applyLook() {
	look := w.app.Preferences().String(prefLook)
	dark := look == "dark"
	if w.opt.Dark != nil {
		look, dark = "asked for", *w.opt.Dark
	}
	if look == "" {
		w.app.Settings().SetTheme(theme.New())
		return
	}
	w.app.Settings().SetTheme(theme.Fixed(dark))
}

// lockAfter is how long without use locks the vault; 0 is never.
func (w *Window) lockAfter() time.Duration {
	return time.Duration(w.app.Preferences().IntWithFallback(prefLockAfter, defaultLockAfter)) * time.Minute
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
