package storage

import (
	"context"
	"fmt"
)

// ChangePassphrase puts a new passphrase in place of the old one, in one transaction,
// whether the vault is locked or not, and leaves it so. An empty old passphrase is that
// of a vault without one; an empty new one takes the protection away. The data key
// stays the same: backups made before still open with the old passphrase.
//
// Errors: ErrWrongPassphrase, ErrReadOnly, ErrClosed, ErrSlotRemains, *DamageError,
// ctx.Err() while nothing has been changed yet.
func (v *Vault) ChangePassphrase(ctx context.Context, old, new []byte) error {
	if err := v.changePassphrase(ctx, old, new); err != nil {
		return fmt.Errorf("change passphrase: %w", err)
	}
	return nil
}

func (v *Vault) changePassphrase(ctx context.Context, old, new []byte) error {
	if v.readOnly {
		return ErrReadOnly
	}
	data, err := v.dataKey(ctx, old)
	if err != nil {
		return err
	}
	keys, err := newKeyset(data, v.header.vault)
	if err != nil {
		clear(data)
		return err
	}
	defer keys.wipe()
	if err := v.examine(keys); err != nil {
		return err
	}
	s, err := newSlot(firstSlot, data, new, v.header.vault, v.options)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	v.gate.Lock() // no reader may hold the pages that are to be wiped
	defer v.gate.Unlock()
	return v.replaceSlot(keys, s)
}

func (v *Vault) replaceSlot(keys *keyset, s slot) error {
	var slots []slot
	err := v.update(keys, func(t *Tx) (err error) {
		if err := t.put(bucketSlots, slotKey(s.number), s.encode()); err != nil {
			return err
		}
		slots, err = t.readSlots()
		return err
	})
	if err != nil {
		return err
	}
	v.setSlots(slots)
	return nil
}
