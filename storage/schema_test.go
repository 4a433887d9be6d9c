package storage

import (
	"context"
	"errors"
	"testing"
)

func TestCheckVersion(t *testing.T) {
	step := func(*Tx) error { return nil }
	for _, c := range []struct {
		name         string
		found, known uint32
		steps        map[uint32]migration
		good         bool
	}{
		{"the same", 1, 1, nil, true},
		{"newer", 2, 1, nil, false},
		{"far newer", 1 << 31, 1, nil, false},
		{"older, with the step", 1, 2, map[uint32]migration{1: step}, true},
		{"older, with both steps", 1, 3, map[uint32]migration{1: step, 2: step}, true},
		{"older, without a step", 1, 3, map[uint32]migration{1: step}, false},
		{"zero", 0, 1, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := checkVersion(c.found, c.known, c.steps)
			var version *VersionError
			if c.good != (err == nil) || err != nil && !errors.As(err, &version) {
				t.Errorf("error %v", err)
			}
		})
	}
	if len(migrations()) != int(Schema)-1 {
		t.Errorf("%d migrations to schema %d", len(migrations()), Schema)
	}
}

// TestMigrate takes a vault to two schemas that do not exist yet.
func TestMigrate(t *testing.T) {
	v := newVault(t)
	fill(t, v, 2)
	broken := errors.New("broken")
	set := func(value string) migration {
		return func(tx *Tx) error { return tx.SetSetting("step", value) }
	}
	mustBe(t, v.migrate(v.keys, Schema+2, map[uint32]migration{
		Schema:     set("one"),
		Schema + 1: func(*Tx) error { return broken },
	}), broken)
	if v.head().schema != Schema {
		t.Fatalf("schema %d after a failure", v.head().schema)
	}
	must(t, v.View(func(tx *Tx) error {
		if value, ok := tx.Setting("step"); ok {
			t.Errorf("step %q is left of a failure", value)
		}
		return nil
	}))
	steps := map[uint32]migration{Schema: set("one"), Schema + 1: set("two")}
	must(t, v.migrate(v.keys, Schema+2, steps))
	must(t, v.Close())

	_, err := Open(v.Path(), testOptions())
	var version *VersionError
	if !errors.As(err, &version) || *version != (VersionError{Found: Schema + 2, Known: Schema}) {
		t.Fatalf("error %v", err)
	}
	next := &Vault{path: v.path, options: v.options, schema: Schema + 2, kdf: make(chan struct{}, 1)}
	must(t, next.openDB())
	must(t, next.view(nil, (*Tx).readHeader))
	must(t, next.view(nil, func(tx *Tx) error {
		slots, err := tx.readSlots()
		next.setSlots(slots)
		return err
	}))
	data, err := next.dataKey(context.Background(), slotPassphrase, []byte(testPassphrase))
	must(t, err)
	_, err = next.install(context.Background(), data)
	must(t, err)
	must(t, next.View(func(tx *Tx) error {
		if value, _ := tx.Setting("step"); value != "two" {
			t.Errorf("step %q", value)
		}
		_, err := tx.Certificate(testID(1))
		return err
	}))
	must(t, next.migrate(next.keys, Schema+2, nil)) // nothing to do
	if err := next.migrate(next.keys, Schema+3, nil); !errors.As(err, &version) {
		t.Errorf("error %v", err)
	}
	// Back to this program's schema, for the check at the end.
	back := next.head()
	back.schema = Schema
	must(t, next.update(next.keys, func(tx *Tx) error {
		tx.header = back
		return tx.putRaw(bucketMeta, []byte(keyHeader), back.encode())
	}))
	must(t, next.Close())
}
