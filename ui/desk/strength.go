package desk

import (
	"math"
	"time"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"

	"countersign/storage"
)

// MinPassphrase is the fewest characters that a passphrase may have.
const MinPassphrase = 8

// guessesPerSecond is what an attacker with the stolen file and a machine
// with eight strong graphics cards may try: Argon2id with 64 MiB of memory
// holds each card to some hundred tries a second.
const guessesPerSecond = 1000

// Estimate says how well a passphrase would hold.
type Estimate struct {
	TooShort bool          // fewer than MinPassphrase characters: refused
	Missing  int           // how many characters it lacks then
	Score    int           // 0 (falls at once) to 4 (holds)
	Holds    time.Duration // against someone who has the file; at most 100 years
}

// Strength estimates a passphrase by its patterns (zxcvbn), not its kinds of
// character.
func Strength(passphrase []byte) Estimate {
	text := storage.NormalPassphrase(passphrase)
	defer clear(text)
	characters := utf8.RuneCount(text)
	if len(text) > 100 { // the estimate takes time that grows fast with length
		text = text[:100]
	}
	entropy := zxcvbn.PasswordStrength(string(text), nil).Entropy
	const most = 100 * 365 * 24 * time.Hour
	holds := most
	if seconds := math.Exp2(entropy) / 2 / guessesPerSecond; seconds < most.Seconds() {
		holds = time.Duration(seconds * float64(time.Second))
	}
	e := Estimate{TooShort: characters < MinPassphrase, Missing: max(0, MinPassphrase-characters), Holds: holds}
	for _, step := range []time.Duration{time.Hour, 30 * 24 * time.Hour, 365 * 24 * time.Hour, most} {
		if holds >= step {
			e.Score++
		}
	}
	return e
}

// Weak tells whether it would hold for less than a year.
func (e Estimate) Weak() bool { return e.Score < 3 }
