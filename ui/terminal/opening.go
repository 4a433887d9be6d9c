package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"countersign/pki"
	"countersign/ui/desk"
)

// How long a command waits for another one that has the vault open: for so
// long after the file last changed, since commands that stand in a row each
// write what they do and go; and at most so long in all.
const (
	patience     = 10 * time.Second
	patienceMost = 2 * time.Minute
)

// whenFree opens a vault, and waits while another command has it open. Each
// attempt takes a second where it has.
func (s *session) whenFree(ctx context.Context, path string, open func() (*desk.Desk, error)) (*desk.Desk, error) {
	begun := time.Now()
	quiet, written := begun, lastWrite(path)
	for {
		d, err := open()
		if err == nil {
			s.sayExposed(d)
		}
		if !errors.Is(err, desk.ErrInUse) {
			return d, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if now := lastWrite(path); !now.Equal(written) {
			quiet, written = time.Now(), now
		}
		if time.Since(quiet) >= s.patience() || time.Since(begun) >= patienceMost {
			return nil, err
		}
		if !s.waited {
			s.waited = true
			fmt.Fprintln(s.Err, s.t.T("terminal.waiting", "Vault", pki.Escape(path)))
		}
	}
}

// sayExposed says what of the vault others had a right to.
func (s *session) sayExposed(d *desk.Desk) {
	for _, e := range d.Exposed() {
		fmt.Fprintln(s.Err, s.t.Exposed(pki.Escape(e.Path), e.Mode, e.Err == nil))
	}
}

// sayClock says when the clock is behind what was done in the vault.
func (s *session) sayClock(d *desk.Desk) {
	if last, behind := d.ClockBehind(); behind {
		fmt.Fprintln(s.Err, s.t.T("clock.behind", "Now", s.t.DateTime(d.Now().Local()), "Last", s.t.DateTime(last.Local())))
		fmt.Fprintln(s.Err, s.t.T("clock.behind.next"))
	}
}

func (s *session) patience() time.Duration {
	if s.Patience > 0 {
		return s.Patience
	}
	return patience
}

// lastWrite is when a file was written; zero where that cannot be told.
func lastWrite(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// openFile opens the vault's file, locked where it has a passphrase.
func (s *session) openFile(ctx context.Context) (*desk.Desk, error) {
	path, err := s.path()
	if err != nil {
		return nil, err
	}
	return s.whenFree(ctx, path, func() (*desk.Desk, error) { return desk.Open(path, s.Desk) })
}

// unlocked opens and unlocks the vault, and gives the passphrase that it
// opened with, which the caller clears; nil for a vault without. While a
// person types it others may use the file.
func (s *session) unlocked(ctx context.Context) (d *desk.Desk, pass []byte, err error) {
	d, err = s.openFile(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !d.Locked() {
		s.sayClock(d)
		return d, nil, nil
	}
	if pass, err = s.givenPassphrase(); err == nil && pass == nil {
		if err = d.Close(); err == nil {
			pass, err = s.passphrase(s.t.T("terminal.passphrase", "Vault", d.Path()))
		}
		if err == nil {
			asked := d
			d, err = s.whenFree(ctx, d.Path(), asked.Again)
		}
	}
	if err == nil && d.Locked() {
		err = d.Unlock(ctx, pass)
	}
	if err == nil {
		s.sayClock(d)
		return d, pass, nil
	}
	clear(pass)
	if d != nil {
		_ = d.Close() // why it did not open is said
	}
	return nil, nil, err
}

// open opens and unlocks the vault.
func (s *session) open(ctx context.Context) (*desk.Desk, error) {
	d, pass, err := s.unlocked(ctx)
	clear(pass)
	return d, err
}

// openOrCreate opens the vault, or makes it when there is none yet.
func (s *session) openOrCreate(ctx context.Context) (*desk.Desk, error) {
	d, err := s.open(ctx)
	if !errors.Is(err, desk.ErrNotFound) {
		return d, err
	}
	path, err := s.path()
	if err != nil {
		return nil, err
	}
	pass, err := s.newPassphrase(path)
	if err != nil {
		return nil, err
	}
	defer clear(pass)
	d, err = desk.Create(path, pass, s.Desk)
	if errors.Is(err, desk.ErrExists) || errors.Is(err, desk.ErrInUse) {
		return s.open(ctx) // another command made it meanwhile
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(s.Err, s.t.T("terminal.vault-made", "Vault", path))
	return d, nil
}

// withDesk runs a deed on the open vault and closes it.
func (s *session) withDesk(ctx context.Context, deed func(*desk.Desk) error) error {
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(deed(d), d.Close())
}

// withOld opens the vault and gives the passphrase that it opened with, for
// deeds that ask for it again.
func (s *session) withOld(ctx context.Context, deed func(d *desk.Desk, old []byte) error) error {
	d, old, err := s.unlocked(ctx)
	if err != nil {
		return err
	}
	defer clear(old)
	return errors.Join(deed(d, old), d.Close())
}
