package storage

import (
	"time"

	"golang.org/x/crypto/argon2"
)

// KDF is the cost of turning a passphrase into a key with Argon2id (RFC 9106, 3.1).
type KDF struct {
	Time    uint32 // passes
	Memory  uint32 // KiB
	Threads uint8  // lanes
}

// Bounds of what is read from a file: a file from elsewhere must not be able to stall
// or exhaust the machine (as age caps the work factor of scrypt).
const (
	maxKDFMemory  = 1 << 20 // KiB
	maxKDFTime    = 16
	maxKDFThreads = 16
)

// calibrateTo is how long unlocking should take on the machine that makes the vault.
const calibrateTo = 500 * time.Millisecond

// MinimumKDF is the least cost of a passphrase: 64 MiB, 3 passes, 4 lanes (the second
// recommendation of RFC 9106, section 4).
func MinimumKDF() KDF { return KDF{Time: 3, Memory: 64 << 10, Threads: 4} }

// LightKDF is for tests only: it protects nothing.
func LightKDF() *KDF { return &KDF{Time: 1, Memory: 64, Threads: 1} }

// check bounds the cost. asked, from Options.KDF, lowers the least that is accepted.
func (k KDF) check(asked *KDF) error {
	least := MinimumKDF()
	if asked != nil {
		least.Time = min(least.Time, asked.Time)
		least.Memory = min(least.Memory, asked.Memory)
		least.Threads = min(least.Threads, asked.Threads)
	}
	// RFC 9106, 3.1: at least 8 KiB a lane; at least one pass and one lane.
	bad := k.Time < max(1, least.Time) || k.Time > maxKDFTime ||
		k.Threads < max(1, least.Threads) || k.Threads > maxKDFThreads ||
		k.Memory < max(8*uint32(k.Threads), least.Memory) || k.Memory > maxKDFMemory
	if bad {
		return &KDFError{KDF: k}
	}
	return nil
}

// derive takes the time and memory that k says; it cannot be interrupted.
func (k KDF) derive(passphrase, salt []byte) []byte {
	return argon2.IDKey(passphrase, salt, k.Time, k.Memory, k.Threads, keySize)
}

// calibrate is MinimumKDF with as much more memory as brings one derivation to about
// target; measure runs one and says how long it took.
func calibrate(target time.Duration, measure func(KDF) time.Duration) KDF {
	k := MinimumKDF()
	took := max(measure(k), time.Millisecond)
	const step = 16 << 10 // KiB
	if took < target {
		memory := uint64(k.Memory) * uint64(target) / uint64(took)
		k.Memory = uint32(min(memory, maxKDFMemory)) / step * step
	}
	return k
}

// stopwatch measures one derivation.
func stopwatch(k KDF) time.Duration {
	start := time.Now()
	clear(k.derive([]byte("calibrate"), make([]byte, saltSize)))
	return time.Since(start)
}

// chooseKDF is the cost for a new slot.
func (o Options) chooseKDF() (KDF, error) {
	if o.KDF == nil {
		return calibrate(calibrateTo, stopwatch), nil
	}
	return *o.KDF, o.KDF.check(o.KDF)
}
