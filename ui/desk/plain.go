package desk

import (
	"context"
	"crypto"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"countersign/pki"
	"countersign/storage"
)

// PlainOptions say how a vault is written as plain files.
type PlainOptions struct {
	Password   string             // that every private key is encrypted with
	NoPassword bool               // keys in the clear instead: whoever reads the files has them
	Readme     func(Plain) string // the text of README.txt, in the person's language; nil for none
	Progress   func(BulkProgress) // of the certificates and requests; nil: nobody asks
}

// Plain is what was written.
type Plain struct {
	Folder                                    string
	Authorities, Certificates, Keys, Requests int
}

// ExportPlain writes the whole vault into a new folder, as files that other
// programs use: for each authority a folder in the layout of openssl ca, with
// its certificate, key, lists and what it issued. It is for those who leave. The
// folder appears when all of it is written, readable by its owner only.
// Profiles, connections, notes and what was done stay behind. Errors:
// *PathError, ErrEmptyPassword without either a password or NoPassword,
// ErrShortPassword, and the context's.
func (d *Desk) ExportPlain(ctx context.Context, folder string, o PlainOptions) (Plain, error) {
	if !o.NoPassword {
		if err := CheckPlainPassword(o.Password); err != nil {
			return Plain{}, err
		}
	}
	folder = filepath.Clean(folder)
	if err := CheckNewFolder(folder); err != nil {
		return Plain{}, err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(folder), ".countersign-*")
	if err != nil {
		return Plain{}, aboutFile(makingFolder, folder, err)
	}
	p := &leaving{d: d, o: o, root: temporary, done: Plain{Folder: folder}}
	if err = p.write(ctx); err == nil {
		if err = os.Rename(temporary, folder); err != nil {
			err = &PathError{Deed: makingFolder, Path: folder, Err: inner(err)}
		}
	}
	if err != nil {
		return Plain{}, errors.Join(err, os.RemoveAll(temporary))
	}
	return p.done, d.note("export-plain", map[string]string{
		"certificates": fmt.Sprint(p.done.Certificates), "keys": fmt.Sprint(p.done.Keys), "encrypted": fmt.Sprint(o.Password != ""),
	})
}

// CheckPlainPassword looks whether ExportPlain takes a password: each private
// key of the vault is in files that it alone protects. Errors: ErrEmptyPassword,
// ErrShortPassword.
func CheckPlainPassword(password string) error {
	switch {
	case password == "":
		return ErrEmptyPassword
	case utf8.RuneCountInString(password) < MinPassphrase:
		return ErrShortPassword
	}
	return nil
}

// inner is what the operating system said, without the path.
func inner(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// leaving is one export under way.
type leaving struct {
	d    *Desk
	o    PlainOptions
	root string
	all  []*Certificate
	done Plain
	jobs []func() error // what is written for each certificate, on all cores
}

// The folder of certificates whose authority is not in the vault, and that of
// requests.
const (
	plainOthers   = "others"
	plainRequests = "requests"
)

func (p *leaving) write(ctx context.Context) error {
	var err error
	if p.all, err = p.d.all(); err != nil {
		return err
	}
	taken := names{}
	for _, reserved := range []string{plainOthers, plainRequests, "README.txt"} {
		taken.give(reserved)
	}
	issued := map[ID][]Certificate{}
	var others []Certificate
	current := map[ID]bool{}
	for _, c := range p.all {
		current[c.ID] = c.IsAuthority() && c.IsCurrent()
	}
	for _, c := range p.all {
		switch {
		case c.IsAuthority() && !c.IsCurrent(): // beside the one that stands for it
		case current[c.IssuerID] && c.IssuerID != c.ID:
			issued[c.IssuerID] = append(issued[c.IssuerID], *c)
		case !c.IsAuthority():
			others = append(others, *c)
		}
	}
	for _, c := range p.all {
		if current[c.ID] {
			if err := p.authority(*c, taken.give(FileName(c.Name)), issued[c.ID]); err != nil {
				return fmt.Errorf("authority %q: %w", c.Name, err)
			}
		}
	}
	p.leaves(plainOthers, others, names{})
	if err := p.requests(); err != nil {
		return err
	}
	if err := p.run(ctx); err != nil {
		return err
	}
	if p.o.Readme == nil {
		return nil
	}
	return p.file("README.txt", []byte(p.o.Readme(p.done)))
}

// run does what was collected.
func (p *leaving) run(ctx context.Context) error {
	var told sync.Mutex
	done, start := 0, time.Now()
	return inParallel(ctx, len(p.jobs), func(n int) error {
		err := p.jobs[n]()
		told.Lock()
		defer told.Unlock()
		if done++; p.o.Progress != nil && (done%100 == 0 || done == len(p.jobs)) {
			p.o.Progress(BulkProgress{Done: done, Of: len(p.jobs), Took: time.Since(start)})
		}
		return err
	})
}

// file writes a file below the export's folder. The names are ours, or come of
// FileName: none leads elsewhere.
func (p *leaving) file(name string, data []byte) error {
	path := filepath.Join(p.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &PathError{Deed: makingFolder, Path: filepath.Dir(path), Err: inner(err)}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(data)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return &PathError{Deed: "write", Path: path, Err: inner(err)}
	}
	return nil
}

// leaves has the certificates of a folder written: certificate and key of one
// name.
func (p *leaving) leaves(folder string, list []Certificate, taken names) {
	for _, c := range list {
		stem := taken.give(FileName(c.Name))
		p.done.Certificates++
		withKey := c.HasKey && !c.IsAuthority() // an authority's key is in its own folder
		if withKey {
			p.done.Keys++
		}
		p.jobs = append(p.jobs, func() error {
			certs, err := p.d.certificates([]Certificate{c})
			if err != nil {
				return err
			}
			if err := p.file(folder+"/issued/"+stem+".crt", pki.EncodeCertificates(certs...)); err != nil || !withKey {
				return err
			}
			key, err := p.d.key(c)
			if err != nil {
				return err
			}
			return p.key(folder+"/private/"+stem+".key", key)
		})
	}
}

// key writes a private key, encrypted unless that was not wanted.
func (p *leaving) key(name string, key crypto.Signer) error {
	var data []byte
	var err error
	if p.o.Password != "" {
		data, err = pki.EncryptKey(key, p.o.Password, p.d.opt.Random)
	} else {
		data, err = pki.EncodeKey(key)
		defer clear(data)
	}
	if err != nil {
		return err
	}
	return p.file(name, data)
}

// requests writes what still waits for its certificate, and what came to be
// signed.
func (p *leaving) requests() error {
	taken := names{}
	return p.d.vault.View(func(tx *storage.Tx) error {
		list, err := tx.Requests()
		if err != nil {
			return err
		}
		for _, r := range list {
			stem := plainRequests + "/" + taken.give(FileName(r.Name))
			p.done.Requests++
			data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: r.DER})
			if err := p.file(stem+".csr", data); err != nil {
				return err
			}
			if r.KeyID == "" || fromRequest(r).State != RequestWaiting {
				continue
			}
			key, err := signer(tx, storage.Entry{Name: r.Name, KeyID: r.KeyID})
			if err != nil {
				return err
			}
			p.done.Keys++
			if err := p.key(stem+".key", key); err != nil {
				return err
			}
		}
		return nil
	})
}

// names gives each file a name of its own, where letters' case does not count.
type names map[string]int

func (n names) give(wanted string) string {
	name := wanted
	for next := max(n[strings.ToLower(wanted)], 1); ; next++ {
		if next > 1 {
			name = fmt.Sprintf("%s-%d", wanted, next)
		}
		if n[strings.ToLower(name)] == 0 {
			n[strings.ToLower(wanted)] = next + 1
			n[strings.ToLower(name)] = max(n[strings.ToLower(name)], 1)
			return name
		}
	}
}
