package storage

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var (
	testKeyring  = []byte("a secret of the keyring, random.")
	testRecovery = []byte("a recovery code!")
)

// otherWays opens the vault of a path by each way and says which of them do.
func otherWays(t *testing.T, path string) []Way {
	t.Helper()
	var opened []Way
	for way, secret := range map[Way][]byte{ByKeyring: testKeyring, ByRecovery: testRecovery, ByPassphrase: []byte(testPassphrase)} {
		v, err := Open(path, testOptions())
		must(t, err)
		if way == ByPassphrase {
			err = v.Unlock(context.Background(), secret)
		} else {
			err = v.UnlockBy(context.Background(), way, secret)
		}
		if err == nil {
			opened = append(opened, way)
			must(t, v.View(func(tx *Tx) error { _, err := tx.Key(testKey(1).ID); return err }))
		}
		must(t, v.Close())
	}
	slices.Sort(opened)
	return opened
}

func TestWays(t *testing.T) {
	ctx := context.Background()
	v := newVault(t)
	fill(t, v, 2)
	if got := v.Ways(); !slices.Equal(got, []Way{ByPassphrase}) {
		t.Errorf("ways %v", got)
	}
	mustBe(t, v.UnlockBy(ctx, ByKeyring, testKeyring), ErrNoSlot)
	mustBe(t, v.RemoveWay(ByRecovery), ErrNoSlot)
	mustBe(t, v.RemoveWay(ByPassphrase), ErrLastSlot)
	mustBe(t, v.AddWay(ByKeyring, testKeyring[:15]), ErrShortSecret)
	mustBe(t, v.AddWay(ByPassphrase, testKeyring), ErrNoSlot)
	mustBe(t, v.AddPassphrase(ctx, []byte("another one")), ErrExists)
	must(t, v.AddWay(ByKeyring, testKeyring))
	must(t, v.AddWay(ByRecovery, testRecovery))
	if cost, ok := v.PassphraseCost(); !ok || cost != *LightKDF() {
		t.Errorf("cost %v, %v", cost, ok)
	}
	v.Lock()
	mustBe(t, v.AddWay(ByKeyring, testKeyring), ErrLocked)
	mustBe(t, v.UnlockBy(ctx, ByKeyring, testRecovery), ErrWrongPassphrase)
	mustBe(t, v.UnlockBy(ctx, ByRecovery, testKeyring), ErrWrongPassphrase)
	mustBe(t, v.Unlock(ctx, testKeyring), ErrWrongPassphrase)
	must(t, v.UnlockBy(ctx, ByRecovery, testRecovery))
	must(t, v.RemoveWay(ByPassphrase))
	if got := v.Ways(); !slices.Equal(got, []Way{ByKeyring, ByRecovery}) || !v.Protected() {
		t.Errorf("ways %v, protected %v", got, v.Protected())
	}
	must(t, v.Close())
	if got := otherWays(t, v.Path()); !slices.Equal(got, []Way{ByKeyring, ByRecovery}) {
		t.Errorf("opened by %v", got)
	}

	v, err := Open(v.Path(), testOptions())
	must(t, err)
	must(t, v.UnlockBy(ctx, ByKeyring, testKeyring))
	mustBe(t, v.AddPassphrase(ctx, nil), ErrShortSecret)
	must(t, v.AddPassphrase(ctx, []byte(testPassphrase)))
	must(t, v.Close())
	if got := otherWays(t, v.Path()); !slices.Equal(got, []Way{ByKeyring, ByPassphrase, ByRecovery}) {
		t.Errorf("opened by %v", got)
	}
}

// TestRemovedWayIsWiped: the file holds no old slot that a copy of it would open by.
func TestRemovedWayIsWiped(t *testing.T) {
	v := newVault(t)
	fill(t, v, 2)
	must(t, v.AddWay(ByRecovery, testRecovery))
	old := v.slotsOf(slotRecovery)[0].wrapped
	must(t, v.AddWay(ByRecovery, testKeyring)) // a new code in place of it
	must(t, v.RemoveWay(ByRecovery))
	file, err := os.ReadFile(v.Path())
	must(t, err)
	if bytes.Contains(file, old) {
		t.Error("the old slot is still in the file")
	}
}

// TestWaysOfAnOpenVault: there is nothing to protect.
func TestWaysOfAnOpenVault(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "vault.db")
	v, err := Create(path, nil, testOptions())
	must(t, err)
	mustBe(t, v.AddWay(ByRecovery, testRecovery), ErrOpenVault)
	if ways := v.Ways(); len(ways) != 0 {
		t.Errorf("ways %v", ways)
	}
	must(t, v.ChangePassphrase(ctx, nil, []byte(testPassphrase)))
	must(t, v.AddWay(ByRecovery, testRecovery))
	must(t, v.ChangePassphrase(ctx, []byte(testPassphrase), nil))
	if v.Protected() || len(v.Ways()) != 0 {
		t.Errorf("protected %v, ways %v", v.Protected(), v.Ways())
	}
	must(t, v.Close())
}
