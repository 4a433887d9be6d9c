package storage

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"go.etcd.io/bbolt"
)

func testSlot(kind slotKind) slot {
	return slot{number: 3, kind: kind, kdf: KDF{3, 1 << 16, 4}, salt: bytes.Repeat([]byte{7}, saltSize), wrapped: bytes.Repeat([]byte{9}, 72)}
}

func TestSlotEncoding(t *testing.T) {
	for _, kind := range []slotKind{slotPassphrase, slotOpen, slotKeyring, slotRecovery, 200} {
		want := testSlot(kind)
		b := want.encode()
		got, err := decodeSlot(slotKey(3), b)
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		for n := range b {
			_, err := decodeSlot(slotKey(3), b[:n])
			mustBeDamage(t, err, bucketSlots)
		}
		for i := range b {
			b[i] ^= 4
			_, err := decodeSlot(slotKey(3), b)
			mustBeDamage(t, err, bucketSlots)
			b[i] ^= 4
		}
	}
}

func TestSlotRefusals(t *testing.T) {
	good := testSlot(slotPassphrase)
	head := good.head()
	for name, c := range map[string]struct{ key, value []byte }{
		"a number of one byte": {[]byte{0}, good.encode()},
		"another version":      {slotKey(0), addChecksum(append([]byte{slotVersion + 1}, good.encode()[1:]...))},
		"only the head":        {slotKey(0), addChecksum(head)},
		"too long":             {slotKey(0), addChecksum(make([]byte, maxSlotSize))},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decodeSlot(c.key, c.value)
			mustBeDamage(t, err, bucketSlots)
		})
	}
}

// TestSlotBindsItsHead: parameters, number, kind and vault are bound into the wrapping.
func TestSlotBindsItsHead(t *testing.T) {
	vault := [idSize]byte{1}
	data := bytes.Repeat([]byte{5}, keySize)
	o := testOptions().withDefaults()
	s, err := newSlot(0, data, []byte("x"), vault, o)
	must(t, err)
	got, err := s.open([]byte("x"), vault)
	must(t, err)
	if !bytes.Equal(got, data) {
		t.Errorf("data key %x", got)
	}
	for name, change := range map[string]func(*slot){
		"passes": func(s *slot) { s.kdf.Time++ },
		"memory": func(s *slot) { s.kdf.Memory += 8 },
		"lanes":  func(s *slot) { s.kdf.Threads++ },
		"salt":   func(s *slot) { s.salt[0]++ },
		"number": func(s *slot) { s.number++ },
		"kind":   func(s *slot) { s.kind = slotOpen },
		"key":    func(s *slot) { s.wrapped[30]++ },
		"short":  func(s *slot) { s.wrapped = s.wrapped[:20] },
	} {
		changed := s
		changed.salt, changed.wrapped = bytes.Clone(s.salt), bytes.Clone(s.wrapped)
		change(&changed)
		if _, err := changed.open([]byte("x"), vault); !errors.Is(err, ErrWrongPassphrase) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := s.open([]byte("x"), [idSize]byte{2}); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("another vault: error %v", err)
	}
	s.kind = slotKeyring
	if _, err := s.open([]byte("x"), vault); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("a passphrase's slot opened as a keyring's: error %v", err)
	}
}

// TestSlotsOfLaterVersions are kept and passed over.
func TestSlotsOfLaterVersions(t *testing.T) {
	v := newVault(t)
	fill(t, v, 1)
	later := slot{number: 1, kind: 77, wrapped: make([]byte, 72)}
	must(t, v.Update(func(tx *Tx) error { return tx.put(bucketSlots, slotKey(1), later.encode()) }))
	must(t, v.Close())
	v = openVault(t, v.Path())
	must(t, v.ChangePassphrase(context.Background(), []byte(testPassphrase), []byte(testPassphrase)))
	must(t, v.db.(*boltKV).db.View(func(tx *bbolt.Tx) error {
		if got := tx.Bucket([]byte(bucketSlots)).Get(slotKey(1)); !bytes.Equal(got, later.encode()) {
			t.Errorf("slot 1 is %x", got)
		}
		return nil
	}))
	must(t, v.Close())
}

// FuzzSlot: what decodes is within the format, and encodes to the same bytes' meaning.
func FuzzSlot(f *testing.F) {
	for _, kind := range []slotKind{slotPassphrase, slotOpen, 200} {
		b := testSlot(kind).encode()
		f.Add(b[:len(b)-checksumSize])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decodeSlot(slotKey(1), addChecksum(bytes.Clone(body)))
		if err != nil {
			mustBeDamage(t, err, bucketSlots)
			return
		}
		again, err := decodeSlot(slotKey(1), s.encode())
		must(t, err)
		if !bytes.Equal(again.wrapped, s.wrapped) || !bytes.Equal(again.salt, s.salt) || again.kdf != s.kdf || again.kind != s.kind {
			t.Errorf("%+v\nthen\n%+v", s, again)
		}
	})
}
