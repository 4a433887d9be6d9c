package desk

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// How long a list of the revoked is valid when nobody says, and at most.
const (
	DefaultCRLDays = 30
	MaxCRLDays     = 3650
)

// backdated is how long before it is made a list begins to be valid, so that a
// server whose clock is a little behind takes it.
const backdated = 5 * time.Minute

// FaultDays is the fault of a number of days that a list cannot be valid for;
// the value is that number.
const FaultDays = "crl-days"

// CRL tells of an authority's newest list of the revoked, which it shares with
// the authorities that have the same key.
type CRL struct {
	AuthorityID ID        `json:"authorityID"` // the certificate that stands for it
	Authority   string    `json:"authority"`
	Number      uint64    `json:"number"` // of the newest list, here or elsewhere
	ThisUpdate  time.Time `json:"thisUpdate,omitzero"`
	NextUpdate  time.Time `json:"nextUpdate,omitzero"`
	Days        int       `json:"days"`    // how many days the next list will be valid
	Revoked     int       `json:"revoked"` // certificates that are revoked or on hold
	FileName    string    `json:"-"`       // suggested, without its ending; the same on the local server
	Ended       bool      `json:"ended"`   // the authority has expired: no list of it counts any more
}

// Due tells whether it is time for a new list.
type Due string

// The states of a list. Soon is when less than a quarter of its time is left,
// or less than a week of more than two.
const (
	DueNever   Due = "none" // no list was made, or its authority has ended
	DueGood    Due = "good"
	DueSoon    Due = "soon"
	DueOverdue Due = "overdue" // clients that insist on a list refuse everybody
)

// Made tells whether there is a list: one that came with its number alone from
// elsewhere has none here.
func (c CRL) Made() bool { return !c.NextUpdate.IsZero() }

// Due judges the list at a moment.
func (c CRL) Due(now time.Time) Due {
	left, whole := c.NextUpdate.Sub(now), c.NextUpdate.Sub(c.ThisUpdate)
	const week = 7 * 24 * time.Hour
	switch {
	case !c.Made() || c.Ended:
		return DueNever
	case left <= 0:
		return DueOverdue
	case left < whole/4, left < week && whole > 2*week:
		return DueSoon
	}
	return DueGood
}

// lister is an authority that can sign lists: the certificate that stands for
// it, and all that share its key.
type lister struct {
	keyID storage.ID
	Certificate
	ids map[ID]bool
}

// listers finds the authorities of a vault that have their key, by name.
func listers(all []*Certificate) []lister {
	at := map[ID]int{}
	var list []lister
	for _, c := range all {
		if !c.IsAuthority() || !c.HasKey {
			continue
		}
		n, known := at[c.CurrentID]
		if !known {
			n = len(list)
			at[c.CurrentID] = n
			list = append(list, lister{keyID: storage.ID(c.KeyID), ids: map[ID]bool{}})
		}
		list[n].ids[c.ID] = true
		if c.IsCurrent() {
			list[n].keyID, list[n].Certificate = storage.ID(c.KeyID), *c
		}
	}
	slices.SortStableFunc(list, func(a, b lister) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return list
}

// listerOf finds the one that an authority's certificate belongs to. Errors:
// *NotFoundError, ErrNotAuthority, ErrNoKey.
func listerOf(all []*Certificate, id ID) (lister, error) {
	for _, l := range listers(all) {
		if l.ids[id] {
			return l, nil
		}
	}
	for _, c := range all {
		switch {
		case c.ID != id:
		case !c.IsAuthority():
			return lister{}, fmt.Errorf("%q: %w", c.Name, ErrNotAuthority)
		default:
			return lister{}, fmt.Errorf("%q: %w", c.Name, ErrNoKey)
		}
	}
	return lister{}, &NotFoundError{What: "authority", Name: string(id)}
}

// signed tells whether the authority signed the certificate, itself apart.
func (l lister) signed(c Certificate) bool { return l.ids[c.IssuerID] && !l.ids[c.ID] }

// revocations are what the authority's list names: of this vault, by all, and
// from elsewhere.
func (l lister) revocations(all []*Certificate, elsewhere []storage.Revocation) ([]pki.Revocation, error) {
	var list []pki.Revocation
	add := func(serial string, at time.Time, reason string) error {
		n, ok := new(big.Int).SetString(strings.ReplaceAll(serial, ":", ""), 16)
		if !ok {
			return fmt.Errorf("serial number %q of a revoked certificate: not hexadecimal", serial)
		}
		list = append(list, pki.Revocation{Serial: n, At: at, Reason: pki.Reason(reason)})
		return nil
	}
	for _, c := range all {
		if c.Revoked && l.signed(*c) {
			if err := add(c.Serial, c.RevokedAt, c.Reason); err != nil {
				return nil, err
			}
		}
	}
	for _, r := range elsewhere {
		if err := add(r.Serial, r.At, r.Reason); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// MakeCRL makes an authority's next list of the revoked, valid for a number of
// days, 0 for as many as the last time. Errors: ErrNoKey, ErrNotAuthority,
// *NotFoundError, *ClockError, and pki.Faults when the authority cannot sign a
// list any more, or never could.
func (d *Desk) MakeCRL(ctx context.Context, id ID, days int) (CRL, error) {
	return d.makeCRL(ctx, id, days, false)
}

func (d *Desk) makeCRL(ctx context.Context, id ID, days int, sure bool) (CRL, error) {
	if days < 0 || days > MaxCRLDays {
		return CRL{}, pki.Faults{{Field: pki.FieldValidity, Code: FaultDays, Value: strconv.Itoa(days)}}
	}
	d.revoking.Lock()
	defer d.revoking.Unlock()
	all, err := d.all()
	if err != nil {
		return CRL{}, err
	}
	l, err := listerOf(all, id)
	if err != nil {
		return CRL{}, fmt.Errorf("make a list of the revoked: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return CRL{}, err
	}
	var made CRL
	err = d.vault.Update(func(tx *storage.Tx) error {
		var err error
		if made, err = d.makeList(tx, l, all, days, sure); err != nil {
			return err
		}
		return tx.AppendEvent(storage.Event{
			At: d.Now(), Verb: "crl", Subject: storage.ID(l.ID), Name: l.Name,
			Detail: map[string]string{"number": strconv.FormatUint(made.Number, 10), "revoked": strconv.Itoa(made.Revoked)},
		})
	})
	return made, err
}

// makeList signs and keeps the next list of an authority, in which all is what
// the vault will hold; see listFrom for sure.
func (d *Desk) makeList(tx *storage.Tx, l lister, all []*Certificate, days int, sure bool) (CRL, error) {
	now := d.Now()
	state, err := authorityState(tx, l.keyID)
	if err != nil {
		return CRL{}, err
	}
	from, err := listFrom(l, state.ThisUpdate, now, sure)
	if err != nil {
		return CRL{}, err
	}
	issuer, err := l.open(tx)
	if err != nil {
		return CRL{}, err
	}
	if err := pki.CheckCRLIssuer(issuer.Certificate, now); err != nil {
		return CRL{}, fmt.Errorf("list of %q: %w", l.Name, err)
	}
	revoked, err := l.revocations(all, state.Elsewhere)
	if err != nil {
		return CRL{}, fmt.Errorf("list of %q: %w", l.Name, err)
	}
	if days > 0 {
		state.CRLDays = days
	}
	number := new(big.Int).SetUint64(state.CRLNumber + 1)
	next := now.AddDate(0, 0, cmp.Or(state.CRLDays, DefaultCRLDays))
	list, err := pki.MakeCRL(issuer, revoked, number, from, next, d.opt.Random)
	if err != nil {
		return CRL{}, fmt.Errorf("list of %q: %w", l.Name, err)
	}
	state.CRLNumber, state.CRL = state.CRLNumber+1, list.Raw
	state.ThisUpdate, state.NextUpdate = list.ThisUpdate, list.NextUpdate
	if err := tx.PutAuthority(state); err != nil {
		return CRL{}, fmt.Errorf("keep the list of %q: %w", l.Name, err)
	}
	return l.crl(state, len(list.RevokedCertificateEntries), now), nil
}

// authorityState reads what the vault keeps for an authority, empty when it
// has kept nothing yet.
func authorityState(tx *storage.Tx, id storage.ID) (storage.Authority, error) {
	a, err := tx.Authority(id)
	if errors.Is(err, storage.ErrNoRecord) {
		return storage.Authority{ID: id}, nil
	}
	return a, err
}

// open reads the authority's certificate and key.
func (l lister) open(tx *storage.Tx) (pki.Issuer, error) {
	c, err := tx.Certificate(storage.ID(l.ID))
	if err != nil {
		return pki.Issuer{}, err
	}
	cert, err := x509.ParseCertificate(c.DER)
	if err != nil {
		return pki.Issuer{}, fmt.Errorf("read certificate %q: %w", l.Name, err)
	}
	key, err := signer(tx, storage.Entry{Name: l.Name, KeyID: l.keyID})
	return pki.Issuer{Certificate: cert, Key: key}, err
}

func (l lister) crl(state storage.Authority, revoked int, now time.Time) CRL {
	return CRL{
		AuthorityID: l.ID, Authority: l.Name, Number: state.CRLNumber,
		ThisUpdate: state.ThisUpdate, NextUpdate: state.NextUpdate, Days: cmp.Or(state.CRLDays, DefaultCRLDays),
		Revoked: revoked, FileName: FileName(l.Name), Ended: !now.Before(l.NotAfter),
	}
}

// CRLs tells of the lists of all authorities that can sign them, by name.
func (d *Desk) CRLs() ([]CRL, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	authorities := listers(all)
	count := map[ID]int{}
	for _, c := range all {
		if c.Revoked {
			count[c.IssuerID]++
		}
	}
	lists := make([]CRL, len(authorities))
	err = d.vault.View(func(tx *storage.Tx) error {
		for n, l := range authorities {
			state, err := authorityState(tx, l.keyID)
			if err != nil {
				return err
			}
			revoked := len(state.Elsewhere)
			for id := range l.ids {
				revoked += count[id]
			}
			lists[n] = l.crl(state, revoked, d.Now())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	distinguish(lists)
	return lists, nil
}

// distinguish keeps two authorities whose names make one file name apart.
func distinguish(lists []CRL) {
	seen := map[string]bool{}
	for n := range lists {
		name := strings.ToLower(lists[n].FileName)
		if seen[name] {
			lists[n].FileName += "-" + string(lists[n].AuthorityID[:8])
		}
		seen[name] = true
	}
}

// CRL tells of one authority's list. Errors: ErrNoKey, ErrNotAuthority,
// *NotFoundError.
func (d *Desk) CRL(id ID) (CRL, error) {
	all, err := d.all()
	if err != nil {
		return CRL{}, err
	}
	l, err := listerOf(all, id)
	if err != nil {
		return CRL{}, err
	}
	lists, err := d.CRLs()
	if err != nil {
		return CRL{}, err
	}
	for _, c := range lists {
		if l.ids[c.AuthorityID] {
			return c, nil
		}
	}
	return CRL{}, &NotFoundError{What: "authority", Name: string(id)}
}

// Listers gives the authorities of a name that have a list each: several when a
// root was renewed with a new key. Each list names what its own key signed.
func (d *Desk) Listers(name string) ([]Certificate, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	var same []Certificate
	for _, l := range listers(all) {
		if l.Name == name {
			same = append(same, l.Certificate)
		}
	}
	return same, nil
}

// DueCRLs are the lists that lapse soon or have lapsed, the most urgent first.
func (d *Desk) DueCRLs() ([]CRL, error) {
	lists, err := d.CRLs()
	if err != nil {
		return nil, err
	}
	now := d.Now()
	lists = slices.DeleteFunc(lists, func(c CRL) bool {
		due := c.Due(now)
		return due != DueSoon && due != DueOverdue
	})
	slices.SortStableFunc(lists, func(a, b CRL) int { return a.NextUpdate.Compare(b.NextUpdate) })
	return lists, nil
}
