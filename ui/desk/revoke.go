package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// Errors of revoking.
var (
	// ErrRevokeRoot: nobody stands above a root whose list could name it.
	ErrRevokeRoot = errors.New("a root cannot be revoked")
	// ErrRevokeFuture: a revocation that would begin later than now.
	ErrRevokeFuture = errors.New("the revocation would begin in the future")
	// ErrNoCRL: the authority has made no list of the revoked yet.
	ErrNoCRL = errors.New("no list of the revoked yet")
)

// AwayError says that the key of a certificate's issuer is not in the vault,
// so that nobody here can sign the list that would name the certificate.
type AwayError struct{ Name, Issuer string }

func (e *AwayError) Error() string {
	return fmt.Sprintf("%q: the key of its issuer %q is not in the vault", e.Name, e.Issuer)
}

// RevokedEarlyError says that a revocation would begin before the certificate
// does.
type RevokedEarlyError struct {
	Name string
	From time.Time // when the certificate begins
}

func (e *RevokedEarlyError) Error() string {
	return fmt.Sprintf("the revocation of %q would begin before the certificate does, %s", e.Name, e.From.UTC().Format(time.RFC3339))
}

// sinceWhen is since when a certificate is revoked that a person wants revoked
// since at. Its first day counts from its beginning on: people say days.
// Error: *RevokedEarlyError.
func sinceWhen(e *storage.Entry, at time.Time) (time.Time, error) {
	if !at.Before(e.NotBefore) {
		return at.UTC().Truncate(time.Second), nil
	}
	if at.Format(time.DateOnly) == e.NotBefore.In(at.Location()).Format(time.DateOnly) {
		return e.NotBefore.UTC(), nil
	}
	return at, &RevokedEarlyError{e.Name, e.NotBefore}
}

// RevokedError says that a certificate is revoked already, and for good.
type RevokedError struct {
	Name   string
	Reason pki.Reason
	At     time.Time
}

func (e *RevokedError) Error() string {
	return fmt.Sprintf("%q is revoked since %s: %s", e.Name, e.At.UTC().Format(time.RFC3339), e.Reason)
}

// NotHeldError says that there is nothing to release: the certificate is not
// on hold, nor revoked.
type NotHeldError struct{ Name string }

func (e *NotHeldError) Error() string { return fmt.Sprintf("%q is not on hold", e.Name) }

// Revocation is what a revocation, a hold or a release did.
type Revocation struct {
	Certificates []Certificate // as they are now
	CRLs         []CRL         // the new list of each authority that signed one of them
}

// Revoke revokes certificates for a reason, since a time, zero for now, and
// makes the new list of each authority that signed one of them: all in one
// transaction, or nothing. CertificateHold can be taken back by ReleaseHold; one
// on hold may be revoked for good. Errors: ErrRevokeRoot, ErrRevokeFuture,
// *RevokedEarlyError, *AwayError, *RevokedError, *NotFoundError, *ClockError, pki.ErrReason, and
// pki.Faults when an authority cannot sign a list.
func (d *Desk) Revoke(ctx context.Context, ids []ID, reason pki.Reason, at time.Time) (Revocation, error) {
	return d.revokeWith(ctx, ids, reason, at, nil)
}

// revokeWith is Revoke with something more in the same transaction; more may be
// nil.
func (d *Desk) revokeWith(ctx context.Context, ids []ID, reason pki.Reason, at time.Time, more func(*storage.Tx) error) (Revocation, error) {
	if reason == "" {
		reason = pki.Unspecified
	}
	if !slices.Contains(pki.Reasons(), reason) {
		return Revocation{}, fmt.Errorf("%q: %w", reason, pki.ErrReason)
	}
	now := d.Now()
	if at.After(now) {
		return Revocation{}, ErrRevokeFuture
	}
	said := !at.IsZero()
	if !said {
		at = now
	}
	state, verb := stateRevoked, "revoke"
	if reason.IsHold() {
		state, verb = stateHold, "hold"
	}
	return d.change(ctx, ids, more, func(e *storage.Entry) (string, error) {
		switch {
		case e.IssuerID == e.ID:
			return "", fmt.Errorf("%q: %w", e.Name, ErrRevokeRoot)
		case e.State == stateRevoked, e.State == stateHold && reason.IsHold():
			return "", &RevokedError{e.Name, pki.Reason(e.Reason), e.RevokedAt}
		}
		since := at.UTC().Truncate(time.Second)
		if said { // one that is not valid yet can be revoked now
			var err error
			if since, err = sinceWhen(e, at); err != nil {
				return "", err
			}
		}
		e.State, e.RevokedAt, e.Reason = state, since, string(reason)
		return verb, nil
	})
}

// Hold revokes certificates until they are released.
func (d *Desk) Hold(ctx context.Context, ids []ID) (Revocation, error) {
	return d.Revoke(ctx, ids, pki.CertificateHold, time.Time{})
}

// ReleaseHold takes certificates off hold, and makes the lists that no longer name
// them. Errors: *NotHeldError, *RevokedError for one that is revoked for good,
// and those of Revoke.
func (d *Desk) ReleaseHold(ctx context.Context, ids []ID) (Revocation, error) {
	return d.change(ctx, ids, nil, func(e *storage.Entry) (string, error) {
		switch e.State {
		case stateRevoked:
			return "", &RevokedError{e.Name, pki.Reason(e.Reason), e.RevokedAt}
		case stateHold:
			e.State, e.RevokedAt, e.Reason = stateValid, time.Time{}, ""
			return "release", nil
		}
		return "", &NotHeldError{e.Name}
	})
}

// change does to each certificate what deed does to its entry, which gives the
// verb for the activity, then what else more does, and makes the new lists.
func (d *Desk) change(ctx context.Context, ids []ID, more func(*storage.Tx) error, deed func(*storage.Entry) (string, error)) (Revocation, error) {
	d.revoking.Lock()
	defer d.revoking.Unlock()
	all, err := d.all()
	if err != nil {
		return Revocation{}, err
	}
	affected, err := affectedBy(all, ids)
	if err != nil {
		return Revocation{}, err
	}
	if err := ctx.Err(); err != nil {
		return Revocation{}, err
	}
	var done Revocation
	var after []*Certificate
	err = d.vault.Update(func(tx *storage.Tx) error {
		done = Revocation{}
		changed := map[ID]Certificate{}
		for _, id := range ids {
			if _, twice := changed[id]; twice {
				continue
			}
			c, err := d.changeOne(tx, id, deed)
			if err != nil {
				return err
			}
			changed[id] = c
			done.Certificates = append(done.Certificates, c)
		}
		if more != nil {
			if err := more(tx); err != nil {
				return err
			}
		}
		after = replaced(all, changed)
		for _, l := range affected {
			list, err := d.makeList(tx, l, after, 0, false)
			if err != nil {
				return err
			}
			done.CRLs = append(done.CRLs, list)
		}
		return ctx.Err()
	})
	if err != nil {
		return Revocation{}, err
	}
	done.Certificates, err = d.exchange(done.Certificates)
	return done, err
}

func (d *Desk) changeOne(tx *storage.Tx, id ID, deed func(*storage.Entry) (string, error)) (Certificate, error) {
	e, err := tx.Entry(storage.ID(id))
	if err != nil {
		return Certificate{}, err
	}
	detail := map[string]string{"kind": e.Kind, "issuer": e.Issuer, "serial": e.Serial}
	verb, err := deed(&e)
	if err != nil {
		return Certificate{}, err
	}
	if e.Reason != "" {
		detail["reason"] = e.Reason
	}
	if err := tx.PutEntry(e); err != nil {
		return Certificate{}, fmt.Errorf("%s %q: %w", verb, e.Name, err)
	}
	err = tx.AppendEvent(storage.Event{At: d.Now(), Verb: verb, Subject: e.ID, Name: e.Name, Detail: detail})
	if err != nil {
		return Certificate{}, fmt.Errorf("note: %s %q: %w", verb, e.Name, err)
	}
	return fromEntry(e), nil
}

// affectedBy finds the authorities whose lists change with these certificates,
// each once.
func affectedBy(all []*Certificate, ids []ID) ([]lister, error) {
	known := make(map[ID]Certificate, len(ids))
	for _, id := range ids {
		known[id] = Certificate{}
	}
	for _, c := range all {
		if _, wanted := known[c.ID]; wanted {
			known[c.ID] = *c
		}
	}
	able := listers(all)
	var affected []lister
	seen := map[storage.ID]bool{}
	for _, id := range ids {
		c := known[id]
		if c.ID == "" {
			return nil, &NotFoundError{What: "certificate", Name: string(id)}
		}
		if c.IsRoot() {
			return nil, fmt.Errorf("%q: %w", c.Name, ErrRevokeRoot)
		}
		n := slices.IndexFunc(able, func(l lister) bool { return l.signed(c) })
		if n < 0 {
			return nil, &AwayError{c.Name, c.Issuer}
		}
		if !seen[able[n].keyID] {
			seen[able[n].keyID] = true
			affected = append(affected, able[n])
		}
	}
	return affected, nil
}

// replaced is a list of certificates with some as they are now.
func replaced(all []*Certificate, changed map[ID]Certificate) []*Certificate {
	next := slices.Clone(all)
	for n := range next {
		if c, ok := changed[next[n].ID]; ok {
			next[n] = &c
		}
	}
	return next
}

// exchange puts into what is in memory how certificates are now, and gives
// them as lists show them.
func (d *Desk) exchange(now []Certificate) ([]Certificate, error) {
	changed := make(map[ID]Certificate, len(now))
	for _, c := range now {
		changed[c.ID] = c
	}
	d.mu.Lock()
	if d.shelf.cache != nil {
		d.shelf.merge()
		d.relinkShelf(replaced(d.shelf.cache, changed)) // readers may hold the old one
	}
	d.mu.Unlock()
	all, err := d.all()
	for _, c := range all {
		if _, was := changed[c.ID]; was {
			changed[c.ID] = *c
		}
	}
	shown := make([]Certificate, len(now))
	for n := range now {
		shown[n] = changed[now[n].ID]
	}
	return shown, err
}

// CanRevoke tells whether Revoke would take the certificate, and else why not:
// the error is that of Revoke.
func (d *Desk) CanRevoke(c Certificate) error {
	all, err := d.all()
	if err != nil {
		return err
	}
	if c.Revoked && !c.OnHold {
		return &RevokedError{c.Name, pki.Reason(c.Reason), c.RevokedAt}
	}
	_, err = affectedBy(all, []ID{c.ID})
	return err
}

// LastUse tells when the certificate was last presented from here, and to
// which address; zero when the activity knows of no such time. It looks at the
// last thousand deeds.
func (d *Desk) LastUse(id ID) (at time.Time, address string, err error) {
	deeds, err := d.Activities(1000)
	for _, a := range deeds {
		if a.Verb == "connect" && a.Subject == id && a.Detail["state"] == "ok" {
			return a.At, a.Name, err
		}
	}
	return time.Time{}, "", err
}
