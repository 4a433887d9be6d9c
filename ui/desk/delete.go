package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/storage"
)

// HeldError says that a certificate on hold cannot be deleted: it could never
// be released again.
type HeldError struct{ Name string }

func (e *HeldError) Error() string { return fmt.Sprintf("%q is on hold", e.Name) }

// HasIssuedError says that an authority signed certificates that would be left
// without it.
type HasIssuedError struct {
	Name  string
	Count int // certificates under it, at any depth
}

func (e *HasIssuedError) Error() string {
	return fmt.Sprintf("%q has %d certificates under it", e.Name, e.Count)
}

// Deletion says what deleting certificates takes with it.
type Deletion struct {
	Certificates []Certificate
	Keys         int // private keys that nothing else in the vault uses
	Below        int // of Certificates, those that an authority among them signed
	Valid        int // of Certificates, those that still open doors: neither expired nor revoked
	Listed       int // revoked ones that stay in their authority's list
	// Stays are other certificates of an authority that loses one: with them it
	// stays, and what it signed.
	Stays []Certificate
}

// PreviewDelete tells what Delete would take, or what keeps it from it.
func (d *Desk) PreviewDelete(ids []ID, below bool) (Deletion, error) {
	list, added, err := d.doomed(ids, below)
	if err != nil {
		return Deletion{}, err
	}
	now := d.Now()
	del := Deletion{Certificates: list, Below: added}
	if del.Stays, err = d.staying(list); err != nil {
		return Deletion{}, err
	}
	for _, c := range list {
		if c.validAt(now) {
			del.Valid++
		}
		if c.Revoked && c.NotAfter.After(now) {
			del.Listed++
		}
	}
	err = d.vault.View(func(tx *storage.Tx) error {
		keys, err := d.unusedKeys(tx, list)
		del.Keys = len(keys)
		return err
	})
	return del, err
}

// Delete removes certificates, and their keys where nothing else uses them, in
// one transaction. With below it takes what an authority signed too, and the
// authority's other certificates, without it refuses an authority that something
// depends on. An authority renewed with its key may lose one of its certificates
// without below: what it signed stays with another. What
// was revoked and has not expired stays in its authority's list of the revoked.
// Undelete brings back what Delete took until the vault is closed. Errors:
// *HasIssuedError, *HeldError, *NotFoundError.
func (d *Desk) Delete(ctx context.Context, ids []ID, below bool) (Deletion, error) {
	del, err := d.PreviewDelete(ids, below)
	if err != nil {
		return Deletion{}, err
	}
	if err := ctx.Err(); err != nil {
		return Deletion{}, err
	}
	d.revoking.Lock()
	defer d.revoking.Unlock()
	all, err := d.all()
	if err != nil {
		return Deletion{}, err
	}
	err = d.vault.Update(func(tx *storage.Tx) error {
		batch := tx.NewID()
		kept := trash{At: d.Now()}
		for _, c := range del.Certificates {
			stored, err := d.remove(tx, all, c, batch)
			if err != nil {
				return fmt.Errorf("delete %q: %w", c.Name, err)
			}
			kept.Certificates = append(kept.Certificates, stored)
		}
		if err := mendLinks(tx, all, del.Certificates); err != nil {
			return err
		}
		return keepTrash(tx, batch, kept)
	})
	if err != nil {
		return Deletion{}, err
	}
	d.forget()
	return del, nil
}

// doomed are the certificates that go; added counts those that below added.
func (d *Desk) doomed(ids []ID, below bool) (list []Certificate, added int, err error) {
	gone := map[ID]bool{}
	take := func(c Certificate) error {
		if c.OnHold {
			return &HeldError{c.Name}
		}
		if !gone[c.ID] {
			gone[c.ID] = true
			list = append(list, c)
		}
		return nil
	}
	for _, id := range ids {
		c, err := d.Get(id)
		if err == nil {
			err = take(c)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	asked := slices.Clone(list)
	for _, c := range asked {
		if !c.IsAuthority() {
			continue
		}
		others, err := d.Lineage(c.ID)
		if err != nil {
			return nil, 0, err
		}
		stays := slices.ContainsFunc(others, func(o Certificate) bool { return !gone[o.ID] && (!o.Cross || c.Cross) })
		if stays && (!below || c.Cross && !c.IsCurrent()) {
			continue // another of its certificates stands for it then
		}
		under, err := d.descendants(c.CurrentID)
		if err != nil {
			return nil, 0, err
		}
		under = slices.DeleteFunc(under, func(x Certificate) bool { return gone[x.ID] })
		if len(under) > 0 && !below {
			return nil, 0, &HasIssuedError{c.Name, len(under)}
		}
		for _, x := range append(others, under...) {
			if err := take(x); err != nil {
				return nil, 0, err
			}
		}
		added += len(under)
	}
	return list, added, nil
}

// staying are the certificates that stand for authorities that lose one.
func (d *Desk) staying(gone []Certificate) ([]Certificate, error) {
	var list []Certificate
	is := func(id ID) func(Certificate) bool { return func(c Certificate) bool { return c.ID == id } }
	for _, c := range gone {
		others, err := d.Lineage(c.ID)
		if err != nil {
			return nil, err
		}
		for _, o := range others {
			if !o.Cross && !slices.ContainsFunc(gone, is(o.ID)) && !slices.ContainsFunc(list, is(o.ID)) {
				list = append(list, o)
			}
		}
	}
	return list, nil
}

// unusedKeys are the keys of certificates, and of requests that are gone, that
// nothing else uses.
func (d *Desk) unusedKeys(tx *storage.Tx, gone []Certificate, asked ...storage.Request) ([]storage.ID, error) {
	keys := map[storage.ID]bool{}
	going := map[storage.ID]bool{}
	for _, c := range gone {
		going[storage.ID(c.ID)] = true
		if c.KeyID != "" {
			keys[storage.ID(c.KeyID)] = true
		}
	}
	for _, r := range asked {
		if r.KeyID != "" {
			keys[r.KeyID] = true
		}
	}
	err := tx.EachEntry(func(e storage.Entry) error {
		if !going[e.ID] {
			delete(keys, e.KeyID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	requests, err := tx.Requests()
	if err != nil {
		return nil, err
	}
	for _, r := range requests {
		delete(keys, r.KeyID)
	}
	var unused []storage.ID
	for id := range keys {
		unused = append(unused, id)
	}
	slices.Sort(unused)
	return unused, nil
}

// remove takes one certificate out, notes it, and keeps its serial number in
// the list of the revoked where it must stay there (RFC 5280 section 3.3).
func (d *Desk) remove(tx *storage.Tx, all []*Certificate, c Certificate, batch storage.ID) (storage.Certificate, error) {
	stored, err := tx.Certificate(storage.ID(c.ID))
	if err != nil {
		return stored, err
	}
	if c.Revoked && c.NotAfter.After(d.Now()) {
		if err := listElsewhere(tx, all, c, true); err != nil {
			return stored, err
		}
	}
	if err := tx.DeleteCertificate(stored.ID); err != nil {
		return stored, err
	}
	return stored, tx.AppendEvent(storage.Event{
		At: d.Now(), Verb: "delete", Subject: stored.ID, Name: c.Name,
		Detail: map[string]string{"kind": string(c.Kind), "issuer": c.Issuer, "serial": c.Serial, "batch": string(batch)},
	})
}

// listElsewhere puts a revoked certificate into what its authority lists beside
// the vault's own certificates, or takes it out of there.
func listElsewhere(tx *storage.Tx, all []*Certificate, c Certificate, in bool) error {
	issuer, ok := byID(all, c.IssuerID)
	if !ok {
		return nil // nobody here makes its list
	}
	id := storage.ID(issuer.KeyID)
	if id == "" {
		id = storage.ID(issuer.ID)
	}
	a, err := tx.Authority(id)
	if errors.Is(err, storage.ErrNoRecord) {
		a, err = storage.Authority{ID: id}, nil
	}
	if err != nil {
		return err
	}
	a.Elsewhere = slices.DeleteFunc(a.Elsewhere, func(r storage.Revocation) bool { return r.Serial == c.Serial })
	if in {
		a.Elsewhere = append(a.Elsewhere, storage.Revocation{Serial: c.Serial, At: c.RevokedAt, Reason: c.Reason})
	}
	return tx.PutAuthority(a)
}

// mendLinks leads what pointed at a deleted certificate to one that is left:
// what an authority signed to another of its certificates, what replaced it to
// the one before it.
func mendLinks(tx *storage.Tx, all []*Certificate, gone []Certificate) error {
	before, stands, left := map[ID]ID{}, map[ID]ID{}, map[ID]ID{}
	for _, c := range gone {
		before[c.ID] = c.Replaces
	}
	for _, c := range all {
		if _, going := before[c.ID]; !going && c.CurrentID != "" && (left[c.CurrentID] == "" || c.IsCurrent()) {
			left[c.CurrentID] = c.ID
		}
	}
	for _, c := range gone {
		stands[c.ID] = left[c.CurrentID] // "" for what is no authority: nothing has it as issuer
	}
	var changed []storage.Entry
	err := tx.EachEntry(func(e storage.Entry) error {
		was := e
		for seen := 0; seen <= len(gone); seen++ {
			old, going := before[ID(e.Replaces)]
			if !going {
				break
			}
			e.Replaces = storage.ID(old)
		}
		if to, going := stands[ID(e.IssuerID)]; going {
			e.IssuerID = storage.ID(to)
		}
		if e.Replaces != was.Replaces || e.IssuerID != was.IssuerID {
			changed = append(changed, e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range changed {
		if err := tx.PutEntry(e); err != nil {
			return err
		}
	}
	return nil
}
