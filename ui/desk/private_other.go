//go:build !unix

package desk

import "io/fs"

// openToOthers: rights are not in a file's mode here.
func openToOthers(fs.FileInfo) bool { return false }

// ownedByUs is not asked: see openToOthers.
func ownedByUs(fs.FileInfo) bool { return false }
