package desk

import (
	"cmp"
	"slices"
	"strings"

	"countersign/pki"
	"countersign/testclient"
)

// maxOthers is how many other authorities are looked at for a client.
const maxOthers = 50

// othersThan gives a good client certificate with its key of each root of the
// vault that is not the one of c, the newest of each, by the root's name.
func (d *Desk) othersThan(c Certificate) ([]testclient.Other, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	find, err := d.finder()
	if err != nil {
		return nil, err
	}
	own, _ := rootAbove(find, c)
	newest, names := map[ID]*Certificate{}, map[ID]string{}
	for _, other := range all {
		if h := other.Health(d.Now()); h != Good && h != Expiring || !other.HasKey || other.Kind != pki.Client && other.Kind != pki.Both {
			continue
		}
		root, name := rootAbove(find, *other)
		if root == own || root == other.ID {
			continue
		}
		if have := newest[root]; have == nil || other.Made.After(have.Made) {
			newest[root], names[root] = other, name
		}
	}
	var roots []ID
	for root := range newest {
		roots = append(roots, root)
	}
	slices.SortFunc(roots, func(a, b ID) int {
		return cmp.Or(cmp.Compare(strings.ToLower(names[a]), strings.ToLower(names[b])), cmp.Compare(a, b))
	})
	var others []testclient.Other
	for _, root := range roots[:min(len(roots), maxOthers)] {
		pair, err := d.pair(newest[root].ID)
		if err != nil {
			return nil, err
		}
		others = append(others, testclient.Other{Authority: names[root], Certificate: pair})
	}
	return others, nil
}

// rootAbove is the top of a certificate's chain, as far as the vault has it: the
// certificate that stands for it, and its name.
func rootAbove(find func(ID) (*Certificate, bool), c Certificate) (ID, string) {
	seen := map[ID]bool{}
	for !seen[c.ID] && c.IssuerID != "" {
		seen[c.ID] = true
		issuer, ok := find(c.IssuerID)
		if !ok {
			break
		}
		c = *issuer
	}
	return cmp.Or(c.CurrentID, c.ID), c.Name
}
