package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// lockRetry is the time between attempts at the lock of a vault in use.
const lockRetry = 20 * time.Millisecond

// openDB opens the file for writing, or for reading where that is not allowed.
func (v *Vault) openDB() error {
	folder := filepath.Dir(v.path)
	if v.options.ReadOnly {
		v.refusal = &ReadOnlyError{}
	} else if refused := writeFolder(folder); refused != nil {
		v.refusal = &ReadOnlyError{Path: folder, Folder: true, Err: refused}
	}
	err := v.openMode()
	if err != nil && !v.ReadOnly() && refusesWriting(err) {
		v.refusal = &ReadOnlyError{Path: v.path, Err: err}
		err = v.openMode()
	}
	return err
}

func refusesWriting(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// openMode opens the file as v.refusal says. bbolt maps it only after inspect has
// found nothing wrong with its pages. A panic of bbolt leaves no lock behind.
func (v *Vault) openMode() error {
	v.file = nil
	err := guard("", func() error {
		db, err := bbolt.Open(v.path, fileMode, &bbolt.Options{
			ReadOnly:     v.ReadOnly(),
			Timeout:      v.options.WaitFor,
			FreelistType: bbolt.FreelistMapType,
			NoStatistics: true,
			OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
				var err error
				v.file, err = v.openFile(name, flag&^os.O_CREATE, perm)
				return v.file, err
			},
		})
		if err == nil {
			v.db = newBoltKV(db)
		}
		return err
	})
	if err != nil && v.file != nil {
		_ = abandon(v.file) // where bbolt has closed it already: an error, and no harm
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrNotFound
	case errors.Is(err, berrors.ErrTimeout):
		return ErrInUse
	}
	return err
}

// openFile opens and locks the file and looks at its pages.
func (v *Vault) openFile(name string, flag int, perm os.FileMode) (*os.File, error) {
	f, err := v.options.openFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	if err := v.admit(f); err != nil {
		return nil, joinClose(err, f.Close())
	}
	return f, nil
}

func (v *Vault) admit(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return ErrNotVault
	}
	if err := waitForLock(f, !v.ReadOnly(), v.options.WaitFor); err != nil {
		return err
	}
	if info, err = f.Stat(); err != nil { // the size may have changed while waiting
		return err
	}
	if info.Size() == 0 {
		return ErrEmptyFile
	}
	if m, free := mapFile(f, info.Size()); m != nil {
		stop := m.warm()
		err := inspect(m, info.Size(), v.options.Salvage)
		stop()
		if err != nil {
			free() // before the lock is given back: a mapping keeps it
			return err
		}
		go free() // it takes a while, and nobody need wait for it
		return nil
	}
	return inspect(f, info.Size(), v.options.Salvage)
}

func waitForLock(f *os.File, exclusive bool, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for {
		ok, err := tryLock(f, exclusive)
		if err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		if ok {
			return nil
		}
		if time.Now().After(deadline) {
			return ErrInUse
		}
		time.Sleep(lockRetry)
	}
}
