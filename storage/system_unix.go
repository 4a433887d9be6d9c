//go:build unix

package storage

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// errQuota: the user's share of the disk is full.
var errQuota error = syscall.EDQUOT

// tryLock takes the lock that bbolt takes (flock, which belongs to the open file: that
// bbolt asks for it again is no matter) so that the file is looked at under it.
func tryLock(f *os.File, exclusive bool) (bool, error) {
	how := syscall.LOCK_SH | syscall.LOCK_NB
	if exclusive {
		how = syscall.LOCK_EX | syscall.LOCK_NB
	}
	for {
		err := syscall.Flock(int(f.Fd()), how)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case errors.Is(err, syscall.EINTR):
			continue
		}
		return false, err
	}
}

// abandon closes a file that bbolt has still mapped after it panicked. The mapping would
// keep the lock, so it is given up first.
func abandon(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}

// writeFolder is nil where the folder lets this process make files, or where that cannot
// be told.
func writeFolder(folder string) error {
	if err := unix.Access(folder, unix.W_OK); err != nil && refusesWriting(err) {
		return err
	}
	return nil
}

// syncFolder makes a name that was given in the folder last.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) {
		err = nil // a file system that has nothing to sync here
	}
	if closing := d.Close(); err == nil {
		err = closing
	}
	return err
}
