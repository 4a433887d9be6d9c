package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"go.etcd.io/bbolt"
)

const damagedCertificates = 50

// damagedVault is a closed vault of 50 certificates, some changed after they were put.
func damagedVault(t testing.TB) (path string, file []byte) {
	v := newVault(t)
	fill(t, v, damagedCertificates)
	for n := range 5 {
		must(t, v.Update(func(tx *Tx) error {
			entry := testCertificate(n).Entry
			entry.Note = "changed"
			return errors.Join(tx.PutEntry(entry), tx.AppendEvent(Event{Verb: "note", Subject: entry.ID}))
		}))
	}
	must(t, v.Close())
	file, err := os.ReadFile(v.Path())
	must(t, err)
	return v.Path(), file
}

// readAll reads everything of damagedVault in every way; a wrong answer fails the test.
// It returns the first error, which is the right answer to damage.
func readAll(t testing.TB, path string, o Options) (err error) {
	v, err := Open(path, o)
	if err != nil {
		return err
	}
	defer func() {
		if closing := v.Close(); err == nil {
			err = closing
		}
	}()
	if err := v.Unlock(context.Background(), []byte(testPassphrase)); err != nil {
		return err
	}
	return v.View(func(tx *Tx) error {
		entries, err := tx.Entries()
		if err != nil {
			return err
		}
		if len(entries) != damagedCertificates {
			t.Errorf("%d entries", len(entries))
		}
		for n := range damagedCertificates {
			if err := readOne(t, tx, n); err != nil {
				return err
			}
		}
		events, err := tx.Events(0)
		if err == nil && (len(events) != damagedCertificates+5 || events[0].Subject != testID(4)) {
			t.Errorf("%d events, the newest %+v", len(events), events[0])
		}
		if value, ok := tx.Setting("theme"); tx.fault == nil && (!ok || value != "dark") {
			t.Errorf("setting %q %v", value, ok)
		}
		return err
	})
}

func readOne(t testing.TB, tx *Tx, n int) error {
	c, err := tx.Certificate(testID(n))
	if err != nil {
		return err
	}
	want := testCertificate(n)
	if n < 5 {
		want.Note = "changed"
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("certificate %d:\n%+v\nwant\n%+v", n, c, want)
	}
	k, err := tx.Key(c.KeyID)
	if err == nil && !reflect.DeepEqual(k, testKey(n)) {
		t.Errorf("key %d is %+v", n, k)
	}
	return err
}

// typed reports whether the error is one that a damaged file may give. Not there and
// wrong passphrase are not among them: they would be wrong answers.
func typed(err error) bool {
	var version *VersionError
	return errors.Is(err, ErrDamaged) || errors.Is(err, ErrNotVault) || errors.As(err, &version)
}

func TestFlippedBytes(t *testing.T) {
	path, file := damagedVault(t)
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for trial := range 1500 {
		at, bit := random.IntN(len(file)), byte(1)<<random.IntN(8)
		if trial%3 == 0 { // more often where the structure is: the heads of pages
			at = at/os.Getpagesize()*os.Getpagesize() + random.IntN(200)
		}
		if trial%2 == 0 {
			bit = byte(1 + random.IntN(255))
		}
		file[at] ^= bit
		must(t, os.WriteFile(path, file, 0o600))
		err := readAll(t, path, testOptions())
		file[at] ^= bit
		if err != nil && !typed(err) {
			t.Errorf("byte %d ^ %#x: %v", at, bit, err)
		}
		if err != nil {
			found++
		}
		if t.Failed() {
			t.Fatalf("byte %d ^ %#x", at, bit)
		}
	}
	t.Logf("%d of 1500 flips found; the others did not touch what is read", found)
	if found < 500 {
		t.Errorf("only %d flips found", found)
	}
	must(t, os.WriteFile(path, file, 0o600))
	must(t, readAll(t, path, testOptions()))
}

// TestFlippedBytesWritten writes to a damaged vault that did open: what was right
// before must not become wrong by it.
func TestFlippedBytesWritten(t *testing.T) {
	path, file := damagedVault(t)
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		at := random.IntN(len(file))
		file[at] ^= 0x10
		must(t, os.WriteFile(path, file, 0o600))
		file[at] ^= 0x10
		v, err := Open(path, testOptions())
		if err != nil {
			continue
		}
		if v.Unlock(context.Background(), []byte(testPassphrase)) == nil {
			err := v.Update(func(tx *Tx) error { return tx.SetSetting("other", "value") })
			if err != nil && !typed(err) {
				t.Errorf("byte %d: update: %v", at, err)
			}
		}
		must(t, v.Close())
		if err := readAll(t, path, testOptions()); err != nil && !typed(err) {
			t.Errorf("byte %d: %v", at, err)
		}
	}
	must(t, os.WriteFile(path, file, 0o600))
}

func TestTruncated(t *testing.T) {
	path, file := damagedVault(t)
	sizes := []int{1, 15, 16, 23, 24, 79, 80, 100, 1023, 1024, 4095, 4096, 4200, 8191, 8192, 8300, 12288}
	random := rand.New(rand.NewPCG(5, 6))
	for range 250 {
		sizes = append(sizes, random.IntN(len(file)))
	}
	for _, size := range sizes {
		must(t, os.WriteFile(path, file[:size], 0o600))
		switch err := readAll(t, path, testOptions()); {
		case err == nil: // only what lay behind the last page is gone
			m, err := readMetas(bytes.NewReader(file), int64(len(file)), false)
			must(t, err)
			if int64(size) < int64(m.high)*m.pageSize {
				t.Errorf("%d of %d bytes: no error", size, len(file))
			}
		case size < pageHeaderSize+8: // nothing to know a vault by
			mustBe(t, err, ErrNotVault)
		case !errors.Is(err, ErrTruncated):
			t.Errorf("%d of %d bytes: %v", size, len(file), err)
		}
	}
	must(t, os.WriteFile(path, file, 0o600))
}

// TestShrunk cuts the file while it is mapped: reading is a fault, and then an error.
func TestShrunk(t *testing.T) {
	v := newVault(t)
	fill(t, v, damagedCertificates)
	file, err := os.ReadFile(v.Path())
	must(t, err)
	must(t, os.Truncate(v.Path(), 4096*3))
	err = v.View(func(tx *Tx) error { _, err := tx.Entries(); return err })
	mustBe(t, err, ErrDamaged)
	err = v.Update(func(tx *Tx) error { return tx.PutCertificate(testCertificate(0)) })
	mustBe(t, err, ErrDamaged)
	must(t, v.Close())
	must(t, os.WriteFile(v.Path(), file, 0o600))
}

func TestHeaderLost(t *testing.T) {
	path, file := damagedVault(t)
	page := os.Getpagesize()
	for _, c := range []struct {
		name    string
		from    int
		to      int
		want    error
		salvage bool // whether the other header opens it
	}{
		{"first", 0, page, ErrDamaged, true},
		{"second", page, 2 * page, ErrDamaged, true},
		{"both", 0, 2 * page, ErrNotVault, false},
		{"both checksums", 20, page + 80, ErrDamaged, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken := bytes.Clone(file)
			clear(broken[c.from:c.to])
			path := filepath.Join(t.TempDir(), "vault.db")
			must(t, os.WriteFile(path, broken, 0o600))
			mustBe(t, readAll(t, path, testOptions()), c.want)
			o := testOptions()
			o.Salvage = true
			v, err := Open(path, o)
			if !c.salvage {
				mustBe(t, err, c.want)
				return
			}
			must(t, err)
			must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
			mustBe(t, v.Update(func(*Tx) error { return nil }), ErrReadOnly)
			must(t, v.View(func(tx *Tx) error { return readOne(t, tx, 20) }))
			must(t, v.Close())
		})
	}
	must(t, os.WriteFile(path, file, 0o600))
}

func rawGet(tx *bbolt.Tx, bucket string, k []byte) []byte {
	return bytes.Clone(tx.Bucket([]byte(bucket)).Get(k))
}

func rawPut(bucket string, k, value []byte) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucket)).Put(k, value) }
}

func rawSwap(bucket string, a, b []byte) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error {
		va, vb := rawGet(tx, bucket, a), rawGet(tx, bucket, b)
		return errors.Join(rawPut(bucket, a, vb)(tx), rawPut(bucket, b, va)(tx))
	}
}

// rawCopy puts a record where another belongs.
func rawCopy(from string, a []byte, to string, b []byte) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error { return rawPut(to, b, rawGet(tx, from, a))(tx) }
}

func rawDelete(bucket string, k []byte) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucket)).Delete(k) }
}

func rawDrop(bucket string) func(*bbolt.Tx) error {
	return func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucket)) }
}

// TestTampered changes records as someone would who knows bbolt but not the key.
func TestTampered(t *testing.T) {
	path, _ := damagedVault(t)
	a, b := rawID(10), rawID(11)
	ka, kb := rawID(1<<30+10), rawID(1<<30+11)
	later := slot{number: 9, kind: slotKeyring, wrapped: make([]byte, 72)}
	for _, c := range []struct {
		name   string
		bucket string // where the damage is found
		change func(*bbolt.Tx) error
	}{
		{"two keys swapped", bucketKeys, rawSwap(bucketKeys, ka, kb)},
		{"two certificates swapped", bucketCertificates, rawSwap(bucketCertificates, a, b)},
		{"two entries swapped", bucketIndex, rawSwap(bucketIndex, a, b)},
		{"two events swapped", bucketEvents, rawSwap(bucketEvents, eventKey(3), eventKey(4))},
		{"a certificate as an entry", bucketIndex, rawCopy(bucketCertificates, a, bucketIndex, a)},
		{"a certificate as a key", bucketKeys, rawCopy(bucketCertificates, a, bucketKeys, ka)},
		{"a key missing", bucketKeys, rawDelete(bucketKeys, ka)},
		{"a certificate missing", bucketCertificates, rawDelete(bucketCertificates, a)},
		{"an entry missing", bucketIndex, rawDelete(bucketIndex, a)},
		{"an event missing", bucketEvents, rawDelete(bucketEvents, eventKey(7))},
		{"the newest event missing", bucketEvents, rawDelete(bucketEvents, eventKey(damagedCertificates+5))},
		{"the first event missing", bucketEvents, rawDelete(bucketEvents, eventKey(1))},
		{"a setting missing", bucketSettings, rawDelete(bucketSettings, []byte("theme"))},
		{"an event added", bucketEvents, rawCopy(bucketEvents, eventKey(1), bucketEvents, eventKey(1000))},
		{"an entry added", bucketIndex, rawCopy(bucketIndex, a, bucketIndex, rawID(999))},
		{"an empty entry", bucketIndex, rawPut(bucketIndex, a, nil)},
		{"an empty certificate", bucketCertificates, rawPut(bucketCertificates, a, nil)},
		{"an empty key", bucketKeys, rawPut(bucketKeys, ka, nil)},
		{"an empty event", bucketEvents, rawPut(bucketEvents, eventKey(3), nil)},
		{"a short key", bucketKeys, rawPut(bucketKeys, ka, []byte{1, 2})},
		{"no state", bucketMeta, rawDelete(bucketMeta, []byte(keyState))},
		{"an empty state", bucketMeta, rawPut(bucketMeta, []byte(keyState), nil)},
		{"no slot", bucketSlots, rawDelete(bucketSlots, slotKey(0))},
		{"another slot", bucketSlots, rawPut(bucketSlots, slotKey(9), later.encode())},
		{"no index", bucketIndex, rawDrop(bucketIndex)},
		{"no keys", bucketKeys, rawDrop(bucketKeys)},
		{"no slots", bucketSlots, rawDrop(bucketSlots)},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := copyFile(t, path)
			tamper(t, path, c.change)
			mustBeDamage(t, readAll(t, path, testOptions()), c.bucket)
		})
	}
}

// TestOlderRecord undoes a revocation by the bytes that were right before it.
func TestOlderRecord(t *testing.T) {
	path, _ := damagedVault(t)
	path = copyFile(t, path)
	var old []byte
	tamper(t, path, func(tx *bbolt.Tx) error { old = rawGet(tx, bucketIndex, rawID(10)); return nil })
	v := openVault(t, path)
	entry := testCertificate(10).Entry
	entry.State = "revoked"
	must(t, v.Update(func(tx *Tx) error { return tx.PutEntry(entry) }))
	must(t, v.Close())
	tamper(t, path, rawPut(bucketIndex, rawID(10), old))
	mustBeDamage(t, readAll(t, path, testOptions()), bucketIndex)
}

// TestHeaderChanged: the header has no key of its own; slots and state speak for it.
func TestHeaderChanged(t *testing.T) {
	v := newVault(t)
	must(t, v.Close())
	good := v.head()
	for name, change := range map[string]func(*header){
		"another vault": func(h *header) { h.vault[3] ^= 1 },
		"schema 0":      func(h *header) { h.schema = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			h := good
			change(&h)
			path := copyFile(t, v.Path())
			tamper(t, path, func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyHeader), h.encode())
			})
			err := readAll(t, path, testOptions())
			var version *VersionError
			if !errors.Is(err, ErrWrongPassphrase) && !errors.As(err, &version) {
				t.Errorf("error %v", err)
			}
		})
	}
	path := copyFile(t, v.Path())
	tamper(t, path, func(tx *bbolt.Tx) error {
		b := good.encode()
		b[len(magic)+2] ^= 1
		return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyHeader), b)
	})
	mustBeDamage(t, readAll(t, path, testOptions()), bucketMeta)
}

func TestDamageError(t *testing.T) {
	for _, c := range []struct {
		err  *DamageError
		want string
	}{
		{&DamageError{}, "the vault is damaged"},
		{&DamageError{Reason: "page 3"}, "the vault is damaged: page 3"},
		{&DamageError{Bucket: "keys", Record: "ab", Reason: "seal"}, `the vault is damaged: keys "ab": seal`},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		mustBe(t, fmt.Errorf("x: %w", c.err), ErrDamaged)
	}
	mustBe(t, ErrTruncated, ErrDamaged)
}
