//go:build unix

package storage

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps the first size bytes of a file for reading, until free is called; nil
// where that cannot be. A fault in it is a panic where guard is around.
func mapFile(f *os.File, size int64) (m mapping, free func()) {
	if int64(int(size)) != size {
		return nil, nil
	}
	b, err := unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil
	}
	return b, func() { _ = unix.Munmap(b) }
}
