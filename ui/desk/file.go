package desk

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// File is something to write: its suggested name, what is in it, and whether
// it holds a private key.
type File struct {
	Name   string
	Data   []byte
	Secret bool
}

// WriteFile writes a file whole or not at all: to a temporary file beside it,
// synced, then renamed. A secret file is readable by its owner only (0600).
// It never writes over a file unless told to: a *PathError that wraps
// ErrFileExists.
func WriteFile(path string, f File, overwrite bool) error {
	if err := CheckTarget(path, overwrite); err != nil {
		return err
	}
	if overwrite { // of a link, what it leads to
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
	}
	if err := write(path, f, overwrite); err != nil {
		var inner *fs.PathError
		var link *os.LinkError
		switch {
		case errors.Is(err, fs.ErrExist):
			err = ErrFileExists
		case errors.As(err, &inner):
			err = inner.Err
		case errors.As(err, &link):
			err = link.Err
		}
		return &PathError{Deed: "write", Path: path, Err: err}
	}
	return nil
}

// CheckTarget looks whether a file can be written there, as far as that can be
// told before: for a deed that cannot be undone when the writing fails. A
// folder, a device or a pipe is never written over. Error: *PathError, with
// ErrNotFile, ErrFileExists, or the error about the folder that is missing.
func CheckTarget(path string, overwrite bool) error {
	refuse := func(path string, err error) error { return &PathError{Deed: "write", Path: path, Err: err} }
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return refuse(path, ErrNotFile)
	}
	if _, err := os.Lstat(path); err == nil && !overwrite {
		return refuse(path, ErrFileExists)
	}
	return checkFolder(filepath.Dir(path))
}

// CheckNewFolder looks whether a folder can be made there: nothing may have its
// name. Error: *PathError, with ErrFileExists, or the error about the folder that
// is missing.
func CheckNewFolder(folder string) error {
	if _, err := os.Lstat(folder); err == nil {
		return &PathError{Deed: makingFolder, Path: folder, Err: ErrFileExists}
	}
	return checkFolder(filepath.Dir(folder))
}

// The deeds that need a folder, and that make one.
const (
	intoFolder   = "write into"
	makingFolder = "create folder"
)

// checkFolder looks whether a folder is there, so that a file can be written
// into it: a *PathError names what on the way to it is no folder (ENOTDIR), or
// the folder that is missing.
func checkFolder(folder string) error {
	if file := fileOnWay(folder); file != "" {
		return &PathError{Deed: intoFolder, Path: file, Err: syscall.ENOTDIR}
	}
	if _, err := os.Stat(folder); err != nil {
		return aboutFile(intoFolder, folder, err)
	}
	return nil
}

// fileOnWay is what on the way to a folder, or in its place, is there and is
// no folder; "" for nothing.
func fileOnWay(folder string) string {
	for {
		info, err := os.Stat(folder)
		up := filepath.Dir(folder)
		switch {
		case err == nil && !info.IsDir():
			return folder
		case err == nil || up == folder:
			return ""
		}
		folder = up
	}
}

// inTheWay is the file that is in the place of a folder, when the operating
// system says so of a path; else the path.
func inTheWay(path string, err error) string {
	if errors.Is(err, syscall.ENOTDIR) {
		return cmp.Or(fileOnWay(path), path)
	}
	return path
}

// CheckSource looks whether there is something to read at a path. Error:
// *PathError.
func CheckSource(path string) error {
	_, err := os.Stat(path)
	return aboutFile("read", path, err)
}

func write(path string, f File, overwrite bool) error {
	mode := fs.FileMode(0o644)
	if f.Secret {
		mode = 0o600
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".countersign-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	defer temp.Close()
	if err := temp.Chmod(mode); err != nil {
		return err
	}
	if _, err := temp.Write(f.Data); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	if overwrite {
		return os.Rename(temp.Name(), path)
	}
	return placeNew(temp.Name(), path)
}

// placeNew gives a written file its name only when nothing has that name. A
// hard link does so in one step; a file system without links gets a rename
// after one more look.
func placeNew(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(temp, path)
}

// WriteFiles writes files into a folder, which it makes when it is missing
// (0700 when one of them is secret). Without overwrite, when one of the names
// is taken nothing is written.
func WriteFiles(folder string, files []File, overwrite bool) error {
	mode := fs.FileMode(0o755)
	for _, f := range files {
		if f.Secret {
			mode = 0o700
		}
		if filepath.Base(f.Name) != f.Name || f.Name == "." || f.Name == ".." { // a name is never a path
			return &PathError{Deed: "write", Path: f.Name, Err: ErrNotFile}
		}
		if _, err := os.Lstat(filepath.Join(folder, f.Name)); err == nil && !overwrite {
			return &PathError{Deed: "write", Path: filepath.Join(folder, f.Name), Err: ErrFileExists}
		}
	}
	if err := makeFolder(folder, mode); err != nil {
		return err
	}
	for _, f := range files {
		if err := WriteFile(filepath.Join(folder, f.Name), f, overwrite); err != nil {
			return err
		}
	}
	return nil
}

// makeFolder makes a folder and those that it lies in. Error: *PathError, of
// the file where one is in the way.
func makeFolder(folder string, mode fs.FileMode) error {
	if file := fileOnWay(folder); file != "" {
		return &PathError{Deed: makingFolder, Path: file, Err: syscall.ENOTDIR}
	}
	if err := os.MkdirAll(folder, mode); err != nil {
		return aboutFile(makingFolder, folder, err)
	}
	return nil
}
