package storage

import (
	"context"
	"encoding/binary"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.etcd.io/bbolt"
)

// shelf takes entries as whoever lists them does.
type shelf struct {
	mu      sync.Mutex
	begun   int // how often
	room    int
	entries []Entry
	whole   bool
}

func (s *shelf) Begin(_ uint64, count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun++
	s.room, s.entries, s.whole = count, nil, false
}

func (s *shelf) Take(entries []Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = append(s.entries, entries...)
}

func (s *shelf) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole = true
}

func (s *shelf) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, e := range s.entries {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	return names
}

// lockedVault is a vault of n certificates, closed, and opened again.
func lockedVault(t *testing.T, n int, change func(*bbolt.Tx) error) (*Vault, *shelf) {
	t.Helper()
	v := newVault(t)
	fill(t, v, n)
	path := copyFile(t, v.Path())
	if change != nil {
		tamper(t, path, change)
	}
	locked, err := Open(path, testOptions())
	must(t, err)
	t.Cleanup(func() { _ = locked.Close() })
	s := &shelf{}
	locked.TakeAtUnlock(s)
	return locked, s
}

// TestReadAhead: what was read while the vault was locked is given out once unlocking
// has checked it, and is not read again.
func TestReadAhead(t *testing.T) {
	const n = 3 * batchSize
	v, s := lockedVault(t, n, nil)
	if read, err := v.ReadAhead(); !read || err != nil {
		t.Fatalf("read %v, %v", read, err)
	}
	if s.whole || len(s.names()) != n || s.room != n {
		t.Fatalf("locked: whole %v, %d entries, room for %d", s.whole, len(s.names()), s.room)
	}
	mustReadNothing(t, v) // once is enough
	mustBe(t, v.Unlock(context.Background(), []byte("not it")), ErrWrongPassphrase)
	if s.whole {
		t.Fatal("given out though the passphrase was wrong")
	}
	must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
	if !s.whole || s.begun != 1 {
		t.Fatalf("unlocked: whole %v, read %d times", s.whole, s.begun)
	}
	want := map[ID]Entry{}
	must(t, v.View(func(tx *Tx) error {
		return tx.EachEntry(func(e Entry) error {
			want[e.ID] = e
			return nil
		})
	}))
	for _, e := range s.entries {
		if !reflect.DeepEqual(e, want[e.ID]) {
			t.Errorf("%+v\nwant\n%+v", e, want[e.ID])
		}
		delete(want, e.ID)
	}
	if len(want) != 0 {
		t.Errorf("%d entries are missing", len(want))
	}
	mustReadNothing(t, v)
	v.Lock()
	must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
	if s.begun != 2 {
		t.Errorf("what was read ahead was used %d times", s.begun)
	}
}

func mustReadNothing(t *testing.T, v *Vault) {
	t.Helper()
	if read, err := v.ReadAhead(); read || err != nil {
		t.Errorf("read %v, %v", read, err)
	}
}

// TestReadAheadDamaged: reading ahead hides no damage, and believes nothing of it.
func TestReadAheadDamaged(t *testing.T) {
	change := func(record []byte, change func([]byte) []byte) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			bucket, key := bucketIndex, record
			if string(record) == keyState {
				bucket = bucketMeta
			}
			b := tx.Bucket([]byte(bucket))
			value := change(slices.Clone(b.Get(key)))
			if value == nil {
				return b.Delete(key)
			}
			return b.Put(key, value)
		}
	}
	for name, c := range map[string]struct {
		record []byte
		change func([]byte) []byte
		reason string
	}{
		"name":    {rawID(3), func(b []byte) []byte { return []byte(strings.Replace(string(b), "example", "elpmaxe", 1)) }, "check"},
		"short":   {rawID(3), func(b []byte) []byte { return b[:8] }, "records are missing, too many or out of date"},
		"version": {rawID(3), func(b []byte) []byte { b[0] = 99; return b }, "unknown record version"},
		"layout":  {rawID(3), func(b []byte) []byte { b[1] = 99; return b }, "check"},
		"gone":    {rawID(3), func([]byte) []byte { return nil }, "records are missing, too many or out of date"},
		"count": {[]byte(keyState), func(b []byte) []byte {
			at := strings.Index(string(b), bucketIndex) + len(bucketIndex)
			return append(binary.AppendUvarint(b[:at:at], 1<<50), b[at+2:]...)
		}, "check"},
	} {
		t.Run(name, func(t *testing.T) {
			v, s := lockedVault(t, 2*batchSize, change(c.record, c.change))
			_, _ = v.ReadAhead()
			if info, err := os.Stat(v.Path()); err != nil || int64(s.room) > info.Size()/leastEntry {
				t.Fatalf("room for %d, %v", s.room, err)
			}
			err := v.Unlock(context.Background(), []byte(testPassphrase))
			if err == nil { // a single one is for who reads it to say
				err = v.View(func(tx *Tx) error {
					_, err := tx.Entries()
					return err
				})
			}
			bucket := bucketIndex
			if name == "count" {
				bucket = bucketMeta
			}
			if d := mustBeDamage(t, err, bucket); d.Reason != c.reason || s.whole {
				t.Errorf("%+v, whole %v; want %s", d, s.whole, c.reason)
			}
		})
	}
}

// TestReadAheadOutdated: what another program wrote meanwhile is read.
func TestReadAheadOutdated(t *testing.T) {
	v, s := lockedVault(t, 5, nil)
	_, err := v.ReadAhead()
	must(t, err)
	other := v.ahead // as if it were of the file that was there before
	other.state = append([]byte(nil), other.state...)
	other.state[len(other.state)-1] ^= 1
	must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
	if s.begun != 2 || !s.whole || len(s.names()) != 5 {
		t.Errorf("read %d times, whole %v, %v", s.begun, s.whole, s.names())
	}
}
