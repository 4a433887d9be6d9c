package desk

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"countersign/storage"
)

// Errors of opening a vault, so that screens and commands need not know the
// storage package.
var (
	ErrExists          = storage.ErrExists
	ErrNotFound        = storage.ErrNotFound
	ErrNotVault        = storage.ErrNotVault
	ErrEmptyFile       = storage.ErrEmptyFile
	ErrInUse           = storage.ErrInUse
	ErrGone            = storage.ErrGone
	ErrTruncated       = storage.ErrTruncated
	ErrWrongPassphrase = storage.ErrWrongPassphrase
	ErrLocked          = storage.ErrLocked
	ErrReadOnly        = storage.ErrReadOnly
	ErrNoSpace         = storage.ErrNoSpace
	ErrSlotRemains     = storage.ErrSlotRemains
	ErrLastSlot        = storage.ErrLastSlot
	ErrOpenVault       = storage.ErrOpenVault
	ErrNoSlot          = storage.ErrNoSlot
)

// VersionError says that a newer program wrote the vault.
type VersionError = storage.VersionError

// DamageError says which part of the vault is not as it was written.
type DamageError = storage.DamageError

// ReadOnlyError says what keeps the vault from being written.
type ReadOnlyError = storage.ReadOnlyError

// Errors of the verbs.
var (
	// ErrWeakPassphrase: a passphrase of fewer than MinPassphrase characters.
	ErrWeakPassphrase = errors.New("passphrase too short")
	// ErrNoKey: the certificate's private key is not in the vault, so it can
	// neither sign nor be presented nor be exported with its key.
	ErrNoKey = errors.New("no private key in the vault")
	// ErrNotAuthority: the certificate named as issuer cannot sign.
	ErrNotAuthority = errors.New("not an authority")
	// ErrFileExists: an export never writes over a file unasked.
	ErrFileExists = errors.New("file exists")
	// ErrFormat: an export format that this program does not know.
	ErrFormat = errors.New("unknown format")
	// ErrEmptyPassword: the target refuses a bundle without a password.
	ErrEmptyPassword = errors.New("empty password")
	// ErrShortPassword: a password of fewer than MinPassphrase characters, for
	// files that hold every private key.
	ErrShortPassword = errors.New("password too short")
)

// NotFoundError says that the vault has no certificate, or no authority, of
// that name.
type NotFoundError struct {
	What string // "certificate", "authority", "request" or "try"
	Name string
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("no %s named %q", e.What, e.Name) }

// aboutFile names the file that a person named where the operating system
// refused, not a temporary one beside it; where a file is in the place of a
// folder, that file.
func aboutFile(deed, path string, err error) error {
	var inner *fs.PathError
	if !errors.As(err, &inner) {
		return err
	}
	if errors.Is(err, syscall.EISDIR) {
		return &PathError{Deed: deed, Path: path, Err: ErrNotFile}
	}
	return &PathError{Deed: deed, Path: inTheWay(path, err), Err: inner.Err}
}

// PathError says on which file a deed failed, and why.
type PathError struct {
	Deed string // "write", "write into", "read", "create folder"
	Path string
	Err  error
}

func (e *PathError) Error() string { return e.Deed + " " + e.Path + ": " + e.Err.Error() }

// Unwrap gives the operating system's error, or ErrFileExists.
func (e *PathError) Unwrap() error { return e.Err }
