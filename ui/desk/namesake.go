package desk

import (
	"cmp"
	"strings"
)

// naturalKey is a name as lists sort it: letters' case does not count, and a
// number in it counts as one, so that svc-2 stands before svc-10. Zeros before
// a number do not count.
func naturalKey(name string) string {
	name = strings.ToLower(name)
	if strings.IndexFunc(name, isDigit) < 0 {
		return name
	}
	var b strings.Builder
	b.Grow(len(name) + 8)
	for name != "" {
		from := strings.IndexFunc(name, isDigit)
		if from < 0 {
			b.WriteString(name)
			break
		}
		b.WriteString(name[:from])
		name = name[from:]
		to := strings.IndexFunc(name, func(r rune) bool { return !isDigit(r) })
		if to < 0 {
			to = len(name)
		}
		number := strings.TrimLeft(name[:to], "0")
		b.WriteByte('0') // where digits stand among other characters
		b.WriteByte(byte(min(len(number), 255)))
		b.WriteString(number)
		name = name[to:]
	}
	return b.String()
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// CompareNames is the order of two names in lists: naturalKey's, and among
// equals that of the characters.
func CompareNames(a, b string) int {
	return cmp.Or(strings.Compare(naturalKey(a), naturalKey(b)), strings.Compare(strings.ToLower(a), strings.ToLower(b)))
}

// markShared notes, in place, which certificates of a list in its order have
// the name of another, letters' case apart. Of an authority only the
// certificate that stands for it counts.
func markShared(list []Certificate) {
	last := -1
	for n := range list {
		list[n].Shared = false
		if !list[n].IsCurrent() {
			continue
		}
		if last >= 0 && strings.EqualFold(list[last].Name, list[n].Name) {
			list[last].Shared, list[n].Shared = true, true
		}
		last = n
	}
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
