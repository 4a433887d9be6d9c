package desk

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// mustMake makes the rows of a table.
func (d *Desk) mustMake(t *testing.T, defaults BulkDefaults, text string) []BulkMade {
	t.Helper()
	made, err := d.MakeBulk(context.Background(), defaults, d.mustCheck(t, defaults, text).GoodItems(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func filesIn(t *testing.T, folder string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(folder, path)
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func readTable(t *testing.T, path string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestExportBulk(t *testing.T) {
	d, defaults := newBulk(t)
	made := d.mustMake(t, defaults, "name,password\nalice,her own password\n../../etc/passwd,\nALICE,\nalice,\nCON,\n=cmd|'/C calc'!A0,=1+1+12345\n王小明,\nmanifest.csv,\n")
	folder := filepath.Join(t.TempDir(), "new", "bundles")
	secret := filepath.Join(t.TempDir(), "secret.csv")
	wrote, err := d.ExportBulk(context.Background(), made, BulkExport{Folder: folder, Formats: []Format{P12}, Passwords: secret}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"ALICE-2.p12", "Root.pem", "alice-3.p12", "alice.p12", "certificate-CON.p12", "cmd---C-calc--A0.p12",
		"etc-passwd.p12", "manifest.csv", "manifest.csv.p12", "王小明.p12"}
	if diff := cmp.Diff(want, filesIn(t, folder)); diff != "" {
		t.Error(diff)
	}
	if wrote.Certificates != 8 || wrote.Files != 11 || wrote.Passwords != secret {
		t.Errorf("it says %+v", wrote)
	}
	passwords := readTable(t, secret)
	for n, row := range readTable(t, wrote.Manifest)[1:] {
		data, err := os.ReadFile(filepath.Join(folder, row[3]))
		if err != nil {
			t.Fatal(err)
		}
		password := passwords[n+1][3]
		if password == asInTable {
			password = "=1+1+12345"
		}
		bundle, err := pki.DecodePKCS12(data, password)
		if err != nil {
			t.Fatalf("%s: %v", row[3], err)
		}
		if pki.Serial(bundle.Certificate) != row[5] || pki.Fingerprint(bundle.Certificate) != row[6] || len(bundle.Chain) != 1 {
			t.Errorf("%s is not the certificate of its line", row[3])
		}
		if strings.TrimPrefix(row[1], "'") != bundle.Certificate.Subject.CommonName {
			t.Errorf("%s is of %q, the list says %q", row[3], bundle.Certificate.Subject.CommonName, row[1])
		}
	}
	for _, path := range []string{wrote.Manifest, secret} {
		for _, row := range readTable(t, path) {
			for _, cell := range row {
				if HarmlessCell(cell) != cell {
					t.Errorf("%s: a spreadsheet takes %q for a formula", path, cell)
				}
			}
		}
	}
	for _, path := range append([]string{secret}, filepath.Join(folder, "alice.p12"), filepath.Join(folder, "manifest.csv")) {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
	}
	manifest, err := os.ReadFile(wrote.Manifest)
	if err != nil || bytes.Contains(manifest, []byte("her own password")) {
		t.Errorf("the list holds a password, error %v", err)
	}
}

func TestExportBulkPairs(t *testing.T) {
	d, defaults := newBulk(t)
	between := d.mustIssue(t, defaults.IssuerID, named(pki.Authority, "Between"))
	defaults.IssuerID = between.ID
	made := d.mustMake(t, defaults, "alice\nbob\n")
	folder := t.TempDir()
	wrote, err := d.ExportBulk(context.Background(), made, BulkExport{Folder: folder, Formats: []Format{Chain, Key}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Root.pem", "alice-chain.pem", "alice.key", "bob-chain.pem", "bob.key", "manifest.csv"}
	if diff := cmp.Diff(want, filesIn(t, folder)); diff != "" || wrote.Passwords != "" {
		t.Errorf("passwords %q, files %s", wrote.Passwords, diff)
	}
	data, err := os.ReadFile(filepath.Join(folder, "bob-chain.pem"))
	if err != nil {
		t.Fatal(err)
	}
	items, err := pki.Decode(data, "")
	if err != nil || len(items) != 2 || items[1].Certificate.Subject.CommonName != "Between" {
		t.Errorf("the chain has %d certificates, error %v", len(items), err)
	}
	if row := readTable(t, wrote.Manifest)[2]; row[3] != "bob-chain.pem" || row[4] != "bob.key" {
		t.Errorf("the list says %v", row)
	}
}

func TestExportBulkErrors(t *testing.T) {
	d, defaults := newBulk(t)
	made := d.mustMake(t, defaults, "alice\nbob\n")
	taken := t.TempDir()
	if err := os.WriteFile(filepath.Join(taken, "bob.p12"), []byte("his"), 0o600); err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(taken, "bob.p12", "folder")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	var at *PathError
	for _, c := range []struct {
		name string
		ctx  context.Context
		o    BulkExport
		is   func(error) bool
		left []string
	}{
		{"a name is taken", context.Background(), BulkExport{Folder: taken, Formats: []Format{P12}, Password: "password"},
			func(err error) bool { return errors.Is(err, ErrFileExists) }, []string{"bob.p12"}},
		{"no place for passwords", context.Background(), BulkExport{Folder: taken, Formats: []Format{P12}},
			func(err error) bool { return errors.Is(err, ErrPasswordsLost) }, []string{"bob.p12"}},
		{"no formats", context.Background(), BulkExport{Folder: taken}, func(err error) bool { return errors.Is(err, ErrFormat) }, []string{"bob.p12"}},
		{"no folder can be there", context.Background(), BulkExport{Folder: blocked, Formats: []Format{Chain, Key}},
			func(err error) bool { return errors.As(err, &at) }, []string{"bob.p12"}},
		{"cancelled", ended, BulkExport{Folder: taken, Formats: []Format{Chain}}, func(err error) bool { return errors.Is(err, context.Canceled) },
			[]string{"Root.pem", "bob.p12", "manifest.csv", "unfinished.txt"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wrote, err := d.ExportBulk(c.ctx, made, c.o, nil)
			if !c.is(err) || wrote.Certificates != 0 {
				t.Errorf("%d written, error %v", wrote.Certificates, err)
			}
			if diff := cmp.Diff(c.left, filesIn(t, taken)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if data, err := os.ReadFile(filepath.Join(taken, "bob.p12")); err != nil || string(data) != "his" {
		t.Errorf("what was there is %q now, error %v", data, err)
	}
}

// TestExportBulkCancelled: the list says what is there, and no more.
func TestExportBulkCancelled(t *testing.T) {
	d, defaults := newBulk(t)
	made := d.mustMake(t, defaults, people(3*exportPiece))
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	wrote, err := d.ExportBulk(ctx, made, BulkExport{Folder: folder, Formats: []Format{Chain, Key}}, func(BulkProgress) { cancel() })
	if !errors.Is(err, context.Canceled) || wrote.Certificates != exportPiece {
		t.Fatalf("%d written, error %v", wrote.Certificates, err)
	}
	rows := readTable(t, wrote.Manifest)[1:]
	if len(rows) != wrote.Certificates {
		t.Errorf("%d in the list, %d written", len(rows), wrote.Certificates)
	}
	files := filesIn(t, folder)
	for _, row := range rows {
		if !slices.Contains(files, row[3]) || !slices.Contains(files, row[4]) {
			t.Errorf("%s of the list is not there", row[3])
		}
	}
}

func TestNamer(t *testing.T) {
	n := newNamer("manifest.csv")
	var got []string
	for _, name := range []string{"a", "A", "a-2", "a", "é", "e\u0301", "manifest"} {
		got = append(got, n.of(name, []Format{P12})[0])
	}
	got = append(got, n.of("x", []Format{Chain, Key})...)
	got = append(got, n.of("x-chain", []Format{PEM})...)
	want := []string{"a.p12", "A-2.p12", "a-2-2.p12", "a-3.p12", "é.p12", "e\u0301-2.p12", "manifest.p12",
		"x-chain.pem", "x.key", "x-chain-2.pem"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
