package storage

import (
	"encoding/json"
	"fmt"
)

// Profile is a way of making certificates that the person named. What is in it is the
// caller's.
type Profile struct {
	ID   ID              `json:"-"`
	Name string          `json:"name"`
	JSON json.RawMessage `json:"profile"`
}

func (p *Profile) setID(id ID) { p.ID = id }

// PutProfile writes a profile, new or again. Errors: ErrBadID, ErrEmptyRecord, ErrReadOnly,
// and for what is not JSON that of encoding/json.
func (t *Tx) PutProfile(p Profile) error {
	if len(p.JSON) == 0 {
		return fmt.Errorf("put profile %s: %w", p.ID, ErrEmptyRecord)
	}
	return putDocument(t, bucketProfiles, p.ID, p)
}

// Profile reads a profile. Errors: ErrNoRecord, ErrBadID, *DamageError.
func (t *Tx) Profile(id ID) (Profile, error) { return getDocument[Profile](t, bucketProfiles, id) }

// Profiles reads all profiles, in no order that means anything. Errors: *DamageError.
func (t *Tx) Profiles() ([]Profile, error) { return documents[Profile](t, bucketProfiles) }

// DeleteProfile removes a profile. Errors: ErrNoRecord, ErrBadID, ErrReadOnly.
func (t *Tx) DeleteProfile(id ID) error { return deleteDocument(t, bucketProfiles, id) }
