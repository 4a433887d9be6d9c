package storage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestRestore(t *testing.T) {
	ctx := context.Background()
	v := newVault(t)
	fillAll(t, v)
	backup := filepath.Join(t.TempDir(), "backup.db")
	must(t, v.Backup(ctx, backup))
	must(t, v.Update(func(tx *Tx) error { return tx.DeleteCertificate(testID(3)) }))
	_, err := Restore(ctx, backup, v.Path(), testOptions(), nil)
	mustBe(t, err, ErrInUse)
	must(t, v.Close())
	mustHoldOnly(t, filepath.Dir(v.Path()), "vault.db")

	kept, err := Restore(ctx, backup, v.Path(), testOptions(), nil)
	must(t, err)
	if want := filepath.Join(filepath.Dir(v.Path()), "vault.replaced-20260304-050607.db"); kept != want {
		t.Errorf("kept as %q, want %q", kept, want)
	}
	restored := openVault(t, v.Path())
	mustHaveAll(t, restored)
	must(t, restored.Close())
	old := openVault(t, kept)
	must(t, old.View(func(tx *Tx) error {
		_, err := tx.Certificate(testID(3))
		mustBe(t, err, ErrNoRecord)
		return nil
	}))
	must(t, old.Close())

	// Again, within the same second; and where there is nothing; and over damage.
	again, err := Restore(ctx, backup, v.Path(), testOptions(), nil)
	if must(t, err); again == kept || again == "" {
		t.Errorf("kept as %q", again)
	}
	must(t, os.Remove(v.Path()))
	if kept, err = Restore(ctx, backup, v.Path(), testOptions(), nil); err != nil || kept != "" {
		t.Errorf("%q, %v", kept, err)
	}
	must(t, os.WriteFile(v.Path(), []byte("rubbish"), fileMode))
	if kept, err = Restore(ctx, backup, v.Path(), testOptions(), nil); err != nil || kept == "" {
		t.Errorf("%q, %v", kept, err)
	}
}

// TestRestoreRefusals: what is no backup takes nobody's place.
func TestRestoreRefusals(t *testing.T) {
	ctx := context.Background()
	v := newVault(t)
	fill(t, v, 3)
	must(t, v.Close())
	folder := t.TempDir()
	for name, content := range map[string][]byte{"empty.db": nil, "text.db": []byte("Dear diary")} {
		path := filepath.Join(folder, name)
		must(t, os.WriteFile(path, content, fileMode))
		if _, err := Restore(ctx, path, v.Path(), testOptions(), nil); err == nil {
			t.Errorf("%s was restored", name)
		}
	}
	_, err := Restore(ctx, filepath.Join(folder, "none"), v.Path(), testOptions(), nil)
	mustBe(t, err, ErrNotFound)
	link, hard := filepath.Join(folder, "link"), filepath.Join(folder, "hard")
	must(t, errors.Join(os.Symlink(v.Path(), link), os.Link(v.Path(), hard)))
	for _, same := range []string{v.Path(), link, hard} {
		_, err := Restore(ctx, same, v.Path(), testOptions(), nil)
		mustBe(t, err, ErrSameFile)
	}
	must(t, os.Remove(hard))
	mustHoldOnly(t, filepath.Dir(v.Path()), "vault.db")
	again := openVault(t, v.Path())
	must(t, again.Close())
}

// TestRestoreThroughALink: a link to the vault stays one, whatever it leads to.
func TestRestoreThroughALink(t *testing.T) {
	ctx := context.Background()
	v := newVault(t)
	fillAll(t, v)
	backup := filepath.Join(t.TempDir(), "backup.db")
	must(t, v.Backup(ctx, backup))
	must(t, v.Close())
	real, other := t.TempDir(), t.TempDir()
	folder := filepath.Join(other, "folder")
	must(t, os.Symlink(real, folder))
	for _, where := range []struct{ link, to string }{
		{filepath.Join(other, "absolute.db"), filepath.Join(real, "a.db")},
		{filepath.Join(folder, "relative.db"), "b.db"},
		{filepath.Join(folder, "up.db"), "../" + filepath.Base(real) + "/c.db"}, // above the real folder, not the link's
		{filepath.Join(other, "link of a link.db"), "absolute.db"},
	} {
		must(t, os.Symlink(where.to, where.link))
		for _, there := range []bool{false, true} { // the first time it leads to nothing
			there = there || where.to == "absolute.db"
			kept, err := Restore(ctx, backup, where.link, testOptions(), nil)
			if must(t, err); (kept != "") != there || there && filepath.Dir(kept) != real {
				t.Errorf("%s: kept as %q", where.link, kept)
			}
			if info, err := os.Lstat(where.link); err != nil || info.Mode()&os.ModeSymlink == 0 {
				t.Errorf("%s is a link no more (%v)", where.link, err)
			}
			restored := openVault(t, where.link)
			mustHaveAll(t, restored)
			must(t, restored.Close())
		}
	}
	must(t, os.Symlink("round.db", filepath.Join(other, "round.db")))
	_, err := Restore(ctx, backup, filepath.Join(other, "round.db"), testOptions(), nil)
	mustBe(t, err, syscall.ELOOP)
}

// TestRestoreMended: what is changed in the copy is in the vault, or nothing is.
func TestRestoreMended(t *testing.T) {
	ctx := context.Background()
	v := newVault(t)
	fillAll(t, v)
	backup := filepath.Join(t.TempDir(), "backup.db")
	must(t, v.Backup(ctx, backup))
	must(t, v.ChangePassphrase(ctx, []byte(testPassphrase), []byte("a later one")))
	must(t, v.Close())
	now, err := Open(v.Path(), testOptions())
	must(t, err)
	must(t, now.Unlock(ctx, []byte("a later one")))
	then, err := Open(backup, testOptions())
	must(t, err)
	must(t, then.UnlockAs(ctx, now)) // the passphrase was another
	other := newVault(t)
	mustBe(t, other.UnlockAs(ctx, now), ErrNotVault)
	must(t, now.Close())
	must(t, then.Close())
	mustBe(t, then.UnlockAs(ctx, now), ErrClosed)

	stop := errors.New("no")
	_, err = Restore(ctx, backup, v.Path(), testOptions(), func(*Vault) error { return stop })
	mustBe(t, err, stop)
	mustHoldOnly(t, filepath.Dir(v.Path()), "vault.db")
	kept, err := Restore(ctx, backup, v.Path(), testOptions(), func(c *Vault) error {
		must(t, c.Unlock(ctx, []byte(testPassphrase)))
		return c.Update(func(tx *Tx) error { return tx.DeleteCertificate(testID(3)) })
	})
	must(t, err)
	must(t, os.Remove(kept))
	restored := openVault(t, v.Path())
	must(t, restored.View(func(tx *Tx) error {
		_, err := tx.Certificate(testID(3))
		mustBe(t, err, ErrNoRecord)
		return nil
	}))
	must(t, restored.Close())
}
