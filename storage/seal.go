package storage

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20"
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
	data, seal []byte
	mac, chain []byte // as hmacPads
	uses       int
	dropped    bool
}

// newKeyset takes over data.
func newKeyset(data []byte, vault [idSize]byte) *keyset {
	k := &keyset{data: data}
	for _, d := range []struct {
		to      *[]byte
		purpose string
	}{{&k.seal, "seal"}, {&k.mac, "check"}, {&k.chain, "events"}} {
		*d.to = deriveKey(data, vault[:], "countersign "+d.purpose)
	}
	for _, key := range []*[]byte{&k.mac, &k.chain} {
		pads := hmacPads(*key)
		clear(*key)
		*key = pads
	}
	return k
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
	var nonce [nonceSize]byte
	if _, err := io.ReadFull(random, nonce[:]); err != nil {
		return nil, fmt.Errorf("seal: nonce: %w", err)
	}
	aead, short, err := recordCipher(key, nonce[:])
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return aead.Seal(append(b, nonce[:]...), short, plain, context), nil
}

// openSealed is the reverse; ok is false for anything that was not sealed so.
func openSealed(key, sealed, context []byte) (plain []byte, ok bool) {
	if len(sealed) < nonceSize+chacha20poly1305.Overhead {
		return nil, false
	}
	aead, short, err := recordCipher(key, sealed[:nonceSize])
	if err != nil {
		return nil, false
	}
	plain, err = aead.Open(nil, short, sealed[nonceSize:], context)
	return plain, err == nil
}

// recordCipher is XChaCha20-Poly1305 with a key and a nonce: ChaCha20-Poly1305 with a
// key of this nonce's own and a short nonce (draft-irtf-cfrg-xchacha-03, section 2.3).
// chacha20poly1305.NewX would copy the key itself to where nobody can overwrite it; so
// it copies one that opens this record alone.
func recordCipher(key, nonce []byte) (aead cipher.AEAD, short []byte, err error) {
	own, err := chacha20.HChaCha20(key, nonce[:16])
	if err != nil {
		return nil, nil, err
	}
	defer clear(own)
	aead, err = chacha20poly1305.New(own)
	return aead, append(make([]byte, 4, chacha20poly1305.NonceSize), nonce[16:]...), err
}
