package desk

import (
	"cmp"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// comparison finds what a vault knows beyond an older copy of it, and what of
// that has to be known on: who was revoked, and which numbers the lists of the
// revoked had (RFC 5280 section 5.2.3: they only ever rise).
type comparison struct {
	Replaced
	then, was known
	now       time.Time

	newer       bool                              // was is the later of the two
	signers     map[storage.ID]string             // authorities of the copy, by what their lists are kept by
	moved       map[storage.ID]storage.ID         // what lists are kept by in was, and in the copy
	bySerial    map[[2]string]storage.ID          // certificates of the copy, by that of their authority and serial
	entries     map[storage.ID]storage.Entry      // of the copy, as they have to be
	authorities map[storage.ID]*storage.Authority // likewise
}

func (c *comparison) compare() {
	c.newer = !c.Salvaged && c.was.commits >= c.then.commits
	c.entries, c.authorities = map[storage.ID]storage.Entry{}, map[storage.ID]*storage.Authority{}
	c.signers, c.moved, c.bySerial = map[storage.ID]string{}, map[storage.ID]storage.ID{}, map[[2]string]storage.ID{}
	for id, e := range c.then.entries {
		if pki.Kind(e.Kind) == pki.Authority {
			c.signers[listsBy(e)] = e.Name
		}
		c.bySerial[[2]string{string(c.then.lister(e)), e.Serial}] = id
		if _, still := c.was.entries[id]; !still && c.newer {
			c.Back = append(c.Back, fromEntry(e))
		}
	}
	if c.was.activities > c.then.activities {
		c.Activities = int(c.was.activities - c.then.activities)
	}
	for id, e := range c.was.entries {
		if then, both := c.then.entries[id]; both && c.signers[listsBy(then)] != "" {
			c.moved[listsBy(e)] = listsBy(then)
		}
	}
	for id, e := range c.was.entries {
		if then, both := c.then.entries[id]; both {
			c.standing(then, e)
			continue
		}
		c.Made = append(c.Made, fromEntry(e))
		if e.Severity() > 0 && e.NotAfter.After(c.now) {
			c.list(c.was.lister(e), storage.Revocation{Serial: e.Serial, At: e.RevokedAt, Reason: e.Reason}, e.Name)
		}
	}
	for id, a := range c.was.authorities {
		for _, r := range a.Elsewhere {
			c.list(id, r, r.Serial)
		}
		c.number(id, a)
		if c.Salvaged {
			c.listed(id, a)
		}
	}
	for id, name := range c.was.requests {
		if _, both := c.then.requests[id]; !both {
			c.Requests = append(c.Requests, name)
		}
	}
	slices.Sort(c.Requests)
	newestFirst(c.Made, func(c Certificate) time.Time { return c.Made })
	newestFirst(c.Back, func(c Certificate) time.Time { return c.Made })
	newestFirst(c.Held, func(c Certificate) time.Time { return c.Made })
	newestFirst(c.Released, func(c Certificate) time.Time { return c.Made })
	newestFirst(c.Revoked, func(c Certificate) time.Time { return c.RevokedAt })
	slices.SortFunc(c.Lists, func(a, b LaterList) int { return strings.Compare(a.Authority, b.Authority) })
}

// standing has a certificate that both know stay revoked, or be good again
// where it is off hold since. A copy of an older time, or of a damaged file,
// makes nobody good.
func (c *comparison) standing(then, was storage.Entry) {
	to := &c.Revoked
	switch {
	case was.Severity() > then.Severity():
	case was.Severity() == 0 && then.State == stateHold && c.newer:
		to = &c.Released
	case was.Severity() == 0 && then.State == stateHold && c.Salvaged:
		c.Held = append(c.Held, fromEntry(then))
		return
	default:
		return
	}
	then.State, then.RevokedAt, then.Reason = was.State, was.RevokedAt, was.Reason
	c.entries[then.ID] = then
	*to = append(*to, fromEntry(then))
}

// list has an authority of the copy name a revoked certificate: one that the
// copy has is revoked there, one that it lacks is listed by its serial number.
func (c *comparison) list(by storage.ID, r storage.Revocation, name string) {
	by = c.here(by)
	if by == "" {
		return
	}
	if id, has := c.bySerial[[2]string{string(by), r.Serial}]; has {
		e := c.then.entries[id]
		revoked := e
		revoked.State, revoked.RevokedAt, revoked.Reason = stateRevoked, r.At, r.Reason
		if pki.Reason(r.Reason).IsHold() {
			revoked.State = stateHold
		}
		if _, done := c.entries[id]; !done {
			c.standing(e, revoked)
		}
		return
	}
	a := c.authority(by)
	if slices.ContainsFunc(a.Elsewhere, func(o storage.Revocation) bool { return o.Serial == r.Serial }) {
		return
	}
	a.Elsewhere = append(a.Elsewhere, r)
	c.Revoked = append(c.Revoked, Certificate{Name: name, Serial: r.Serial, Revoked: true, RevokedAt: r.At, Reason: r.Reason})
}

// listed has those stay revoked whom the newest list of an authority names: of a
// damaged file that may be all that is left of them.
func (c *comparison) listed(id storage.ID, was storage.Authority) {
	list, err := x509.ParseRevocationList(was.CRL)
	if err != nil { // none, or nothing to go by
		return
	}
	for _, r := range listOf("", list).Revoked {
		c.list(id, storage.Revocation{Serial: r.Serial, At: r.At, Reason: r.Reason}, r.Serial)
	}
}

// here is what the copy keeps an authority's list by; "" for one that it lacks.
func (c *comparison) here(by storage.ID) storage.ID {
	by = cmp.Or(c.moved[by], by)
	if _, signs := c.signers[by]; !signs {
		return ""
	}
	return by
}

// number has an authority of the copy go on behind the newest list, which it
// takes over.
func (c *comparison) number(id storage.ID, was storage.Authority) {
	id = c.here(id)
	then := c.then.authorities[id]
	if id == "" || was.CRLNumber <= then.CRLNumber {
		return
	}
	a := c.authority(id)
	a.CRLNumber, a.CRL, a.ThisUpdate, a.NextUpdate = was.CRLNumber, was.CRL, was.ThisUpdate, was.NextUpdate
	c.Lists = append(c.Lists, LaterList{Authority: c.signers[id], Number: was.CRLNumber, Then: then.CRLNumber})
}

// authority is what an authority of the copy is to keep.
func (c *comparison) authority(id storage.ID) *storage.Authority {
	a := c.authorities[id]
	if a == nil {
		then := c.then.authorities[id]
		then.ID, then.Elsewhere = id, slices.Clone(then.Elsewhere)
		a = &then
		c.authorities[id] = a
	}
	return a
}

// carry writes into the copy what has to be known on.
func (c *comparison) carry(tx *storage.Tx) error {
	for _, e := range c.entries {
		if err := tx.PutEntry(e); err != nil {
			return err
		}
	}
	for _, a := range c.authorities {
		if err := tx.PutAuthority(*a); err != nil {
			return err
		}
	}
	return nil
}
