package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/storage"
	"countersign/ui/desk"
)

// flipped is how many octets the test of flips changes, one vault each; more with
// COUNTERSIGN_FLIPS.
const (
	flipped     = 40
	flippedMost = 100_000
)

// flipCommands read all that there is, one certificate with its key, and every record.
var flipCommands = [][]string{
	{"list", "--json"},
	{"export", "device-77", "--format", "key", "--out", "-"},
	{"check"},
}

// flipDesk has a clock that stands: how many days are left is part of what is said.
func flipDesk() desk.Options {
	return desk.Options{KDF: storage.LightKDF(), Now: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }}
}

// flipVault is the path of a new vault of 200 certificates.
func flipVault(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vault.db")
	d, err := desk.Create(path, []byte(scriptPassphrase), flipDesk())
	if err != nil {
		t.Fatal(err)
	}
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName = "Acme Root"
	root, err := d.Issue(context.Background(), desk.IssueRequest{Request: r})
	for n := 0; n < 199 && err == nil; n++ {
		r := pki.NewRequest(pki.Client)
		r.Subject.CommonName = fmt.Sprintf("device-%d", n)
		_, err = d.Issue(context.Background(), desk.IssueRequest{IssuerID: root.ID, Request: r})
	}
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// onVault runs one command on a vault.
func onVault(path string, args []string) (status int, out, said string) {
	var o, e bytes.Buffer
	p := Program{Version: "test", Out: &o, Err: &e, Printer: printers["en"], Desk: flipDesk()}
	status = p.Run(append([]string{"--vault", path}, args...))
	return status, o.String(), e.String()
}

// damageCodes are those of what a person is told of a vault that is damaged.
var damageCodes = []string{"vault-damaged", "vault-truncated", "not-a-vault", "vault-empty", "vault-newer"}

// TestFlippedVault changes an octet of the file, anywhere, or cuts it off: each command
// says what is right, or that the vault is damaged.
func TestFlippedVault(t *testing.T) {
	t.Setenv("COUNTERSIGN_PASSPHRASE", scriptPassphrase)
	trials := flipped
	if n, err := strconv.Atoi(os.Getenv("COUNTERSIGN_FLIPS")); err == nil {
		trials = min(max(n, 1), flippedMost)
	}
	good := flipVault(t)
	file, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]string, len(flipCommands))
	for n, args := range flipCommands[:2] { // an export is an activity more
		status, out, said := onVault(good, args)
		if want[n] = out; status != 0 {
			t.Fatalf("%v: %d %s", args, status, said)
		}
	}
	random := rand.New(rand.NewPCG(8, uint64(trials)))
	var right, damaged [2]int // of flips, of cuts
	for n := range trials {
		broken, kind := bytes.Clone(file), n%5/4
		if kind == 1 {
			broken = broken[:random.IntN(len(broken))]
		} else {
			broken[random.IntN(len(broken))] ^= byte(1) << random.IntN(8)
		}
		path := filepath.Join(t.TempDir(), "vault.db")
		whole := true
		for c, args := range flipCommands {
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			status, out, said := onVault(path, args)
			if status == 0 && (want[c] == "" || out == want[c]) {
				continue
			}
			whole = false
			if status != exitFailed || !tellsDamage(out, said) {
				t.Fatalf("trial %d, %v: status %d\n%s\n%s", n, args, status, out, said)
			}
		}
		if whole {
			right[kind]++
		} else {
			damaged[kind]++
		}
	}
	t.Logf("of %d octets: flips: %d right, %d said to be damaged; cut: %d right, %d said to be", len(file),
		right[0], damaged[0], right[1], damaged[1])
	if damaged[0] == 0 || damaged[1] == 0 {
		t.Error("no damage was found: the test tests nothing")
	}
}

func tellsDamage(out, said string) bool {
	for _, code := range damageCodes {
		if strings.HasPrefix(said, printers["en"].T("error."+code)) {
			return true
		}
	}
	return strings.HasPrefix(out, "Damaged: ")
}
