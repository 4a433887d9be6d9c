package storage

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// sealMany makes certificates ready, every second of them with a key.
func sealMany(t *testing.T, v *Vault, n int) ([]Sealed, []Certificate) {
	t.Helper()
	ids, err := v.NewIDs(n)
	must(t, err)
	s, err := v.NewSealer()
	must(t, err)
	defer s.Close()
	var sealed []Sealed
	var certs []Certificate
	for i, id := range ids {
		c := testCertificate(i)
		c.ID, c.KeyID = id, ""
		var key *Key
		if i%2 == 0 {
			c.KeyID = id
			key = &Key{ID: id, Kind: "p256", PKCS8: testKey(i).PKCS8}
		}
		one, err := s.Seal(c, key, Event{Verb: "issue", Subject: id, Name: c.Name})
		must(t, err)
		sealed, certs = append(sealed, one), append(certs, c)
	}
	return sealed, certs
}

// TestPutSealed: what a sealer made ready reads as what was put one by one, in
// whatever order; newVault checks the file at the end.
func TestPutSealed(t *testing.T) {
	v := newVault(t)
	fill(t, v, 20)
	sealed, certs := sealMany(t, v, 3000)
	slices.Reverse(sealed)
	must(t, v.Update(func(tx *Tx) error { return tx.PutSealed(sealed[:1500]) }))
	must(t, v.Update(func(tx *Tx) error { return tx.PutSealed(sealed[1500:]) }))
	must(t, v.View(func(tx *Tx) error {
		for i, c := range certs {
			got, err := tx.Certificate(c.ID)
			if err != nil {
				return err
			}
			if !reflect.DeepEqual(got, c) {
				t.Fatalf("certificate %d is %+v, want %+v", i, got, c)
			}
			if c.KeyID == "" {
				_, err = tx.Key(c.ID)
				mustBe(t, err, ErrNoRecord)
				continue
			}
			key, err := tx.Key(c.KeyID)
			if err != nil {
				return err
			}
			if string(key.PKCS8) != string(testKey(i).PKCS8) {
				t.Fatalf("key %d is another", i)
			}
		}
		newest, err := tx.Events(1)
		if err == nil && newest[0].Subject != certs[0].ID {
			t.Errorf("the newest event is of %s", newest[0].Subject)
		}
		return err
	}))
}

func TestPutSealedAfterLock(t *testing.T) {
	v := newVault(t)
	sealed, certs := sealMany(t, v, 2)
	v.Lock()
	_, err := v.NewSealer()
	mustBe(t, err, ErrLocked)
	must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
	mustBe(t, v.Update(func(tx *Tx) error { return tx.PutSealed(sealed) }), ErrLocked)
	must(t, v.View(func(tx *Tx) error {
		_, err := tx.Certificate(certs[0].ID)
		mustBe(t, err, ErrNoRecord)
		mustBe(t, tx.PutSealed(nil), ErrReadOnly)
		return nil
	}))
}

func TestSealErrors(t *testing.T) {
	v := newVault(t)
	s, err := v.NewSealer()
	must(t, err)
	defer s.Close()
	good := testCertificate(1)
	empty, bad := good, good
	empty.DER, bad.ID = nil, "x"
	for _, c := range []struct {
		name string
		cert Certificate
		key  *Key
		e    Event
		want error
	}{
		{"ID", bad, nil, Event{}, ErrBadID},
		{"no DER", empty, nil, Event{}, ErrEmptyRecord},
		{"key's ID", good, &Key{ID: "x", PKCS8: []byte{1}}, Event{}, ErrBadID},
		{"no key", good, &Key{ID: good.ID}, Event{}, ErrEmptyRecord},
		{"event's subject", good, nil, Event{Subject: "x"}, ErrBadID},
	} {
		if _, err := s.Seal(c.cert, c.key, c.e); err == nil {
			t.Errorf("%s: no error", c.name)
		} else {
			mustBe(t, err, c.want)
		}
	}
}

func TestNewIDs(t *testing.T) {
	v := newVault(t)
	ids, err := v.NewIDs(300)
	must(t, err)
	for i, id := range ids {
		if _, err := id.raw(); err != nil || id[:8] != ids[0][:8] || i > 0 && id <= ids[i-1] {
			t.Errorf("ID %d is %s, after %s (%v)", i, id, ids[max(0, i-1)], err)
		}
	}
	more, err := v.NewIDs(1)
	must(t, err)
	if more[0] == ids[0] {
		t.Error("two lists begin alike")
	}
	v.options.Random = failing{}
	if _, err := v.NewIDs(1); err == nil {
		t.Error("no error without randomness")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("no randomness") }
