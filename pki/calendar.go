package pki

import "time"

// CalendarDays counts the days from the date of one moment to that of another,
// as a person does with a calendar: both where the first is (its Location).
func CalendarDays(from, to time.Time) int {
	date := func(at time.Time) time.Time {
		year, month, day := at.In(from.Location()).Date()
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	return int(date(to).Sub(date(from)) / (24 * time.Hour))
}
