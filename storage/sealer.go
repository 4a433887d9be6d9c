package storage

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
)

// NewIDs are n fresh IDs in rising order: four random bytes that all share, the place
// in the list, eight random bytes. What is put under them lies side by side in the
// file, so that a batch touches few of its pages. n is at most 2^32. Errors: those of
// Options.Random.
func (v *Vault) NewIDs(n int) ([]ID, error) {
	const own = 8
	random := make([]byte, 4+n*own)
	if _, err := io.ReadFull(v.options.Random, random); err != nil {
		return nil, fmt.Errorf("new IDs: %w", err)
	}
	ids := make([]ID, n)
	raw := make([]byte, 0, idSize)
	for i := range ids {
		raw = binary.BigEndian.AppendUint32(append(raw[:0], random[:4]...), uint32(i))
		ids[i] = ID(hex.EncodeToString(append(raw, random[4+i*own:][:own]...)))
	}
	return ids, nil
}

// Sealer makes records ready to be written, outside of any transaction: encoding,
// checks and seals cost more than the writing, and one goroutine alone can write. It is
// for one goroutine; several each have their own. Close gives its keys back.
type Sealer struct {
	t *Tx // without a transaction of the file: it only seals and checks
}

// NewSealer gives a sealer of the vault's present keys. Errors: ErrLocked, ErrClosed.
func (v *Vault) NewSealer() (*Sealer, error) {
	keys, err := v.acquire()
	if err != nil {
		return nil, err
	}
	return &Sealer{&Tx{v: v, keys: keys, header: v.head(), mac: newMAC(keys.mac)}}, nil
}

// Close lets the keys go; they are wiped when the vault is locked and nothing else
// uses them.
func (s *Sealer) Close() { s.t.v.release(s.t.keys) }

// Sealed is a certificate with its key and event, ready for Tx.PutSealed.
type Sealed struct {
	record                  []byte
	keyRecord               []byte // nil: without a key
	entry, certificate, key []byte
	event                   []byte
	keys                    *keyset
}

// Seal makes a certificate ready, with its key unless k is nil, and the event that
// says how it came. k.PKCS8 stays the caller's to clear. Errors: ErrBadID,
// ErrEmptyRecord.
func (s *Sealer) Seal(c Certificate, k *Key, e Event) (Sealed, error) {
	made := Sealed{keys: s.t.keys}
	var err error
	if made.record, err = c.ID.raw(); err != nil {
		return made, fmt.Errorf("seal certificate: %w", err)
	}
	if len(c.DER) == 0 {
		return made, fmt.Errorf("seal certificate %s: %w", c.ID, ErrEmptyRecord)
	}
	payload, err := appendEntry(make([]byte, 0, 384), &c.Entry)
	if err != nil {
		return made, fmt.Errorf("seal entry %s: %w", c.ID, err)
	}
	made.entry = s.t.checked(bucketIndex, made.record, payload)
	made.certificate = s.t.checked(bucketCertificates, made.record, c.DER)
	if made.event, err = e.body(s.t.v.options.Now); err != nil {
		return made, err
	}
	if k == nil {
		return made, nil
	}
	if made.keyRecord, err = k.ID.raw(); err != nil {
		return made, fmt.Errorf("seal key: %w", err)
	}
	made.key, err = s.t.sealKey(*k, made.keyRecord)
	return made, err
}

// PutSealed writes what Seal made ready, fastest in the order of NewIDs. Errors:
// ErrReadOnly; ErrLocked where the vault was locked since, also when it is open again;
// *DamageError.
func (t *Tx) PutSealed(list []Sealed) error {
	if err := t.writable(); err != nil {
		return err
	}
	for i := range list {
		if list[i].keys != t.keys {
			return fmt.Errorf("put sealed: %w", ErrLocked)
		}
	}
	for _, part := range []struct {
		bucket string
		record func(*Sealed) (record, value []byte)
	}{
		{bucketIndex, func(s *Sealed) ([]byte, []byte) { return s.record, s.entry }},
		{bucketCertificates, func(s *Sealed) ([]byte, []byte) { return s.record, s.certificate }},
		{bucketKeys, func(s *Sealed) ([]byte, []byte) { return s.keyRecord, s.key }},
	} {
		if err := t.putMany(part.bucket, list, part.record); err != nil {
			return fmt.Errorf("put sealed: %w", err)
		}
	}
	for i := range list {
		if err := t.appendBody(list[i].event); err != nil {
			return fmt.Errorf("put sealed: %w", err)
		}
	}
	return nil
}

// putMany writes one record of each, those without a value left out.
func (t *Tx) putMany(bucket string, list []Sealed, part func(*Sealed) (record, value []byte)) error {
	return guard(bucket, func() error {
		b, err := t.bucket(bucket)
		if err != nil {
			return err
		}
		b.dense()
		for i := range list {
			record, value := part(&list[i])
			if value == nil {
				continue
			}
			t.state.account(bucket, record, b.get(record), value)
			if err := b.put(record, value); err != nil {
				return fmt.Errorf("put %s %s: %w", bucket, showRecord(bucket, record), writeError(err))
			}
			t.changed = true
		}
		return nil
	})
}
