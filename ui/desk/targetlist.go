package desk

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/pki"
)

// Lists is what a server's files hold of who is revoked: a list of each
// authority that has signed a client, as PEM. It is in no list of Formats:
// exports for a target write it.
const Lists Format = "crl"

// listTargets are the targets whose configurations take such a file. Caddy and
// Spring take none.
var listTargets = []string{"nginx", "apache", "haproxy", "envoy", "kubernetes", "node", "go"}

// targetLists are the lists that go with a target's files.
type targetLists struct {
	file    File      // Name is "" when no file is written
	until   time.Time // when the first of them lapses
	missing []string  // authorities of which a list is wanting, or has lapsed: without it all clients would be refused
}

// lists gives the lists of the authority that a target lets clients in of, and
// of those below it that have signed clients: programs on OpenSSL want all of
// them, and refuse everybody when one is wanting.
func (d *Desk) lists(id ID, t Target) (targetLists, error) {
	c, err := d.Get(id)
	if err != nil || c.Kind == pki.Client || !slices.Contains(listTargets, t.Code) {
		return targetLists{}, err
	}
	if t.Trust != "" {
		if c, err = d.Get(t.Trust); err != nil {
			return targetLists{}, err
		}
	}
	authorities, err := d.clientAuthorities(c)
	if err != nil {
		return targetLists{}, err
	}
	var l targetLists
	for _, a := range authorities {
		list, err := d.CRL(a.ID)
		var lost *NotFoundError
		switch {
		case errors.Is(err, ErrNoKey) || errors.Is(err, ErrNotAuthority) || errors.As(err, &lost):
			l.missing = append(l.missing, a.Name)
			continue
		case err != nil:
			return targetLists{}, err
		case !list.Made() || !d.Now().Before(list.NextUpdate):
			l.missing = append(l.missing, a.Name)
			continue
		}
		file, err := d.CRLFile(a.ID, CRLPEM)
		if err != nil {
			return targetLists{}, err
		}
		l.file.Name = cmp.Or(l.file.Name, file.Name) // the root's
		l.file.Data = append(l.file.Data, file.Data...)
		if l.until.IsZero() || list.NextUpdate.Before(l.until) {
			l.until = list.NextUpdate
		}
	}
	if len(l.missing) > 0 {
		l.file, l.until = File{}, time.Time{}
	}
	return l, nil
}

// clientAuthorities are the root above a certificate, and the authorities under
// it that stand above clients which have not expired.
func (d *Desk) clientAuthorities(c Certificate) ([]Certificate, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	find, err := d.finder()
	if err != nil {
		return nil, err
	}
	root, _ := rootAbove(find, c)
	top, err := d.Get(root)
	if err != nil {
		return nil, err
	}
	list, seen := []Certificate{top}, map[ID]bool{root: true}
	for _, client := range all {
		if client.Kind != pki.Client && client.Kind != pki.Both || client.Health(d.Now()) == Expired || seen[client.IssuerID] {
			continue
		}
		if at, _ := rootAbove(find, *client); at != root {
			continue
		}
		for a, ok := find(client.IssuerID); ok && !seen[a.ID]; a, ok = find(a.IssuerID) {
			seen[a.ID] = true
			if stands := cmp.Or(a.CurrentID, a.ID); stands == a.ID {
				list = append(list, *a)
			} else if !seen[stands] {
				seen[stands] = true
				if now, ok := find(stands); ok {
					list = append(list, *now)
				}
			}
		}
	}
	return list, nil
}

// Lapse is what a configuration says beside its list.
func (f ConfigFiles) Lapse() string {
	return "The list lapses on " + f.CRLUntil.UTC().Format("2006-01-02 15:04") + " UTC; from then on nobody gets in. Put a new one in its place before, and reload."
}

// NoList is what a configuration says in the place of a list that is wanting.
func (f ConfigFiles) NoList() string {
	of := "the revoked"
	if len(f.CRLMissing) > 0 {
		var names []string
		for _, name := range f.CRLMissing {
			names = append(names, pki.Escape(name))
		}
		of = strings.Join(names, ", ")
	}
	return "Revoked clients get in until there is a list of " + of + " here: make it, and"
}
