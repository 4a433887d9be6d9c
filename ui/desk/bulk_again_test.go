package desk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// goOn makes what is left of a table and gives all its rows.
func (d *Desk) goOn(t *testing.T, defaults BulkDefaults, text string) []BulkMade {
	t.Helper()
	check := d.mustCheck(t, defaults, text)
	made, err := d.MakeBulk(context.Background(), defaults, check.Remaining(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return JoinBulk(check.Already(), made)
}

// Stopped at some row, while certificates are made and again while bundles are
// written, a table that is made again ends with one certificate and one bundle
// for each row, each of which opens with the password that is listed.
func TestBulkGoesOn(t *testing.T) {
	pkitest.Need(t, "openssl")
	d, defaults := newBulk(t)
	const rows = bulkBatch + 300
	table := people(rows-40) + strings.Repeat("twin\n", 40)
	at, atFile := 1+rand.IntN(bulkBatch), 1+rand.IntN(rows-2*exportPiece)
	t.Logf("stopped after row %d and file %d", at, atFile)

	first := d.mustStop(t, defaults, table, at)
	all := d.goOn(t, defaults, table)
	if len(all) != rows {
		t.Fatalf("%d rows, want %d", len(all), rows)
	}
	seen := map[ID]bool{}
	for i, m := range all {
		if m.Line != i+1 || seen[m.Certificate.ID] {
			t.Fatalf("row %d is line %d, seen before: %v", i, m.Line, seen[m.Certificate.ID])
		}
		seen[m.Certificate.ID] = true
	}
	for _, m := range first {
		if !seen[m.Certificate.ID] {
			t.Fatalf("%q was made and left out", m.Certificate.Name)
		}
	}
	d.mustBeWhole(t, rows)

	folder, passwords := filepath.Join(t.TempDir(), "bundles"), filepath.Join(t.TempDir(), "passwords.csv")
	o := BulkExport{Folder: folder, Formats: []Format{P12}, Passwords: passwords}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	wrote, err := d.ExportBulk(ctx, all, o, func(p BulkProgress) {
		if p.Done >= atFile {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || wrote.Certificates == 0 || wrote.Certificates == rows {
		t.Fatalf("stopped with %d written, error %v", wrote.Certificates, err)
	}
	listed := readTable(t, passwords)
	if err := CheckBulkFolder(folder, passwords); err != nil {
		t.Fatalf("it cannot go on: %v", err)
	}
	if wrote, err = d.ExportBulk(context.Background(), d.goOn(t, defaults, table), o, nil); err != nil || wrote.Certificates != rows {
		t.Fatalf("%d written, error %v", wrote.Certificates, err)
	}
	if !slices.EqualFunc(listed, readTable(t, passwords), slices.Equal) {
		t.Error("bundles that were given away got other passwords")
	}
	if len(filesIn(t, folder)) != rows+2 {
		t.Errorf("%d files", len(filesIn(t, folder)))
	}
	mustOpen(t, wrote, rows)
}

// mustStop makes a table and stops it after some rows; what was kept is given.
func (d *Desk) mustStop(t *testing.T, defaults BulkDefaults, table string, at int) []BulkMade {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	check := d.mustCheck(t, defaults, table)
	made, err := d.MakeBulk(ctx, defaults, check.Remaining(), func(p BulkProgress) {
		if p.Done >= at {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(made) < at || len(made) == len(check.Items) {
		t.Fatalf("stopped at %d with %d made, error %v", at, len(made), err)
	}
	return made
}

// mustOpen opens bundles with their passwords: every one here, and some by
// openssl.
func mustOpen(t *testing.T, wrote BulkWritten, rows int) {
	t.Helper()
	manifest, passwords := readTable(t, wrote.Manifest)[1:], readTable(t, wrote.Passwords)[1:]
	if len(manifest) != rows || len(passwords) != rows {
		t.Fatalf("%d in the list, %d passwords", len(manifest), len(passwords))
	}
	folder := filepath.Dir(wrote.Manifest)
	for n, row := range manifest {
		path := filepath.Join(folder, row[3])
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := pki.DecodePKCS12(data, passwords[n][3])
		if err != nil || pki.Serial(bundle.Certificate) != row[5] || passwords[n][2] != row[3] {
			t.Fatalf("%s: %v", path, err)
		}
		if n%(rows/10) == 0 {
			out := pkitest.Run(t, "openssl", "pkcs12", "-in", path, "-passin", "pass:"+passwords[n][3], "-nokeys", "-clcerts")
			leaf := pkitest.File(t, fmt.Sprintf("leaf%d.pem", n), []byte(out))
			pkitest.Run(t, "openssl", "verify", "-x509_strict", "-attime", fmt.Sprint(fixed.Unix()),
				"-CAfile", filepath.Join(folder, "Root.pem"), leaf)
		}
	}
}

// What counts as there for a row, and what does not.
func TestBulkThere(t *testing.T) {
	const head = "name,kind,names,validity,ou\n"
	for _, c := range []struct {
		name   string
		before string // what was made
		change func(t *testing.T, d *Desk, now *time.Time, defaults *BulkDefaults)
		after  string
		want   []int // lines that are there
	}{
		{"the same", "alice,client,,,\n", nil, "alice,client,,,\n", []int{2}},
		{"one of two", "alice,client,,,\n", nil, "alice,client,,,\nalice,client,,,\n", []int{2}},
		{"more rows, in another order", "a,,,,\nb,,,,\n", nil, "c,,,,\nb,,,,\na,,,,\n", []int{3, 4}},
		{"names in another order", "a.example,server,b.example 10.0.0.1,,\n", nil, "a.example,server,10.0.0.1 b.example,,\n", []int{2}},
		{"another name more", "a.example,server,,,\n", nil, "a.example,server,b.example,,\n", nil},
		{"another subject", "alice,client,,,Sales\n", nil, "alice,client,,,Works\n", nil},
		{"another case", "alice,client,,,\n", nil, "Alice,client,,,\n", nil},
		{"another kind", "a.example,server,,,\n", nil, "a.example,both,,,\n", nil},
		{"another validity", "alice,client,,90,\n", nil, "alice,client,,200,\n", []int{2}},
		{"another key", "alice,client,,,\n", func(_ *testing.T, _ *Desk, _ *time.Time, d *BulkDefaults) { d.Base.Key = pki.P384 }, "alice,client,,,\n", nil},
		{"another profile", "alice,client,,,\n", func(_ *testing.T, _ *Desk, _ *time.Time, d *BulkDefaults) { d.Profile = "Staff" }, "alice,client,,,\n", nil},
		{"another authority", "alice,client,,,\n", func(t *testing.T, d *Desk, _ *time.Time, b *BulkDefaults) {
			b.IssuerID = d.mustIssue(t, "", named(pki.Authority, "Other")).ID
		}, "alice,client,,,\n", nil},
		{"the authority renewed", "alice,client,,,\n", func(t *testing.T, d *Desk, now *time.Time, b *BulkDefaults) {
			*now = now.Add(time.Hour)
			d.mustRenew(t, Renewal{ID: b.IssuerID})
		}, "alice,client,,,\n", []int{2}},
		{"revoked", "alice,client,,,\n", func(t *testing.T, d *Desk, _ *time.Time, _ *BulkDefaults) {
			if _, err := d.Revoke(context.Background(), []ID{d.mustFind(t, "alice")}, pki.Superseded, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}, "alice,client,,,\n", nil},
		{"replaced", "alice,client,,,\n", func(t *testing.T, d *Desk, now *time.Time, _ *BulkDefaults) {
			*now = now.Add(time.Hour)
			d.mustRenew(t, Renewal{ID: d.mustFind(t, "alice")})
		}, "alice,client,,,\n", []int{2}}, // its successor
		{"expiring", "alice,client,,90,\n", func(_ *testing.T, _ *Desk, now *time.Time, _ *BulkDefaults) { *now = now.AddDate(0, 0, 61) }, "alice,client,,90,\n", nil},
		{"its key is away", "alice,client,,,\n", func(t *testing.T, d *Desk, _ *time.Time, _ *BulkDefaults) { d.takeKey(t, d.mustFind(t, "alice")) }, "alice,client,,,\n", nil},
		{"a fault", "alice,client,,,\n", nil, "alice,client,,soon,\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, now := moving(t)
			root := d.mustIssue(t, "", named(pki.Authority, "Root"))
			defaults := BulkDefaults{IssuerID: root.ID, Base: pki.NewRequest(pki.Client)}
			d.mustMake(t, defaults, head+c.before)
			if c.change != nil {
				c.change(t, d, now, &defaults)
			}
			check := d.mustCheck(t, defaults, head+c.after)
			var there []int
			for _, m := range check.Already() {
				there = append(there, m.Line)
			}
			if !slices.Equal(there, c.want) || check.There != len(c.want) || len(check.Remaining()) != check.Good-len(c.want) {
				t.Errorf("there are %v, want %v; %d remain of %d", there, c.want, len(check.Remaining()), check.Good)
			}
		})
	}
}

// mustFind is the ID of the newest certificate of a name.
func (d *Desk) mustFind(t *testing.T, name string) ID {
	t.Helper()
	c, err := d.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

// A folder is gone on with only where an export was stopped, and never another
// file of passwords written over.
func TestExportBulkUnfinished(t *testing.T) {
	d, defaults := newBulk(t)
	made := d.mustMake(t, defaults, people(3))
	folder, theirs := t.TempDir(), filepath.Join(t.TempDir(), "theirs.csv")
	mine := filepath.Join(filepath.Dir(theirs), "mine.csv")
	for path, text := range map[string]string{
		theirs: "theirs", mine: "line,name,file,password\r\n1,person 0,person-0.p12,given away\r\n",
		filepath.Join(folder, UnfinishedFile):      unfinishedText + mine + "\r\n",
		filepath.Join(folder, ".countersign-1234"): "half", filepath.Join(folder, "person-0.p12"): "old",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := BulkExport{Folder: folder, Formats: []Format{P12}, Passwords: theirs}
	var at *PathError
	if _, err := d.ExportBulk(context.Background(), made, o, nil); !errors.As(err, &at) || at.Path != theirs || !errors.Is(err, ErrFileExists) {
		t.Errorf("another file of passwords: %v", err)
	}
	if err := CheckBulkFolder(folder, theirs); !errors.Is(err, ErrFileExists) {
		t.Errorf("it is not foreseen: %v", err)
	}
	o.Passwords = mine
	if _, err := d.ExportBulk(context.Background(), made, o, nil); err != nil {
		t.Fatal(err)
	}
	if got := readTable(t, mine)[1]; !slices.Equal(got, []string{"1", "person 0", "person-0.p12", "given away"}) {
		t.Errorf("the password that was given away became %q", got)
	}
	if got := filesIn(t, folder); len(got) != 5 || slices.Contains(got, UnfinishedFile) {
		t.Errorf("there are %q", got)
	}
	if err := CheckBulkFolder(folder, mine); !errors.Is(err, ErrFileExists) {
		t.Errorf("a finished folder is free: %v", err)
	}
}
