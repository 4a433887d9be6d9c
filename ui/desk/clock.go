package desk

import (
	"context"
	"fmt"
	"time"
)

// How far the clock may be behind what the vault says without a word: two
// computers that share a vault never agree, and lists of the revoked are
// compared by the day.
const (
	eventsAhead = time.Hour
	listAhead   = 24 * time.Hour
)

// ClockError says that by this computer's clock the newest list of an
// authority was made in the future: the clock is wrong, or was when it was
// made. A list of today would be older than the one that it replaces.
type ClockError struct {
	Name string    // the authority's
	Now  time.Time // by the clock
	Last time.Time // when the newest list was made
}

func (e *ClockError) Error() string {
	return fmt.Sprintf("it is %s by the clock, and the newest list of %q is of %s",
		e.Now.UTC().Format(time.RFC3339), e.Name, e.Last.UTC().Format(time.RFC3339))
}

// listFrom is from when on the next list of an authority is valid: never
// earlier than the one before. sure says that a person knows that the clock is
// right. Error: *ClockError.
func listFrom(l lister, last, now time.Time, sure bool) (time.Time, error) {
	from := now.Add(-backdated)
	switch {
	case sure || !last.After(from):
		return from, nil
	case last.Sub(now) > listAhead:
		return last, &ClockError{Name: l.Name, Now: now, Last: last}
	}
	return last, nil
}

// MakeCRLByClock is MakeCRL for a person who knows that the clock is right,
// and was wrong when the list before was made: the new one may be older than
// that.
func (d *Desk) MakeCRLByClock(ctx context.Context, id ID, days int) (CRL, error) {
	return d.makeCRL(ctx, id, days, true)
}

// ClockBehind tells whether by the clock the last thing that was done in the
// vault lies in the future, and when that was. Where it cannot be read, who
// shows what was done says so.
func (d *Desk) ClockBehind() (last time.Time, behind bool) {
	activities, err := d.Activities(1)
	if err != nil || len(activities) == 0 {
		return last, false
	}
	last = activities[0].At
	return last, last.Sub(d.Now()) > eventsAhead
}
