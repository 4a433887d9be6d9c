package widgets

import "fyne.io/fyne/v2"

// Column is one column of a DataList.
type Column struct {
	Title string
	// Weight is the column's share of the room that is left when each column
	// has its minimum; Min is that minimum.
	Weight, Min float32
	// Priority says what is left out first where there is too little room:
	// the highest number. Columns of priority 0 always show.
	Priority int
	// Sortable columns have a title that can be clicked.
	Sortable bool
	// Align is that of title and cells.
	Align fyne.TextAlign
}

// Cell is what a column shows of a row.
type Cell struct {
	Text   string
	Second string // a quiet second line
	Tone   Tone
	Dot    bool // a dot before the text, which is bold: a status
	Mono   bool
	Bold   bool
	Wrap   bool // a text that is too long for its line goes on in the second
	Indent int  // how many steps of a tree to the right
}

// ListRow is one row: a cell a column, in the columns' order.
type ListRow struct{ Cells []Cell }

// slot is where a column is.
type slot struct {
	column   int
	x, width float32
}

const (
	cellEdge float32 = 16 // before the first and after the last column
	cellGap  float32 = 16
	treeStep float32 = 24
)

// placeColumns shares width out, leaving out columns of the highest priority
// until the others have their minimum.
func placeColumns(columns []Column, width float32) []slot {
	use := make([]bool, len(columns))
	for i := range use {
		use[i] = true
	}
	var weights, free float32
	for {
		weights, free = 0, width-2*cellEdge+cellGap
		for i, c := range columns {
			if use[i] {
				weights += c.Weight
				free -= c.Min + cellGap
			}
		}
		least := -1
		for i, c := range columns {
			if use[i] && c.Priority > 0 && (least < 0 || c.Priority >= columns[least].Priority) {
				least = i
			}
		}
		if free >= 0 || least < 0 {
			break
		}
		use[least] = false
	}
	slots := make([]slot, 0, len(columns))
	x := cellEdge
	for i, c := range columns {
		if !use[i] {
			continue
		}
		w := c.Min
		if free > 0 && weights > 0 {
			w += free * c.Weight / weights
		}
		w = max(0, min(w, width-cellEdge-x))
		slots = append(slots, slot{i, x, w})
		x += w + cellGap
	}
	return slots
}
