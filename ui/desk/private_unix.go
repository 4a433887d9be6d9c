//go:build unix

package desk

import (
	"io/fs"
	"os"
	"syscall"
)

// openToOthers tells whether a group or everybody has a right to the file.
func openToOthers(info fs.FileInfo) bool { return info.Mode().Perm()&othersRights != 0 }

// ownedByUs tells whether the file is that of who runs the program.
func ownedByUs(info fs.FileInfo) bool {
	system, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(system.Uid) == os.Geteuid()
}
