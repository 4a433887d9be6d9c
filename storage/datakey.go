package storage

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

// Secrets are what opens the vault, given to a deed that wraps the data key anew. The
// caller clears them.
type Secrets struct {
	Passphrase []byte // the present one; empty where the vault has none
	Keyring    []byte // nil: the keyring's slot goes
	Recovery   []byte // nil: the recovery code's slot goes
}

// NewDataKey draws a new data key and seals and checks everything anew under it, in one
// transaction: a copy of the file that was made before, opened with whatever opened it,
// tells nothing of what is sealed from now on. What is not given in secrets opens the
// vault no more. The vault must be unlocked, and stays so. It rewrites every record: of
// 100,000 certificates that takes seconds.
//
// Errors: ErrWrongPassphrase, ErrLastSlot, ErrLocked, ErrReadOnly, ErrNoSpace,
// *DamageError, ctx.Err() while nothing has changed; ErrSlotRemains: the new key holds.
func (v *Vault) NewDataKey(ctx context.Context, secrets Secrets) error {
	if err := v.newDataKey(ctx, secrets); err != nil {
		return fmt.Errorf("new data key: %w", err)
	}
	return nil
}

func (v *Vault) newDataKey(ctx context.Context, secrets Secrets) error {
	if err := v.knows(ctx, secrets.Passphrase); err != nil {
		return err
	}
	data := make([]byte, keySize)
	if _, err := io.ReadFull(v.options.Random, data); err != nil {
		return fmt.Errorf("random: %w", err)
	}
	fresh := newKeyset(data, v.head().vault)
	put, remove, err := v.wrapAll(ctx, data, secrets)
	if err == nil {
		err = v.withKeys(func(old *keyset) error { return v.rekey(ctx, old, fresh, put, remove) })
	}
	if v.adopted(fresh) {
		return err
	}
	fresh.wipe()
	return err
}

// knows checks the passphrase against its slot, where there is one.
func (v *Vault) knows(ctx context.Context, passphrase []byte) error {
	if len(v.slotsOf(slotPassphrase, slotOpen)) == 0 && len(passphrase) == 0 {
		return nil
	}
	data, err := v.dataKey(ctx, passphraseKind(passphrase), passphrase)
	clear(data)
	return err
}

// wrapAll makes the slots of the new data key and says which ones go.
func (v *Vault) wrapAll(ctx context.Context, data []byte, secrets Secrets) (put []slot, remove []uint16, err error) {
	if len(v.slotsOf(slotPassphrase, slotOpen)) > 0 {
		s, err := v.wrapAnew(ctx, data, secrets.Passphrase)
		if err != nil {
			return nil, nil, err
		}
		put = append(put, s)
	}
	for _, w := range []struct {
		way    Way
		secret []byte
	}{{ByKeyring, secrets.Keyring}, {ByRecovery, secrets.Recovery}} {
		switch {
		case len(v.slotsOf(w.way.kind())) == 0:
		case w.secret == nil:
			remove = append(remove, w.way.number())
		case len(w.secret) < minSecret:
			return nil, nil, ErrShortSecret
		default:
			s, err := slot{number: w.way.number(), kind: w.way.kind()}.wrap(data, w.secret, v.head().vault, v.options.Random)
			if err != nil {
				return nil, nil, err
			}
			put = append(put, s)
		}
	}
	if len(put) == 0 {
		return nil, nil, ErrLastSlot
	}
	return put, remove, nil
}

// rekey is the transaction. v.gate is held alone.
func (v *Vault) rekey(ctx context.Context, old, fresh *keyset, put []slot, remove []uint16) error {
	var slots []slot
	err := v.update(old, func(t *Tx) (err error) {
		next := v.newTx(t.tx, fresh)
		next.state = t.state
		for _, bucket := range countedBuckets() {
			if bucket == bucketSlots {
				continue
			}
			if err := t.rewrite(ctx, next, bucket); err != nil {
				return fmt.Errorf("%s: %w", bucket, err)
			}
		}
		t.keys, t.mac = next.keys, next.mac // the state is saved under the new key
		slots, err = t.replaceSlots(put, remove)
		return err
	})
	if err != nil {
		return err
	}
	v.setSlots(slots)
	v.adopt(fresh)
	if err := v.wipeFreePages(fresh); err != nil {
		return fmt.Errorf("%w: %w", ErrSlotRemains, err)
	}
	return nil
}

// adopt puts fresh keys in place of those that the vault has; a vault that was locked
// meanwhile stays locked.
func (v *Vault) adopt(fresh *keyset) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.keys == nil {
		return
	}
	v.dropKeys()
	v.keys = fresh
}

func (v *Vault) adopted(fresh *keyset) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.keys == fresh
}

// rewrite reads every record of a bucket with t's keys and writes it with next's. A
// bucket that is not whole is damage.
func (t *Tx) rewrite(ctx context.Context, next *Tx, bucket string) error {
	if bucket == bucketEvents {
		if err := t.VerifyEvents(); err != nil {
			return err
		}
		next.state.head = [tagSize]byte{}
	} else if err := t.checkWhole(bucket); err != nil {
		return err
	}
	var records [][]byte
	err := t.scan(bucket).all(func(record, _ []byte) error {
		records = append(records, bytes.Clone(record))
		return nil
	})
	if err != nil {
		return err
	}
	for n, record := range records {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := t.rewriteOne(next, bucket, record); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) rewriteOne(next *Tx, bucket string, record []byte) error {
	var fresh []byte
	err := t.get(bucket, record, func(value []byte) error {
		switch bucket {
		case bucketKeys, bucketSecrets:
			plain, err := t.unsealed(bucket, record, value)
			if err != nil {
				return err
			}
			defer clear(plain)
			fresh, err = next.sealed(bucket, record, plain)
			return err
		case bucketEvents:
			if _, err := t.event(record, value); err != nil {
				return err
			}
			fresh = next.linked(record, value[1+tagSize:len(value)-tagSize])
			copy(next.state.head[:], fresh[len(fresh)-tagSize:])
			return nil
		}
		payload, err := t.unchecked(bucket, record, value)
		if err != nil {
			return err
		}
		fresh = next.checked(bucket, record, payload)
		return nil
	})
	if err != nil {
		return err
	}
	return next.put(bucket, record, fresh)
}
