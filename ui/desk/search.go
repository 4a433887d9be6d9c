package desk

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// searched is what a search looks at: name, issuer and other names in lower
// case, then serial number and fingerprint without colons.
type searched struct {
	text   string
	digits int32 // where in text the numbers begin
}

// textsTogether is how many certificates' texts are parts of one string.
const textsTogether = 256

// textsOf makes the texts of a list, in its order, on all cores.
func textsOf(list []*Certificate) []searched {
	texts := make([]searched, len(list))
	share(len(list), func(from, to int) {
		var b []byte
		var ends [textsTogether]int
		for ; from < to; from += textsTogether {
			some := list[from:min(to, from+textsTogether)]
			b = b[:0]
			for n, c := range some {
				begin := len(b)
				b = appendLower(b, c.Name)
				b = appendLower(append(b, '\n'), c.Issuer)
				for _, name := range c.Names {
					b = appendLower(append(b, '\n'), name)
				}
				texts[from+n].digits = int32(len(b) - begin)
				for _, number := range []string{c.Serial, c.Fingerprint} {
					b = append(b, '\n')
					for part := range strings.SplitSeq(number, ":") {
						b = append(b, part...)
					}
				}
				ends[n] = len(b)
			}
			all, begin := string(b), 0
			for n := range some {
				texts[from+n].text = all[begin:ends[n]]
				begin = ends[n]
			}
		}
	})
	return texts
}

func appendLower(b []byte, text string) []byte {
	for n := range len(text) {
		if text[n] >= 0x80 { // the case of others is no matter of single octets
			return append(b, strings.ToLower(text)...)
		}
	}
	from := len(b)
	b = append(b, text...)
	for n := from; n < len(b); n++ {
		if 'A' <= b[n] && b[n] <= 'Z' {
			b[n] += 'a' - 'A'
		}
	}
	return b
}

// share has every core do a part of n things.
func share(n int, do func(from, to int)) {
	parts := 1
	if n >= 1<<12 {
		parts = runtime.GOMAXPROCS(0)
	}
	var wait sync.WaitGroup
	for p := 1; p < parts; p++ {
		wait.Go(func() { do(p*n/parts, (p+1)*n/parts) })
	}
	do(0, n/parts)
	wait.Wait()
}

// search is what a person looks for.
type search struct{ text, digits string }

// digitsMin is how many digits of a number make it worth a look.
const digitsMin = 4

func newSearch(text string) search {
	text = strings.ToLower(strings.TrimSpace(text))
	return search{text: text, digits: strings.NewReplacer(":", "", " ", "").Replace(text)}
}

func (s search) finds(in searched) bool {
	return strings.Contains(in.text[:in.digits], s.text) ||
		len(s.digits) >= digitsMin && strings.Contains(in.text[in.digits:], s.digits)
}

// within tells whether all that s finds is found by the other too.
func (s search) within(other search) bool {
	return other.text != "" && strings.Contains(s.text, other.text) &&
		(len(s.digits) < digitsMin || len(other.digits) >= digitsMin)
}

// found is what a search found: places, rising. Who types on narrows it.
type found struct {
	search
	places []int32
}

// narrow looks among what is in was, when nothing else can be found.
func (s search) narrow(texts []searched, was found) found {
	count, at := len(texts), func(n int) int32 { return int32(n) }
	if s.within(was.search) {
		if s == was.search {
			return was
		}
		count, at = len(was.places), func(n int) int32 { return was.places[n] }
	}
	var mu sync.Mutex
	var parts [][]int32
	share(count, func(from, to int) {
		places := make([]int32, 0, to-from)
		for n := from; n < to; n++ {
			if place := at(n); s.finds(texts[place]) {
				places = append(places, place)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		parts = append(parts, places)
	})
	slices.SortFunc(parts, func(a, b []int32) int { return cmp.Compare(head(a), head(b)) })
	return found{s, slices.Concat(parts...)}
}

// head is the first of a list; less than any place when there is none.
func head(list []int32) int32 {
	if len(list) == 0 {
		return -1
	}
	return list[0]
}

// moved is what was found, after new ones came in before some places; texts are
// those of all.
func (f found) moved(at []int32, texts []searched) found {
	if f.text == "" || texts == nil {
		return found{}
	}
	places := make([]int32, 0, len(f.places)+len(at))
	next := 0
	for _, place := range f.places {
		next = f.comeIn(&places, at, next, place, texts)
		places = append(places, place+int32(next))
	}
	f.comeIn(&places, at, next, int32(len(texts)), texts)
	return found{f.search, places}
}

// comeIn adds the new ones before a place that the search finds too.
func (f found) comeIn(places *[]int32, at []int32, next int, before int32, texts []searched) int {
	for ; next < len(at) && at[next] <= before; next++ {
		if n := at[next] + int32(next); f.finds(texts[n]) {
			*places = append(*places, n)
		}
	}
	return next
}
