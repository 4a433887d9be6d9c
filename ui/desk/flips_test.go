package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// flipped is how many octets the test of flips changes, one vault each; more with
// COUNTERSIGN_FLIPS.
const (
	flipped     = 100
	flippedMost = 100_000
)

// hangsAfter is after how long a vault counts as one that the program hangs on.
const hangsAfter = time.Minute

// answers are what a vault says, asked for everything.
type answers struct {
	list   []Certificate
	der    map[ID][]byte
	keys   map[ID][]byte
	crl    []byte
	deeds  []Activity
	tries  []SavedTry
	counts Counts
}

// tally is what became of the vaults of a test.
type tally struct{ right, repair int }

// flipVault is the file of a vault of 200 certificates, some revoked, and what it
// says.
func flipVault(t testing.TB) ([]byte, answers) {
	t.Helper()
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	var revoked []ID
	for n := range 199 {
		c := d.mustIssue(t, root.ID, named(pki.Client, fmt.Sprintf("device-%d.acme.test", n)))
		if n%20 == 0 {
			revoked = append(revoked, c.ID)
		}
	}
	_, err := d.Revoke(context.Background(), revoked, pki.KeyCompromise, fixed)
	_, try := d.SaveTry("api", "", Try{URL: "https://api.acme.test/"})
	if err := errors.Join(err, try, d.Close()); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	again, err := openedBy(d.Path(), openReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	want, err := ask(again)
	if err != nil {
		t.Fatal(err)
	}
	return file, want
}

// openReadOnly is Open without the right to write, so that no export waits for the
// disk.
func openReadOnly(path string, o Options) (*Desk, error) {
	from := o.filled().storage()
	from.ReadOnly = true
	v, err := storage.Open(path, from)
	if err != nil {
		return nil, err
	}
	return newDeskOn(v, o.filled()), nil
}

func openedBy(path string, open func(string, Options) (*Desk, error)) (*Desk, error) {
	d, err := open(path, testOptions())
	if err != nil {
		return nil, err
	}
	if err := d.Unlock(context.Background(), passphrase); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// ask asks for everything: what there is, each certificate, each private key,
// the list of the revoked, what was done.
func ask(d *Desk) (answers, error) {
	a := answers{der: map[ID][]byte{}, keys: map[ID][]byte{}}
	var errs [4]error
	if a.list, errs[0] = d.All(); errs[0] != nil {
		return a, errs[0]
	}
	a.deeds, errs[0] = d.Activities(0)
	a.tries, errs[1] = d.Tries()
	a.counts, errs[2] = d.Counts()
	for _, c := range a.list {
		if c.IsAuthority() {
			list, err := d.CRLFile(c.ID, CRLDER)
			a.crl, errs[3] = list.Data, err
		}
	}
	all := errors.Join(errs[:]...)
	for _, c := range a.list {
		detail, err := d.Detail(c.ID)
		if err == nil {
			a.der[c.ID] = detail.X509.Raw
		}
		key, keyErr := d.Export(c.ID, Key, "")
		if keyErr == nil {
			a.keys[c.ID] = key.Data
		}
		all = errors.Join(all, err, keyErr)
	}
	return a, all
}

// wrong says what of the answers is not as it was written; what a damaged vault
// that is open for reading marks as damaged may be.
func (a answers) wrong(want answers, toRead bool) []string {
	var found []string
	say := func(what string, args ...any) { found = append(found, fmt.Sprintf(what, args...)) }
	known := map[ID]Certificate{}
	for _, c := range want.list {
		known[c.ID] = c
	}
	for _, c := range a.list {
		if c.Damaged != "" && toRead {
			delete(known, c.ID)
			continue
		}
		if !reflect.DeepEqual(c, known[c.ID]) {
			say("the certificate %s reads %+v", c.Name, c)
		}
		delete(known, c.ID)
		if der := a.der[c.ID]; der != nil && !bytes.Equal(der, want.der[c.ID]) {
			say("the detail of %s is another's", c.Name)
		}
		if key := a.keys[c.ID]; key != nil && !bytes.Equal(key, want.keys[c.ID]) {
			say("the key of %s is another's", c.Name)
		}
	}
	if len(known) > 0 && !toRead {
		say("%d certificates are not there", len(known))
	}
	if a.crl != nil && !bytes.Equal(a.crl, want.crl) {
		say("another list of the revoked")
	}
	if len(a.deeds) > 0 && !toRead && !reflect.DeepEqual(a.deeds, want.deeds) {
		say("%d activities, want %d", len(a.deeds), len(want.deeds))
	}
	if len(a.tries) > 0 && !reflect.DeepEqual(a.tries, want.tries) {
		say("the saved tries are %+v", a.tries)
	}
	return found
}

// repairs tells an error that leads a person to the repair.
func repairs(err error) bool {
	var version *VersionError
	return errors.Is(err, storage.ErrDamaged) || errors.Is(err, ErrNotVault) || errors.As(err, &version)
}

// judge opens a file that may be damaged and says whether all of it was right; else
// that the damage was said. Anything else fails the test.
func judge(t *testing.T, path string, want answers, open func(string, Options) (*Desk, error)) (right bool) {
	t.Helper()
	d, err := openedBy(path, open)
	if err != nil {
		if !repairs(err) {
			t.Errorf("opening: %v", err)
		}
		if Readable(err) {
			judgeToRead(t, path, want)
		}
		return false
	}
	got, err := ask(d)
	if closing := d.Close(); err == nil {
		err = closing
	}
	if err != nil && !repairs(err) {
		t.Errorf("asking: %v", err)
	}
	if err == nil && len(got.list) != len(want.list) {
		t.Errorf("%d certificates, and no word of damage", len(got.list))
	}
	if len(got.list) > 0 {
		for _, wrong := range got.wrong(want, false) {
			t.Error(wrong)
		}
	}
	if err != nil && Readable(err) {
		judgeToRead(t, path, want)
	}
	return err == nil
}

// judgeToRead opens the damaged file for reading only: what is not marked is right.
func judgeToRead(t *testing.T, path string, want answers) {
	t.Helper()
	d, err := openedBy(path, OpenToRead)
	if err != nil {
		if !repairs(err) {
			t.Errorf("opening for reading: %v", err)
		}
		return
	}
	defer d.Close()
	got, err := ask(d)
	if err != nil && !repairs(err) && !errors.As(err, new(*NotFoundError)) && !errors.Is(err, ErrNoKey) {
		t.Errorf("reading: %v", err)
	}
	for _, wrong := range got.wrong(want, true) {
		t.Errorf("for reading: %s", wrong)
	}
	if parts, _, err := d.Wreck(); err == nil && len(got.list) < len(want.list) && len(parts) == 0 {
		t.Errorf("%d certificates, and nothing is said to be damaged", len(got.list))
	}
}

// within fails the test when f takes longer than hangsAfter.
func within(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(hangsAfter):
		t.Fatal("it hangs")
	}
}

// TestFlippedVault changes an octet of the file, anywhere, and asks for everything:
// each answer is right, or says that the vault is damaged. So it is of a file that
// was cut off.
func TestFlippedVault(t *testing.T) {
	trials := flipped
	if n, err := strconv.Atoi(os.Getenv("COUNTERSIGN_FLIPS")); err == nil {
		trials = min(max(n, 1), flippedMost)
	}
	file, want := flipVault(t)
	path := t.TempDir() + "/" + VaultFile
	random := rand.New(rand.NewPCG(7, uint64(trials)))
	var flips, cuts tally
	try := func(n int, file []byte, to *tally) {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		open := openReadOnly
		if n%20 == 0 { // as people do: each export is noted in the file
			open = Open
		}
		within(t, func() {
			if judge(t, path, want, open) {
				to.right++
			} else {
				to.repair++
			}
		})
	}
	for n := range trials {
		at, bit := random.IntN(len(file)), byte(1)<<random.IntN(8)
		broken := bytes.Clone(file)
		broken[at] ^= bit
		if try(n, broken, &flips); t.Failed() {
			t.Fatalf("octet %d ^ %#x", at, bit)
		}
		if n%4 != 0 {
			continue
		}
		length := random.IntN(len(file))
		if try(n, file[:length], &cuts); t.Failed() {
			t.Fatalf("cut to %d of %d octets", length, len(file))
		}
	}
	t.Logf("of %d octets: %d flips, %d right, %d led to the repair; cut %d times, %d right, %d led to the repair",
		len(file), trials, flips.right, flips.repair, cuts.right+cuts.repair, cuts.right, cuts.repair)
	if flips.repair == 0 || cuts.repair == 0 {
		t.Error("no damage was found: the test tests nothing")
	}
}
