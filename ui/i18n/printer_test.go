package i18n

import (
	"slices"
	"testing"
	"time"
)

func TestChoose(t *testing.T) {
	all := []string{"en", "zh-TW", "ja"}
	for _, c := range []struct {
		name   string
		wanted []string
		want   string
	}{
		{"nothing", nil, "en"},
		{"posix", []string{"zh_TW.UTF-8"}, "zh-TW"},
		{"posix with a modifier", []string{"ja_JP.eucJP@x"}, "ja"},
		{"tag", []string{"ja"}, "ja"},
		{"near", []string{"zh_HK.UTF-8"}, "zh-TW"},
		{"other script", []string{"zh_CN.UTF-8"}, "en"},
		{"second wish", []string{"fr_FR.UTF-8", "ja"}, "ja"},
		{"C", []string{"C.UTF-8", "ja"}, "en"},
		{"nonsense", []string{"%%%", "ja"}, "ja"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := choose(all, c.wanted); got != c.want {
				t.Errorf("choose(%q) = %q, want %q", c.wanted, got, c.want)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		want []string
	}{
		{"empty", nil, nil},
		{"LC_ALL wins", map[string]string{"LC_ALL": "ja_JP", "LC_MESSAGES": "fr", "LANG": "de"}, []string{"ja_JP"}},
		{"LC_MESSAGES before LANG", map[string]string{"LC_MESSAGES": "fr", "LANG": "de"}, []string{"fr"}},
		{"LANGUAGE last", map[string]string{"LANG": "de", "LANGUAGE": "zh_TW:ja"}, []string{"de", "zh_TW", "ja"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := environment(func(name string) string { return c.env[name] })
			if !slices.Equal(got, c.want) {
				t.Errorf("environment() = %q, want %q", got, c.want)
			}
		})
	}
}

func TestSaying(t *testing.T) {
	p := New("en")
	for _, c := range []struct{ name, got, want string }{
		{"one day", p.Days(1), "1 day"},
		{"many days", p.Days(351), "351 days"},
		{"thousands", p.Days(12480), "12,480 days"},
		{"place", p.T("unlock.title", "Vault", "acme"), "Unlock acme"},
		{"no message", p.T("no.such.key"), "no.such.key"},
		{"odd arguments", p.T("close", "Name"), "Close"},
		{"date", p.Date(time.Date(2026, 11, 8, 0, 0, 0, 0, time.UTC)), "8 Nov 2026"},
		{"date and time", p.DateTime(time.Date(2026, 11, 8, 9, 5, 0, 0, time.UTC)), "8 Nov 2026 09:05"},
		{"negative number", p.Number(-1234), "-1,234"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
	if !p.Has("close") || p.Has("no.such.key") {
		t.Error("Has is wrong")
	}
	if p.Language() != "en" {
		t.Errorf("Language() = %q", p.Language())
	}
}
