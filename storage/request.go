package storage

import (
	"fmt"
	"time"
)

// Request is a certification request (PKCS #10, RFC 2986): one that was made here, or
// one that came in. The private key of one that was made here is a Key.
type Request struct {
	ID            ID        `json:"-"`
	Name          string    `json:"name"` // for people
	Kind          string    `json:"kind,omitempty"`
	Names         []string  `json:"names,omitempty"` // subject alternative names
	State         string    `json:"state"`           // "waiting", "signed", …
	Made          time.Time `json:"made"`            // when it came into the vault; kept in UTC
	Origin        string    `json:"origin"`          // "made", "imported"
	KeyID         ID        `json:"key,omitempty"`   // its private key in this vault; "" for none
	KeyKind       string    `json:"keyKind,omitempty"`
	CertificateID ID        `json:"certificate,omitempty"` // what was made of it, in this vault
	Note          string    `json:"note,omitempty"`
	DER           []byte    `json:"der"`
}

func (r *Request) setID(id ID) { r.ID = id }

// PutRequest writes a request, new or again. Errors: ErrBadID, ErrEmptyRecord, ErrReadOnly.
func (t *Tx) PutRequest(r Request) error {
	if len(r.DER) == 0 {
		return fmt.Errorf("put request %s: %w", r.ID, ErrEmptyRecord)
	}
	r.Made = r.Made.UTC()
	return putDocument(t, bucketRequests, r.ID, r)
}

// Request reads a request. Errors: ErrNoRecord, ErrBadID, *DamageError.
func (t *Tx) Request(id ID) (Request, error) { return getDocument[Request](t, bucketRequests, id) }

// Requests reads all requests, in no order that means anything. Errors: *DamageError.
func (t *Tx) Requests() ([]Request, error) { return documents[Request](t, bucketRequests) }

// DeleteRequest removes a request; its key stays. Errors: ErrNoRecord, ErrBadID, ErrReadOnly.
func (t *Tx) DeleteRequest(id ID) error { return deleteDocument(t, bucketRequests, id) }
