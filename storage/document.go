package storage

import (
	"encoding/json"
	"errors"
	"fmt"
)

// document is a public record that is kept as JSON under its ID.
type document[T any] interface {
	*T
	setID(ID)
}

// putDocument writes a document, new or again.
func putDocument(t *Tx, bucket string, id ID, value any) error {
	if err := t.writable(); err != nil {
		return err
	}
	record, err := id.raw()
	if err != nil {
		return fmt.Errorf("put into %s: %w", bucket, err)
	}
	payload, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("put into %s: %s: %w", bucket, id, err)
	}
	return t.putOnce(bucket, record, t.checked(bucket, record, payload))
}

// getDocument reads a document.
func getDocument[T any, P document[T]](t *Tx, bucket string, id ID) (T, error) {
	var found T
	record, err := id.raw()
	if err == nil {
		err = t.get(bucket, record, func(value []byte) error {
			found, err = decodeDocument[T, P](t, bucket, record, value)
			return err
		})
	}
	if err != nil {
		var none T
		return none, fmt.Errorf("get from %s: %w", bucket, err)
	}
	return found, nil
}

// decodeDocument checks and decodes; to be called under guard.
func decodeDocument[T any, P document[T]](t *Tx, bucket string, record, value []byte) (T, error) {
	var found T
	payload, err := t.unchecked(bucket, record, value)
	if err != nil {
		return found, err
	}
	if err := json.Unmarshal(payload, &found); err != nil {
		return found, damage(bucket, record, "layout")
	}
	P(&found).setID(ID(showRecord(bucket, record)))
	return found, nil
}

// documents reads all documents of a bucket, in no order that means anything. Who
// salvages gets those that are sound.
func documents[T any, P document[T]](t *Tx, bucket string) ([]T, error) {
	if err := t.checkWhole(bucket); err != nil {
		return nil, fmt.Errorf("read %s: %w", bucket, err)
	}
	var all []T
	err := t.scan(bucket).all(func(record, value []byte) error {
		one, err := decodeDocument[T, P](t, bucket, record, value)
		if t.v.options.Salvage && errors.Is(err, ErrDamaged) {
			return nil
		}
		all = append(all, one)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", bucket, err)
	}
	return all, nil
}

// deleteDocument removes a document.
func deleteDocument(t *Tx, bucket string, id ID) error {
	if err := t.deleteRecord(bucket, id); err != nil {
		return fmt.Errorf("delete from %s: %w", bucket, err)
	}
	return nil
}
