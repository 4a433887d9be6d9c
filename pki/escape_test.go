package pki_test

import (
	"testing"

	"countersign/pki"
)

func TestEscape(t *testing.T) {
	tests := map[string]string{
		"":                     "",
		"Super Client":         "Super Client",
		"Jörg 例え שלום":         "Jörg 例え שלום",
		"a\x00b":               `a\u{0000}b`,
		"a\r\nb":               `a\u{000D}\u{000A}b`,
		"a\u202egnp.exe":       `a\u{202E}gnp.exe`,
		"a\u200bb\ufeff":       `a\u{200B}b\u{FEFF}`,
		"a\u2066b\u2069":       `a\u{2066}b\u{2069}`,
		"a\u2028b":             `a\u{2028}b`,
		"a\u3164b":             `a\u{3164}b`,
		"a\U000e0041b":         `a\u{E0041}b`,
		"a\u0085b":             `a\u{0085}b`,
		"a\xffb\xc3":           `a\x{FF}b\x{C3}`,
		"\u00e9\ufffd is kept": "\u00e9\ufffd is kept",
	}
	for s, want := range tests {
		if got := pki.Escape(s); got != want {
			t.Errorf("Escape(%q) = %q, want %q", s, got, want)
		}
	}
}
