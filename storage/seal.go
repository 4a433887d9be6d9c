package storage

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	keySize   = 32 // bytes, of every key
	tagSize   = sha256.Size
	nonceSize = chacha20poly1305.NonceSizeX
)

// keyset is the data key and what is derived from it, one key a purpose (HKDF-SHA256,
// RFC 5869, with the vault's ID as salt). It is counted, so that Lock takes effect at
// once and the keys are wiped when the last running transaction has ended.
type keyset struct {
	data, seal, mac, chain []byte
	uses                   int
	dropped                bool
}

// newKeyset takes over data.
func newKeyset(data []byte, vault [idSize]byte) (*keyset, error) {
	k := &keyset{data: data}
	for _, d := range []struct {
		to      *[]byte
		purpose string
	}{{&k.seal, "seal"}, {&k.mac, "check"}, {&k.chain, "events"}} {
		key, err := hkdf.Key(sha256.New, data, vault[:], "countersign "+d.purpose, keySize)
		if err != nil {
			k.wipe()
			return nil, fmt.Errorf("derive key: %w", err)
		}
		*d.to = key
	}
	return k, nil
}

func (k *keyset) wipe() {
	clear(k.data)
	clear(k.seal)
	clear(k.mac)
	clear(k.chain)
}

// recordContext names a record: it is the associated data of what is sealed and the
// beginning of what is checked, so that a record is good only at its own place.
// Lengths go before names, so that no two places read alike.
func recordContext(b []byte, vault [idSize]byte, bucket string, record []byte, version byte) []byte {
	b = append(b, "countersign record\n"...)
	b = append(b, vault[:]...)
	b = binary.AppendUvarint(b, uint64(len(bucket)))
	b = append(b, bucket...)
	b = binary.AppendUvarint(b, uint64(len(record)))
	b = append(b, record...)
	return append(b, version)
}

// sealBytes appends nonce and ciphertext of plain to b.
func sealBytes(b, key, plain, context []byte, random io.Reader) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	var nonce [nonceSize]byte
	if _, err := io.ReadFull(random, nonce[:]); err != nil {
		return nil, fmt.Errorf("seal: nonce: %w", err)
	}
	return aead.Seal(append(b, nonce[:]...), nonce[:], plain, context), nil
}

// openSealed is the reverse; ok is false for anything that was not sealed so.
func openSealed(key, sealed, context []byte) (plain []byte, ok bool) {
	if len(sealed) < nonceSize+chacha20poly1305.Overhead {
		return nil, false
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, false
	}
	plain, err = aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], context)
	return plain, err == nil
}

// tag appends the check of parts to b; mac is reset first, so that one serves many.
func tag(b []byte, mac hash.Hash, parts ...[]byte) []byte {
	mac.Reset()
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(b)
}

func newMAC(key []byte) hash.Hash { return hmac.New(sha256.New, key) }
