package desk

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

func TestProfiles(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	r := named(pki.Client, "alice")
	r.Subject.Organization = "Acme"
	r.ExtKeyUsage = []string{"clientAuth", "emailProtection"}
	r.NotAfter = fixed.AddDate(0, 0, 30)
	alice := d.mustIssue(t, root.ID, r)

	p, missing, err := d.ProfileOf(alice.ID, "Staff")
	if err != nil || missing != nil {
		t.Fatal(err, missing)
	}
	saved, err := d.SaveProfile(p, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SaveProfile(p, false); !errors.Is(err, ErrProfileExists) {
		t.Errorf("saved twice: %v", err)
	}
	p.Validity = "7d"
	again, err := d.SaveProfile(p, true)
	if err != nil || again.ID != saved.ID {
		t.Errorf("replaced: %v, %v", again.ID, err)
	}
	if _, err := d.SaveProfile(pki.Profile{Name: "Server", Kind: pki.Client}, true); !errors.Is(err, ErrProfileBuiltIn) {
		t.Errorf("over one that comes with the program: %v", err)
	}
	var faults pki.Faults
	if _, err := d.SaveProfile(pki.Profile{Kind: pki.Client}, true); !errors.As(err, &faults) {
		t.Errorf("without a name: %v", err)
	}
}

func TestProfileIsFollowed(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	p := pki.Profile{Name: "Staff", Kind: pki.Client, Key: pki.P256, Validity: "7d", ExtKeyUsage: []string{"clientAuth", "emailProtection"}}
	if _, err := d.SaveProfile(p, false); err != nil {
		t.Fatal(err)
	}
	found, err := d.FindProfile(" STAFF ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, found.Profile); diff != "" {
		t.Error(diff)
	}
	all, err := d.Profiles()
	if err != nil || len(all) != len(pki.BuiltInProfiles())+1 || all[len(all)-1].Name != "Staff" {
		t.Errorf("%d profiles, %v", len(all), err)
	}

	bob := IssueRequest{IssuerID: root.ID, Request: found.Request(fixed), Profile: found.Name}
	bob.Subject.CommonName = "bob"
	c, err := d.Issue(t.Context(), bob)
	if err != nil || c.Profile != "Staff" || !c.NotAfter.Equal(fixed.AddDate(0, 0, 7)) {
		t.Errorf("%+v, %v", c, err)
	}

	if err := d.DeleteProfile("staff"); err != nil {
		t.Fatal(err)
	}
	var gone *NotFoundError
	if err := d.DeleteProfile("staff"); !errors.As(err, &gone) || gone.What != "profile" {
		t.Errorf("deleted twice: %v", err)
	}
	if err := d.DeleteProfile("server"); !errors.Is(err, ErrProfileBuiltIn) {
		t.Errorf("deleted one that comes with the program: %v", err)
	}
}

func TestProfileFiles(t *testing.T) {
	d := newDesk(t)
	file, err := d.ExportProfile("server-90-days")
	if err != nil || file.Name != "server-90-days.profile.json" || file.Secret {
		t.Fatalf("%+v, %v", file, err)
	}
	path := filepath.Join(t.TempDir(), file.Name)
	if err := WriteFile(path, file, false); err != nil {
		t.Fatal(err)
	}
	got, err := ReadProfile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pki.BuiltInProfiles()[1], got); diff != "" {
		t.Error(diff)
	}
	var wrong *PathError
	for path, want := range map[string]error{
		filepath.Dir(path): ErrNotFile, filepath.Join(filepath.Dir(path), "none"): os.ErrNotExist, os.DevNull: ErrNotFile,
	} {
		if _, err := ReadProfile(path); !errors.As(err, &wrong) || !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	if err := os.Truncate(path, 1<<30); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadProfile(path); !errors.Is(err, pki.ErrProfileTooLarge) {
		t.Errorf("a gigabyte: %v", err)
	}
}
