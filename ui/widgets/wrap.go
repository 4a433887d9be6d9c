package widgets

import (
	"strings"
	"unicode"
)

// piece is a run of text in one weight.
type piece struct {
	text string
	bold bool
}

// word is what must stay on one line, and whether a space follows it.
type word struct {
	pieces  []piece
	space   bool
	newline bool
}

// noStart are marks that may not begin a line, noEnd those that may not end one.
const (
	noStart = "、。，．・：；？！」』）】》〉”’…ー,.!?:;)]}"
	noEnd   = "「『（【《〈“‘([{"
)

// wide reports runes between which a line may be broken without a space.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		(r >= 0x3000 && r <= 0x303f) || (r >= 0xff00 && r <= 0xffef) || r == 'ー'
}

// splitWords cuts text into words; with markup, ** turns bold on and off.
func splitWords(text string, bold, markup bool) []word {
	var all []word
	var cur word
	var last rune
	flush := func() {
		if len(cur.pieces) > 0 {
			all = append(all, cur)
		}
		cur, last = word{}, 0
	}
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case markup && r == '*' && i+1 < len(runes) && runes[i+1] == '*':
			bold = !bold
			i++
			continue
		case r == '\n':
			flush()
			all = append(all, word{newline: true})
			continue
		case r == ' ' || r == '\t':
			flush()
			if n := len(all); n > 0 {
				all[n-1].space = true
			}
			continue
		}
		breaks := wide(last) || (last != 0 && wide(r))
		if breaks && !strings.ContainsRune(noStart, r) && !strings.ContainsRune(noEnd, last) {
			flush()
		}
		cur.add(string(r), bold)
		last = r
	}
	flush()
	return all
}

func (w *word) add(text string, bold bool) {
	if n := len(w.pieces); n > 0 && w.pieces[n-1].bold == bold {
		w.pieces[n-1].text += text
		return
	}
	w.pieces = append(w.pieces, piece{text, bold})
}

// breakLines puts words into lines no wider than width; a word that is wider
// than a whole line is cut where it must be.
func breakLines(words []word, width float32, measure func(string, bool) float32) [][]piece {
	b := breaker{width: width, measure: measure}
	for _, w := range words {
		if w.newline {
			b.end()
			continue
		}
		b.put(w)
	}
	b.end()
	return b.lines
}

type breaker struct {
	width   float32
	measure func(string, bool) float32
	lines   [][]piece
	line    word
	used    float32
	space   bool
}

func (b *breaker) end() {
	b.lines = append(b.lines, b.line.pieces)
	b.line, b.used, b.space = word{}, 0, false
}

func (b *breaker) put(w word) {
	var need float32
	for _, p := range w.pieces {
		need += b.measure(p.text, p.bold)
	}
	gap := float32(0)
	if b.space {
		gap = b.measure(" ", false)
	}
	if len(b.line.pieces) > 0 && b.used+gap+need > b.width {
		b.end()
		gap = 0
	}
	if gap > 0 {
		b.line.add(" ", b.line.pieces[len(b.line.pieces)-1].bold && w.pieces[0].bold)
		b.used += gap
	}
	if need > b.width {
		b.cut(w)
	} else {
		for _, p := range w.pieces {
			b.line.add(p.text, p.bold)
		}
		b.used += need
	}
	b.space = w.space
}

// cut writes a word that no line can hold rune by rune.
func (b *breaker) cut(w word) {
	for _, p := range w.pieces {
		for _, r := range p.text {
			s := string(r)
			need := b.measure(s, p.bold)
			if b.used+need > b.width && len(b.line.pieces) > 0 {
				b.end()
			}
			b.line.add(s, p.bold)
			b.used += need
		}
	}
}

// ellipsis shortens text to width, ending in an ellipsis when it had to.
func ellipsis(text string, width float32, measure func(string) float32) string {
	if text == "" || measure(text) <= width {
		return text
	}
	runes := []rune(text)
	low, high := 0, len(runes)-1
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(runes[:mid])+"…") <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return strings.TrimRight(string(runes[:low]), " .,") + "…"
}
