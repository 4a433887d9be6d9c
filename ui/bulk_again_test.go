package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// A table whose rows are partly in the vault is gone on with, unless a person
// wants all of it anew.
func TestBulkGoesOnInTheWindow(t *testing.T) {
	folder := t.TempDir()
	b := unlocked(t, func(o *Options) { o.Folder = folder })
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	run := func(text string) *bulkPage {
		b.openBulk("")
		b.queue.drain()
		b.bulk().readText(text)
		b.queue.drain()
		return b.bulk()
	}
	p := run("alice\nbob\n")
	if p.check.There != 0 || len(p.preview.trouble.Objects) != 0 {
		t.Fatalf("%d are there before anything was made", p.check.There)
	}
	test.Tap(p.preview.create)
	b.queue.drain()
	before := p.made

	p = run("carol\nbob\nalice\nalice\n")
	equalTexts(t, "rows", p.statuses(), []string{"1 carol: ready", "2 bob: in the vault already", "3 alice: in the vault already",
		"4 alice: The vault has a certificate of this name and kind already."})
	if got := p.preview.create.Text(); got != "Create the remaining 2" {
		t.Errorf("the button says %q", got)
	}
	b.picture("bulk-there")
	test.Tap(p.preview.goOn)
	if got := p.preview.create.Text(); got != "Create 4 certificates" || p.statuses()[1] != "2 bob: ready" {
		t.Errorf("the button says %q, rows %q", got, p.statuses())
	}
	test.Tap(p.preview.goOn)
	test.Tap(p.preview.create)
	b.queue.drain()
	if len(p.made) != 4 || p.fresh != 2 || p.made[1].Certificate.ID != before[1].Certificate.ID {
		t.Errorf("%d, %d of them new", len(p.made), p.fresh)
	}
	b.picture("bulk-there-made")

	p = run("carol\nbob\nalice\nalice\n")
	if got := p.preview.create.Text(); got != "Save their bundles" || p.check.There != 4 {
		t.Errorf("the button says %q", got)
	}
	test.Tap(p.preview.create)
	b.queue.drain()
	b.picture("bulk-there-all")
	test.Tap(p.save.write)
	b.queue.drain()
	if list, err := os.ReadDir(filepath.Join(folder, "certificates")); err != nil || len(list) != 4+3 {
		t.Errorf("%d files, error %v", len(list), err)
	}
	counts, err := b.desk.Counts()
	if err != nil || counts.Client != 4 {
		t.Errorf("%d certificates, error %v", counts.Client, err)
	}
}

// Stopped while the bundles are written, the page goes on.
func TestBulkSavingGoesOn(t *testing.T) {
	folder := t.TempDir()
	b := unlocked(t, func(o *Options) { o.Folder = folder })
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	b.openBulk("")
	b.queue.drain()
	p := b.bulk()
	p.readText("alice\nbob\n")
	b.queue.drain()
	test.Tap(p.preview.create)
	b.queue.drain()
	test.Tap(p.save.write)
	p.stop()
	b.queue.drain()
	b.picture("bulk-saving-stopped")
	unfinished := filepath.Join(folder, "certificates", desk.UnfinishedFile)
	if _, err := os.Stat(unfinished); err != nil {
		t.Fatal(err)
	}
	p.saveBundles()
	b.queue.drain()
	if _, err := os.Stat(unfinished); !os.IsNotExist(err) {
		t.Errorf("it did not finish: %v", err)
	}
	if _, err := os.Stat(filepath.Join(folder, "certificates", "bob.p12")); err != nil {
		t.Error(err)
	}
}

// What all rows have in common: a profile, and the fields of More.
func TestBulkCommon(t *testing.T) {
	b := unlocked(t)
	b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	staff := pki.NewRequest(pki.Server)
	staff.Subject.Organization, staff.Key = "Acme", pki.P384
	if _, err := b.desk.SaveProfile(pki.ProfileOf("Staff", staff, "40d"), false); err != nil {
		t.Fatal(err)
	}
	b.openBulk("")
	b.queue.drain()
	p := b.bulk()
	p.readText("name,kind,ou\na.example,,Works\nb.example,server,\nbob,client,\n")
	b.queue.drain()
	test.Tap(p.common.open)
	b.queue.drain()
	b.picture("bulk-common")
	at := slices.IndexFunc(p.common.profiles, func(p desk.Profile) bool { return p.Name == "Staff" })
	p.common.choice.Choose(at + 1)
	p.common.typed[pki.FieldCRL].SetText("ftp://ca.test/a.crl")
	p.common.typed[pki.FieldOCSP].SetText("http://ca.test/ocsp")
	p.common.typed[pki.FieldOrganizationalUnit].SetText("Sales")
	p.common.keyUsage.tick("keyAgreement")
	p.showCommonDone()
	b.queue.drain()
	if got := p.common.moreFields[pki.FieldCRL].Fault(); !strings.Contains(got, "ftp://ca.test/a.crl") {
		t.Errorf("the field says %q", got)
	}
	p.common.typed[pki.FieldCRL].SetText("http://ca.test/a.crl")
	p.showCommonDone()
	b.queue.drain()
	b.picture("bulk-common-table")
	equalTexts(t, "rows", p.statuses(), []string{"2 a.example: ready", "3 b.example: ready",
		"4 bob: The profile Staff is for another kind: leave the kind of this row empty, or take no profile."})
	test.Tap(p.preview.create)
	test.Tap(p.preview.anyway)
	b.queue.drain()
	made := b.found("a.example")
	if d := made.Described; made.Profile != "Staff" || made.Key != pki.P384 || d.Subject != "CN=a.example, OU=Works, O=Acme" ||
		!slices.Equal(made.X509.OCSPServer, []string{"http://ca.test/ocsp"}) || !slices.Equal(d.KeyUsage, []string{"digitalSignature", "keyAgreement"}) {
		t.Errorf("%s %s %+v", made.Profile, made.Key, d)
	}
	if days := made.NotAfter.Sub(testDay) / day; days != 40 {
		t.Errorf("valid for %d days", days)
	}
}

func TestLooksOfBulkCommon(t *testing.T) {
	for _, lang := range []string{"en", "zh-TW", "ja"} {
		if testing.Short() && lang != "en" {
			continue
		}
		dark := lang == "ja"
		b := unlocked(t, func(o *Options) { o.Dark, o.Printer, o.Folder = &dark, i18n.New(lang), "/home/me/Downloads" })
		b.win.Resize(fyne.NewSize(900, 600))
		b.issue(request(t, pki.Authority, "", "Acme Root", ""))
		for range 2 {
			b.openBulk("")
			b.queue.drain()
			b.bulk().readText("alice\nbob\n")
			b.queue.drain()
			if b.bulk().check.There == 0 {
				b.bulk().create()
				b.queue.drain()
			}
		}
		b.picture("bulk-there-" + lang)
		b.bulk().showCommon()
		b.queue.drain()
		b.picture("bulk-common-" + lang)
	}
}
