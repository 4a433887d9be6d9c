package storage

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestCreateModes(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(folder, "vault.db")
	v, err := Create(path, nil, testOptions())
	must(t, err)
	must(t, v.Close())
	for name, want := range map[string]os.FileMode{path: 0o600, folder: 0o700 | os.ModeDir, filepath.Dir(folder): 0o700 | os.ModeDir} {
		info, err := os.Stat(name)
		must(t, err)
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
	mustHoldOnly(t, folder, "vault.db")
}

// mustHoldOnly fails where a temporary file was left.
func mustHoldOnly(t *testing.T, folder string, names ...string) {
	t.Helper()
	found, err := os.ReadDir(folder)
	must(t, err)
	if len(found) != len(names) {
		t.Fatalf("files %v, want %v", found, names)
	}
	for i, f := range found {
		if f.Name() != names[i] {
			t.Errorf("file %q, want %q", f.Name(), names[i])
		}
	}
}

func TestCreateNeverReplaces(t *testing.T) {
	for name, content := range map[string]string{"a file": "precious", "an empty file": ""} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "vault.db")
			must(t, os.WriteFile(path, []byte(content), 0o644))
			_, err := Create(path, nil, testOptions())
			mustBe(t, err, ErrExists)
			left, err := os.ReadFile(path)
			must(t, err)
			if string(left) != content {
				t.Errorf("the file holds %q", left)
			}
			mustHoldOnly(t, filepath.Dir(path), "vault.db")
		})
	}
}

func TestCreateRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.db")
	var group sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		group.Go(func() {
			v, err := Create(path, nil, testOptions())
			if err == nil {
				err = v.Close()
			}
			results[i] = err
		})
	}
	group.Wait()
	made := 0
	for _, err := range results {
		switch {
		case err == nil:
			made++
		case !errors.Is(err, ErrExists):
			t.Errorf("error %v", err)
		}
	}
	if made != 1 {
		t.Errorf("%d made it", made)
	}
	mustHoldOnly(t, filepath.Dir(path), "vault.db")
}

func TestRenameByLink(t *testing.T) {
	folder := t.TempDir()
	from, to := filepath.Join(folder, "from"), filepath.Join(folder, "to")
	must(t, os.WriteFile(from, []byte("new"), 0o600))
	must(t, os.WriteFile(to, []byte("old"), 0o600))
	mustBe(t, renameByLink(from, to), ErrExists)
	must(t, os.Remove(to))
	must(t, renameByLink(from, to))
	mustHoldOnly(t, folder, "to")
	if err := renameByLink(from, filepath.Join(folder, "no", "such")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestCreateFailures(t *testing.T) {
	broken := errors.New("broken")
	cheap := KDF{Time: 1, Memory: 4, Threads: 1}
	for _, c := range []struct {
		name   string
		change func(*Options)
		want   error
	}{
		{"no random for the key", func(o *Options) { o.Random = &failingReader{0, broken} }, broken},
		{"no random for the salt", func(o *Options) { o.Random = &failingReader{48, broken} }, broken},
		{"no random for the nonce", func(o *Options) { o.Random = &failingReader{64, broken} }, broken},
		{"no file", func(o *Options) {
			o.openFile = func(string, int, os.FileMode) (*os.File, error) { return nil, broken }
		}, broken},
		{"a derivation below RFC 9106", func(o *Options) { o.KDF = &cheap }, &KDFError{KDF: cheap}},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			o := testOptions()
			c.change(&o)
			_, err := Create(filepath.Join(folder, "vault.db"), []byte("x"), o)
			var kdf *KDFError
			if errors.As(err, &kdf) {
				if kdf.KDF != cheap {
					t.Errorf("error %v", kdf)
				}
			} else {
				mustBe(t, err, c.want)
			}
			mustHoldOnly(t, folder)
		})
	}
}

// failingReader gives zeros, and after some of them an error.
type failingReader struct {
	left int
	err  error
}

func (r *failingReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, r.err
	}
	n := min(len(p), r.left)
	clear(p[:n])
	r.left -= n
	return n, nil
}

func TestCreateInAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if _, err := Create(filepath.Join(file, "vault.db"), nil, testOptions()); err == nil {
		t.Error("a vault in a file")
	}
}

func TestOpenVaultWithoutPassphrase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.db")
	v, err := Create(path, nil, testOptions())
	must(t, err)
	if v.Locked() || v.Protected() || v.ReadOnly() || v.Path() != path {
		t.Errorf("locked %v, protected %v, read-only %v, path %q", v.Locked(), v.Protected(), v.ReadOnly(), v.Path())
	}
	must(t, v.Close())
	v, err = Open(path, testOptions())
	must(t, err)
	if !v.Locked() || v.Protected() {
		t.Errorf("locked %v, protected %v", v.Locked(), v.Protected())
	}
	mustBe(t, v.Unlock(context.Background(), []byte("something")), ErrWrongPassphrase)
	must(t, v.Unlock(context.Background(), nil))
	must(t, v.Close())
}

func TestNoSecretInTheFile(t *testing.T) {
	v := newVault(t)
	fill(t, v, 20)
	must(t, v.Update(func(tx *Tx) error { return tx.PutSecret(testID(1), []byte("MARKED SECRET")) }))
	must(t, v.ChangePassphrase(context.Background(), []byte(testPassphrase), []byte("other")))
	must(t, v.ChangePassphrase(context.Background(), []byte("other"), []byte(testPassphrase)))
	file, err := os.ReadFile(v.Path())
	must(t, err)
	keys := [][]byte{[]byte("MARKED"), []byte(testPassphrase), v.keys.data, v.keys.seal, v.keys.mac, v.keys.chain}
	for i, secret := range keys {
		if bytes.Contains(file, secret) {
			t.Errorf("secret %d is in the file", i)
		}
	}
	if !bytes.Contains(file, []byte("server 7.example.test")) { // else the test looks in the wrong place
		t.Error("a public name is not in the file")
	}
}
