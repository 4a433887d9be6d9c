package desk

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/pki"
)

// The bounds of a kit that comes in: what companies send each other is far
// below them.
const (
	maxKitFiles = 500
	maxKitBytes = 64 << 20 // of all files, unpacked
)

// The codes of a KitError.
const (
	KitPath      = "path"      // a name that leads out of the kit: absolute, or with ".."
	KitLink      = "link"      // a symbolic link, or what else is no file
	KitTooMany   = "many"      // more files than maxKitFiles
	KitBomb      = "bomb"      // more octets, unpacked, than maxKitBytes, or than pki.MaxInput in one file
	KitEncrypted = "encrypted" // a file that needs the archive's password
	KitDamaged   = "damaged"   // not as it was packed
	KitNested    = "nested"    // an archive in the kit, which is not opened
)

// KitError says why a kit, or one file of it, is refused.
type KitError struct {
	Code string
	Name string // of the file in it, escaped; "" for all of it
}

func (e *KitError) Error() string { return fmt.Sprintf("kit refused: %s %q", e.Code, e.Name) }

func kitError(code, name string) error { return &KitError{Code: code, Name: shortName(name)} }

// zipped packs files.
func zipped(files []File, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: at.UTC()}
		mode := fs.FileMode(0o644)
		if f.Secret {
			mode = 0o600
		}
		h.SetMode(mode)
		to, err := w.CreateHeader(h)
		if err == nil {
			_, err = to.Write(f.Data)
		}
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return b.Bytes(), nil
}

func isZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

// kitPart is one file of a kit that came in.
type kitPart struct {
	path  string // of the file, or in the archive
	data  []byte
	asked bool // the person named it
}

// kitReader gathers the files of a kit.
type kitReader struct {
	parts  []kitPart
	unread []Unread
	bytes  int64
}

// read takes files, folders and archives. What is wrong with an archive refuses
// all of it; what is no file in a folder is passed over and told.
func (r *kitReader) read(ctx context.Context, paths []string) error {
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err == nil && info.IsDir():
			err = r.folder(ctx, path)
		default:
			err = r.file(path, true)
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (r *kitReader) file(path string, asked bool) error {
	data, err := ReadFile(path)
	switch {
	case err != nil && asked:
		return err
	case err != nil:
		r.unread = append(r.unread, Unread{path, err})
		return nil
	case isZip(data) && asked:
		return r.unzip(data)
	case isZip(data):
		r.unread = append(r.unread, Unread{path, kitError(KitNested, filepath.Base(path))})
		return nil
	}
	return r.add(kitPart{path, data, asked})
}

func (r *kitReader) add(p kitPart) error {
	if len(r.parts) == maxKitFiles {
		return kitError(KitTooMany, "")
	}
	if r.bytes += int64(len(p.data)); r.bytes > maxKitBytes {
		return kitError(KitBomb, filepath.Base(p.path))
	}
	r.parts = append(r.parts, p)
	return nil
}

// folder reads a folder. Links in it are not followed: they may lead anywhere.
func (r *kitReader) folder(ctx context.Context, path string) error {
	top := depth(path)
	return filepath.WalkDir(path, func(at string, e fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			r.unread = append(r.unread, Unread{at, withoutPath(at, err)})
			return nil
		case e.IsDir() && depth(at)-top >= maxDepth:
			return fs.SkipDir
		case e.IsDir() || junk(e.Name()):
			return nil
		case at != path && !e.Type().IsRegular():
			r.unread = append(r.unread, Unread{at, kitError(KitLink, e.Name())})
			return nil
		}
		return r.file(at, false)
	})
}

// junk tells what systems leave in folders and archives by themselves.
func junk(name string) bool {
	return name == ".DS_Store" || name == "Thumbs.db" || name == "desktop.ini"
}

// unzip takes the files of an archive, in memory: nothing is written.
func (r *kitReader) unzip(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return kitError(KitDamaged, "")
	}
	if len(z.File) > maxKitFiles {
		return kitError(KitTooMany, "")
	}
	for _, f := range z.File {
		if err := r.entry(f); err != nil {
			return err
		}
	}
	return nil
}

func (r *kitReader) entry(f *zip.File) error {
	const encrypted = 0x1 // of the flags (APPNOTE 4.4.4)
	name := strings.ReplaceAll(f.Name, `\`, "/")
	mode := f.Mode()
	switch {
	case !local(name):
		return kitError(KitPath, f.Name)
	case mode.IsDir():
		return nil
	case !mode.IsRegular():
		return kitError(KitLink, f.Name)
	case f.Flags&encrypted != 0:
		return kitError(KitEncrypted, f.Name)
	case strings.HasPrefix(name, "__MACOSX/") || junk(filepath.Base(name)):
		return nil
	case f.UncompressedSize64 > pki.MaxInput:
		return kitError(KitBomb, f.Name)
	}
	content, err := f.Open()
	if err != nil {
		return kitError(KitDamaged, f.Name)
	}
	defer content.Close()
	data, err := io.ReadAll(io.LimitReader(content, pki.MaxInput+1))
	switch {
	case len(data) > pki.MaxInput:
		return kitError(KitBomb, f.Name)
	case err != nil:
		return kitError(KitDamaged, f.Name)
	case isZip(data):
		if r.bytes += int64(len(data)); r.bytes > maxKitBytes {
			return kitError(KitBomb, f.Name)
		}
		r.unread = append(r.unread, Unread{name, kitError(KitNested, f.Name)})
		return nil
	}
	return r.add(kitPart{path: name, data: data})
}

// local tells whether a name stays in the archive's own folder, on every
// system: a letter and a colon is a drive on Windows.
func local(name string) bool {
	if name == "" || strings.HasPrefix(name, "/") || strings.ContainsRune(name, 0) || len(name) > 1 && name[1] == ':' {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return false
		}
	}
	return true
}
