package storage

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"go.etcd.io/bbolt"
)

func TestCheckFindsAll(t *testing.T) {
	path, _ := damagedVault(t)
	tamper(t, path, func(tx *bbolt.Tx) error {
		flip := func(bucket string, k []byte) error {
			b := tx.Bucket([]byte(bucket))
			value := bytes.Clone(b.Get(k))
			value[len(value)/2] ^= 1
			return b.Put(k, value)
		}
		key, err := testKey(3).ID.raw()
		return errors.Join(err, flip(bucketCertificates, rawID(1)), flip(bucketKeys, key), flip(bucketEvents, eventKey(9)))
	})
	v := openVault(t, path)
	defer func() { must(t, v.Close()) }()
	var found []*DamageError
	must(t, v.View(func(tx *Tx) (err error) {
		found, err = tx.Check(context.Background())
		return err
	}))
	got := map[string]string{}
	for _, d := range found {
		got[d.Bucket] = d.Record
	}
	want := map[string]string{bucketCertificates: string(testID(1)), bucketKeys: string(testKey(3).ID), bucketEvents: "9"}
	if !reflect.DeepEqual(got, want) || len(found) != 3 {
		t.Errorf("found %v, want %v", got, want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	mustBe(t, v.View(func(tx *Tx) error { _, err := tx.Check(ctx); return err }), context.Canceled)

	// Put right again, so that the vault is whole at the end.
	must(t, v.Update(func(tx *Tx) error {
		return errors.Join(tx.PutCertificate(testCertificate(1)), tx.PutKey(testKey(3)))
	}))
	must(t, v.Close())
	tamper(t, path, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketEvents))
		value := bytes.Clone(b.Get(eventKey(9)))
		value[len(value)/2] ^= 1
		return b.Put(eventKey(9), value)
	})
}
