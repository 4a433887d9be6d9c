// Package storage keeps a vault: one bbolt file that holds certificates, their
// sealed private keys and the record of what was done.
//
// It promises:
//
//   - A private key never touches the disk in the clear. Secrets are sealed with
//     XChaCha20-Poly1305 under a random data key, which is itself wrapped under a
//     passphrase with Argon2id (RFC 9106).
//   - What is public carries a keyed check (HMAC-SHA256), so that a changed, moved,
//     swapped, stale or missing record is a *DamageError and never wrong data.
//   - A wrong, empty, truncated, damaged, newer or busy file is a typed error each,
//     and none of them panics the process.
//   - One act is one transaction: all of it is kept, or nothing.
//
// Its limits: names, dates and DER of certificates, settings and events are checked
// but not hidden; anyone who can read the file can read them. A whole file put back
// to an earlier state is told only by Vault.Commits, which the caller has to remember
// elsewhere. Go cannot wipe what the runtime copied: a cipher's inner state and the
// strings that callers make of secrets go with the garbage collector.
package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

// DefaultWaitFor is how long Open waits for another program to close the vault.
const DefaultWaitFor = time.Second

// Options are the parameters of Create and Open. The zero value is good.
type Options struct {
	// Now is the clock for what the vault itself dates. Nil: time.Now.
	Now func() time.Time
	// Random is the source of keys, nonces, salts and IDs. Nil: crypto/rand.
	Random io.Reader
	// KDF fixes the cost of a passphrase. Nil: at least MinimumKDF, calibrated to
	// about half a second on this machine. A value below MinimumKDF (LightKDF) is for
	// tests; a vault made with it opens only where Open is given it too.
	KDF *KDF
	// ReadOnly opens without the right to write, beside other readers.
	ReadOnly bool
	// Salvage opens read-only, at the last commit that it knows, also a file of which
	// one of bbolt's two headers is damaged, and passes over records that are missing
	// or damaged where lists are read: for looking at what is left.
	Salvage bool
	// WaitFor is how long to wait for a vault that is in use. Zero: DefaultWaitFor.
	WaitFor time.Duration

	// openFile stands in for os.OpenFile in tests. Nil: os.OpenFile.
	openFile func(name string, flag int, perm os.FileMode) (*os.File, error)
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.WaitFor == 0 {
		o.WaitFor = DefaultWaitFor
	}
	if o.openFile == nil {
		o.openFile = os.OpenFile
	}
	if o.Salvage {
		o.ReadOnly = true
	}
	return o
}

// Vault is an open vault. It may be used by several goroutines at once. A function
// given to View or Update must not start another transaction of the same vault.
type Vault struct {
	path    string
	options Options
	file    *os.File // the file under db: its lock, and what wiping writes through
	db      kv
	refusal *ReadOnlyError // why it can only be read; nil: it can be written
	schema  uint32         // the schema this program writes
	taker   EntryTaker     // nil: nobody
	look    DamageLook     // nil: nobody's

	gate   sync.RWMutex  // held shared by transactions, alone by Close and wiping
	writer sync.Mutex    // one Update at a time; guards broken
	kdf    chan struct{} // one key derivation at a time: each takes much memory
	broken bool          // bbolt gave up within a write: no further write is safe

	aheadMu sync.Mutex
	ahead   *ahead // nil: nothing was read ahead

	mu     sync.Mutex // guards what follows
	header header
	keys   *keyset // nil: locked
	slots  []slot
	closed bool

	examined bool // with a key that is right, since the vault was locked: no reading ahead
}

// Open opens the vault at path, locked.
//
// Errors: ErrNotFound, ErrEmptyFile, ErrNotVault, ErrInUse, ErrTruncated, ErrDamaged
// (a *DamageError says where), *VersionError, *KDFError; others are wrapped as the
// operating system gave them.
func Open(path string, o Options) (*Vault, error) {
	v, err := open(path, o.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("open vault %q: %w", path, err)
	}
	return v, nil
}

func open(path string, o Options) (*Vault, error) {
	v := &Vault{path: path, options: o, schema: Schema, kdf: make(chan struct{}, 1)}
	if err := v.openDB(); err != nil {
		return nil, err
	}
	err := v.view(nil, func(t *Tx) error {
		if err := t.readHeader(); err != nil {
			return err
		}
		slots, err := t.readSlots()
		v.setSlots(slots)
		return err
	})
	if err != nil {
		return nil, joinClose(err, v.Close())
	}
	return v, nil
}

// joinClose keeps the cause as it is where closing went well.
func joinClose(err, closing error) error {
	if closing == nil {
		return err
	}
	return fmt.Errorf("%w (and closing it: %v)", err, closing)
}

// Path is the path that the vault was opened by.
func (v *Vault) Path() string { return v.path }

// ReadOnly reports whether the vault can only be read: asked for in Options, or
// because the file or its folder cannot be written.
func (v *Vault) ReadOnly() bool { return v.refusal != nil }

// WhyReadOnly says what keeps the vault from being written; nil where nothing does.
func (v *Vault) WhyReadOnly() *ReadOnlyError { return v.refusal }

// Close locks the vault, waits for running transactions and closes the file. A closed
// vault gives ErrClosed. Closing twice is no error.
func (v *Vault) Close() error {
	v.Lock()
	v.gate.Lock()
	defer v.gate.Unlock()
	v.mu.Lock()
	closed := v.closed
	v.closed = true
	v.mu.Unlock()
	if closed {
		return nil
	}
	v.writer.Lock()
	defer v.writer.Unlock()
	if v.broken {
		// bbolt may still hold its own locks: give the file free and leave it.
		return abandon(v.file)
	}
	if err := guard("", v.db.close); err != nil {
		return fmt.Errorf("close vault %q: %w", v.path, err)
	}
	return nil
}

// View runs fn in a transaction that reads. Errors: ErrLocked, ErrClosed, *DamageError,
// and what fn returns.
func (v *Vault) View(fn func(*Tx) error) error {
	v.gate.RLock()
	defer v.gate.RUnlock()
	keys, err := v.acquire()
	if err != nil {
		return err
	}
	defer v.release(keys)
	return v.lookInto(context.Background(), keys, v.view(keys, fn), false)
}

// Update runs fn in the one transaction that writes. When fn returns nil everything
// it put is on the disk, together with a commit counter raised by one; otherwise
// nothing is changed. Errors: ErrLocked, ErrClosed, ErrReadOnly, ErrNoSpace, ErrGone,
// *DamageError, and what fn returns.
func (v *Vault) Update(fn func(*Tx) error) error {
	v.gate.RLock()
	defer v.gate.RUnlock()
	keys, err := v.acquire()
	if err != nil {
		return err
	}
	defer v.release(keys)
	return v.lookInto(context.Background(), keys, v.update(keys, fn), false)
}

// Commits is the authenticated number of committed updates, for telling a file that
// was put back: it never falls in one vault. Errors as View.
func (v *Vault) Commits() (uint64, error) {
	var commits uint64
	err := v.View(func(t *Tx) (err error) {
		commits, err = t.Commits()
		return err
	})
	return commits, err
}

// Commits is Vault.Commits, as the transaction found it.
func (t *Tx) Commits() (uint64, error) {
	s, err := t.loadState()
	if err != nil {
		return 0, err
	}
	return s.commits, nil
}

// view reads; keys is nil while the vault is locked (header and slots only).
func (v *Vault) view(keys *keyset, fn func(*Tx) error) error {
	btx, err := v.begin(false)
	if err != nil {
		return err
	}
	defer func() { _ = guard("", btx.rollback) }()
	t := v.newTx(btx, keys)
	if err := fn(t); err != nil {
		return err
	}
	return t.fault
}

func (v *Vault) update(keys *keyset, fn func(*Tx) error) error {
	if v.ReadOnly() {
		return v.refusal
	}
	v.writer.Lock()
	defer v.writer.Unlock()
	if v.broken {
		return &DamageError{Reason: "an earlier write failed within the database"}
	}
	if err := v.InPlace(); err != nil {
		return err
	}
	btx, err := v.begin(true)
	if err != nil {
		return err
	}
	open := true
	defer func() {
		if open {
			v.rollback(btx)
		}
	}()
	t := v.newTx(btx, keys)
	if err := t.loadOwnState(); err != nil {
		return err
	}
	if err := fn(t); err != nil {
		return err
	}
	if t.fault != nil {
		return t.fault
	}
	if !t.changed {
		return nil
	}
	if err := t.saveState(); err != nil {
		return err
	}
	if err := guard("", btx.commit); err != nil {
		v.broken = errors.Is(err, ErrDamaged)
		return asNoSpace(fmt.Errorf("commit to %q: %w", v.path, err))
	}
	open = false
	return nil
}

// InPlace looks whether the file that is open is the one that people find: what is
// written to one without a name is lost when it is closed. Errors: ErrGone, and those of
// the file system.
func (v *Vault) InPlace() error {
	open, err := v.file.Stat()
	if err != nil {
		return fmt.Errorf("look at the open file: %w", err)
	}
	found, err := os.Stat(v.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(open, found) {
		return fmt.Errorf("%q: %w", v.path, ErrGone)
	}
	return err
}

func (v *Vault) begin(writable bool) (kvTx, error) {
	v.mu.Lock()
	closed := v.closed
	v.mu.Unlock()
	if closed {
		return nil, ErrClosed
	}
	var btx kvTx
	err := guard("", func() (err error) {
		btx, err = v.db.begin(writable)
		return err
	})
	if errors.Is(err, errEngineClosed) {
		return nil, ErrClosed
	}
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	return btx, nil
}

// rollback ends a write that is not to be kept. Where bbolt panics in that, it may
// keep its own lock for ever: the vault takes no further write.
func (v *Vault) rollback(btx kvTx) {
	if err := guard("", btx.rollback); err != nil {
		v.broken = true
	}
}
