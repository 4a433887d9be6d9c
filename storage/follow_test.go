package storage

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

// TestFollow: a follower sees what others write once they have closed the vault, and
// gives no private key.
func TestFollow(t *testing.T) {
	v := newVault(t)
	fill(t, v, 3)
	f, err := v.Follow()
	must(t, err)
	defer f.Close()
	if _, err := f.Open(); err == nil {
		t.Fatal("it opened a vault that another writes")
	} else {
		mustBe(t, err, ErrInUse)
	}
	path := v.Path()
	must(t, v.Close())
	old := time.Now().Add(-time.Minute)
	must(t, os.Chtimes(path, old, old))
	look := func() int {
		t.Helper()
		seen, err := f.Open()
		must(t, err)
		count := 0
		must(t, seen.View(func(tx *Tx) error {
			entries, err := tx.Entries()
			count = len(entries)
			if err != nil {
				return err
			}
			if _, err := tx.Certificate(testID(1)); err != nil {
				return err
			}
			_, err = tx.Key(testCertificate(1).KeyID)
			mustBe(t, err, ErrLocked)
			return nil
		}))
		mustBe(t, seen.Update(func(*Tx) error { return nil }), ErrReadOnly)
		mustBe(t, seen.AddWay(ByKeyring, make([]byte, 32)), ErrReadOnly)
		must(t, seen.Close())
		return count
	}
	changed := func(want bool) {
		t.Helper()
		if got, err := f.Changed(); err != nil || got != want {
			t.Fatalf("changed: %t, %v", got, err)
		}
	}
	changed(true)
	if n := look(); n != 3 {
		t.Fatalf("%d certificates", n)
	}
	changed(false)
	w := openVault(t, path)
	must(t, w.Update(func(tx *Tx) error { return tx.DeleteCertificate(testID(2)) }))
	must(t, w.Close())
	changed(true)
	if n := look(); n != 2 {
		t.Fatalf("%d certificates after one was deleted", n)
	}
	changed(true) // it was written a moment ago
	must(t, os.Chtimes(path, old, old))
	look()
	changed(false)

	// With a new data key it opens no more; another vault it does not take for its own.
	w = openVault(t, path)
	must(t, w.NewDataKey(context.Background(), Secrets{Passphrase: []byte(testPassphrase)}))
	must(t, w.Close())
	_, err = f.Open()
	mustBe(t, err, ErrDamaged)
	must(t, os.Rename(path, path+".away"))
	if _, err := f.Changed(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is gone: %v", err)
	}
	if _, err := f.Open(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is gone, and it opened: %v", err)
	}
	must(t, os.Rename(path+".away", path))
}

func TestFollowNeedsAnOpenVault(t *testing.T) {
	v := newVault(t)
	v.Lock()
	_, err := v.Follow()
	mustBe(t, err, ErrLocked)
}
