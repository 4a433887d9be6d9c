package storage

import "time"

// Target is a saved connection to try. Tokens and passwords of it are secrets
// (PutSecret), not fields.
type Target struct {
	ID            ID        `json:"-"`
	Name          string    `json:"name"`
	URL           string    `json:"url"`
	Method        string    `json:"method,omitempty"`
	CertificateID ID        `json:"certificate,omitempty"` // what it presents; "" for none
	TrustIDs      []ID      `json:"trust,omitempty"`       // authorities it trusts; none: the system's
	LastAt        time.Time `json:"lastAt,omitzero"`       // when it was last tried
	LastResult    string    `json:"lastResult,omitempty"`  // the code of how that went
}

func (t *Target) setID(id ID) { t.ID = id }

// PutTarget writes a target, new or again. Errors: ErrBadID, ErrReadOnly.
func (t *Tx) PutTarget(target Target) error {
	target.LastAt = target.LastAt.UTC()
	return putDocument(t, bucketTargets, target.ID, target)
}

// Target reads a target. Errors: ErrNoRecord, ErrBadID, *DamageError.
func (t *Tx) Target(id ID) (Target, error) { return getDocument[Target](t, bucketTargets, id) }

// Targets reads all targets, in no order that means anything. Errors: *DamageError.
func (t *Tx) Targets() ([]Target, error) { return documents[Target](t, bucketTargets) }

// DeleteTarget removes a target. Errors: ErrNoRecord, ErrBadID, ErrReadOnly.
func (t *Tx) DeleteTarget(id ID) error { return deleteDocument(t, bucketTargets, id) }
