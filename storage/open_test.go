package storage

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

func TestOpenWrongFiles(t *testing.T) {
	random := make([]byte, 100_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(random)
	for _, c := range []struct {
		name    string
		content []byte
		want    error
	}{
		{"empty", nil, ErrEmptyFile},
		{"one byte", []byte{0}, ErrNotVault},
		{"text", []byte("Dear diary,\n"), ErrNotVault},
		{"long text", bytes.Repeat([]byte("Dear diary,\n"), 10_000), ErrNotVault},
		{"PNG", append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), random...), ErrNotVault},
		{"random", random, ErrNotVault},
		{"zeros", make([]byte, 1<<16), ErrNotVault},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			must(t, os.WriteFile(path, c.content, 0o600))
			for range 2 { // opening it must not make a vault of it
				_, err := Open(path, testOptions())
				mustBe(t, err, c.want)
			}
			left, err := os.ReadFile(path)
			must(t, err)
			if !bytes.Equal(left, c.content) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestOpenWrongPaths(t *testing.T) {
	folder := t.TempDir()
	_, err := Open(filepath.Join(folder, "none"), testOptions())
	mustBe(t, err, ErrNotFound)
	_, err = Open(filepath.Join(folder, "no", "folder"), testOptions())
	mustBe(t, err, ErrNotFound)
	mustHoldOnly(t, folder)
	o := testOptions()
	o.ReadOnly = true // a folder opens for reading
	_, err = Open(folder, o)
	mustBe(t, err, ErrNotVault)
	_, err = Open(folder, testOptions())
	if err == nil {
		t.Error("a folder is a vault")
	}
}

func TestOpenOtherDatabases(t *testing.T) {
	for name, fillIt := range map[string]func(*bbolt.Tx) error{
		"empty": func(*bbolt.Tx) error { return nil },
		"nested": func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucket([]byte("a"))
			if err != nil {
				return err
			}
			_, err = b.CreateBucket([]byte("b"))
			return errors.Join(err, b.Put([]byte("k"), make([]byte, 9000)))
		},
		"a bucket like ours": func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucket([]byte(bucketMeta))
			if err != nil {
				return err
			}
			return b.Put([]byte(keyHeader), []byte("something else"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			tamper(t, path, fillIt)
			_, err := Open(path, testOptions())
			mustBe(t, err, ErrNotVault)
		})
	}
}

func TestOpenInUse(t *testing.T) {
	v := newVault(t)
	_, err := Open(v.Path(), testOptions())
	mustBe(t, err, ErrInUse)
	o := testOptions()
	o.ReadOnly = true
	_, err = Open(v.Path(), o)
	mustBe(t, err, ErrInUse)

	o = testOptions()
	o.WaitFor = time.Minute
	opened := make(chan error)
	go func() {
		second, err := Open(v.Path(), o)
		if err == nil {
			err = second.Close()
		}
		opened <- err
	}()
	must(t, v.Close())
	must(t, <-opened) // it waited for the first
}

func TestReadOnly(t *testing.T) {
	v := newVault(t)
	fill(t, v, 3)
	must(t, v.Close())
	o := testOptions()
	o.ReadOnly = true
	first, err := Open(v.Path(), o)
	must(t, err)
	second, err := Open(v.Path(), o) // readers do not exclude each other
	must(t, err)
	must(t, second.Close())
	mustOnlyRead(t, first)
	if why := first.WhyReadOnly(); why == nil || *why != (ReadOnlyError{}) {
		t.Errorf("asked for, but because of %+v", why)
	}
	must(t, first.Close())
}

// mustOnlyRead takes a locked vault of fill(3).
func mustOnlyRead(t *testing.T, v *Vault) {
	t.Helper()
	if !v.ReadOnly() {
		t.Error("not read-only")
	}
	must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
	mustBe(t, v.Update(func(*Tx) error { return nil }), ErrReadOnly)
	mustBe(t, v.ChangePassphrase(context.Background(), []byte(testPassphrase), nil), ErrReadOnly)
	must(t, v.View(func(tx *Tx) error {
		entries, err := tx.Entries()
		if len(entries) != 3 {
			t.Errorf("%d entries", len(entries))
		}
		return err
	}))
}

func TestReadOnlyDisk(t *testing.T) {
	for _, refusal := range []error{syscall.EROFS, syscall.EACCES, syscall.EPERM} {
		v := newVault(t)
		fill(t, v, 3)
		must(t, v.Close())
		o := testOptions()
		o.openFile = func(name string, flag int, perm os.FileMode) (*os.File, error) {
			if flag&(os.O_RDWR|os.O_WRONLY|os.O_CREATE) != 0 {
				return nil, &os.PathError{Op: "open", Path: name, Err: refusal}
			}
			return os.OpenFile(name, flag, perm)
		}
		reader, err := Open(v.Path(), o)
		must(t, err)
		mustOnlyRead(t, reader)
		why := reader.WhyReadOnly()
		if why.Path != v.Path() || why.Folder || !errors.Is(why.Err, refusal) || why.Disk() != (refusal == syscall.EROFS) {
			t.Errorf("%v: because of %+v", refusal, why)
		}
		must(t, reader.Close())
	}
}

func TestOpenNewerSchema(t *testing.T) {
	v := newVault(t)
	must(t, v.Close())
	newer := copyFile(t, v.Path())
	h := v.head()
	h.schema = Schema + 1
	tamper(t, newer, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyHeader), h.encode())
	})
	_, err := Open(newer, testOptions())
	var version *VersionError
	if !errors.As(err, &version) || *version != (VersionError{Found: Schema + 1, Known: Schema}) {
		t.Fatalf("error %v", err)
	}
}

func TestOpenCostlySlot(t *testing.T) {
	v := newVault(t)
	must(t, v.Close())
	for _, k := range []KDF{
		{Time: 3, Memory: maxKDFMemory + 1, Threads: 4},
		{Time: maxKDFTime + 1, Memory: 1 << 16, Threads: 4},
		{Time: 3, Memory: 1 << 16, Threads: maxKDFThreads + 1},
		{Time: 0, Memory: 1 << 16, Threads: 4},
	} {
		path := copyFile(t, v.Path())
		tamper(t, path, func(tx *bbolt.Tx) error {
			s := slot{kind: slotPassphrase, kdf: k, salt: make([]byte, saltSize), wrapped: make([]byte, 72)}
			return tx.Bucket([]byte(bucketSlots)).Put(slotKey(0), s.encode())
		})
		_, err := Open(path, testOptions())
		var costly *KDFError
		if !errors.As(err, &costly) || costly.KDF != k {
			t.Errorf("%+v: error %v", k, err)
		}
	}
}

func TestOpenCheapSlotWithoutAsking(t *testing.T) {
	v := newVault(t)
	must(t, v.Close())
	o := testOptions()
	o.KDF = nil
	_, err := Open(v.Path(), o)
	var cheap *KDFError
	if !errors.As(err, &cheap) || cheap.KDF != *LightKDF() {
		t.Errorf("error %v", err)
	}
}

func TestDefaults(t *testing.T) {
	o := Options{Salvage: true}.withDefaults()
	if o.WaitFor != time.Second || o.Now == nil || o.Random == nil || o.openFile == nil || !o.ReadOnly {
		t.Errorf("%+v", o)
	}
}
