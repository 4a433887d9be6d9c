package storage

import (
	"context"
	"errors"
	"os"
	"reflect"
	"testing"

	"go.etcd.io/bbolt"
)

func TestDocuments(t *testing.T) {
	v := newVault(t)
	request := Request{ID: testID(1), Name: "a", Kind: "server", Names: []string{"a.test"}, State: "waiting", Made: testTime,
		Origin: "made", KeyID: testID(2), KeyKind: "p256", CertificateID: testID(3), Note: "n", DER: []byte{1, 2}}
	authority := Authority{ID: testID(2), CRLNumber: 7, ThisUpdate: testTime, NextUpdate: testTime, CRL: []byte{3}, CRLDays: 9,
		Elsewhere: []Revocation{{Serial: "01:02", At: testTime, Reason: "superseded"}}}
	profile := Profile{ID: testID(3), Name: "short", JSON: []byte(`{"days":1}`)}
	partner := Partner{ID: testID(4), Name: "Globex", JSON: []byte(`{"directions":[]}`)}
	must(t, v.Update(func(tx *Tx) error {
		return errors.Join(tx.PutRequest(request), tx.PutAuthority(authority), tx.PutProfile(profile),
			tx.PutRequest(Request{ID: testID(9), DER: []byte{0}}), tx.DeleteRequest(testID(9)),
			tx.PutProfile(Profile{ID: testID(9), JSON: []byte("1")}), tx.DeleteProfile(testID(9)),
			tx.PutPartner(partner), tx.PutPartner(Partner{ID: testID(9), JSON: []byte("1")}), tx.DeletePartner(testID(9)))
	}))
	must(t, v.View(func(tx *Tx) error {
		gotRequest, err1 := tx.Request(request.ID)
		gotAuthority, err2 := tx.Authority(authority.ID)
		gotProfile, err3 := tx.Profile(profile.ID)
		requests, err4 := tx.Requests()
		authorities, err5 := tx.Authorities()
		profiles, err6 := tx.Profiles()
		if !reflect.DeepEqual(gotRequest, request) || !reflect.DeepEqual(requests, []Request{request}) {
			t.Errorf("%+v\nall %+v", gotRequest, requests)
		}
		if !reflect.DeepEqual(gotAuthority, authority) || !reflect.DeepEqual(authorities, []Authority{authority}) {
			t.Errorf("%+v\nall %+v", gotAuthority, authorities)
		}
		if !reflect.DeepEqual(gotProfile, profile) || !reflect.DeepEqual(profiles, []Profile{profile}) {
			t.Errorf("%+v\nall %+v", gotProfile, profiles)
		}
		gotPartner, err7 := tx.Partner(partner.ID)
		partners, err8 := tx.Partners()
		if !reflect.DeepEqual(gotPartner, partner) || !reflect.DeepEqual(partners, []Partner{partner}) {
			t.Errorf("%+v\nall %+v", gotPartner, partners)
		}
		return errors.Join(err1, err2, err3, err4, err5, err6, err7, err8)
	}))
}

func TestDocumentErrors(t *testing.T) {
	v := newVault(t)
	for _, c := range []struct {
		name string
		do   func(*Tx) error
		want error
	}{
		{"request without ID", func(tx *Tx) error { return tx.PutRequest(Request{DER: []byte{1}}) }, ErrBadID},
		{"request without DER", func(tx *Tx) error { return tx.PutRequest(Request{ID: testID(1)}) }, ErrEmptyRecord},
		{"authority without ID", func(tx *Tx) error { return tx.PutAuthority(Authority{}) }, ErrBadID},
		{"profile without JSON", func(tx *Tx) error { return tx.PutProfile(Profile{ID: testID(1)}) }, ErrEmptyRecord},
		{"partner without JSON", func(tx *Tx) error { return tx.PutPartner(Partner{ID: testID(1)}) }, ErrEmptyRecord},
		{"partner without ID", func(tx *Tx) error { return tx.PutPartner(Partner{JSON: []byte("1")}) }, ErrBadID},
		{"no such partner", func(tx *Tx) error { _, err := tx.Partner(testID(1)); return err }, ErrNoRecord},
		{"no such partner to delete", func(tx *Tx) error { return tx.DeletePartner(testID(1)) }, ErrNoRecord},
		{"no such request", func(tx *Tx) error { _, err := tx.Request(testID(1)); return err }, ErrNoRecord},
		{"no such authority", func(tx *Tx) error { _, err := tx.Authority(testID(1)); return err }, ErrNoRecord},
		{"no such profile", func(tx *Tx) error { return tx.DeleteProfile(testID(1)) }, ErrNoRecord},
	} {
		t.Run(c.name, func(t *testing.T) { mustBe(t, v.Update(c.do), c.want) })
	}
	if err := v.Update(func(tx *Tx) error { return tx.PutProfile(Profile{ID: testID(1), JSON: []byte("{")}) }); err == nil {
		t.Error("a profile that is not JSON was kept")
	}
	mustBe(t, v.View(func(tx *Tx) error { return tx.PutAuthority(Authority{ID: testID(1)}) }), ErrReadOnly)
}

// toSchema makes of a new vault's file one as an older schema had it; what that does
// not know must be empty.
func toSchema(t *testing.T, v *Vault, schema uint32) {
	t.Helper()
	old := v.head()
	old.schema = schema
	must(t, v.update(v.keys, func(tx *Tx) error {
		for _, name := range newBuckets(schema) {
			if err := tx.tx.(*boltTx).tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
			delete(tx.state.counts, name)
		}
		tx.header = old
		return tx.putRaw(bucketMeta, []byte(keyHeader), old.encode())
	}))
}

// TestSchema1 opens a vault of the first schema: read-only as it is, else migrated.
func TestSchema1(t *testing.T) {
	v := newVault(t)
	fill(t, v, 2)
	toSchema(t, v, 1)
	must(t, v.Close())

	options := testOptions()
	options.ReadOnly = true
	old, err := Open(v.Path(), options)
	must(t, err)
	must(t, old.Unlock(context.Background(), []byte(testPassphrase)))
	must(t, old.View(func(tx *Tx) error {
		_, err := tx.Profile(testID(1))
		mustBe(t, err, ErrNoRecord)
		requests, err := tx.Requests()
		entries, entriesErr := tx.Entries()
		if len(requests) != 0 || len(entries) != 2 {
			t.Errorf("%d requests, %d entries", len(requests), len(entries))
		}
		found, checkErr := tx.Check(context.Background())
		if len(found) != 0 {
			t.Errorf("check: %v", found)
		}
		return errors.Join(err, entriesErr, checkErr)
	}))
	if old.head().schema != 1 {
		t.Errorf("schema %d of a file that is only read", old.head().schema)
	}
	must(t, old.Close())

	next := openVault(t, v.Path())
	if next.head().schema != Schema {
		t.Errorf("schema %d", next.head().schema)
	}
	must(t, next.Update(func(tx *Tx) error {
		return tx.PutRequest(Request{ID: testID(1), DER: []byte{1}})
	}))
	must(t, next.Close())
}

// TestSchema2 opens a vault of the second schema, which had no partners: what it has
// stays, and a partner can be kept.
func TestSchema2(t *testing.T) {
	v := newVault(t)
	fill(t, v, 2)
	profile := Profile{ID: testID(3), Name: "short", JSON: []byte(`{"days":1}`)}
	must(t, v.Update(func(tx *Tx) error { return tx.PutProfile(profile) }))
	toSchema(t, v, 2)
	must(t, v.Close())

	options := testOptions()
	options.ReadOnly = true
	old, err := Open(v.Path(), options)
	must(t, err)
	must(t, old.Unlock(context.Background(), []byte(testPassphrase)))
	must(t, old.View(func(tx *Tx) error {
		partners, err := tx.Partners()
		found, checkErr := tx.Check(context.Background())
		if len(partners) != 0 || len(found) != 0 {
			t.Errorf("%d partners, check: %v", len(partners), found)
		}
		return errors.Join(err, checkErr)
	}))
	must(t, old.Close())

	next := openVault(t, v.Path())
	if next.head().schema != Schema {
		t.Errorf("schema %d", next.head().schema)
	}
	partner := Partner{ID: testID(4), Name: "Globex", JSON: []byte("1")}
	must(t, next.Update(func(tx *Tx) error { return tx.PutPartner(partner) }))
	must(t, next.View(func(tx *Tx) error {
		got, err := tx.Profile(profile.ID)
		one, oneErr := tx.Partner(partner.ID)
		if !reflect.DeepEqual(got, profile) || !reflect.DeepEqual(one, partner) {
			t.Errorf("%+v, %+v", got, one)
		}
		return errors.Join(err, oneErr)
	}))
	must(t, next.Close())
}

// TestMissingBucket: of this schema, a bucket that is not there is damage.
func TestMissingBucket(t *testing.T) {
	v := newVault(t)
	must(t, v.Close())
	whole, err := os.ReadFile(v.Path())
	must(t, err)
	t.Cleanup(func() { must(t, os.WriteFile(v.Path(), whole, fileMode)) })
	db, err := bbolt.Open(v.Path(), fileMode, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucketProfiles)) }))
	must(t, db.Close())
	broken, err := Open(v.Path(), testOptions())
	must(t, err)
	var damaged *DamageError
	if err := broken.Unlock(context.Background(), []byte(testPassphrase)); !errors.As(err, &damaged) || damaged.Bucket != bucketProfiles {
		t.Errorf("error %v", err)
	}
	must(t, broken.Close())
}
