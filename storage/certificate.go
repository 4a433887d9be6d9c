package storage

import (
	"bytes"
	"errors"
	"fmt"
)

// Certificate is a certificate as it was made or read: its DER, and its index fields.
type Certificate struct {
	Entry
	DER []byte
}

// PutCertificate writes a certificate, new or again. Errors: ErrBadID, ErrEmptyRecord,
// ErrReadOnly, *DamageError.
func (t *Tx) PutCertificate(c Certificate) error {
	if err := t.writable(); err != nil {
		return err
	}
	record, err := c.ID.raw()
	if err != nil {
		return fmt.Errorf("put certificate: %w", err)
	}
	if len(c.DER) == 0 {
		return fmt.Errorf("put certificate %s: %w", c.ID, ErrEmptyRecord)
	}
	if err := t.putEntry(&c.Entry); err != nil {
		return fmt.Errorf("put certificate: %w", err)
	}
	return t.putOnce(bucketCertificates, record, t.checked(bucketCertificates, record, c.DER))
}

// putOnce writes a record unless the very same is there.
func (t *Tx) putOnce(bucket string, record, value []byte) error {
	same := false
	err := guard(bucket, func() error {
		b, err := t.bucket(bucket)
		if err == nil {
			same = bytes.Equal(b.get(record), value)
		}
		return err
	})
	if err != nil || same {
		return err
	}
	return t.put(bucket, record, value)
}

// Certificate reads a certificate. Errors: ErrNoRecord, ErrBadID, *DamageError.
func (t *Tx) Certificate(id ID) (Certificate, error) {
	entry, err := t.Entry(id)
	if err != nil {
		return Certificate{}, fmt.Errorf("certificate: %w", err)
	}
	record, err := id.raw()
	if err != nil {
		return Certificate{}, err
	}
	der, err := t.certificateDER(record)
	if errors.Is(err, ErrNoRecord) {
		err = damage(bucketCertificates, record, "missing, but in the index")
	}
	if err != nil {
		return Certificate{}, fmt.Errorf("certificate: %w", err)
	}
	return Certificate{Entry: entry, DER: der}, nil
}

func (t *Tx) certificateDER(record []byte) (der []byte, err error) {
	err = t.get(bucketCertificates, record, func(value []byte) error {
		payload, err := t.unchecked(bucketCertificates, record, value)
		der = bytes.Clone(payload)
		return err
	})
	return der, err
}

// DeleteCertificate removes a certificate; its key stays. Errors: ErrNoRecord,
// ErrBadID, ErrReadOnly.
func (t *Tx) DeleteCertificate(id ID) error {
	if err := t.writable(); err != nil {
		return err
	}
	record, err := id.raw()
	if err != nil {
		return fmt.Errorf("delete certificate: %w", err)
	}
	for _, bucket := range []string{bucketIndex, bucketCertificates} {
		if err := t.remove(bucket, record); err != nil {
			return fmt.Errorf("delete certificate: %w", err)
		}
	}
	return nil
}
