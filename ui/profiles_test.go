package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
)

// follow chooses a profile by its title, as a person does.
func (l *profileLine) follow(title string) { l.choice.Choose(slices.Index(l.choice.Options(), title)) }

func TestFormFollowsAProfile(t *testing.T) {
	b, f, _ := issuing(t, pki.Server)
	f.profile.follow("Client, 24 hours")
	b.queue.drain()
	if f.kind != pki.Client || !strings.HasPrefix(f.valid.Value(), "24 hours") {
		t.Errorf("it is for a %s, valid for %s", f.kind, f.valid.Value())
	}
	f.name.SetText("alice")
	test.Tap(f.create)
	b.queue.drain()
	made := b.found("alice")
	if made.Profile != "client-24-hours" || made.NotAfter.Sub(testDay).Hours() != 24 {
		t.Errorf("%s until %v", made.Profile, made.NotAfter)
	}
}

func TestAnotherKindLeavesTheProfile(t *testing.T) {
	b, f, _ := issuing(t, pki.Server)
	f.profile.follow("Authority for servers only")
	b.queue.drain()
	if got := f.extKeyUsage.value(); !slices.Equal(got, []string{"serverAuth"}) || f.kind != pki.Authority {
		t.Errorf("%s for %v", f.kind, got)
	}
	f.tiles.Select(slices.Index(issueKinds, pki.Client))
	f.setKind(pki.Client)
	b.queue.drain()
	if f.profileName() != "" || f.profile.choice.Value() != "As usual" {
		t.Errorf("it follows %q", f.profileName())
	}
}

func TestSaveAsProfile(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	f.typed[pki.FieldOrganization].SetText("Acme")
	f.valid.Choose(1)
	f.keyUsage.tick("keyAgreement")
	test.Tap(f.profile.save)
	if !f.profile.sheet.Visible() || b.win.Canvas().Focused() != f.profile.name {
		t.Fatal("the name is not asked for")
	}
	b.queue.drain()
	b.picture("profile-save")
	test.Tap(f.profile.keep)
	b.queue.drain()
	if got := f.profile.field.Fault(); got != "Give it a name." {
		t.Errorf("without a name it says %q", got)
	}
	test.Type(f.profile.name, "Staff")
	b.submitBy(f.profile.name)
	if f.profile.sheet.Visible() {
		t.Error("it still asks")
	}
	p, err := b.desk.FindProfile("staff")
	if err != nil || p.Validity != "30d" || p.Subject.Organization != "Acme" || !slices.Equal(p.KeyUsage, []string{"digitalSignature", "keyAgreement"}) {
		t.Errorf("%+v, %v", p, err)
	}
	if got := f.profile.choice.Options()[1]; got != "Staff" {
		t.Errorf("the first to choose is %s", got)
	}

	f.valid.Choose(2)
	test.Tap(f.profile.save)
	test.Type(f.profile.name, "STAFF")
	b.submitBy(f.profile.name)
	if got := f.profile.field.Fault(); !strings.Contains(got, "Replace the profile STAFF?") {
		t.Errorf("a name that is taken: %q", got)
	}
	b.submitBy(f.profile.name)
	if p, err := b.desk.FindProfile("staff"); err != nil || p.Validity != "90d" {
		t.Errorf("%+v, %v", p, err)
	}

	g := b.openForm(pki.Server, "")
	g.profile.follow("STAFF")
	b.queue.drain()
	if g.typed[pki.FieldOrganization].Text != "Acme" || !strings.HasPrefix(g.valid.Value(), "90 days") || g.kind != pki.Client {
		t.Errorf("it says %q, %s", g.typed[pki.FieldOrganization].Text, g.valid.Value())
	}
}

// profilesPage is the page, with one profile of a person's own.
func profilesPage(t *testing.T) (*bench, *profiles) {
	t.Helper()
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	p := pki.Profile{Name: "Staff", Kind: pki.Client, Validity: "30d", Subject: &pki.Subject{Organization: "Acme", Country: "TW"}}
	if _, err := b.desk.SaveProfile(p, false); err != nil {
		t.Fatal(err)
	}
	b.openProfiles()
	b.queue.drain()
	return b, b.shown().(*profiles)
}

func TestProfilesPage(t *testing.T) {
	b, p := profilesPage(t)
	if p.rows[0].Name != "Staff" || !p.remove.Disabled() || !p.use.Disabled() {
		t.Fatalf("%d rows, the first %s", len(p.rows), p.rows[0].Name)
	}
	p.list.Select(1)
	p.chosen()
	if !p.remove.Disabled() || p.use.Disabled() {
		t.Error("what comes with the program can be deleted, or not used")
	}
	p.list.Select(0)
	p.chosen()
	test.Tap(p.remove)
	b.picture("profiles-delete")
	if !p.notice.Visible() {
		t.Fatal("it does not ask")
	}
	p.dismiss()
	if _, err := b.desk.FindProfile("Staff"); err != nil {
		t.Error(err)
	}
	p.begin()
	b.queue.drain()
	f := b.shown().(*issueForm)
	if f.profileName() != "Staff" || f.typed[pki.FieldOrganization].Text != "Acme" || f.kind != pki.Client {
		t.Errorf("the form follows %q", f.profileName())
	}
}

func TestProfileIsDeleted(t *testing.T) {
	b, p := profilesPage(t)
	p.list.Select(0)
	p.askDelete()
	p.sure.Tapped(nil)
	b.queue.drain()
	if _, err := b.desk.FindProfile("Staff"); err == nil || slices.ContainsFunc(p.rows, func(r desk.Profile) bool { return r.Name == "Staff" }) {
		t.Error("it is still there")
	}
}

func TestProfileFileThereAndBack(t *testing.T) {
	b, p := profilesPage(t)
	p.list.Select(0)
	p.write()
	save := b.shown().(*savePage)
	path := filepath.Join(t.TempDir(), "staff.json")
	save.path.SetText(path)
	b.submitBy(save.path)
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	p.bring(path)
	b.queue.drain()
	if !p.notice.Visible() {
		t.Fatal("it replaces without a question")
	}
	p.sure.Tapped(nil)
	b.queue.drain()
	if err := b.desk.DeleteProfile("Staff"); err != nil {
		t.Fatal(err)
	}
	p.bring(path)
	b.queue.drain()
	if got, err := b.desk.FindProfile("Staff"); err != nil || got.Validity != "30d" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.bring(path)
	b.queue.drain()
	if !b.frame.middle.notices.Visible() {
		t.Error("what is no profile is not told")
	}
}
