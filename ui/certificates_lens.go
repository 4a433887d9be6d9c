package ui

import (
	"slices"
	"time"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// lens narrows the list of certificates. The zero value lets all through.
type lens struct {
	kind   pki.Kind
	health desk.Health
	issuer desk.ID
	name   string    // the issuer's
	month  time.Time // the first moment of the month in which they end; zero: any
}

// chipLenses are what the chips stand for, in their order.
var chipLenses = []lens{
	{}, {kind: pki.Server}, {kind: pki.Client},
	{health: desk.Expiring}, {health: desk.Expired}, {health: desk.Revoked},
}

// chip is the chip that stands for the lens, -1 when none does.
func (l lens) chip() int { return slices.Index(chipLenses, l) }

// words says what is let through, when no chip says it.
func (l lens) words(t *i18n.Printer) string {
	switch {
	case l.issuer != "":
		return t.T("certificates.lens.issuer", "Name", pki.Escape(l.name))
	case !l.month.IsZero():
		return t.T("certificates.lens.month", "Month", t.Month(l.month))
	case l.health == desk.Good:
		return t.T("certificates.lens.good")
	}
	return ""
}

func (l lens) filter(search string) desk.Filter {
	return desk.Filter{Kind: l.kind, Health: l.health, IssuerID: l.issuer, Search: search}
}

// within keeps what ends in the lens's month and is not revoked.
func (l lens) within(list []*desk.Certificate) []*desk.Certificate {
	if l.month.IsZero() {
		return list
	}
	end := l.month.AddDate(0, 1, 0)
	return slices.DeleteFunc(list, func(c *desk.Certificate) bool {
		return c.Revoked || c.NotAfter.Before(l.month) || !c.NotAfter.Before(end)
	})
}
