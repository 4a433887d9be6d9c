package desk

import (
	"errors"
	"fmt"
	"time"

	"countersign/storage"
)

// ErrFollowed says that a server cannot follow the vault's file any more: it has
// new keys, another took its place, or it is damaged.
var ErrFollowed = errors.New("the vault is no longer the one that the server began with")

// followed is what a released register has of the vault: the right to read what
// is public in its file, while nobody writes it.
type followed struct {
	follower *storage.Follower
	tried    time.Time // when it could not be read, by the computer's clock
	lost     bool      // it could not be read at the last attempt
}

// followAgain is how long after a failure the file is left alone: who has it
// open, as the window has, keeps it for long.
const followAgain = time.Second

// follow reads who is revoked anew when the vault's file has changed. As long
// as it cannot be read what was known holds. r.mu is held.
func (r *register) follow() {
	if r.lost && time.Since(r.tried) < followAgain {
		return
	}
	changed, err := r.follower.Changed()
	if err == nil && !changed {
		r.tell(nil)
		return
	}
	if err == nil {
		err = r.readFile()
	}
	if err != nil {
		r.tried = time.Now()
	}
	r.tell(err)
}

// tell reports that the file cannot be followed, and that it can again.
func (r *register) tell(err error) {
	if (err != nil) == r.lost {
		return
	}
	r.lost = err != nil
	if r.told != nil {
		r.told(err)
	}
}

// readFile takes the standings from the file. The keys that sign answers stay
// those that were taken along.
func (r *register) readFile() error {
	v, err := r.follower.Open()
	if errors.Is(err, storage.ErrDamaged) {
		return fmt.Errorf("%w: %v", ErrFollowed, err) // its words would blame the file
	}
	if err != nil {
		return err
	}
	known, err := r.read(newDeskOn(v, r.desk.opt))
	if closing := v.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	for _, s := range known.authorities {
		for _, old := range r.known.authorities {
			if old.ID == s.ID {
				s.key = old.key
			}
		}
	}
	r.known = known
	return nil
}

// Close forgets what a released register took along.
func (r *register) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.follower == nil {
		return nil
	}
	return r.follower.Close()
}
