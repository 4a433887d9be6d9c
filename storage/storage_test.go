package storage

import (
	"context"
	"errors"
	"testing"
)

// TestRoundTrip is a vault's life: made, filled, closed, opened, unlocked, read.
func TestRoundTrip(t *testing.T) {
	v := newVault(t)
	if v.Locked() || !v.Protected() || v.ReadOnly() {
		t.Errorf("locked %v, protected %v, read-only %v", v.Locked(), v.Protected(), v.ReadOnly())
	}
	fill(t, v, 8)
	must(t, v.Close())

	v, err := Open(v.Path(), testOptions())
	must(t, err)
	if !v.Locked() || !v.Protected() {
		t.Errorf("locked %v, protected %v", v.Locked(), v.Protected())
	}
	mustBe(t, v.View(func(*Tx) error { return nil }), ErrLocked)
	mustBe(t, v.Unlock(context.Background(), []byte(testPassphrase+" ")), ErrWrongPassphrase)
	must(t, v.Unlock(context.Background(), []byte(testPassphrase)))
	must(t, v.View(func(tx *Tx) error {
		events, err := tx.Events(1)
		if len(events) != 1 || events[0].Sequence != 8 || !events[0].At.Equal(testTime) {
			t.Errorf("events %+v", events)
		}
		if value, ok := tx.Setting("theme"); value != "dark" || !ok {
			t.Errorf("setting %q %v", value, ok)
		}
		return errors.Join(err, readOne(t, tx, 7), tx.VerifyEvents())
	}))
	must(t, v.Close())
}

// TestBrokenWrite: after bbolt failed within a write, nothing more is written, and the
// vault closes.
func TestBrokenWrite(t *testing.T) {
	v := newVault(t)
	fill(t, v, 8)
	v.broken = true
	mustBe(t, v.Update(func(tx *Tx) error { return tx.SetSetting("a", "b") }), ErrDamaged)
	must(t, v.View(func(tx *Tx) error { return readOne(t, tx, 7) }))
	must(t, v.Close())
}
