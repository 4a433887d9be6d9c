package i18n

import (
	"testing"
	"time"
)

func TestMonth(t *testing.T) {
	at := time.Date(2026, time.November, 22, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct{ language, month, short string }{
		{"en", "Nov 2026", "Nov"},
		{"zh-TW", "2026年11月", "11月"},
		{"ja", "2026年11月", "11月"},
	} {
		p := &Printer{language: c.language}
		if got := p.Month(at); got != c.month {
			t.Errorf("%s: the month is %q, want %q", c.language, got, c.month)
		}
		if got := p.ShortMonth(at); got != c.short {
			t.Errorf("%s: the short month is %q, want %q", c.language, got, c.short)
		}
	}
}

func TestShortMonthYear(t *testing.T) {
	at := time.Date(2027, time.November, 5, 0, 0, 0, 0, time.UTC)
	for language, want := range map[string]string{"en": "Nov ’27", "zh-TW": "27/11", "ja": "27/11"} {
		if got := New(language).ShortMonthYear(at); got != want {
			t.Errorf("in %s it is %q, want %q", language, got, want)
		}
	}
}
