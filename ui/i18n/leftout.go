package i18n

import "strings"

// LeftOut says how many certificates are left out of a renewal, and why:
// "3 left out: 1 revoked, 1 on hold, 1 already replaced."
func (p *Printer) LeftOut(revoked, held, replaced int) string {
	var parts []string
	for _, part := range []struct {
		key   string
		count int
	}{{"renew.left.revoked", revoked}, {"renew.left.hold", held}, {"renew.left.replaced", replaced}} {
		if part.count > 0 {
			parts = append(parts, p.T(part.key, "Count", part.count))
		}
	}
	return p.T("renew.left", "Count", revoked+held+replaced, "Parts", strings.Join(parts, p.T("renew.left.between")))
}
