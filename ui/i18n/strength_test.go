package i18n

import (
	"testing"
	"time"
)

func TestRoughly(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "seconds"}, {time.Minute, "1 minute"}, {59 * time.Minute, "59 minutes"}, {5 * time.Hour, "5 hours"},
		{day, "1 day"}, {29 * day, "29 days"}, {61 * day, "2 months"}, {800 * day, "2 years"},
		{100 * 365 * day, "a hundred years and more"},
	} {
		if got := New("en").Roughly(c.d); got != c.want {
			t.Errorf("%v is %q, want %q", c.d, got, c.want)
		}
	}
}

func TestStrength(t *testing.T) {
	for _, c := range []struct {
		language string
		score    int
		want     string
	}{
		{"en", 0, "Very weak: falls at once"}, {"en", 1, "Weak: would hold 5 hours"}, {"zh-TW", 1, "弱，抵擋時間：5 小時"}, {"ja", 1, "弱い：解読まで5時間"},
	} {
		if got := New(c.language).Strength(c.score, 5*time.Hour); got != c.want {
			t.Errorf("%s, %d: %q, want %q", c.language, c.score, got, c.want)
		}
	}
}
