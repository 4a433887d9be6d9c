package storage

import (
	"context"
	"fmt"
	"slices"
)

// A Way is what opens a vault.
type Way string

// The ways to open a vault. A passphrase is stretched with Argon2id; the other two are
// random secrets of at least 16 bytes, and are not.
const (
	ByPassphrase Way = "passphrase"
	ByKeyring    Way = "keyring"  // a secret that this computer's keyring keeps
	ByRecovery   Way = "recovery" // a code that a person wrote down
)

// number is the slot of a way.
func (w Way) number() uint16 {
	switch w {
	case ByKeyring:
		return 1
	case ByRecovery:
		return 2
	}
	return firstSlot
}

func (w Way) kind() slotKind {
	switch w {
	case ByKeyring:
		return slotKeyring
	case ByRecovery:
		return slotRecovery
	}
	return slotPassphrase
}

// Ways says what opens the vault; a vault without a passphrase has none.
func (v *Vault) Ways() []Way {
	var ways []Way
	for _, w := range []Way{ByPassphrase, ByKeyring, ByRecovery} {
		if len(v.slotsOf(w.kind())) > 0 {
			ways = append(ways, w)
		}
	}
	return ways
}

// PassphraseCost is what a guess at the passphrase costs; ok is false where there is
// none.
func (v *Vault) PassphraseCost() (cost KDF, ok bool) {
	for _, s := range v.slotsOf(slotPassphrase) {
		return s.kdf, true
	}
	return KDF{}, false
}

// ID names the vault in hex: what is kept about it elsewhere, in a keyring, goes by it.
// Copies of the file have the same.
func (v *Vault) ID() string { return fmt.Sprintf("%x", v.head().vault) }

// slotsOf are the slots of some kinds.
func (v *Vault) slotsOf(kinds ...slotKind) []slot {
	v.mu.Lock()
	defer v.mu.Unlock()
	var found []slot
	for _, s := range v.slots {
		if slices.Contains(kinds, s.kind) {
			found = append(found, s)
		}
	}
	return found
}

// UnlockBy opens the vault as Unlock does, by another way than the passphrase. Errors:
// those of Unlock, where ErrWrongPassphrase says that the secret is not the one, and
// ErrNoSlot.
func (v *Vault) UnlockBy(ctx context.Context, way Way, secret []byte) error {
	if len(v.slotsOf(way.kind())) == 0 {
		return fmt.Errorf("unlock by %s: %w", way, ErrNoSlot)
	}
	return v.unlock(ctx, way.kind(), secret)
}

// AddWay makes, of an unlocked vault, a keyring's or a recovery code's slot, in place of
// an older one of its kind, in one transaction. The secret is random, at least 16 bytes.
// Errors: ErrShortSecret, ErrOpenVault, ErrLocked, ErrReadOnly, ErrNoSpace, ErrSlotRemains.
func (v *Vault) AddWay(way Way, secret []byte) error {
	if err := v.addWay(way, secret); err != nil {
		return fmt.Errorf("add %s: %w", way, err)
	}
	return nil
}

func (v *Vault) addWay(way Way, secret []byte) error {
	switch {
	case way != ByKeyring && way != ByRecovery:
		return ErrNoSlot
	case len(secret) < minSecret:
		return ErrShortSecret
	case !v.Protected():
		return ErrOpenVault
	}
	return v.withKeys(func(keys *keyset) error {
		s, err := slot{number: way.number(), kind: way.kind()}.wrap(keys.data, secret, v.head().vault, v.options.Random)
		if err != nil {
			return err
		}
		return v.changeSlots(keys, []slot{s}, nil)
	})
}

// RemoveWay takes a slot away, in one transaction. Errors: ErrNoSlot, ErrLastSlot,
// ErrLocked, ErrReadOnly, ErrNoSpace, ErrSlotRemains.
func (v *Vault) RemoveWay(way Way) error {
	ways := v.Ways()
	err := error(nil)
	switch {
	case !slices.Contains(ways, way):
		err = ErrNoSlot
	case len(ways) == 1:
		err = ErrLastSlot
	default:
		err = v.withKeys(func(keys *keyset) error { return v.changeSlots(keys, nil, []uint16{way.number()}) })
	}
	if err != nil {
		return fmt.Errorf("remove %s: %w", way, err)
	}
	return nil
}

// AddPassphrase gives an unlocked vault whose passphrase was removed a new one. Errors:
// ErrExists where it has one (see ChangePassphrase), ErrShortSecret for an empty one, and
// those of AddWay.
func (v *Vault) AddPassphrase(ctx context.Context, passphrase []byte) error {
	if err := v.addPassphrase(ctx, passphrase); err != nil {
		return fmt.Errorf("add passphrase: %w", err)
	}
	return nil
}

func (v *Vault) addPassphrase(ctx context.Context, passphrase []byte) error {
	switch {
	case len(passphrase) == 0:
		return ErrShortSecret
	case len(v.slotsOf(slotPassphrase, slotOpen)) > 0:
		return ErrExists
	}
	return v.withKeys(func(keys *keyset) error {
		s, err := v.wrapAnew(ctx, keys.data, passphrase)
		if err != nil {
			return err
		}
		return v.changeSlots(keys, []slot{s}, nil)
	})
}

// withKeys runs fn with the vault's keys while nobody else reads or writes.
func (v *Vault) withKeys(fn func(*keyset) error) error {
	if v.ReadOnly() {
		return v.refusal
	}
	v.gate.Lock()
	defer v.gate.Unlock()
	keys, err := v.acquire()
	if err != nil {
		return err
	}
	defer v.release(keys)
	return fn(keys)
}
