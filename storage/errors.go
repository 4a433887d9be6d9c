package storage

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// Errors of making and opening a vault.
var (
	// ErrExists: Create never writes over a file.
	ErrExists = errors.New("a file of this name exists")
	// ErrNotFound: there is no file at the path.
	ErrNotFound = errors.New("no such vault")
	// ErrNotVault: the file is something else, or another program's bbolt file.
	ErrNotVault = errors.New("not a vault")
	// ErrEmptyFile: the file has no bytes; that is damage, not a new vault.
	ErrEmptyFile = errors.New("the file is empty")
	// ErrInUse: another program, or another Vault here, has it open.
	ErrInUse = errors.New("the vault is in use")
	// ErrSameFile: a vault was to be restored from itself.
	ErrSameFile = errors.New("the backup is the vault itself")
	// ErrDamaged: some of the file is not as it was written. Every *DamageError is it.
	ErrDamaged = errors.New("the vault is damaged")
	// ErrTruncated: the file is shorter than it says. It is an ErrDamaged too.
	ErrTruncated = fmt.Errorf("the file is cut short: %w", ErrDamaged)
)

// Errors of an open vault.
var (
	// ErrClosed: the vault was closed.
	ErrClosed = errors.New("the vault is closed")
	// ErrLocked: the vault has to be unlocked first.
	ErrLocked = errors.New("the vault is locked")
	// ErrWrongPassphrase: no slot opens with this passphrase.
	ErrWrongPassphrase = errors.New("wrong passphrase")
	// ErrReadOnly: the file or its folder cannot be written, or it was asked for.
	ErrReadOnly = errors.New("the vault is open for reading only")
	// ErrGone: the file is not at its path any more, or another one is: its folder went
	// away, or another program put something in its place. Nothing is written.
	ErrGone = errors.New("the vault's file is gone")
	// ErrNoSpace: the disk, the quota or the largest file size is full. Nothing was
	// changed; it works again when there is room.
	ErrNoSpace = errors.New("no room on the disk")
	// ErrSlotRemains: the passphrase was changed, but the old slot could not be wiped
	// from the file's unused pages. Changing it once more tries again.
	ErrSlotRemains = errors.New("passphrase changed, old slot not wiped")
)

// Errors of slots.
var (
	// ErrLastSlot: without this slot nobody could open the vault.
	ErrLastSlot = errors.New("the last way to open the vault")
	// ErrOpenVault: a vault without a passphrase needs no other way to open it.
	ErrOpenVault = errors.New("the vault has no passphrase")
	// ErrNoSlot: the vault has no slot of this kind.
	ErrNoSlot = errors.New("no such slot")
	// ErrShortSecret: a keyring's secret or a recovery code of less than 16 bytes.
	ErrShortSecret = errors.New("the secret is too short")
)

// Errors of records.
var (
	// ErrNoRecord: there is no record with this ID.
	ErrNoRecord = errors.New("no such record")
	// ErrBadID: not 16 bytes in lower-case hex.
	ErrBadID = errors.New("not an ID")
	// ErrEmptyRecord: a record that has to hold something holds nothing.
	ErrEmptyRecord = errors.New("the record is empty")
)

// DamageError says what is damaged. errors.Is(err, ErrDamaged) holds.
type DamageError struct {
	Bucket  string // "" where it is known only to be somewhere in the file
	Record  string // the record's ID, a setting's name or an event's number; "" where unknown
	Missing int    // how many records of the bucket are not there; 0: the one named is damaged
	Pages   bool   // the order of the file's pages: nothing opens it, but Salvage reads it
	Reason  string // in English, for developers
}

func (e *DamageError) Error() string {
	s := ErrDamaged.Error()
	if e.Bucket != "" {
		s += ": " + e.Bucket
	}
	if e.Record != "" {
		s += fmt.Sprintf(" %q", e.Record)
	}
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// Way is what a damaged slot would open the vault by; "" for another record, and for a slot
// that this program does not know.
func (e *DamageError) Way() Way {
	for _, w := range []Way{ByPassphrase, ByKeyring, ByRecovery} {
		if e.Bucket == bucketSlots && e.Record == fmt.Sprint(w.number()) {
			return w
		}
	}
	return ""
}

// Is reports that damage is ErrDamaged.
func (e *DamageError) Is(target error) bool { return target == ErrDamaged }

// VersionError is a vault of a schema that this program does not know.
type VersionError struct {
	Found uint32 // the schema of the file
	Known uint32 // the newest schema of this program
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("vault of schema %d; this program knows up to %d", e.Found, e.Known)
}

// ReadOnlyError says why a vault can only be read. errors.Is(err, ErrReadOnly) holds.
type ReadOnlyError struct {
	Path   string // what cannot be written; "" where reading only was asked for
	Folder bool   // Path is the vault's folder, else its file
	Err    error  // the operating system's; nil where reading only was asked for
}

func (e *ReadOnlyError) Error() string {
	if e.Path == "" {
		return ErrReadOnly.Error()
	}
	return fmt.Sprintf("%v: cannot write %q: %v", ErrReadOnly, e.Path, e.Err)
}

// Is reports that it is ErrReadOnly; it is not the operating system's error, which was
// met when the vault was opened.
func (e *ReadOnlyError) Is(target error) bool { return target == ErrReadOnly }

// Disk tells whether the whole disk that the vault is on cannot be written.
func (e *ReadOnlyError) Disk() bool { return errors.Is(e.Err, syscall.EROFS) }

// KDFError is a key derivation whose cost is out of bounds: too cheap to protect, or
// so dear that it would stall the machine.
type KDFError struct {
	KDF KDF
}

func (e *KDFError) Error() string {
	return fmt.Sprintf("Argon2id with %d KiB, %d passes, %d lanes is out of bounds",
		e.KDF.Memory, e.KDF.Time, e.KDF.Threads)
}

// asNoSpace marks an error of the operating system that says there is no room. bbolt
// keeps only the words of one that it met while growing the file (db.go, grow).
func asNoSpace(err error) error {
	if err == nil {
		return nil
	}
	for _, full := range []error{syscall.ENOSPC, errQuota, syscall.EFBIG} {
		if errors.Is(err, full) || strings.HasSuffix(err.Error(), ": "+full.Error()) {
			return fmt.Errorf("%w: %w", ErrNoSpace, err)
		}
	}
	return err
}
