package desk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestExportRefuses(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	leaf := d.mustIssue(t, root.ID, named(pki.Client, "a"))
	if _, err := d.Export(leaf.ID, P12, ""); !errors.Is(err, ErrEmptyPassword) {
		t.Errorf("without a password: %v", err)
	}
	if _, err := d.Export(leaf.ID, "zip", "x"); !errors.Is(err, ErrFormat) {
		t.Errorf("as zip: %v", err)
	}
	var missing *NotFoundError
	if _, err := d.Export(ID(strings.Repeat("f", 32)), PEM, ""); !errors.As(err, &missing) {
		t.Errorf("of nobody: %v", err)
	}
}

func TestEveryTargetGivesFiles(t *testing.T) {
	d := newDesk(t)
	example, err := d.MakeExample(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []Certificate{example.Authority, example.Server, example.Client} {
		targets := TargetsFor(c.Kind)
		if len(targets) == 0 {
			t.Errorf("nowhere to export a certificate of kind %s", c.Kind)
		}
		for _, target := range targets {
			files, err := d.ExportFor(c.ID, target, "secret-password")
			if err != nil {
				t.Errorf("%s for %s: %v", c.Name, target.Code, err)
			}
			names := map[string]bool{}
			for _, f := range files {
				if names[f.Name] || len(f.Data) == 0 {
					t.Errorf("%s for %s: file %q empty or twice", c.Name, target.Code, f.Name)
				}
				names[f.Name] = true
				if target.Code == "partner" && f.Secret {
					t.Errorf("a partner would get the secret file %s", f.Name)
				}
			}
		}
	}
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	if err := WriteFile(path, File{Data: []byte("one"), Secret: true}, false); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	err = WriteFile(path, File{Data: []byte("two")}, false)
	if !errors.Is(err, ErrFileExists) {
		t.Errorf("over a file: %v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != "one" {
		t.Errorf("the file became %q", data)
	}
	if err := WriteFile(path, File{Data: []byte("two"), Secret: true}, true); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "two" {
		t.Errorf("replaced, the file is %q", data)
	}
	left, _ := os.ReadDir(filepath.Dir(path))
	if len(left) != 1 {
		t.Errorf("%d files where one should be", len(left))
	}
	err = WriteFile(filepath.Join(path, "below"), File{}, false)
	var wrong *PathError
	if !errors.As(err, &wrong) {
		t.Errorf("below a file: %v, want *PathError", err)
	}
}

func TestWriteFilesIsAllOrNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	files := []File{{Name: "a", Data: []byte("a")}, {Name: "b", Data: []byte("b"), Secret: true}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "b"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteFiles(dir, files, false); !errors.Is(err, ErrFileExists) {
		t.Errorf("got %v, want ErrFileExists", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a")); err == nil {
		t.Error("the first file was written though the second was taken")
	}
	if err := WriteFiles(dir, files, true); err != nil {
		t.Error(err)
	}
}

func TestFileName(t *testing.T) {
	for in, want := range map[string]string{
		"alice":                      "alice",
		"*.acme.test":                "wildcard.acme.test",
		"../../etc/passwd":           "etc-passwd",
		"a/b\\c:d":                   "a-b-c-d",
		"":                           "certificate-",
		"...":                        "certificate-",
		"CON":                        "certificate-CON",
		"com1.pem":                   "certificate-com1.pem",
		"Super Client":               "Super-Client",
		"\u738b\u5c0f\u660e":         "\u738b\u5c0f\u660e",
		"a\u202eb\x00c":              "a-b-c",
		strings.Repeat("x", 200):     strings.Repeat("x", 80),
		"spiffe://acme.test/billing": "spiffe---acme.test-billing",
	} {
		if got := FileName(in); got != want {
			t.Errorf("FileName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestReadFileRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadFile(dir); !errors.Is(err, ErrNotFile) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := ReadFile("/dev/zero"); err != nil && !errors.Is(err, ErrNotFile) && !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a device: %v", err)
	}
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, pki.MaxInput+1); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(big); !errors.Is(err, pki.ErrTooLarge) {
		t.Errorf("a large file: %v", err)
	}
}

// TestKeysInFiles: OpenSSL reads each file that holds a private key, and finds
// the certificate's own.
func TestKeysInFiles(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	leaf := d.mustIssue(t, root.ID, named(pki.Client, "a"))
	dir := t.TempDir()
	public := func(path string, more ...string) string {
		return pkitest.Run(t, "openssl", append([]string{"pkey", "-in", path, "-pubout"}, more...)...)
	}
	var keys []string
	for _, f := range []Format{Key, EncryptedKey, Combined} {
		file, err := d.Export(leaf.ID, f, bundlePassword)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, file.Name)
		if err := WriteFile(path, file, false); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 || !file.Secret {
			t.Errorf("%s: secret %v, %v, %v", f, file.Secret, info.Mode(), err)
		}
		keys = append(keys, public(path, "-passin", "pass:"+bundlePassword))
	}
	want := pkitest.Run(t, "openssl", "x509", "-in", filepath.Join(dir, "a-combined.pem"), "-noout", "-pubkey")
	for n, got := range keys {
		if got != want {
			t.Errorf("key %d is another: %s, not %s", n, got, want)
		}
	}
	if _, err := pkitest.Try(t, "openssl", "pkey", "-in", filepath.Join(dir, "a-encrypted.key"), "-passin", "pass:other", "-noout"); err == nil {
		t.Error("another password opens the key")
	}
	if _, err := d.Export(leaf.ID, EncryptedKey, ""); !errors.Is(err, ErrEmptyPassword) {
		t.Errorf("encrypted with nothing: %v", err)
	}
}
