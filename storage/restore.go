package storage

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Restore puts a copy of a backup in the place of the vault at path, and keeps what was
// there under a name of its own beside it, which it returns; "" where nothing was there.
// Neither file may be open. What stands at path, damaged or not, is moved only after the
// copy is whole on the disk. It needs no passphrase; the backup opens with its own. Of a
// symbolic link the file that it leads to is replaced, and the link stays.
//
// Where mend is not nil it gets the copy, open and locked, to change it before it takes
// the vault's place; when it fails, all stays as it was.
//
// Errors: those of Open, about the backup; ErrSameFile where the two are one; ErrInUse
// also about the vault; ErrNoSpace; what mend returns.
func Restore(ctx context.Context, backup, path string, o Options, mend func(*Vault) error) (kept string, err error) {
	o = o.withDefaults()
	if kept, err = restore(ctx, backup, path, o, mend); err != nil {
		return kept, fmt.Errorf("restore %q from %q: %w", path, backup, asNoSpace(err))
	}
	return kept, nil
}

func restore(ctx context.Context, backup, path string, o Options, mend func(*Vault) error) (kept string, err error) {
	if SameFile(backup, path) {
		return "", ErrSameFile
	}
	if path, err = throughLinks(path); err != nil {
		return "", err
	}
	from := o
	from.ReadOnly, from.Salvage = true, false
	b, err := open(backup, from)
	if err != nil {
		return "", err
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return "", joinClose(err, b.Close())
	}
	temporary := filepath.Join(folder, "."+filepath.Base(path)+"."+hex.EncodeToString(b.header.vault[:4])+".restored")
	if err = removeIfThere(temporary); err == nil {
		err = b.view(nil, func(t *Tx) error { return t.copyTo(ctx, temporary) })
	}
	if err = errors.Join(err, b.Close()); err == nil && mend != nil {
		err = mendCopy(temporary, o, mend)
	}
	if err != nil {
		return "", joinClose(err, removeIfThere(temporary))
	}
	if kept, err = setAside(path, o); err != nil {
		return "", joinClose(err, removeIfThere(temporary))
	}
	if kept != "" {
		err = os.Rename(temporary, path) // in the place of what has two names now
	} else {
		err = renameExclusive(temporary, path)
	}
	if err != nil {
		return "", errors.Join(err, removeIfThere(temporary), putBack(kept, path))
	}
	return kept, syncFolder(folder)
}

// SameFile tells whether two paths lead to one file that is there.
func SameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// maxLinks is how many symbolic links may lead on to the next.
const maxLinks = 40

// throughLinks is the file that a path leads to through symbolic links, be it there or
// not; the path itself where it is no link.
func throughLinks(path string) (string, error) {
	for range maxLinks {
		to, err := os.Readlink(path)
		if err != nil { // no link, or nothing: who opens it says more
			return path, nil
		}
		if !filepath.IsAbs(to) {
			folder, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				return "", err
			}
			to = filepath.Join(folder, to)
		}
		path = to
	}
	return "", &fs.PathError{Op: "readlink", Path: path, Err: syscall.ELOOP}
}

// mendCopy has a finished copy changed before it gets its name.
func mendCopy(path string, o Options, mend func(*Vault) error) error {
	o.ReadOnly, o.Salvage = false, false
	c, err := open(path, o)
	if err != nil {
		return err
	}
	return joinNil(mend(c), c.Close())
}

// putBack undoes setAside.
func putBack(kept, path string) error {
	if kept == "" {
		return nil
	}
	if absent(path) == nil {
		return os.Rename(kept, path)
	}
	return os.Remove(kept)
}

// setAside gives the file at path one more name, when no other program has it open: at
// no moment is there none. Where the file system has no hard links it is renamed.
func setAside(path string, o Options) (string, error) {
	f, err := o.openFile(path, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	}
	free, err := tryLock(f, true)
	if err == nil && !free {
		err = ErrInUse
	}
	if err != nil {
		return "", joinClose(err, f.Close())
	}
	kept, err := asideName(path, o.Now())
	if err == nil {
		if err = os.Link(path, kept); err != nil && !errors.Is(err, fs.ErrExist) {
			err = renameExclusive(path, kept)
		}
	}
	return kept, joinNil(err, f.Close())
}

// joinNil is err, or what closing met.
func joinNil(err, closing error) error {
	if err == nil {
		return closing
	}
	return joinClose(err, closing)
}

// asideName is a free name beside path that says when it was replaced.
func asideName(path string, now time.Time) (string, error) {
	extension := filepath.Ext(path)
	stem := path[:len(path)-len(extension)] + ".replaced-" + now.UTC().Format("20060102-150405")
	for n := 1; n < 1000; n++ {
		name := stem + extension
		if n > 1 {
			name = fmt.Sprintf("%s-%d%s", stem, n, extension)
		}
		if err := absent(name); !errors.Is(err, ErrExists) {
			return name, err
		}
	}
	return "", ErrExists
}
