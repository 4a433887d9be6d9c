package storage

import (
	"bytes"
	"errors"
)

// ahead is the index as it was read before the vault was unlocked. None of it was
// checked then, so nobody is shown any of it before it has been.
type ahead struct {
	state  []byte        // the record of the vault's state at that moment
	chunks [][]rawRecord // copies: what is checked later is what was read
}

// ReadAhead reads the index while the vault is locked, so that unlocking has only to
// check it: a person who types a passphrase leaves time for that. What it reads the
// file has in the clear. Who takes entries gets them unchecked, and must show none
// before End. Where it fails, unlocking reads as if it had not been. It tells whether it
// read anything: not of a vault that is unlocked, or being unlocked. Errors: ErrClosed,
// *DamageError.
func (v *Vault) ReadAhead() (read bool, err error) {
	v.gate.RLock()
	defer v.gate.RUnlock()
	v.aheadMu.Lock()
	defer v.aheadMu.Unlock()
	if v.taker == nil || v.options.Salvage || v.ahead != nil || !v.awaitsKey() {
		return false, nil
	}
	return true, v.view(nil, func(t *Tx) error {
		state, s, err := t.stateUnchecked()
		if err != nil {
			return err
		}
		v.taker.Begin(s.commits, int(min(s.counts[bucketIndex].records, t.roomFor())))
		chunks, err := t.readAhead(v.taker.Take)
		if err == nil {
			v.ahead = &ahead{state, chunks}
		}
		return err
	})
}

// awaitsKey tells whether the vault is locked and nobody is unlocking it with a key
// that is right.
func (v *Vault) awaitsKey() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.keys == nil && !v.examined
}

// leastEntry is less than any entry takes in the file, in octets.
const leastEntry = 128

// roomFor is how many entries the file can hold, whatever it says.
func (t *Tx) roomFor() uint64 {
	info, err := t.v.file.Stat()
	if err != nil {
		return 0
	}
	return uint64(info.Size()) / leastEntry
}

// stateUnchecked copies the record of the state, and reads it for what it is worth
// before there is a key to check it with.
func (t *Tx) stateUnchecked() (value []byte, s *state, err error) {
	err = guard(bucketMeta, func() error {
		b, err := t.bucket(bucketMeta)
		if err != nil {
			return err
		}
		value = bytes.Clone(b.get([]byte(keyState)))
		payload, err := payloadOf(bucketMeta, []byte(keyState), value)
		if err != nil {
			return err
		}
		var ok bool
		if s, _, ok = decodeState(payload); !ok {
			return damage(bucketMeta, []byte(keyState), "layout")
		}
		return nil
	})
	return value, s, err
}

// readAhead gives each the entries of the index, unchecked, and returns what they were
// read from.
func (t *Tx) readAhead(each func([]Entry)) (chunks [][]rawRecord, err error) {
	r := t.startReaders(func(one *entryReader, raw []rawRecord) error {
		err := one.read(raw)
		if err == nil {
			each(one.entries)
		}
		return err
	})
	scan := t.scan(bucketIndex)
	for !scan.done && err == nil && !r.failed.Load() {
		var raw []rawRecord
		if raw, err = scan.copied(); err == nil {
			chunks = append(chunks, raw)
			r.give(raw)
		}
	}
	_, broken := r.end()
	return chunks, errors.Join(broken, err)
}

// copied is a chunk of its own.
func (s *scanner) copied() (raw []rawRecord, err error) {
	raw, err = s.chunk(nil)
	if err != nil {
		return nil, err
	}
	return raw, guard(s.name, func() error {
		size := 0
		for _, r := range raw {
			size += len(r.key) + len(r.value)
		}
		all := make([]byte, 0, size)
		own := func(b []byte) []byte {
			from := len(all)
			all = append(all, b...)
			return all[from:len(all):len(all)]
		}
		for n, r := range raw {
			raw[n] = rawRecord{own(r.key), own(r.value)}
		}
		return nil
	})
}

// checkAhead tells whether what was read ahead is what the vault holds, each record
// right and none missing. It is used up.
func (t *Tx) checkAhead(s *state) bool {
	t.v.aheadMu.Lock() // one that is reading is nearly done
	defer t.v.aheadMu.Unlock()
	a := t.v.ahead
	t.v.ahead = nil
	t.v.mu.Lock()
	t.v.examined = true
	t.v.mu.Unlock()
	if a == nil {
		return false
	}
	if now, _, err := t.stateUnchecked(); err != nil || !bytes.Equal(now, a.state) {
		return false
	}
	r := t.startReaders((*entryReader).check)
	for _, raw := range a.chunks {
		r.give(raw)
	}
	found, err := r.end()
	return err == nil && found == s.counts[bucketIndex]
}
