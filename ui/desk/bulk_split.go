package desk

import "strings"

// splitter cuts a text into the rows and cells of RFC 4180. It is lenient
// where that is clear: a quotation mark within a cell that does not begin with
// one stands for itself, and rows may differ in length.
type splitter struct {
	text      string
	separator byte
	line      int
}

// splitRow is one row: the line where it begins, its cells, and the code of
// what is wrong with its form.
type splitRow struct {
	line  int
	cells []string
	code  string
	wide  bool // it has more than MaxBulkColumns cells, and ends the text
}

// next gives the next row that has a cell with something in it; false at the
// end.
func (s *splitter) next() (splitRow, bool) {
	for s.text != "" {
		row := s.row()
		for _, cell := range row.cells {
			if strings.TrimSpace(cell) != "" {
				return row, true
			}
		}
		if row.code != "" || row.wide {
			return row, true
		}
	}
	return splitRow{}, false
}

func (s *splitter) row() splitRow {
	row := splitRow{line: s.line}
	for {
		cell, code := s.cell()
		row.cells = append(row.cells, cell)
		if row.code == "" {
			row.code = code
		}
		if s.text == "" || s.text[0] != s.separator {
			break
		}
		if len(row.cells) == MaxBulkColumns {
			row.wide, s.text = true, ""
			return row
		}
		s.text = s.text[1:]
		if s.text == "" {
			row.cells = append(row.cells, "")
		}
	}
	s.endLine()
	return row
}

// cell reads up to a separator, a line's end or the text's.
func (s *splitter) cell() (cell, code string) {
	if strings.HasPrefix(s.text, `"`) {
		return s.quoted()
	}
	return s.plain(), ""
}

func (s *splitter) plain() string {
	end := 0
	for end < len(s.text) && s.text[end] != s.separator && s.text[end] != '\n' && s.text[end] != '\r' {
		end++
	}
	cell := s.text[:end]
	s.text = s.text[end:]
	return cell
}

// quoted reads a cell in quotation marks, with "" for one of them.
func (s *splitter) quoted() (cell, code string) {
	var b strings.Builder
	rest := s.text[1:]
	for {
		end := strings.IndexByte(rest, '"')
		if end < 0 {
			// Nothing closes it: only this line is lost, and those after it are
			// read as what they are.
			s.text = s.text[1:]
			return s.plain(), FaultRowOpen
		}
		if b.Len() <= maxBulkCell { // what is longer is a fault, and not kept
			b.WriteString(rest[:end])
		}
		rest = rest[end+1:]
		if !strings.HasPrefix(rest, `"`) {
			break
		}
		if b.Len() <= maxBulkCell {
			b.WriteByte('"')
		}
		rest = rest[1:]
	}
	s.line += lines(s.text[:len(s.text)-len(rest)])
	s.text = rest
	if strings.Trim(s.plain(), " \t") != "" {
		code = FaultRowQuote
	}
	return b.String(), code
}

// endLine passes over the end of a line.
func (s *splitter) endLine() {
	switch {
	case strings.HasPrefix(s.text, "\r\n"):
		s.text = s.text[2:]
	case s.text != "":
		s.text = s.text[1:]
	}
	s.line++
}

// lines counts the ends of lines in a text.
func lines(text string) int {
	return strings.Count(text, "\n") + strings.Count(text, "\r") - strings.Count(text, "\r\n")
}
