package desk

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"countersign/pki"
	"countersign/storage"
)

// The bounds of what Look reads of a folder: what certificate tools leave is
// far below them, and a person who chose a home folder by mistake gets an
// answer.
const (
	maxFiles = 2000
	maxDepth = 6
)

// Found is what Look found in files and folders.
type Found struct {
	Certificates []FoundCertificate
	LooseKeys    int      // private keys that belong to none of the certificates
	Locked       []string // files that need a password, or another one
	Unread       []Unread // files named by the person, or of a telling name, that hold nothing usable
	Truncated    bool     // a folder holds more than is looked at
}

// Unread is a file that could not be read, and why.
type Unread struct {
	Path string
	Err  error
}

// FoundCertificate is a certificate that could be imported.
type FoundCertificate struct {
	Path        string
	Certificate *x509.Certificate
	Key         crypto.Signer // nil when no key of it was found
	Mine        ID            // the same certificate in the vault, or ""
	MineHasKey  bool
}

// Name is what a person calls the certificate.
func (f FoundCertificate) Name() string { return nameOf(f.Certificate) }

// New tells whether importing it adds something to the vault.
func (f FoundCertificate) New() bool { return f.Mine == "" || f.Key != nil && !f.MineHasKey }

// Look reads files and folders and tells which certificates are in them, each
// with its private key when that is there too, in whatever file. It changes
// nothing. A folder's files that hold nothing known are passed over.
func (d *Desk) Look(ctx context.Context, paths []string, password string) (Found, error) {
	mine, err := d.all()
	if err != nil {
		return Found{}, err
	}
	l := looker{password: password, seen: map[string]int{}, mine: map[string]Certificate{}}
	for _, c := range mine {
		l.mine[c.Fingerprint] = c
	}
	for _, path := range paths {
		if err := l.path(ctx, path); err != nil {
			return Found{}, err
		}
	}
	l.marry()
	return l.found, nil
}

type looker struct {
	password string
	found    Found
	files    int
	keys     []crypto.Signer
	seen     map[string]int // fingerprint to place in found
	mine     map[string]Certificate
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
			l.found.Unread = append(l.found.Unread, Unread{at, err})
			return nil
		case e.IsDir() && depth(at)-top >= maxDepth, l.files >= maxFiles:
			l.found.Truncated = true
			return fs.SkipDir
		case e.Type().IsRegular():
			l.file(at, false)
		}
		return nil
	})
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
	var items []pki.Item
	if err == nil {
		items, err = pki.Decode(data, l.password)
	}
	switch {
	case errors.Is(err, pki.ErrPasswordNeeded), errors.Is(err, pki.ErrWrongPassword):
		l.found.Locked = append(l.found.Locked, path)
	case err != nil && (asked || !errors.Is(err, pki.ErrNotRecognised) && !errors.Is(err, pki.ErrTooLarge)):
		l.found.Unread = append(l.found.Unread, Unread{path, err})
	}
	for _, item := range items {
		l.item(path, item)
	}
}

func (l *looker) item(path string, item pki.Item) {
	if item.Key != nil {
		l.keys = append(l.keys, item.Key)
	}
	if item.Certificate == nil {
		return
	}
	print := pki.Fingerprint(item.Certificate)
	if _, again := l.seen[print]; again {
		return
	}
	l.seen[print] = len(l.found.Certificates)
	known := l.mine[print]
	l.found.Certificates = append(l.found.Certificates, FoundCertificate{
		Path: path, Certificate: item.Certificate, Mine: known.ID, MineHasKey: known.HasKey,
	})
}

// marry gives each certificate its key. A key may belong to several: a
// renewed certificate often keeps it.
func (l *looker) marry() {
	for _, key := range l.keys {
		loose := true
		for n := range l.found.Certificates {
			c := &l.found.Certificates[n]
			if pki.SamePublicKey(c.Certificate.PublicKey, key.Public()) {
				c.Key, loose = key, false
			}
		}
		if loose {
			l.found.LooseKeys++
		}
	}
}

// Import keeps what Look found, in one transaction: certificates that the
// vault lacks, and keys that it lacks of certificates that it has. Each is
// tied to its issuer, and those in the vault that were waiting for theirs are
// too. It returns what was added or completed.
func (d *Desk) Import(ctx context.Context, found []FoundCertificate) ([]Certificate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var added []Certificate
	err := d.vault.Update(func(tx *storage.Tx) error {
		added = nil
		for _, f := range found {
			if !f.New() {
				continue
			}
			c, err := importOne(tx, f, d.Now())
			if err != nil {
				return fmt.Errorf("import %q: %w", f.Name(), err)
			}
			added = append(added, c)
		}
		return attach(tx)
	})
	if err != nil {
		return nil, err
	}
	d.forget()
	for n := range added {
		if added[n], err = d.Get(added[n].ID); err != nil {
			return nil, err
		}
	}
	return added, nil
}
