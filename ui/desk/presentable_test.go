package desk

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
)

// TestCertificateOfATutorial: a certificate that signs itself and says that it
// is an authority, as openssl req -x509 makes it, serves.
func TestCertificateOfATutorial(t *testing.T) {
	folder := t.TempDir()
	cert, key := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	pkitest.Run(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "30",
		"-subj", "/CN=tutorial", "-addext", "subjectAltName=DNS:localhost")
	d := newDesk(t)
	d.opt.Now = time.Now // openssl's clock
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	found, err := d.Look(t.Context(), []string{cert, key}, Passwords{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Import(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	c, err := d.FindPresentable("tutorial")
	if err != nil || !c.IsAuthority() || !c.HasKey {
		t.Fatalf("found %+v, %v", c, err)
	}
	var missing *NotFoundError
	if _, err := d.FindPresentable("Acme Root"); !errors.As(err, &missing) || root.Presentable() {
		t.Errorf("a root that has no names is found: %v", err)
	}
	server, err := d.Serve(Serve{CertificateID: c.ID, Mode: testclient.ModeTLS})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Connect(t.Context(), Try{URL: server.URL() + "/hello", TrustIDs: []ID{c.ID}}, nil)
	if err != nil || !r.OK() {
		t.Errorf("tried: %+v, %v", r.Diagnosis, err)
	}
	d.mustIssue(t, root.ID, named(pki.Client, "tutorial"))
	if leaf, err := d.FindPresentable("tutorial"); err != nil || leaf.IsAuthority() {
		t.Errorf("beside one of an authority, found %+v, %v", leaf, err)
	}
}
