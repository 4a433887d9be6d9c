package terminal

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// crashPlaces are where a command is made to panic: randomness is read while
// the passphrase is turned into a slot, while a key is made, and while it is
// sealed; the most that a stack may say is there.
var crashPlaces = []struct {
	name string
	args []string
	new  bool // of a vault that is not there yet
}{
	{"create", []string{"ca", "new", "Crash"}, true},
	{"issue", []string{"issue", "client", "carl", "--ca", "Root"}, false},
	{"export", []string{"export", "alice", "--format", "p12", "--password", "secret123", "--out", "a.p12"}, false},
	{"passphrase", []string{"vault", "passphrase", "--new-passphrase-file", "new"}, false},
	{"recovery", []string{"vault", "recovery", "new"}, false},
	{"new key", []string{"vault", "new-key"}, false},
}

// panicking is a source of randomness that panics when it is read for the n-th
// time.
type panicking struct {
	from io.Reader
	left int
}

func (p *panicking) Read(b []byte) (int, error) {
	if p.left--; p.left < 0 {
		panic("on purpose")
	}
	return p.from.Read(b)
}

// TestCrashSaysNoSecret makes commands panic, with the longest trace that Go
// knows: neither it nor what is left behind holds a secret. Go prints arguments
// as words, so keys are looked for as words too.
func TestCrashSaysNoSecret(t *testing.T) {
	if reads := os.Getenv("TEST_CRASH"); reads != "" {
		os.Exit(crashing(reads))
	}
	for _, place := range crashPlaces {
		t.Run(place.name, func(t *testing.T) {
			crashed := 0
			for reads := range 40 {
				if !crash(t, place.args, place.new, reads) {
					break
				}
				crashed++
			}
			if crashed == 0 {
				t.Error("nothing crashed")
			}
		})
	}
}

// crash runs a command that panics at the n-th reading of randomness, and tells
// whether it came so far.
func crash(t *testing.T, args []string, fresh bool, reads int) bool {
	t.Helper()
	work := t.TempDir()
	s := scene{work: work}
	run := func(reads int, args ...string) ([]byte, error) {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command(self, append([]string{"-test.run=^TestCrashSaysNoSecret$", "--"}, args...)...)
		c.Dir = work
		c.Env = append(os.Environ(), "TEST_CRASH="+fmt.Sprint(reads), "GOTRACEBACK=system",
			"XDG_DATA_HOME="+filepath.Join(work, "data"), passphraseVariable+"="+scriptPassphrase)
		return c.CombinedOutput()
	}
	if err := os.WriteFile(filepath.Join(work, "new"), []byte(anotherPassphrase), 0o600); err != nil {
		t.Fatal(err)
	}
	if !fresh {
		for _, args := range [][]string{{"ca", "new", "Root"}, {"issue", "client", "alice", "--ca", "Root"}} {
			if out, err := run(1<<30, args...); err != nil {
				t.Fatalf("%v: %v\n%s", args, err, out)
			}
		}
	}
	out, err := run(reads, args...)
	var status *exec.ExitError
	if !errors.As(err, &status) {
		return false
	}
	damage := []byte("This vault is not as it was written.") // as which one within a transaction of storage is told
	if !bytes.Contains(out, []byte("on purpose")) && !bytes.Contains(out, damage) {
		t.Fatalf("it did not panic: %v\n%s", err, out)
	}
	if err := s.read(filepath.Join(work, "no records")); err != nil {
		t.Fatal(err)
	}
	s.printed = []printed{{"the crash", out}}
	for _, fault := range s.faults() {
		t.Errorf("reading %d: %s", reads, fault)
	}
	for _, passphrase := range []string{scriptPassphrase, anotherPassphrase, "secret123"} {
		if bytes.Contains(out, word([]byte(passphrase))) {
			t.Errorf("reading %d: the trace holds %q as a word", reads, passphrase)
		}
	}
	return true
}

// word is how a stack trace shows the first eight octets of an argument.
func word(b []byte) []byte { return fmt.Appendf(nil, "%#x", binary.LittleEndian.Uint64(b)) }

// crashing runs the command after "--", and panics at the n-th reading.
func crashing(reads string) int {
	n, err := strconv.Atoi(reads)
	if err != nil {
		return exitUsage
	}
	p := testProgram()
	p.Desk.Random = &panicking{from: rand.Reader, left: n}
	return p.Run(os.Args[slices.Index(os.Args, "--")+1:])
}
