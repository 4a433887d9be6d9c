package ui

import (
	"cmp"
	"slices"
	"time"

	"countersign/ui/desk"
)

// How much of each kind Overview shows, and how far back it looks for it.
const (
	attentionShown = 5
	nextShown      = 3 // to end, when nothing needs attention
	triesShown     = 4
	deedsShown     = 5
	deedsRead      = 1000
	monthsShown    = 13 // this month, and the twelve after it
)

// survey is what one look into the vault brought for Overview.
type survey struct {
	counts    desk.Counts
	months    []monthCount
	later     int                // certificates that end after those months
	attention []desk.Certificate // expiring or expired, those nearest to now, in the order of their ends; authorities too
	next      []desk.Certificate // the next to end, when nothing needs attention
	tries     []desk.Activity
	deeds     []desk.Activity // what else was done last
	due       []desk.CRL      // lists of the revoked that lapse soon, or have
	broken    []desk.SavedTry // that used to pass and fail now
}

// monthCount says how many certificates end in a month. Revoked ones do not
// count, nor do authorities.
type monthCount struct {
	start             time.Time
	ends              int
	expired, expiring int // of them
}

// empty tells whether the vault holds no certificate at all.
func (g survey) empty() bool { return g.counts.All == 0 && g.counts.Authorities == 0 }

// readSurvey reads what Overview shows. It is for the background.
func readSurvey(d *desk.Desk) (survey, error) {
	var g survey
	var err error
	if g.counts, err = d.Counts(); err != nil {
		return g, err
	}
	certs, err := d.List(desk.Filter{})
	if err != nil {
		return g, err
	}
	authorities, err := d.Authorities()
	if err != nil {
		return g, err
	}
	deeds, err := d.Activities(deedsRead)
	if err != nil {
		return g, err
	}
	if g.due, err = d.DueCRLs(); err != nil {
		return g, err
	}
	if g.broken, err = d.BrokenTries(); err != nil {
		return g, err
	}
	now := d.Now()
	g.countMonths(certs, now)
	for n := range authorities {
		certs = append(certs, &authorities[n])
	}
	g.findUrgent(certs, now)
	g.takeDeeds(deeds)
	return g, nil
}

// countMonths counts the certificates by the month in which they end, but for
// those that were replaced or are damaged.
func (g *survey) countMonths(certs []*desk.Certificate, now time.Time) {
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	g.months = make([]monthCount, monthsShown)
	for i := range g.months {
		g.months[i].start = first.AddDate(0, i, 0)
	}
	for _, c := range certs {
		health := c.Health(now)
		if health == desk.Revoked || health == desk.Damaged || c.ReplacedBy != "" || c.NotAfter.Before(first) {
			continue
		}
		end := c.NotAfter.In(now.Location())
		i := (end.Year()-first.Year())*12 + int(end.Month()) - int(first.Month())
		if i >= monthsShown {
			g.later++
			continue
		}
		m := &g.months[i]
		m.ends++
		switch health {
		case desk.Expired:
			m.expired++
		case desk.Expiring:
			m.expiring++
		}
	}
}

// findUrgent finds what expires or has expired, as near to now as possible;
// when nothing does, the good ones that end next.
func (g *survey) findUrgent(certs []*desk.Certificate, now time.Time) {
	away := func(c *desk.Certificate) time.Duration { return c.NotAfter.Sub(now).Abs() }
	nearest := func(list []*desk.Certificate, most int) (near []desk.Certificate) {
		slices.SortStableFunc(list, func(a, b *desk.Certificate) int { return cmp.Compare(away(a), away(b)) })
		list = list[:min(len(list), most)]
		slices.SortStableFunc(list, func(a, b *desk.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
		for _, c := range list {
			near = append(near, *c)
		}
		return near
	}
	var urgent, good []*desk.Certificate
	for _, c := range certs {
		switch {
		case c.NeedsAttention(now):
			urgent = append(urgent, c)
		case c.Health(now) == desk.Good && c.ReplacedBy == "":
			good = append(good, c)
		}
	}
	g.attention = nearest(urgent, attentionShown)
	if len(urgent) == 0 {
		g.next = nearest(good, nextShown)
	}
}

// takeDeeds parts the tries from what else was done.
func (g *survey) takeDeeds(deeds []desk.Activity) {
	for _, a := range deeds {
		switch {
		case a.Verb == verbConnect && len(g.tries) < triesShown:
			g.tries = append(g.tries, a)
		case a.Verb != verbConnect && len(g.deeds) < deedsShown:
			g.deeds = append(g.deeds, a)
		}
	}
}
