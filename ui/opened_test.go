//go:build unix

package ui

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"countersign/ui/desk"
)

// TestOpenedToOthers: that others had a right to the file is said once the
// vault is unlocked, whenever it was found out.
func TestOpenedToOthers(t *testing.T) {
	b := unlocked(t)
	path := b.opt.Vault
	b.leaveVault()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	b.openVault(path)
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	b.picture("exposed")
	title, body := b.noticed()
	if title != "Others had access to the vault" || body != "Other users of this computer had access to "+path+" (mode 0644). It is private now." {
		t.Errorf("it says %q, %q", title, body)
	}
	b.lock()
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	if title, body := b.noticed(); title != "" {
		t.Errorf("it says again %q, %q", title, body)
	}
}

// TestReadOnlySaysWhy: root may write everywhere, so that a user without rights
// opens the vault, in a process of its own.
func TestReadOnlySaysWhy(t *testing.T) {
	const variable = "UI_TEST_READ_ONLY"
	for _, c := range []struct {
		name                 string
		file, folder         os.FileMode
		wantTitle, wantWords string
	}{
		{"file", 0o444, 0o777, "Nothing can be written to this vault: its file PATH is write-protected.", "Take the write protection off"},
		{"folder", 0o666, 0o555, "Nothing can be written to this vault: its folder FOLDER cannot be written.", "Make the folder writable for you"},
	} {
		if path := os.Getenv(variable + c.name); path != "" {
			b := newBenchAt(t, path)
			b.tryPassphrase(testPassphrase)
			b.queue.drain()
			b.picture("read-only-" + c.name)
			title, body := b.noticed()
			want := strings.NewReplacer("PATH", path, "FOLDER", filepath.Dir(path)).Replace(c.wantTitle)
			if title != want || !strings.Contains(body, c.wantWords) || !strings.Contains(body, "have access to "+path) {
				t.Errorf("it says %q, %q", title, body)
			}
			return
		}
		t.Run(c.name, func(t *testing.T) {
			if os.Getuid() != 0 {
				t.Skip("needs root to become nobody")
			}
			folder, err := os.MkdirTemp("", "ui-test-")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(folder) })
			path := filepath.Join(folder, "vault.db")
			program := filepath.Join(folder, "test")
			d, err := desk.Create(path, []byte(testPassphrase), desk.Options{KDF: &cheap})
			if err != nil {
				t.Fatal(err)
			}
			self, err := os.ReadFile(os.Args[0])
			err = errors.Join(err, d.Close(), os.WriteFile(program, self, 0o755), os.Chmod(program, 0o755), os.Chmod(path, c.file), os.Chmod(folder, c.folder))
			if err != nil {
				t.Fatal(err)
			}
			child := exec.Command(program, "-test.run=^TestReadOnlySaysWhy$")
			child.Dir = "/"
			child.Env = append(os.Environ(), variable+c.name+"="+path, "HOME="+folder)
			child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			if out, err := child.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
