package desk

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"countersign/pki"
)

// ReadBulkFile reads a table from a file. Errors: those of ReadBulk, and
// *PathError.
func ReadBulkFile(path string, hint BulkHint) (BulkTable, error) {
	f, _, err := openInput(path)
	if err != nil {
		return BulkTable{}, err
	}
	defer f.Close()
	return ReadBulkFrom(f, hint)
}

// ReadBulkFrom reads a table to its end. Errors: those of ReadBulk, and the
// reader's.
func ReadBulkFrom(r io.Reader, hint BulkHint) (BulkTable, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBulkSize+1))
	if err != nil {
		return BulkTable{}, err
	}
	return ReadBulk(data, hint)
}

// ReadBulk reads a table: CSV (RFC 4180) with commas, semicolons or tabs
// between its cells, or a name a line. Text is UTF-8, UTF-16, Big5 or Shift-JIS
// (see BulkHint); lines end with CR LF, LF or CR; empty ones are passed over. When the first row names columns (any of the names that
// BulkColumns are known by, in any order), it is the heading; else the columns
// are those of BulkColumns. What is wrong with single rows is said by
// CheckBulk. Errors: ErrBulkEmpty, ErrBulkEncoding, *BulkEncodingError, ErrBulkPEM,
// ErrBulkHeadings, *BulkLimitError.
func ReadBulk(data []byte, hint BulkHint) (BulkTable, error) {
	if len(data) > MaxBulkSize {
		return BulkTable{}, &BulkLimitError{Bytes: MaxBulkSize}
	}
	text, encoding, err := hint.text(data)
	if err != nil {
		return BulkTable{}, err
	}
	if strings.Contains(text, "-----BEGIN ") {
		return BulkTable{}, ErrBulkPEM
	}
	s := begin(text)
	table := BulkTable{Separator: rune(s.separator), Columns: BulkColumns(), Encoding: encoding}
	first, ok := s.next()
	if !ok {
		return table, ErrBulkEmpty
	}
	if first.wide {
		return table, &BulkLimitError{Columns: MaxBulkColumns}
	}
	if columns, headed := headingOf(first.cells); headed {
		table.Headed = true
		table.name(first.cells, columns)
		if !slices.Contains(columns, ColumnName) && !slices.Contains(columns, ColumnNames) {
			return table, ErrBulkHeadings
		}
		first, ok = s.next()
	}
	for ; ok; first, ok = s.next() {
		switch {
		case first.wide:
			return table, &BulkLimitError{Columns: MaxBulkColumns}
		case len(table.Rows) == MaxBulkRows:
			return table, &BulkLimitError{Rows: MaxBulkRows}
		}
		table.Rows = append(table.Rows, table.row(first))
	}
	if len(table.Rows) == 0 {
		return table, ErrBulkEmpty
	}
	return table, nil
}

// begin makes ready to split a text. A first line "sep=;", which Excel writes
// and reads, says what stands between the cells.
func begin(text string) *splitter {
	first, rest, _ := strings.Cut(text, "\n")
	said := strings.Trim(strings.TrimRight(first, "\r"), `"`)
	if len(said) == len("sep=;") && strings.EqualFold(said[:4], "sep=") && slices.Contains(separators, rune(said[4])) {
		return &splitter{text: rest, separator: said[4], line: 2}
	}
	return &splitter{text: text, separator: byte(separatorOf(text)), line: 1}
}

// name takes the columns of the heading.
func (t *BulkTable) name(cells []string, columns []BulkColumn) {
	t.Columns = columns
	for i, c := range columns {
		if heading := strings.TrimSpace(cells[i]); c == "" && heading != "" {
			t.Unknown = append(t.Unknown, heading)
		}
	}
}

// row puts the cells of a line into their columns. Several columns of the same
// are one.
func (t *BulkTable) row(r splitRow) BulkRow {
	row := BulkRow{Line: r.line}
	if r.code != "" {
		row.fault = &pki.Fault{Field: FieldRow, Code: r.code}
	}
	for i, cell := range r.cells {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			continue
		}
		if i >= len(t.Columns) {
			if row.fault == nil {
				row.fault = &pki.Fault{Field: FieldRow, Code: FaultRowCells, Value: strconv.Itoa(len(t.Columns))}
			}
			break
		}
		at := slices.Index(bulkColumns[:], t.Columns[i])
		switch {
		case at < 0:
		case len(row.cells[at])+len(cell) > maxBulkCell:
			row.fault = &pki.Fault{Field: t.Columns[i].field(), Code: FaultCellLong}
		case row.cells[at] != "":
			row.cells[at] += " " + cell
		default:
			row.cells[at] = cell
		}
	}
	return row
}

// columnOf is the column that a heading names, "" for none. What stands in
// brackets explains it, and spreadsheets number repeated headings: "SAN 2
// (DNS)" is "SAN".
func columnOf(heading string) BulkColumn {
	if len(heading) > maxBulkWord {
		return ""
	}
	heading = norm.NFKC.String(heading)
	if at := strings.IndexAny(heading, "(["); at > 0 {
		heading = heading[:at]
	}
	plain := folded(heading)
	short := strings.TrimRight(plain, "0123456789")
	for _, c := range bulkColumns {
		if slices.Contains(headings[c], plain) || short != "" && slices.Contains(headings[c], short) {
			return c
		}
	}
	return ""
}

// headingOf tells whether cells name columns, and which. Only lists may come
// more than once.
func headingOf(cells []string) ([]BulkColumn, bool) {
	columns := make([]BulkColumn, len(cells))
	known, filled := 0, 0
	for i, cell := range cells {
		if strings.TrimSpace(cell) == "" {
			continue
		}
		filled++
		c := columnOf(cell)
		if c == "" || !c.repeats() && slices.Contains(columns, c) {
			continue
		}
		columns[i] = c
		known++
	}
	return columns, known > 0 && 2*known >= filled
}

// separators are those that tables have, the likeliest first.
var separators = []rune{',', ';', '\t'}

// separatorOf finds what stands between the cells: what makes most sense of
// the first rows as headings and kinds, else what gives most cells.
func separatorOf(text string) rune {
	best, most := separators[0], -1
	for _, separator := range separators {
		s := splitter{text: text, separator: byte(separator), line: 1}
		score := 0
		for n := range 20 {
			r, ok := s.next()
			if !ok {
				break
			}
			if columns, headed := headingOf(r.cells); n == 0 && headed {
				for _, c := range columns {
					if c != "" {
						score += 1000
					}
				}
			}
			if len(r.cells) > 1 {
				if _, known := kindOf(r.cells[1]); known {
					score += 100
				}
				score++
			}
			if n == 0 {
				score += min(len(r.cells)-1, 9)
			}
		}
		if score > most {
			best, most = separator, score
		}
	}
	return best
}
