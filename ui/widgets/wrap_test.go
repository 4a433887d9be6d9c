package widgets

import (
	"strings"
	"testing"
)

// perRune measures ten a rune, bold twelve, so that tests need no font.
func perRune(s string, bold bool) float32 {
	each := float32(10)
	if bold {
		each = 12
	}
	return each * float32(len([]rune(s)))
}

func TestBreakLines(t *testing.T) {
	for _, c := range []struct {
		name, text string
		width      float32
		want       []string
	}{
		{"fits", "one two", 100, []string{"one two"}},
		{"breaks at spaces", "one two three", 80, []string{"one two", "three"}},
		{"newline", "one\ntwo", 100, []string{"one", "two"}},
		{"empty line", "one\n\ntwo", 100, []string{"one", "", "two"}},
		{"long word is cut", "aa:bb:cc:dd", 60, []string{"aa:bb:", "cc:dd"}},
		{"long word after a short one", "x abcdefghij", 60, []string{"x", "abcdef", "ghij"}},
		{"han breaks anywhere", "証明書を作る", 30, []string{"証明書", "を作る"}},
		{"no line begins with a full stop", "証明書。次", 30, []string{"証明", "書。次"}},
		{"no line ends with a bracket", "証明「書」", 30, []string{"証明", "「書」"}},
		{"spaces at the end vanish", "one  ", 100, []string{"one"}},
		{"empty", "", 100, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			equalLists(t, "lines", flat(breakLines(splitWords(c.text, false, false), c.width, perRune)), c.want)
		})
	}
}

func flat(lines [][]piece) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		for _, p := range line {
			out[i] += p.text
		}
	}
	return out
}

func TestBreakLinesMarkup(t *testing.T) {
	lines := breakLines(splitWords("only **Partner Root**, so", false, true), 1000, perRune)
	want := []piece{{"only ", false}, {"Partner Root", true}, {", so", false}}
	equal(t, "number of lines", len(lines), 1)
	equalLists(t, "pieces", lines[0], want)
	// The comma stays with the bold word before it.
	lines = breakLines(splitWords("a **bcd**, e", false, true), 60, perRune)
	equalLists(t, "lines", flat(lines), []string{"a", "bcd,", "e"})
}

func TestMarkupOff(t *testing.T) {
	equalLists(t, "lines", flat(breakLines(splitWords("2**3", false, false), 100, perRune)), []string{"2**3"})
}

func TestEllipsis(t *testing.T) {
	measure := func(s string) float32 { return perRune(s, false) }
	for _, c := range []struct {
		text  string
		width float32
		want  string
	}{
		{"alice", 50, "alice"},
		{"alice", 49, "ali…"},
		{"an other", 40, "an…"},
		{"a.b.c.d.e", 50, "a.b…"},
		{"alice", 0, "…"},
		{"", 0, ""},
	} {
		equal(t, "ellipsis of "+c.text, ellipsis(c.text, c.width, measure), c.want)
	}
}

func FuzzBreakLines(f *testing.F) {
	f.Add("one **two** 三四\n", 40)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 1 || width > 10_000 || len(text) > 2000 {
			t.Skip()
		}
		lines := flat(breakLines(splitWords(text, false, false), float32(width), perRune))
		keep := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r == ' ' || r == '\t' || r == '\n' {
					return -1
				}
				return r
			}, s)
		}
		if got := keep(strings.Join(lines, "")); got != keep(string([]rune(text))) {
			t.Errorf("lines hold %q, want %q", got, keep(text))
		}
	})
}
