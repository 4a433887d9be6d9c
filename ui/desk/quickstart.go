package desk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"countersign/pki"
	"countersign/testclient"
)

// Names of the files that Quickstart leaves.
const (
	VaultFile      = "vault.db"
	PassphraseFile = "vault-passphrase.txt"
	PasswordFile   = "p12-password.txt"
)

// Quickstarted is what Quickstart did.
type Quickstarted struct {
	Shown
	Files []string // their names in the folder, in the order they were written
}

// Quickstart does the main job in a folder, which it makes when missing: a
// vault, an authority, a server and a client certificate, their files, a
// local server and one request. With no passphrase it makes one and leaves it
// in PassphraseFile. It refuses a folder that holds a vault, or any of its
// files, before it writes anything (*PathError with ErrFileExists).
func Quickstart(ctx context.Context, folder string, passphrase []byte, o Options, observe func(testclient.Step)) (Quickstarted, error) {
	o = o.filled()
	if file := fileOnWay(folder); file != "" {
		return Quickstarted{}, &PathError{Deed: "create folder", Path: file, Err: syscall.ENOTDIR}
	}
	if err := emptyEnough(folder); err != nil {
		return Quickstarted{}, err
	}
	if err := makeFolder(folder, 0o700); err != nil {
		return Quickstarted{}, err
	}
	var done Quickstarted
	if len(passphrase) == 0 {
		made, err := pki.NewPassword(o.Random)
		if err != nil {
			return done, err
		}
		passphrase = []byte(made)
		if err := done.write(folder, File{Name: PassphraseFile, Data: []byte(made + "\n"), Secret: true}); err != nil {
			return done, err
		}
	}
	d, err := Create(filepath.Join(folder, VaultFile), passphrase, o)
	if err != nil {
		os.Remove(filepath.Join(folder, PassphraseFile))
		return done, err
	}
	defer d.Close()
	done.Files = append(done.Files, VaultFile)
	if done.Shown, err = d.ShowMe(ctx, nil, nil, observe); err != nil {
		return done, err
	}
	return done, done.export(d, folder)
}

var quickstartFiles = []struct {
	name   string
	who    func(Example) ID
	format Format
}{
	{"ca.pem", authorityID, PEM},
	{"server.pem", serverID, PEM},
	{"server-chain.pem", serverID, Chain},
	{"server.key", serverID, Key},
	{"client.pem", clientID, PEM},
	{"client-chain.pem", clientID, Chain},
	{"client.key", clientID, Key},
	{"client.p12", clientID, P12},
	{"client-compatible.p12", clientID, P12Compatible},
}

func authorityID(e Example) ID { return e.Authority.ID }
func serverID(e Example) ID    { return e.Server.ID }
func clientID(e Example) ID    { return e.Client.ID }

func emptyEnough(folder string) error {
	names := []string{VaultFile, PassphraseFile, PasswordFile}
	for _, f := range quickstartFiles {
		names = append(names, f.name)
	}
	for _, name := range names {
		path := filepath.Join(folder, name)
		if _, err := os.Lstat(path); err == nil {
			return &PathError{Deed: "write", Path: path, Err: ErrFileExists}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return &PathError{Deed: "read", Path: path, Err: err}
		}
	}
	return nil
}

func (q *Quickstarted) write(folder string, f File) error {
	if err := WriteFile(filepath.Join(folder, f.Name), f, false); err != nil {
		return err
	}
	q.Files = append(q.Files, f.Name)
	return nil
}

func (q *Quickstarted) export(d *Desk, folder string) error {
	password, err := d.NewPassword()
	if err != nil {
		return err
	}
	for _, f := range quickstartFiles {
		file, err := d.Export(f.who(q.Example), f.format, password)
		if err != nil {
			return err
		}
		file.Name = f.name
		if err := q.write(folder, file); err != nil {
			return err
		}
	}
	return q.write(folder, File{Name: PasswordFile, Data: []byte(password + "\n"), Secret: true})
}
