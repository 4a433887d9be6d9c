package desk

import (
	"slices"
	"strings"
	"time"

	"countersign/pki"
)

// A row may name a profile of its own. The profile counts more than what all
// rows have in common; what it leaves open, key, end, subject, addresses, is as
// all rows have it. Usages are not: they go with the profile's kind.

// profilesByName are those of the vault and of the program, by their names in
// lower case.
func (d *Desk) profilesByName() (map[string]pki.Profile, error) {
	all, err := d.Profiles()
	byName := make(map[string]pki.Profile, len(all))
	for _, p := range all {
		byName[strings.ToLower(p.Name)] = p.Profile
	}
	return byName, err
}

// begun is what a row's request begins with, and the name of its profile.
func (c *bulkChecker) begun(row BulkRow, faults *pki.Faults) (pki.Request, string) {
	base := c.defaults.Base
	base.Names = slices.Clone(base.Names)
	cell := row.Cell(ColumnProfile)
	if cell == "" {
		return base, c.defaults.Profile
	}
	p, known := c.profiles[strings.ToLower(cell)]
	switch {
	case !known:
		*faults = append(*faults, pki.Fault{Field: pki.FieldProfile, Code: FaultRowUnknown, Value: pki.Escape(cut(cell))})
		return base, c.defaults.Profile
	case p.Kind == pki.Authority:
		*faults = append(*faults, pki.Fault{Field: pki.FieldProfile, Code: FaultRowSigns, Value: pki.Escape(p.Name)})
		return base, c.defaults.Profile
	}
	return profiled(p, base, c.now), p.Name
}

// profiled is a request as a profile says, and where it says nothing as base.
func profiled(p pki.Profile, base pki.Request, now time.Time) pki.Request {
	begin := now
	if !base.NotBefore.IsZero() {
		begin = base.NotBefore
	}
	r := p.Request(begin)
	r.Names, r.NotBefore = base.Names, base.NotBefore
	if p.Key == "" {
		r.Key = base.Key
	}
	if p.Validity == "" {
		r.NotAfter = base.NotAfter
	}
	if p.Subject == nil {
		r.Subject = base.Subject
	}
	for _, list := range []struct {
		to   *[]string
		from []string
	}{{&r.CRLAddresses, base.CRLAddresses}, {&r.OCSPAddresses, base.OCSPAddresses}, {&r.IssuerAddresses, base.IssuerAddresses}} {
		if len(*list.to) == 0 {
			*list.to = list.from
		}
	}
	return r
}

// setAddresses takes the addresses of a row, which count more than others.
func setAddresses(r *pki.Request, row BulkRow) {
	for column, to := range map[BulkColumn]*[]string{
		ColumnCRL: &r.CRLAddresses, ColumnOCSP: &r.OCSPAddresses, ColumnIssuers: &r.IssuerAddresses,
	} {
		if list := strings.Fields(row.Cell(column)); len(list) > 0 {
			*to = list
		}
	}
}

// BulkShare is a value that rows of a table have, and how many of them.
type BulkShare struct {
	Value string
	Rows  int
}

// Shares are the profiles or addresses of the good rows that name some in a
// column of their own, the commonest first. Other columns have none.
func (c BulkCheck) Shares(column BulkColumn) []BulkShare {
	rows := map[string]int{}
	for _, i := range c.Items {
		if !i.Good() || i.Cell(column) == "" {
			continue
		}
		switch column {
		case ColumnProfile:
			rows[i.Profile]++
		case ColumnCRL, ColumnOCSP, ColumnIssuers:
			for _, address := range strings.Fields(i.Cell(column)) {
				rows[address]++
			}
		}
	}
	shares := make([]BulkShare, 0, len(rows))
	for value, n := range rows {
		shares = append(shares, BulkShare{value, n})
	}
	slices.SortFunc(shares, func(a, b BulkShare) int {
		if a.Rows != b.Rows {
			return b.Rows - a.Rows
		}
		return strings.Compare(a.Value, b.Value)
	})
	return shares
}
