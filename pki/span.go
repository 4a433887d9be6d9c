package pki

import (
	"strconv"
	"time"
)

// A Span is how long certificates of a profile are valid: "24h", "90d", "10y";
// "" for what their kind has by default. Years are those of the calendar.
type Span string

// Bounds of a span: a hundred years.
const (
	maxSpanHours = 36525 * 24
	maxSpanDays  = 36525
	maxSpanYears = 100
)

// parts returns the number and the unit of a span; false when it is none.
func (s Span) parts() (n int, unit byte, ok bool) {
	if len(s) < 2 {
		return 0, 0, false
	}
	unit = s[len(s)-1]
	n, err := strconv.Atoi(string(s[:len(s)-1]))
	if err != nil || n < 1 || strconv.Itoa(n) != string(s[:len(s)-1]) {
		return 0, 0, false
	}
	limits := map[byte]int{'h': maxSpanHours, 'd': maxSpanDays, 'y': maxSpanYears}
	return n, unit, n <= limits[unit]
}

// valid reports whether s is "" or a span that can be.
func (s Span) valid() bool {
	_, _, ok := s.parts()
	return s == "" || ok
}

// Hours returns the number of a span that is in hours, 0 for others.
func (s Span) Hours() int { return s.in('h') }

// Days returns the number of a span that is in days, 0 for others.
func (s Span) Days() int { return s.in('d') }

// Years returns the number of a span that is in years, 0 for others.
func (s Span) Years() int { return s.in('y') }

func (s Span) in(unit byte) int {
	if n, u, ok := s.parts(); ok && u == unit {
		return n
	}
	return 0
}

// End returns when a span that begins at now ends, the zero time for "".
func (s Span) End(now time.Time) time.Time {
	n, unit, ok := s.parts()
	if !ok {
		return time.Time{}
	}
	switch unit {
	case 'h':
		return now.Add(time.Duration(n) * time.Hour)
	case 'd':
		return now.Add(time.Duration(n) * day)
	}
	return now.AddDate(n, 0, 0)
}

// SpanOf returns the span of a certificate that is valid from one moment to
// another: whole days, or hours when it is less than two days. An hour or less
// over whole days is taken for backdating.
func SpanOf(notBefore, notAfter time.Time) Span {
	d := notAfter.Sub(notBefore)
	switch {
	case d <= 0:
		return ""
	case d < 2*day:
		hours := int((d - backdate + time.Hour/2) / time.Hour)
		return Span(strconv.Itoa(max(1, hours)) + "h")
	}
	return Span(strconv.Itoa(min(maxSpanDays, int((d+12*time.Hour)/day))) + "d")
}
