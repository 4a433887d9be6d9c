//go:build unix

package desk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"

	"countersign/pki"
)

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// TestOpenedToOthers: a vault, its backups and its folder whose rights somebody
// widened are private again once the vault is opened, which is told once.
func TestOpenedToOthers(t *testing.T) {
	data := t.TempDir()
	t.Setenv("XDG_DATA_HOME", data)
	t.Setenv("HOME", data)
	path, err := DefaultPath()
	if err != nil {
		t.Fatal(err)
	}
	d, err := Create(path, passphrase, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	d.mustIssue(t, "", named(pki.Authority, "Root"))
	backup, err := d.Backup(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.Again(); err != nil || len(again.Exposed()) != 0 {
		t.Fatalf("of a private one: %v, %v", again.Exposed(), err)
	} else if d = again; d.Close() != nil {
		t.Fatal("it does not close")
	}
	widened := map[string]fs.FileMode{path: 0o644, backup.Path: 0o640, filepath.Dir(path): 0o755}
	for path, mode := range widened {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	d, err = Open(path, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if d, err = d.Again(); err != nil { // what was not told yet is kept
			t.Fatal(err)
		}
	}
	defer d.Close()
	told := map[string]fs.FileMode{}
	for _, e := range d.Exposed() {
		told[e.Path] = e.Mode
		if e.Err != nil {
			t.Errorf("%s: %v", e.Path, e.Err)
		}
	}
	if !reflect.DeepEqual(told, widened) {
		t.Errorf("told of %v, want %v", told, widened)
	}
	if more := d.Exposed(); len(more) != 0 {
		t.Errorf("told again of %v", more)
	}
	for path, want := range map[string]fs.FileMode{path: 0o600, backup.Path: 0o600, filepath.Dir(path): 0o700} {
		if got := modeOf(t, path); got != want {
			t.Errorf("%s has mode %o", path, got)
		}
	}
}

// TestOpenedToOthersBySomebodyElse: what another user owns is not changed.
func TestOpenedToOthersBySomebodyElse(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to give a file away")
	}
	d := newDesk(t)
	path := d.Path()
	if err := errors.Join(d.Close(), os.Chmod(path, 0o644), os.Chown(path, 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	d, err := Open(path, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if found, want := d.Exposed(), []Exposed{{path, 0o644, ErrNotOwner}}; !reflect.DeepEqual(found, want) {
		t.Errorf("%v, want %v", found, want)
	}
	if got := modeOf(t, path); got != 0o644 {
		t.Errorf("it has mode %o now", got)
	}
}

func TestExplainReadOnly(t *testing.T) {
	for _, c := range []struct {
		err  ReadOnlyError
		code string
	}{
		{ReadOnlyError{}, "vault-read-only"},
		{ReadOnlyError{Path: "/v", Folder: true, Err: fs.ErrPermission}, "vault-read-only-folder"},
		{ReadOnlyError{Path: "/v/vault.db", Err: fs.ErrPermission}, "vault-read-only-file"},
		{ReadOnlyError{Path: "/v", Folder: true, Err: &fs.PathError{Err: syscall.EROFS}}, "vault-read-only-disk"},
	} {
		if e := Explain(&c.err); e.Code != c.code || c.err.Path != "" && e.Facts[1] != c.err.Path {
			t.Errorf("%+v: %+v", c.err, e)
		}
	}
}
