package storage

import (
	"bytes"
	"context"
	"errors"
	"os"
	"reflect"
	"slices"
	"testing"

	"go.etcd.io/bbolt"
)

// fillAll puts a record of every kind.
func fillAll(t testing.TB, v *Vault) {
	t.Helper()
	fill(t, v, 20)
	must(t, v.Update(func(tx *Tx) error {
		return errors.Join(
			tx.PutSecret(testID(100), []byte("MARKED SECRET")),
			tx.PutTarget(Target{ID: testID(101), URL: "https://a.test"}),
			tx.PutRequest(Request{ID: testID(102), DER: []byte{1}}),
			tx.PutAuthority(Authority{ID: testID(103), CRLNumber: 5}),
			tx.PutProfile(Profile{ID: testID(104), JSON: []byte(`{}`)}))
	}))
}

// mustHaveAll checks what fillAll put.
func mustHaveAll(t testing.TB, v *Vault) {
	t.Helper()
	must(t, v.View(func(tx *Tx) error {
		var all []error
		for n := range 20 {
			c, err := tx.Certificate(testID(n))
			k, keyErr := tx.Key(testKey(n).ID)
			if !reflect.DeepEqual(c, testCertificate(n)) || !bytes.Equal(k.PKCS8, testKey(n).PKCS8) {
				t.Errorf("record %d: %+v", n, c)
			}
			all = append(all, err, keyErr)
		}
		secret, err1 := tx.Secret(testID(100))
		target, err2 := tx.Target(testID(101))
		request, err3 := tx.Request(testID(102))
		authority, err4 := tx.Authority(testID(103))
		profile, err5 := tx.Profile(testID(104))
		setting, ok := tx.Setting("theme")
		if string(secret) != "MARKED SECRET" || target.URL != "https://a.test" || len(request.DER) != 1 ||
			authority.CRLNumber != 5 || string(profile.JSON) != "{}" || !ok || setting != "dark" {
			t.Errorf("%q %v %v %v %v %q", secret, target, request, authority, profile, setting)
		}
		events, err6 := tx.Events(0)
		if len(events) != 20 || events[0].Sequence != 20 || events[19].Name != "0" {
			t.Errorf("events %v", events)
		}
		found, err7 := tx.Check(context.Background())
		for _, d := range found {
			t.Errorf("check: %v", d)
		}
		return errors.Join(append(all, err1, err2, err3, err4, err5, err6, err7, tx.VerifyEvents())...)
	}))
}

func TestNewDataKey(t *testing.T) {
	ctx := context.Background()
	v := newVault(t)
	fillAll(t, v)
	must(t, v.AddWay(ByKeyring, testKeyring))
	must(t, v.AddWay(ByRecovery, testRecovery))
	before := copyFile(t, v.Path())
	oldData, oldSlots := bytes.Clone(v.keys.data), slices.Clone(v.slots)

	v.Lock()
	mustBe(t, v.NewDataKey(ctx, Secrets{Passphrase: []byte(testPassphrase)}), ErrLocked)
	must(t, v.Unlock(ctx, []byte(testPassphrase)))
	mustBe(t, v.NewDataKey(ctx, Secrets{Passphrase: []byte("wrong")}), ErrWrongPassphrase)
	mustBe(t, v.NewDataKey(ctx, Secrets{}), ErrWrongPassphrase)
	mustBe(t, v.NewDataKey(ctx, Secrets{Passphrase: []byte(testPassphrase), Keyring: []byte{1}}), ErrShortSecret)
	mustHaveAll(t, v)
	must(t, v.NewDataKey(ctx, Secrets{Passphrase: []byte(testPassphrase), Keyring: testKeyring}))
	if v.Locked() || bytes.Equal(v.keys.data, oldData) {
		t.Errorf("locked %v, or the key is the same", v.Locked())
	}
	mustHaveAll(t, v)
	must(t, v.Update(func(tx *Tx) error { return tx.AppendEvent(Event{Verb: "later"}) }))
	must(t, v.Close())

	if got := otherWays(t, v.Path()); !slices.Equal(got, []Way{ByKeyring, ByPassphrase}) {
		t.Errorf("opened by %v", got)
	}
	file, err := os.ReadFile(v.Path())
	must(t, err)
	for _, s := range oldSlots {
		if bytes.Contains(file, s.wrapped) {
			t.Errorf("slot %d of the old key is still in the file", s.number)
		}
	}
	old := openVault(t, before)
	mustHaveAll(t, old)
	must(t, old.Close())
}

// TestNewDataKeyOfDamage: what is damaged is not signed as if it were good.
func TestNewDataKeyOfDamage(t *testing.T) {
	v := newVault(t)
	fill(t, v, 3)
	must(t, v.Close())
	broken := copyFile(t, v.Path())
	tamper(t, broken, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketKeys))
		record, value := b.Cursor().First()
		value = bytes.Clone(value)
		value[len(value)/2] ^= 1
		return b.Put(record, value)
	})
	other := openVault(t, broken)
	var damaged *DamageError
	err := other.NewDataKey(context.Background(), Secrets{Passphrase: []byte(testPassphrase)})
	if !errors.As(err, &damaged) || damaged.Bucket != bucketKeys {
		t.Errorf("error %v", err)
	}
	must(t, other.View(func(tx *Tx) error { _, err := tx.Certificate(testID(1)); return err }))
	must(t, other.Close())
}

// TestNewDataKeyCancelled changes nothing.
func TestNewDataKeyCancelled(t *testing.T) {
	v := newVault(t)
	fillAll(t, v)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	mustBe(t, v.NewDataKey(ctx, Secrets{Passphrase: []byte(testPassphrase)}), context.Canceled)
	mustHaveAll(t, v)
}
