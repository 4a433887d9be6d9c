package desk

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// UnfinishedFile is in a folder of bundles while ExportBulk writes there, and
// stays when it was stopped. Where it is, the next export goes on: it may write
// over the files of the one before, and gives the bundles the passwords that
// were made for them. Its last line is the path of the file of passwords.
const UnfinishedFile = "unfinished.txt"

const unfinishedText = "Countersign was stopped while it wrote into this folder.\r\n" +
	"The same table, made again, goes on here and takes this file away.\r\n" +
	"Passwords:\r\n"

// maxUnfinished bounds the file, and maxPasswords the file of passwords, in
// bytes.
const (
	maxUnfinished = 64 << 10
	maxPasswords  = 64 << 20
)

// unfinished tells whether an export into a folder was stopped, and where the
// passwords of it are, "" for nowhere.
func unfinished(folder string) (passwords string, stopped bool) {
	data, err := readSome(filepath.Join(folder, UnfinishedFile), maxUnfinished)
	if err != nil {
		return "", false
	}
	rest, ours := strings.CutPrefix(string(data), unfinishedText)
	return strings.TrimSuffix(rest, "\r\n"), ours
}

// readSome reads a file that is no larger than a bound.
func readSome(path string, most int64) ([]byte, error) {
	f, size, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > most {
		return nil, &PathError{Deed: "read", Path: path, Err: errors.New("too large")}
	}
	return io.ReadAll(io.LimitReader(f, most))
}

// same tells whether two paths are one, as they are written.
func same(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}

// goOn finds out whether the export goes on where one was stopped.
func (b *bulkExport) goOn() {
	passwords, stopped := unfinished(b.o.Folder)
	if !stopped {
		return
	}
	b.goesOn, b.oldPasswords = true, passwords
	b.before = passwordsBefore(passwords)
}

// passwordsBefore are the passwords that were made for bundles, by the names
// of bundle and certificate.
func passwordsBefore(path string) map[[2]string]string {
	if path == "" {
		return nil
	}
	data, err := readSome(path, maxPasswords)
	if err != nil {
		return nil
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil || len(rows) == 0 || len(rows[0]) != len(passwordsHead) {
		return nil
	}
	before := map[[2]string]string{}
	for _, row := range rows[1:] {
		if row[3] != asInTable {
			before[[2]string{row[2], row[1]}] = row[3]
		}
	}
	return before
}

// mayReplace tells whether a file of the export may be written over.
func (b *bulkExport) mayReplace(path string) bool {
	return b.o.Overwrite || b.goesOn && (!same(path, b.o.Passwords) || same(path, b.oldPasswords))
}

// begin marks the folder as unfinished, and takes away what a killed program
// left half written there.
func (b *bulkExport) begin() error {
	passwords := b.o.Passwords
	if passwords != "" {
		var err error
		if passwords, err = filepath.Abs(passwords); err != nil {
			return err
		}
	}
	if b.goesOn {
		if err := removeHalves(b.o.Folder); err != nil {
			return err
		}
	}
	return WriteFile(filepath.Join(b.o.Folder, UnfinishedFile), File{Data: []byte(unfinishedText + passwords + "\r\n"), Secret: true}, true)
}

// finish takes the mark away.
func (b *bulkExport) finish() error {
	path := filepath.Join(b.o.Folder, UnfinishedFile)
	return aboutFile("write", path, os.Remove(path))
}

// removeHalves takes away the files that were not given their names yet.
func removeHalves(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return aboutFile("read", folder, err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), ".countersign-") {
			continue
		}
		path := filepath.Join(folder, e.Name())
		if err := os.Remove(path); err != nil {
			return aboutFile("write", path, err)
		}
	}
	return nil
}
