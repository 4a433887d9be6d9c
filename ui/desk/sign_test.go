package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/storage"
)

func TestImportMarries(t *testing.T) {
	d := newDesk(t)
	root := pkitest.Root(t, "Their Root")
	asked := d.mustRequest(t, server("api.acme.test"))
	whole, err := d.Request(asked.ID)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for n := range 2 { // signed twice: both have the key
		leaf, err := pki.Issue(root, whole.Asked.Grant(pki.Server), whole.X509.PublicKey, root.Certificate.NotBefore.AddDate(0, 0, 1), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, fmt.Sprint(n, ".pem"))
		if err := os.WriteFile(path, pki.EncodeCertificates(leaf), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := d.Look(context.Background(), []string{path}, Passwords{})
		if err != nil {
			t.Fatal(err)
		}
		done, err := d.Import(context.Background(), found)
		added := done.Certificates
		if err != nil || len(added) != 1 || !added[0].HasKey {
			t.Fatalf("added %+v, %v", added, err)
		}
		if r, err := d.Request(asked.ID); err != nil || r.State != RequestDone || r.CertificateID != added[0].ID || len(r.SameKey) != n+1 {
			t.Errorf("the request is %+v, %v", r.Request, err)
		}
	}
}

func TestOwnAuthoritySignsOwnRequest(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	asked := d.mustRequest(t, named(pki.Client, "alice"))
	c, err := d.sign(t, root.ID, asked.ID)
	if err != nil || !c.HasKey {
		t.Fatalf("signed as %+v, %v", c, err)
	}
	if r, err := d.Request(asked.ID); err != nil || r.State != RequestDone {
		t.Errorf("the request is %+v, %v", r.Request, err)
	}
	if err := d.DeleteRequest(asked.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Export(c.ID, Key, ""); err != nil {
		t.Errorf("without its request the certificate has lost its key: %v", err)
	}
}

func TestSigningFaults(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	leaf := d.mustIssue(t, root.ID, named(pki.Client, "bob"))
	asked := d.mustRequest(t, named(pki.Client, "alice"))
	other := newDesk(t)
	stranger := other.mustIssue(t, "", named(pki.Authority, "Stranger"))
	file, err := other.Export(stranger.ID, PEM, "")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "stranger.pem")
	if err := WriteFile(path, file, false); err != nil {
		t.Fatal(err)
	}
	found, err := d.Look(context.Background(), []string{path}, Passwords{})
	if err != nil {
		t.Fatal(err)
	}
	keyless, err := d.Import(context.Background(), found)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		issuer ID
		kind   pki.Kind
		want   string
	}{
		{"nobody", "", pki.Client, "issuer-missing"},
		{"no authority", leaf.ID, pki.Client, "not an authority"},
		{"an authority without its key", keyless.Certificates[0].ID, pki.Client, "no private key"},
		{"a server without a name", root.ID, pki.Server, "names-missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := d.SignRequest(context.Background(), Signing{RequestID: asked.ID, IssuerID: c.issuer, Grant: named(c.kind, "alice")})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	if r, err := d.Request(asked.ID); err != nil || r.State != RequestWaiting {
		t.Errorf("the request is %+v, %v", r.Request, err)
	}
}

func TestPreviewOfSigning(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	csr, err := pki.MakeCSR(named(pki.Authority, "Pretender"), pkitest.Key(t, pki.P256), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	came := d.mustTake(t, csr.Raw)
	whole, err := d.Request(came.ID)
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.PreviewSigning(Signing{RequestID: came.ID, IssuerID: root.ID, Grant: whole.Asked.Grant(pki.Client)})
	if err != nil || len(p.Faults) != 0 || !slices.Equal(p.Chain, []string{"Root", "Pretender"}) {
		t.Fatalf("it would be %+v, %v", p, err)
	}
	if !slices.ContainsFunc(p.Lines, func(l pki.Line) bool { return l.Field == pki.FieldAuthority && l.Why == pki.WhyAuthority }) {
		t.Errorf("it does not say that it becomes no authority: %+v", p.Lines)
	}
	if p, err = d.PreviewSigning(Signing{RequestID: came.ID, Grant: whole.Asked.Grant(pki.Server)}); err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, f := range p.Faults {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	if !slices.Equal(codes, []string{pki.CodeIssuerMissing, pki.CodeNamesMissing}) {
		t.Errorf("its faults are %v", codes)
	}
	if p, err = d.PreviewSigning(Signing{RequestID: came.ID, Grant: whole.Asked.Grant(pki.Authority)}); err != nil || len(p.Faults) != 1 || p.Faults[0].Code != pki.CodeIssuerMissing {
		t.Errorf("an authority under nobody: %v, %v", p.Faults, err)
	}
	c, err := d.sign(t, root.ID, came.ID)
	if err != nil {
		t.Fatal(err)
	}
	if detail, err := d.Detail(c.ID); err != nil || detail.X509.IsCA {
		t.Errorf("it became an authority, %v", err)
	}
}

// A key of a size that we do not make is signed all the same.
func TestSigningAnRSAKeyOfAnotherSize(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	file := filepath.Join(t.TempDir(), "a")
	pkitest.Run(t, "openssl", "req", "-new", "-nodes", "-newkey", "rsa:2560", "-keyout", file+".key", "-subj", "/CN=a", "-out", file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.sign(t, root.ID, d.mustTake(t, data).ID); err != nil {
		t.Error(err)
	}
}

// A certificate of a request whose key is gone is not put together with
// anything, and is not kept by CompleteRequest.
func TestKeyThatIsGone(t *testing.T) {
	d := newDesk(t)
	asked := d.mustRequest(t, named(pki.Client, "alice"))
	whole, err := d.Request(asked.ID)
	if err != nil {
		t.Fatal(err)
	}
	err = d.vault.Update(func(tx *storage.Tx) error { return tx.DeleteKey(storage.ID(asked.ID)) })
	if err != nil {
		t.Fatal(err)
	}
	root := pkitest.Root(t, "Their Root")
	leaf, err := pki.Issue(root, whole.Asked.Grant(pki.Client), whole.X509.PublicKey, root.Certificate.NotBefore.AddDate(0, 0, 1), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CompleteRequest(context.Background(), leaf.Raw); !errors.Is(err, ErrNotAwaited) {
		t.Errorf("got %v", err)
	}
	if list, err := d.Certificates(Filter{}); err != nil || len(list) != 0 {
		t.Errorf("kept are %+v, %v", list, err)
	}
}
