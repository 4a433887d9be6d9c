package storage

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestChangePassphrase(t *testing.T) {
	for _, c := range []struct{ name, old, new string }{
		{"one for another", testPassphrase, "battery staple"},
		{"none for one", "", "battery staple"},
		{"one for none", testPassphrase, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := context.Background()
			path := filepath.Join(t.TempDir(), "vault.db")
			v, err := Create(path, []byte(c.old), testOptions())
			must(t, err)
			fill(t, v, 3)
			oldSlot := v.slots[0].wrapped
			mustBe(t, v.ChangePassphrase(ctx, []byte("wrong"), []byte(c.new)), ErrWrongPassphrase)
			v.Lock() // it works locked, and leaves it so
			must(t, v.ChangePassphrase(ctx, []byte(c.old), []byte(c.new)))
			if !v.Locked() || v.Protected() != (c.new != "") {
				t.Errorf("locked %v, protected %v", v.Locked(), v.Protected())
			}
			must(t, v.Close())

			file, err := os.ReadFile(path)
			must(t, err)
			if bytes.Contains(file, oldSlot) {
				t.Error("the old slot is still in the file")
			}
			v, err = Open(path, testOptions())
			must(t, err)
			mustBe(t, v.Unlock(ctx, []byte(c.old)), ErrWrongPassphrase)
			must(t, v.Unlock(ctx, []byte(c.new)))
			must(t, v.View(func(tx *Tx) error {
				k, err := tx.Key(testKey(2).ID)
				if !bytes.Equal(k.PKCS8, testKey(2).PKCS8) {
					t.Errorf("key %q", k.PKCS8)
				}
				return err
			}))
			must(t, v.ChangePassphrase(ctx, []byte(c.new), []byte(testPassphrase)))
			must(t, v.Close())
			mustBeSound(t, path)
		})
	}
}

// TestOldSlotIsWipedLater is a program that ended right after the change.
func TestOldSlotIsWipedLater(t *testing.T) {
	v := newVault(t)
	fill(t, v, 3)
	old := v.slots[0].wrapped
	s, err := newSlot(firstSlot, v.keys.data, []byte(testPassphrase), v.head().vault, v.options)
	must(t, err)
	must(t, v.replaceSlots(v.keys, []slot{s}, nil))
	must(t, v.Close())
	file, err := os.ReadFile(v.Path())
	must(t, err)
	if !bytes.Contains(file, old) {
		t.Fatal("nothing is left to wipe: the test tests nothing")
	}
	next := openVault(t, v.Path())
	if file, err = os.ReadFile(v.Path()); err != nil || bytes.Contains(file, old) {
		t.Errorf("the old slot is still in the file (%v)", err)
	}
	must(t, next.View(func(tx *Tx) error {
		s, err := tx.loadState()
		if s.unwiped {
			t.Error("it is not noted as done")
		}
		return err
	}))
	must(t, next.Close())
}

func TestChangePassphraseFailures(t *testing.T) {
	broken := errors.New("broken")
	v := newVault(t)
	fill(t, v, 30)
	must(t, v.Update(func(tx *Tx) error { // leaves free pages
		for n := range 30 {
			if err := tx.DeleteCertificate(testID(n)); err != nil {
				return err
			}
		}
		return nil
	}))
	before := v.slots[0]
	v.options.Random = &failingReader{0, broken}
	mustBe(t, v.ChangePassphrase(context.Background(), []byte(testPassphrase), []byte("new")), broken)
	v.options.Random = testOptions().withDefaults().Random

	file := v.file // wiping fails when the file cannot be written
	reader, err := os.Open(v.Path())
	must(t, err)
	v.file = reader
	err = v.ChangePassphrase(context.Background(), []byte(testPassphrase), []byte("new"))
	mustBe(t, err, ErrSlotRemains)
	must(t, reader.Close())
	v.file = file
	if bytes.Equal(before.wrapped, v.slots[0].wrapped) {
		t.Error("it was not changed")
	}
	must(t, v.ChangePassphrase(context.Background(), []byte("new"), []byte(testPassphrase)))
}
