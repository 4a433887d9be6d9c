package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// TestVerify: what the vault knows of its own certificates.
func TestVerify(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	middle := d.mustIssue(t, root.ID, named(pki.Authority, "Middle"))
	name, err := pki.ParseName("a.example")
	if err != nil {
		t.Fatal(err)
	}
	r := named(pki.Server, "a.example")
	r.Names = []pki.Name{name}
	server := d.mustIssue(t, middle.ID, r)
	held := d.mustIssue(t, middle.ID, named(pki.Client, "Held"))
	gone := d.mustIssue(t, root.ID, named(pki.Client, "Gone"))
	partner := d.mustIssue(t, "", named(pki.Authority, "Partner"))
	if _, err := d.Hold(context.Background(), []ID{held.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Revoke(context.Background(), []ID{gone.ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	client, later := pki.Client, d.Now().AddDate(2, 0, 0)

	for _, tc := range []struct {
		name string
		r    VerifyRequest
		code string
		mend Mend
		at   int
	}{
		{"a server", VerifyRequest{ID: server.ID}, "", MendNothing, 0},
		{"by its name", VerifyRequest{ID: server.ID, Name: "a.example"}, "", MendNothing, 0},
		{"by another name", VerifyRequest{ID: server.ID, Name: "b.example"}, pki.FindingName, MendName, 0},
		{"as a client", VerifyRequest{ID: server.ID, Purpose: &client}, pki.FindingPurpose, MendPurpose, 0},
		{"later", VerifyRequest{ID: server.ID, At: later}, pki.FindingExpired, MendRenew, 0},
		{"under a partner", VerifyRequest{ID: server.ID, Trust: Trust{IDs: []ID{partner.ID}}}, pki.FindingRootUntrusted, MendTrust, 2},
		{"under the authority between", VerifyRequest{ID: server.ID, Trust: Trust{IDs: []ID{middle.ID}}}, "", MendNothing, 0},
		{"under this computer's", VerifyRequest{ID: server.ID, Trust: Trust{System: true}}, pki.FindingRootUntrusted, MendTrust, 2},
		{"an authority", VerifyRequest{ID: middle.ID}, "", MendNothing, 0},
		{"on hold", VerifyRequest{ID: held.ID}, pki.FindingHold, MendRelease, 0},
		{"revoked", VerifyRequest{ID: gone.ID}, pki.FindingRevoked, MendNewKey, 0},
		{"a list that lapsed", VerifyRequest{ID: server.ID, At: d.Now().AddDate(0, 6, 0)}, pki.FindingCRLExpired, MendCRL, 0},
	} {
		v, err := d.Verify(context.Background(), tc.r)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		f := v.Worst()
		switch {
		case tc.code == "" && !v.Trusted:
			t.Errorf("%s: %+v", tc.name, v.Findings)
		case tc.code != "" && (v.Trusted || f == nil || f.Code != tc.code || f.Index != tc.at):
			t.Errorf("%s: %+v", tc.name, v.Findings)
		case v.Mend() != tc.mend:
			t.Errorf("%s: mended by %q, want %q", tc.name, v.Mend(), tc.mend)
		case v.Links[0].ID != tc.r.ID:
			t.Errorf("%s: begins with %q", tc.name, v.Links[0].Title())
		}
	}
}

// TestVerifyFile: files need no vault, and say what they lack.
func TestVerifyFile(t *testing.T) {
	root := pkitest.Root(t, "Root")
	middle := pkitest.Intermediate(t, root, "Middle")
	leaf, _ := pkitest.Server(t, middle, "a.example")
	folder := t.TempDir()
	write := func(name string, certs ...*x509.Certificate) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, pki.EncodeCertificates(certs...), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	roots, backwards := write("roots.pem", root.Certificate), write("chain.pem", middle.Certificate, leaf)
	alone, empty := write("leaf.pem", leaf), filepath.Join(folder, "key.pem")
	if err := os.WriteFile(empty, []byte("-----BEGIN CERTIFICATE-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ask := func(r VerifyRequest) (Verified, error) { return VerifyFile(context.Background(), r, time.Now()) }

	v, err := ask(VerifyRequest{Path: backwards, Trust: Trust{Files: []string{roots}}})
	if err != nil || !v.Trusted || v.Purpose != pki.Server || v.Links[0].Title() != "a.example" {
		t.Errorf("%v %+v", err, v.Findings)
	}
	v, err = ask(VerifyRequest{Path: alone, Trust: Trust{Files: []string{roots}}})
	if err != nil || v.Trusted || v.Mend() != MendImport {
		t.Errorf("%v %+v", err, v.Findings)
	}
	var lacks *LacksError
	if _, err = ask(VerifyRequest{Path: alone, CRLs: []string{roots}}); !errors.As(err, &lacks) || lacks.What != "crl" || Explain(err).Code != "file-lacks-crl" {
		t.Errorf("a list that is none: %v", err)
	}
	if _, err = ask(VerifyRequest{Path: empty}); err == nil {
		t.Error("a broken file is taken")
	}
	var missing *NotFoundError
	if _, err = ask(VerifyRequest{ID: "x"}); !errors.As(err, &missing) {
		t.Errorf("a certificate without a vault: %v", err)
	}
}

// TestMends: no mend is for a code that is gone.
func TestMends(t *testing.T) {
	known := map[string]bool{}
	for _, code := range append(pki.FindingCodes(), pki.WarningCodes()...) {
		known[code] = true
	}
	for code := range mends {
		if !known[code] {
			t.Errorf("there is no finding %s", code)
		}
	}
}
