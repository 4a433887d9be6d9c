package i18n

import "time"

// Month writes month and year in the language's own form: Nov 2026, 2026年11月.
func (p *Printer) Month(at time.Time) string {
	if p.language == "zh-TW" || p.language == "ja" {
		return at.Format("2006年1月")
	}
	return at.Format("Jan 2006")
}

// ShortMonthYear writes month and year where there is little room: Jan ’27,
// 27/1.
func (p *Printer) ShortMonthYear(at time.Time) string {
	if p.language == "zh-TW" || p.language == "ja" {
		return at.Format("06/1")
	}
	return at.Format("Jan ’06")
}

// ShortMonth writes the month alone: Nov, 11月.
func (p *Printer) ShortMonth(at time.Time) string {
	if p.language == "zh-TW" || p.language == "ja" {
		return at.Format("1月")
	}
	return at.Format("Jan")
}
