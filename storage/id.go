package storage

import (
	"encoding/hex"
	"fmt"
	"io"
)

const idSize = 16 // bytes

// ID names a record: 16 random bytes in lower-case hex.
type ID string

// raw is the ID's bytes, or ErrBadID.
func (id ID) raw() ([]byte, error) {
	if len(id) != 2*idSize {
		return nil, fmt.Errorf("%w: %q", ErrBadID, string(id))
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return nil, fmt.Errorf("%w: %q", ErrBadID, string(id))
		}
	}
	return hex.DecodeString(string(id))
}

// NewID is a fresh ID. Where Options.Random fails the ID is empty and the transaction
// ends with that error.
func (t *Tx) NewID() ID {
	var b [idSize]byte
	if _, err := io.ReadFull(t.v.options.Random, b[:]); err != nil {
		t.fail(fmt.Errorf("new ID: %w", err))
		return ""
	}
	return ID(hex.EncodeToString(b[:]))
}
