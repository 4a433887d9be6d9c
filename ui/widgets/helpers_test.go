package widgets

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"countersign/ui/theme"
)

// open shows a part in a window of that size, light or dark.
func open(t *testing.T, o fyne.CanvasObject, width, height float32, dark bool) fyne.Window {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(theme.Fixed(dark))
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(width, height))
	return w
}

func key(o fyne.Focusable, names ...fyne.KeyName) {
	for _, name := range names {
		o.TypedKey(&fyne.KeyEvent{Name: name})
	}
}

// has reports whether the picture of the window holds a pixel of that colour.
func has(img image.Image, name fyne.ThemeColorName) bool {
	want := color.NRGBAModel.Convert(colorOf(name))
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.NRGBAModel.Convert(img.At(x, y)) == want {
				return true
			}
		}
	}
	return false
}

// bothVariants runs a test in light and in dark.
func bothVariants(t *testing.T, run func(t *testing.T, dark bool)) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			test.NewTempApp(t).Settings().SetTheme(theme.Fixed(dark))
			run(t, dark)
		})
	}
}

func mouse(button desktop.MouseButton, how fyne.KeyModifier) *desktop.MouseEvent {
	return &desktop.MouseEvent{Button: button, Modifier: how}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func equalLists[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s are %v, want %v", what, got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s are %v, want %v", what, got, want)
			return
		}
	}
}
