package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"countersign/storage"
)

// pair is the backup and the vault that is there, as far as they open.
type pair struct {
	r         Restoring
	then, was *storage.Vault // was is nil where nothing of it can be read
	older     bool           // the backup opens only with the keys of the vault that is there
	bare      bool           // the backup opens without a passphrase, and the vault that is there does not
	found     known          // of the vault that is there
	salvaged  bool           // it is damaged, and found is what can be read of it
	why       string         // the two cannot be compared; "" where they can
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
	if !p.r.Empty && !p.r.Other {
		if err := p.readWas(ctx, passphrase); err != nil {
			return err
		}
		if p.was == nil && shut != nil && p.why != UnreadOther {
			return shut
		}
	}
	then := known{}
	if !p.then.Locked() {
		if then, err = know(p.then); err != nil {
			return ofBackup(p.r.Backup, err)
		}
	}
	switch {
	case p.r.Empty:
	case p.r.Other:
		p.why = UnreadOther
	case p.why == "" && p.then.Locked():
		p.why = UnreadBackup
	}
	p.compared = &comparison{then: then, was: p.found, now: p.r.opt.Now()}
	p.compared.Replaced = Replaced{Of: then.last, Unread: p.why, Salvaged: p.salvaged, OldPassphrase: p.older, Unprotected: p.bare}
	if p.why == "" && !p.r.Empty {
		p.compared.compare()
	}
	return nil
}

// unread is why a vault was not compared, where an error says so.
func unread(err error) string {
	switch {
	case errors.Is(err, ErrWrongPassphrase):
		return UnreadPassphrase
	case errors.Is(err, ErrOtherVault):
		return UnreadOther
	}
	return ""
}

// readWas reads the vault that is there, or what is left of it. That it cannot
// be compared is no error.
func (p *pair) readWas(ctx context.Context, passphrase []byte) error {
	err := p.openWas(ctx, p.r.Path, passphrase)
	if isSpoiled(err) {
		err = p.salvageWas(ctx, passphrase)
		p.salvaged = err == nil
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrNoSpace) {
			p.why = UnreadDamaged
		}
	}
	if why := unread(err); why != "" {
		p.why = why
	}
	if p.why != "" {
		return nil
	}
	return aboutFile("read", p.r.Path, err)
}

// salvageWas reads what can be read of a damaged vault, through a copy of that.
func (p *pair) salvageWas(ctx context.Context, passphrase []byte) error {
	p.left = filepath.Join(filepath.Dir(p.r.Path), "."+filepath.Base(p.r.Path)+".compared")
	err := os.Remove(p.left) // of a run that was killed
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		p.left = ""
		return err
	}
	_, err = Salvage(ctx, p.r.Path, passphrase, p.left, p.r.opt)
	if code, wrong := readRecoveryCode(string(passphrase)); errors.Is(err, ErrWrongPassphrase) && wrong == nil {
		defer clear(code)
		_, err = storage.Salvage(ctx, p.r.Path, storage.ByRecovery, code, p.left, p.r.opt.storage())
	}
	if err != nil {
		p.left = ""
		return err
	}
	return p.openWas(ctx, p.left, passphrase)
}

// openWas opens and reads a vault beside the backup. What opens one of the two
// opens the other where their data key is the same.
func (p *pair) openWas(ctx context.Context, path string, passphrase []byte) error {
	v, err := p.r.open(path)
	if err != nil {
		return err
	}
	if v.ID() != p.then.ID() {
		return errors.Join(ErrOtherVault, v.Close())
	}
	if p.then.Locked() || v.UnlockAs(ctx, p.then) != nil {
		err = unlockAny(ctx, v, passphrase)
	}
	if err == nil && p.then.Locked() {
		p.older = p.then.UnlockAs(ctx, v) == nil
	}
	p.bare = v.Protected() && !p.then.Protected()
	if err == nil {
		p.found, err = know(v)
	}
	if err != nil {
		return errors.Join(err, v.Close())
	}
	p.was = v
	return nil
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
