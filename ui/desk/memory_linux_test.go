package desk

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/pki"
)

// noting is a source of randomness that keeps the complement of what it gave
// first: the data key and the ID of a new vault.
type noting struct {
	from  io.Reader
	first []byte
}

const notedOctets = 32 + 16

func (n *noting) Read(b []byte) (int, error) {
	read, err := n.from.Read(b)
	for _, c := range b[:read] {
		if len(n.first) < notedOctets {
			n.first = append(n.first, ^c)
		}
	}
	return read, err
}

// TestNoKeyInMemoryAfterLock looks into the memory of another process that
// opened a vault, worked with its keys and locked it: the data key and what is
// derived from it are there before and nowhere after.
func TestNoKeyInMemoryAfterLock(t *testing.T) {
	if path := os.Getenv("DESK_TEST_VAULT"); path != "" {
		workAndLock(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "vault.db")
	c := bulkChild(t, path)
	in, err := c.StdinPipe()
	out, outErr := c.StdoutPipe()
	if err := errors.Join(err, outErr, c.Start()); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	next := func() string {
		if !lines.Scan() {
			t.Fatalf("the child ended: %v", lines.Err())
		}
		return lines.Text()
	}
	noted, err := hex.DecodeString(next())
	if err != nil || len(noted) != notedOctets {
		t.Fatalf("the child said %d octets, %v", len(noted), err)
	}
	for n := range noted {
		noted[n] = ^noted[n]
	}
	keys := derivedKeys(t, noted[:32], noted[32:])
	before := searchMemory(t, c, keys)
	for _, name := range []string{"data key", "key of seals", "key of checks with 0x36", "key of deeds with 0x5c"} {
		if before[name] == 0 {
			t.Errorf("the %s is not found before the lock: the search is no good", name)
		}
	}
	fmt.Fprintln(in, "lock")
	next()
	for name, times := range searchMemory(t, c, keys) {
		if times > 0 {
			t.Errorf("the %s is %d times in memory after the lock", name, times)
		}
	}
	in.Close()
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// workAndLock is the child: it says what it drew, as its complement, waits,
// locks, and waits again.
func workAndLock(t *testing.T, path string) {
	o := testOptions().filled()
	spy := &noting{from: o.Random}
	o.Random = spy
	d, err := Create(path, passphrase, o)
	if err == nil {
		err = d.Close()
	}
	if err == nil {
		d, err = Open(path, o)
	}
	if err == nil {
		err = d.Unlock(context.Background(), passphrase)
	}
	if err != nil {
		t.Fatal(err)
	}
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	for n := range 20 {
		client := d.mustIssue(t, root.ID, named(pki.Client, fmt.Sprint("client ", n)))
		if _, err := d.Export(client.ID, P12, "one-two-three"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.NewRecoveryCode(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Backup(context.Background()); err != nil {
		t.Fatal(err)
	}
	if found, err := d.Check(context.Background()); err != nil || !found.Sound() {
		t.Fatal(found, err)
	}
	wait := bufio.NewScanner(os.Stdin)
	fmt.Println(hex.EncodeToString(spy.first))
	wait.Scan()
	d.Lock()
	fmt.Println("locked")
	wait.Scan()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// derivedKeys are the keys of a vault, by what people call them, also as HMAC
// keeps them: combined with its two constants (RFC 2104 section 2).
func derivedKeys(t *testing.T, data, vault []byte) map[string][]byte {
	t.Helper()
	keys := map[string][]byte{"data key": data}
	middle, err := hkdf.Extract(sha256.New, data, vault)
	if err != nil {
		t.Fatal(err)
	}
	keys["key between"] = middle
	for purpose, name := range map[string]string{"seal": "key of seals", "check": "key of checks", "events": "key of deeds"} {
		if keys[name], err = hkdf.Key(sha256.New, data, vault, "countersign "+purpose, 32); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"key between", "key of checks", "key of deeds"} {
		for _, pad := range []byte{0x36, 0x5c} {
			padded := slices.Clone(keys[name])
			for n := range padded {
				padded[n] ^= pad
			}
			keys[fmt.Sprintf("%s with %#x", name, pad)] = padded
		}
	}
	return keys
}

// searchMemory counts, in all that a process can write to, each half of each
// key: a copy is in one piece or was cut in two.
func searchMemory(t *testing.T, c *exec.Cmd, keys map[string][]byte) map[string]int {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", c.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", c.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	found := map[string]int{}
	for line := range strings.Lines(string(maps)) {
		var from, to uint64
		var rights string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &rights); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		if !strings.HasPrefix(rights, "rw") {
			continue
		}
		part := make([]byte, to-from)
		if n, err := memory.ReadAt(part, int64(from)); err != nil {
			part = part[:n] // some of the system's own cannot be read
		}
		for name, key := range keys {
			half := len(key) / 2
			found[name] += max(bytes.Count(part, key[:half]), bytes.Count(part, key[half:]))
		}
	}
	return found
}
