package storage

import "time"

// Authority is what an authority needs beside its certificate: the state of its
// certificate revocation list. Its ID is that of the authority's key, so that
// certificates renewed with the same key share one list; where the key is elsewhere,
// that of the certificate.
type Authority struct {
	ID         ID           `json:"-"`
	CRLNumber  uint64       `json:"crlNumber,omitempty"` // of the newest list (RFC 5280 section 5.2.3); 0: none yet
	ThisUpdate time.Time    `json:"thisUpdate,omitzero"` // of the newest list; kept in UTC
	NextUpdate time.Time    `json:"nextUpdate,omitzero"`
	CRL        []byte       `json:"crl,omitempty"`       // the newest list, DER
	CRLDays    int          `json:"crlDays,omitempty"`   // how many days a list is valid; 0: the default
	Elsewhere  []Revocation `json:"elsewhere,omitempty"` // of certificates that are not in this vault
}

// Revocation is one revoked certificate, by its serial number.
type Revocation struct {
	Serial string    `json:"serial"` // lower-case hex, as Entry.Serial
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"` // as RFC 5280 section 5.3.1 spells it
}

func (a *Authority) setID(id ID) { a.ID = id }

// PutAuthority writes an authority, new or again. Errors: ErrBadID, ErrReadOnly.
func (t *Tx) PutAuthority(a Authority) error {
	a.ThisUpdate, a.NextUpdate = a.ThisUpdate.UTC(), a.NextUpdate.UTC()
	return putDocument(t, bucketAuthorities, a.ID, a)
}

// Authority reads an authority. Errors: ErrNoRecord, ErrBadID, *DamageError.
func (t *Tx) Authority(id ID) (Authority, error) {
	return getDocument[Authority](t, bucketAuthorities, id)
}

// Authorities reads all authorities, in no order that means anything. Errors: *DamageError.
func (t *Tx) Authorities() ([]Authority, error) { return documents[Authority](t, bucketAuthorities) }
