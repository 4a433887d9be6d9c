package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"

	"countersign/storage"
)

// The names of what BulkExport leaves beside the certificates' files.
const (
	ManifestFile  = "manifest.csv"
	PasswordsFile = "passwords.csv" // where nobody names another
)

// ErrPasswordsLost: bundles would get passwords that are written nowhere.
var ErrPasswordsLost = errors.New("the passwords that are made would be kept nowhere")

// BulkExport says how many certificates become files in a folder.
type BulkExport struct {
	Folder    string   // made when it is missing, 0700
	Formats   []Format // the files of each: one of P12 and P12Compatible, or Chain and Key
	Password  string   // of every bundle; "": its row's, else one of its own that is made
	Passwords string   // a file for the passwords, as CSV, 0600; "" for none
	Overwrite bool     // files of these names that are there already
}

// BulkWritten is what an export of many wrote.
type BulkWritten struct {
	Certificates int    // whose files are there whole
	Files        int    // of all kinds
	Manifest     string // its path; "" when it was not written
	Passwords    string // the path of the file of passwords; "" when there is none
}

// ExportBulk writes the files of many certificates into one folder, all of
// them 0600, on all cores: NAME.p12, or NAME-chain.pem and NAME.key; the
// authorities that others have to trust; and a manifest. Names are made safe
// and unique (FileName); none leads out of the folder. No file that is there
// already is written over, unless asked: then nothing is written at all, a
// *PathError with ErrFileExists. Passwords are written first, to a file of
// their own, so that no bundle is without its password; the manifest last, and
// also when the context ends in the middle: it tells what is there. An export
// that was stopped, or killed, is gone on with by another into the same folder:
// see UnfinishedFile. Errors:
// ErrPasswordsLost, ErrFormat, ErrNoKey, *PathError, the context's.
func (d *Desk) ExportBulk(ctx context.Context, made []BulkMade, o BulkExport, progress func(BulkProgress)) (BulkWritten, error) {
	if progress == nil {
		progress = func(BulkProgress) {}
	}
	b := &bulkExport{d: d, o: o, progress: progress}
	b.goOn()
	if err := b.plan(made); err != nil {
		return b.written, err
	}
	if err := b.refuseTaken(); err != nil {
		return b.written, err
	}
	if err := makeFolder(o.Folder, 0o700); err != nil {
		return b.written, err
	}
	if err := b.begin(); err != nil {
		return b.written, err
	}
	if err := b.writePasswords(); err != nil {
		return b.written, err
	}
	err := b.writeAll(ctx)
	if late := b.writeManifest(); err == nil {
		err = late
	}
	if err == nil {
		err = b.finish()
	}
	return b.written, err
}

// bulkExport is one run of ExportBulk.
type bulkExport struct {
	d        *Desk
	o        BulkExport
	progress func(BulkProgress)
	items    []exportItem
	above    map[ID]source // by the issuer: the chain above a certificate
	roots    []File
	written  BulkWritten

	goesOn       bool // where another was stopped
	oldPasswords string
	before       map[[2]string]string
}

// exportItem is one certificate with the names of its files.
type exportItem struct {
	BulkMade
	names     []string    // one a format
	password  string      // of the bundle
	made      bool        // the password
	addresses [3][]string // in the certificate: of the CRL, of OCSP, of the issuer's certificate
	done      bool
}

// plan reads what all have in common and decides names and passwords.
func (b *bulkExport) plan(made []BulkMade) error {
	needs := false
	for _, f := range b.o.Formats {
		needs = needs || f.NeedsPassword()
		if f == CA {
			return fmt.Errorf("%s: %w", f, ErrFormat)
		}
	}
	if len(b.o.Formats) == 0 {
		return ErrFormat
	}
	b.above = map[ID]source{}
	names := newNamer(ManifestFile, PasswordsFile, UnfinishedFile, filepath.Base(b.o.Passwords))
	for _, m := range made {
		if err := b.look(m.Certificate, names); err != nil {
			return err
		}
	}
	b.items = make([]exportItem, len(made))
	for i, m := range made {
		item := exportItem{BulkMade: m, names: names.of(FileName(m.Certificate.Name), b.o.Formats)}
		if needs {
			var err error
			if item.password, item.made, err = b.passwordOf(m, item.names[0]); err != nil {
				return err
			}
		}
		b.items[i] = item
	}
	return nil
}

// look reads the chain above a certificate, once for each issuer.
func (b *bulkExport) look(c Certificate, names *namer) error {
	if _, known := b.above[c.IssuerID]; known {
		return nil
	}
	s, err := b.d.source(c.ID, false)
	if err != nil {
		return fmt.Errorf("export %q: %w", c.Name, err)
	}
	s.chain = s.chain[1:]
	b.above[c.IssuerID] = s
	if len(s.chain) == 0 {
		return nil
	}
	ca, err := s.encode(CA, "", b.d.opt)
	if err != nil {
		return err
	}
	for _, root := range b.roots {
		if string(root.Data) == string(ca) {
			return nil
		}
	}
	name := names.of(FileName(nameOf(s.chain[len(s.chain)-1])), []Format{PEM})[0]
	b.roots = append(b.roots, File{Name: name, Data: ca})
	return nil
}

func (b *bulkExport) passwordOf(m BulkMade, file string) (password string, made bool, err error) {
	switch {
	case b.o.Password != "":
		return b.o.Password, false, nil
	case m.Password != "":
		return m.Password, false, nil
	case b.o.Passwords == "":
		return "", false, ErrPasswordsLost
	}
	if password = b.before[[2]string{HarmlessCell(file), HarmlessCell(m.Certificate.Name)}]; password != "" {
		return password, true, nil
	}
	password, err = b.d.NewPassword()
	return password, true, err
}

// refuseTaken finds names that are there already.
func (b *bulkExport) refuseTaken() error {
	taken := func(path string) error {
		if b.mayReplace(path) {
			return nil
		}
		if _, err := os.Lstat(path); err == nil {
			return &PathError{Deed: "write", Path: path, Err: ErrFileExists}
		}
		return nil
	}
	paths := []string{filepath.Join(b.o.Folder, ManifestFile)}
	if b.o.Passwords != "" {
		paths = append(paths, b.o.Passwords)
	}
	for _, root := range b.roots {
		paths = append(paths, filepath.Join(b.o.Folder, root.Name))
	}
	for _, item := range b.items {
		for _, name := range item.names {
			paths = append(paths, filepath.Join(b.o.Folder, name))
		}
	}
	for _, path := range paths {
		if err := taken(path); err != nil {
			return err
		}
	}
	return nil
}

// exportPiece is how many certificates are noted in one transaction.
const exportPiece = 100

// writeAll writes the certificates' files, piece by piece: first the activity
// says that the keys leave the vault, then they do.
func (b *bulkExport) writeAll(ctx context.Context) error {
	for _, root := range b.roots {
		if err := WriteFile(filepath.Join(b.o.Folder, root.Name), root, b.mayReplace(filepath.Join(b.o.Folder, root.Name))); err != nil {
			return err
		}
		b.written.Files++
	}
	begun := b.d.Now()
	for from := 0; from < len(b.items); from += exportPiece {
		piece := b.items[from:min(len(b.items), from+exportPiece)]
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := b.note(piece); err != nil {
			return err
		}
		err := inParallel(ctx, len(piece), func(i int) error { return b.write(&piece[i]) })
		for _, item := range piece {
			if item.done {
				b.written.Certificates++
				b.written.Files += len(item.names)
			}
		}
		b.progress(BulkProgress{Done: b.written.Certificates, Of: len(b.items), Took: b.d.Now().Sub(begun)})
		if err != nil {
			return err
		}
	}
	return nil
}

// note writes into the activity whose keys are about to leave the vault.
func (b *bulkExport) note(piece []exportItem) error {
	var names []string
	withKey := false
	for _, f := range b.o.Formats {
		names = append(names, string(f))
		withKey = withKey || f.HasKey()
	}
	if !withKey || b.d.ReadOnly() {
		return nil
	}
	return b.d.vault.Update(func(tx *storage.Tx) error {
		for _, item := range piece {
			err := tx.AppendEvent(storage.Event{
				At: b.d.Now(), Verb: "export", Subject: storage.ID(item.Certificate.ID), Name: item.Certificate.Name,
				Detail: map[string]string{"formats": strings.Join(names, ", ")},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// write makes and writes the files of one certificate.
func (b *bulkExport) write(item *exportItem) error {
	c := item.Certificate
	certs, err := b.d.certificates([]Certificate{c})
	if err != nil {
		return fmt.Errorf("export %q: %w", c.Name, err)
	}
	s := b.above[c.IssuerID]
	s.id, s.name = storage.ID(c.ID), nameOf(certs[0])
	s.chain = append(certs[:1:1], s.chain...)
	item.addresses = [...][]string{certs[0].CRLDistributionPoints, certs[0].OCSPServer, certs[0].IssuingCertificateURL}
	for _, f := range b.o.Formats {
		if f.HasKey() && s.key == nil {
			if s.key, err = b.d.key(c); err != nil {
				return fmt.Errorf("export %q: %w", c.Name, err)
			}
		}
	}
	for n, f := range b.o.Formats {
		data, err := s.encode(f, item.password, b.d.opt)
		if err != nil {
			return fmt.Errorf("export %q as %s: %w", c.Name, f, err)
		}
		path := filepath.Join(b.o.Folder, item.names[n])
		if err := WriteFile(path, File{Data: data, Secret: true}, b.mayReplace(path)); err != nil {
			return err
		}
	}
	item.done = true
	return nil
}

// CheckBulkFolder tells, before anything is made, whether an export could go
// there without writing over something: the folder is empty or not there yet,
// and so is the file of passwords, unless it is "". A folder where an export was
// stopped is good too, with its file of passwords. Error: *PathError.
func CheckBulkFolder(folder, passwords string) error {
	old, stopped := unfinished(folder)
	entries, err := os.ReadDir(folder)
	switch {
	case stopped:
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return aboutFile("read", folder, err)
	case len(entries) > 0:
		return &PathError{Deed: "write", Path: filepath.Join(folder, entries[0].Name()), Err: ErrFileExists}
	}
	if passwords != "" && !(stopped && same(passwords, old)) {
		if _, err := os.Lstat(passwords); err == nil {
			return &PathError{Deed: "write", Path: passwords, Err: ErrFileExists}
		}
	}
	return nil
}

// namer gives names that no other file has, whatever the file system makes of
// letters' case and accents.
type namer struct {
	taken map[string]bool
	last  map[string]int // of a base name: the last number that it got
}

func newNamer(taken ...string) *namer {
	n := &namer{taken: map[string]bool{}, last: map[string]int{}}
	for _, name := range taken {
		n.taken[sameFile(name)] = true
	}
	return n
}

// sameFile is equal for names that some file system takes for one: macOS knows
// neither case nor the ways to write an accent apart, Windows no case.
func sameFile(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// of gives the names of a certificate's files: NAME, else NAME-2 and so on,
// the same for all its formats.
func (n *namer) of(base string, formats []Format) []string {
	names := make([]string, len(formats))
	fold := sameFile(base)
	for {
		try := base
		if n.last[fold]++; n.last[fold] > 1 {
			try = fmt.Sprintf("%s-%d", base, n.last[fold])
		}
		free := true
		for i, f := range formats {
			names[i] = try + suffix(f)
			free = free && !n.taken[sameFile(names[i])]
		}
		if free {
			break
		}
	}
	for _, name := range names {
		n.taken[sameFile(name)] = true
	}
	return names
}
