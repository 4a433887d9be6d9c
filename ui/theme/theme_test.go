package theme

import (
	"image"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
)

// luminance is the relative luminance of WCAG 2.1.
func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func TestTextIsReadableOnItsGrounds(t *testing.T) {
	grounds := []fyne.ThemeColorName{Ground, Surface, Rail, AccentTint}
	pairs := map[fyne.ThemeColorName][]fyne.ThemeColorName{
		Text:     append([]fyne.ThemeColorName{GoodTint, SoonTint, BrokenTint, Hover}, grounds...),
		Quiet:    append([]fyne.ThemeColorName{Hover}, grounds...),
		Accent:   grounds,
		OnAccent: {Accent},
		OnBroken: {Broken},
		Good:     append([]fyne.ThemeColorName{GoodTint}, grounds...),
		Soon:     append([]fyne.ThemeColorName{SoonTint}, grounds...),
		Broken:   append([]fyne.ThemeColorName{BrokenTint}, grounds...),
	}
	for _, variant := range []fyne.ThemeVariant{fynetheme.VariantLight, fynetheme.VariantDark} {
		for words, on := range pairs {
			for _, ground := range on {
				w, _ := shade(words, variant)
				g, _ := shade(ground, variant)
				if got := contrast(w, g); got < 4.5 {
					t.Errorf("variant %d: %s on %s has contrast %.2f, want 4.5", variant, words, ground, got)
				}
			}
		}
	}
}

func TestEveryToolkitRoleHasAColour(t *testing.T) {
	for name, role := range toolkitRoles {
		if _, ok := palette[role]; !ok {
			t.Errorf("%s stands for %s, which has no colour", name, role)
		}
	}
}

func TestColorFollowsTheTheme(t *testing.T) {
	app := test.NewApp()
	defer app.Quit()
	for _, c := range []struct {
		name string
		dark bool
		want color.Color
	}{
		{"light", false, color.NRGBA{0xf6, 0xf7, 0xf9, 0xff}},
		{"dark", true, color.NRGBA{0x15, 0x18, 0x1e, 0xff}},
	} {
		t.Run(c.name, func(t *testing.T) {
			app.Settings().SetTheme(Fixed(c.dark))
			if got := Color(Ground); got != c.want {
				t.Errorf("Ground is %v, want %v", got, c.want)
			}
			if Dark() != c.dark {
				t.Errorf("Dark() is %v", Dark())
			}
		})
	}
}

// names lists the icons by looking at the constants' files.
func names(t *testing.T) []IconName {
	t.Helper()
	files, err := drawings.ReadDir("icons")
	if err != nil {
		t.Fatal(err)
	}
	var all []IconName
	for _, f := range files {
		all = append(all, IconName(f.Name()[:len(f.Name())-len(".svg")]))
	}
	return all
}

func TestEveryIconDrawsInItsColour(t *testing.T) {
	app := test.NewApp()
	defer app.Quit()
	app.Settings().SetTheme(Fixed(false))
	all := append(names(t), IconEyeOff, IconMark, IconFolder, IconInfo, IconMore, IconBoth)
	for _, name := range all {
		picture := canvas.NewImageFromResource(IconIn(name, Broken))
		picture.FillMode = canvas.ImageFillContain
		picture.SetMinSize(fyne.NewSize(48, 48))
		picture.Resize(fyne.NewSize(48, 48))
		if got := strokes(software.Render(picture, app.Settings().Theme())); got < 20 {
			t.Errorf("icon %s has %d pixels in its colour", name, got)
		}
	}
}

// strokes counts the pixels that are nearly the colour of Broken.
func strokes(img image.Image) int {
	want, _ := shade(Broken, fynetheme.VariantLight)
	n := 0
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			if c.A > 0x80 && near(c.R, want.R) && near(c.G, want.G) && near(c.B, want.B) {
				n++
			}
		}
	}
	return n
}

func near(a, b uint8) bool { return math.Abs(float64(a)-float64(b)) < 60 }
