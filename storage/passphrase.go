package storage

import (
	"context"
	"fmt"
	"os"
)

// ChangePassphrase puts a new passphrase in place of the old one, in one transaction,
// whether the vault is locked or not, and leaves it so. An empty old passphrase is that
// of a vault without one; an empty new one takes the protection away, and with it what
// else opens the vault: a keyring's slot, a recovery code's. Where the old
// slot lay in the file is then overwritten (a copy-on-write disk may still keep it).
// The data key stays the same: backups made before still open with the old passphrase.
//
// Errors: ErrWrongPassphrase, ErrReadOnly, ErrClosed, ErrNoSpace, *DamageError, and
// ctx.Err() while nothing has been changed yet; then the old passphrase holds.
// ErrSlotRemains: the new one holds.
func (v *Vault) ChangePassphrase(ctx context.Context, old, new []byte) error {
	if err := v.changePassphrase(ctx, passphraseKind(old), old, new); err != nil {
		return fmt.Errorf("change passphrase: %w", err)
	}
	return nil
}

// ResetPassphrase is ChangePassphrase for who has another way's secret and not the old
// passphrase. Errors: those of ChangePassphrase, where ErrWrongPassphrase says that the
// secret is not the one, ErrShortSecret for an empty new passphrase, and ErrNoSlot.
func (v *Vault) ResetPassphrase(ctx context.Context, way Way, secret, new []byte) error {
	err := error(ErrShortSecret)
	switch {
	case len(v.slotsOf(way.kind())) == 0:
		err = ErrNoSlot
	case len(new) > 0:
		err = v.changePassphrase(ctx, way.kind(), secret, new)
	}
	if err != nil {
		return fmt.Errorf("reset passphrase: %w", err)
	}
	return nil
}

func (v *Vault) changePassphrase(ctx context.Context, kind slotKind, old, new []byte) error {
	if v.ReadOnly() {
		return v.refusal
	}
	data, err := v.dataKey(ctx, kind, old)
	if err != nil {
		return err
	}
	h := v.head()
	keys := newKeyset(data, h.vault)
	defer keys.wipe()
	s, err := v.wrapAnew(ctx, data, new)
	if err != nil {
		return err
	}
	v.gate.Lock() // no reader may hold the pages that are to be wiped
	defer v.gate.Unlock()
	if _, err := v.examine(keys); err != nil {
		return err
	}
	var useless []uint16
	if s.kind == slotOpen {
		for _, other := range v.slotsOf(slotKeyring, slotRecovery) {
			useless = append(useless, other.number)
		}
	}
	return v.changeSlots(keys, []slot{s}, useless)
}

// changeSlots writes and removes slots, and wipes what they were from the file's unused
// pages. v.gate is held alone.
func (v *Vault) changeSlots(keys *keyset, put []slot, remove []uint16) error {
	if err := v.replaceSlots(keys, put, remove); err != nil {
		return err
	}
	if err := v.wipeFreePages(keys); err != nil {
		return fmt.Errorf("%w: %w", ErrSlotRemains, err)
	}
	return nil
}

// replaceSlots writes and removes slots, and notes that there is something to wipe.
func (v *Vault) replaceSlots(keys *keyset, put []slot, remove []uint16) error {
	var slots []slot
	err := v.update(keys, func(t *Tx) (err error) {
		slots, err = t.replaceSlots(put, remove)
		return err
	})
	if err != nil {
		return err
	}
	v.setSlots(slots)
	return nil
}

func (t *Tx) replaceSlots(put []slot, remove []uint16) ([]slot, error) {
	t.state.unwiped = true
	for _, s := range put {
		if err := t.put(bucketSlots, slotKey(s.number), s.encode()); err != nil {
			return nil, err
		}
	}
	for _, number := range remove {
		if err := t.remove(bucketSlots, slotKey(number)); err != nil {
			return nil, err
		}
	}
	return t.readSlots()
}

// wipeLater does, after a crash or a failure, what ChangePassphrase could not finish.
func (v *Vault) wipeLater() error {
	v.gate.Lock()
	defer v.gate.Unlock()
	keys, err := v.acquire()
	if err != nil {
		return err
	}
	defer v.release(keys)
	return v.wipeFreePages(keys)
}

// wipeFreePages overwrites every page that neither of bbolt's two headers reaches. A
// commit before it makes the older header forget the old slot too; one after it notes
// that it is done. v.gate is held alone: no transaction reads, and none writes.
func (v *Vault) wipeFreePages(keys *keyset) error {
	touch := func(t *Tx) error {
		t.changed = true
		return nil
	}
	if err := v.update(keys, touch); err != nil {
		return err
	}
	if err := zeroFreePages(v.file); err != nil {
		return asNoSpace(err)
	}
	return v.update(keys, func(t *Tx) error {
		t.state.unwiped = false
		return touch(t)
	})
}

func zeroFreePages(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	both, err := readBothMetas(f, info.Size())
	if err != nil {
		return err
	}
	var maps [2]*pageMap
	for i, m := range both {
		if maps[i], err = walkPages(f, m); err != nil {
			return err
		}
	}
	zero := make([]byte, both[0].pageSize)
	for page := uint64(2); page < max(both[0].high, both[1].high); page++ {
		if maps[0].used(page) || maps[1].used(page) {
			continue
		}
		if _, err := f.WriteAt(zero, int64(page)*both[0].pageSize); err != nil {
			return fmt.Errorf("wipe page %d: %w", page, err)
		}
	}
	return f.Sync()
}
