package storage

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
)

// slotKind says what opens a slot. Slots of kinds that this program does not know are
// kept and passed over.
type slotKind byte

const (
	slotPassphrase slotKind = 1 // Argon2id
	slotOpen       slotKind = 2 // nothing: a vault for trying things out
	slotKeyring    slotKind = 3 // a random secret in this computer's keyring
	slotRecovery   slotKind = 4 // a recovery code, which is random too
)

const (
	slotVersion byte   = 1
	saltSize           = 16 // bytes (RFC 9106, 3.1)
	firstSlot   uint16 = 0  // the passphrase's, or the open one
	maxSlotSize        = 4 << 10

	// minSecret is the least of a random secret, in bytes: it is not stretched.
	minSecret = 16
)

// slot is the data key, wrapped under the key that its kind gives.
//
// Layout: version, kind, passes, KiB, lanes, salt; then the sealed data key; then a
// checksum, so that damage is not taken for a wrong passphrase. All before the sealed
// key, with the vault's ID and the slot's number, is its associated data.
type slot struct {
	number  uint16
	kind    slotKind
	kdf     KDF // passphrase slots only
	salt    []byte
	wrapped []byte
}

func slotKey(number uint16) []byte { return binary.BigEndian.AppendUint16(nil, number) }

func (s slot) head() []byte {
	var e encoder
	e.byte(slotVersion)
	e.byte(byte(s.kind))
	e.uint(uint64(s.kdf.Time))
	e.uint(uint64(s.kdf.Memory))
	e.uint(uint64(s.kdf.Threads))
	e.bytes(s.salt)
	return e.b
}

func (s slot) encode() []byte {
	e := encoder{b: s.head()}
	e.bytes(s.wrapped)
	return addChecksum(e.b)
}

func decodeSlot(key, b []byte) (slot, error) {
	var s slot
	if len(key) != 2 {
		return s, damage(bucketSlots, key, "number")
	}
	s.number = binary.BigEndian.Uint16(key)
	if len(b) > maxSlotSize {
		return s, damage(bucketSlots, key, "too long")
	}
	body, ok := cutChecksum(b)
	if !ok {
		return s, damage(bucketSlots, key, "checksum")
	}
	d := decoder{b: body}
	version := d.byte()
	s.kind = slotKind(d.byte())
	passes, memory, lanes := d.uint(), d.uint(), d.uint()
	s.salt = append([]byte(nil), d.bytes()...)
	s.wrapped = append([]byte(nil), d.bytes()...)
	if !d.done() || version != slotVersion {
		return s, damage(bucketSlots, key, "layout")
	}
	// What is too big for the field is far out of bounds: keep it so.
	s.kdf = KDF{
		Time:    uint32(min(passes, 1<<32-1)),
		Memory:  uint32(min(memory, 1<<32-1)),
		Threads: uint8(min(lanes, 1<<8-1)),
	}
	return s, nil
}

func (s slot) context(vault [idSize]byte) []byte {
	b := append([]byte("countersign slot\n"), vault[:]...)
	b = binary.BigEndian.AppendUint16(b, s.number)
	return append(b, s.head()...)
}

// wrapKey is the key that the slot's wrapped is sealed under. For an open slot
// everyone can derive it. It may take long: see KDF.derive.
func (s slot) wrapKey(passphrase []byte, vault [idSize]byte) ([]byte, error) {
	var secret []byte
	switch s.kind {
	case slotPassphrase:
		secret = s.kdf.derive(passphrase, s.salt)
		defer clear(secret)
	case slotOpen:
	case slotKeyring, slotRecovery:
		secret = passphrase // random: there is nothing to stretch
	default:
		return nil, fmt.Errorf("slot %d: kind %d has no passphrase", s.number, s.kind)
	}
	return deriveKey(secret, vault[:], fmt.Sprintf("countersign slot %d", s.kind)), nil
}

// open unwraps the data key; ErrWrongPassphrase when it does not.
func (s slot) open(passphrase []byte, vault [idSize]byte) ([]byte, error) {
	key, err := s.wrapKey(passphrase, vault)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	data, ok := openSealed(key, s.wrapped, s.context(vault))
	if !ok || len(data) != keySize {
		clear(data)
		return nil, ErrWrongPassphrase
	}
	return data, nil
}

// newSlot wraps data: under the passphrase in its normal form, or openly where that is
// empty.
func newSlot(number uint16, data, passphrase []byte, vault [idSize]byte, o Options) (slot, error) {
	s := slot{number: number, kind: slotOpen}
	if len(passphrase) > 0 {
		kdf, err := o.chooseKDF()
		if err != nil {
			return slot{}, err
		}
		s.kind, s.kdf = slotPassphrase, kdf
		passphrase = NormalPassphrase(passphrase)
		defer clear(passphrase)
	}
	return s.wrap(data, passphrase, vault, o.Random)
}

// wrap is the slot with a salt of its own and the data key under the secret.
func (s slot) wrap(data, secret []byte, vault [idSize]byte, random io.Reader) (slot, error) {
	if s.kind != slotOpen {
		s.salt = make([]byte, saltSize)
		if _, err := io.ReadFull(random, s.salt); err != nil {
			return slot{}, fmt.Errorf("slot salt: %w", err)
		}
	}
	key, err := s.wrapKey(secret, vault)
	if err != nil {
		return slot{}, err
	}
	defer clear(key)
	s.wrapped, err = sealBytes(nil, key, data, s.context(vault), random)
	return s, err
}

// readSlots reads all slots; it needs no key.
func (t *Tx) readSlots() ([]slot, error) {
	var slots []slot
	err := t.scan(bucketSlots).all(func(record, value []byte) error {
		s, err := decodeSlot(record, value)
		slots = append(slots, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, s := range slots {
		if s.kind == slotPassphrase {
			if err := s.kdf.check(t.v.options.KDF); err != nil {
				return nil, fmt.Errorf("slot %d: %w", s.number, err)
			}
		}
	}
	if len(slots) == 0 {
		return nil, &DamageError{Bucket: bucketSlots, Reason: "there is none"}
	}
	return slots, nil
}

// wrapAnew makes the first slot with a new passphrase, beside no other derivation.
func (v *Vault) wrapAnew(ctx context.Context, data, passphrase []byte) (slot, error) {
	select {
	case v.kdf <- struct{}{}:
	case <-ctx.Done():
		return slot{}, ctx.Err()
	}
	defer func() { <-v.kdf }()
	s, err := newSlot(firstSlot, data, passphrase, v.head().vault, v.options)
	if err != nil {
		return slot{}, err
	}
	return s, ctx.Err()
}

func (v *Vault) setSlots(slots []slot) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.slots = slots
}
