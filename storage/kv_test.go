package storage

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"go.etcd.io/bbolt"
)

// TestKV holds every engine to what a vault asks of it.
func TestKV(t *testing.T) {
	for name, open := range map[string]func(*testing.T) kv{
		"bbolt": func(t *testing.T) kv {
			db, err := bbolt.Open(filepath.Join(t.TempDir(), "kv.db"), fileMode, &bbolt.Options{InitialMmapSize: 1 << 24}) // a reader would hold up one that has to grow it
			must(t, err)
			return newBoltKV(db)
		},
		"memory": func(*testing.T) kv { return &memoryKV{records: map[string]map[string]string{}} },
	} {
		t.Run(name, func(t *testing.T) { testKV(t, open) })
	}
}

// testKV is what any engine must pass; open gives an empty one.
func testKV(t *testing.T, open func(*testing.T) kv) {
	for _, c := range []struct {
		name string
		test func(*testing.T, kv)
	}{
		{"records", testKVRecords}, {"order", testKVOrder}, {"all or nothing", testKVAtomic},
		{"snapshots", testKVSnapshot}, {"preconditions", testKVRequire}, {"reading only", testKVReadOnly},
		{"watch", testKVWatch}, {"like a map", testKVModel},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine := open(t)
			c.test(t, engine)
			must(t, engine.close())
			if _, err := engine.begin(false); !errors.Is(err, errEngineClosed) {
				t.Errorf("a closed engine: error %v", err)
			}
		})
	}
}

// write runs fn in a transaction that is kept.
func write(t *testing.T, engine kv, fn func(kvBucket)) {
	t.Helper()
	tx, err := engine.begin(true)
	must(t, err)
	must(t, tx.makeBucket("b"))
	fn(tx.bucket("b"))
	must(t, tx.commit())
	must(t, tx.rollback())
}

// dump is all records of the bucket, in order.
func dump(t *testing.T, engine kv, backwards bool) []string {
	t.Helper()
	tx, err := engine.begin(false)
	must(t, err)
	defer func() { must(t, tx.rollback()) }()
	var all []string
	if b := tx.bucket("b"); b != nil {
		next := b.scan(backwards)
		for k, v := next(); k != nil; k, v = next() {
			all = append(all, string(k)+"="+string(v))
		}
	}
	return all
}

func wantDump(t *testing.T, engine kv, want ...string) {
	t.Helper()
	if got := dump(t, engine, false); !slices.Equal(got, want) {
		t.Errorf("records %q, want %q", got, want)
	}
}

func testKVRecords(t *testing.T, engine kv) {
	tx, err := engine.begin(true)
	must(t, err)
	if tx.bucket("b") != nil || !tx.writable() {
		t.Error("there is a bucket in an empty engine, or it cannot be written")
	}
	must(t, tx.rollback())
	write(t, engine, func(b kvBucket) {
		must(t, b.put([]byte("k"), []byte("first")))
		must(t, b.put([]byte("k"), []byte("second")))
		must(t, b.put([]byte("empty"), []byte{}))
		if got := b.get([]byte("k")); string(got) != "second" {
			t.Errorf("within the transaction k is %q", got)
		}
		if b.get([]byte("none")) != nil || b.get([]byte("empty")) == nil {
			t.Error("what is not there is not nil, or an empty value is")
		}
		must(t, b.put([]byte("gone"), []byte("x")))
		must(t, b.delete([]byte("gone")))
		must(t, b.delete([]byte("never there")))
	})
	wantDump(t, engine, "empty=", "k=second")
}

func testKVOrder(t *testing.T, engine kv) {
	keys := []string{"\x00", "\x00\x00", "a", "aa", "b", "\xff", "\xff\x00"}
	write(t, engine, func(b kvBucket) {
		b.dense()
		for _, n := range rand.New(rand.NewPCG(1, 1)).Perm(len(keys)) {
			must(t, b.put([]byte(keys[n]), []byte(fmt.Sprint(n))))
		}
	})
	var want []string
	for n, key := range keys {
		want = append(want, fmt.Sprint(key, "=", n))
	}
	wantDump(t, engine, want...)
	slices.Reverse(want)
	if got := dump(t, engine, true); !slices.Equal(got, want) {
		t.Errorf("backwards %q, want %q", got, want)
	}
}

func testKVAtomic(t *testing.T, engine kv) {
	write(t, engine, func(b kvBucket) { must(t, b.put([]byte("k"), []byte("old"))) })
	tx, err := engine.begin(true)
	must(t, err)
	must(t, tx.bucket("b").put([]byte("k"), []byte("new")))
	must(t, tx.bucket("b").put([]byte("more"), []byte("new")))
	must(t, tx.makeBucket("other"))
	must(t, tx.rollback())
	must(t, tx.rollback())
	wantDump(t, engine, "k=old")
	tx, err = engine.begin(false)
	must(t, err)
	if tx.bucket("other") != nil {
		t.Error("a bucket is left of what was not kept")
	}
	must(t, tx.rollback())
}

func testKVSnapshot(t *testing.T, engine kv) {
	write(t, engine, func(b kvBucket) { must(t, b.put([]byte("k"), []byte("old"))) })
	before, err := engine.begin(false)
	must(t, err)
	write(t, engine, func(b kvBucket) { must(t, b.put([]byte("k"), []byte("new"))) })
	if got := before.bucket("b").get([]byte("k")); string(got) != "old" {
		t.Errorf("a reader that began before sees %q", got)
	}
	must(t, before.rollback())
	wantDump(t, engine, "k=new")
}

func testKVRequire(t *testing.T, engine kv) {
	write(t, engine, func(b kvBucket) { must(t, b.put([]byte("k"), []byte("1"))) })
	for _, c := range []struct {
		bucket, key string
		value       []byte
		good        bool
	}{
		{"b", "k", []byte("1"), true}, {"b", "k", []byte("2"), false}, {"b", "k", nil, false},
		{"b", "none", nil, true}, {"b", "none", []byte{}, false}, {"none", "k", nil, true}, {"none", "k", []byte("1"), false},
	} {
		tx, err := engine.begin(true)
		must(t, err)
		tx.require(c.bucket, []byte(c.key), c.value)
		must(t, tx.bucket("b").put([]byte("written"), []byte("x")))
		err = tx.commit()
		if c.good && err != nil || !c.good && !errors.Is(err, errConflict) {
			t.Errorf("require %s %s %q: error %v", c.bucket, c.key, c.value, err)
		}
		must(t, tx.rollback())
		kept := slices.Contains(dump(t, engine, false), "written=x")
		if kept != c.good {
			t.Errorf("require %s %s %q: kept %v", c.bucket, c.key, c.value, kept)
		}
		write(t, engine, func(b kvBucket) { must(t, b.delete([]byte("written"))) })
	}
}

func testKVReadOnly(t *testing.T, engine kv) {
	write(t, engine, func(b kvBucket) { must(t, b.put([]byte("k"), []byte("1"))) })
	tx, err := engine.begin(false)
	must(t, err)
	if tx.writable() {
		t.Error("it says that it can be written")
	}
	mustBe(t, tx.bucket("b").put([]byte("k"), nil), errNotWritable)
	mustBe(t, tx.bucket("b").delete([]byte("k")), errNotWritable)
	mustBe(t, tx.makeBucket("other"), errNotWritable)
	must(t, tx.rollback())
	wantDump(t, engine, "k=1")
}

func testKVWatch(t *testing.T, engine kv) {
	commits, stop := engine.watch()
	told := func() bool {
		select {
		case <-commits:
			return true
		default:
			return false
		}
	}
	if told() {
		t.Error("told before anything was written")
	}
	write(t, engine, func(kvBucket) {})
	write(t, engine, func(kvBucket) {})
	if !told() || told() {
		t.Error("not told once of two commits")
	}
	tx, err := engine.begin(true)
	must(t, err)
	must(t, tx.rollback())
	if told() {
		t.Error("told of what was not kept")
	}
	stop()
	write(t, engine, func(kvBucket) {})
	if told() {
		t.Error("told after it was to stop")
	}
}

// testKVModel does at random what a map does too.
func testKVModel(t *testing.T, engine kv) {
	random := rand.New(rand.NewPCG(3, 4))
	model := map[string]string{}
	for range 60 {
		next := map[string]string{}
		for k, v := range model {
			next[k] = v
		}
		tx, err := engine.begin(true)
		must(t, err)
		must(t, tx.makeBucket("b"))
		b := tx.bucket("b")
		for range random.IntN(200) {
			key := fmt.Sprint(random.IntN(300))
			if random.IntN(3) == 0 {
				must(t, b.delete([]byte(key)))
				delete(next, key)
				continue
			}
			value := string(bytes.Repeat([]byte{byte(random.IntN(256))}, random.IntN(2000)))
			must(t, b.put([]byte(key), []byte(value)))
			next[key] = value
		}
		if random.IntN(4) > 0 {
			must(t, tx.commit())
			model = next
		} else {
			must(t, tx.rollback())
		}
		var want []string
		for k, v := range model {
			want = append(want, k+"="+v)
		}
		slices.SortFunc(want, func(a, b string) int { return bytes.Compare([]byte(a), []byte(b)) })
		got := dump(t, engine, false)
		slices.Sort(got) // "1=" and "10=" stand the other way round as texts
		if !slices.Equal(got, want) {
			t.Fatalf("%d records, want %d", len(got), len(want))
		}
	}
}
