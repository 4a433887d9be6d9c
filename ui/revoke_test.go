package ui

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// revokingOf opens the page that revokes.
func (b *bench) revokingOf(certs ...desk.Certificate) *revoking {
	b.t.Helper()
	b.openRevoke(certs)
	b.queue.drain()
	r, ok := b.shown().(*revoking)
	if !ok {
		b.t.Fatalf("there is %T", b.shown())
	}
	return r
}

func (r *revoking) choose(reason pki.Reason) {
	for i, offered := range r.reasons {
		if offered == reason {
			r.reason.Choose(i)
		}
	}
}

// tapOn taps a button and waits for what comes of it.
func (b *bench) tapOn(button *widgets.Button) {
	b.t.Helper()
	if !button.Visible() {
		b.t.Fatalf("the button %q is not there", button.Text())
	}
	test.Tap(button)
	b.queue.drain()
}

func (b *bench) get(c desk.Certificate) desk.Certificate {
	b.t.Helper()
	now, err := b.desk.Get(c.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return now
}

func TestRevokeAsksOnceAndTellsWhatToDo(t *testing.T) {
	b := unlocked(t)
	_, issuing, leaves := b.acme()
	alice := leaves["alice"]
	r := b.revokingOf(alice)
	if got := r.head.Text(); got != "Revoke alice" {
		t.Errorf("it is titled %q", got)
	}
	b.picture("revoke")
	r.choose(pki.Superseded)
	r.since.SetText("2999-01-01")
	b.tapOn(r.deed)
	if r.sinceIn.Fault() == "" || b.get(alice).Revoked {
		t.Error("it revokes from a day on that has not begun")
	}
	b.picture("revoke-fault")
	r.since.SetText(b.now().AddDate(0, 0, -2).Format(time.DateOnly))
	b.tapOn(r.deed)
	now := b.get(alice)
	if !now.Revoked || now.OnHold || now.Reason != "superseded" || b.now().Sub(now.RevokedAt) < 24*time.Hour {
		t.Errorf("it is %+v", now)
	}
	if got := r.head.Text(); got != "alice is revoked" || r.deed.Visible() {
		t.Errorf("at the end it says %q", got)
	}
	b.picture("revoke-done")
	if list, err := b.desk.CRL(issuing.ID); err != nil || list.Revoked != 1 {
		t.Errorf("the list is %+v, %v", list, err)
	}
	b.tapOn(r.cancel)
	d := detailOf(b, now)
	if got := factsOf(d)["Revoked"].Value; !strings.HasSuffix(got, "Another certificate took its place") {
		t.Errorf("its detail says %q", got)
	}
	b.picture("revoked-detail")
	b.navigate("certificates", "")
	b.queue.drain()
	if labels := b.certificates().chips.Labels(); !slices.Contains(labels, "Revoked 1") {
		t.Errorf("the filters are %q", labels)
	}
	b.showCertificates(lens{health: desk.Revoked})
	b.queue.drain()
	if got := b.certificates().names(); !slices.Equal(got, []string{"alice"}) {
		t.Errorf("revoked are %q", got)
	}
	b.picture("certificates-revoked")
}

// A day before the certificate began is refused at its field.
func TestRevokedSinceBeforeItBegan(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	r := b.revokingOf(leaves["alice"])
	r.since.SetText(leaves["alice"].NotBefore.AddDate(0, 0, -1).Format(time.DateOnly))
	b.tapOn(r.deed)
	if got := r.sinceIn.Fault(); !strings.HasPrefix(got, "alice begins on "+b.Window.t.Date(leaves["alice"].NotBefore)) {
		t.Errorf("the field says %q", got)
	}
	if b.get(leaves["alice"]).Revoked {
		t.Error("it is revoked")
	}
	b.picture("revoke-early")
	r.since.SetText(leaves["alice"].NotBefore.Format(time.DateOnly))
	b.tapOn(r.deed)
	if now := b.get(leaves["alice"]); !now.Revoked || !now.RevokedAt.Equal(now.NotBefore) {
		t.Errorf("it is %+v", now)
	}
}

func TestHoldAndReleaseInTheWindow(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	alice := leaves["alice"]
	r := b.revokingOf(alice)
	r.choose(pki.CertificateHold)
	if got := r.deed.Text(); got != "Put on hold" {
		t.Errorf("the button says %q", got)
	}
	b.tapOn(r.deed)
	if now := b.get(alice); !now.OnHold || r.head.Text() != "alice is on hold" {
		t.Errorf("it is %+v, and says %q", now, r.head.Text())
	}
	b.tapOn(r.cancel)
	detailOf(b, b.get(alice))
	b.picture("held-detail")
	b.openRelease(b.get(alice))
	b.queue.drain()
	b.picture("release")
	release := b.shown().(*releasing)
	b.tapOn(release.deed)
	if now := b.get(alice); now.Revoked || release.head.Text() != "alice is released" {
		t.Errorf("it is %+v, and says %q", now, release.head.Text())
	}
	b.picture("release-done")
}

func TestRevokeMany(t *testing.T) {
	b := unlocked(t)
	_, issuing, leaves := b.acme()
	if _, err := b.desk.Revoke(context.Background(), []desk.ID{leaves["billing"].ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	r := b.revokingOf(b.get(leaves["alice"]), b.get(leaves["billing"]), b.get(leaves["api.acme.test"]), issuing)
	if got := r.head.Text(); got != "Revoke 3 certificates" || len(r.left) != 1 {
		t.Errorf("it is titled %q and leaves out %d", got, len(r.left))
	}
	b.picture("revoke-many")
	r.choose(pki.CACompromise)
	b.tapOn(r.deed)
	if got := r.head.Text(); got != "3 certificates are revoked" {
		t.Errorf("at the end it says %q", got)
	}
	b.picture("revoke-many-done")
}

func TestRevokeOfARootIsRefusedInWords(t *testing.T) {
	b := unlocked(t)
	root, _, _ := b.acme()
	b.openRevoke([]desk.Certificate{root})
	b.queue.drain()
	if _, shown := b.shown().(*revoking); shown || !b.frame.middle.notices.Visible() {
		t.Error("it offers to revoke a root")
	}
	b.picture("revoke-root")
}

func TestCRLCard(t *testing.T) {
	b := unlocked(t)
	root, _, _ := b.acme()
	d := detailOf(b, root)
	if d.crl == nil || d.crl.save.Visible() || d.crl.status.Text() != "None yet" {
		t.Fatalf("the card says %q", d.crl.status.Text())
	}
	b.picture("crl-none")
	b.tapOn(d.crl.make)
	if got := d.crl.status.Text(); got != "Due in 30 days" || !d.crl.save.Visible() {
		t.Errorf("the card says %q", got)
	}
	b.picture("crl-good")
	b.queue.now += 25 * 24 * time.Hour
	b.stir()
	d.refresh()
	b.queue.drain()
	if got := d.crl.status.Text(); got != "Due in 5 days" {
		t.Errorf("the card says %q", got)
	}
	b.picture("crl-soon")
	b.navigate("overview", "")
	b.queue.drain()
	o := b.shown().(*overview)
	if !o.due.root.Visible() || !strings.Contains(o.due.said.Title(), "Acme Root: Due in 5 days") {
		t.Errorf("Overview says %q", o.due.said.Title())
	}
	b.picture("overview-due")
	b.queue.now += 9 * 24 * time.Hour
	b.stir()
	o.refresh()
	b.queue.drain()
	if got := o.due.said.Title(); !strings.Contains(got, "Overdue for 4 days") {
		t.Errorf("Overview says %q", got)
	}
	b.picture("overview-overdue")
	b.tapOn(o.due.make)
	if _, ok := b.shown().(*listsMade); !ok {
		t.Fatalf("there is %T", b.shown())
	}
	b.picture("lists-made")
	b.back()
	b.queue.drain()
	if o.due.root.Visible() {
		t.Error("the notice stays")
	}
	if list, err := b.desk.CRL(root.ID); err != nil || list.Number != 2 {
		t.Errorf("the list is %+v, %v", list, err)
	}
}

func TestCRLIsSaved(t *testing.T) {
	folder := t.TempDir()
	b := unlocked(t, func(o *Options) { o.Folder = folder })
	root, _, _ := b.acme()
	list, err := b.desk.MakeCRL(context.Background(), root.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	b.openSaveCRL(list)
	s := b.shown().(*crlSaving)
	b.picture("crl-save")
	b.tapOn(s.save)
	path := filepath.Join(folder, "Acme-Root-crl.pem")
	if data, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(data), "-----BEGIN X509 CRL-----") {
		t.Fatalf("%q, %v", data, err)
	}
	b.openSaveCRL(list)
	s = b.shown().(*crlSaving)
	b.tapOn(s.save)
	if !s.trouble.Visible() {
		t.Error("it writes over a file unasked")
	}
	b.picture("crl-save-exists")
	s.format.Choose(1)
	if s.path.Text != filepath.Join(folder, "Acme-Root.crl") || s.trouble.Visible() {
		t.Errorf("as DER it is %q", s.path.Text)
	}
	s.path.SetText("here.crl")
	b.tapOn(s.save)
	if s.field.Fault() == "" {
		t.Error("it takes a path that leads anywhere")
	}
}

func TestLooksOfRevoking(t *testing.T) {
	for _, language := range []string{"en", "zh-TW", "ja"} {
		for _, dark := range []bool{false, true} {
			look := language + map[bool]string{false: "-light", true: "-dark"}[dark]
			b := unlocked(t, func(o *Options) { o.Dark, o.Printer = &dark, i18n.New(language) })
			root, issuing, leaves := b.acme()
			r := b.revokingOf(leaves["alice"], leaves["api.acme.test"], root)
			b.picture("revoke-" + look)
			b.win.Resize(fyne.NewSize(900, 600))
			b.picture("revoke-small-" + look)
			b.tapOn(r.deed)
			b.picture("revoke-done-small-" + look)
			b.back()
			if wide, room := r.root.MinSize().Width, r.root.Size().Width; wide > room {
				t.Errorf("%s: it needs %v of %v", look, wide, room)
			}
			detailOf(b, b.get(leaves["alice"]))
			b.picture("revoked-small-" + look)
			b.win.Resize(fyne.NewSize(1180, 760))
			detailOf(b, issuing)
			b.picture("crl-" + look)
			b.queue.now += 31 * 24 * time.Hour
			b.stir()
			b.navigate("overview", "")
			b.queue.drain()
			b.picture("overview-due-" + look)
			if theme.Dark() != dark {
				t.Fatal("not the look")
			}
		}
	}
}
