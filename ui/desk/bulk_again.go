package desk

import (
	"cmp"
	"context"
	"slices"

	"countersign/pki"
)

// A table that was stopped in the middle is made again as it is, and goes on:
// rows whose certificates are in the vault are not doubled. The rule needs no
// note of the earlier run, so that a killed program, or a table that got more
// rows since, is no other case.
//
// A row is there when the vault has a certificate that the same authority
// signed, with its key, that says the same (pki.Likeness: subject, names, kind
// of key, usage) and follows the same profile, and is good: not revoked,
// replaced, expired or expiring. Each certificate stands for one row, the
// oldest for the first. Validity and addresses do not count.

// findThere tells of each good row the certificate that is there for it.
func (c *BulkCheck) findThere(ctx context.Context, d *Desk, all []*Certificate, checker bulkChecker) error {
	candidates := c.candidates(all, checker)
	if len(candidates) == 0 {
		return nil
	}
	kinds := make([]pki.Likeness, len(candidates))
	err := inParallel(ctx, len(candidates), func(i int) error {
		certs, err := d.certificates(candidates[i : i+1])
		if err == nil {
			kinds[i] = pki.LikenessOf(certs[0])
		}
		return err
	})
	if err != nil {
		return err
	}
	there := make(map[thereKey][]Certificate, len(candidates))
	for i, l := range kinds {
		key := thereKey{l, candidates[i].Profile}
		there[key] = append(there[key], candidates[i])
	}
	rows := make([]thereKey, len(c.Items))
	err = inParallel(ctx, len(c.Items), func(i int) error {
		if c.Items[i].Good() {
			rows[i].profile = c.Items[i].Profile
			rows[i].likeness, _ = c.Items[i].Request.Likeness(append(slices.Clone(checker.above), checker.issuer)...)
		}
		return nil
	})
	for i, key := range rows {
		if list := there[key]; len(list) > 0 && c.Items[i].Good() {
			c.Items[i].There, there[key] = list[0], list[1:]
			c.Items[i].Warnings = slices.DeleteFunc(c.Items[i].Warnings, func(w pki.Warning) bool { return w.Code == WarningRowKnown })
		}
	}
	return err
}

// thereKey is what a certificate and the row that it stands for have in common.
type thereKey struct {
	likeness pki.Likeness
	profile  string
}

// candidates are the certificates that may stand for a row, the oldest first.
func (c *BulkCheck) candidates(all []*Certificate, checker bulkChecker) []Certificate {
	names, profiles := make(map[string]bool, len(c.Items)), map[string]bool{}
	for i := range c.Items {
		profiles[c.Items[i].Profile] = true
		names[shortName(c.Items[i].Request.Subject.CommonName)] = true
		if c.Items[i].Request.Subject.CommonName == "" {
			for _, n := range c.Items[i].Request.Names {
				names[shortName(n.Shown)] = true
			}
		}
	}
	var list []Certificate
	for _, x := range all {
		health := x.Health(checker.now)
		if x.HasKey && x.IssuerID == checker.issuerID && profiles[x.Profile] && x.ReplacedBy == "" &&
			(health == Good || health == NotYetValid) && !x.IsAuthority() && names[x.Name] {
			list = append(list, *x)
		}
	}
	slices.SortStableFunc(list, func(a, b Certificate) int {
		return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// IsThere tells whether the vault has a certificate for the row already.
func (i BulkItem) IsThere() bool { return i.There.ID != "" }

// Remaining are the rows that can be made and are not there yet.
func (c BulkCheck) Remaining() []BulkItem {
	return slices.DeleteFunc(c.GoodItems(), BulkItem.IsThere)
}

// Already are the rows that are there, as MakeBulk would have given them.
func (c BulkCheck) Already() []BulkMade {
	var list []BulkMade
	for _, i := range c.Items {
		if i.IsThere() {
			list = append(list, BulkMade{i.Line, i.There, i.Cell(ColumnPassword)})
		}
	}
	return list
}

// JoinBulk puts what was there and what was made into the order of the table.
func JoinBulk(parts ...[]BulkMade) []BulkMade {
	list := slices.Concat(parts...)
	slices.SortStableFunc(list, func(x, y BulkMade) int { return cmp.Compare(x.Line, y.Line) })
	return list
}
