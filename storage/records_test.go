package storage

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCertificates(t *testing.T) {
	v := newVault(t)
	fill(t, v, 4)
	must(t, v.Update(func(tx *Tx) error {
		c := testCertificate(2)
		c.Name, c.State = "renamed", "revoked"
		return errors.Join(tx.PutCertificate(c), tx.DeleteCertificate(testID(3)))
	}))
	must(t, v.View(func(tx *Tx) error {
		_, err := tx.Certificate(testID(3))
		mustBe(t, err, ErrNoRecord)
		c, err := tx.Certificate(testID(2))
		want := testCertificate(2)
		want.Name, want.State = "renamed", "revoked"
		if !reflect.DeepEqual(c, want) {
			t.Errorf("%+v\nwant\n%+v", c, want)
		}
		named, nameErr := tx.EntriesByName("renamed")
		if len(named) != 1 || named[0].ID != testID(2) {
			t.Errorf("by name: %v", named)
		}
		entries, entriesErr := tx.Entries()
		if len(entries) != 3 {
			t.Errorf("%d entries", len(entries))
		}
		return errors.Join(err, nameErr, entriesErr)
	}))
}

func TestCertificateErrors(t *testing.T) {
	v := newVault(t)
	fill(t, v, 1)
	with := func(change func(*Certificate)) Certificate {
		c := testCertificate(0)
		change(&c)
		return c
	}
	for _, c := range []struct {
		name string
		put  Certificate
		want error
	}{
		{"no ID", with(func(c *Certificate) { c.ID = "" }), ErrBadID},
		{"a short ID", with(func(c *Certificate) { c.ID = "ab" }), ErrBadID},
		{"an ID in upper case", with(func(c *Certificate) { c.ID = ID(strings.Repeat("AB", 16)) }), ErrBadID},
		{"an issuer that is no ID", with(func(c *Certificate) { c.IssuerID = "x" }), ErrBadID},
		{"a key that is no ID", with(func(c *Certificate) { c.KeyID = "x" }), ErrBadID},
		{"no DER", with(func(c *Certificate) { c.DER = nil }), ErrEmptyRecord},
	} {
		t.Run(c.name, func(t *testing.T) {
			mustBe(t, v.Update(func(tx *Tx) error { return tx.PutCertificate(c.put) }), c.want)
		})
	}
	for name, use := range map[string]func(*Tx, ID) error{
		"certificate":        func(tx *Tx, id ID) error { _, err := tx.Certificate(id); return err },
		"entry":              func(tx *Tx, id ID) error { _, err := tx.Entry(id); return err },
		"put entry":          func(tx *Tx, id ID) error { return tx.PutEntry(Entry{ID: id}) },
		"delete certificate": func(tx *Tx, id ID) error { return tx.DeleteCertificate(id) },
		"key":                func(tx *Tx, id ID) error { _, err := tx.Key(id); return err },
		"delete key":         func(tx *Tx, id ID) error { return tx.DeleteKey(id) },
		"secret":             func(tx *Tx, id ID) error { _, err := tx.Secret(id); return err },
		"delete secret":      func(tx *Tx, id ID) error { return tx.DeleteSecret(id) },
		"target":             func(tx *Tx, id ID) error { _, err := tx.Target(id); return err },
		"delete target":      func(tx *Tx, id ID) error { return tx.DeleteTarget(id) },
	} {
		t.Run(name, func(t *testing.T) {
			mustBe(t, v.Update(func(tx *Tx) error { return use(tx, testID(77)) }), ErrNoRecord)
			mustBe(t, v.Update(func(tx *Tx) error { return use(tx, "no ID") }), ErrBadID)
		})
	}
}

func TestWritingInAView(t *testing.T) {
	v := newVault(t)
	fill(t, v, 1)
	id := testID(0)
	for name, write := range map[string]func(*Tx) error{
		"put certificate":    func(tx *Tx) error { return tx.PutCertificate(testCertificate(0)) },
		"put entry":          func(tx *Tx) error { return tx.PutEntry(testCertificate(0).Entry) },
		"delete certificate": func(tx *Tx) error { return tx.DeleteCertificate(id) },
		"put key":            func(tx *Tx) error { return tx.PutKey(testKey(0)) },
		"delete key":         func(tx *Tx) error { return tx.DeleteKey(testKey(0).ID) },
		"put secret":         func(tx *Tx) error { return tx.PutSecret(id, []byte("x")) },
		"append event":       func(tx *Tx) error { return tx.AppendEvent(Event{}) },
		"set setting":        func(tx *Tx) error { return tx.SetSetting("a", "b") },
		"put target":         func(tx *Tx) error { return tx.PutTarget(Target{ID: id}) },
		"delete target":      func(tx *Tx) error { return tx.DeleteTarget(id) },
		"put":                func(tx *Tx) error { return tx.putRaw(bucketMeta, []byte("x"), nil) },
	} {
		t.Run(name, func(t *testing.T) { mustBe(t, v.View(write), ErrReadOnly) })
	}
}

func TestKeys(t *testing.T) {
	v := newVault(t)
	key := testKey(5)
	der := bytes.Clone(key.PKCS8)
	must(t, v.Update(func(tx *Tx) error { return tx.PutKey(key) }))
	if !bytes.Equal(key.PKCS8, der) {
		t.Error("PutKey changed the caller's key")
	}
	must(t, v.View(func(tx *Tx) error {
		k, err := tx.Key(key.ID)
		if !reflect.DeepEqual(k, key) {
			t.Errorf("%+v", k)
		}
		k.Wipe()
		if !bytes.Equal(k.PKCS8, make([]byte, len(der))) {
			t.Errorf("wiped: %q", k.PKCS8)
		}
		return err
	}))
	mustBe(t, v.Update(func(tx *Tx) error { return tx.PutKey(Key{ID: testID(1)}) }), ErrEmptyRecord)
	mustBe(t, v.Update(func(tx *Tx) error { return tx.PutKey(Key{PKCS8: der}) }), ErrBadID)
	must(t, v.Update(func(tx *Tx) error { return tx.DeleteKey(key.ID) }))
	mustBe(t, v.View(func(tx *Tx) error { _, err := tx.Key(key.ID); return err }), ErrNoRecord)
}

func TestSecrets(t *testing.T) {
	v := newVault(t)
	must(t, v.Update(func(tx *Tx) error { return tx.PutSecret(testID(1), []byte("token")) }))
	must(t, v.View(func(tx *Tx) error {
		s, err := tx.Secret(testID(1))
		if string(s) != "token" {
			t.Errorf("secret %q", s)
		}
		return err
	}))
	mustBe(t, v.Update(func(tx *Tx) error { return tx.PutSecret(testID(1), nil) }), ErrEmptyRecord)
	must(t, v.Update(func(tx *Tx) error { return tx.DeleteSecret(testID(1)) }))
}

func TestSettings(t *testing.T) {
	v := newVault(t)
	must(t, v.Update(func(tx *Tx) error {
		return errors.Join(tx.SetSetting("language", "ja"), tx.SetSetting("language", "en"), tx.SetSetting("empty", ""))
	}))
	must(t, v.View(func(tx *Tx) error {
		for key, want := range map[string]string{"language": "en", "empty": ""} {
			if got, ok := tx.Setting(key); got != want || !ok {
				t.Errorf("%s: %q %v", key, got, ok)
			}
		}
		if got, ok := tx.Setting("none"); got != "" || ok {
			t.Errorf("none: %q %v", got, ok)
		}
		return nil
	}))
	mustBe(t, v.Update(func(tx *Tx) error { return tx.SetSetting("", "x") }), ErrBadID)
	mustBe(t, v.Update(func(tx *Tx) error { return tx.SetSetting(strings.Repeat("x", 257), "x") }), ErrBadID)
	long := strings.Repeat("x", 256) // longer than a term of the sum
	must(t, v.Update(func(tx *Tx) error { return tx.SetSetting(long, "y") }))
}

func TestTargets(t *testing.T) {
	v := newVault(t)
	want := Target{ID: testID(1), Name: "test server", URL: "https://127.0.0.1:8443/", Method: "GET",
		CertificateID: testID(2), TrustIDs: []ID{testID(3)}, LastAt: testTime, LastResult: "refused"}
	must(t, v.Update(func(tx *Tx) error {
		return errors.Join(tx.PutTarget(want), tx.PutTarget(Target{ID: testID(9)}), tx.DeleteTarget(testID(9)))
	}))
	must(t, v.View(func(tx *Tx) error {
		got, err := tx.Target(want.ID)
		all, allErr := tx.Targets()
		if !reflect.DeepEqual(got, want) || len(all) != 1 || !reflect.DeepEqual(all[0], want) {
			t.Errorf("%+v\nall %+v\nwant %+v", got, all, want)
		}
		return errors.Join(err, allErr)
	}))
	mustBe(t, v.Update(func(tx *Tx) error { return tx.PutTarget(Target{}) }), ErrBadID)
}

func TestEvents(t *testing.T) {
	v := newVault(t)
	must(t, v.View(func(tx *Tx) error {
		events, err := tx.Events(10)
		if len(events) != 0 {
			t.Errorf("%v", events)
		}
		return errors.Join(err, tx.VerifyEvents())
	}))
	want := Event{Verb: "issue", Subject: testID(1), Name: "a", Detail: map[string]string{"b": "2", "a": "1"}}
	must(t, v.Update(func(tx *Tx) error { return tx.AppendEvent(want) }))
	for n := range batchSize + 10 { // more than one batch
		must(t, v.Update(func(tx *Tx) error { return tx.AppendEvent(Event{Verb: "n", At: testTime.Add(time.Duration(n))}) }))
	}
	must(t, v.View(func(tx *Tx) error {
		newest, err := tx.Events(3)
		if len(newest) != 3 || newest[0].Sequence != batchSize+11 || newest[2].Sequence != batchSize+9 {
			t.Errorf("%+v", newest)
		}
		exact, exactErr := tx.Events(batchSize)
		all, allErr := tx.Events(0)
		if len(exact) != batchSize || len(all) != batchSize+11 {
			t.Errorf("%d and %d events", len(exact), len(all))
		}
		want.Sequence, want.At = 1, testTime
		if !reflect.DeepEqual(all[len(all)-1], want) {
			t.Errorf("%+v\nwant\n%+v", all[len(all)-1], want)
		}
		return errors.Join(err, exactErr, allErr, tx.VerifyEvents())
	}))
	mustBe(t, v.Update(func(tx *Tx) error { return tx.AppendEvent(Event{Subject: "x"}) }), ErrBadID)
	far := time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := v.Update(func(tx *Tx) error { return tx.AppendEvent(Event{At: far}) }); err == nil {
		t.Error("an event after the year 9999")
	}
}

func TestNewID(t *testing.T) {
	v := newVault(t)
	must(t, v.View(func(tx *Tx) error {
		a, b := tx.NewID(), tx.NewID()
		if _, err := a.raw(); err != nil || a == b {
			t.Errorf("%q %q: %v", a, b, err)
		}
		return nil
	}))
	broken := errors.New("broken")
	v.options.Random = &failingReader{3, broken}
	mustBe(t, v.Update(func(tx *Tx) error { tx.NewID(); tx.NewID(); return nil }), broken)
}

func TestUpdateIsOneAct(t *testing.T) {
	v := newVault(t)
	fill(t, v, 2)
	before, err := v.Commits()
	must(t, err)
	broken := errors.New("broken")
	mustBe(t, v.Update(func(tx *Tx) error {
		err := errors.Join(tx.PutCertificate(testCertificate(9)), tx.DeleteCertificate(testID(0)), tx.AppendEvent(Event{}))
		return errors.Join(err, broken)
	}), broken)
	must(t, v.Update(func(*Tx) error { return nil })) // changes nothing: no commit
	after, err := v.Commits()
	must(t, err)
	if after != before {
		t.Errorf("commits %d, then %d", before, after)
	}
	must(t, v.Update(func(tx *Tx) error { return tx.SetSetting("a", "b") }))
	if after, err = v.Commits(); err != nil || after != before+1 {
		t.Errorf("commits %d, then %d (%v)", before, after, err)
	}
	must(t, v.View(func(tx *Tx) error {
		entries, err := tx.Entries()
		if len(entries) != 2 {
			t.Errorf("%d entries", len(entries))
		}
		return err
	}))
}

func TestPanicOfTheCaller(t *testing.T) {
	v := newVault(t)
	for name, run := range map[string]func(func(*Tx) error) error{"view": v.View, "update": v.Update} {
		func() {
			defer func() {
				if r := recover(); r != "mine" {
					t.Errorf("%s: recovered %v", name, r)
				}
			}()
			_ = run(func(*Tx) error { panic("mine") })
		}()
	}
	must(t, v.Update(func(tx *Tx) error { return tx.SetSetting("a", "b") }))
}

func TestEachEntryStops(t *testing.T) {
	v := newVault(t)
	fill(t, v, 5)
	enough := errors.New("enough")
	seen := 0
	mustBe(t, v.View(func(tx *Tx) error {
		return tx.EachEntry(func(Entry) error {
			if seen++; seen == 3 {
				return enough
			}
			return nil
		})
	}), enough)
	if seen != 3 {
		t.Errorf("%d seen", seen)
	}
}

// TestRandomly compares the vault with a map over many changes, and its pages with what
// inspect expects of bbolt.
func TestRandomly(t *testing.T) {
	v := newVault(t) // its cleanup knows only the first one: the last is closed here
	model := map[ID]Certificate{}
	for step := range 400 {
		n := step * 7919 % 150
		must(t, v.Update(func(tx *Tx) error {
			if _, there := model[testID(n)]; there {
				delete(model, testID(n))
				return tx.DeleteCertificate(testID(n))
			}
			c := testCertificate(n)
			c.DER = bytes.Repeat(c.DER, 1+step%13) // up to 9 KB: pages with overflow
			c.Note = fmt.Sprint(step)
			model[c.ID] = c
			return tx.PutCertificate(c)
		}))
		if step%40 == 39 {
			must(t, v.Close())
			v = openVault(t, v.Path())
		}
	}
	must(t, v.View(func(tx *Tx) error {
		entries, err := tx.Entries()
		if err != nil || len(entries) != len(model) {
			t.Fatalf("%d entries, want %d (%v)", len(entries), len(model), err)
		}
		for id, want := range model {
			got, err := tx.Certificate(id)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v, %v", id, got, err)
			}
		}
		if !slices.IsSortedFunc(entries, func(a, b Entry) int { return strings.Compare(string(a.ID), string(b.ID)) }) {
			t.Error("entries are not in the order of the file")
		}
		return nil
	}))
	must(t, v.Close())
}
