package storage

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// copyBatch is how many records a copy commits at a time: it bounds the memory.
const copyBatch = 20_000

// Backup writes a copy of the vault, as it is at one moment, to a new file of mode 0600.
// The vault may be locked: what is sealed stays sealed. The copy has the same records,
// passphrase and commit counter, and nothing of what was deleted or replaced. It is
// written beside path, synced and renamed; a vault that is unlocked reads all of it back
// first and keeps no copy that is not whole.
//
// Errors: ErrExists, ErrNoSpace, ErrClosed, *DamageError, ctx.Err(); others as they come.
func (v *Vault) Backup(ctx context.Context, path string) error {
	if err := v.backup(ctx, path); err != nil {
		return fmt.Errorf("back up to %q: %w", path, asNoSpace(err))
	}
	return nil
}

func (v *Vault) backup(ctx context.Context, path string) error {
	temporary, err := v.placeFor(path)
	if err != nil {
		return err
	}
	v.gate.RLock()
	defer v.gate.RUnlock()
	if err := v.view(nil, func(t *Tx) error { return t.copyTo(ctx, temporary) }); err != nil {
		return joinClose(err, removeIfThere(temporary))
	}
	if keys, err := v.acquire(); err == nil {
		err = v.checkCopy(ctx, temporary, keys)
		v.release(keys)
		if err != nil {
			return joinClose(err, removeIfThere(temporary))
		}
	}
	return v.nameIt(temporary, path)
}

// placeFor is a free name beside path, whose folder is made where it is missing.
func (v *Vault) placeFor(path string) (string, error) {
	if err := absent(path); err != nil {
		return "", err
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return "", err
	}
	var random [4]byte
	if _, err := io.ReadFull(v.options.Random, random[:]); err != nil {
		return "", fmt.Errorf("random: %w", err)
	}
	return filepath.Join(folder, "."+filepath.Base(path)+"."+hex.EncodeToString(random[:])+".new"), nil
}

// nameIt gives a finished file its name, where that is still free.
func (v *Vault) nameIt(temporary, path string) error {
	if err := renameExclusive(temporary, path); err != nil {
		return joinClose(err, removeIfThere(temporary))
	}
	return syncFolder(filepath.Dir(path))
}

// copyTo writes every record into a new file and syncs it.
func (t *Tx) copyTo(ctx context.Context, path string) error {
	db, err := newFile(path, t.v.options)
	if err != nil {
		return err
	}
	db.NoSync = true
	to := newBoltKV(db)
	for _, bucket := range append(countedBuckets(), bucketMeta) {
		if err = t.copyBucket(ctx, to, bucket); err != nil {
			err = fmt.Errorf("copy %s: %w", bucket, err)
			break
		}
	}
	if err == nil {
		err = db.Sync()
	}
	if closing := db.Close(); err == nil {
		err = closing
	}
	return err
}

// newFile makes a bbolt file where there is none.
func newFile(path string, o Options) (*bbolt.DB, error) {
	return bbolt.Open(path, fileMode, &bbolt.Options{
		NoStatistics: true,
		OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
			return o.openFile(name, flag|os.O_EXCL, perm)
		},
	})
}

func (t *Tx) copyBucket(ctx context.Context, to kv, bucket string) error {
	if _, err := t.bucket(bucket); err == errNoBucket {
		return nil // a copy of an older schema is of that schema
	}
	scan := t.scan(bucket)
	for first := true; first || !scan.done; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		var batch []rawRecord
		for !scan.done && len(batch) < copyBatch {
			err := scan.batch(func(record, value []byte) error {
				batch = append(batch, rawRecord{bytes.Clone(record), bytes.Clone(value)})
				return nil
			})
			if err != nil {
				return err
			}
		}
		if err := putBatch(to, bucket, batch); err != nil {
			return err
		}
	}
	return nil
}

// putBatch writes records, in the order of their keys, in one transaction.
func putBatch(to kv, bucket string, batch []rawRecord) error {
	tx, err := to.begin(true)
	if err != nil {
		return err
	}
	if err = tx.makeBucket(bucket); err == nil {
		b := tx.bucket(bucket)
		b.dense()
		for _, r := range batch {
			if err = b.put(r.key, r.value); err != nil {
				break
			}
		}
	}
	if err != nil {
		return joinClose(err, tx.rollback())
	}
	return tx.commit()
}

// checkCopy reads a copy whole, with keys of the vault that it was made of.
func (v *Vault) checkCopy(ctx context.Context, path string, keys *keyset) error {
	o := v.options
	o.ReadOnly, o.Salvage = true, false
	c, err := open(path, o)
	if err != nil {
		return err
	}
	err = c.view(keys, func(t *Tx) error {
		found, err := t.Check(ctx)
		if err == nil && len(found) > 0 {
			err = found[0]
		}
		return err
	})
	return errors.Join(err, c.Close())
}

// CheckBackup reads a copy of this vault whole and says what is damaged in it; none: it
// is sound. Errors: ErrLocked; ErrNotVault where it is another vault's, or its data key
// was another one; and those of Open.
func (v *Vault) CheckBackup(ctx context.Context, path string) ([]*DamageError, error) {
	keys, err := v.acquire()
	if err != nil {
		return nil, err
	}
	defer v.release(keys)
	o := v.options
	o.ReadOnly, o.Salvage = true, false
	c, err := open(path, o)
	if err != nil {
		return nil, fmt.Errorf("check backup %q: %w", path, err)
	}
	var found []*DamageError
	err = c.view(keys, func(t *Tx) error {
		if c.head().vault != v.head().vault {
			return ErrNotVault
		}
		if _, err := t.loadState(); err != nil {
			return fmt.Errorf("%w: %w", ErrNotVault, err)
		}
		found, err = t.Check(ctx)
		return err
	})
	if err = errors.Join(err, c.Close()); err != nil {
		return nil, fmt.Errorf("check backup %q: %w", path, err)
	}
	return found, nil
}
