package widgets

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"countersign/ui/theme"
)

// DataList is a list of rows in columns, in a card: titles that sort, rows of
// two lines, several of which can be chosen (Ctrl and Shift as everywhere).
// Keys: the arrows, PgUp, PgDn, Home, End (with Shift: extend), Space (with
// Ctrl: toggle), Ctrl+A, Enter opens, letters go to the next row whose first
// cell begins with them. It asks for rows as they come into view, and is made
// for 100,000.
type DataList struct {
	widget.BaseWidget
	columns []Column
	count   int
	row     func(int) ListRow

	// OnSelected is told the chosen rows, in order, when a person changes them.
	OnSelected func(rows []int)
	// OnOpened is told the row of Enter or a double click.
	OnOpened func(row int)
	// OnSort is told the column of a title that was clicked, and whether the
	// order is to be reversed; the caller sorts and calls SetRows.
	OnSort func(column int, descending bool)
	// OnMenu is told the row of a secondary click, which is chosen by then, and
	// where on the window it was.
	OnMenu func(row int, at fyne.Position)

	list     rowList
	header   *listHeader
	frame    *plate
	edge     *plate
	content  *fyne.Container
	selected map[int]struct{}
	cursor   int
	anchor   int
	keyboard bool
	find     typeAhead

	slots      []slot
	slotsWidth float32
}

// NewDataList makes an empty list; set the callbacks before it is shown.
func NewDataList(columns ...Column) *DataList {
	d := &DataList{columns: columns, selected: map[int]struct{}{}}
	d.find.now = time.Now
	d.frame = newPlate(theme.Surface, "", radiusCard)
	d.edge = newPlate("", theme.Line, radiusCard)
	d.header = newListHeader(d)
	d.list.owner = d
	d.list.Length = func() int { return d.count }
	d.list.CreateItem = func() fyne.CanvasObject { return newRowView(d) }
	d.list.UpdateItem = func(id int, o fyne.CanvasObject) {
		if r, ok := o.(*rowView); ok {
			r.show(id)
		}
	}
	d.list.HideSeparators = true
	d.list.ExtendBaseWidget(&d.list)
	rows := container.NewThemeOverride(&d.list, rowTheme{})
	d.content = &fyne.Container{
		Layout:  &listLayout{d, rows},
		Objects: []fyne.CanvasObject{d.frame, d.header, rows, d.edge},
	}
	d.ExtendBaseWidget(d)
	return d
}

// SetRows changes the rows. Nothing is chosen afterwards, and nobody is told:
// choose again with Select.
func (d *DataList) SetRows(count int, row func(int) ListRow) {
	d.count, d.row = max(0, count), row
	clear(d.selected)
	d.cursor, d.anchor = min(d.cursor, max(0, d.count-1)), 0
	d.Refresh()
}

// Len is the number of rows.
func (d *DataList) Len() int { return d.count }

// RowAt is a row as the caller gave it; empty out of range.
func (d *DataList) RowAt(index int) ListRow {
	if index < 0 || index >= d.count || d.row == nil {
		return ListRow{}
	}
	return d.row(index)
}

// RefreshRow shows a row anew.
func (d *DataList) RefreshRow(index int) { d.list.RefreshItem(index) }

// SetSort shows by which column the rows are in order; -1 none.
func (d *DataList) SetSort(column int, descending bool) {
	d.header.sorted, d.header.descending = column, descending
	d.header.Refresh()
}

// Selected are the chosen rows, in order.
func (d *DataList) Selected() []int {
	rows := make([]int, 0, len(d.selected))
	for i := range d.selected {
		rows = append(rows, i)
	}
	slices.Sort(rows)
	return rows
}

// Select chooses these rows and no others, scrolls to the first and calls
// nothing. Rows out of range are left out.
func (d *DataList) Select(rows ...int) {
	clear(d.selected)
	first := true
	for _, i := range rows {
		if i < 0 || i >= d.count {
			continue
		}
		d.selected[i] = struct{}{}
		if first {
			d.cursor, d.anchor, first = i, i, false
		}
	}
	if !first {
		d.list.ScrollTo(d.cursor)
	}
	d.list.Refresh()
}

// Focus puts the keyboard into the list.
func (d *DataList) Focus() { focusOn(&d.list) }

// Focusable is the part that takes the keyboard.
func (d *DataList) Focusable() fyne.Focusable { return &d.list }

// pick does what a click or key on a row does.
func (d *DataList) pick(index int, how fyne.KeyModifier) {
	if index < 0 || index >= d.count {
		return
	}
	d.cursor = index
	control := how&(fyne.KeyModifierControl|fyne.KeyModifierSuper) != 0
	switch {
	case how&fyne.KeyModifierShift != 0:
		if !control {
			clear(d.selected)
		}
		for i := min(d.anchor, index); i <= max(d.anchor, index); i++ {
			d.selected[i] = struct{}{}
		}
	case control:
		d.anchor = index
		if _, is := d.selected[index]; is {
			delete(d.selected, index)
		} else {
			d.selected[index] = struct{}{}
		}
	default:
		d.anchor = index
		clear(d.selected)
		d.selected[index] = struct{}{}
	}
	d.tell()
}

func (d *DataList) tell() {
	d.list.ScrollTo(d.cursor)
	d.list.Refresh()
	if d.OnSelected != nil {
		d.OnSelected(d.Selected())
	}
}

func (d *DataList) selectAll() {
	for i := range d.count {
		d.selected[i] = struct{}{}
	}
	d.tell()
}

func (d *DataList) open(index int) {
	if d.OnOpened != nil && index >= 0 && index < d.count {
		d.OnOpened(index)
	}
}

// columnSlots are the places of the columns at a width.
func (d *DataList) columnSlots(width float32) []slot {
	if d.slots == nil || d.slotsWidth != width {
		d.slots, d.slotsWidth = placeColumns(d.columns, width), width
	}
	return d.slots
}

// CreateRenderer is for the toolkit.
func (d *DataList) CreateRenderer() fyne.WidgetRenderer { return newBody(d.content, nil) }

// listLayout makes the card as high as its rows, and no higher than its room.
type listLayout struct {
	d    *DataList
	rows fyne.CanvasObject
}

// Layout is for the toolkit.
func (l *listLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	whole := headerHeight + float32(l.d.count)*rowHeight
	size.Height = min(size.Height, max(whole, headerHeight))
	l.d.frame.Resize(size)
	l.d.edge.Resize(size)
	l.d.header.Resize(fyne.NewSize(size.Width, headerHeight))
	l.rows.Move(fyne.NewPos(lineWidth, headerHeight))
	l.rows.Resize(fyne.NewSize(size.Width-2*lineWidth, max(0, size.Height-headerHeight)))
}

// MinSize is for the toolkit.
func (l *listLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	width := 2*cellEdge - cellGap
	for _, c := range l.d.columns {
		if c.Priority == 0 {
			width += c.Min + cellGap
		}
	}
	return fyne.NewSize(max(160, width), headerHeight+2*rowHeight)
}

// typeAhead collects letters that follow each other within a second.
type typeAhead struct {
	now    func() time.Time
	last   time.Time
	letter string
}

// add gives the letters so far, and whether they are the first.
func (t *typeAhead) add(r rune) (prefix string, first bool) {
	now := t.now()
	if now.Sub(t.last) > time.Second {
		t.letter = ""
	}
	t.last = now
	first = t.letter == ""
	t.letter += strings.ToLower(string(r))
	return t.letter, first
}

func (d *DataList) typed(r rune) {
	prefix, first := d.find.add(r)
	start := d.cursor
	if first && len(d.selected) > 0 {
		start++
	}
	for i := range d.count {
		at := (start + i) % d.count
		cells := d.RowAt(at).Cells
		if len(cells) > 0 && strings.HasPrefix(strings.ToLower(cells[0].Text), prefix) {
			d.keyboard = true
			d.pick(at, 0)
			return
		}
	}
}
