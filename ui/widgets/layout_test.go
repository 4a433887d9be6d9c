package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

func block(w, h float32) *canvas.Rectangle {
	r := canvas.NewRectangle(nil)
	r.SetMinSize(fyne.NewSize(w, h))
	return r
}

func TestStack(t *testing.T) {
	a, b, c := block(10, 20), block(30, 20), block(10, 20)
	s := Stack(8, a, b, c)
	open(t, s, 100, 200, false)
	equal(t, "least", s.MinSize(), fyne.NewSize(30, 76))
	equal(t, "second", b.Position(), fyne.NewPos(0, 28))
	equal(t, "width", b.Size().Width, float32(100))
	b.Hide()
	s.Refresh()
	equal(t, "third when the second is hidden", c.Position(), fyne.NewPos(0, 28))
	equal(t, "least when the second is hidden", s.MinSize(), fyne.NewSize(10, 48))
}

func TestStackGrows(t *testing.T) {
	a, b := block(10, 20), block(10, 20)
	open(t, Stack(4, Grow(a), b), 100, 200, false)
	equal(t, "grown", a.Size(), fyne.NewSize(100, 176))
	equal(t, "after", b.Position(), fyne.NewPos(0, 180))
}

func TestStackGivesParagraphsTheirLines(t *testing.T) {
	text := NewBody("one two three four five six seven eight nine ten eleven twelve")
	after := block(10, 10)
	open(t, Stack(4, Pad(8, Stack(0, text)), after), 140, 400, false)
	if text.lines < 3 {
		t.Fatalf("lines are %d, want at least 3", text.lines)
	}
	equal(t, "after", after.Position().Y, float32(text.lines)*20+16+4)
}

func TestRow(t *testing.T) {
	a, b, c := block(10, 20), block(30, 40), block(10, 20)
	open(t, Row(8, a, Grow(b), c), 200, 40, false)
	equal(t, "first", a.Position(), fyne.NewPos(0, 10))
	equal(t, "grown", b.Size().Width, float32(200-20-16))
	equal(t, "last", c.Position(), fyne.NewPos(190, 10))
}

func TestRowShrinksTexts(t *testing.T) {
	long := NewTitle("Certificates of everyone")
	button := block(80, 36)
	r := Row(8, long, Spacer(), button)
	open(t, r, 800, 40, false)
	equal(t, "whole", long.shown[0].Text, long.Text())
	r.Resize(fyne.NewSize(200, 40))
	if long.shown[0].Text == long.Text() {
		t.Error("the text is whole, want it cut")
	}
	if end := button.Position().X + 80; end > 200.5 {
		t.Errorf("the button ends at %v, want at most 200", end)
	}
}

func TestGrid(t *testing.T) {
	a, b, c := block(10, 20), block(10, 30), block(10, 20)
	g := Grid(100, 20, a, b, c)
	open(t, g, 340, 200, false)
	equal(t, "third in one line", c.Position(), fyne.NewPos(240, 0))
	equal(t, "height", a.Size().Height, float32(30))
	g.Resize(fyne.NewSize(220, 200))
	equal(t, "third in the second line", c.Position(), fyne.NewPos(0, 50))
	equal(t, "least height", g.MinSize().Height, float32(70))
	g.Resize(fyne.NewSize(60, 200))
	equal(t, "second below the first", b.Position(), fyne.NewPos(0, 40))
}

func TestFlow(t *testing.T) {
	a, b, c := block(60, 20), block(60, 20), block(60, 20)
	f := Flow(8, a, b, c)
	open(t, f, 140, 200, false)
	equal(t, "second", b.Position(), fyne.NewPos(68, 0))
	equal(t, "third", c.Position(), fyne.NewPos(0, 28))
	equal(t, "least height", f.MinSize().Height, float32(48))
}

func TestMiddle(t *testing.T) {
	a := block(10, 20)
	open(t, Middle(100, a), 300, 220, false)
	equal(t, "place", a.Position(), fyne.NewPos(100, 100))
	equal(t, "size", a.Size(), fyne.NewSize(100, 20))
}

func TestNothingBreaksWithoutRoom(t *testing.T) {
	parts := Stack(4, NewButton("Create", "plus", Primary, nil), NewNotice(ToneSoon, "a", "b", NewButton("c", "", Plain, nil)),
		NewField("a", "b", NewInput("", nil)), NewField("a", "b", NewNameField("", nil, nil)), NewLifeBar(1, ToneGood, "a", "b", "c"),
		NewTileRow(0, nil, NewTile("a", "b", "", nil)), NewFacts("c", nil, Fact{Label: "a", Value: "b", Copy: "c"}),
		NewChainPath([]string{"a", "b"}, nil), NewDataList(Column{Title: "a", Min: 100}), NewArrow(ToneGood, ToLeft))
	w := open(t, &fyne.Container{Layout: overLayout{}, Objects: []fyne.CanvasObject{parts}}, 400, 400, false)
	for _, size := range []fyne.Size{{}, {Width: 1, Height: 1}, {Width: 20, Height: 300}} {
		parts.Resize(size)
		if img := w.Canvas().Capture(); img == nil {
			t.Errorf("no picture at %v", size)
		}
	}
}

func TestBounds(t *testing.T) {
	a := block(10, 20)
	equal(t, "at least", AtLeast(50, 5, a).MinSize(), fyne.NewSize(50, 20))
	open(t, AtMost(80, a), 300, 40, false)
	equal(t, "at most", a.Size(), fyne.NewSize(80, 40))
	equal(t, "inset", Inset(1, 2, 3, 4, a).MinSize(), fyne.NewSize(16, 24))
}
