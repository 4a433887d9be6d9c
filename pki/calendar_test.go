package pki

import (
	"testing"
	"time"
)

// TestCalendarDays: days are those of the calendar where the first moment is.
func TestCalendarDays(t *testing.T) {
	taipei := time.FixedZone("Taipei", 8*3600)
	for _, tc := range []struct {
		from, to time.Time
		want     int
	}{
		{time.Date(2026, 11, 22, 11, 12, 0, 0, time.UTC), time.Date(2026, 11, 23, 11, 3, 0, 0, time.UTC), 1},
		{time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 22, 23, 59, 59, 0, time.UTC), 0},
		{time.Date(2026, 11, 22, 23, 59, 0, 0, time.UTC), time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), 1},
		{time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 22, 23, 59, 0, 0, time.UTC), -1},
		{time.Date(2026, 11, 22, 23, 0, 0, 0, taipei), time.Date(2026, 11, 22, 16, 30, 0, 0, time.UTC), 1},
		{time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), 365},
	} {
		if got := CalendarDays(tc.from, tc.to); got != tc.want {
			t.Errorf("from %s to %s: %d, want %d", tc.from, tc.to, got, tc.want)
		}
	}
}
