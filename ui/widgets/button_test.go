package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/theme"
)

func TestButtonActs(t *testing.T) {
	n := 0
	b := NewButton("Create", theme.IconPlus, Primary, func() { n++ })
	w := open(t, Row(0, b), 200, 60, false)
	test.Tap(b)
	w.Canvas().Focus(b)
	key(b, fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, fyne.KeyA)
	equal(t, "times", n, 4)

	b.Disable()
	test.Tap(b)
	key(b, fyne.KeyReturn)
	equal(t, "times when disabled", n, 4)
	b.Enable()
	b.SetBusy(true)
	test.Tap(b)
	equal(t, "times when busy", n, 4)
	equal(t, "busy", b.Busy(), true)
	b.SetBusy(false)
	test.Tap(b)
	equal(t, "times afterwards", n, 5)
}

func TestButtonWithoutCallback(t *testing.T) {
	b := NewButton("Nothing", "", Quiet, nil)
	open(t, Row(0, b), 200, 60, false)
	test.Tap(b)
	equal(t, "text", b.Text(), "Nothing")
}

func TestButtonKinds(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		for kind, want := range map[ButtonKind][2]fyne.ThemeColorName{
			Primary: {theme.Accent, theme.OnAccent},
			Plain:   {theme.Surface, theme.Text},
			Danger:  {theme.Surface, theme.Broken},
			Quiet:   {"", theme.Accent},
		} {
			b := NewButton("Words", "", kind, nil)
			open(t, Row(0, b), 200, 60, dark)
			equal(t, "fill", b.back.rect.FillColor, colorOf(want[0]))
			equal(t, "words", b.words.shown[0].Color, colorOf(want[1]))
		}
	})
}

func TestButtonRing(t *testing.T) {
	b := NewButton("Plain", "", Plain, nil)
	w := open(t, Over(newPlate(theme.Ground, "", 0), Pad(10, Row(0, b))), 200, 60, false)
	if has(w.Canvas().Capture(), theme.Accent) {
		t.Error("there is accent before the focus")
	}
	w.Canvas().Focus(b)
	if !has(w.Canvas().Capture(), theme.Accent) {
		t.Error("there is no ring with the focus")
	}
	w.Canvas().Unfocus()
	if has(w.Canvas().Capture(), theme.Accent) {
		t.Error("there is accent after the focus")
	}
}

func TestButtonSize(t *testing.T) {
	b := NewButton("Ok", "", Plain, nil)
	equal(t, "height", b.MinSize().Height, buttonHeight)
	narrow := b.MinSize().Width
	b.SetText("A longer one")
	if b.MinSize().Width <= narrow {
		t.Error("a longer text is no wider")
	}
	equal(t, "only a picture", NewButton("", theme.IconCopy, Plain, nil).MinSize(), fyne.NewSize(36, 36))
}

func TestButtonHandsKeysOn(t *testing.T) {
	b := NewButton("Ok", "", Plain, nil)
	w := open(t, Row(0, b), 200, 60, false)
	var got fyne.KeyName
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { got = e.Name })
	w.Canvas().Focus(b)
	key(b, fyne.KeyEscape)
	equal(t, "key", got, fyne.KeyEscape)
}

func TestTabOrder(t *testing.T) {
	a, b, c := NewButton("a", "", Plain, nil), NewInput("b", nil), NewSelect("c", []string{"x"}, 0, nil)
	off := NewButton("off", "", Plain, nil)
	off.Disable()
	w := open(t, Stack(4, a, off, b, c), 200, 200, false)
	for i, want := range []fyne.Focusable{a, b, c, a} {
		w.Canvas().FocusNext()
		if got := w.Canvas().Focused(); got != want {
			t.Errorf("focus %d is %T, want %T", i, got, want)
		}
	}
}
