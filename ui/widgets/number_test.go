package widgets

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/theme"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12480: "12,480", 1234567: "1,234,567", -100: "-100", -1000: "-1,000"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
}

func TestNumberIsTappedAndFocused(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		taps := 0
		n := NewNumber(ToneBroken, "12", "expired", func() { taps++ })
		w := open(t, n, 160, 80, dark)
		test.Tap(n)
		w.Canvas().Focus(n)
		key(n, fyne.KeyReturn)
		if taps != 2 {
			t.Errorf("it acted %d times, want 2", taps)
		}
		n.Set(ToneGood, "3")
		if got := n.Text(); got != "3" {
			t.Errorf("it says %q", got)
		}
		if img := w.Canvas().Capture(); !has(img, theme.Good) || !has(img, theme.Accent) || has(img, theme.Broken) {
			t.Error("it is not drawn in its tone with a ring")
		}
	})
}

func TestBars(t *testing.T) {
	var tapped []int
	b := NewBars([]Bar{
		{Label: "Nov", Count: 4, Tone: ToneSoon}, {Label: "Dec"}, {Label: "Jan", Count: 1200, Tone: ToneAccent},
	}, func(i int) { tapped = append(tapped, i) })
	w := open(t, b, 300, barsHeight, false)
	for _, x := range b.bars {
		test.Tap(x)
	}
	b.Tap(1)
	b.Tap(-1)
	b.Tap(3)
	if want := []int{0, 2}; !slices.Equal(tapped, want) {
		t.Errorf("tapped were %v, want %v", tapped, want)
	}
	w.Canvas().Focus(b.bars[0])
	key(b.bars[0], fyne.KeyRight)
	if w.Canvas().Focused() != b.bars[2] {
		t.Error("the arrow does not go on to the next column that counts something")
	}
	key(b.bars[2], fyne.KeyRight, fyne.KeyLeft)
	if w.Canvas().Focused() != b.bars[0] {
		t.Error("the arrow does not go back")
	}
	if low, high := b.bars[0].fill.Size().Height, b.bars[2].fill.Size().Height; low < 6 || high <= 10*low {
		t.Errorf("4 and 1,200 are %v and %v high", low, high)
	}
	if got := b.bars[2].count.Text(); got != "1,200" {
		t.Errorf("the column is marked %q", got)
	}
	if want := []int{4, 0, 1200}; !slices.Equal(b.Counts(), want) {
		t.Errorf("it counts %v, want %v", b.Counts(), want)
	}
}

func TestIndentedCellsAndSubmittedNames(t *testing.T) {
	d := NewDataList(Column{Title: "Name", Weight: 1, Min: 100})
	d.SetRows(2, func(i int) ListRow { return ListRow{Cells: []Cell{{Text: "a", Indent: i}}} })
	open(t, d, 400, 300, false)
	c := newRowView(d)
	c.Resize(fyne.NewSize(398, rowHeight))
	c.show(0)
	left := c.cells[0].text.Position().X
	c.show(1)
	if got := c.cells[0].text.Position().X - left; got != treeStep {
		t.Errorf("a step of the tree is %v, want %v", got, treeStep)
	}
	submitted := 0
	f := NewNameField("", nil, nil)
	f.OnSubmitted = func() { submitted++ }
	open(t, f, 400, 60, false)
	test.Type(f.entry, "localhost")
	key(f.entry, fyne.KeyReturn)
	if submitted != 0 || len(f.Names()) != 1 {
		t.Errorf("the first Enter submitted %d times, with %d names", submitted, len(f.Names()))
	}
	key(f.entry, fyne.KeyReturn)
	if submitted != 1 {
		t.Errorf("the second Enter submitted %d times", submitted)
	}
}
