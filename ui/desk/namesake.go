package desk

import (
	"bytes"
	"cmp"
	"strings"
)

// naturalKey is a name as lists sort it: letters' case does not count, and a
// number in it counts as one, so that svc-2 stands before svc-10. Zeros before
// a number do not count.
func naturalKey(name string) string { return string(appendNaturalKey(nil, name)) }

func appendNaturalKey(b []byte, name string) []byte {
	from := len(b)
	b = appendLower(b, name)
	if !bytes.ContainsFunc(b[from:], isDigit) {
		return b
	}
	var room [2 * maxName]byte // for most names
	rest := append(room[:0], b[from:]...)
	b = b[:from]
	for n := 0; n < len(rest); {
		if !isDigit(rune(rest[n])) {
			b = append(b, rest[n])
			n++
			continue
		}
		to := n
		for to < len(rest) && isDigit(rune(rest[to])) {
			to++
		}
		number := bytes.TrimLeft(rest[n:to], "0")
		b = append(b, '0') // where digits stand among other characters
		b = append(b, byte(min(len(number), 255)))
		b = append(b, number...)
		n = to
	}
	return b
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// CompareNames is the order of two names in lists: naturalKey's, and among
// equals that of the characters.
func CompareNames(a, b string) int {
	return cmp.Or(strings.Compare(naturalKey(a), naturalKey(b)), strings.Compare(strings.ToLower(a), strings.ToLower(b)))
}

// markShared notes which certificates of a list in its order have the name of
// another, letters' case apart. Of an authority only the certificate that stands
// for it counts. Where the certificates are not ours alone, those that become
// others are replaced in the list.
func markShared(list []*Certificate, ours bool) {
	twin := make([]int32, len(list)) // the place of the one before of the same name, and 1
	share(len(list), func(from, to int) {
		last := from - 1
		for last >= 0 && !list[last].IsCurrent() {
			last--
		}
		for n := from; n < to; n++ {
			if !list[n].IsCurrent() {
				continue
			}
			if last >= 0 && sameName(list[last], list[n]) {
				twin[n] = int32(last + 1)
			}
			last = n
		}
	})
	shared := make([]bool, len(list))
	for n, other := range twin {
		if other > 0 {
			shared[n], shared[other-1] = true, true
		}
	}
	for n, is := range shared {
		if is || !ours { // those that are ours were just read
			setShared(list, n, is, ours)
		}
	}
}

// markSharedAt is the same after one came to a place of a list; changed is told of
// those that were replaced.
func markSharedAt(list []*Certificate, at int, changed func(*Certificate)) {
	for _, step := range []int{-1, 1} {
		n := at + step
		for n >= 0 && n < len(list) && !list[n].IsCurrent() {
			n += step
		}
		if n >= 0 && n < len(list) && sameName(list[n], list[at]) {
			setShared(list, n, true, false)
			setShared(list, at, true, false)
			changed(list[n])
			changed(list[at])
		}
	}
}

func sameName(a, b *Certificate) bool { return a.Name == b.Name || strings.EqualFold(a.Name, b.Name) }

func setShared(list []*Certificate, n int, shared, ours bool) {
	if list[n].Shared == shared {
		return
	}
	if !ours {
		c := *list[n]
		list[n] = &c
	}
	list[n].Shared = shared
}

// ShortSerial is enough of a serial number to tell certificates of one name
// apart at a glance: both its ends, for some authorities count at the end, and
// others make random ones.
func ShortSerial(serial string) string {
	if len(serial) <= len("00:11:22:33") {
		return serial
	}
	return serial[:5] + "…" + serial[len(serial)-5:]
}
