package storage

import (
	"encoding/json"
	"fmt"
)

// Partner is another company that connections go to or come from. What is in it is the
// caller's.
type Partner struct {
	ID   ID              `json:"-"`
	Name string          `json:"name"`
	JSON json.RawMessage `json:"partner"`
}

func (p *Partner) setID(id ID) { p.ID = id }

// PutPartner writes a partner, new or again. Errors: ErrBadID, ErrEmptyRecord, ErrReadOnly,
// and for what is not JSON that of encoding/json.
func (t *Tx) PutPartner(p Partner) error {
	if len(p.JSON) == 0 {
		return fmt.Errorf("put partner %s: %w", p.ID, ErrEmptyRecord)
	}
	return putDocument(t, bucketPartners, p.ID, p)
}

// Partner reads a partner. Errors: ErrNoRecord, ErrBadID, *DamageError.
func (t *Tx) Partner(id ID) (Partner, error) { return getDocument[Partner](t, bucketPartners, id) }

// Partners reads all partners, in no order that means anything. Errors: *DamageError.
func (t *Tx) Partners() ([]Partner, error) { return documents[Partner](t, bucketPartners) }

// DeletePartner removes a partner. Errors: ErrNoRecord, ErrBadID, ErrReadOnly.
func (t *Tx) DeletePartner(id ID) error { return deleteDocument(t, bucketPartners, id) }
