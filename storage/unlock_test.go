package storage

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

func TestUnlockCancelled(t *testing.T) {
	v := newVault(t)
	v.Lock()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	mustBe(t, v.Unlock(ctx, []byte(testPassphrase)), context.Canceled)
	mustBe(t, v.ChangePassphrase(ctx, []byte(testPassphrase), []byte("x")), context.Canceled)
	if !v.Locked() {
		t.Error("unlocked")
	}

	// While another derivation runs, waiting for it ends with the context.
	v.kdf <- struct{}{}
	ctx, cancel = context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	mustBe(t, v.Unlock(ctx, []byte(testPassphrase)), context.DeadlineExceeded)
	mustBe(t, v.ChangePassphrase(ctx, []byte(testPassphrase), []byte("x")), context.DeadlineExceeded)
	if _, err := v.wrapAnew(ctx, nil, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	<-v.kdf
	if !v.Locked() {
		t.Error("unlocked")
	}
	must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
}

// TestUnlockCancelledWithin ends the context while Argon2 runs.
func TestUnlockCancelledWithin(t *testing.T) {
	v := newVault(t)
	v.Lock()
	data := bytes.Repeat([]byte{1}, keySize)
	v.options.KDF = &KDF{Time: 1, Memory: 64 << 10, Threads: 1}
	s, err := newSlot(0, data, []byte("x"), v.head().vault, v.options)
	must(t, err)
	v.setSlots([]slot{s})
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error)
	go func() { result <- v.Unlock(ctx, []byte("x")) }()
	for len(v.kdf) == 0 { // until the derivation has begun
		time.Sleep(time.Millisecond)
	}
	cancel()
	mustBe(t, <-result, context.Canceled)
	v.kdf <- struct{}{} // the late result is thrown away
	<-v.kdf
	if !v.Locked() {
		t.Error("unlocked by a late result")
	}
}

func TestLock(t *testing.T) {
	v := newVault(t)
	keys := v.keys
	v.Lock()
	if !v.Locked() {
		t.Error("not locked")
	}
	for _, k := range [][]byte{keys.data, keys.seal, keys.mac, keys.chain} {
		if len(k) < keySize || !bytes.Equal(k, make([]byte, len(k))) {
			t.Errorf("key %x is left", k)
		}
	}
	ran := func(*Tx) error { t.Error("ran"); return nil }
	mustBe(t, v.View(ran), ErrLocked)
	mustBe(t, v.Update(ran), ErrLocked)
	if _, err := v.Commits(); !errors.Is(err, ErrLocked) {
		t.Errorf("commits: %v", err)
	}
	v.Lock() // twice is no matter
	mustBe(t, v.Unlock(context.Background(), nil), ErrWrongPassphrase)
	must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
	must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
	mustBe(t, v.Unlock(context.Background(), []byte("wrong")), ErrWrongPassphrase)
	if v.Locked() {
		t.Error("a wrong passphrase locked it")
	}
}

func TestLockWithin(t *testing.T) {
	v := newVault(t)
	fill(t, v, 1)
	keys := v.keys
	must(t, v.Update(func(tx *Tx) error {
		v.Lock()
		_, err := tx.Key(testKey(0).ID) // what runs is finished
		return errors.Join(err, tx.SetSetting("a", "b"))
	}))
	if !v.Locked() || !bytes.Equal(keys.data, make([]byte, keySize)) {
		t.Error("the keys outlive the last transaction")
	}
}

func TestClosed(t *testing.T) {
	v := newVault(t)
	must(t, v.Close())
	must(t, v.Close())
	ran := func(*Tx) error { t.Error("ran"); return nil }
	mustBe(t, v.View(ran), ErrClosed)
	mustBe(t, v.Update(ran), ErrClosed)
	mustBe(t, v.Unlock(context.Background(), []byte(testPassphrase)), ErrClosed)
	mustBe(t, v.ChangePassphrase(context.Background(), []byte(testPassphrase), nil), ErrClosed)
	mustBe(t, v.wipeLater(), ErrClosed)
	if _, err := v.begin(false); !errors.Is(err, ErrClosed) {
		t.Errorf("begin: %v", err)
	}
	if _, err := v.install(context.Background(), make([]byte, keySize)); !errors.Is(err, ErrClosed) {
		t.Errorf("install: %v", err)
	}
}

// TestTogether is for the race detector.
func TestTogether(t *testing.T) {
	v := newVault(t)
	fill(t, v, 10)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 20 {
				var err error
				switch worker {
				case 0:
					err = v.Update(func(tx *Tx) error { return tx.PutCertificate(testCertificate(100 + i)) })
				case 1:
					err = v.View(func(tx *Tx) error { _, err := tx.Entries(); return err })
				case 2:
					v.Lock()
				case 3:
					err = v.Unlock(context.Background(), []byte(testPassphrase))
				}
				if err != nil && !errors.Is(err, ErrLocked) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
