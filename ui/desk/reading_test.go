package desk

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"countersign/pki"
	"countersign/storage"
)

// TestReadingIsWhole: what is sorted early is not what is given when more came after.
func TestReadingIsWhole(t *testing.T) {
	var r reading
	r.Begin(7, 3)
	r.Take([]storage.Entry{{Name: "b"}, {Name: "c"}})
	r.sort()
	r.Take([]storage.Entry{{Name: "a"}})
	if _, ok := r.release(7); ok {
		t.Error("it is given before its end")
	}
	for _, early := range []bool{false, true} {
		r.Begin(7, 3)
		r.Take([]storage.Entry{{Name: "b"}, {Name: "c"}})
		r.sort()
		r.Take([]storage.Entry{{Name: "a"}})
		if early {
			r.sort()
		}
		r.End()
		list, ok := r.release(7)
		if !ok || len(list) != 3 || list[0].Name != "a" || list[2].Name != "c" {
			t.Errorf("early %v: %v, %d of 3", early, ok, len(list))
		}
		if _, ok := r.release(7); ok {
			t.Error("it is given twice")
		}
	}
}

// TestUnlockGivesAll: however reading ahead and unlocking fall together, all
// certificates are listed.
func TestUnlockGivesAll(t *testing.T) {
	const many = 3000
	path := filepath.Join(t.TempDir(), VaultFile)
	d, err := Create(path, passphrase, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	ids, err := d.vault.NewIDs(many)
	if err != nil {
		t.Fatal(err)
	}
	err = d.vault.Update(func(tx *storage.Tx) error {
		for n, id := range ids {
			e := storage.Entry{ID: id, Name: fmt.Sprintf("device %d", n), Kind: string(pki.Client), State: stateValid}
			if err := tx.PutCertificate(storage.Certificate{Entry: e, DER: []byte{1}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 40 {
		next, err := d.Again()
		if err != nil {
			t.Fatal(err)
		}
		d = next
		if err := d.Unlock(context.Background(), passphrase); err != nil {
			t.Fatal(err)
		}
		if list, err := d.List(Filter{}); err != nil || len(list) != many {
			t.Fatalf("%d of %d, %v", len(list), many, err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
