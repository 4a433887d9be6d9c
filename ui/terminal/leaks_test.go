package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"countersign/pki/pkitest"
	"countersign/storage"
)

// The passphrases of the scripts.
const (
	scriptPassphrase  = "correct horse battery"
	anotherPassphrase = "another good passphrase"
)

// recordVariable names the folder that takes what commands print.
const recordVariable = "TEST_RECORD"

// recorded runs a command and keeps all that it prints, after a line that says
// which command it was, in the folder that the environment names.
func recorded(p Program, args []string) int {
	folder := os.Getenv(recordVariable)
	if folder == "" {
		return p.Run(args)
	}
	s := &session{Program: p, t: p.Printer}
	command, _, err := s.root().Find(args)
	if err != nil {
		return p.Run(args)
	}
	name := fmt.Sprintf("%d-%d", time.Now().UnixNano(), os.Getpid())
	record, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
	fmt.Fprintln(record, command.CommandPath())
	p.Out, p.Err = io.MultiWriter(p.Out, record), io.MultiWriter(p.Err, record)
	return p.Run(args)
}

// leaks is what the scripts ran and what of it must be nowhere.
type leaks struct {
	folder string
	mu     sync.Mutex
	ran    map[string]bool // command paths
	done   int             // scripts
}

func newLeaks(t *testing.T) *leaks {
	return &leaks{folder: t.TempDir(), ran: map[string]bool{}}
}

// watch prepares a script, and searches what it left when it has run.
func (l *leaks) watch(e *testscript.Env) {
	folder, err := os.MkdirTemp(l.folder, "script")
	if err != nil {
		e.T().Fatal(err)
	}
	e.Setenv(recordVariable, folder)
	e.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+e.WorkDir+"/no-bus") // not the keyring of who runs the tests
	work := e.WorkDir
	e.Defer(func() {
		s := scene{work: work}
		if err := s.read(folder); err != nil {
			e.T().Fatal("searching for secrets: ", err)
		}
		l.mu.Lock()
		l.done++
		for _, p := range s.printed {
			l.ran[p.command] = true
		}
		l.mu.Unlock()
		if faults := s.faults(); len(faults) > 0 {
			e.T().Fatal(strings.Join(faults, "\n"))
		}
	})
}

// mustHaveRunAll fails for a command that no script ran: nobody knows what it
// prints. Where the person chose some of the scripts nothing is known.
func (l *leaks) mustHaveRunAll(t *testing.T) {
	t.Helper()
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || l.done < len(scripts) {
		t.Logf("%d of %d scripts ran: not all commands can have been", l.done, len(scripts))
		return
	}
	p := testProgram()
	s := &session{Program: p, t: p.Printer}
	for _, command := range leafCommands(s.root()) {
		if !l.ran[command] {
			t.Errorf("no script in testdata runs %q", command)
		}
	}
}

func leafCommands(c *cobra.Command) []string {
	if !c.HasSubCommands() {
		return []string{c.CommandPath()}
	}
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, leafCommands(sub)...)
	}
	return names
}

// scene is what a script left behind.
type scene struct {
	work    string // its folder
	printed []printed
	files   []string // all below work
	vaults  []string // of those, the vaults and copies of them
	keys    pkitest.Marks
	codes   []string // recovery codes and made passwords, printed once
}

type printed struct {
	command string
	text    []byte
}

var (
	recoveryCode = regexp.MustCompile(`(?m)^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){8}$`)
	madePassword = regexp.MustCompile(`(?m)^Its password, shown this once: (.*)$`)
)

func (s *scene) read(records string) error {
	names, err := filepath.Glob(filepath.Join(records, "*"))
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		command, rest, _ := bytes.Cut(text, []byte("\n"))
		s.printed = append(s.printed, printed{string(command), rest})
		for _, code := range recoveryCode.FindAll(rest, -1) {
			s.codes = append(s.codes, string(code))
		}
		for _, password := range madePassword.FindAllSubmatch(rest, -1) {
			s.codes = append(s.codes, string(password[1]))
		}
	}
	s.keys = pkitest.Marks{}
	return filepath.WalkDir(s.work, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		s.files = append(s.files, path)
		if filepath.Ext(path) != ".db" {
			return nil
		}
		s.vaults = append(s.vaults, path)
		return s.learn(path)
	})
}

// learn marks every private key of a vault. One that does not open (some
// scripts damage theirs) has the keys of its copies.
func (s *scene) learn(path string) error {
	v, err := storage.Open(path, storage.Options{KDF: storage.LightKDF(), ReadOnly: true})
	if err != nil {
		return nil
	}
	for _, passphrase := range []string{scriptPassphrase, anotherPassphrase, ""} {
		if v.Locked() {
			_ = v.Unlock(context.Background(), []byte(passphrase))
		}
	}
	if v.Locked() { // it was made with a passphrase that the program drew
		return v.Close()
	}
	err = v.View(func(tx *storage.Tx) error {
		entries, err := tx.Entries()
		requests, requestsErr := tx.Requests()
		ids := map[storage.ID]bool{}
		for _, e := range entries {
			ids[e.KeyID] = true
		}
		for _, r := range requests {
			ids[r.KeyID] = true
		}
		delete(ids, "")
		for id := range ids {
			key, keyErr := tx.Key(id)
			err = errors.Join(err, keyErr)
			if keyErr == nil {
				err = errors.Join(err, s.keys.AddKey(filepath.Base(path)+" "+string(id), key.PKCS8))
			}
		}
		return errors.Join(err, requestsErr)
	})
	return errors.Join(err, v.Close())
}

// faults are the secrets that are where they may not be, and the files that
// others can read.
func (s *scene) faults() []string {
	var faults []string
	passwords := []string{scriptPassphrase, anotherPassphrase, "hunter2hunter2", "one for all of them", "secret123", "one-two-three"}
	for _, p := range s.printed {
		secrets := passwords
		if !mayPrint(p.command) {
			secrets = slices.Concat(passwords, s.codes)
		}
		for _, secret := range secrets {
			if bytes.Contains(p.text, []byte(secret)) {
				faults = append(faults, fmt.Sprintf("%s prints the secret %q", p.command, secret))
			}
		}
		for _, key := range s.keys.In(p.text) {
			faults = append(faults, fmt.Sprintf("%s prints the key %s", p.command, key))
		}
	}
	for _, path := range s.files {
		faults = append(faults, s.fileFaults(path, slices.Concat(passwords, s.codes))...)
	}
	return faults
}

// mayPrint names the commands whose purpose is to show a secret once.
func mayPrint(command string) bool {
	switch command {
	case "countersign vault recovery new", "countersign vault new-key", "countersign export", "countersign partner kit":
		return true
	}
	return false
}

// fileFaults looks at one file: no vault, nor what lies in the program's own
// folders or among temporary files, holds a secret in the clear, and what does
// is its owner's alone.
func (s *scene) fileFaults(path string, passwords []string) []string {
	data, err := os.ReadFile(path)
	info, infoErr := os.Stat(path)
	if err = errors.Join(err, infoErr); err != nil {
		return []string{err.Error()}
	}
	name, _ := filepath.Rel(s.work, path)
	keys := s.keys.In(data)
	var faults []string
	if s.isQuiet(path) {
		for _, key := range keys {
			faults = append(faults, fmt.Sprintf("%s holds the key %s", name, key))
		}
		for _, secret := range passwords {
			if bytes.Contains(data, []byte(secret)) {
				faults = append(faults, fmt.Sprintf("%s holds the secret %q", name, secret))
			}
		}
	}
	if (len(keys) > 0 || slices.Contains(s.vaults, path)) && info.Mode().Perm() != 0o600 {
		faults = append(faults, fmt.Sprintf("%s has mode %o", name, info.Mode().Perm()))
	}
	if folder, err := os.Stat(filepath.Dir(path)); s.isOwn(path) && (err != nil || folder.Mode().Perm() != 0o700) {
		faults = append(faults, fmt.Sprintf("the folder of %s has mode %o (%v)", name, folder.Mode().Perm(), err))
	}
	return faults
}

// isOwn tells what lies in the folder that the program made for itself.
func (s *scene) isOwn(path string) bool {
	return strings.HasPrefix(path, filepath.Join(s.work, "data")+string(filepath.Separator))
}

func (s *scene) isQuiet(path string) bool {
	if s.isOwn(path) || slices.Contains(s.vaults, path) {
		return true
	}
	for _, folder := range []string{"home", ".tmp"} {
		if strings.HasPrefix(path, filepath.Join(s.work, folder)+string(filepath.Separator)) {
			return true
		}
	}
	return false
}
