//go:build !linux

package storage

// renameExclusive renames and never replaces.
func renameExclusive(from, to string) error { return renameByLink(from, to) }
