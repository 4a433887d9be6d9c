package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	Other        bool // the backup is of another vault than the one there
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

// pair is the backup and the vault that is there, as far as they open.
type pair struct {
	r         Restoring
	then, was *storage.Vault // was is nil where nothing of it can be read
	older     bool           // the backup opens only with the keys of the vault that is there
	bare      bool           // the backup opens without a passphrase, and the vault that is there does not
	compared  *comparison
	left      string // a file to remove
}

func (p *pair) close() error {
	var errs []error
	for _, v := range []*storage.Vault{p.then, p.was} {
		if v != nil {
			errs = append(errs, v.Close())
		}
	}
	if p.left != "" {
		errs = append(errs, os.Remove(p.left))
	}
	return errors.Join(errs...)
}

// look opens and reads both. The vault that is there is closed again.
func (r Restoring) look(ctx context.Context, passphrase []byte) (*pair, error) {
	p := &pair{r: r}
	err := p.read(ctx, passphrase)
	if err == nil && p.was != nil {
		err = p.was.Close()
		p.was = nil
	}
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *pair) read(ctx context.Context, passphrase []byte) error {
	var err error
	if p.then, err = p.r.open(p.r.Backup); err != nil {
		return ofBackup(p.r.Backup, err)
	}
	shut := unlockAny(ctx, p.then, passphrase)
	if shut != nil && !errors.Is(shut, ErrWrongPassphrase) {
		return ofBackup(p.r.Backup, shut)
	}
	unread, salvaged, was := "", false, known{}
	switch {
	case p.r.Empty, p.r.Other:
	default:
		if unread, salvaged, was, err = p.readWas(ctx, passphrase); err != nil {
			return err
		}
		if p.was == nil && shut != nil {
			return shut
		}
	}
	then := known{}
	if !p.then.Locked() {
		if then, err = know(p.then); err != nil {
			return ofBackup(p.r.Backup, err)
		}
	}
	p.compared = &comparison{then: then, was: was, now: p.r.opt.Now()}
	switch {
	case p.r.Empty:
	case p.r.Other:
		unread = UnreadOther
	case unread == "" && p.then.Locked():
		unread = UnreadBackup
	}
	p.compared.Replaced = Replaced{Of: then.last, Unread: unread, Salvaged: salvaged, OldPassphrase: p.older, Unprotected: p.bare}
	if unread == "" && !p.r.Empty {
		p.compared.compare()
	}
	return nil
}

// readWas reads the vault that is there, or what is left of it; unread says why
// that was not possible.
func (p *pair) readWas(ctx context.Context, passphrase []byte) (unread string, salvaged bool, was known, err error) {
	was, err = p.openWas(ctx, p.r.Path, passphrase)
	if isSpoiled(err) {
		salvaged = true
		if was, err = p.salvageWas(ctx, passphrase); err == nil {
			return "", true, was, nil
		}
		if ctx.Err() != nil || errors.Is(err, ErrNoSpace) {
			return "", false, was, err
		}
		return UnreadDamaged, false, known{}, nil
	}
	if errors.Is(err, ErrWrongPassphrase) {
		return UnreadPassphrase, false, known{}, nil
	}
	return "", false, was, aboutFile("read", p.r.Path, err)
}

// salvageWas reads what can be read of a damaged vault, through a copy of that.
func (p *pair) salvageWas(ctx context.Context, passphrase []byte) (known, error) {
	p.left = filepath.Join(filepath.Dir(p.r.Path), "."+filepath.Base(p.r.Path)+".compared")
	err := os.Remove(p.left) // of a run that was killed
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		p.left = ""
		return known{}, err
	}
	way, secret := storage.ByPassphrase, passphrase
	_, err = storage.Salvage(ctx, p.r.Path, way, secret, p.left, p.r.opt.storage())
	if code, wrong := readRecoveryCode(string(passphrase)); errors.Is(err, ErrWrongPassphrase) && wrong == nil {
		defer clear(code)
		_, err = storage.Salvage(ctx, p.r.Path, storage.ByRecovery, code, p.left, p.r.opt.storage())
	}
	if err != nil {
		p.left = ""
		return known{}, err
	}
	return p.openWas(ctx, p.left, passphrase)
}

// openWas opens and reads a vault beside the backup. What opens one of the two
// opens the other where their data key is the same.
func (p *pair) openWas(ctx context.Context, path string, passphrase []byte) (known, error) {
	v, err := p.r.open(path)
	if err != nil {
		return known{}, err
	}
	if p.then.Locked() || v.UnlockAs(ctx, p.then) != nil {
		err = unlockAny(ctx, v, passphrase)
	}
	if err == nil && p.then.Locked() {
		p.older = p.then.UnlockAs(ctx, v) == nil
	}
	p.bare = v.Protected() && !p.then.Protected()
	var was known
	if err == nil {
		was, err = know(v)
	}
	if err != nil {
		return known{}, errors.Join(err, v.Close())
	}
	p.was = v
	return was, nil
}

// unlockAny opens a vault with a passphrase or a recovery code, or one that has
// no passphrase.
func unlockAny(ctx context.Context, v *storage.Vault, passphrase []byte) error {
	if !v.Protected() {
		passphrase = nil
	}
	return (&Desk{vault: v}).unlockWith(ctx, passphrase)
}

// mend checks the copy that takes the vault's place, and puts into it what was
// learned since, and that it was restored.
func (p *pair) mend(ctx context.Context, v *storage.Vault) error {
	if err := v.UnlockAs(ctx, p.then); err != nil {
		return ofBackup(p.r.Backup, err)
	}
	err := v.View(func(tx *storage.Tx) error {
		found, err := tx.Check(ctx)
		if err == nil && len(found) > 0 {
			err = fmt.Errorf("%w: %w", ErrBackupDamaged, found[0])
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.Update(func(tx *storage.Tx) error {
		if err := p.compared.carry(tx); err != nil {
			return err
		}
		return tx.AppendEvent(storage.Event{At: p.r.opt.Now(), Verb: "restore", Detail: p.compared.detail()})
	})
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
