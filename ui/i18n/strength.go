package i18n

import (
	"strconv"
	"time"
)

// Strength says how well a passphrase would hold against somebody who has the
// vault's file, by its score from 0 to 4: "Weak: would hold 3 hours".
func (p *Printer) Strength(score int, holds time.Duration) string {
	return p.T("strength."+strconv.Itoa(score), "Time", p.Roughly(holds))
}

// Roughly says a time to one figure: minutes, days, years.
func (p *Printer) Roughly(d time.Duration) string {
	const (
		day   = 24 * time.Hour
		month = 30 * day
		year  = 365 * day
	)
	switch {
	case d < time.Minute:
		return p.T("time.seconds")
	case d < time.Hour:
		return p.T("time.minutes", "Count", int(d/time.Minute))
	case d < day:
		return p.T("time.hours", "Count", int(d/time.Hour))
	case d < month:
		return p.Days(int(d / day))
	case d < year:
		return p.T("time.months", "Count", int(d/month))
	case d < 100*year:
		return p.T("time.years", "Count", int(d/year))
	}
	return p.T("time.century")
}
