package desk

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// An authority that is renewed with its key has several certificates, and what
// it signed chains to each of them. The desk shows them as one: the newest that
// is valid stands for all. This file is the only place that decides so. What
// d.all gives is resolved already: IssuerID names the certificate that stands
// for the issuer, CurrentID the one that stands for an authority itself, and
// ReplacedBy the newest certificate made in place of one.

// lineage is what an authority's certificate says of whose it is.
type lineage struct {
	who   [sha256.Size]byte // its subject and key
	cross bool              // self-issued, signed with another key
}

// IsCurrent tells whether the certificate is no authority's, or the one that
// stands for its authority.
func (c Certificate) IsCurrent() bool { return c.CurrentID == "" || c.CurrentID == c.ID }

// NeedsAttention tells whether the certificate expires soon, or has, and
// nothing was made in its place. Of an authority the certificate that stands
// for it counts.
func (c Certificate) NeedsAttention(now time.Time) bool {
	health := c.Health(now)
	return (health == Expiring || health == Expired) && c.ReplacedBy == "" && c.IsCurrent()
}

// Lineage gives the other certificates of an authority, the newest first, its
// cross-certificates last; nothing for what is no authority.
func (d *Desk) Lineage(id ID) ([]Certificate, error) {
	c, err := d.Get(id)
	if err != nil || c.CurrentID == "" {
		return nil, err
	}
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	var others []Certificate
	for _, other := range all {
		if other.CurrentID == c.CurrentID && other.ID != id {
			others = append(others, *other)
		}
	}
	slices.SortStableFunc(others, func(a, b Certificate) int {
		if a.Cross != b.Cross {
			return compareBools(b.Cross, a.Cross)
		}
		return b.NotBefore.Compare(a.NotBefore)
	})
	return others, nil
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// line is a certificate and those above it, the leaf first, as far as the
// vault has them.
func (d *Desk) line(id ID) ([]Certificate, error) {
	find, err := d.finder()
	if err != nil {
		return nil, err
	}
	var line []Certificate
	seen := map[ID]bool{}
	for at := id; at != "" && !seen[at]; {
		seen[at] = true
		c, ok := find(at)
		if !ok {
			break
		}
		line = append(line, *c)
		at = c.IssuerID
	}
	if len(line) == 0 {
		return nil, &NotFoundError{What: "certificate", Name: string(id)}
	}
	return line, nil
}

func byID(all []*Certificate, id ID) (Certificate, bool) {
	for _, c := range all {
		if c.ID == id {
			return *c, true
		}
	}
	return Certificate{}, false
}

// crosses are the valid cross-certificates of the authority that a chain ends
// with. Sent with the chain they let those verify it who trust the authority's
// other key only (RFC 4210 section 4.4).
func (d *Desk) crosses(root Certificate) ([]Certificate, error) {
	if root.CurrentID == "" {
		return nil, nil
	}
	all, err := d.all()
	now := d.Now()
	var list []Certificate
	for _, c := range all {
		if c.Cross && c.CurrentID == root.CurrentID && c.ID != root.ID && c.validAt(now) {
			list = append(list, *c)
		}
	}
	return list, err
}

func (c Certificate) validAt(now time.Time) bool {
	return !c.Revoked && !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}

// kin is which of a list, by their places, others depend on: the authorities' own, and
// those that were made in place of others. Of 100,000 they are few, and going through
// all takes its time.
type kin struct{ authorities, later []int }

func kinOf(list []*Certificate) (k kin) {
	for n, c := range list {
		if c.IsAuthority() {
			k.authorities = append(k.authorities, n)
		}
		if c.Replaces != "" {
			k.later = append(k.later, n)
		}
	}
	return k
}

// readLineages learns whose the authorities' certificates are. A certificate
// never changes, so each is parsed once.
func readLineages(tx *storage.Tx, list []*Certificate, k kin, known map[ID]lineage) error {
	for _, n := range k.authorities {
		c := list[n]
		if _, again := known[c.ID]; again {
			continue
		}
		if c.Damaged == "certificate" {
			known[c.ID] = alone(c.ID)
			continue
		}
		stored, err := tx.Certificate(storage.ID(c.ID))
		if err != nil {
			return err
		}
		cert, err := x509.ParseCertificate(stored.DER)
		if err != nil {
			return fmt.Errorf("read certificate %q: %w", c.Name, err)
		}
		known[c.ID] = lineageOf(cert)
	}
	return nil
}

func lineageOf(c *x509.Certificate) lineage {
	sum := sha256.New()
	sum.Write(c.RawSubject) // DER: its length is in it
	sum.Write(c.RawSubjectPublicKeyInfo)
	l := lineage{cross: pki.IsCross(c)}
	sum.Sum(l.who[:0])
	return l
}

// relink resolves a list: see Certificate.CurrentID, IssuerID and ReplacedBy.
// Where the certificates are not ours alone, those that become others are
// replaced in the list; those that are were just read. It returns when the answer may be another one, because
// a certificate of several begins or ends; zero for never.
func relink(list []*Certificate, k kin, known map[ID]lineage, now time.Time, ours bool) time.Time {
	own := func(n int) *Certificate {
		if !ours {
			c := *list[n]
			list[n] = &c
		}
		return list[n]
	}
	groups := map[[sha256.Size]byte][]*Certificate{}
	for _, n := range k.authorities {
		c, l := own(n), known[list[n].ID]
		c.CurrentID, c.Cross = "", l.cross
		groups[l.who] = append(groups[l.who], c)
	}
	current, serials := map[ID]ID{}, map[ID]string{} // of those that have others beside them
	var until time.Time
	for _, group := range groups {
		stand(group, now)
		if len(group) == 1 {
			continue
		}
		for _, c := range group {
			current[c.ID], serials[c.ID] = c.CurrentID, c.Serial
			until = earlier(until, c.NotBefore, now)
			until = earlier(until, c.NotAfter.Add(1), now)
		}
	}
	replaced := replacements(list, k)
	if ours && len(current) == 0 && len(replaced) == 0 {
		return until // each is what was read of it
	}
	for n, c := range list {
		issuer, by, serial := c.IssuerID, ID(""), ""
		if next := replaced[c.ID]; next != nil {
			by, serial = next.ID, next.Serial
		}
		if at, known := current[issuer]; known && issuer != c.ID {
			issuer = at
		}
		switch {
		case c.Cross && !c.IsCurrent(): // it stands beside, in place of nothing
			by, serial = "", ""
		case !c.IsCurrent():
			by, serial = c.CurrentID, serials[c.CurrentID]
		}
		if issuer == c.IssuerID && by == c.ReplacedBy && serial == c.ReplacedSerial {
			continue
		}
		if !c.IsAuthority() { // those are ours already
			c = own(n)
		}
		c.IssuerID, c.ReplacedBy, c.ReplacedSerial = issuer, by, serial
	}
	return until
}

// stand chooses which of an authority's certificates stands for all, and gives
// all of them the key that one of them has: it is the same.
func stand(group []*Certificate, now time.Time) {
	first := slices.MaxFunc(group, func(a, b *Certificate) int {
		for _, differ := range []int{
			compareBools(a.validAt(now), b.validAt(now)), compareBools(b.Cross, a.Cross),
			a.NotBefore.Compare(b.NotBefore), a.Made.Compare(b.Made), a.NotAfter.Compare(b.NotAfter),
		} {
			if differ != 0 {
				return differ
			}
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	var key ID
	for _, c := range group {
		if key == "" || c.KeyID != "" && c.KeyID < key {
			key = c.KeyID
		}
	}
	if first.KeyID != "" {
		key = first.KeyID
	}
	for _, c := range group {
		c.CurrentID = first.ID
		if c.KeyID == "" {
			c.KeyID, c.HasKey = key, key != ""
		}
	}
}

// replacements maps each certificate to the newest good one that was made in
// its place, or in the place of one that was.
func replacements(list []*Certificate, k kin) map[ID]*Certificate {
	before := map[ID]*Certificate{}
	for _, n := range k.later {
		before[list[n].ID] = list[n]
	}
	depth := func(c *Certificate) (n int) { // how many it follows
		for ; c != nil && n < len(before); n++ {
			c = before[c.Replaces]
		}
		return n
	}
	newer := func(a, b *Certificate) bool {
		return a.Made.After(b.Made) || a.Made.Equal(b.Made) && depth(a) > depth(b) // of one second, the last of the line
	}
	newest := map[ID]*Certificate{}
	for _, n := range k.later {
		c := list[n]
		if c.Revoked {
			continue
		}
		seen := map[ID]bool{c.ID: true}
		for old := c.Replaces; old != "" && !seen[old]; {
			seen[old] = true
			if other, again := newest[old]; !again || newer(c, other) {
				newest[old] = c
			}
			next, replaces := before[old]
			if !replaces {
				break
			}
			old = next.Replaces
		}
	}
	return newest
}

// earlier is the earlier of two moments that are yet to come.
func earlier(until, at, now time.Time) time.Time {
	if at.After(now) && (until.IsZero() || at.Before(until)) {
		return at
	}
	return until
}
