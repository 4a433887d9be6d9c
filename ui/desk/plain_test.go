package desk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// leaver is a vault with some of everything, of which names would be paths.
func leaver(t *testing.T) (d *Desk, root, sub Certificate) {
	t.Helper()
	now := time.Now()
	d, err := Create(filepath.Join(t.TempDir(), VaultFile), passphrase, Options{Now: func() time.Time { return now }, KDF: testOptions().KDF})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	root = d.mustIssue(t, "", named(pki.Authority, "Root"))
	sub = d.mustIssue(t, root.ID, named(pki.Authority, "../Sub"))
	for _, name := range []string{"alice", "alice", "ca", "../../evil", "held", "gone", "withdrawn", "名"} {
		c := d.mustIssue(t, sub.ID, named(pki.Client, name))
		reason, revoked := map[string]pki.Reason{
			"held": pki.CertificateHold, "gone": pki.KeyCompromise, "withdrawn": pki.PrivilegeWithdrawn,
		}[name]
		if !revoked {
			continue
		}
		if _, err := d.Revoke(context.Background(), []ID{c.ID}, reason, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	d.mustRequest(t, named(pki.Client, "waiting"))
	return d, root, sub
}

// TestExportPlainForOpenSSL: openssl ca goes on where we stopped: it issues,
// revokes, and makes the next list, in which our revocations stand.
func TestExportPlainForOpenSSL(t *testing.T) {
	pkitest.Need(t, "openssl")
	d, _, _ := leaver(t)
	for _, o := range []PlainOptions{{Password: "leaving-now"}, {NoPassword: true}} {
		folder := filepath.Join(t.TempDir(), "plain")
		o.Readme = func(p Plain) string { return "read me" }
		done, err := d.ExportPlain(context.Background(), folder, o)
		if err != nil {
			t.Fatal(err)
		}
		if want := (Plain{Folder: folder, Authorities: 2, Certificates: 9, Keys: 11, Requests: 1}); done != want {
			t.Errorf("%+v, want %+v", done, want)
		}
		mustBePrivate(t, folder, o.NoPassword)
		ca := filepath.Join(folder, "Sub")
		run := func(args ...string) string {
			t.Helper()
			if !o.NoPassword && args[0] == "ca" {
				args = append(args, "-passin", "pass:"+o.Password)
			}
			return string(pkitest.Run(t, "sh", append([]string{"-c", `cd "$0" && exec openssl "$@"`, ca}, args...)...))
		}
		run("req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", "n.key",
			"-subj", "/CN=new one", "-addext", "subjectAltName=DNS:new.test", "-out", "n.csr")
		run("ca", "-batch", "-config", "openssl.cnf", "-extensions", "server", "-in", "n.csr", "-out", "n.crt", "-notext")
		run("verify", "-x509_strict", "-CAfile", "ca-chain.crt", "n.crt")
		run("ca", "-config", "openssl.cnf", "-revoke", "issued/alice.crt", "-crl_reason", "superseded")
		run("ca", "-config", "openssl.cnf", "-updatedb")
		run("ca", "-config", "openssl.cnf", "-gencrl", "-out", "next.pem")
		text := run("crl", "-in", "next.pem", "-CAfile", "ca-chain.crt", "-noout", "-text")
		for _, want := range []string{"Key Compromise", "Certificate Hold", "Superseded"} {
			if strings.Count(text, want) != 1 {
				t.Errorf("%d times %q in the list\n%s", strings.Count(text, want), want, text)
			}
		}
		if got := strings.Count(text, "Serial Number:"); got != 4 {
			t.Errorf("%d are on the list", got)
		}
		if !strings.Contains(text, "X509v3 CRL Number: \n                4") {
			t.Errorf("the list's number is another:\n%s", text)
		}
	}
}

// mustBePrivate: nobody else reads anything, no key is in the clear unless that
// was asked for, and nothing is beside the folder.
func mustBePrivate(t *testing.T, folder string, clear bool) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = fs.ModeDir | 0o700
		}
		if err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
		if strings.HasSuffix(path, ".key") {
			data, err := os.ReadFile(path)
			if isClear := strings.Contains(string(data), "BEGIN PRIVATE KEY"); err != nil || isClear != clear {
				t.Errorf("%s in the clear: %v, %v", path, isClear, err)
			}
		}
		return nil
	})
	beside, readErr := os.ReadDir(filepath.Dir(folder))
	if err := errors.Join(err, readErr); err != nil || len(beside) != 1 {
		t.Errorf("beside the folder: %v, %v", beside, err)
	}
}

// TestExportPlainComesBack: a new vault takes it in, and holds the same.
func TestExportPlainComesBack(t *testing.T) {
	d, _, _ := leaver(t)
	folder := filepath.Join(t.TempDir(), "plain")
	if _, err := d.ExportPlain(context.Background(), folder, PlainOptions{Password: "leaving-now"}); err != nil {
		t.Fatal(err)
	}
	o := d.opt
	other, err := Create(filepath.Join(t.TempDir(), VaultFile), nil, o)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	found, err := other.Look(context.Background(), []string{folder}, Passwords{Any: []string{"leaving-now"}})
	if err != nil || len(found.Locked) > 0 {
		t.Fatalf("%+v, %v", found.Locked, err)
	}
	if _, err := other.Import(context.Background(), found); err != nil {
		t.Fatal(err)
	}
	want, got := states(t, d), states(t, other)
	if !slices.Equal(got, want) {
		t.Errorf("it holds\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if check, err := other.Check(context.Background()); err != nil || !check.Sound() {
		t.Errorf("%+v, %v", check, err)
	}
	requests, err := other.Requests()
	if err != nil || len(requests) != 1 || !requests[0].HasKey {
		t.Errorf("requests %+v, %v", requests, err)
	}
	lists, err := other.CRLs()
	for _, l := range lists {
		if l.Authority == "../Sub" && l.Number != 3 {
			t.Errorf("the number of its list is %d, %v", l.Number, err)
		}
	}
}

// states are what matters of each certificate: whose it is, that it has its key,
// and whether it counts.
func states(t *testing.T, d *Desk) []string {
	t.Helper()
	all, err := d.all()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, c := range all {
		reason := c.Reason
		if reason == string(pki.PrivilegeWithdrawn) { // openssl ca has no word for it
			reason = string(pki.Unspecified)
		}
		issuer, err := d.Get(c.IssuerID)
		key := "without a key"
		if c.HasKey {
			key = "with its key"
		}
		list = append(list, strings.Join([]string{c.Name, c.Serial, issuer.Serial, key, reason, c.RevokedAt.UTC().Format(time.RFC3339)}, " "))
		if err != nil {
			t.Error(err)
		}
	}
	slices.Sort(list)
	return list
}

func TestExportPlainIsNotHalf(t *testing.T) {
	d, _, _ := leaver(t)
	parent := t.TempDir()
	ended, end := context.WithCancel(context.Background())
	end()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		folder string
		o      PlainOptions
		want   error
	}{
		{"no password", context.Background(), filepath.Join(parent, "x"), PlainOptions{}, ErrEmptyPassword},
		{"a short password", context.Background(), filepath.Join(parent, "x"), PlainOptions{Password: "ab/ÄÖ67"}, ErrShortPassword},
		{"there already", context.Background(), parent, PlainOptions{NoPassword: true}, ErrFileExists},
		{"nowhere", context.Background(), filepath.Join(parent, "no", "x"), PlainOptions{NoPassword: true}, fs.ErrNotExist},
		{"cancelled", ended, filepath.Join(parent, "x"), PlainOptions{NoPassword: true}, context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := d.ExportPlain(c.ctx, c.folder, c.o); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if left, err := os.ReadDir(parent); err != nil || len(left) != 0 {
				t.Errorf("left are %v, %v", left, err)
			}
		})
	}
}
