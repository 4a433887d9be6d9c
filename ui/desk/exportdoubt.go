package desk

import (
	"slices"
	"time"
)

// Why an export is of no use to who gets it.
const (
	DoubtRevoked = "revoked"
	DoubtHold    = "hold"
	DoubtExpired = "expired"
	DoubtKey     = "key"    // others may have its key
	DoubtIssuer  = "issuer" // it is refused before its end, when its authority ends
	DoubtKind    = "kind"   // the target takes certificates of other kinds
)

// ExportDoubts are the reasons why who gets the certificate may not be able to
// use it, the gravest first. A target without kinds takes all of them.
func (c Certificate) ExportDoubts(t Target, now time.Time) []string {
	var doubts []string
	switch {
	case c.OnHold:
		doubts = append(doubts, DoubtHold)
	case c.Revoked:
		doubts = append(doubts, DoubtRevoked)
	}
	if now.After(c.NotAfter) {
		doubts = append(doubts, DoubtExpired)
	}
	if c.KeyElsewhere {
		doubts = append(doubts, DoubtKey)
	}
	if !c.RefusedFrom.IsZero() && !now.After(c.NotAfter) {
		doubts = append(doubts, DoubtIssuer)
	}
	if len(t.For) > 0 && !slices.Contains(t.For, c.Kind) {
		doubts = append(doubts, DoubtKind)
	}
	return doubts
}
