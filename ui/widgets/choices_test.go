package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/theme"
)

func newTiles(changed func(int)) (*TileRow, []*Tile) {
	tiles := []*Tile{
		NewTile("Server", "answers under a name", theme.IconServer, nil),
		NewTile("Client", "proves who it is", "", nil),
		NewTile("Authority", "signs others", "", nil),
	}
	return NewTileRow(0, changed, tiles...), tiles
}

func TestTileRow(t *testing.T) {
	var told []int
	row, tiles := newTiles(func(i int) { told = append(told, i) })
	w := open(t, Stack(0, row), 600, 200, false)
	test.Tap(tiles[1])
	test.Tap(tiles[1])
	w.Canvas().Focus(tiles[1])
	key(tiles[1], fyne.KeyRight)
	equal(t, "focus", w.Canvas().Focused(), fyne.Focusable(tiles[2]))
	key(tiles[2], fyne.KeyRight, fyne.KeyLeft)
	equalLists(t, "told", told, []int{1, 2, 1})
	equal(t, "selected", row.Selected(), 1)
	row.Select(0)
	equalLists(t, "told after Select", told, []int{1, 2, 1})
	equal(t, "first", tiles[0].Selected(), true)
	equal(t, "second", tiles[1].Selected(), false)
}

func TestTileRowSkipsDisabled(t *testing.T) {
	row, tiles := newTiles(nil)
	tiles[1].Disable()
	w := open(t, Stack(0, row), 600, 200, false)
	test.Tap(tiles[1])
	equal(t, "selected after a tap on a disabled one", row.Selected(), 0)
	w.Canvas().Focus(tiles[0])
	key(tiles[0], fyne.KeyRight)
	equal(t, "selected", row.Selected(), 2)
}

func TestTileRowBreaks(t *testing.T) {
	row, tiles := newTiles(nil)
	open(t, Stack(0, row), 300, 400, false)
	equal(t, "third is in the second line", tiles[2].Position().X, float32(0))
	if tiles[2].Position().Y <= 0 {
		t.Error("third is in the first line")
	}
}

func TestTileColors(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		row, tiles := newTiles(nil)
		open(t, Stack(0, row), 600, 200, dark)
		equal(t, "chosen", tiles[0].back.rect.FillColor, colorOf(theme.AccentTint))
		equal(t, "chosen's line", tiles[0].back.rect.StrokeColor, colorOf(theme.Accent))
		equal(t, "other", tiles[1].back.rect.FillColor, colorOf(theme.Surface))
	})
}

func TestFilterChips(t *testing.T) {
	var told []int
	chips := NewFilterChips([]Filter{{"All", 248}, {"Server", 61}, {"Mine", -1}}, 0, func(i int) { told = append(told, i) })
	w := open(t, Stack(0, chips), 600, 100, false)
	equalLists(t, "labels", chips.Labels(), []string{"All 248", "Server 61", "Mine"})
	test.Tap(chips.chips[1])
	equal(t, "focus", w.Canvas().Focused(), fyne.Focusable(chips.chips[1]))
	key(chips.chips[1], fyne.KeyRight)
	key(chips.chips[2], fyne.KeyRight, fyne.KeyHome)
	key(chips.chips[0], fyne.KeyLeft, fyne.KeyEnd)
	equalLists(t, "told", told, []int{1, 2, 0, 2})
	chips.Select(1)
	equal(t, "selected", chips.Selected(), 1)
	equal(t, "words of the chosen", chips.chips[1].words.shown[0].Color, colorOf(theme.Accent))
	equal(t, "words of another", chips.chips[0].words.shown[0].Color, colorOf(theme.Quiet))
	equalLists(t, "told after Select", told, []int{1, 2, 0, 2})
}

func TestFilterChipsSet(t *testing.T) {
	chips := NewFilterChips([]Filter{{"All", 1}, {"Server", 1}}, 1, nil)
	open(t, Stack(0, chips), 600, 100, false)
	chips.Set([]Filter{{"All", 100000}, {"Server", 2}, {"Client", 3}})
	equalLists(t, "labels", chips.Labels(), []string{"All 100,000", "Server 2", "Client 3"})
	equal(t, "selected", chips.Selected(), 1)
	if end := chips.chips[0].Size().Width; end < chips.chips[0].MinSize().Width {
		t.Errorf("width is %v, want %v", end, chips.chips[0].MinSize().Width)
	}
}

func TestSelect(t *testing.T) {
	var told []int
	s := NewSelect("who signs", []string{"Acme Issuing", "Acme Root", "Partner"}, -1, func(i int) { told = append(told, i) })
	w := open(t, Stack(0, s), 300, 400, false)
	equal(t, "shown", s.words.shown[0].Text, "who signs")
	test.Tap(s)
	if s.menu == nil {
		t.Fatal("no menu")
	}
	equal(t, "focus", w.Canvas().Focused(), fyne.Focusable(&s.menu.list))
	key(&s.menu.list, fyne.KeyDown, fyne.KeyReturn)
	equal(t, "value", s.Value(), "Acme Root")
	if s.menu != nil {
		t.Error("the menu is still open")
	}
	key(s, fyne.KeyDown)
	key(&s.menu.list, fyne.KeyEnd, fyne.KeySpace)
	s.TypedRune('a')
	key(s, fyne.KeySpace)
	key(&s.menu.list, fyne.KeyPageDown, fyne.KeyEscape)
	equalLists(t, "told", told, []int{1, 2, 0})
	s.Select(2)
	s.SetOptions([]string{"x"}, 0)
	equal(t, "value", s.Value(), "x")
	equalLists(t, "told after Select", told, []int{1, 2, 0})
}

func TestSelectMenuOfMany(t *testing.T) {
	many := make([]string, 5000)
	for i := range many {
		many[i] = "Authority"
	}
	many[4000] = "Zulu"
	s := NewSelect("", many, 100, nil)
	w := open(t, Stack(0, Spacer(), s), 300, 400, false)
	test.Tap(s)
	if h, most := s.menu.pop.Size().Height, w.Canvas().Size().Height; h > most {
		t.Errorf("height is %v, want at most %v", h, most)
	}
	s.menu.list.TypedRune('z')
	key(&s.menu.list, fyne.KeyReturn)
	equal(t, "selected", s.Selected(), 4000)
}

func TestSelectDisabled(t *testing.T) {
	s := NewSelect("", []string{"a", "b"}, 0, nil)
	open(t, Stack(0, s), 300, 200, false)
	s.Disable()
	test.Tap(s)
	key(s, fyne.KeySpace)
	s.TypedRune('b')
	if s.menu != nil || s.Selected() != 0 {
		t.Errorf("menu is %v and selected %d, want neither to change", s.menu, s.Selected())
	}
}

func TestCheck(t *testing.T) {
	var told []bool
	c := NewCheck("and a client for it", false, func(on bool) { told = append(told, on) })
	open(t, Stack(0, c), 200, 60, false)
	test.Tap(c)
	key(c, fyne.KeySpace)
	equalLists(t, "told", told, []bool{true, false})
	c.SetChecked(true)
	equal(t, "checked", c.Checked(), true)
	equal(t, "tick", c.tick.Visible(), true)
	equal(t, "number told", len(told), 2)
}

func TestRailItem(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		n := 0
		i := NewRailItem("Overview", theme.IconOverview, func() { n++ })
		w := open(t, Over(newPlate(theme.Rail, "", 0), Stack(0, i)), 180, 60, dark)
		test.Tap(i)
		key(i, fyne.KeyReturn)
		equal(t, "times", n, 2)
		i.SetSelected(true)
		equal(t, "ground", i.back.rect.FillColor, colorOf(theme.AccentTint))
		i.SetBadge(ToneSoon, "3")
		if !has(w.Canvas().Capture(), theme.SoonTint) {
			t.Error("no badge is drawn")
		}
		i.SetBadge(ToneSoon, "")
		equal(t, "badge", i.badge.Visible(), false)
	})
}

func TestDisclosure(t *testing.T) {
	var told []bool
	inside := NewText("inside")
	d := NewDisclosure("More", inside, func(is bool) { told = append(told, is) })
	open(t, Stack(0, d), 200, 100, false)
	closed := d.MinSize().Height
	key(d.head, fyne.KeySpace)
	equal(t, "open", d.Open(), true)
	if d.MinSize().Height <= closed {
		t.Error("open is no higher than closed")
	}
	test.Tap(d.head)
	equalLists(t, "told", told, []bool{true, false})
	equal(t, "inside", inside.Visible(), false)
}

func TestChainPath(t *testing.T) {
	var told []int
	p := NewChainPath([]string{"Acme Root", "Acme Issuing", "api.acme.test"}, func(i int) { told = append(told, i) })
	open(t, Stack(0, p), 240, 100, false)
	test.Tap(p.names[0])
	key(p.names[2], fyne.KeyReturn)
	equalLists(t, "told", told, []int{0, 2})
	equal(t, "last's line", p.names[2].back.rect.StrokeColor, colorOf(theme.Accent))
	if p.names[2].Position().Y <= 0 {
		t.Error("the last name is in the first line, want the second")
	}
	p.Set([]string{"alone"})
	equal(t, "names", len(p.names), 1)
}
