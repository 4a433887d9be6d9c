package desk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
)

// outside writes an example's client, authority and server into a folder, for
// whom has no vault; Chain and Key are the server's, as startNginx takes them.
func outside(t *testing.T) (folder string, ours Try) {
	t.Helper()
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	request := named(pki.Server, "api.acme.test")
	request.Names = []pki.Name{here}
	server := d.mustIssue(t, root.ID, request)
	client := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	folder = t.TempDir()
	for name, of := range map[string]struct {
		id     ID
		format Format
	}{"ca.pem": {root.ID, PEM}, "c.pem": {client.ID, Chain}, "k.pem": {client.ID, Key}, "chain": {server.ID, Chain}, "key": {server.ID, Key}} {
		f, err := d.Export(of.id, of.format, "")
		if err == nil {
			err = WriteFile(filepath.Join(folder, name), f, false)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder, Try{
		CertFiles:  []string{filepath.Join(folder, "c.pem"), filepath.Join(folder, "k.pem")},
		TrustFiles: []string{filepath.Join(folder, "ca.pem")},
	}
}

// TestVaultless: with files alone a try of nginx passes, the question whether it
// insists is answered, and nothing is left in the home of whom asks.
func TestVaultless(t *testing.T) {
	folder, try := outside(t)
	try.URL = startNginx(t, pkitest.Need(t, "nginx"), folder, "ca.pem")
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
	v := WithoutVault(Options{})
	steps := 0
	r, err := v.Connect(t.Context(), try, func(testclient.Step) { steps++ })
	if err != nil || !r.OK() || steps != 7 || !strings.Contains(string(r.Body), "let in CN=alice") {
		t.Errorf("%v, %d steps, %+v: %s", err, steps, r.Diagnosis, r.Body)
	}
	answer, err := v.Enforce(t.Context(), Enforce{Try: try}, nil)
	if err != nil || !answer.Insists() || answer.Certificate != "alice" || answer.Issuer != "Acme Root" || answer.Signed != 0 {
		t.Errorf("%v: %s, as %s of %s: %s", err, answer.Verdict, answer.Certificate, answer.Issuer, outcomes(answer))
	}
	s, err := v.Snippet(try, SnippetCurl)
	if err != nil || !strings.Contains(s.Code, "--cacert "+try.TrustFiles[0]) {
		t.Errorf("%v: %s", err, s.Code)
	}
	left, err := os.ReadDir(home)
	if err != nil || len(left) > 0 {
		t.Errorf("%v is in the home: %v", left, err)
	}
}

// TestVaultlessMends: what needs nothing of a vault mends a try without one.
func TestVaultlessMends(t *testing.T) {
	folder, try := outside(t)
	try.URL = "http" + strings.TrimPrefix(startNginx(t, pkitest.Need(t, "nginx"), folder, "ca.pem"), "https")
	v := WithoutVault(Options{})
	r, err := v.Connect(t.Context(), try, nil)
	if err != nil || r.OK() {
		t.Fatalf("plain HTTP at a port of TLS passed: %v", err)
	}
	found, err := v.Remedies(try, r)
	if err != nil || len(found.List) != 1 || found.List[0].Code != RemedyScheme {
		t.Fatalf("%v: %+v", err, found)
	}
	mended, err := v.Mend(t.Context(), try, r, found.List[0])
	if err != nil {
		t.Fatal(err)
	}
	if r, err := v.Connect(t.Context(), mended.Try, nil); err != nil || !r.OK() {
		t.Errorf("mended: %v, %+v", err, r.Diagnosis)
	}
}

// TestVaultlessNames: what is of a vault is not found without one.
func TestVaultlessNames(t *testing.T) {
	v := WithoutVault(Options{})
	for name, try := range map[string]Try{
		"a certificate": {URL: "https://localhost:1", CertificateID: "0123456789abcdef0123456789abcdef"},
		"whom to trust": {URL: "https://localhost:1", CertFiles: []string{"c.pem"}, TrustIDs: []ID{"0123456789abcdef0123456789abcdef"}},
	} {
		var missing *NotFoundError
		if _, err := v.Connect(t.Context(), try, nil); !errors.As(err, &missing) {
			t.Errorf("%s: connect: %v", name, err)
		}
		if _, err := v.Snippet(try, SnippetCurl); !errors.As(err, &missing) {
			t.Errorf("%s: snippet: %v", name, err)
		}
		if _, err := v.Enforce(t.Context(), Enforce{Try: try}, nil); !errors.As(err, &missing) {
			t.Errorf("%s: enforce: %v", name, err)
		}
	}
	if _, err := v.Enforce(t.Context(), Enforce{Try: Try{URL: "https://localhost:1"}}, nil); !errors.Is(err, testclient.ErrNoClient) {
		t.Errorf("nobody to let in: %v", err)
	}
}
