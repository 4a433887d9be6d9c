package desk

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"countersign/pki"
)

// exported writes an authority's and a client's files as another tool would
// leave them, and gives the folder.
func exported(t *testing.T) string {
	t.Helper()
	other := newDesk(t)
	root := other.mustIssue(t, "", named(pki.Authority, "Partner Root"))
	leaf := other.mustIssue(t, root.ID, named(pki.Client, "bob"))
	dir := t.TempDir()
	for name, f := range map[string]struct {
		id     ID
		format Format
	}{"ca.crt": {root.ID, PEM}, "bob.der": {leaf.ID, DER}, "deep/bob.key": {leaf.ID, Key}} {
		file, err := other.Export(f.id, f.format, "")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := WriteFile(path, file, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("nothing of note"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestImportFolder(t *testing.T) {
	dir := exported(t)
	d := newDesk(t)
	ctx := context.Background()
	found, err := d.Look(ctx, []string{dir}, Passwords{})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Certificates) != 2 || len(found.Keys) != 0 || len(found.Unread) != 0 || len(found.Locked) != 0 {
		t.Fatalf("found %+v", found)
	}
	added, err := d.Import(ctx, found)
	if err != nil || len(added.Certificates) != 2 {
		t.Fatalf("added %+v, %v", added, err)
	}
	root, err := d.FindAuthority("Partner Root")
	if err != nil || root.HasKey || !root.IsRoot() || root.Origin != "imported" {
		t.Errorf("the root: %+v, %v", root, err)
	}
	bob, err := d.FindLeaf("bob")
	if err != nil || !bob.HasKey || bob.IssuerID != root.ID || bob.Issuer != "Partner Root" {
		t.Errorf("bob: %+v, %v", bob, err)
	}
	if _, err := d.Export(bob.ID, Key, ""); err != nil {
		t.Errorf("the imported key: %v", err)
	}
	again, err := d.Look(ctx, []string{dir}, Passwords{})
	if err != nil || len(again.Certificates) != 2 || again.Certificates[0].New() || again.Certificates[1].New() {
		t.Errorf("a second time they count as new: %+v, %v", again, err)
	}
}

func TestImportInPieces(t *testing.T) {
	dir := exported(t)
	d := newDesk(t)
	ctx := context.Background()
	for n, paths := range [][]string{
		{filepath.Join(dir, "bob.der")},
		{filepath.Join(dir, "deep", "bob.key")},
		{filepath.Join(dir, "ca.crt")},
	} {
		found, err := d.Look(ctx, paths, Passwords{})
		if err != nil {
			t.Fatal(err)
		}
		added, err := d.Import(ctx, found)
		if err != nil || len(added.Certificates) != 1 {
			t.Fatalf("piece %d added %+v, %v", n, added, err)
		}
	}
	list, err := d.Certificates(Filter{})
	if err != nil || len(list) != 1 || !list[0].HasKey || list[0].IssuerID == "" {
		t.Errorf("bob in pieces: %+v, %v", list, err)
	}
}

func TestLookSaysWhatItCannotRead(t *testing.T) {
	d := newDesk(t)
	example, err := d.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	bundle, err := d.Export(example.Client.ID, P12, "secret-one")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "a.p12")
	if err := WriteFile(path, bundle, false); err != nil {
		t.Fatal(err)
	}
	junk := filepath.Join(dir, "junk")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := d.Look(t.Context(), []string{path, junk, filepath.Join(dir, "none")}, Passwords{Any: []string{"wrong"}})
	if err != nil || len(found.Locked) != 1 || len(found.Unread) != 2 {
		t.Errorf("found %+v, %v; want one locked and two unread", found, err)
	}
	found, err = d.Look(t.Context(), []string{dir}, Passwords{Any: []string{"secret-one"}})
	if err != nil || len(found.Certificates) != 2 || len(found.Locked) != 0 || len(found.Unread) != 0 {
		t.Errorf("with the password: %+v, %v", found, err)
	}
}
