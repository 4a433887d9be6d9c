package widgets

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"countersign/ui/theme"
)

func listColumns() []Column {
	return []Column{
		{Title: "Name", Weight: 3, Min: 160, Sortable: true},
		{Title: "Kind", Weight: 1, Min: 60, Priority: 2},
		{Title: "Signed by", Weight: 1, Min: 100, Priority: 1, Sortable: true},
		{Title: "Expires", Weight: 1, Min: 120, Sortable: true},
	}
}

func listRowOf(i int) ListRow {
	return ListRow{Cells: []Cell{
		{Text: fmt.Sprintf("name-%06d.acme.test", i), Second: "localhost, 127.0.0.1"},
		{Text: "server"},
		{Text: "Acme Issuing"},
		{Text: "in 12 days", Dot: true, Tone: ToneSoon},
	}}
}

// newListWindow shows a list of n rows; ten rows are in view.
func newListWindow(t *testing.T, n int) (*DataList, *[][]int, fyne.Window) {
	told := &[][]int{}
	d := NewDataList(listColumns()...)
	d.OnSelected = func(rows []int) { *told = append(*told, rows) }
	w := open(t, d, 700, headerHeight+10*rowHeight, false)
	d.SetRows(n, listRowOf)
	return d, told, w
}

// rowsInView are the views of rows that the list shows, by their index.
func rowsInView(w fyne.Window) map[int]*rowView {
	found := map[int]*rowView{}
	for _, o := range test.LaidOutObjects(w.Content()) {
		if r, ok := o.(*rowView); ok && r.Visible() {
			found[r.index] = r
		}
	}
	return found
}

func TestDataListKeys(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []fyne.KeyName
		want []int
	}{
		{"first arrow chooses the first", []fyne.KeyName{fyne.KeyDown}, []int{0}},
		{"down", []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyDown}, []int{2}},
		{"up at the top", []fyne.KeyName{fyne.KeyDown, fyne.KeyUp, fyne.KeyUp}, []int{0}},
		{"end", []fyne.KeyName{fyne.KeyEnd}, []int{99}},
		{"down at the end", []fyne.KeyName{fyne.KeyEnd, fyne.KeyDown}, []int{99}},
		{"home", []fyne.KeyName{fyne.KeyEnd, fyne.KeyHome}, []int{0}},
		{"page down", []fyne.KeyName{fyne.KeyPageDown}, []int{9}},
		{"page down and up", []fyne.KeyName{fyne.KeyPageDown, fyne.KeyPageDown, fyne.KeyPageUp}, []int{9}},
		{"page up at the top", []fyne.KeyName{fyne.KeyPageUp}, []int{0}},
		{"extend", []fyne.KeyName{fyne.KeyHome, desktop.KeyShiftLeft, fyne.KeyDown, fyne.KeyDown}, []int{0, 1, 2}},
		{"toggle", []fyne.KeyName{fyne.KeyHome, desktop.KeyControlLeft, fyne.KeySpace}, []int{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _, w := newListWindow(t, 100)
			w.Canvas().Focus(d.Focusable())
			for _, name := range c.keys {
				e := &fyne.KeyEvent{Name: name}
				d.list.KeyDown(e)
				d.list.TypedKey(e)
			}
			equalLists(t, "selected", d.Selected(), c.want)
			if rowsInView(w)[d.cursor] == nil {
				t.Errorf("row %d is not in view", d.cursor)
			}
		})
	}
}

func TestDataListKeyUpEndsExtending(t *testing.T) {
	d, _, w := newListWindow(t, 100)
	w.Canvas().Focus(d.Focusable())
	key(d.Focusable(), fyne.KeyHome)
	shift := &fyne.KeyEvent{Name: desktop.KeyShiftRight}
	d.list.KeyDown(shift)
	key(d.Focusable(), fyne.KeyDown)
	d.list.KeyUp(shift)
	key(d.Focusable(), fyne.KeyDown)
	equalLists(t, "selected", d.Selected(), []int{2})
}

func TestDataListMouse(t *testing.T) {
	const none, ctrl, shift = fyne.KeyModifier(0), fyne.KeyModifierControl, fyne.KeyModifierShift
	type click struct {
		row int
		how fyne.KeyModifier
	}
	for _, c := range []struct {
		name   string
		clicks []click
		want   []int
	}{
		{"one", []click{{3, none}}, []int{3}},
		{"another", []click{{3, none}, {5, none}}, []int{5}},
		{"toggle on", []click{{3, none}, {5, ctrl}}, []int{3, 5}},
		{"toggle off", []click{{3, none}, {5, ctrl}, {3, ctrl}}, []int{5}},
		{"range", []click{{3, none}, {6, shift}}, []int{3, 4, 5, 6}},
		{"range upwards", []click{{6, none}, {4, shift}}, []int{4, 5, 6}},
		{"range anew", []click{{3, none}, {6, shift}, {1, shift}}, []int{1, 2, 3}},
		{"range added", []click{{0, none}, {4, ctrl}, {6, ctrl | shift}}, []int{0, 4, 5, 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, told, w := newListWindow(t, 100)
			for _, click := range c.clicks {
				row := rowsInView(w)[click.row]
				row.MouseDown(mouse(desktop.MouseButtonPrimary, click.how))
				row.MouseUp(mouse(desktop.MouseButtonPrimary, click.how))
				row.Tapped(nil)
			}
			equalLists(t, "selected", d.Selected(), c.want)
			equal(t, "times told", len(*told), len(c.clicks))
			equalLists(t, "told last", (*told)[len(*told)-1], c.want)
			equal(t, "focus", w.Canvas().Focused(), d.Focusable())
		})
	}
}

func TestDataListOpensAndMenu(t *testing.T) {
	d, _, w := newListWindow(t, 100)
	var opened, menus []int
	d.OnOpened = func(i int) { opened = append(opened, i) }
	d.OnMenu = func(i int, _ fyne.Position) { menus = append(menus, i) }
	row := rowsInView(w)[4]
	row.Tapped(nil)
	row.DoubleTapped(nil)
	key(d.Focusable(), fyne.KeyDown, fyne.KeyReturn)
	equalLists(t, "opened", opened, []int{4, 5})

	test.TapSecondary(rowsInView(w)[7])
	equalLists(t, "selected by a secondary click", d.Selected(), []int{7})
	d.Select(1, 2, 3)
	test.TapSecondary(rowsInView(w)[2])
	equalLists(t, "selected still", d.Selected(), []int{1, 2, 3})
	equalLists(t, "menus", menus, []int{7, 2})
	row.MouseDown(mouse(desktop.MouseButtonSecondary, 0))
	equalLists(t, "selected by the other button going down", d.Selected(), []int{1, 2, 3})
}

func TestDataListTypeAhead(t *testing.T) {
	d, _, w := newListWindow(t, 0)
	names := []string{"alice", "api", "billing", "王小明", "Apple"}
	d.SetRows(len(names), func(i int) ListRow { return ListRow{Cells: []Cell{{Text: names[i]}}} })
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	d.find.now = func() time.Time { return now }
	w.Canvas().Focus(d.Focusable())
	for _, c := range []struct {
		letter rune
		after  time.Duration
		want   []int
	}{
		{'a', 0, []int{0}},
		{'p', 300 * time.Millisecond, []int{1}},
		{'p', 300 * time.Millisecond, []int{4}},
		{'a', 2 * time.Second, []int{0}},
		{'王', 2 * time.Second, []int{3}},
		{'x', 2 * time.Second, []int{3}},
	} {
		now = now.Add(c.after)
		d.list.TypedRune(c.letter)
		equalLists(t, "selected after "+string(c.letter), d.Selected(), c.want)
	}
}

func TestDataListSelectAll(t *testing.T) {
	d, told, w := newListWindow(t, 1000)
	w.Canvas().Focus(d.Focusable())
	d.list.TypedShortcut(&fyne.ShortcutSelectAll{})
	equal(t, "selected", len(d.Selected()), 1000)
	equal(t, "times told", len(*told), 1)
}

func TestDataListSetRows(t *testing.T) {
	d, told, w := newListWindow(t, 100)
	d.Select(50, 200, -1)
	equalLists(t, "selected", d.Selected(), []int{50})
	if rowsInView(w)[50] == nil {
		t.Error("row 50 is not in view")
	}
	d.SetRows(5, listRowOf)
	equalLists(t, "selected afterwards", d.Selected(), []int{})
	equal(t, "times told", len(*told), 0)
	equal(t, "rows in view", len(rowsInView(w)), 5)
	equal(t, "height of the card", d.frame.Size().Height, headerHeight+5*rowHeight)
	d.SetRows(0, nil)
	equal(t, "rows in view of nothing", len(rowsInView(w)), 0)
	key(d.Focusable(), fyne.KeyDown, fyne.KeyEnd, fyne.KeyReturn)
	equal(t, "a row out of range", len(d.RowAt(3).Cells), 0)
}

func TestDataListSort(t *testing.T) {
	d, _, _ := newListWindow(t, 10)
	type order struct {
		column     int
		descending bool
	}
	var told []order
	d.OnSort = func(column int, descending bool) { told = append(told, order{column, descending}) }
	titles := d.header.titles
	test.Tap(titles[0])
	key(titles[0], fyne.KeyReturn)
	test.Tap(titles[3])
	test.Tap(titles[1]) // not sortable
	equalLists(t, "told", told, []order{{0, false}, {0, true}, {3, false}})
	d.SetSort(2, true)
	equal(t, "arrow", titles[2].sign.Visible(), true)
	equal(t, "arrow's picture", titles[2].sign.name, theme.IconDown)
	equal(t, "another arrow", titles[3].sign.Visible(), false)
	equal(t, "times told", len(told), 3)
}

func TestDataListCells(t *testing.T) {
	bothVariants(t, func(t *testing.T, dark bool) {
		d := NewDataList(listColumns()...)
		long := "gateway.with.a.name.that.is.far.too.long.for.any.column.of.a.list.partner.example"
		d.SetRows(2, func(i int) ListRow {
			r := listRowOf(i)
			if i == 1 {
				r.Cells[0] = Cell{Text: long, Second: long}
			}
			return r
		})
		w := open(t, d, 600, 400, dark)
		d.Select(0)
		rows := rowsInView(w)
		status := rows[0].cells[3]
		equal(t, "status", status.text.Color, colorOf(theme.Soon))
		equal(t, "dot", status.dot.FillColor, colorOf(theme.Soon))
		equal(t, "dot shows", status.dot.Visible(), true)
		equal(t, "dot of a plain cell", rows[0].cells[1].dot.Visible(), false)
		equal(t, "chosen", rows[0].back.FillColor, colorOf(theme.AccentTint))
		for _, text := range []string{rows[1].cells[0].text.Text, rows[1].cells[0].second.Text} {
			if text == long {
				t.Errorf("%q is whole, want it cut", text)
			}
		}
		row := rows[1]
		row.MouseIn(nil)
		equal(t, "hover", row.back.FillColor, veil())
		row.MouseOut()
	})
}

func TestDataListRing(t *testing.T) {
	d, _, w := newListWindow(t, 10)
	rowsInView(w)[2].MouseDown(mouse(desktop.MouseButtonPrimary, 0))
	equal(t, "ring after a click", rowsInView(w)[2].ring.Visible(), false)
	key(d.Focusable(), fyne.KeyDown)
	equal(t, "ring after a key", rowsInView(w)[3].ring.Visible(), true)
	w.Canvas().Unfocus()
	equal(t, "ring without the focus", rowsInView(w)[3].ring.Visible(), false)
}

func TestPlaceColumns(t *testing.T) {
	for _, c := range []struct {
		width float32
		want  []int
	}{
		{800, []int{0, 1, 2, 3}},
		{520, []int{0, 1, 2, 3}},
		{519, []int{0, 2, 3}},
		{443, []int{0, 3}},
		{100, []int{0, 3}},
	} {
		slots := placeColumns(listColumns(), c.width)
		got := make([]int, len(slots))
		for i, s := range slots {
			got[i] = s.column
			if end := s.x + s.width; end > c.width-cellEdge+0.01 && s.width > 0 {
				t.Errorf("at %v column %d ends at %v", c.width, s.column, end)
			}
		}
		equalLists(t, fmt.Sprintf("columns at %v", c.width), got, c.want)
	}
}

func TestDataListOfManyAsksForFew(t *testing.T) {
	asked := map[int]bool{}
	d := NewDataList(listColumns()...)
	open(t, d, 700, headerHeight+10*rowHeight, false)
	d.SetRows(100_000, func(i int) ListRow { asked[i] = true; return listRowOf(i) })
	d.Select(99_999)
	if len(asked) > 40 {
		t.Errorf("%d rows were asked for, want at most 40", len(asked))
	}
	equal(t, "the last was asked for", asked[99_999], true)
}

// BenchmarkRowUpdate is what a row costs that comes into view.
func BenchmarkRowUpdate(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(theme.Fixed(false))
	d := NewDataList(listColumns()...)
	d.SetRows(100_000, listRowOf)
	r := newRowView(d)
	r.Resize(fyne.NewSize(700, rowHeight))
	i := 0
	for b.Loop() {
		r.show(i % 100_000)
		i++
	}
}

// BenchmarkScroll is what a step of the wheel costs.
func BenchmarkScroll(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(theme.Fixed(false))
	d := NewDataList(listColumns()...)
	w := test.NewTempWindow(b, d)
	w.Resize(fyne.NewSize(700, 700))
	d.SetRows(100_000, listRowOf)
	y := float32(0)
	for b.Loop() {
		y += 150
		if y > 6_000_000 {
			y = 0
		}
		d.list.ScrollToOffset(y)
	}
}

// TestWrapped: what has no room in a line goes on in the second, before what
// stands there.
func TestWrapped(t *testing.T) {
	wide := func(s string) float32 { return float32(len([]rune(s))) }
	for _, c := range []struct{ text, second, first, rest string }{
		{"ready", "", "ready", ""},
		{"ready", "more", "ready", "more"},
		{"soon is neither a span nor a day", "and more", "soon is neither", "a span nor a day and more"},
		{"這不是電子郵件地址或其他任何可以讀取的東西。", "", "這不是電子郵件地址或其他任何可", "以讀取的東西。"},
	} {
		first, rest, goesOn := wrapped(c.text, c.second, 15, wide)
		if first != c.first || rest != c.rest || goesOn != (c.first != c.text) {
			t.Errorf("%q is %q, %q, %v", c.text, first, rest, goesOn)
		}
	}
}
