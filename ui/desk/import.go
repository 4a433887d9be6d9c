package desk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"countersign/pki"
	"countersign/storage"
)

// The bounds of what Look reads of a folder: what certificate tools leave is
// far below them, and a person who chose a home folder by mistake gets an
// answer.
const (
	maxFiles   = 2000
	maxDepth   = 6
	maxObjects = 50_000
	maxReasons = 5 // why things of one file are not taken
)

// Look reads files and folders and tells what is in them: certificates and
// requests, each with its private key when that is there too, in whatever
// file, and what was revoked. It changes nothing. A folder's files that hold
// nothing known are passed over.
func (d *Desk) Look(ctx context.Context, paths []string, passwords Passwords) (Found, error) {
	if d.Locked() {
		return Found{}, ErrLocked
	}
	l := newLooker(passwords)
	err := l.read(ctx, paths)
	if err == nil {
		err = d.vault.View(func(tx *storage.Tx) error { return l.compare(ctx, tx) })
	}
	if err != nil {
		return Found{}, err
	}
	return l.found, nil
}

// LookAlone is Look without a vault: everything counts as new.
func LookAlone(ctx context.Context, paths []string, passwords Passwords) (Found, error) {
	l := newLooker(passwords)
	err := l.read(ctx, paths)
	if err == nil {
		err = l.compare(ctx, nil)
	}
	if err != nil {
		return Found{}, err
	}
	return l.found, nil
}

func newLooker(passwords Passwords) *looker {
	return &looker{passwords: passwords, seen: map[string]int{}, folders: map[string][]string{}}
}

// read reads everything at the paths.
func (l *looker) read(ctx context.Context, paths []string) error {
	for _, path := range paths {
		if err := l.path(ctx, path); err != nil {
			return err
		}
	}
	l.recognise()
	return nil
}

// A looker gathers what files hold.
type looker struct {
	passwords Passwords
	found     Found
	files     int
	objects   int
	keys      []FoundKey
	seen      map[string]int      // what was seen already; of certificates the place in found
	folders   map[string][]string // folder to the names of its files
	traces    []Folder            // what single files tell of the tool that left them
	numbers   []numberFile
}

func (l *looker) path(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		l.file(path, true)
		return ctx.Err()
	}
	top := depth(path)
	return filepath.WalkDir(path, func(at string, e fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			l.found.Unread = append(l.found.Unread, Unread{at, withoutPath(at, err)})
			return nil
		case e.IsDir() && depth(at)-top >= maxDepth, l.full():
			l.found.Truncated = true
			return fs.SkipDir
		case e.Type().IsRegular(), isLinkToFile(at, e):
			l.folders[filepath.Dir(at)] = append(l.folders[filepath.Dir(at)], e.Name())
			l.file(at, false)
		}
		return nil
	})
}

func (l *looker) full() bool { return l.files >= maxFiles || l.objects >= maxObjects }

// isLinkToFile tells whether a symbolic link leads to a file. Those that lead
// to a folder are not followed: that might be any, and the way might be a
// circle.
func isLinkToFile(path string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// withoutPath is an error of the file system as a *PathError.
func withoutPath(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return &PathError{Deed: "read", Path: path, Err: err}
}

func depth(path string) int {
	n := 0
	for path = filepath.Clean(path); ; n++ {
		up := filepath.Dir(path)
		if up == path {
			return n
		}
		path = up
	}
}

// file reads one file. asked tells that the person named it, so that it is
// never passed over in silence.
func (l *looker) file(path string, asked bool) {
	l.files++
	data, err := ReadFile(path)
	if err != nil {
		l.unread(path, asked, err)
		return
	}
	if l.note(path, data) {
		return
	}
	for _, err := range l.decode(path, data) {
		l.unread(path, asked, err)
	}
}

// unread notes why a file was not read, unless it is one of a folder's many
// that have nothing to do with certificates.
func (l *looker) unread(path string, asked bool, err error) {
	if asked || !errors.Is(err, pki.ErrNotRecognised) && !errors.Is(err, pki.ErrTooLarge) {
		l.found.Unread = append(l.found.Unread, Unread{path, err})
	}
}

// decode takes what a file holds, with each of the passwords, and returns why
// it takes no more. Where something stays locked the rest is taken all the same.
func (l *looker) decode(path string, data []byte) []error {
	var locked map[int]bool // by the place in the file; what no password opened
	var items []pki.Item
	for _, password := range l.passwords.of(path) {
		var err error
		items, err = pki.DecodePart(data, password)
		closed := isLocked(err)
		if err != nil && !closed {
			return []error{err}
		}
		still := map[int]bool{}
		for n, item := range items {
			if isLocked(item.Err) {
				still[n] = locked == nil || locked[n]
				continue
			}
			l.item(path, item)
		}
		locked = stillLocked(locked, still)
		if !closed || len(locked) == 0 {
			return leftOut(items)
		}
	}
	l.found.Locked = append(l.found.Locked, Locked{Path: path, Wrong: l.passwords.given(path)})
	return leftOut(items)
}

// leftOut is why items of a file are not taken, each reason once.
func leftOut(items []pki.Item) []error {
	var errs []error
	said := map[string]bool{}
	for _, item := range items {
		err := item.Err
		if item.Kind == pki.ItemPublicKey {
			err = &pki.FormatError{Code: pki.FoundPublicKey, Found: "a public key"}
		}
		if err == nil || isLocked(err) || said[err.Error()] || len(errs) == maxReasons {
			continue
		}
		said[err.Error()] = true
		errs = append(errs, err)
	}
	return errs
}

// stillLocked are the places that stayed locked with this password and with
// those before.
func stillLocked(before, now map[int]bool) map[int]bool {
	for n, both := range now {
		if before != nil && !both {
			delete(now, n)
		}
	}
	return now
}

func isLocked(err error) bool {
	return errors.Is(err, pki.ErrPasswordNeeded) || errors.Is(err, pki.ErrWrongPassword)
}

// once tells whether a thing was not seen before.
func (l *looker) once(kind pki.ItemKind, raw string) bool {
	key := string(kind) + raw
	if _, again := l.seen[key]; again {
		return false
	}
	l.seen[key] = -1
	l.objects++
	return true
}

func (l *looker) item(path string, item pki.Item) {
	switch {
	case l.objects >= maxObjects:
		l.found.Truncated = true
	case item.Key != nil:
		if public := publicKey(item.Key.Public()); l.once(item.Kind, public) {
			l.keys = append(l.keys, FoundKey{path, item.Key})
		}
	case item.Request != nil:
		if l.once(item.Kind, string(item.Request.Raw)) {
			l.found.Requests = append(l.found.Requests, FoundRequest{Path: path, Request: item.Request})
		}
	case item.CRL != nil:
		if l.once(item.Kind, string(item.CRL.Raw)) {
			l.found.Lists = append(l.found.Lists, listOf(path, item.CRL))
		}
	case item.Certificate != nil:
		l.certificate(path, item)
	}
}

func (l *looker) certificate(path string, item pki.Item) {
	key := pki.Fingerprint(item.Certificate)
	n, again := l.seen[key]
	if !again {
		l.seen[key] = len(l.found.Certificates)
		l.objects++
		l.found.Certificates = append(l.found.Certificates, FoundCertificate{Path: path, Certificate: item.Certificate})
		return
	}
	if c := &l.found.Certificates[n]; isSerial(c.Path) { // copies by serial number say less than alice.crt
		c.Path = path
	}
}

// isSerial tells whether a file is named after a serial number, as the copies
// of openssl ca and easy-rsa are.
func isSerial(path string) bool {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	return name != "" && strings.Trim(name, "0123456789ABCDEFabcdef") == ""
}
