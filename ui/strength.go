package ui

import (
	"strconv"
	"time"
	"unicode/utf8"

	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// strengthWords says how well a passphrase would hold against somebody who
// has the vault's file, and draws it as a fraction of the best.
func strengthWords(t *i18n.Printer, passphrase []byte) (tone widgets.Tone, words string, fraction float64) {
	e := desk.Strength(passphrase)
	if e.TooShort {
		missing := desk.MinPassphrase - utf8.RuneCount(passphrase)
		return widgets.ToneQuiet, t.T("strength.short", "Count", missing), 0
	}
	tone = widgets.ToneGood
	switch {
	case e.Score < 2:
		tone = widgets.ToneBroken
	case e.Score == 2:
		tone = widgets.ToneSoon
	}
	return tone, t.T("strength."+strconv.Itoa(e.Score), "Time", roughly(t, e.Holds)), max(0.08, float64(e.Score)/4)
}

// roughly says a time to one figure: minutes, days, years.
func roughly(t *i18n.Printer, d time.Duration) string {
	const (
		day   = 24 * time.Hour
		month = 30 * day
		year  = 365 * day
	)
	switch {
	case d < time.Minute:
		return t.T("time.seconds")
	case d < time.Hour:
		return t.T("time.minutes", "Count", int(d/time.Minute))
	case d < day:
		return t.T("time.hours", "Count", int(d/time.Hour))
	case d < month:
		return t.Days(int(d / day))
	case d < year:
		return t.T("time.months", "Count", int(d/month))
	case d < 100*year:
		return t.T("time.years", "Count", int(d/year))
	}
	return t.T("time.century")
}
