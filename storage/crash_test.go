//go:build linux

package storage

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// child runs this test again in a process of its own, with a task and a vault.
func child(t *testing.T, task, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	c := exec.Command(self, "-test.run=^"+t.Name()+"$")
	c.Env = append(os.Environ(), "STORAGE_TEST_TASK="+task, "STORAGE_TEST_PATH="+path)
	c.Stderr = os.Stderr
	return c
}

// killAfter starts the child, reads acks lines of it, kills it while it goes on, and
// returns the last line that it wrote whole.
func killAfter(t *testing.T, c *exec.Cmd, acks int) string {
	t.Helper()
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	lines := bufio.NewReader(out)
	last := ""
	for n := 0; ; n++ {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break
		}
		must(t, err)
		last = line
		if n == acks {
			must(t, c.Process.Kill())
		}
	}
	if err := c.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	return last
}

func TestKilled(t *testing.T) {
	if path := os.Getenv("STORAGE_TEST_PATH"); path != "" {
		v := openVault(t, path)
		var from int
		must(t, v.View(func(tx *Tx) error {
			entries, err := tx.Entries()
			from = len(entries)
			return err
		}))
		for n := from; ; n++ { // until it is killed
			must(t, v.Update(func(tx *Tx) error {
				return errors.Join(tx.PutCertificate(testCertificate(n)), tx.PutKey(testKey(n)),
					tx.AppendEvent(Event{Verb: "issue", Subject: testID(n)}))
			}))
			fmt.Printf("%d\n", n)
		}
	}
	v := newVault(t)
	must(t, v.Close())
	for round := range 30 {
		var acked int
		_, err := fmt.Sscan(killAfter(t, child(t, "put", v.Path()), round%11*3), &acked)
		must(t, err)
		after := openVault(t, v.Path())
		must(t, after.View(func(tx *Tx) error {
			entries, err := tx.Entries()
			if len(entries) != acked+1 && len(entries) != acked+2 { // one may be kept, but not yet said
				t.Errorf("round %d: %d entries, %d acknowledged", round, len(entries), acked+1)
			}
			for n := range entries { // all of an act or nothing of it
				if _, err := tx.Certificate(testID(n)); err != nil {
					return err
				}
				if _, err := tx.Key(testKey(n).ID); err != nil {
					return err
				}
			}
			events, eventErr := tx.Events(0)
			if len(events) != len(entries) {
				t.Errorf("round %d: %d events, %d entries", round, len(events), len(entries))
			}
			return errors.Join(err, eventErr)
		}))
		must(t, after.Close())
	}
}

func TestKilledWhileChangingThePassphrase(t *testing.T) {
	phrases := []string{testPassphrase, "battery staple"}
	if path := os.Getenv("STORAGE_TEST_PATH"); path != "" {
		v, err := Open(path, testOptions())
		must(t, err)
		now := 0
		if v.Unlock(context.Background(), []byte(phrases[0])) != nil {
			now = 1
		}
		for ; ; now = 1 - now {
			must(t, v.ChangePassphrase(context.Background(), []byte(phrases[now]), []byte(phrases[1-now])))
			fmt.Printf("%d\n", 1-now)
		}
	}
	v := newVault(t)
	fill(t, v, 5)
	must(t, v.Close())
	now := 0
	for round := range 10 {
		killAfter(t, child(t, "passphrase", v.Path()), round)
		after, err := Open(v.Path(), testOptions())
		must(t, err)
		first := after.Unlock(context.Background(), []byte(phrases[0]))
		second := after.Unlock(context.Background(), []byte(phrases[1]))
		if (first == nil) == (second == nil) {
			t.Errorf("round %d: one passphrase %v, the other %v", round, first, second)
		}
		now = 0
		if second == nil {
			now = 1
		}
		must(t, after.View(func(tx *Tx) error { _, err := tx.Key(testKey(4).ID); return err }))
		must(t, after.Close())
	}
	v2, err := Open(v.Path(), testOptions())
	must(t, err)
	must(t, v2.ChangePassphrase(context.Background(), []byte(phrases[now]), []byte(testPassphrase)))
	must(t, v2.Close())
}

// TestKilledWhileChangingTheKey: the vault opens with its passphrase, and all of it is
// under one data key or all of it under the other.
func TestKilledWhileChangingTheKey(t *testing.T) {
	if path := os.Getenv("STORAGE_TEST_PATH"); path != "" {
		v := openVault(t, path)
		for n := 0; ; n++ {
			must(t, v.NewDataKey(context.Background(), Secrets{Passphrase: []byte(testPassphrase)}))
			fmt.Printf("%d\n", n)
		}
	}
	v := newVault(t)
	fillAll(t, v)
	must(t, v.Close())
	for round := range 15 {
		killAfter(t, child(t, "key", v.Path()), round%4)
		after := openVault(t, v.Path())
		mustHaveAll(t, after)
		must(t, after.Close())
	}
}

// TestKilledWhileCreating: the vault is whole or not there.
func TestKilledWhileCreating(t *testing.T) {
	if path := os.Getenv("STORAGE_TEST_PATH"); path != "" {
		for n := 0; ; n++ {
			v, err := Create(filepath.Join(path, fmt.Sprint(n)), nil, testOptions())
			must(t, err)
			must(t, v.Close())
			fmt.Printf("%d\n", n)
		}
	}
	for round := range 10 {
		folder := t.TempDir()
		var acked int
		_, err := fmt.Sscan(killAfter(t, child(t, "create", folder), round), &acked)
		must(t, err)
		for n := range acked + 2 {
			v, err := Open(filepath.Join(folder, fmt.Sprint(n)), testOptions())
			if n == acked+1 && errors.Is(err, ErrNotFound) {
				continue
			}
			must(t, err)
			must(t, v.Unlock(context.Background(), nil))
			must(t, v.Close())
		}
	}
}

// TestKilledWhileMigrating: a vault of the first schema is still one, or is of this one.
func TestKilledWhileMigrating(t *testing.T) {
	const copies = 40
	if path := os.Getenv("STORAGE_TEST_PATH"); path != "" {
		for n := range copies {
			must(t, openVault(t, filepath.Join(path, fmt.Sprint(n))).Close())
			fmt.Println(n)
		}
		select {} // until it is killed
	}
	v := newVault(t)
	fill(t, v, 5)
	toSchema(t, v, 1)
	must(t, v.Close())
	old, err := os.ReadFile(v.Path())
	must(t, err)
	migrated := 0
	for round := range 10 {
		folder := t.TempDir()
		for n := range copies {
			must(t, os.WriteFile(filepath.Join(folder, fmt.Sprint(n)), old, 0o600))
		}
		killAfter(t, child(t, "migrate", folder), round*3)
		for n := range copies {
			v, err := Open(filepath.Join(folder, fmt.Sprint(n)), testOptions())
			must(t, err)
			if !v.Outdated() {
				migrated++
			}
			must(t, v.Close())
			mustBeSound(t, v.Path())
		}
	}
	if migrated == 0 || migrated == 10*copies {
		t.Errorf("%d of %d were migrated: nothing was killed between", migrated, 10*copies)
	}
}

// fillDisk is the child of TestDiskFull.
func fillDisk(t *testing.T, path string) {
	signal.Ignore(syscall.SIGXFSZ)
	v := openVault(t, path)
	info, err := os.Stat(path)
	must(t, err)
	var limit syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	before := limit.Cur
	limit.Cur = uint64(info.Size())
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	grow := func(tx *Tx) error {
		for n := range 2000 {
			if err := tx.PutCertificate(testCertificate(n)); err != nil {
				return err
			}
		}
		return nil
	}
	for range 2 {
		mustBe(t, v.Update(grow), ErrNoSpace)
		must(t, v.View(func(tx *Tx) error { return readOne(t, tx, 7) }))
	}
	_, err = Create(path+".other", nil, testOptions())
	limit.Cur = 4096
	must(t, errors.Join(err, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)))
	_, err = Create(path+".third", nil, testOptions())
	mustBe(t, err, ErrNoSpace)
	limit.Cur = before
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	must(t, v.Update(grow)) // there is room again
	must(t, v.Close())
}

// TestDiskFull bounds the size of files in a child: the system then refuses to write,
// as a full disk does.
func TestDiskFull(t *testing.T) {
	if path := os.Getenv("STORAGE_TEST_PATH"); path != "" {
		fillDisk(t, path)
		return
	}
	v := newVault(t)
	fill(t, v, 30)
	must(t, v.Close())
	if out, err := child(t, "full", v.Path()).Output(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := os.Stat(v.Path() + ".third"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a vault is left: %v", err)
	}
}

// TestReadOnlyAsNobody opens, as a user without rights, a file and a folder that may
// only be read: root is refused nothing.
func TestReadOnlyAsNobody(t *testing.T) {
	if path := os.Getenv("STORAGE_TEST_READ"); path != "" {
		v, err := Open(path, testOptions())
		must(t, err)
		mustOnlyRead(t, v)
		why := v.WhyReadOnly()
		folder := os.Getenv("STORAGE_TEST_FOLDER") != ""
		want := path
		if folder {
			want = filepath.Dir(path)
		}
		if why.Path != want || why.Folder != folder || why.Disk() || !errors.Is(why.Err, fs.ErrPermission) {
			t.Errorf("because of %+v", why)
		}
		must(t, v.Close())
		return
	}
	if os.Getuid() != 0 {
		t.Skip("needs root to become nobody")
	}
	for _, c := range []struct{ file, folder os.FileMode }{{0o444, 0o777}, {0o666, 0o555}} {
		t.Run(fmt.Sprintf("file %o folder %o", c.file, c.folder), func(t *testing.T) {
			folder, err := os.MkdirTemp("", "storage-test-")
			must(t, err)
			t.Cleanup(func() { must(t, os.RemoveAll(folder)) })
			path := filepath.Join(folder, "vault.db")
			v, err := Create(path, []byte(testPassphrase), testOptions())
			must(t, err)
			fill(t, v, 3)
			must(t, v.Close())
			program := filepath.Join(folder, "test")
			self, err := os.ReadFile(os.Args[0])
			must(t, err)
			must(t, os.WriteFile(program, self, 0o755))
			must(t, os.Chmod(program, 0o755))
			must(t, os.Chmod(path, c.file))
			must(t, os.Chmod(folder, c.folder))
			child := exec.Command(program, "-test.run=^TestReadOnlyAsNobody$")
			child.Dir = "/"
			child.Env = append(os.Environ(), "STORAGE_TEST_READ="+path)
			if c.folder == 0o555 {
				child.Env = append(child.Env, "STORAGE_TEST_FOLDER=1")
			}
			child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			if out, err := child.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
