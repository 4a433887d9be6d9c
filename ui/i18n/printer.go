// Package i18n holds every sentence that a person reads, in each language, and
// picks the language. It knows nothing of windows, so commands use it too.
//
// Messages lie in messages/LANGUAGE/AREA.json, in the JSON of go-i18n: a key
// with a text, or a key with the plural forms that the language has. English
// is complete; another language falls back to it, sentence by sentence.
package i18n

import (
	"embed"
	"encoding/json"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed messages
var messages embed.FS

// Printer says things in one language. It may be used by several goroutines.
type Printer struct {
	language  string
	known     map[string]bool
	localizer *i18n.Localizer
}

// Languages lists the languages that have messages, English first.
func Languages() []string {
	all := []string{"en"}
	folders, err := fs.ReadDir(messages, "messages")
	if err != nil {
		return all
	}
	for _, f := range folders {
		if f.IsDir() && f.Name() != "en" && holdsMessages(f.Name()) {
			all = append(all, f.Name())
		}
	}
	return all
}

func holdsMessages(lang string) bool {
	files, err := fs.Glob(messages, path.Join("messages", lang, "*.json"))
	return err == nil && len(files) > 0
}

// New makes a printer in the best of the wanted languages that there are
// messages for, first wish first; English when there is none. A wish is a
// BCP 47 tag ("zh-TW") or a POSIX locale ("zh_TW.UTF-8").
func New(wanted ...string) *Printer {
	chosen := choose(Languages(), wanted)
	c := catalogue(chosen)
	return &Printer{language: chosen, known: c.known, localizer: i18n.NewLocalizer(c.bundle, chosen, "en")}
}

// words are the messages of a language, and the English ones.
type words struct {
	bundle *i18n.Bundle
	known  map[string]bool
}

// catalogues are the words of each language that somebody asked for. They are read
// once: that takes its time, and they never change.
var catalogues sync.Map

func catalogue(lang string) words {
	read, _ := catalogues.LoadOrStore(lang, sync.OnceValue(func() words { return readWords(lang) }))
	return read.(func() words)()
}

func readWords(lang string) words {
	c := words{bundle: i18n.NewBundle(language.English), known: map[string]bool{}}
	c.bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, lang := range []string{"en", lang} {
		files, _ := fs.Glob(messages, path.Join("messages", lang, "*.json"))
		for _, file := range files {
			data, err := messages.ReadFile(file)
			if err != nil {
				continue
			}
			parsed, err := c.bundle.ParseMessageFileBytes(data, "messages."+lang+".json")
			if err != nil {
				continue // a test reads every file and fails on a bad one
			}
			for _, m := range parsed.Messages {
				c.known[m.ID] = true
			}
		}
	}
	return c
}

// choose finds the first wish that a language answers with high confidence:
// zh-HK reads zh-TW, but zh-CN does not.
func choose(available, wanted []string) string {
	tags := make([]language.Tag, len(available))
	for i, a := range available {
		tags[i] = language.Make(a)
	}
	matcher := language.NewMatcher(tags)
	for _, wish := range wanted {
		tag, err := language.Parse(plain(wish))
		if err != nil {
			continue
		}
		if _, index, confidence := matcher.Match(tag); confidence >= language.High {
			return available[index]
		}
	}
	return "en"
}

// plain turns a POSIX locale into a BCP 47 tag: zh_TW.UTF-8@x becomes zh-TW.
func plain(locale string) string {
	locale, _, _ = strings.Cut(locale, ".")
	locale, _, _ = strings.Cut(locale, "@")
	if locale == "C" || locale == "POSIX" {
		return "en"
	}
	return strings.ReplaceAll(locale, "_", "-")
}

// Language is the tag of the language spoken: "en", "zh-TW", "ja".
func (p *Printer) Language() string { return p.language }

// Has tells whether there is a message of that key, in this language or in
// English.
func (p *Printer) Has(key string) bool { return p.known[key] }

// Counted says a number of things, for a sentence that counts several kinds:
// "1 authority". what is the end of a key "count.WHAT".
func (p *Printer) Counted(what string, n int) string { return p.T("count."+what, "Count", n) }

// T says the message of key. args are names and values in turn, for the
// places {{.Name}} in the message; an int named Count picks the plural form, a
// time is said as its day (Date), names as a List.
// A key without a message is said itself.
func (p *Printer) T(key string, args ...any) string {
	config := &i18n.LocalizeConfig{MessageID: key}
	if len(args) > 1 {
		values := make(map[string]any, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			name, ok := args[i].(string)
			if !ok {
				continue
			}
			values[name] = args[i+1]
			switch value := args[i+1].(type) {
			case int:
				if name == "Count" {
					config.PluralCount = value
					values[name] = p.Number(value)
				}
			case time.Time:
				values[name] = p.Date(value)
			case []string:
				values[name] = p.List(value)
			}
		}
		config.TemplateData = values
	}
	said, err := p.localizer.Localize(config)
	if err != nil && said == "" {
		return key
	}
	if p.language == "zh-TW" || p.language == "ja" {
		return closeUp(said)
	}
	return said
}

// Number writes a count with its thousands apart: 12,480.
func (p *Printer) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Date writes the day in the language's own form: 8 Nov 2026, 2026年11月8日.
func (p *Printer) Date(at time.Time) string {
	if p.language == "zh-TW" || p.language == "ja" {
		return at.Format("2006年1月2日")
	}
	return at.Format("2 Jan 2006")
}

// DateTime writes the day and the minute, for activities.
func (p *Printer) DateTime(at time.Time) string {
	return p.Date(at) + " " + at.Format("15:04")
}

// Value writes the value of a fault or a warning: a moment (RFC 3339, or its
// date alone) as Date does, anything else as it is.
func (p *Printer) Value(value string) string {
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(form, value); err == nil {
			return p.Date(at)
		}
	}
	return value
}

// Days says a number of days: "1 day", "351 days".
func (p *Printer) Days(n int) string { return p.T("days", "Count", n) }
