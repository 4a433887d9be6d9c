package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"countersign/storage"
)

// Errors of restoring.
var (
	// ErrSameFile: the backup is the vault itself.
	ErrSameFile = storage.ErrSameFile
	// ErrOtherVault: the backup is of another vault, and nobody said that it may be.
	ErrOtherVault = errors.New("the backup is of another vault")
	// ErrNotBackup: what was to be restored is no vault's copy.
	ErrNotBackup = errors.New("not a backup")
	// ErrBackupDamaged: the backup is not as it was written.
	ErrBackupDamaged = errors.New("the backup is damaged")
)

// Restoring is a backup that is to take the place of a vault, which is not open.
type Restoring struct {
	Backup, Path string
	Empty        bool // nothing is at Path
	Other        bool // the backup is of another vault than the one there, as far as it is known without reading a damaged one
	Asks         bool // Compare needs a passphrase

	opt Options
}

// PrepareRestore looks whose the backup is, without opening it. Errors:
// ErrSameFile, *PathError, ErrInUse, ErrNotBackup, ErrBackupDamaged,
// *VersionError.
func PrepareRestore(backup, path string, o Options) (Restoring, error) {
	r := Restoring{Backup: backup, Path: path, opt: o.filled()}
	if storage.SameFile(backup, path) {
		return r, &PathError{Deed: "read", Path: backup, Err: ErrSameFile}
	}
	then, err := r.open(backup)
	if err != nil {
		return r, ofBackup(backup, err)
	}
	defer then.Close()
	r.Asks = then.Protected()
	was, err := r.open(path)
	switch {
	case errors.Is(err, ErrNotFound):
		r.Empty, r.Asks = true, false
	case isSpoiled(err): // Compare says what can be read of it
	case err != nil:
		return r, aboutFile("read", path, err)
	default:
		r.Other = was.ID() != then.ID()
		r.Asks = !r.Other && (r.Asks || was.Protected())
		return r, was.Close()
	}
	return r, nil
}

func (r Restoring) open(path string) (*storage.Vault, error) {
	o := r.opt.storage()
	o.ReadOnly = true
	return storage.Open(path, o)
}

// ofBackup says of an error that it is the backup's, which is not the vault.
func ofBackup(path string, err error) error {
	switch {
	case errors.Is(err, ErrNotFound):
		return &PathError{Deed: "read", Path: path, Err: os.ErrNotExist}
	case errors.Is(err, ErrNotVault):
		return fmt.Errorf("%w: %w", ErrNotBackup, err)
	case errors.Is(err, storage.ErrDamaged), errors.Is(err, ErrEmptyFile):
		return fmt.Errorf("%w: %w", ErrBackupDamaged, err)
	}
	return aboutFile("read", path, err)
}

func explainRestoring(err error) (string, []any) {
	switch {
	case errors.Is(err, ErrNotBackup):
		return "not-a-backup", nil
	case errors.Is(err, ErrBackupDamaged):
		return "backup-damaged", nil
	}
	return "", nil
}

// isSpoiled tells whether there is no sound vault where one should be.
func isSpoiled(err error) bool {
	return errors.Is(err, storage.ErrDamaged) || errors.Is(err, ErrEmptyFile) || errors.Is(err, ErrNotVault)
}

// Compare tells what the vault that is there knows beyond the backup, which
// takes reading both; it changes neither. The passphrase is that of one of
// them, or its recovery code; nil where Asks is false. Errors:
// ErrWrongPassphrase where it opens neither, and those of PrepareRestore.
func (r Restoring) Compare(ctx context.Context, passphrase []byte) (Replaced, error) {
	p, err := r.look(ctx, passphrase)
	if err != nil {
		return Replaced{}, err
	}
	return p.compared.Replaced, p.close()
}

// Restore puts the backup in the vault's place, and keeps what was there beside
// it. What Compare told as kept is in the restored vault from the first moment
// on. Nothing is replaced by a backup that is not whole. Errors: those of
// Compare, and of storage.Restore.
func (r Restoring) Restore(ctx context.Context, passphrase []byte) (Replaced, error) {
	p, err := r.look(ctx, passphrase)
	if err != nil {
		return Replaced{}, err
	}
	done := p.compared.Replaced
	var mend func(*storage.Vault) error
	if !p.then.Locked() {
		mend = func(v *storage.Vault) error { return p.mend(ctx, v) }
	}
	done.Kept, err = storage.Restore(ctx, r.Backup, r.Path, r.opt.storage(), mend)
	return done, errors.Join(aboutFile("write", r.Path, err), p.close())
}

// detail is what the activity of a restore says.
func (c *comparison) detail() map[string]string {
	detail := map[string]string{
		"activities": strconv.Itoa(c.Activities), "made": strconv.Itoa(len(c.Made)), "revoked": strconv.Itoa(len(c.Revoked)),
	}
	if !c.Of.IsZero() {
		detail["of"] = c.Of.UTC().Format(time.RFC3339)
	}
	if c.Unread != "" {
		detail["unread"] = c.Unread
	}
	return detail
}
