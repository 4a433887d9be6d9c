package ui

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// doubtful leaves a file with a certificate that outlives the authority of the
// vault that signed it, and whose key was revoked as compromised.
func doubtful(t *testing.T, b *bench) (path string) {
	t.Helper()
	root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
	alice := b.issue(request(t, pki.Client, root.ID, "alice", ""))
	signer := func(c desk.Certificate) pki.Issuer {
		file, err := b.desk.Export(c.ID, desk.P12, "bundle-password")
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := desk.Inspect(file.Data, "bundle-password")
		if err != nil {
			t.Fatal(err)
		}
		var found pki.Issuer
		for _, i := range bundle {
			if i.Key != nil {
				found.Key = i.Key
			}
			if i.Certificate != nil && found.Certificate == nil {
				found.Certificate = i.Certificate
			}
		}
		return found
	}
	again := pkitest.Sign(t, signer(root), signer(alice).Key, func(c *x509.Certificate) {
		c.Subject.CommonName, c.NotAfter = "again", root.NotAfter.Add(time.Hour)
	})
	if _, err := b.desk.Revoke(t.Context(), []desk.ID{alice.ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "again.pem")
	if err := os.WriteFile(path, pki.EncodeCertificates(again), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What other certificates tell of one is said before it is kept, when it was,
// in its detail, and where it is inspected.
func TestImportSaysWhatOthersTell(t *testing.T) {
	for _, lang := range []string{"en", "zh-TW", "ja"} {
		b := unlocked(t, func(o *Options) { o.Printer = i18n.New(lang) })
		path := doubtful(t, b)
		b.openImport(path)
		b.queue.drain()
		i := b.shown().(*importer)
		_, rows := i.certificateRows()
		if len(rows) != 1 || len(rows[0].notes) < 2 || i.found.InOtherHands() != 1 {
			t.Fatalf("%s: %+v", lang, rows)
		}
		b.picture("import-doubt-" + lang)
		said := i.brought(desk.Imported{InOtherHands: 1})
		if said != b.Window.t.T("import.done.in-other-hands", "Count", 1) {
			t.Errorf("%s: the result says %q", lang, said)
		}
		i.bring()
		b.queue.drain()
		list, err := b.desk.Certificates(desk.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if c.Name != "again" {
				continue
			}
			d := detailOf(b, c)
			said := texts(d.box)
			for _, w := range d.whole.Warnings {
				if !strings.Contains(said, warningText(b.Window.t, w)) {
					t.Errorf("%s: the detail does not say %s but\n%s", lang, w.Code, said)
				}
			}
			if tone, words := stateWords(b.Window.t, c, b.now()); tone != widgets.ToneSoon || words != b.Window.t.T("health.key") {
				t.Errorf("%s: its state is %v %q", lang, tone, words)
			}
			cell := expiryCell(b.Window.t, c, b.now())
			if cell.Text != b.Window.t.T("expiry.key") || cell.Second != b.Window.t.Date(c.RefusedFrom) || cell.Tone != widgets.ToneSoon {
				t.Errorf("%s: the list shows %+v", lang, cell)
			}
			if strings.Index(said, b.Window.t.T("detail.export")) < strings.Index(said, warningText(b.Window.t, d.whole.Warnings[len(d.whole.Warnings)-1])) {
				t.Errorf("%s: the warning is below the buttons:\n%s", lang, said)
			}
			if !newExport(b.Window, c).doubts().Visible() {
				t.Errorf("%s: nothing is said where it is exported", lang)
			}
			b.openRenew([]desk.Certificate{c})
			b.queue.drain()
			if said := texts(b.shown().content()); !strings.Contains(said, b.Window.t.T("renew.old.refused", "Date", b.Window.t.Date(c.RefusedFrom))) {
				t.Errorf("%s: renewing does not say when the old one is refused:\n%s", lang, said)
			}
			b.showCertificates(lens{})
			b.showDetail(c)
			b.queue.drain()
			if codes := len(d.whole.Warnings); codes < 2 {
				t.Errorf("%s: %d warnings", lang, codes)
			}
			b.picture("detail-doubt-" + lang)
		}
	}
}
