package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"countersign/pki"
	"countersign/storage"
)

// toldOf is what restoring does, as codes with their counts and names.
func toldOf(r Replaced) []string {
	var list []string
	for _, c := range r.Consequences() {
		text := c.Code
		for n := 0; n < len(c.Facts); n += 2 {
			if c.Facts[n] != "Date" {
				text += fmt.Sprint(" ", c.Facts[n+1])
			}
		}
		list = append(list, text)
	}
	return list
}

// reopened opens a vault for the rest of the test.
func reopened(t *testing.T, path string, with []byte) *Desk {
	t.Helper()
	d, err := Open(path, testOptions())
	if err == nil && d.Locked() {
		err = d.Unlock(context.Background(), with)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// restore restores a backup over a desk's vault, whose desk is closed, and opens it.
func restore(t *testing.T, d *Desk, backup string, with []byte) (Replaced, *Desk) {
	t.Helper()
	r, err := PrepareRestore(backup, d.Path(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	seen, err := r.Compare(context.Background(), with)
	if err != nil {
		t.Fatal(err)
	}
	done, err := r.Restore(context.Background(), with)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := toldOf(seen), toldOf(done); !slices.Equal(a, b) || seen.Kept != "" {
		t.Errorf("told before: %q, kept %q, and after: %q", a, seen.Kept, b)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(d.Path()), ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	return done, reopened(t, d.Path(), passphrase)
}

// TestRestoreUnread: where the two cannot be compared that is said, and what
// can be is restored.
func TestRestoreUnread(t *testing.T) {
	later := []byte("a later passphrase")
	spoil := func(path string, file []byte) func(*testing.T) {
		return func(t *testing.T) {
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name   string
		change func(t *testing.T, path string)
		with   []byte
		want   []string
	}{
		{"nothing was done", func(*testing.T, string) {}, passphrase, []string{"nothing"}},
		{"another passphrase since", func(t *testing.T, path string) { changePassphrase(t, path, later) }, later,
			[]string{"activities 1", "old-passphrase"}},
		{"the earlier passphrase", func(t *testing.T, path string) { changePassphrase(t, path, later) }, passphrase, []string{"activities 1"}},
		{"another data key since", func(t *testing.T, path string) { newDataKey(t, path, later) }, passphrase, []string{"unread.passphrase"}},
		{"empty", func(t *testing.T, path string) { spoil(path, nil)(t) }, passphrase, []string{"unread.damaged"}},
		{"rubbish", func(t *testing.T, path string) { spoil(path, []byte("rubbish"))(t) }, passphrase, []string{"unread.damaged"}},
		{"gone", func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, nil, []string{"nothing"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, _ := clockDesk(t)
			d.mustIssue(t, "", named(pki.Authority, "Root"))
			made, err := d.Backup(context.Background())
			if err = errors.Join(err, d.Close()); err != nil {
				t.Fatal(err)
			}
			test.change(t, d.Path())
			done, again := restore(t, d, made.Path, test.with)
			if got := toldOf(done); !slices.Equal(got, test.want) || done.Loses() != (test.want[0] != "nothing") {
				t.Errorf("told %q, want %q", got, test.want)
			}
			if all, err := again.Authorities(); err != nil || len(all) != 1 {
				t.Errorf("%+v, %v", all, err)
			}
		})
	}
}

// TestRestoreWithAnUnknownKey: the backup is sealed under another data key, which
// only its own passphrase opens.
func TestRestoreWithAnUnknownKey(t *testing.T) {
	ctx := context.Background()
	later := []byte("a later passphrase")
	d, _ := clockDesk(t)
	made, err := d.Backup(ctx)
	if err = errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	newDataKey(t, d.Path(), later)
	done, _ := restore(t, d, made.Path, later)
	if got := toldOf(done); !slices.Equal(got, []string{"unread.backup"}) {
		t.Errorf("told %q", got)
	}
}

func changePassphrase(t *testing.T, path string, to []byte) {
	t.Helper()
	d := reopened(t, path, passphrase)
	if err := errors.Join(d.ChangePassphrase(context.Background(), passphrase, to), d.Close()); err != nil {
		t.Fatal(err)
	}
}

func newDataKey(t *testing.T, path string, to []byte) {
	t.Helper()
	changePassphrase(t, path, to)
	d := reopened(t, path, to)
	_, err := d.NewDataKey(context.Background(), to)
	if err = errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	ctx := context.Background()
	d, _ := clockDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	made, err := d.Backup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := clockDesk(t)
	other.mustIssue(t, "", named(pki.Authority, "Other"))
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	link, text, spoiled := filepath.Join(folder, "link.db"), filepath.Join(folder, "text.db"), filepath.Join(folder, "spoiled.db")
	file, err := os.ReadFile(made.Path)
	if err != nil {
		t.Fatal(err)
	}
	file[20]++
	if err := errors.Join(os.Symlink(d.Path(), link), os.WriteFile(text, []byte("Dear diary"), 0o600),
		os.WriteFile(spoiled, file, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		backup string
		want   error
		code   string
	}{
		{made.Path, ErrInUse, "vault-in-use"},
		{d.Path(), ErrSameFile, "same-file"},
		{link, ErrSameFile, "same-file"},
		{text, ErrNotBackup, "not-a-backup"},
		{spoiled, ErrBackupDamaged, "backup-damaged"},
		{filepath.Join(folder, "none.db"), os.ErrNotExist, "file-not-found"},
	} {
		_, err := PrepareRestore(test.backup, d.Path(), testOptions())
		if !errors.Is(err, test.want) || Explain(err).Code != test.code {
			t.Errorf("%s: %v (%s), want %v", test.backup, err, Explain(err).Code, test.want)
		}
	}
	// One record is not as it was written: it takes nobody's place.
	err = d.vault.View(func(tx *storage.Tx) error {
		c, err := tx.Certificate(storage.ID(root.ID))
		if err == nil {
			file[20]--
			wrong := bytes.Clone(c.DER)
			wrong[40]++
			file = bytes.ReplaceAll(file, c.DER, wrong)
			err = os.WriteFile(spoiled, file, 0o600)
		}
		return err
	})
	if err = errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := PrepareRestore(spoiled, d.Path(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Restore(ctx, passphrase); !errors.Is(err, ErrBackupDamaged) {
		t.Errorf("error %v", err)
	}
	if kept, err := filepath.Glob(filepath.Join(filepath.Dir(d.Path()), "*replaced*")); err != nil || len(kept) > 0 {
		t.Errorf("replaced: %q, %v", kept, err)
	}
	r, err = PrepareRestore(other.Path(), d.Path(), testOptions())
	if err != nil || !r.Other || r.Asks {
		t.Fatalf("%+v, %v", r, err)
	}
	done, again := restore(t, d, other.Path(), nil)
	if got := toldOf(done); !slices.Equal(got, []string{"unread.other"}) {
		t.Errorf("told %q", got)
	}
	if all, err := again.Authorities(); err != nil || len(all) != 1 || all[0].Name != "Other" {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestRestoreOverADamagedOther: that it is another vault shows only once it is
// read; where it does not open, nothing is known.
func TestRestoreOverADamagedOther(t *testing.T) {
	for _, test := range []struct {
		theirs []byte // the passphrase of the one that is there
		want   string
	}{{passphrase, "unread.other"}, {[]byte("quite another one"), "unread.passphrase"}} {
		d, _ := clockDesk(t)
		d.mustIssue(t, "", named(pki.Authority, "Root"))
		other, _ := clockDesk(t)
		err := errors.Join(d.Close(), other.Close())
		if err != nil {
			t.Fatal(err)
		}
		changePassphrase(t, other.Path(), test.theirs)
		file, err := os.ReadFile(other.Path())
		if err != nil {
			t.Fatal(err)
		}
		clear(file[:2*os.Getpagesize()])
		if err := os.WriteFile(other.Path(), file, 0o600); err != nil {
			t.Fatal(err)
		}
		done, again := restore(t, other, d.Path(), passphrase)
		if got := toldOf(done); !slices.Equal(got, []string{test.want}) {
			t.Errorf("told %q, want %q", got, test.want)
		}
		if all, err := again.Authorities(); err != nil || len(all) != 1 {
			t.Errorf("%+v, %v", all, err)
		}
	}
}
