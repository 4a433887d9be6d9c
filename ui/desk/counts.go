package desk

import (
	"time"

	"countersign/pki"
)

// Counts are the numbers that Overview and the filters show. They leave
// authorities out, but for Authorities. What was replaced counts as neither
// expiring nor expired, but under Other.
type Counts struct {
	All, Server, Client, Both               int
	Good, Expiring, Expired, Revoked, Other int
	Authorities                             int
	Attention                               int // expiring or expired and not replaced, authorities too
}

// Counts counts the vault's certificates.
func (d *Desk) Counts() (Counts, error) {
	if _, err := d.stock(); err != nil {
		return Counts{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(); err != nil { // locked, or changed, meanwhile
		return Counts{}, err
	}
	m, now := &d.shelf, d.Now()
	if m.counts == nil || now.Before(m.counts.at) || !m.counts.until.IsZero() && !now.Before(m.counts.until) {
		m.counts = &counted{at: now}
		for _, c := range m.cache {
			m.counts.add(c)
		}
		for _, c := range m.fresh {
			m.counts.add(c)
		}
	}
	return m.counts.Counts, nil
}

// counted is what was counted at a moment, and until when it holds.
type counted struct {
	Counts
	at, until time.Time
}

// add counts one more. Who has no counts counts nothing.
func (n *counted) add(c *Certificate) {
	if n == nil {
		return
	}
	for _, at := range []time.Time{c.NotBefore, c.ExpiringFrom().Add(1), c.NotAfter.Add(1)} {
		n.until = earlier(n.until, at, n.at)
	}
	if c.NeedsAttention(n.at) {
		n.Attention++
	}
	if c.IsAuthority() {
		if c.IsCurrent() {
			n.Authorities++
		}
		return
	}
	n.All++
	n.kind(c.Kind)
	n.health(c.pressing(n.at))
}

func (n *Counts) kind(k pki.Kind) {
	switch k {
	case pki.Server:
		n.Server++
	case pki.Client:
		n.Client++
	case pki.Both:
		n.Both++
	}
}

func (n *Counts) health(h Health) {
	switch h {
	case Good:
		n.Good++
	case Expiring:
		n.Expiring++
	case Expired:
		n.Expired++
	case Revoked:
		n.Revoked++
	default:
		n.Other++
	}
}
