package storage

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// renameExclusive renames and never replaces.
func renameExclusive(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EEXIST):
		return ErrExists
	}
	return renameByLink(from, to) // not every file system knows NOREPLACE
}
