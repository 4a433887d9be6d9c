package storage

import (
	"bytes"
	"errors"
	"fmt"
)

// Key is a private key. All of it is sealed in the file.
type Key struct {
	ID    ID
	Kind  string // "p256", "rsa2048", …
	PKCS8 []byte // DER (RFC 5958)
}

// Wipe clears the private key in memory. Whoever read the key calls it when done.
func (k *Key) Wipe() { clear(k.PKCS8) }

// PutKey seals and writes a key. k.PKCS8 stays the caller's to clear. Errors: ErrBadID,
// ErrEmptyRecord, ErrReadOnly.
func (t *Tx) PutKey(k Key) error {
	if err := t.writable(); err != nil {
		return fmt.Errorf("put key: %w", err)
	}
	record, err := k.ID.raw()
	if err != nil {
		return fmt.Errorf("put key: %w", err)
	}
	value, err := t.sealKey(k, record)
	if err != nil {
		return err
	}
	if err := t.put(bucketKeys, record, value); err != nil {
		return fmt.Errorf("put key: %w", err)
	}
	return nil
}

// sealKey is a key as it stands in the file.
func (t *Tx) sealKey(k Key, record []byte) ([]byte, error) {
	if len(k.PKCS8) == 0 {
		return nil, fmt.Errorf("put key %s: %w", k.ID, ErrEmptyRecord)
	}
	e := encoder{b: make([]byte, 0, len(k.Kind)+len(k.PKCS8)+16)} // never grows: no copy is left behind
	e.text(k.Kind)
	e.bytes(k.PKCS8)
	defer clear(e.b)
	value, err := t.sealed(bucketKeys, record, e.b)
	if err != nil {
		return nil, fmt.Errorf("put key: %w", err)
	}
	return value, nil
}

// Key unseals a key; see Wipe. Errors: ErrNoRecord, ErrBadID, *DamageError, also, for who
// salvages, where it is not there.
func (t *Tx) Key(id ID) (Key, error) {
	plain, err := t.getSealed(bucketKeys, id)
	if errors.Is(err, ErrNoRecord) && t.v.options.Salvage {
		err = &DamageError{Bucket: bucketKeys, Record: string(id), Missing: 1, Reason: "missing"}
	}
	if err != nil {
		return Key{}, fmt.Errorf("key: %w", err)
	}
	defer clear(plain)
	d := decoder{b: plain}
	k := Key{ID: id, Kind: d.text()}
	der := d.bytes()
	if !d.done() {
		return Key{}, &DamageError{Bucket: bucketKeys, Record: string(id), Reason: "layout"}
	}
	k.PKCS8 = bytes.Clone(der)
	return k, nil
}

// DeleteKey removes a key. Errors: ErrNoRecord, ErrBadID, ErrReadOnly.
func (t *Tx) DeleteKey(id ID) error {
	if err := t.deleteRecord(bucketKeys, id); err != nil {
		return fmt.Errorf("delete key: %w", err)
	}
	return nil
}
