package desk

import (
	"cmp"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"countersign/pki"
	"countersign/storage"
)

const originImported = "imported"

// Imported is what Import brought into the vault.
type Imported struct {
	Certificates []Certificate // added, or completed with their key
	Requests     int
	Revoked      int // certificates of the vault that are revoked now and were not before
	Elsewhere    int // revoked serial numbers that were taken over without their certificate
	InOtherHands int // of Certificates, those whose keys others may have; see Found
}

// Import keeps what Look found, in one transaction: certificates and requests
// that the vault lacks, keys that it lacks of what it has, and what was revoked.
// Each certificate is tied to its issuer, and those in the vault that were
// waiting for theirs are too.
func (d *Desk) Import(ctx context.Context, found Found) (Imported, error) {
	return d.importAnd(ctx, found, nil)
}

// importAnd is Import, and what also does, in the same transaction; also may be
// nil.
func (d *Desk) importAnd(ctx context.Context, found Found, also func(*storage.Tx) error) (Imported, error) {
	if err := ctx.Err(); err != nil {
		return Imported{}, err
	}
	d.revoking.Lock()
	defer d.revoking.Unlock()
	var done Imported
	err := d.vault.Update(func(tx *storage.Tx) error {
		i := importing{tx: tx, now: d.Now(), done: Imported{InOtherHands: found.InOtherHands()}}
		err := i.everything(ctx, found)
		done = i.done
		if err != nil || also == nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return Imported{}, err
	}
	d.forget()
	for n := range done.Certificates {
		if done.Certificates[n], err = d.Get(done.Certificates[n].ID); err != nil {
			return Imported{}, err
		}
	}
	return done, nil
}

// importing is one import under way.
type importing struct {
	tx   *storage.Tx
	now  time.Time
	keys map[string]storage.ID // public key to the ID of its private key in the vault
	done Imported
}

func (i *importing) everything(ctx context.Context, found Found) error {
	if err := i.readKeys(ctx, found); err != nil {
		return err
	}
	for _, f := range found.Certificates {
		if err := ctx.Err(); err != nil {
			return err
		}
		if f.Mine != "" && (f.Key == nil || f.MineHasKey) {
			continue // what was revoked comes with the lists
		}
		c, err := i.certificate(f)
		if err != nil {
			return fmt.Errorf("import %q: %w", f.Name(), err)
		}
		i.done.Certificates = append(i.done.Certificates, c)
	}
	for _, r := range found.Requests {
		if !r.New() {
			continue
		}
		if err := i.request(r); err != nil {
			return fmt.Errorf("import request %q: %w", r.Name(), err)
		}
		i.done.Requests++
	}
	if err := attach(i.tx); err != nil {
		return err
	}
	return i.revocations(found.Lists)
}

// readKeys learns which of the private keys are in the vault already, so that
// certificates of one key share it.
func (i *importing) readKeys(ctx context.Context, found Found) error {
	kinds := map[string]bool{}
	for _, f := range found.Certificates {
		kinds[string(pki.KindOf(f.Certificate.PublicKey))] = true
	}
	for _, r := range found.Requests {
		kinds[string(pki.KindOf(r.Request.PublicKey))] = true
	}
	entries, err := i.tx.Entries()
	if err != nil {
		return err
	}
	byKey, err := entriesByKey(ctx, i.tx, entries, kinds)
	if err != nil {
		return err
	}
	i.keys = map[string]storage.ID{}
	for public, same := range byKey {
		for _, e := range same {
			if e.KeyID != "" {
				i.keys[public] = e.KeyID
			}
		}
	}
	return nil
}

// certificate writes a certificate that came from elsewhere, or the key of one
// that is there already.
func (i *importing) certificate(f FoundCertificate) (Certificate, error) {
	made := issued{cert: f.Certificate, issuer: issuerName(f.Certificate)}
	entry := made.entry(i.now)
	entry.Origin = originImported
	if f.Mine != "" {
		mine, err := i.tx.Entry(storage.ID(f.Mine))
		if err != nil {
			return Certificate{}, err
		}
		entry = mine
	} else {
		entry.ID = i.tx.NewID()
	}
	id, err := i.keyID(f, entry)
	if err != nil {
		return Certificate{}, err
	}
	if err := i.marry(f.Certificate, entry.ID); err != nil {
		return Certificate{}, err
	}
	entry.KeyID, err = i.key(string(f.Certificate.RawSubjectPublicKeyInfo), id, entry.KeyKind, f.Key)
	if err != nil {
		return Certificate{}, err
	}
	if err := i.tx.PutCertificate(storage.Certificate{Entry: entry, DER: f.Certificate.Raw}); err != nil {
		return Certificate{}, err
	}
	return fromEntry(entry), i.tx.AppendEvent(storage.Event{
		At: i.now, Verb: "import", Subject: entry.ID, Name: entry.Name, Detail: map[string]string{"kind": entry.Kind},
	})
}

// marry gives a certificate the key of the request of ours that it answers.
func (i *importing) marry(cert *x509.Certificate, id storage.ID) error {
	keyID, err := marryWaiting(i.tx, cert, id)
	if public := string(cert.RawSubjectPublicKeyInfo); keyID != "" && i.keys[public] == "" {
		i.keys[public] = keyID
	}
	return err
}

// keyID is the ID that a certificate's key gets when the vault lacks it. An
// authority that is here without its key has its record under it already.
func (i *importing) keyID(f FoundCertificate, entry storage.Entry) (storage.ID, error) {
	if f.Mine == "" || !isAuthority(f.Certificate) {
		return entry.ID, nil
	}
	entries, err := i.tx.Entries()
	if err != nil {
		return "", err
	}
	family, err := familyOf(i.tx, entries, f.Certificate)
	if err != nil || len(family.entries) == 0 {
		return entry.ID, err
	}
	return family.id(), nil
}

// key keeps a private key, unless the vault has it, and returns its ID; "" for
// none.
func (i *importing) key(public string, id storage.ID, kind string, key crypto.Signer) (storage.ID, error) {
	if known := i.keys[public]; known != "" {
		return known, nil
	}
	if key == nil {
		return "", nil
	}
	der, err := pki.MarshalKey(key)
	if err != nil {
		return "", fmt.Errorf("encode key: %w", err)
	}
	defer clear(der)
	i.keys[public] = id
	return id, i.tx.PutKey(storage.Key{ID: id, Kind: kind, PKCS8: der})
}

// request keeps a request: one that waits for its certificate when its key
// came along, else somebody's to be signed. What keeps it from being signed is
// told where it is shown.
func (i *importing) request(f FoundRequest) error {
	r := requestRecord(i.tx.NewID(), f.Request, i.now)
	var err error
	if r.KeyID, err = i.key(string(f.Request.RawSubjectPublicKeyInfo), r.ID, r.KeyKind, f.Key); err != nil {
		return err
	}
	if r.KeyID != "" {
		r.State = string(RequestWaiting)
	}
	return keepRequest(i.tx, r, "request-import", i.now)
}

// revocations takes over what was revoked: certificates of the vault become
// revoked, the serial numbers of others are kept with the authority, and its
// next list goes on after the last one's number.
func (i *importing) revocations(lists []FoundList) error {
	entries, err := i.tx.Entries()
	if err != nil {
		return err
	}
	for _, v := range verdictsOf(lists) {
		family, err := familyOf(i.tx, entries, v.authority)
		if err != nil {
			return err
		}
		if len(family.entries) == 0 {
			continue
		}
		if err := i.takeOver(v, family, entries); err != nil {
			return fmt.Errorf("take over what %q revoked: %w", family.entries[0].Name, err)
		}
	}
	return i.elsewhereNoMore(entries)
}

func (i *importing) takeOver(v *verdicts, family family, entries []storage.Entry) error {
	here := map[string]int{}
	for n, e := range entries {
		if family.signed(e) {
			here[e.Serial] = n
		}
	}
	record, err := i.tx.Authority(family.id())
	if err != nil && !errors.Is(err, storage.ErrNoRecord) {
		return err
	}
	record.ID = family.id()
	elsewhere := map[string]bool{}
	for _, r := range record.Elsewhere {
		elsewhere[r.Serial] = true
	}
	for _, r := range v.revoked {
		n, found := here[r.Serial]
		switch {
		case !found && !elsewhere[r.Serial]:
			record.Elsewhere = append(record.Elsewhere, storage.Revocation{Serial: r.Serial, At: r.At, Reason: r.Reason})
			i.done.Elsewhere++
		case found && entries[n].State == stateValid:
			if err := i.revoke(&entries[n], r); err != nil {
				return err
			}
		}
	}
	if v.number != nil && v.number.IsUint64() {
		record.CRLNumber = max(record.CRLNumber, v.number.Uint64())
	}
	if v.crl != nil && v.crl.ThisUpdate.After(record.ThisUpdate) {
		record.CRL, record.ThisUpdate, record.NextUpdate = v.crl.Raw, v.crl.ThisUpdate, v.crl.NextUpdate
	}
	return i.tx.PutAuthority(record)
}

func (i *importing) revoke(e *storage.Entry, r FoundRevocation) error {
	e.State, e.RevokedAt, e.Reason = stateRevoked, r.At, r.Reason
	if pki.Reason(r.Reason).IsHold() {
		e.State = stateHold
	}
	i.done.Revoked++
	if err := i.tx.PutEntry(*e); err != nil {
		return err
	}
	return i.tx.AppendEvent(storage.Event{
		At: i.now, Verb: "revoke", Subject: e.ID, Name: e.Name,
		Detail: map[string]string{"reason": r.Reason, "serial": e.Serial, "origin": originImported},
	})
}

// elsewhereNoMore revokes the certificates that came in now and whose serial
// numbers their authority had as revoked.
func (i *importing) elsewhereNoMore(entries []storage.Entry) error {
	records, err := i.tx.Authorities()
	if err != nil {
		return err
	}
	here := issuedHere(entries)
	for _, record := range records {
		var rest []storage.Revocation
		for _, r := range record.Elsewhere {
			n, found := here[serialOf{record.ID, r.Serial}]
			if !found {
				rest = append(rest, r)
				continue
			}
			if entries[n].State != stateValid {
				continue
			}
			if err := i.revoke(&entries[n], FoundRevocation{Serial: r.Serial, At: r.At, Reason: r.Reason}); err != nil {
				return err
			}
		}
		if len(rest) == len(record.Elsewhere) {
			continue
		}
		record.Elsewhere = rest
		if err := i.tx.PutAuthority(record); err != nil {
			return err
		}
	}
	return nil
}

// serialOf is a serial number of an authority, named by its record.
type serialOf struct {
	authority storage.ID
	serial    string
}

// issuedHere are the places of the entries by what signed them.
func issuedHere(entries []storage.Entry) map[serialOf]int {
	byID := map[storage.ID]storage.Entry{}
	for _, e := range entries {
		byID[e.ID] = e
	}
	here := map[serialOf]int{}
	for n, e := range entries {
		if issuer, known := byID[e.IssuerID]; known {
			here[serialOf{issuer.ID, e.Serial}] = n
			here[serialOf{issuer.KeyID, e.Serial}] = n
		}
	}
	return here
}

func issuerName(c *x509.Certificate) string {
	return cmp.Or(shortName(c.Issuer.CommonName), shortName(c.Issuer.String()), "?")
}
