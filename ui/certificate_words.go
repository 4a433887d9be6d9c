package ui

import (
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// healthTone is the tone of a certificate's health. Words always stand beside
// it.
func healthTone(h desk.Health) widgets.Tone {
	switch h {
	case desk.Good:
		return widgets.ToneGood
	case desk.Expiring, desk.NotYetValid:
		return widgets.ToneSoon
	case desk.Expired, desk.Damaged:
		return widgets.ToneBroken
	}
	return widgets.ToneQuiet
}

// nameOf is a certificate's name, and the ends of its serial number where
// another of the vault has the name too.
func nameOf(t *i18n.Printer, c desk.Certificate) string {
	if !c.Shared {
		return pki.Escape(c.Name)
	}
	return t.T("certificates.name.serial", "Name", pki.Escape(c.Name), "Serial", desk.ShortSerial(c.Serial))
}

// wholeName also says when it was made.
func wholeName(t *i18n.Printer, c desk.Certificate) string {
	if !c.Shared {
		return pki.Escape(c.Name)
	}
	return t.T("certificates.name.same", "Name", pki.Escape(c.Name), "Which", sameWords(t, c))
}

// sameWords tells a certificate from others of its name; "" when it needs none.
func sameWords(t *i18n.Printer, c desk.Certificate) string {
	if !c.Shared {
		return ""
	}
	return t.T("certificates.same", "Serial", desk.ShortSerial(c.Serial), "Date", t.Date(c.Made))
}

// replacedWords says that a renewal took a certificate's place; "" when none
// did.
func replacedWords(t *i18n.Printer, c desk.Certificate) string {
	if c.ReplacedBy == "" {
		return ""
	}
	return t.T("certificates.replaced", "Serial", desk.ShortSerial(c.ReplacedSerial))
}

// dotted puts words beside each other, but for empty ones.
func dotted(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " · ")
}

// stateWords says a certificate's health in a word. One that ends, or has, and
// was replaced is nobody's trouble.
func stateWords(t *i18n.Printer, c desk.Certificate, now time.Time) (widgets.Tone, string) {
	health := c.Relied().Health(now)
	switch {
	case c.KeyElsewhere && health != desk.Expired && health != desk.Damaged:
		return widgets.ToneSoon, t.T("health.key")
	case isSettled(c, now):
		return widgets.ToneQuiet, t.T("health.replaced")
	case health == desk.Revoked && c.OnHold:
		return widgets.ToneSoon, t.T("health.hold")
	}
	return healthTone(health), t.T("health." + string(health))
}

// isSettled tells whether a certificate ends soon, or has, and was replaced.
func isSettled(c desk.Certificate, now time.Time) bool {
	health := c.Health(now)
	return c.ReplacedBy != "" && (health == desk.Expiring || health == desk.Expired)
}

// expiryWords says when a certificate ends, or that it has: "in 12 days",
// "expired 4 days ago", "revoked", "on hold"; or that others may have its key.
func expiryWords(t *i18n.Printer, c desk.Certificate, now time.Time) string {
	c = c.Relied()
	health := c.Health(now)
	if c.KeyElsewhere && health != desk.Expired && health != desk.Damaged {
		return t.T("expiry.key")
	}
	switch health {
	case desk.Damaged:
		return t.T("expiry.damaged." + c.Damaged)
	case desk.Revoked:
		if c.OnHold {
			return t.T("expiry.hold")
		}
		return t.T("expiry.revoked")
	case desk.NotYetValid:
		return t.T("expiry.from", "Date", t.Date(c.NotBefore))
	case desk.Expired:
		return spanWords(t, "expiry.ended.", -pki.CalendarDays(now, c.NotAfter))
	}
	return spanWords(t, "expiry.", pki.CalendarDays(now, c.NotAfter))
}

const day = 24 * time.Hour

// spanWords says a number of days in the unit that a person would take: days
// up to a year, months up to two, years beyond.
func spanWords(t *i18n.Printer, key string, days int) string {
	switch {
	case days < 1:
		return t.T(key + "today")
	case days <= 366:
		return t.T(key+"days", "Count", days)
	case days < 730:
		return t.T(key+"months", "Count", int(float64(days)/30.44+0.5))
	}
	return t.T(key+"years", "Count", int((float64(days)+1)/365.25))
}

// expiryCell is what a list shows of a certificate's end: words, and the day.
func expiryCell(t *i18n.Printer, c desk.Certificate, now time.Time) widgets.Cell {
	tone, _ := stateWords(t, c, now)
	cell := widgets.Cell{Text: expiryWords(t, c, now), Tone: tone, Dot: true}
	if !c.NotAfter.IsZero() { // of a damaged one it may not be known
		cell.Second = t.Date(c.Relied().NotAfter)
	}
	return cell
}

// madeWords is the day on which a certificate came into the vault; "" where damage
// hides it.
func madeWords(t *i18n.Printer, c desk.Certificate) string {
	if c.Made.IsZero() {
		return ""
	}
	return t.Date(c.Made)
}

// otherNames are a certificate's names that its own name does not say yet.
func otherNames(c desk.Certificate) string {
	var others []string
	for _, name := range c.Names {
		if name != c.Name {
			others = append(others, pki.Escape(name))
		}
	}
	return strings.Join(others, ", ")
}

// lifeUsed is the share of a certificate's life that is over, from 0 to 1.
func lifeUsed(notBefore, notAfter, now time.Time) float64 {
	whole := notAfter.Sub(notBefore)
	if whole <= 0 {
		return 1
	}
	return min(1, max(0, float64(now.Sub(notBefore))/float64(whole)))
}

// placeOf is the place of the rail that lists a certificate.
func placeOf(c desk.Certificate) string {
	if c.IsAuthority() {
		return "authorities"
	}
	return "certificates"
}
