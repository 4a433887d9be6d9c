// Package desk holds every verb that a person has: make an authority, issue,
// list, export, inspect, try a connection, serve, lock. The window and the
// terminal ask it, and nobody else; it makes things with pki, keeps them with
// storage and tries them with testclient.
//
// A Desk is safe for use by several goroutines. Its methods block for as long
// as the work takes (an RSA 4096 key takes seconds), so a window calls them
// off its main goroutine. It words nothing for people: errors carry codes and
// facts, and the user interface makes sentences of them.
package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"countersign/storage"
	"countersign/testclient"
)

// Options are what a desk needs from outside. The zero value is right for a
// program; tests pass a clock and a cheap key derivation.
type Options struct {
	Now    func() time.Time // nil: time.Now
	Random io.Reader        // nil: crypto/rand
	KDF    *storage.KDF     // nil: calibrated on this machine when a vault is made
}

func (o Options) filled() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	return o
}

func (o Options) storage() storage.Options {
	return storage.Options{Now: o.Now, Random: o.Random, KDF: o.KDF}
}

// Desk is one vault, open, with the verbs that a person has on it.
type Desk struct {
	vault  *storage.Vault
	opt    Options
	toRead bool // opened by OpenToRead

	revoking sync.Mutex // held from reading who is revoked until that, and the new list, is kept

	read *reading // what unlocking read

	mu       sync.Mutex
	shelf    shelf
	until    time.Time // when what is in memory is to be resolved anew; zero: never
	lineages map[ID]lineage
	publics  publicKeys
	wreck    []Part // what cannot be read, where toRead
	tidied   bool   // what an earlier run had deleted is gone
	exposed  []Exposed
	told     []string // of which of them it was told
	servers  []*testclient.Server
}

func newDeskOn(v *storage.Vault, o Options) *Desk {
	d := &Desk{vault: v, opt: o, lineages: map[ID]lineage{}, publics: publicKeys{}, read: &reading{}}
	v.TakeAtUnlock(d.read)
	v.LookAtDamage(nameDamage)
	return d
}

// Create makes a new vault at path and leaves it unlocked. An empty
// passphrase makes a vault that opens without one, for trying things out.
// Errors: ErrExists, ErrWeakPassphrase, and those of the file system.
func Create(path string, passphrase []byte, o Options) (*Desk, error) {
	if len(passphrase) > 0 && Strength(passphrase).TooShort {
		return nil, ErrWeakPassphrase
	}
	o = o.filled()
	v, err := storage.Create(path, passphrase, o.storage())
	if err != nil {
		return nil, aboutFile("write", path, err)
	}
	d := newDeskOn(v, o)
	d.tidied = true
	if err := d.note("create", nil); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return d, nil
}

// Open opens the vault at path and leaves it locked, unless it has no
// passphrase. Rights that others had to the file are taken from them: see
// Exposed. Errors: ErrNotFound, ErrNotVault, ErrEmptyFile, ErrInUse,
// ErrTruncated, *VersionError, *DamageError.
func Open(path string, o Options) (*Desk, error) {
	o = o.filled()
	v, err := storage.Open(path, o.storage())
	if err != nil {
		return nil, aboutFile("read", path, err)
	}
	d := newDeskOn(v, o)
	d.exposed = makePrivate(path)
	if !v.Protected() {
		if err := d.Unlock(context.Background(), nil); err != nil {
			v.Close()
			return nil, err
		}
	}
	return d, nil
}

// OpenToRead opens a damaged vault as far as that goes, and writes nothing to
// it: lists leave out what cannot be read. Errors: those of Open.
func OpenToRead(path string, o Options) (*Desk, error) {
	o = o.filled()
	from := o.storage()
	from.ReadOnly, from.Salvage = true, true
	v, err := storage.Open(path, from)
	if err != nil {
		return nil, aboutFile("read", path, err)
	}
	d := newDeskOn(v, o)
	d.toRead = true
	if !v.Protected() {
		if err := d.Unlock(context.Background(), nil); err != nil {
			return nil, errors.Join(err, v.Close())
		}
	}
	return d, nil
}

// ReadAhead reads and sorts what lists show while the vault is still locked, so that
// Unlock has only to check it; nobody is shown any of it before. It is called when a
// passphrase is about to come.
func (d *Desk) ReadAhead() {
	if read, err := d.vault.ReadAhead(); read && err == nil { // else Unlock says what is wrong
		d.read.sort()
	}
}

// InPlace looks whether the vault's file is still the one that people find. Errors:
// ErrGone, and those of the file system.
func (d *Desk) InPlace() error { return d.vault.InPlace() }

// Again opens the vault of a desk once more, in the same way, as its file is
// by now, and closes the desk. So who locks a vault for long gives its file to
// others meanwhile: Lock, Close, and at unlocking Again. Errors: those of Open.
func (d *Desk) Again() (*Desk, error) {
	if err := d.Close(); err != nil {
		return nil, err
	}
	open := Open
	if d.toRead {
		open = OpenToRead
	}
	again, err := open(d.Path(), d.opt)
	if err == nil {
		again.remind(d)
	}
	return again, err
}

// Unlock opens the keys with the passphrase. It takes as long as the key
// derivation (about half a second) and says only ErrWrongPassphrase when the
// passphrase is not the one. The recovery code is taken in its place.
func (d *Desk) Unlock(ctx context.Context, passphrase []byte) error {
	if err := d.beforeUpdate(ctx); err != nil {
		return err
	}
	go d.ReadAhead() // beside the key derivation
	if err := d.unlockWith(ctx, passphrase); err != nil {
		return err
	}
	d.tidy()
	return nil
}

// unlockWith opens the keys with the passphrase, or the recovery code in its
// place.
func (d *Desk) unlockWith(ctx context.Context, passphrase []byte) error {
	err := d.vault.Unlock(ctx, passphrase)
	return d.orByCode(err, passphrase, func(secret []byte) error { return d.vault.UnlockBy(ctx, ByRecovery, secret) })
}

// tidy removes for good, once, what was deleted before the vault was opened
// and could not be removed then. It is no reason not to open the vault when it
// cannot be removed now either.
func (d *Desk) tidy() {
	d.mu.Lock()
	done := d.tidied
	d.tidied = true
	d.mu.Unlock()
	if !done {
		_ = d.emptyTrash()
	}
}

// Lock forgets the keys and what was read, and stops the local servers, whose
// keys would stay in memory otherwise. What the collector can free goes back to
// the system: what crypto libraries made of private keys was there in copies.
func (d *Desk) Lock() {
	d.stopServers()
	d.forget()
	d.vault.Lock()
	debug.FreeOSMemory()
}

// Close removes for good what was deleted, locks the vault and gives its file
// back. What is deleted from a vault that is locked now goes when it is opened
// again.
func (d *Desk) Close() error {
	d.stopServers()
	err := d.emptyTrash()
	d.forget()
	return errors.Join(err, d.vault.Close())
}

// Locked tells whether the vault needs its passphrase.
func (d *Desk) Locked() bool { return d.vault.Locked() }

// Protected tells whether the vault has a passphrase.
func (d *Desk) Protected() bool { return d.vault.Protected() }

// ReadOnly tells whether nothing can be written to the vault's file.
func (d *Desk) ReadOnly() bool { return d.vault.ReadOnly() }

// WhyReadOnly says what keeps the vault from being written; nil where nothing
// does. Its Path is "" where it was opened to be read.
func (d *Desk) WhyReadOnly() *ReadOnlyError { return d.vault.WhyReadOnly() }

// Path is the vault's file.
func (d *Desk) Path() string { return d.vault.Path() }

// Now is the desk's clock.
func (d *Desk) Now() time.Time { return d.opt.Now() }

// ChangePassphrase replaces the passphrase. Older copies of the file still
// open with the old one. Who has forgotten it gives the recovery code in its
// place.
func (d *Desk) ChangePassphrase(ctx context.Context, old, new []byte) error {
	if Strength(new).TooShort {
		return ErrWeakPassphrase
	}
	err := d.vault.ChangePassphrase(ctx, old, new)
	err = d.orByCode(err, old, func(secret []byte) error { return d.vault.ResetPassphrase(ctx, ByRecovery, secret, new) })
	if err != nil && !errors.Is(err, ErrSlotRemains) {
		return err
	}
	return errors.Join(err, d.note("passphrase", nil))
}

func (d *Desk) forget() {
	d.read.forget()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shelf.set(nil)
}
