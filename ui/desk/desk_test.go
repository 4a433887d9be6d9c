package desk

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/pki"
	"countersign/storage"
)

var passphrase = []byte("correct horse battery")

// fixed is the tests' clock: what depends on dates comes out the same each day.
var fixed = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func testOptions() Options {
	return Options{Now: func() time.Time { return fixed }, KDF: storage.LightKDF()}
}

func newDesk(t testing.TB) *Desk {
	t.Helper()
	d, err := Create(filepath.Join(t.TempDir(), "v", VaultFile), passphrase, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

func named(kind pki.Kind, name string) pki.Request {
	r := pki.NewRequest(kind)
	r.Subject.CommonName = name
	return r
}

func (d *Desk) mustIssue(t testing.TB, issuer ID, r pki.Request) Certificate {
	t.Helper()
	c, err := d.Issue(context.Background(), IssueRequest{IssuerID: issuer, Request: r})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLockForgetsAndUnlockReads(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	d.Lock()
	if !d.Locked() {
		t.Fatal("not locked")
	}
	if _, err := d.Authorities(); !errors.Is(err, ErrLocked) {
		t.Errorf("list of a locked vault: %v, want ErrLocked", err)
	}
	if _, err := d.Issue(context.Background(), IssueRequest{IssuerID: root.ID, Request: named(pki.Client, "a")}); !errors.Is(err, ErrLocked) {
		t.Errorf("issue in a locked vault: %v, want ErrLocked", err)
	}
	if err := d.Unlock(context.Background(), []byte("something else")); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("unlock with another passphrase: %v", err)
	}
	if err := d.Unlock(context.Background(), passphrase); err != nil {
		t.Fatal(err)
	}
	if got, err := d.FindAuthority("Root"); err != nil || got.ID != root.ID {
		t.Errorf("after unlock: %v, %v", got, err)
	}
}

func TestLockStopsServers(t *testing.T) {
	d := newDesk(t)
	shown, err := d.ShowMe(context.Background(), nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Lock()
	if err := d.Unlock(context.Background(), passphrase); err != nil {
		t.Fatal(err)
	}
	again, err := d.Connect(context.Background(), shown.Try(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if again.OK() || again.Diagnosis.Code != "refused" {
		t.Errorf("the server still answers after a lock: %+v", again.Diagnosis)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	held := newDesk(t)
	for _, c := range []struct {
		name, path string
		want       error
		code       string
	}{
		{"nothing there", filepath.Join(dir, "none.db"), ErrNotFound, "vault-not-found"},
		{"zero bytes", write("empty.db", nil), ErrEmptyFile, "vault-empty"},
		{"something else", write("text.db", bytes.Repeat([]byte("hello\n"), 5000)), ErrNotVault, "not-a-vault"},
		{"in use", held.Path(), ErrInUse, "vault-in-use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(c.path, testOptions())
			if !errors.Is(err, c.want) || Explain(err).Code != c.code {
				t.Errorf("got %v (%s), want %v (%s)", err, Explain(err).Code, c.want, c.code)
			}
		})
	}
}

func TestVaultWithoutPassphrase(t *testing.T) {
	path := filepath.Join(t.TempDir(), VaultFile)
	d, err := Create(path, nil, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	d.mustIssue(t, "", named(pki.Authority, "Root"))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(path, testOptions()); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if d.Locked() || d.Protected() {
		t.Errorf("locked %v, protected %v; want neither", d.Locked(), d.Protected())
	}
	if list, err := d.Authorities(); err != nil || len(list) != 1 {
		t.Errorf("authorities: %v, %v", list, err)
	}
}

func TestPassphrases(t *testing.T) {
	if _, err := Create(filepath.Join(t.TempDir(), "x.db"), []byte("1234567"), testOptions()); !errors.Is(err, ErrWeakPassphrase) {
		t.Errorf("seven characters: %v, want ErrWeakPassphrase", err)
	}
	d := newDesk(t)
	ctx := context.Background()
	if err := d.ChangePassphrase(ctx, passphrase, []byte("short")); !errors.Is(err, ErrWeakPassphrase) {
		t.Errorf("a short new one: %v", err)
	}
	if err := d.ChangePassphrase(ctx, []byte("not the one"), []byte("another good one")); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("a wrong old one: %v", err)
	}
	if err := d.ChangePassphrase(ctx, passphrase, []byte("another good one")); err != nil {
		t.Fatal(err)
	}
	d.Lock()
	if err := d.Unlock(ctx, passphrase); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("the old one still opens: %v", err)
	}
	if err := d.Unlock(ctx, []byte("another good one")); err != nil {
		t.Error(err)
	}
}

func TestStrength(t *testing.T) {
	for _, c := range []struct {
		text       string
		tooShort   bool
		least, top int
	}{
		{"", true, 0, 0},
		{"abc", true, 0, 0},
		{"e\u0301e\u0301e\u0301e\u0301", true, 0, 4}, // four characters, as macOS has them
		{"password", false, 0, 0},
		{"correct horse battery staple", false, 3, 4},
		{"\u6b63\u78ba\u306a\u99ac\u96fb\u6c60\u30db\u30c1\u30ad\u30b9", false, 1, 4},
		{"xK9$mQ2#vL7@pR4!", false, 4, 4},
	} {
		e := Strength([]byte(c.text))
		if e.TooShort != c.tooShort || e.Score < c.least || e.Score > c.top {
			t.Errorf("Strength(%q) = %+v, want score %d to %d, too short %v", c.text, e, c.least, c.top, c.tooShort)
		}
	}
	Strength(bytes.Repeat([]byte("ab1!"), 100000)) // ends
}
