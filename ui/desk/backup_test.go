package desk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// clockDesk is a desk whose clock the test moves.
func clockDesk(t *testing.T) (*Desk, *time.Time) {
	t.Helper()
	now := fixed
	o := Options{Now: func() time.Time { return now }, KDF: storage.LightKDF()}
	d, err := Create(filepath.Join(t.TempDir(), VaultFile), passphrase, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, &now
}

func due(t *testing.T, d *Desk) bool {
	t.Helper()
	due, err := d.BackupDue()
	if err != nil {
		t.Fatal(err)
	}
	return due
}

func TestBackupsRotate(t *testing.T) {
	ctx := context.Background()
	d, now := clockDesk(t)
	if due(t, d) {
		t.Error("there is nothing to lose, and a backup is due")
	}
	d.mustIssue(t, "", named(pki.Authority, "First"))
	if !due(t, d) {
		t.Error("an authority without a backup: none is due")
	}
	first, err := d.Backup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(filepath.Dir(d.Path()), "backups", "vault-20261122-120000.db")
	if first.Path != want || !first.At.Equal(fixed) || first.Size == 0 {
		t.Errorf("%+v, want %q", first, want)
	}
	*now = now.Add(48 * time.Hour)
	if due(t, d) {
		t.Error("nothing was changed, and a backup is due")
	}
	d.mustIssue(t, "", named(pki.Authority, "Root"))
	if !due(t, d) {
		t.Error("the vault was changed two days after its backup, and none is due")
	}
	*now = fixed.Add(time.Hour)
	if due(t, d) {
		t.Error("due an hour after the last")
	}
	for n := range BackupsKept + 2 {
		*now = fixed.Add(time.Duration(n/2+1) * time.Hour) // two within each hour
		if _, err := d.Backup(ctx); err != nil {
			t.Fatal(err)
		}
	}
	all, err := d.Backups()
	if err != nil || len(all) != BackupsKept {
		t.Fatalf("%d backups, %v", len(all), err)
	}
	if !strings.HasSuffix(all[0].Path, "vault-20261122-180000-2.db") {
		t.Errorf("the newest is %q", all[0].Path)
	}
	if _, err := os.Stat(first.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the oldest: %v", err)
	}
	if found, err := d.CheckBackup(ctx, all[0].Path); err != nil || len(found) > 0 {
		t.Errorf("%v, %v", found, err)
	}
}

func TestBackupFolder(t *testing.T) {
	ctx := context.Background()
	d, _ := clockDesk(t)
	folder := filepath.Join(t.TempDir(), "elsewhere")
	if err := d.SetBackupFolder(folder); err != nil {
		t.Fatal(err)
	}
	made, err := d.Backup(ctx)
	if err != nil || filepath.Dir(made.Path) != folder {
		t.Errorf("%q, %v", made.Path, err)
	}
	for _, wrong := range []string{"relative", d.Path()} {
		var path *PathError
		if err := d.SetBackupFolder(wrong); !errors.As(err, &path) {
			t.Errorf("%q: error %v", wrong, err)
		}
	}
	if err := d.BackupTo(ctx, made.Path); !errors.Is(err, ErrFileExists) {
		t.Errorf("error %v", err)
	}
	if err := d.BackupTo(ctx, filepath.Join(folder, "mine.db")); err != nil {
		t.Error(err)
	}
	// What only looks like a backup is none.
	for _, name := range []string{"vault-20261122-120000.db.bak", "vault-99999999-999999.db", "other-20261122-120000.db"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if all := Backups(d.Path(), folder); len(all) != 1 {
		t.Errorf("backups %v", all)
	}
}

func TestCheck(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	bob := d.mustIssue(t, root.ID, named(pki.Client, "bob"))
	found, err := d.Check(ctx)
	if err != nil || !found.Sound() || found.Authorities != 1 || found.Certificates != 2 || found.Events != 4 {
		t.Errorf("%+v, %v", found, err)
	}
	err = d.vault.Update(func(tx *storage.Tx) error { // alice gets bob's key, and bob none
		key, err := tx.Key(storage.ID(bob.KeyID))
		key.ID = storage.ID(alice.KeyID)
		return errors.Join(err, tx.PutKey(key), tx.DeleteKey(storage.ID(bob.KeyID)))
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err = d.Check(ctx)
	codes := map[string]string{}
	for _, w := range found.Wrong {
		codes[w.Name] = w.Code
	}
	if err != nil || found.Sound() || codes["alice"] != "key-other" || codes["bob"] != "key-missing" || len(codes) != 2 {
		t.Errorf("%+v, %v", found, err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := d.Check(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestSalvageAVault(t *testing.T) {
	ctx := context.Background()
	d, _ := clockDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	clear(file[:2*os.Getpagesize()]) // both of the database's headers
	if err := os.WriteFile(d.Path(), file, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(d.Path(), testOptions()); err == nil {
		t.Fatal("the broken vault opens: the test tests nothing")
	}
	to := filepath.Join(t.TempDir(), "saved.db")
	if _, err := Salvage(ctx, d.Path(), []byte("wrong one"), to, testOptions()); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("error %v", err)
	}
	saved, err := Salvage(ctx, d.Path(), passphrase, to, testOptions())
	if err != nil || saved.Certificates != 2 || saved.Keys != 2 || len(saved.Lost) > 0 {
		t.Fatalf("%+v, %v", saved, err)
	}
	again, err := Open(to, testOptions())
	if err == nil {
		err = again.Unlock(ctx, passphrase)
	}
	if err != nil {
		t.Fatal(err)
	}
	found, err := again.Check(ctx)
	if err != nil || !found.Sound() || found.Certificates != 1 || found.Authorities != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
