package storage

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

// Follower reads what is public of a vault that others write meanwhile. It keeps the
// keys of the checks, and neither the data key nor the one that secrets are sealed
// with: what it opens gives no private key. It is for one goroutine at a time.
type Follower struct {
	path    string
	options Options
	vault   [idSize]byte
	keys    *keyset // mac and chain

	seen  os.FileInfo // at the last Open; nil before
	fresh bool        // it had just been written
}

// Follow makes a follower of an unlocked vault, which may be closed then. It holds until
// the vault gets a new data key, or another takes its place. Errors: ErrLocked, ErrClosed.
func (v *Vault) Follow() (*Follower, error) {
	keys, err := v.acquire()
	if err != nil {
		return nil, fmt.Errorf("follow vault: %w", err)
	}
	defer v.release(keys)
	o := v.options
	o.ReadOnly, o.Salvage, o.WaitFor = true, false, followPatience
	return &Follower{path: v.path, options: o, vault: v.head().vault, keys: keys.checksOnly()}, nil
}

// followPatience is how long a follower waits for who has the vault open.
const followPatience = 50 * time.Millisecond

func (k *keyset) checksOnly() *keyset {
	return &keyset{mac: bytes.Clone(k.mac), chain: bytes.Clone(k.chain)}
}

// Open opens the vault as it is now, to read: unlocked, but what is sealed is ErrLocked.
// It is closed before anybody else can write. Errors: those of Open, *DamageError for a
// vault with other keys.
func (f *Follower) Open() (*Vault, error) {
	info, err := os.Stat(f.path)
	if err != nil {
		return nil, fmt.Errorf("follow vault: %w", err)
	}
	age := time.Since(info.ModTime())
	v, err := Open(f.path, f.options)
	if err != nil {
		return nil, err
	}
	if v.head().vault != f.vault {
		err = &DamageError{Reason: "it is another vault"}
	}
	keys := f.keys.checksOnly()
	if err == nil {
		_, err = v.examine(keys)
	}
	if err != nil {
		keys.wipe()
		return nil, joinClose(fmt.Errorf("follow vault %q: %w", f.path, err), v.Close())
	}
	f.seen, f.fresh = info, age < time.Second
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys = keys
	return v, nil
}

// Changed tells whether the file may hold something else than at the last Open, without
// opening it. One that was written within the last second before that may: the next
// write can bear the same time.
func (f *Follower) Changed() (bool, error) {
	info, err := os.Stat(f.path)
	if err != nil {
		return true, fmt.Errorf("follow vault: %w", err)
	}
	return f.seen == nil || f.fresh || !os.SameFile(info, f.seen) || info.Size() != f.seen.Size() ||
		!info.ModTime().Equal(f.seen.ModTime()), nil
}

// Close forgets the keys.
func (f *Follower) Close() error {
	f.keys.wipe()
	return nil
}
