package widgets

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

func TestTextTruncates(t *testing.T) {
	text := NewTitle("a name that is far too long for its place")
	open(t, Over(text), 120, 40, false)
	got := text.shown[0].Text
	if got == text.Text() || []rune(got)[len([]rune(got))-1] != '…' {
		t.Errorf("shown is %q, want it cut", got)
	}
	if w := text.shown[0].Size().Width; w > 120 {
		t.Errorf("width is %v, want at most 120", w)
	}
	text.SetText("short")
	equal(t, "shown", text.shown[0].Text, "short")
}

func TestTextWraps(t *testing.T) {
	text := NewBody("It trusts only **Partner Root**, and alice is signed by somebody else.")
	open(t, Stack(0, text), 160, 200, false)
	if text.lines < 3 {
		t.Errorf("lines are %d, want at least 3", text.lines)
	}
	equal(t, "height", text.MinSize().Height, float32(text.lines)*20)
	bold := 0
	for _, c := range text.shown {
		if c.TextStyle.Bold {
			bold++
		}
		if end := c.Position().X + c.Size().Width; end > 160.5 {
			t.Errorf("%q ends at %v, want at most 160", c.Text, end)
		}
	}
	if bold == 0 {
		t.Error("nothing is bold")
	}
}

func TestTextTakesTheme(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		text := NewText("hello").Tone(ToneBroken)
		open(t, Over(text), 100, 40, dark)
		equal(t, "colour", text.shown[0].Color, colorOf(theme.Broken))
		fyne.CurrentApp().Settings().SetTheme(theme.Fixed(!dark))
		text.Refresh()
		equal(t, "colour in the other theme", text.shown[0].Color, colorOf(theme.Broken))
	})
}

func TestTextAligns(t *testing.T) {
	for align, check := range map[fyne.TextAlign]func(x, w float32) bool{
		fyne.TextAlignLeading:  func(x, _ float32) bool { return x == 0 },
		fyne.TextAlignCenter:   func(x, w float32) bool { return x > 50 && x+w < 150 },
		fyne.TextAlignTrailing: func(x, w float32) bool { return x+w > 199 && x+w < 201 },
	} {
		text := NewText("hi").Align(align)
		open(t, Over(text), 200, 40, false)
		if x, w := text.shown[0].Position().X, text.shown[0].Size().Width; !check(x, w) {
			t.Errorf("align %v is at %v with width %v", align, x, w)
		}
	}
}

func TestLinesAreMultiplesOfFour(t *testing.T) {
	for _, text := range []*Text{NewText("x"), NewTitle("x"), NewHeading("x"), NewLabel("x"), NewBody("x"), NewQuiet("x"), NewMono("x")} {
		if h := text.MinSize().Height; int(h)%4 != 0 {
			t.Errorf("height is %v, want a multiple of four", h)
		}
	}
}

// A text that is laid out again in the same room shows the same objects: the
// toolkit would draw the window without end otherwise.
func TestTextRests(t *testing.T) {
	text := NewText("some words that take two lines").Wrap()
	open(t, text, 120, 80, false)
	before := slices.Clone(text.shown)
	if len(before) < 2 {
		t.Fatalf("%d pieces", len(before))
	}
	if text.arrange(text.Size()) {
		t.Error("arranging it again changes it")
	}
	if !slices.Equal(before, text.shown) {
		t.Error("arranging it again makes other objects")
	}
	text.SetText("one")
	equal(t, "shown", text.shown[0].Text, "one")
	if text.shown[0] != before[0] {
		t.Error("other words make another object")
	}
}
