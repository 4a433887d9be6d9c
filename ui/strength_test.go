package ui

import (
	"testing"
	"time"

	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

func TestStrengthWords(t *testing.T) {
	for _, c := range []struct {
		passphrase string
		tone       widgets.Tone
		words      string
	}{
		{"1234567", widgets.ToneQuiet, "1 more character needed"},
		{"12", widgets.ToneQuiet, "6 more characters needed"},
		{"password", widgets.ToneBroken, "Very weak: falls at once"},
		{"correct horse battery", widgets.ToneGood, "Very strong: would hold a hundred years and more"},
	} {
		t.Run(c.passphrase, func(t *testing.T) {
			tone, words, fraction := strengthWords(i18n.New("en"), []byte(c.passphrase))
			if tone != c.tone || words != c.words {
				t.Errorf("tone %v, %q; want %v, %q", tone, words, c.tone, c.words)
			}
			if fraction < 0 || fraction > 1 {
				t.Errorf("drawn as %v", fraction)
			}
		})
	}
}

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
		if got := roughly(i18n.New("en"), c.d); got != c.want {
			t.Errorf("%v is %q, want %q", c.d, got, c.want)
		}
	}
}
