package storage

import "fmt"

// PutSecret seals and writes a secret of any sort: a stored password, a connection's
// token. Errors: ErrBadID, ErrEmptyRecord, ErrReadOnly.
func (t *Tx) PutSecret(id ID, secret []byte) error {
	if len(secret) == 0 {
		return fmt.Errorf("put secret %s: %w", id, ErrEmptyRecord)
	}
	if err := t.putSealed(bucketSecrets, id, secret); err != nil {
		return fmt.Errorf("put secret: %w", err)
	}
	return nil
}

// Secret unseals a secret; the caller clears it. Errors: ErrNoRecord, ErrBadID,
// *DamageError.
func (t *Tx) Secret(id ID) ([]byte, error) {
	plain, err := t.getSealed(bucketSecrets, id)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return plain, nil
}

// DeleteSecret removes a secret. Errors: ErrNoRecord, ErrBadID, ErrReadOnly.
func (t *Tx) DeleteSecret(id ID) error {
	if err := t.deleteRecord(bucketSecrets, id); err != nil {
		return fmt.Errorf("delete secret: %w", err)
	}
	return nil
}

func (t *Tx) putSealed(bucket string, id ID, plain []byte) error {
	if err := t.writable(); err != nil {
		return err
	}
	record, err := id.raw()
	if err != nil {
		return err
	}
	value, err := t.sealed(bucket, record, plain)
	if err != nil {
		return err
	}
	return t.put(bucket, record, value)
}

func (t *Tx) getSealed(bucket string, id ID) (plain []byte, err error) {
	record, err := id.raw()
	if err != nil {
		return nil, err
	}
	err = t.get(bucket, record, func(value []byte) error {
		plain, err = t.unsealed(bucket, record, value)
		return err
	})
	return plain, err
}

func (t *Tx) deleteRecord(bucket string, id ID) error {
	if err := t.writable(); err != nil {
		return err
	}
	record, err := id.raw()
	if err != nil {
		return err
	}
	return t.remove(bucket, record)
}
