//go:build !unix

package storage

import (
	"errors"
	"os"
)

// errQuota is never met here.
var errQuota = errors.New("quota")

// tryLock leaves locking to bbolt: here a handle cannot take the same lock twice.
func tryLock(*os.File, bool) (bool, error) { return true, nil }

// abandon closes a file that bbolt has still mapped after it panicked.
func abandon(f *os.File) error { return f.Close() }

// writeFolder: it is found out by writing.
func writeFolder(string) error { return nil }

// syncFolder: folders cannot be synced here.
func syncFolder(string) error { return nil }
