package storage

import "time"

// Target is a saved connection to try. What may hold tokens and passwords, the
// whole URL, headers and body, is a secret of the same ID (PutSecret), no field.
type Target struct {
	ID            ID        `json:"-"`
	Name          string    `json:"name"`
	Group         string    `json:"group,omitempty"`
	URL           string    `json:"url"` // without user, query and fragment
	Method        string    `json:"method,omitempty"`
	CertificateID ID        `json:"certificate,omitempty"` // what it presents; "" for none
	TrustIDs      []ID      `json:"trust,omitempty"`       // authorities it trusts; none: the system's
	LastAt        time.Time `json:"lastAt,omitzero"`       // when it was last tried
	LastResult    string    `json:"lastResult,omitempty"`  // the code of how that went
	LastStatus    int       `json:"lastStatus,omitempty"`  // the status of its answer; 0 for none
	LastMS        int64     `json:"lastMS,omitempty"`      // how long it took, in milliseconds
	PassedAt      time.Time `json:"passedAt,omitzero"`     // when it last went well
}

func (t *Target) setID(id ID) { t.ID = id }

// PutTarget writes a target, new or again. Errors: ErrBadID, ErrReadOnly.
func (t *Tx) PutTarget(target Target) error {
	target.LastAt, target.PassedAt = target.LastAt.UTC(), target.PassedAt.UTC()
	return putDocument(t, bucketTargets, target.ID, target)
}

// Target reads a target. Errors: ErrNoRecord, ErrBadID, *DamageError.
func (t *Tx) Target(id ID) (Target, error) { return getDocument[Target](t, bucketTargets, id) }

// Targets reads all targets, in no order that means anything. Errors: *DamageError.
func (t *Tx) Targets() ([]Target, error) { return documents[Target](t, bucketTargets) }

// DeleteTarget removes a target. Errors: ErrNoRecord, ErrBadID, ErrReadOnly.
func (t *Tx) DeleteTarget(id ID) error { return deleteDocument(t, bucketTargets, id) }
