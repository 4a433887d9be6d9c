package storage

import (
	"crypto/sha256"
	"hash"
)

// HMAC-SHA-256 (RFC 2104) and HKDF (RFC 5869) once more, since those of the standard
// library leave copies of the key on the heap that nobody can overwrite. What SHA-256
// does is the standard library's.

// hmacPads is a key of at most 64 octets as HMAC uses it: combined with its two
// constants, one block each (RFC 2104, section 2). The caller clears it.
func hmacPads(key []byte) []byte {
	pads := make([]byte, 2*sha256.BlockSize)
	inner, outer := pads[:sha256.BlockSize], pads[sha256.BlockSize:]
	copy(inner, key)
	copy(outer, key)
	for i := range inner {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	return pads
}

// checker makes checks with a key that stays the caller's. It is for one goroutine.
// Whole blocks go through SHA-256 without being copied, and the pads are one each.
type checker struct {
	pads []byte
	sum  hash.Hash
	half [tagSize]byte
}

func newMAC(pads []byte) *checker { return &checker{pads: pads, sum: sha256.New()} }

// tag appends the check of parts to b.
func (c *checker) tag(b []byte, parts ...[]byte) []byte {
	c.sum.Reset()
	c.sum.Write(c.pads[:sha256.BlockSize])
	for _, p := range parts {
		c.sum.Write(p)
	}
	half := c.sum.Sum(c.half[:0])
	c.sum.Reset()
	c.sum.Write(c.pads[sha256.BlockSize:])
	c.sum.Write(half)
	return c.sum.Sum(b)
}

// deriveKey is keySize octets of HKDF. The salt has at most 64 octets. Of secret and
// of what lies between it and the key nothing is left behind.
func deriveKey(secret, salt []byte, info string) []byte {
	pads := hmacPads(salt)
	c := newMAC(pads)
	between := c.tag(nil, secret)
	clear(pads)
	c.scrub()
	pads = hmacPads(between)
	clear(between)
	c.pads = pads
	key := c.tag(nil, []byte(info), []byte{1})
	clear(pads)
	c.scrub()
	return key
}

// scrub overwrites what the hash, and the stack below, keep of a secret that was
// hashed as a message.
func (c *checker) scrub() {
	var zero [sha256.BlockSize - 1]byte // as much as waits for a whole block
	c.sum.Reset()
	c.sum.Write(zero[:])
	clear(c.half[:])
	var stack [2 << 10]byte
	overwrite(stack[:])
}

//go:noinline
func overwrite(b []byte) { clear(b) }
