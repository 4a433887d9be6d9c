package storage

import (
	"context"
	"errors"
	"fmt"
)

// Check reads every record of the vault and says all that is damaged; none: the vault
// is whole. It stops when ctx ends. The error is for what kept it from looking.
func (t *Tx) Check(ctx context.Context) ([]*DamageError, error) {
	var found []*DamageError
	for _, bucket := range countedBuckets() {
		err := t.checkBucket(ctx, bucket, func(d *DamageError) { found = append(found, d) })
		if err != nil {
			return found, fmt.Errorf("check %s: %w", bucket, err)
		}
	}
	return found, nil
}

// checkBucket reports single records first, then what is wrong with them together.
func (t *Tx) checkBucket(ctx context.Context, bucket string, report func(*DamageError)) error {
	sound := true
	keep := func(err error) error {
		var d *DamageError
		if errors.As(err, &d) {
			report(d)
			sound = false
			return nil
		}
		return err
	}
	scan := t.scan(bucket)
	for !scan.done {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := scan.batch(func(record, value []byte) error {
			return keep(t.checkRecord(bucket, record, value))
		})
		if err != nil {
			return keep(err) // the scan itself failed: there is no going on
		}
	}
	if !sound {
		return nil
	}
	if bucket == bucketEvents {
		return keep(t.VerifyEvents())
	}
	return keep(t.checkWhole(bucket))
}

// checkRecord is to be called under guard.
func (t *Tx) checkRecord(bucket string, record, value []byte) error {
	var err error
	switch bucket {
	case bucketSlots:
		_, err = decodeSlot(record, value)
	case bucketIndex:
		_, err = t.entry(record, value)
	case bucketTargets:
		_, err = decodeDocument[Target](t, bucket, record, value)
	case bucketRequests:
		_, err = decodeDocument[Request](t, bucket, record, value)
	case bucketAuthorities:
		_, err = decodeDocument[Authority](t, bucket, record, value)
	case bucketProfiles:
		_, err = decodeDocument[Profile](t, bucket, record, value)
	case bucketPartners:
		_, err = decodeDocument[Partner](t, bucket, record, value)
	case bucketEvents:
		_, err = t.event(record, value)
	case bucketKeys, bucketSecrets:
		var plain []byte
		plain, err = t.unsealed(bucket, record, value)
		clear(plain)
	default:
		_, err = t.unchecked(bucket, record, value)
	}
	return err
}
