package storage

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// recordVersion is the layout of the records of Schema 1. Each record bears its own,
// so that a later schema may rewrite records one by one.
const recordVersion byte = 1

// Tx is a running transaction: it is good until the function given to View or Update
// returns, and for one goroutine. All that it gives is copied out of the file.
type Tx struct {
	v       *Vault
	tx      kvTx
	keys    *keyset // nil: locked, only the header and the slots are read
	header  header
	mac     *checker
	chain   *checker // of events; nil until one is read or written
	state   *state
	whole   map[string]bool // buckets found complete in this transaction
	changed bool
	fault   error // the first error that a method without an error result met
	context []byte
	tag     []byte
}

func (v *Vault) newTx(btx kvTx, keys *keyset) *Tx {
	t := &Tx{v: v, tx: btx, keys: keys, header: v.head(), whole: map[string]bool{}}
	if keys != nil {
		t.mac = newMAC(keys.mac)
	}
	return t
}

func (t *Tx) fail(err error) {
	if t.fault == nil {
		t.fault = err
	}
}

// errNoBucket reports a bucket that the vault's schema does not have: it is empty.
var errNoBucket = errors.New("no such bucket in this schema")

// bucket is the bucket of this name; to be called under guard.
func (t *Tx) bucket(name string) (kvBucket, error) {
	b := t.tx.bucket(name)
	switch {
	case b != nil:
		return b, nil
	case slices.Contains(newBuckets(t.header.schema), name):
		return nil, errNoBucket
	}
	return nil, &DamageError{Bucket: name, Reason: "the bucket is missing"}
}

// place is the context of a record, valid until the next call.
func (t *Tx) place(bucket string, record []byte, version byte) []byte {
	t.context = recordContext(t.context[:0], t.header.vault, bucket, record, version)
	return t.context
}

// checked wraps a public payload: version, payload, HMAC-SHA256.
func (t *Tx) checked(bucket string, record, payload []byte) []byte {
	b := make([]byte, 0, 1+len(payload)+tagSize)
	b = append(append(b, recordVersion), payload...)
	return t.mac.tag(b, t.place(bucket, record, recordVersion), payload)
}

// unchecked is the payload of a public record once its check holds. It lies in the
// file's mapping: to be decoded under guard, within the transaction.
func (t *Tx) unchecked(bucket string, record, value []byte) ([]byte, error) {
	payload, err := payloadOf(bucket, record, value)
	if err != nil {
		return nil, err
	}
	found := value[len(value)-tagSize:]
	t.tag = t.mac.tag(t.tag[:0], t.place(bucket, record, value[0]), payload)
	if !equalTags(t.tag, found) {
		return nil, damage(bucket, record, "check")
	}
	return payload, nil
}

// payloadOf is the payload of a public record, its check not looked at.
func payloadOf(bucket string, record, value []byte) ([]byte, error) {
	if len(value) < 1+tagSize {
		return nil, damage(bucket, record, "too short")
	}
	if value[0] != recordVersion {
		return nil, damage(bucket, record, "unknown record version")
	}
	return value[1 : len(value)-tagSize], nil
}

func (t *Tx) sealed(bucket string, record, secret []byte) ([]byte, error) {
	if len(t.keys.seal) == 0 {
		return nil, ErrLocked
	}
	return sealBytes([]byte{recordVersion}, t.keys.seal, secret,
		t.place(bucket, record, recordVersion), t.v.options.Random)
}

func (t *Tx) unsealed(bucket string, record, value []byte) ([]byte, error) {
	if len(value) < 1 || value[0] != recordVersion {
		return nil, damage(bucket, record, "unknown record version")
	}
	if len(t.keys.seal) == 0 { // see Follower
		return nil, ErrLocked
	}
	plain, ok := openSealed(t.keys.seal, value[1:], t.place(bucket, record, value[0]))
	if !ok {
		return nil, damage(bucket, record, "seal")
	}
	return plain, nil
}

// get reads a record and gives it to decode under guard; value is in the mapping.
// A record that is not there is ErrNoRecord once its bucket is known to be whole.
func (t *Tx) get(bucket string, record []byte, decode func(value []byte) error) error {
	return guard(bucket, func() error {
		b, err := t.bucket(bucket)
		if err != nil && err != errNoBucket {
			return err
		}
		if b != nil {
			if value := b.get(record); value != nil {
				return decode(value)
			}
		}
		if err := t.checkWhole(bucket); err != nil {
			return err
		}
		return fmt.Errorf("%s %s: %w", bucket, showRecord(bucket, record), ErrNoRecord)
	})
}

// put writes a record whole (see checked and sealed) and counts it.
func (t *Tx) put(bucket string, record, value []byte) error {
	return guard(bucket, func() error {
		b, err := t.bucket(bucket)
		if err != nil {
			return err
		}
		old := b.get(record)
		t.state.account(bucket, record, old, value)
		if err := b.put(record, value); err != nil {
			return fmt.Errorf("put %s %s: %w", bucket, showRecord(bucket, record), writeError(err))
		}
		t.changed = true
		return nil
	})
}

// remove deletes a record; one that is not there is ErrNoRecord.
func (t *Tx) remove(bucket string, record []byte) error {
	return guard(bucket, func() error {
		b, err := t.bucket(bucket)
		if err != nil {
			return err
		}
		old := b.get(record)
		if old == nil {
			return fmt.Errorf("%s %s: %w", bucket, showRecord(bucket, record), ErrNoRecord)
		}
		if !t.tx.writable() {
			return ErrReadOnly
		}
		t.state.account(bucket, record, old, nil)
		if err := b.delete(record); err != nil {
			return fmt.Errorf("delete %s %s: %w", bucket, showRecord(bucket, record), writeError(err))
		}
		t.changed = true
		return nil
	})
}

// putRaw writes what is not counted: header and state.
func (t *Tx) putRaw(bucket string, record, value []byte) error {
	return guard(bucket, func() error {
		b, err := t.bucket(bucket)
		if err != nil {
			return err
		}
		if err := b.put(record, value); err != nil {
			return fmt.Errorf("put %s %s: %w", bucket, record, writeError(err))
		}
		t.changed = true
		return nil
	})
}

// writable is ErrReadOnly in a View; every method that writes asks it first.
func (t *Tx) writable() error {
	if !t.tx.writable() {
		return ErrReadOnly
	}
	return nil
}

func writeError(err error) error {
	if errors.Is(err, errNotWritable) {
		return ErrReadOnly
	}
	return err
}

func damage(bucket string, record []byte, reason string) *DamageError {
	return &DamageError{Bucket: bucket, Record: showRecord(bucket, record), Reason: reason}
}

// showRecord is a record's key as people and logs name it.
func showRecord(bucket string, record []byte) string {
	switch bucket {
	case bucketMeta, bucketSettings:
		return string(record)
	case bucketEvents, bucketSlots:
		var n uint64
		for _, c := range record {
			n = n<<8 | uint64(c)
		}
		return fmt.Sprint(n)
	}
	return hex.EncodeToString(record)
}
