package storage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

func TestBackup(t *testing.T) {
	for _, locked := range []bool{false, true} {
		v := newVault(t)
		fillAll(t, v)
		must(t, v.AddWay(ByRecovery, testRecovery))
		commits, err := v.Commits()
		must(t, err)
		if locked {
			v.Lock()
		}
		path := filepath.Join(t.TempDir(), "new folder", "copy.db")
		must(t, v.Backup(context.Background(), path))
		mustBe(t, v.Backup(context.Background(), path), ErrExists)
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != fileMode {
			t.Errorf("mode %v", info.Mode())
		}
		mustHoldOnly(t, filepath.Dir(path), "copy.db")
		mustBeSound(t, path)
		b := openVault(t, path)
		mustHaveAll(t, b)
		got, err := b.Commits()
		if must(t, err); got != commits || b.ID() != v.ID() {
			t.Errorf("%d commits, want %d", got, commits)
		}
		must(t, b.Close())
	}
}

// TestBackupForgets: what was deleted is not in the copy's bytes.
func TestBackupForgets(t *testing.T) {
	v := newVault(t)
	fill(t, v, 3)
	must(t, v.Update(func(tx *Tx) error { return tx.DeleteCertificate(testID(1)) }))
	path := filepath.Join(t.TempDir(), "copy.db")
	must(t, v.Backup(context.Background(), path))
	file, err := os.ReadFile(path)
	must(t, err)
	if strings.Contains(string(file), string(testDER(1))) || !strings.Contains(string(file), string(testDER(2))) {
		t.Error("the copy has what was deleted, or lacks what was not")
	}
}

func TestBackupFailures(t *testing.T) {
	v := newVault(t)
	fill(t, v, 3)
	folder := t.TempDir()
	path := filepath.Join(folder, "copy.db")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	mustBe(t, v.Backup(ctx, path), context.Canceled)
	mustHoldOnly(t, folder)
	must(t, v.Close())
	mustBe(t, v.Backup(context.Background(), path), ErrClosed)

	// A copy of what is damaged is not kept, where that can be told.
	broken := copyFile(t, v.Path())
	tamper(t, broken, func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucketKeys)).Delete(firstKey(tx, bucketKeys)) })
	b := openVault(t, broken)
	var damaged *DamageError
	if err := b.Backup(context.Background(), path); !errors.As(err, &damaged) {
		t.Errorf("error %v", err)
	}
	mustHoldOnly(t, folder)
	must(t, b.Close())
}

func firstKey(tx *bbolt.Tx, bucket string) []byte {
	record, _ := tx.Bucket([]byte(bucket)).Cursor().First()
	return record
}

func TestCheckBackup(t *testing.T) {
	ctx := context.Background()
	v := newVault(t)
	fillAll(t, v)
	good := filepath.Join(t.TempDir(), "good.db")
	must(t, v.Backup(ctx, good))
	if found, err := v.CheckBackup(ctx, good); err != nil || len(found) > 0 {
		t.Errorf("%v, %v", found, err)
	}
	bad := copyFile(t, good)
	tamper(t, bad, func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucketKeys)).Delete(firstKey(tx, bucketKeys)) })
	found, err := v.CheckBackup(ctx, bad)
	if must(t, err); len(found) != 1 || found[0].Bucket != bucketKeys {
		t.Errorf("%v", found)
	}
	other := newVault(t)
	_, err = other.CheckBackup(ctx, good)
	mustBe(t, err, ErrNotVault)
	_, err = v.CheckBackup(ctx, good+".none")
	mustBe(t, err, ErrNotFound)
	v.Lock()
	_, err = v.CheckBackup(ctx, good)
	mustBe(t, err, ErrLocked)
}
