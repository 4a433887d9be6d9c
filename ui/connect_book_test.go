package ui

import (
	"slices"
	"testing"

	"countersign/pki/pkitest"
	"countersign/ui/desk"
)

// TestCertificateOfATutorialIsOffered: a certificate that signs itself, with
// names and the mark of an authority, can be the server's and the client's.
func TestCertificateOfATutorialIsOffered(t *testing.T) {
	l := newLab(t, today)
	t.Chdir(t.TempDir())
	root := l.authority("Acme Root")
	pkitest.Run(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "30",
		"-subj", "/CN=tutorial", "-addext", "subjectAltName=DNS:localhost")
	found, err := l.desk.Look(t.Context(), []string{"cert.pem", "key.pem"}, desk.Passwords{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.desk.Import(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	l.c.refresh()
	l.queue.drain()
	if got := l.c.local.cert.Options(); !slices.Equal(got, []string{"tutorial"}) {
		t.Errorf("the local server is offered %q", got)
	}
	if got := l.c.form.cert.Options(); !slices.Contains(got, "as tutorial") || slices.Contains(l.c.form.certIDs, root.ID) {
		t.Errorf("the client is offered %q", got)
	}
}
