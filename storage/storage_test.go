package storage

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "vault.db")
	v, err := Create(path, []byte("correct horse"), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	entry := Entry{Name: "server", Kind: "server", NotAfter: testTime, Names: []string{"a.test", "b.test"}}
	key := Key{Kind: "p256", PKCS8: []byte("a private key")}
	err = v.Update(func(tx *Tx) error {
		entry.ID, key.ID = tx.NewID(), tx.NewID()
		entry.KeyID = key.ID
		return errors.Join(
			tx.PutCertificate(Certificate{Entry: entry, DER: []byte("der")}),
			tx.PutKey(key),
			tx.AppendEvent(Event{Verb: "issue", Subject: entry.ID, Detail: map[string]string{"a": "b"}}),
			tx.AppendEvent(Event{Verb: "export"}),
			tx.SetSetting("theme", "dark"),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	v, err = Open(path, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	if err := v.View(func(*Tx) error { return nil }); !errors.Is(err, ErrLocked) {
		t.Fatalf("View of a locked vault: %v", err)
	}
	if err := v.Unlock(context.Background(), []byte("correct horse!")); !errors.Is(err, ErrWrongPassphrase) {
		t.Fatalf("wrong passphrase: %v", err)
	}
	if err := v.Unlock(context.Background(), []byte("correct horse")); err != nil {
		t.Fatal(err)
	}
	err = v.View(func(tx *Tx) error {
		c, err := tx.Certificate(entry.ID)
		if err != nil {
			return err
		}
		if c.Name != "server" || string(c.DER) != "der" || !c.NotAfter.Equal(testTime) || len(c.Names) != 2 || c.Names[1] != "b.test" {
			t.Errorf("certificate %+v", c)
		}
		k, err := tx.Key(c.KeyID)
		if err != nil {
			return err
		}
		if !bytes.Equal(k.PKCS8, key.PKCS8) {
			t.Errorf("key %q", k.PKCS8)
		}
		events, err := tx.Events(0)
		if err != nil {
			return err
		}
		if len(events) != 2 || events[0].Verb != "export" || events[1].Sequence != 1 || !events[0].At.Equal(testTime) {
			t.Errorf("events %+v", events)
		}
		if s, ok := tx.Setting("theme"); !ok || s != "dark" {
			t.Errorf("setting %q %v", s, ok)
		}
		entries, err := tx.Entries()
		if err != nil || len(entries) != 1 {
			t.Errorf("entries %v %v", entries, err)
		}
		return tx.VerifyEvents()
	})
	if err != nil {
		t.Fatal(err)
	}
}
