package desk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ErrNotOwner: who runs the program does not own the file.
var ErrNotOwner = errors.New("another user owns the file")

// Exposed is a file or folder of a vault that other users of the computer had
// a right to when the vault was opened. It was made private, unless Err says
// why not.
type Exposed struct {
	Path string
	Mode fs.FileMode // as it was found
	Err  error       // nil: it is private now
}

// othersRights are those of the group and of everybody.
const othersRights = 0o077

// makePrivate takes from others the rights to the vault's file, its backups
// and the folders that this program makes for them.
func makePrivate(vault string) []Exposed {
	paths := []string{vault}
	backups := defaultBackupFolder(vault)
	if all := Backups(vault); len(all) > 0 {
		paths = append(paths, backups)
		for _, b := range all {
			paths = append(paths, b.Path)
		}
	}
	if usual, err := DefaultPath(); err == nil && filepath.Dir(usual) == filepath.Dir(vault) {
		paths = append(paths, filepath.Dir(vault))
	}
	var found []Exposed
	for _, path := range paths {
		if e, is := madePrivate(path); is {
			found = append(found, e)
		}
	}
	return found
}

// madePrivate tells whether others had a right to the file.
func madePrivate(path string) (e Exposed, was bool) {
	info, err := os.Stat(path)
	if err != nil || !openToOthers(info) {
		return e, false
	}
	e = Exposed{Path: path, Mode: info.Mode().Perm()}
	if !ownedByUs(info) {
		e.Err = ErrNotOwner
		return e, true
	}
	e.Err = os.Chmod(path, e.Mode&^othersRights)
	if after, err := os.Stat(path); e.Err == nil && err == nil && openToOthers(after) {
		e.Err = errors.ErrUnsupported // a file system that keeps no rights
	}
	return e, true
}

// Exposed tells, once each, what of the vault others had a right to.
func (d *Desk) Exposed() []Exposed {
	d.mu.Lock()
	defer d.mu.Unlock()
	var fresh []Exposed
	for _, e := range d.exposed {
		if !slices.Contains(d.told, e.Path) {
			fresh, d.told = append(fresh, e), append(d.told, e.Path)
		}
	}
	return fresh
}

// remind takes over from an earlier desk of the vault what is yet to be told.
func (d *Desk) remind(earlier *Desk) {
	d.told = slices.Clone(earlier.told)
	d.exposed = append(slices.Clone(earlier.exposed), d.exposed...)
}
