package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/ui/theme"
)

// Tile is one of several large choices: a bold title, a quiet line, a picture.
type Tile struct {
	press
	selected bool
	back     *plate
	title    *Text
	text     *Text
	picture  *icon
	row      *TileRow
}

// NewTile makes a tile; picture may be empty.
func NewTile(title, text string, picture theme.IconName, tapped func()) *Tile {
	t := &Tile{back: newPlate(theme.Surface, theme.Line, radiusCard)}
	t.title = NewText(title).Bold().Truncate()
	t.text = NewQuiet(text)
	t.picture = newIcon(picture, theme.Quiet, 24)
	t.picture.Hidden = picture == ""
	t.act = func() {
		if t.row != nil {
			t.row.choose(t)
		}
		if tapped != nil {
			tapped()
		}
	}
	t.label = func() string { return t.title.text }
	t.ExtendBaseWidget(t)
	return t
}

// SetSelected shows whether the tile is the chosen one; it calls nothing.
func (t *Tile) SetSelected(selected bool) {
	t.selected = selected
	t.Refresh()
}

// Selected reports whether the tile is the chosen one.
func (t *Tile) Selected() bool { return t.selected }

// TypedKey acts on Enter and Space, and moves in the row with the arrows.
func (t *Tile) TypedKey(e *fyne.KeyEvent) {
	if t.row != nil {
		switch e.Name {
		case fyne.KeyLeft, fyne.KeyUp:
			t.row.move(t, -1)
			return
		case fyne.KeyRight, fyne.KeyDown:
			t.row.move(t, 1)
			return
		}
	}
	t.press.TypedKey(e)
}

func (t *Tile) restyle() {
	fill, line, stroke := theme.Surface, theme.Line, lineWidth
	if t.hovered && !t.Disabled() {
		line = theme.Quiet
	}
	if t.selected {
		fill, line, stroke = theme.AccentTint, theme.Accent, ringWidth
	}
	if t.focused {
		line, stroke = theme.Accent, ringWidth
	}
	t.title.color = theme.Text
	if t.Disabled() {
		t.title.color = theme.Quiet
	}
	if t.selected {
		t.picture.color = theme.Accent
	} else {
		t.picture.color = theme.Quiet
	}
	t.back.style(fill, line, stroke)
}

// CreateRenderer is for the toolkit.
func (t *Tile) CreateRenderer() fyne.WidgetRenderer {
	words := Stack(4, t.title, t.text)
	if !t.picture.Hidden {
		words = RowTop(12, t.picture, Grow(Stack(4, t.title, t.text)))
	}
	return newBody(Over(t.back, AtLeast(120, 76, Pad(16, words))), t.restyle)
}

// TileRow is tiles of which one is chosen; the arrows move between them. They
// stand beside each other where each has 136, else in more rows.
type TileRow struct {
	group
	tiles    []*Tile
	selected int
	changed  func(int)
}

// NewTileRow makes a row; selected is the index of the chosen tile, -1 none;
// changed is told the index when a person chooses another.
func NewTileRow(selected int, changed func(int), tiles ...*Tile) *TileRow {
	r := &TileRow{tiles: tiles, selected: selected, changed: changed}
	objects := make([]fyne.CanvasObject, len(tiles))
	for i, t := range tiles {
		t.row, t.selected = r, i == selected
		objects[i] = t
	}
	r.content = Grid(136, 12, objects...)
	r.ExtendBaseWidget(r)
	return r
}

// Selected is the index of the chosen tile, -1 none.
func (r *TileRow) Selected() int { return r.selected }

// Select chooses a tile and calls nothing.
func (r *TileRow) Select(index int) {
	r.selected = index
	for i, t := range r.tiles {
		if t.selected != (i == index) {
			t.SetSelected(i == index)
		}
	}
}

func (r *TileRow) choose(t *Tile) {
	for i, other := range r.tiles {
		if other == t && i != r.selected {
			r.Select(i)
			if r.changed != nil {
				r.changed(i)
			}
		}
	}
}

func (r *TileRow) move(from *Tile, by int) {
	for i, t := range r.tiles {
		if t != from {
			continue
		}
		for next := i + by; next >= 0 && next < len(r.tiles); next += by {
			if to := r.tiles[next]; !to.Disabled() {
				focusOn(to)
				to.fire()
				return
			}
		}
	}
}
