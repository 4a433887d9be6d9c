//go:build linux

package desk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"countersign/pki"
	"countersign/storage"
)

// bulkChild runs this test again in a process of its own, on a vault.
func bulkChild(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, "-test.run=^"+t.Name()+"$")
	c.Env = append(os.Environ(), "DESK_TEST_VAULT="+path)
	c.Stderr = os.Stderr
	return c
}

// openBulk opens the vault that a child works on.
func openBulk(t *testing.T, path string) (*Desk, BulkDefaults) {
	t.Helper()
	d, err := Open(path, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Unlock(context.Background(), passphrase); err != nil {
		t.Fatal(err)
	}
	root, err := d.FindAuthority("Root")
	if err != nil {
		t.Fatal(err)
	}
	return d, BulkDefaults{IssuerID: root.ID, Base: pki.NewRequest(pki.Client)}
}

// bulkVault makes a vault with an authority, and closes it.
func bulkVault(t *testing.T) string {
	t.Helper()
	d, _ := newBulk(t)
	path := d.Path()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMakeBulkKilled kills the program in the middle: what is in the vault is
// whole, and at least what was said to be there.
func TestMakeBulkKilled(t *testing.T) {
	if path := os.Getenv("DESK_TEST_VAULT"); path != "" {
		d, defaults := openBulk(t, path)
		_, err := d.MakeBulk(context.Background(), defaults, d.mustCheck(t, defaults, people(90_000)).GoodItems(),
			func(p BulkProgress) { fmt.Println(p.Done) })
		t.Fatalf("it ended by itself: %v", err)
	}
	path := bulkVault(t)
	c := bulkChild(t, path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	said, lines := 0, bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		if _, err := fmt.Sscan(lines.Text(), &said); err != nil {
			t.Fatal(err)
		}
		if n == 2 {
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Wait(); err == nil || said == 0 {
		t.Fatalf("the child was not killed: said %d, error %v", said, err)
	}
	d, defaults := openBulk(t, path)
	list, err := d.Certificates(Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < said || len(list) > said+3*bulkBatch {
		t.Errorf("%d certificates, %d were said", len(list), said)
	}
	d.mustBeWhole(t, len(list))

	// The same table, but for its end: what is there is not made again.
	table := people(said + 4*bulkBatch)
	all := d.goOn(t, defaults, table)
	seen := map[ID]bool{}
	for i, m := range all {
		if m.Line != i+1 || seen[m.Certificate.ID] {
			t.Fatalf("row %d is line %d, or doubled", i, m.Line)
		}
		seen[m.Certificate.ID] = true
	}
	d.mustBeWhole(t, said+4*bulkBatch) // one for each row, those of before among them
}

// TestMakeBulkDiskFull bounds the size of files in a child: the system refuses
// to write, as a full disk does.
func TestMakeBulkDiskFull(t *testing.T) {
	if path := os.Getenv("DESK_TEST_VAULT"); path != "" {
		signal.Ignore(syscall.SIGXFSZ)
		d, defaults := openBulk(t, path)
		items := d.mustCheck(t, defaults, people(20_000)).GoodItems()
		var limit syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
		limit.Cur = 12 << 20
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
		made, err := d.MakeBulk(context.Background(), defaults, items, nil)
		if !errors.Is(err, ErrNoSpace) || len(made) == 0 || len(made) >= len(items) {
			t.Fatalf("%d made, error %v", len(made), err)
		}
		d.mustBeWhole(t, len(made))
		return
	}
	path := bulkVault(t)
	if out, err := bulkChild(t, path).Output(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestMakeBulkReadOnly(t *testing.T) {
	d, defaults := newBulk(t)
	if err := d.vault.Close(); err != nil {
		t.Fatal(err)
	}
	o := testOptions().filled().storage()
	o.ReadOnly = true
	var err error
	if d.vault, err = storage.Open(d.Path(), o); err != nil {
		t.Fatal(err)
	}
	if err := d.Unlock(context.Background(), passphrase); err != nil {
		t.Fatal(err)
	}
	made, err := d.MakeBulk(context.Background(), defaults, d.mustCheck(t, defaults, people(3)).GoodItems(), nil)
	if !errors.Is(err, ErrReadOnly) || len(made) != 0 {
		t.Errorf("%d made, error %v", len(made), err)
	}
}
