package ui

import (
	"testing"
	"time"

	"countersign/ui/desk"
)

func TestExpiryWords(t *testing.T) {
	b := unlocked(t)
	now := testDay
	for _, x := range []struct {
		from, until time.Duration // from now
		revoked     bool
		want        string
	}{
		{-day, 12*day + time.Hour, false, "in 12 days"},
		{-day, day + time.Minute, false, "in 1 day"},
		{-day, time.Hour, false, "ends today"},
		{-2 * day, 16 * time.Hour, false, "in 1 day"}, // tomorrow, though not a whole day away
		{-2 * day, 14*time.Hour + 59*time.Minute, false, "ends today"},
		{-day, 366 * day, false, "in 366 days"},
		{-day, 397 * day, false, "in 13 months"},
		{-day, 730 * day, false, "in 2 years"},
		{-day, 3652 * day, false, "in 10 years"},
		{-9 * day, -time.Hour, false, "expired today"},
		{-9 * day, -10 * time.Hour, false, "expired 1 day ago"},
		{-9 * day, -4*day - time.Hour, false, "expired 4 days ago"},
		{-999 * day, -400 * day, false, "expired 13 months ago"},
		{-9999 * day, -1100 * day, false, "expired 3 years ago"},
		{-day, day, true, "revoked"},
		{11 * day, 99 * day, false, "valid from 3 Dec 2026"},
	} {
		c := desk.Certificate{NotBefore: now.Add(x.from), NotAfter: now.Add(x.until), Revoked: x.revoked}
		if got := expiryWords(b.Window.t, c, now); got != x.want {
			t.Errorf("%v to %v: %q, want %q", x.from, x.until, got, x.want)
		}
	}
}
