package ui

import (
	"testing"

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
