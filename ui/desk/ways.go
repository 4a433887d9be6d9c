package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"countersign/storage"
)

// Way is what opens a vault.
type Way = storage.Way

// The ways to open a vault.
const (
	ByPassphrase = storage.ByPassphrase
	ByKeyring    = storage.ByKeyring
	ByRecovery   = storage.ByRecovery
)

// Ways says what opens the vault, locked or not; a vault without a passphrase
// has none.
func (d *Desk) Ways() []Way { return d.vault.Ways() }

// Opens tells whether the vault opens by a way.
func (d *Desk) Opens(by Way) bool { return slices.Contains(d.Ways(), by) }

// RemoveWay takes a way away. Errors: ErrLastSlot, ErrNoSlot, ErrLocked,
// ErrReadOnly, ErrNoSpace, ErrSlotRemains.
func (d *Desk) RemoveWay(ctx context.Context, way Way) error {
	err := d.vault.RemoveWay(way)
	if err != nil && !errors.Is(err, ErrSlotRemains) {
		return err
	}
	if way == ByKeyring {
		err = errors.Join(err, d.takeOutOfKeyring(ctx)) // the slot is gone: what stays there opens nothing
	}
	return errors.Join(err, d.note("way-removed", map[string]string{"way": string(way)}))
}

// AddPassphrase gives an unlocked vault whose passphrase was removed a new
// one. Errors: ErrWeakPassphrase, ErrExists, and those of RemoveWay.
func (d *Desk) AddPassphrase(ctx context.Context, passphrase []byte) error {
	if Strength(passphrase).TooShort {
		return ErrWeakPassphrase
	}
	if err := d.vault.AddPassphrase(ctx, passphrase); err != nil {
		return err
	}
	return d.note("way-added", map[string]string{"way": string(ByPassphrase)})
}

// NewDataKey draws a new data key and seals everything anew under it: copies
// of the file made before tell nothing of what is kept from now on. The
// passphrase is asked for again; it is empty for a vault without. The keyring
// gets a new secret; a recovery code is replaced by the one returned, which is
// shown once, "" where there was none. Errors: those of storage.NewDataKey.
func (d *Desk) NewDataKey(ctx context.Context, passphrase []byte) (code string, err error) {
	secrets := storage.Secrets{Passphrase: passphrase}
	defer func() { clear(secrets.Keyring); clear(secrets.Recovery) }()
	if d.Opens(ByKeyring) {
		// One that cannot be reached opens the vault no more.
		secrets.Keyring, err = d.fromKeyring(ctx)
		if err != nil && !errors.Is(err, ErrKeyring) && !errors.Is(err, ErrNotInKeyring) {
			return "", err
		}
	}
	if d.Opens(ByRecovery) {
		if secrets.Recovery, err = d.random(recoverySecret); err != nil {
			return "", err
		}
		code = writeRecoveryCode(secrets.Recovery)
	}
	if err = d.vault.NewDataKey(ctx, secrets); err != nil && !errors.Is(err, ErrSlotRemains) {
		return "", err
	}
	d.forget()
	return code, errors.Join(err, d.note("data-key", nil))
}

// note writes something that was done to the vault itself into the record of
// what was done. A vault that is locked notes nothing.
func (d *Desk) note(verb string, detail map[string]string) error {
	if d.vault.Locked() {
		return nil
	}
	return d.vault.Update(func(tx *storage.Tx) error {
		return tx.AppendEvent(storage.Event{At: d.Now(), Verb: verb, Detail: detail})
	})
}

// random gives secret octets, which the caller clears.
func (d *Desk) random(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(d.opt.Random, b); err != nil {
		return nil, fmt.Errorf("random: %w", err)
	}
	return b, nil
}
