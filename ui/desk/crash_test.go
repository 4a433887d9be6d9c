//go:build linux

package desk

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// crashVariable says how many times TestKilledAtAnyMoment kills; see
// CONTRIBUTING.md.
const crashVariable = "COUNTERSIGN_CRASHES"

// crashes is how many times without the variable.
const crashes = 60

// crashPassphrases are the two that the vault has by turns.
var crashPassphrases = [][]byte{passphrase, []byte("another good passphrase")}

// promised is what a vault must hold.
type promised struct {
	certificates map[ID]bool
	revoked      map[ID]bool
	passphrase   int
}

func (k promised) clone() promised {
	return promised{maps.Clone(k.certificates), maps.Clone(k.revoked), k.passphrase}
}

// TestKilledAtAnyMoment kills, again and again, a process that issues, makes
// many, revokes, changes the passphrase and the data key, backs up and restores.
// What it said was done is in the vault; of what it was doing there is all or
// nothing; and the vault is sound.
func TestKilledAtAnyMoment(t *testing.T) {
	if path := os.Getenv("DESK_TEST_VAULT"); path != "" {
		actUntilKilled(t, path)
		return
	}
	rounds := crashes
	if text := os.Getenv(crashVariable); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	const perVault = 40 // a small vault is checked faster
	killed := map[string]int{}
	for round := 0; round < rounds; {
		path, must := crashVault(t)
		for range min(perVault, rounds-round) {
			at := killOnce(t, path, &must)
			killed[at]++
			if mustHold(t, path, at, &must); t.Failed() {
				t.Fatalf("round %d, killed in %q", round, at)
			}
			round++
		}
	}
	t.Logf("%d kills, in the middle of: %v", rounds, killed)
	if rounds >= crashes && len(killed) < 5 {
		t.Errorf("only %v were hit", killed)
	}
}

func crashVault(t *testing.T) (string, promised) {
	t.Helper()
	d, err := Create(filepath.Join(t.TempDir(), VaultFile), crashPassphrases[0], crashOptions())
	if err != nil {
		t.Fatal(err)
	}
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	must := promised{map[ID]bool{root.ID: true}, map[ID]bool{}, 0}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return d.Path(), must
}

// crashOptions have the machine's clock: backups go by their second.
func crashOptions() Options { return Options{KDF: storage.LightKDF()} }

// killOnce starts the child, kills it at some moment, and adds to must what it
// said. It gives the act that was under way, "" for none.
func killOnce(t *testing.T, path string, must *promised) string {
	t.Helper()
	c := bulkChild(t, path)
	out, err := c.StdoutPipe()
	if err = errors.Join(err, c.Start()); err != nil {
		t.Fatal(err)
	}
	acts, after := rand.IntN(6), time.Duration(rand.IntN(25_000))*time.Microsecond
	backups := map[string]promised{}
	under, restoring := "", ""
	lines := bufio.NewReader(out)
	for done := 0; ; {
		line, err := lines.ReadString('\n')
		if err == io.EOF { // half a line was not said
			break
		}
		words := strings.Fields(line)
		if err != nil || len(words) < 2 || words[0] != "try" && words[0] != "did" {
			rest, _ := io.ReadAll(lines)
			t.Fatalf("the child said %s%s, %v", line, rest, err)
		}
		facts := strings.Split(strings.Join(words[2:], " "), ",")
		if words[0] == "try" {
			under, restoring = words[1], facts[0]
			if done++; done == acts+1 {
				time.AfterFunc(after, func() { _ = c.Process.Kill() })
			}
			continue
		}
		under = ""
		must.add(words[1], facts, backups)
	}
	if err := c.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Fatalf("the child ended by itself: %v", err)
	}
	if under == "restore" && restored(t, path, backups[restoring]) {
		*must = backups[restoring].clone()
	}
	return under
}

// add takes what the child said that it did.
func (k *promised) add(act string, facts []string, backups map[string]promised) {
	switch act {
	case "issue", "bulk":
		for _, id := range facts {
			k.certificates[ID(id)] = true
		}
	case "revoke":
		k.revoked[ID(facts[0])] = true
	case "passphrase":
		k.passphrase, _ = strconv.Atoi(facts[0])
	case "backup":
		backups[facts[0]] = k.clone()
	case "restore":
		*k = backups[facts[0]].clone()
	}
}

// restored tells whether the vault is the backup already: it opens with its
// passphrase and holds no more.
func restored(t *testing.T, path string, backup promised) bool {
	t.Helper()
	d, which := openAsLeft(t, path)
	list, err := d.all()
	revoked := 0
	for _, c := range list {
		if c.Revoked {
			revoked++
		}
	}
	if err = errors.Join(err, d.vault.Close()); err != nil {
		t.Fatal(err)
	}
	return which == backup.passphrase && len(list) == len(backup.certificates) && revoked == len(backup.revoked)
}

// openAsLeft opens the vault with the passphrase of the two that it has.
func openAsLeft(t *testing.T, path string) (d *Desk, which int) {
	t.Helper()
	d, err := Open(path, crashOptions())
	if err != nil {
		t.Fatal(err)
	}
	for n, p := range crashPassphrases {
		if err = d.Unlock(context.Background(), p); !errors.Is(err, ErrWrongPassphrase) {
			which = n
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return d, which
}

// bulkRows is how many certificates one bulk of the child makes.
const bulkRows = 20

// mustHold checks the vault after a kill in the act under, and takes what was kept but not said into must.
func mustHold(t *testing.T, path, under string, must *promised) {
	t.Helper()
	d, which := openAsLeft(t, path)
	if which != must.passphrase && under != "passphrase" {
		t.Errorf("it opens with passphrase %d, it was given %d", which, must.passphrase)
	}
	must.passphrase = which
	defer func() {
		if err := d.vault.Close(); err != nil {
			t.Error(err)
		}
	}()
	found, err := d.Check(context.Background())
	if err != nil || !found.Sound() {
		t.Fatalf("it is not sound: %+v, %v", found, err)
	}
	all, err := d.All()
	if err != nil {
		t.Fatal(err)
	}
	there := map[ID]Certificate{}
	for _, c := range all {
		there[c.ID] = c
	}
	for id := range must.certificates {
		if _, ok := there[id]; !ok {
			t.Errorf("the certificate %s is lost", id)
		}
	}
	for id := range must.revoked {
		if !there[id].Revoked {
			t.Errorf("the revocation of %s is lost", id)
		}
	}
	if more := len(all) - len(must.certificates); more != 0 && more != 1 && more != bulkRows {
		t.Errorf("%d certificates that nobody spoke of", more)
	}
	d.mustListRevoked(t, all)
	d.mustBeNoted(t, all)
	for _, c := range all {
		must.certificates[c.ID] = true
		if c.Revoked {
			must.revoked[c.ID] = true
		}
	}
}

// mustListRevoked: the newest list has who is revoked, all of them and nobody
// else, and its number is that of the revocations so far.
func (d *Desk) mustListRevoked(t *testing.T, all []Certificate) {
	t.Helper()
	want := map[string]bool{}
	for _, c := range all {
		if c.Revoked {
			want[strings.TrimLeft(strings.ReplaceAll(c.Serial, ":", ""), "0")] = true
		}
	}
	lists, err := d.CRLs()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lists {
		if l.Number != uint64(len(want)) {
			t.Errorf("list %d, %d revoked", l.Number, len(want))
		}
		if l.Number == 0 {
			continue
		}
		file, err := d.CRLFile(l.AuthorityID, CRLDER)
		if err != nil {
			t.Fatal(err)
		}
		list, err := x509.ParseRevocationList(file.Data)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list.RevokedCertificateEntries {
			if serial := fmt.Sprintf("%x", e.SerialNumber); !want[serial] {
				t.Errorf("the list has %s, which is not revoked", serial)
			}
			delete(want, fmt.Sprintf("%x", e.SerialNumber))
		}
	}
	if len(want) > 0 {
		t.Errorf("revoked and on no list: %v", want)
	}
}

// mustBeNoted: each certificate has its activity, and no other does.
func (d *Desk) mustBeNoted(t *testing.T, all []Certificate) {
	t.Helper()
	activities, err := d.Activities(0)
	if err != nil {
		t.Fatal(err)
	}
	noted := map[ID]bool{}
	for _, a := range activities {
		if a.Verb == "issue" {
			noted[a.Subject] = true
		}
	}
	if len(noted) != len(all) {
		t.Errorf("%d were noted, %d are there", len(noted), len(all))
	}
}
