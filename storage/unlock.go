package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// Protected reports whether the vault has a passphrase. One that has none unlocks with
// an empty one.
func (v *Vault) Protected() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.slots {
		if s.kind == slotOpen {
			return false
		}
	}
	return true
}

// Locked reports whether the vault is locked.
func (v *Vault) Locked() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.keys == nil
}

// Lock locks the vault at once: what starts from now on is ErrLocked. Transactions
// that run already are finished with their keys, which are wiped when the last ends.
func (v *Vault) Lock() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.dropKeys()
}

// dropKeys needs v.mu.
func (v *Vault) dropKeys() {
	if v.keys == nil {
		return
	}
	v.keys.dropped, v.examined = true, false
	if v.keys.uses == 0 {
		v.keys.wipe()
	}
	v.keys = nil
}

func (v *Vault) acquire() (*keyset, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.closed:
		return nil, ErrClosed
	case v.keys == nil:
		return nil, ErrLocked
	}
	v.keys.uses++
	return v.keys, nil
}

func (v *Vault) release(k *keyset) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k.uses--
	if k.dropped && k.uses == 0 {
		k.wipe()
	}
}

// Unlock opens the vault with the passphrase and checks that its index, settings and
// slots are complete. It takes about half a second by design; when ctx ends it returns
// ctx's error at once, the vault stays locked and the late result is thrown away. The
// passphrase is copied, and the copy cleared; the caller clears its own. An unlocked
// vault stays unlocked whatever the result.
//
// Errors: ErrWrongPassphrase, ErrClosed, *DamageError, ctx.Err().
func (v *Vault) Unlock(ctx context.Context, passphrase []byte) error {
	return v.unlock(ctx, passphraseKind(passphrase), passphrase)
}

// passphraseKind is the kind of slot that a passphrase opens: an empty one is that of
// a vault without.
func passphraseKind(passphrase []byte) slotKind {
	if len(passphrase) == 0 {
		return slotOpen
	}
	return slotPassphrase
}

func (v *Vault) unlock(ctx context.Context, kind slotKind, secret []byte) error {
	data, err := v.dataKey(ctx, kind, secret)
	if err != nil {
		return fmt.Errorf("unlock vault: %w", err)
	}
	unwiped, err := v.install(ctx, data)
	if err != nil {
		return fmt.Errorf("unlock vault: %w", err)
	}
	if unwiped && !v.ReadOnly() {
		_ = v.wipeLater() // the next unlock tries again
	}
	return nil
}

// UnlockAs opens the vault with the data key of another copy of it, which is unlocked:
// one that was made when the passphrase was another opens so. Errors: ErrNotVault where
// they are no copies of one vault; ErrLocked, about the other; *DamageError also where the
// data key was another then.
func (v *Vault) UnlockAs(ctx context.Context, other *Vault) error {
	if v.head().vault != other.head().vault {
		return fmt.Errorf("unlock vault: %w", ErrNotVault)
	}
	keys, err := other.acquire()
	if err != nil {
		return err
	}
	defer other.release(keys)
	if _, err := v.install(ctx, bytes.Clone(keys.data)); err != nil {
		return fmt.Errorf("unlock vault: %w", err)
	}
	return nil
}

// install takes over data, checks the vault with it and unlocks it.
func (v *Vault) install(ctx context.Context, data []byte) (unwiped bool, err error) {
	v.gate.RLock()
	defer v.gate.RUnlock()
	keys := newKeyset(data, v.head().vault)
	if unwiped, err = v.examine(keys); err != nil {
		err = v.lookInto(ctx, keys, err, true)
		keys.wipe()
		return false, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.closed:
		err = ErrClosed
	case v.keys != nil: // it stays unlocked
	case ctx.Err() != nil:
		err = ctx.Err()
	default:
		v.keys = keys
		return unwiped, nil
	}
	keys.wipe()
	return unwiped, err
}

// examine finds out before anything is shown whether the small buckets are whole, and
// brings an older schema up to this one.
func (v *Vault) examine(keys *keyset) (unwiped bool, err error) {
	err = v.view(keys, func(t *Tx) error {
		s, err := t.loadState()
		if err != nil {
			return err
		}
		unwiped = s.unwiped
		if err := t.examineIndex(s); err != nil {
			return err
		}
		for _, bucket := range []string{bucketSlots, bucketTargets, bucketSettings,
			bucketRequests, bucketAuthorities, bucketProfiles, bucketPartners} {
			if err := t.checkWhole(bucket); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	return unwiped, v.migrate(keys, v.schema, migrations())
}

// EntryTaker takes what unlocking reads of the index, so that who lists it need not
// read it once more.
type EntryTaker interface {
	// Begin says at which number of commits it is read, and how many there are to be.
	Begin(commits uint64, count int)
	// Take is given some entries, checked; see Tx.EntryChunks.
	Take([]Entry)
	// End says that they were all, and that none is missing.
	End()
}

// TakeAtUnlock has each later unlock give all entries to taker. Not after Salvage.
func (v *Vault) TakeAtUnlock(taker EntryTaker) { v.taker = taker }

// examineIndex finds out whether the index is whole. Where somebody takes its entries
// they are checked too; one that is wrong is left for who reads it to say.
func (t *Tx) examineIndex(s *state) error {
	if t.checkAhead(s) {
		t.v.taker.End()
		return nil
	}
	if t.v.taker != nil && !t.v.options.Salvage {
		t.v.taker.Begin(s.commits, int(s.counts[bucketIndex].records))
		if err := t.EntryChunks(t.v.taker.Take); err == nil {
			t.v.taker.End()
			return nil
		}
	}
	return t.checkWhole(bucketIndex)
}

// dataKey finds the slot of this kind that the secret opens.
func (v *Vault) dataKey(ctx context.Context, kind slotKind, secret []byte) ([]byte, error) {
	v.mu.Lock()
	slots, closed := append([]slot(nil), v.slots...), v.closed
	v.mu.Unlock()
	if closed {
		return nil, ErrClosed
	}
	for _, s := range slots {
		if s.kind != kind {
			continue
		}
		data, err := v.openBySpelling(ctx, s, secret)
		if !errors.Is(err, ErrWrongPassphrase) {
			return data, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return nil, ErrWrongPassphrase
}

// openBySpelling opens a slot with the secret, or with another spelling of a passphrase.
// For what is ASCII there is one only: a wrong passphrase costs one derivation.
func (v *Vault) openBySpelling(ctx context.Context, s slot, secret []byte) (data []byte, err error) {
	err = ErrWrongPassphrase
	for _, spelling := range spellings(s.kind, secret) {
		if errors.Is(err, ErrWrongPassphrase) {
			data, err = v.openSlot(ctx, s, spelling)
		}
		clear(spelling)
	}
	return data, err
}

// openSlot derives in a goroutine of its own, since Argon2 cannot be interrupted, and
// one at a time, since each takes much memory.
func (v *Vault) openSlot(ctx context.Context, s slot, passphrase []byte) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case v.kdf <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	results := make(chan result)
	secret := bytes.Clone(passphrase)
	go func() {
		defer func() { <-v.kdf }()
		data, err := s.open(secret, v.head().vault)
		clear(secret)
		select {
		case results <- result{data, err}:
		case <-ctx.Done():
			clear(data)
		}
	}()
	select {
	case r := <-results:
		return r.data, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
