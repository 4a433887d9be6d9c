package terminal

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// table writes rows in columns that stand under each other, in Chinese and
// Japanese too. Where the output is a terminal the last column is cut to its
// width; everywhere else, a file or another program, nothing is.
func table(w io.Writer, rows [][]string) error {
	return tableOf(w, rows, width(w))
}

// width is how many columns the terminal has; 0 where there is none.
func width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// tableOf is table for a terminal of that many columns, 0 for no limit.
func tableOf(w io.Writer, rows [][]string, most int) error {
	var wide []int
	for _, row := range rows {
		for n, cell := range row {
			if n == len(wide) {
				wide = append(wide, 0)
			}
			wide[n] = max(wide[n], columns(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		at := 0
		for n, cell := range row {
			if n == len(row)-1 {
				b.WriteString(cut(cell, most-at, most > 0))
				break
			}
			b.WriteString(cell + strings.Repeat(" ", wide[n]-columns(cell)+2))
			at += wide[n] + 2
		}
		line := strings.TrimRight(b.String(), " ")
		b.Reset()
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// leastLast is how many columns of the last one are always shown.
const leastLast = 12

// cut shortens a text to so many columns, with … at its end.
func cut(text string, most int, limited bool) string {
	most = max(most, leastLast)
	if !limited || columns(text) <= most {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && columns(string(runes)) >= most {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
