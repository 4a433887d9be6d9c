package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/theme"
)

var allTones = []Tone{ToneNone, ToneQuiet, ToneAccent, ToneGood, ToneSoon, ToneBroken}

func TestStatus(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		for _, tone := range allTones {
			s := NewStatus(tone, "in 12 days")
			open(t, Row(0, s), 200, 40, dark)
			equal(t, "dot", s.dot.rect.FillColor, colorOf(tone.Color()))
			equal(t, "words", s.words.shown[0].Color, colorOf(tone.Color()))
			equal(t, "text", s.words.shown[0].Text, "in 12 days")
		}
	})
}

func TestBadge(t *testing.T) {
	n := NewNumberBadge(ToneGood, "1")
	equal(t, "disc", n.MinSize(), fyne.NewSize(24, 24))
	b := NewBadge(ToneSoon, "3")
	open(t, Row(8, n, b), 200, 40, false)
	equal(t, "ground", b.back.rect.FillColor, colorOf(theme.SoonTint))
	n.Set(ToneBroken, "5")
	equal(t, "ground after Set", n.back.rect.FillColor, colorOf(theme.BrokenTint))
	equal(t, "words after Set", n.words.shown[0].Text, "5")
}

func TestArrow(t *testing.T) {
	a := NewArrow(ToneGood, ToRight)
	open(t, Stack(0, a), 100, 20, false)
	if tip := a.head[0].Position2; tip.X != 100 {
		t.Errorf("tip is at %v, want 100", tip.X)
	}
	a.Set(ToneBroken, ToLeft)
	if tip := a.head[0].Position2; tip.X != 0 {
		t.Errorf("tip is at %v, want 0", tip.X)
	}
	equal(t, "colour", a.shaft.FillColor, colorOf(theme.Broken))
}

func TestNotice(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		for _, tone := range []Tone{ToneGood, ToneSoon, ToneBroken} {
			n := NewNotice(tone, "The server refused alice", "It trusts only **Partner Root**.")
			w := open(t, Stack(0, n), 400, 200, dark)
			img := w.Canvas().Capture()
			if !has(img, tone.Color()) || !has(img, tone.Tint()) {
				t.Errorf("tone %d is not drawn", tone)
			}
			equal(t, "title", n.Title(), "The server refused alice")
			equal(t, "body", n.Body(), "It trusts only **Partner Root**.")
		}
	})
}

func TestNoticeButtons(t *testing.T) {
	n := NewNotice(ToneBroken, "Refused", "It trusts only another.", NewButton("Use another", "", Primary, nil), NewButton("Send ours", "", Plain, nil))
	s := Stack(0, n)
	open(t, s, 800, 400, false)
	if x := n.buttons.Position().X; x < 400 {
		t.Errorf("buttons are at %v, want them at the right", x)
	}
	wide := n.MinSize().Height
	s.Resize(fyne.NewSize(320, 400))
	equal(t, "buttons in a narrow place", n.buttons.Position().X, float32(0))
	if n.MinSize().Height <= wide {
		t.Error("narrow is no higher than wide")
	}
	with := n.MinSize().Height
	n.SetButtons()
	if n.MinSize().Height >= with {
		t.Error("no buttons are as high as two")
	}
}

func TestLifeBar(t *testing.T) {
	b := NewLifeBar(0.25, ToneGood, "8 Nov 2026", "351 days left", "8 Nov 2027")
	s := Stack(0, b)
	open(t, s, 400, 60, false)
	equal(t, "filled", b.fill.Size().Width, float32(100))
	for _, c := range []struct{ given, want float32 }{{-1, 0}, {2, 400}, {0.0001, 8}} {
		b.Set(float64(c.given), ToneSoon, "", "", "")
		if got := b.fill.Size().Width; c.want > 0 && got != c.want {
			t.Errorf("filled of %v is %v, want %v", c.given, got, c.want)
		}
		equal(t, "shown", b.fill.Visible(), c.want > 0)
	}
	equal(t, "colour", b.fill.rect.FillColor, colorOf(theme.Soon))
}

func TestLifeBarWordsDoNotOverlap(t *testing.T) {
	b := NewLifeBar(0.5, ToneGood, "8 November 2026", "351 of 365 days left", "8 November 2027")
	s := Stack(0, b)
	open(t, s, 400, 60, false)
	for _, width := range []float32{400, 330, 260, 200, 120} {
		s.Resize(fyne.NewSize(width, 60))
		left, middle, right := b.texts[0], b.texts[1], b.texts[2]
		if middle.Visible() {
			if middle.Position().X < left.Size().Width {
				t.Errorf("at %v the middle begins at %v, the left ends at %v", width, middle.Position().X, left.Size().Width)
			}
			if end := middle.Position().X + middle.Size().Width; end > right.Position().X {
				t.Errorf("at %v the middle ends at %v, the right begins at %v", width, end, right.Position().X)
			}
		}
	}
}

func TestFacts(t *testing.T) {
	var copied []string
	f := NewFacts("copy", func(s string) { copied = append(copied, s) },
		Fact{Label: "Names", Value: "alice@acme.test and a great many others, so that it wraps"},
		Fact{Label: "SHA-256", Value: strings.Repeat("9f:", 40), Mono: true, Copy: "whole"},
	)
	open(t, Stack(0, f), 280, 200, false)
	test.Tap(f.buttons[0])
	equalLists(t, "copied", copied, []string{"whole"})
	equal(t, "values", len(f.Values()), 2)
	high := f.MinSize().Height
	f.Set(Fact{Label: "One", Value: "row"})
	equal(t, "height of one row", f.MinSize().Height, float32(20))
	if high <= 46 {
		t.Errorf("height of two rows is %v, want more than 46", high)
	}
	equal(t, "buttons", len(f.buttons), 0)
}

func TestCode(t *testing.T) {
	var copied string
	c := NewCode("openssl req\n  -new", "copy", func(s string) { copied = s })
	open(t, Stack(0, c), 300, 200, false)
	test.Tap(c.copy)
	equal(t, "copied", copied, "openssl req\n  -new")
	c.SetText("other")
	equal(t, "text", c.Text(), "other")
}

func TestCodeDoesNotWiden(t *testing.T) {
	c := NewCode(strings.Repeat("x", 1000), "copy", nil)
	if w := c.MinSize().Width; w > 200 {
		t.Errorf("least width is %v, want it to scroll", w)
	}
}

func TestProgress(t *testing.T) {
	n := 0
	p := NewProgress("Renewing", "Cancel", func() { n++ })
	open(t, Stack(0, p), 300, 60, false)
	p.Start()
	test.Tap(p.cancel)
	equal(t, "cancelled", n, 1)
	low := p.MinSize().Height
	p.SetFraction(0.5)
	if p.MinSize().Height <= low {
		t.Error("the line takes no room")
	}
	p.SetFraction(-1)
	equal(t, "height without the line", p.MinSize().Height, low)
	p.SetText("Done")
	equal(t, "words", p.words.shown[0].Text, "Done")
	p.Stop()
	equal(t, "without a cancel", NewProgress("x", "", nil).cancel.Visible(), false)
}

func TestEmptyState(t *testing.T) {
	n := 0
	b := NewButton("Make one", "", Primary, func() { n++ })
	e := NewEmptyState(theme.IconCertificate, "Nothing here yet.", b)
	w := open(t, e, 500, 300, false)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b)
	test.TapCanvas(w.Canvas(), at.AddXY(5, 5))
	equal(t, "times", n, 1)
	if middle := at.X + b.Size().Width/2; middle < 248 || middle > 252 {
		t.Errorf("the button's middle is at %v, want 250", middle)
	}
}

func TestBackBar(t *testing.T) {
	n := 0
	bar := NewBackBar("Certificates", "alice", func() { n++ }, NewButton("Export", "", Plain, nil))
	w := open(t, bar, 400, 40, false)
	test.TapCanvas(w.Canvas(), fyne.NewPos(20, 20))
	equal(t, "times", n, 1)
}

func TestCard(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		inside := NewText("inside")
		w := open(t, Over(newPlate(theme.Ground, "", 0), Pad(10, NewCard(inside))), 200, 100, dark)
		if !has(w.Canvas().Capture(), theme.Surface) {
			t.Error("the card is not drawn")
		}
		equal(t, "inside", fyne.CurrentApp().Driver().AbsolutePositionForObject(inside), fyne.NewPos(26, 26))
	})
}

func TestThemeChangeRepaints(t *testing.T) {
	b := NewButton("Create", theme.IconPlus, Primary, nil)
	s := NewStatus(ToneSoon, "soon")
	w := open(t, NewPanel(theme.Surface, "", 0, Pad(10, Stack(8, b, s))), 200, 120, false)
	fyne.CurrentApp().Settings().SetTheme(theme.Fixed(true))
	img := w.Canvas().Capture()
	for _, name := range []fyne.ThemeColorName{theme.Accent, theme.Surface, theme.Soon} {
		if !has(img, name) {
			t.Errorf("%s of the dark theme is not drawn", name)
		}
	}
}
