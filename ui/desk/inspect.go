package desk

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"countersign/pki"
)

// Inspected is one object found in a file.
type Inspected struct {
	pki.Item
	Description *pki.Description // of a certificate
	Mine        ID               // the same certificate in the vault, or ""
}

// ErrNotFile: a folder, a device or a pipe where a file was expected.
var ErrNotFile = errors.New("not a regular file")

// ReadFile reads a file of outside input, bounded: a folder, a device, a pipe
// or a file over pki.MaxInput is refused, not read.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotFile
	}
	if err == nil && info.Size() > pki.MaxInput {
		err = pki.ErrTooLarge
	}
	var data []byte
	if err == nil {
		data, err = readBounded(path)
	}
	if err != nil {
		var inner *fs.PathError
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, &PathError{Deed: "read", Path: path, Err: err}
	}
	return data, nil
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, pki.MaxInput+1))
	if err == nil && len(data) > pki.MaxInput {
		err = pki.ErrTooLarge
	}
	return data, err
}

// InspectFile tells what a file holds. It needs no vault.
func InspectFile(path, password string) ([]Inspected, error) {
	data, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Inspect(data, password)
}

// Inspect tells what some bytes hold: see pki.Decode for its errors.
func Inspect(data []byte, password string) ([]Inspected, error) {
	items, err := pki.Decode(data, password)
	if err != nil {
		return nil, err
	}
	list := make([]Inspected, len(items))
	for n, item := range items {
		list[n] = Inspected{Item: item}
		if item.Certificate != nil {
			d := pki.Describe(item.Certificate)
			list[n].Description = &d
		}
	}
	return list, nil
}
