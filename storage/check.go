package storage

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
)

// Check reads every record of the vault and says all that is damaged or missing; none:
// the vault is whole. It stops when ctx ends. The error is for what kept it from looking.
func (t *Tx) Check(ctx context.Context) ([]*DamageError, error) {
	var found []*DamageError
	report := func(d *DamageError) { found = append(found, d) }
	s, err := t.readState()
	if err = reported(err, report); err != nil {
		return nil, err
	}
	for _, bucket := range countedBuckets() {
		if err := t.checkBucket(ctx, bucket, s, report); err != nil {
			return found, fmt.Errorf("check %s: %w", bucket, err)
		}
	}
	return found, nil
}

// DamageLook looks into a vault of which damage was found, and gives the error to be
// returned in place of err. whole: nothing more will be read of it, for it was found at
// unlocking, so that all that is damaged is to be told.
type DamageLook func(ctx context.Context, tx *Tx, err error, whole bool) error

// LookAtDamage has unlocking, View and Update ask look about damage that they find.
func (v *Vault) LookAtDamage(look DamageLook) { v.look = look }

func (v *Vault) lookInto(ctx context.Context, keys *keyset, err error, whole bool) error {
	var d *DamageError
	if v.look == nil || !errors.As(err, &d) {
		return err
	}
	_ = v.view(keys, func(t *Tx) error { // what it cannot read is what it is about
		err = v.look(ctx, t, err, whole)
		return nil
	})
	return err
}

// reported takes damage out of an error.
func reported(err error, report func(*DamageError)) error {
	var d *DamageError
	if errors.As(err, &d) {
		report(d)
		return nil
	}
	return err
}

// checkBucket reports single records first, then what is wrong with them together. Where
// the state is damaged, which is nil then, nothing tells that.
func (t *Tx) checkBucket(ctx context.Context, bucket string, s *state, report func(*DamageError)) error {
	unsound, records := 0, 0
	keep := func(d *DamageError) {
		report(d)
		unsound++
	}
	scan := t.scan(bucket)
	for !scan.done {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := scan.batch(func(record, value []byte) error {
			records++
			return reported(t.checkRecord(bucket, record, value), keep)
		})
		if err != nil {
			return reported(err, keep) // the scan itself failed: there is no going on
		}
	}
	if s == nil {
		return nil
	}
	missing := int(s.counts[bucket].records) - records
	switch {
	case missing > 0 || unsound > 0: // what is damaged may be the record's own name
		return t.checkMissing(bucket, missing, unsound, s, report)
	case bucket == bucketEvents && !t.v.options.Salvage:
		return reported(t.VerifyEvents(), report)
	}
	return reported(t.compare(bucket, s.counts[bucket]), report)
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

// checkMissing reports missing records of a bucket: those that other records speak of by
// their own names, the others by their number. renamed is how many may be there under a
// name that is not theirs.
func (t *Tx) checkMissing(bucket string, missing, renamed int, s *state, report func(*DamageError)) error {
	spokenOf := map[string]bool{}
	speak := func(record []byte) { spokenOf[string(record)] = true }
	var err error
	switch bucket {
	case bucketCertificates:
		err = t.scan(bucketIndex).all(func(record, _ []byte) error { speak(record); return nil })
	case bucketIndex:
		err = t.scan(bucketCertificates).all(func(record, _ []byte) error { speak(record); return nil })
	case bucketKeys:
		err = t.SoundEntries(func(e Entry) {
			if key, err := hex.DecodeString(string(e.KeyID)); err == nil && len(key) > 0 {
				speak(key)
			}
		})
	case bucketEvents:
		for n := range min(s.events, 1<<20) {
			speak(eventKey(n + 1))
		}
	}
	if err == nil {
		err = t.scan(bucket).all(func(record, _ []byte) error { delete(spokenOf, string(record)); return nil })
	}
	if err != nil {
		return reported(err, report)
	}
	for n, record := range sortedKeys(spokenOf) {
		if n < missing+renamed {
			report(&DamageError{Bucket: bucket, Record: showRecord(bucket, []byte(record)), Missing: 1, Reason: "missing"})
		}
	}
	missing -= len(spokenOf)
	if missing > 0 {
		report(&DamageError{Bucket: bucket, Missing: missing, Reason: fmt.Sprintf("%d missing", missing)})
	}
	return nil
}

// SoundEntries gives each those entries of the index that are as they were written, also
// in a vault that is damaged. Errors: *DamageError where the scan itself fails.
func (t *Tx) SoundEntries(each func(Entry)) error {
	return t.scan(bucketIndex).all(func(record, value []byte) error {
		if e, err := t.entry(record, value); err == nil {
			each(e)
		}
		return nil
	})
}

// SoundEvents gives more, until it says no, those events that are as they were written,
// the newest first, whether or not they hang together. Errors as SoundEntries.
func (t *Tx) SoundEvents(more func(Event) bool) error {
	scan, stopped := t.scan(bucketEvents), false
	scan.newest = true
	return scan.all(func(record, value []byte) error {
		if stopped {
			scan.done = true
			return nil
		}
		e, err := t.event(record, value)
		stopped = err == nil && !more(e.Event)
		return nil
	})
}

// CertificateDER reads a certificate without its index fields. Errors: those of
// Certificate.
func (t *Tx) CertificateDER(id ID) ([]byte, error) {
	record, err := id.raw()
	if err != nil {
		return nil, err
	}
	return t.certificateDER(record)
}
