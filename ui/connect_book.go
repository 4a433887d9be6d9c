package ui

import (
	"slices"

	"countersign/pki"
	"countersign/ui/desk"
)

// book is what the connection screens know of the vault: read off the
// window's goroutine, then never changed.
type book struct {
	certs       []desk.Certificate // with a private key, to be presented; clients first, then servers, then by name
	authorities []desk.Certificate
	byID        map[desk.ID]desk.Certificate
}

// choicesAtMost is how many certificates a menu offers. Those beyond are tried
// from their own detail.
const choicesAtMost = 100

func readBook(d *desk.Desk) (book, error) {
	b := book{byID: map[desk.ID]desk.Certificate{}}
	certs, err := d.List(desk.Filter{})
	if err != nil {
		return book{}, err
	}
	if b.authorities, err = d.Authorities(); err != nil {
		return book{}, err
	}
	for _, c := range certs {
		b.byID[c.ID] = *c
		if c.HasKey {
			b.certs = append(b.certs, *c)
		}
	}
	for _, a := range b.authorities {
		b.byID[a.ID] = a
		if a.HasKey && a.Presentable() {
			b.certs = append(b.certs, a)
		}
	}
	rank := func(c desk.Certificate) int {
		switch c.Kind {
		case pki.Server:
			return 1
		case pki.Authority:
			return 2
		}
		return 0
	}
	slices.SortStableFunc(b.certs, func(x, y desk.Certificate) int { return rank(x) - rank(y) })
	return b, nil
}

// presentable are the certificates that a client may present, and also, when
// it is none of the first, the one that is chosen.
func (b book) presentable(chosen desk.ID) []desk.ID {
	var ids []desk.ID
	for _, c := range b.certs[:min(len(b.certs), choicesAtMost)] {
		ids = append(ids, c.ID)
	}
	if c, ok := b.byID[chosen]; ok && c.HasKey && c.Presentable() && !slices.Contains(ids, chosen) {
		ids = append(ids, chosen)
	}
	return ids
}

// servers are the certificates that a server may present.
func (b book) servers(chosen desk.ID) []desk.Certificate {
	var list []desk.Certificate
	found := chosen == ""
	for _, c := range b.certs {
		if c.Kind == pki.Client {
			continue
		}
		if len(list) < choicesAtMost {
			list = append(list, c)
			found = found || c.ID == chosen
		}
	}
	if c, ok := b.byID[chosen]; ok && !found && c.HasKey {
		list = append(list, c)
	}
	return list
}

// local is the best of certificates for a server on this computer: one that
// is usable and answers to localhost; else one that is usable; else the first.
func (b book) local(list []desk.Certificate, usable func(desk.Certificate) bool) desk.ID {
	best, rank := desk.ID(""), -1
	for _, c := range list {
		r := 0
		if usable(c) {
			r = 1
			if slices.ContainsFunc(c.Names, loopback) {
				r = 2
			}
		}
		if r > rank {
			best, rank = c.ID, r
		}
	}
	return best
}

// above are the IDs of the authorities over a certificate, nearest first.
func (b book) above(id desk.ID) []desk.ID {
	var ids []desk.ID
	at, ok := b.byID[id]
	for ok && at.IssuerID != "" && at.IssuerID != at.ID && !slices.Contains(ids, at.IssuerID) {
		if _, known := b.byID[at.IssuerID]; !known {
			break
		}
		ids = append(ids, at.IssuerID)
		at, ok = b.byID[at.IssuerID]
	}
	return ids
}

// root is the last authority over a certificate that the vault has; "" when
// it has none.
func (b book) root(id desk.ID) desk.ID {
	ids := b.above(id)
	if len(ids) == 0 {
		if c, ok := b.byID[id]; ok && c.IsAuthority() {
			return id
		}
		return ""
	}
	return ids[len(ids)-1]
}

// clientUnder is a client certificate, good at the moment, under one of the
// authorities; "" when there is none.
func (b book) clientUnder(authorities []desk.ID, good func(desk.Certificate) bool) desk.ID {
	for _, c := range b.certs {
		if c.Kind == pki.Server || !good(c) {
			continue
		}
		for _, id := range b.above(c.ID) {
			if slices.Contains(authorities, id) {
				return c.ID
			}
		}
	}
	return ""
}
