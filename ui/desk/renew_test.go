package desk

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
)

func (d *Desk) mustRenew(t *testing.T, r Renewal) Renewed {
	t.Helper()
	renewed, err := d.Renew(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return renewed
}

func (d *Desk) mustGet(t *testing.T, id ID) Certificate {
	t.Helper()
	c, err := d.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func serverFor(t *testing.T, name string) pki.Request {
	t.Helper()
	r := pki.NewRequest(pki.Server)
	n, err := pki.ParseName(name)
	if err != nil {
		t.Fatal(err)
	}
	r.Names = []pki.Name{n}
	return r
}

func namesOf(list []Certificate) []string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}

// opensslVerify has openssl verify what an export of a certificate holds
// against a root's certificate.
func opensslVerify(t *testing.T, d *Desk, leaf, root ID) (string, error) {
	t.Helper()
	chain, err := d.Export(leaf, Chain, "")
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := d.Export(root, PEM, "")
	if err != nil {
		t.Fatal(err)
	}
	file := pkitest.File(t, "chain.pem", chain.Data)
	return pkitest.Try(t, "openssl", "verify", "-x509_strict", "-no_check_time",
		"-CAfile", pkitest.File(t, "root.pem", trusted.Data), "-untrusted", file, file)
}

func TestRenewedRootStandsForAll(t *testing.T) {
	pkitest.Need(t, "openssl")
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	sub := d.mustIssue(t, root.ID, named(pki.Authority, "Sub"))
	leaf := d.mustIssue(t, sub.ID, serverFor(t, "localhost"))
	direct := d.mustIssue(t, root.ID, named(pki.Client, "alice"))

	*now = fixed.AddDate(0, 6, 0)
	renewed := d.mustRenew(t, Renewal{ID: root.ID})
	if renewed.Replaces != root.ID || renewed.KeyID != root.KeyID || renewed.Name != "Root" || len(renewed.Cross) != 0 {
		t.Errorf("renewed as %+v", renewed)
	}
	if want := root.NotAfter.Sub(root.NotBefore); renewed.NotAfter.Sub(renewed.NotBefore) != want {
		t.Errorf("valid for %v, want %v as before", renewed.NotAfter.Sub(renewed.NotBefore), want)
	}

	tree, err := d.Authorities()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]ID{renewed.ID, sub.ID}, []ID{tree[0].ID, tree[len(tree)-1].ID}); diff != "" || len(tree) != 2 {
		t.Errorf("the tree has %v:\n%s", namesOf(tree), diff)
	}
	others, err := d.Lineage(renewed.ID)
	if err != nil || len(others) != 1 || others[0].ID != root.ID || others[0].ReplacedBy != renewed.ID {
		t.Errorf("earlier certificates: %+v, %v", others, err)
	}
	for _, id := range []ID{sub.ID, direct.ID} {
		if c := d.mustGet(t, id); c.IssuerID != renewed.ID {
			t.Errorf("%s hangs under %s, want the renewed root %s", c.Name, c.IssuerID, renewed.ID)
		}
	}
	detail, err := d.Detail(leaf.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Link{{renewed.ID, "Root"}, {sub.ID, "Sub"}, {leaf.ID, "localhost"}}, detail.Chain); diff != "" {
		t.Errorf("chain:\n%s", diff)
	}
	list, err := d.Certificates(Filter{IssuerID: renewed.ID})
	if err != nil || len(list) != 1 {
		t.Errorf("under the renewed root: %v, %v", namesOf(list), err)
	}
	if found, err := d.FindAuthority("Root"); err != nil || found.ID != renewed.ID {
		t.Errorf("found %v, %v", found.ID, err)
	}
	if n, err := d.Namesakes("Root"); err != nil || n != 1 {
		t.Errorf("%d namesakes, %v", n, err)
	}
	for _, under := range []ID{root.ID, renewed.ID} {
		for _, id := range []ID{leaf.ID, direct.ID} {
			if out, err := opensslVerify(t, d, id, under); err != nil {
				t.Errorf("openssl: %v\n%s", err, out)
			}
		}
	}
	// What comes next is signed by the newest, whichever is asked for: it
	// outlives the old root.
	long := named(pki.Client, "bob")
	long.NotAfter = root.NotAfter.AddDate(0, 1, 0)
	bob := d.mustIssue(t, root.ID, long)
	if bob.IssuerID != renewed.ID || !bob.NotAfter.After(root.NotAfter) {
		t.Errorf("signed by %s until %v", bob.IssuerID, bob.NotAfter)
	}
}

// TestRenewedRootInAHandshake has a server and a client from before the renewal
// meet while each trusts what is there after it.
func TestRenewedRootInAHandshake(t *testing.T) {
	d, now := moving(t)
	*now = time.Now()
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	leaf := d.mustIssue(t, root.ID, serverFor(t, "localhost"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	renewed := d.mustRenew(t, Renewal{ID: root.ID})
	for _, trusted := range []ID{root.ID, renewed.ID} {
		s, err := d.Serve(Serve{CertificateID: leaf.ID, ClientCAs: []ID{trusted}, Mode: testclient.ModeMTLS})
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Connect(context.Background(), Try{URL: s.URL(), CertificateID: alice.ID, TrustIDs: []ID{trusted}}, nil)
		if err != nil || r.Diagnosis != nil || r.Status != http.StatusOK {
			t.Errorf("status %d, %+v, %v", r.Status, r.Diagnosis, err)
		}
		if err := d.StopServer(s); err != nil {
			t.Error(err)
		}
	}
}

func TestNewKeyWithCrossCertificates(t *testing.T) {
	pkitest.Need(t, "openssl")
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	before := d.mustIssue(t, root.ID, serverFor(t, "localhost"))
	*now = fixed.AddDate(0, 6, 0)
	renewed := d.mustRenew(t, Renewal{ID: root.ID, Key: KeyNew, Cross: true})
	if renewed.KeyID == root.KeyID || len(renewed.Cross) != 2 {
		t.Fatalf("renewed as %+v", renewed)
	}
	tree, err := d.Authorities()
	if err != nil || len(tree) != 2 {
		t.Fatalf("the tree has %v, %v; want both roots, no cross-certificate", namesOf(tree), err)
	}
	if got := d.mustGet(t, before.ID); got.IssuerID != root.ID {
		t.Error("what the old key signed hangs elsewhere")
	}
	if got := d.mustGet(t, root.ID); got.ReplacedBy != renewed.ID || !got.IsCurrent() {
		t.Errorf("the old root: %+v", got)
	}
	again := d.mustRenew(t, Renewal{ID: before.ID})
	if again.IssuerID != renewed.ID {
		t.Error("a renewal is signed with the old key")
	}
	// Both are sent with the cross-certificate, so that both roots verify both.
	for _, leaf := range []ID{before.ID, again.ID} {
		for _, trusted := range []ID{root.ID, renewed.ID} {
			if out, err := opensslVerify(t, d, leaf, trusted); err != nil {
				t.Errorf("openssl: %v\n%s", err, out)
			}
		}
	}
	counts, err := d.Counts()
	if err != nil || counts.Authorities != 2 {
		t.Errorf("%d authorities, %v", counts.Authorities, err)
	}
}

func TestRenewLeaf(t *testing.T) {
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	other := d.mustIssue(t, "", named(pki.Authority, "Other"))
	leaf := d.mustIssue(t, root.ID, serverFor(t, "api.acme.test"))
	*now = fixed.AddDate(1, 0, 10)
	if counts, err := d.Counts(); err != nil || counts.Expiring != 1 || counts.Attention != 1 {
		t.Fatalf("before: %+v, %v", counts, err)
	}
	extra, gone := serverFor(t, "www.acme.test").Names[0], serverFor(t, "api.acme.test").Names[0]
	tests := []struct {
		name    string
		renewal Renewal
		names   []string
		issuer  ID
		sameKey bool
		key     pki.KeyKind
	}{
		{"as it is", Renewal{}, []string{"api.acme.test"}, root.ID, false, pki.P256},
		{"its key kept", Renewal{Key: KeyKept}, []string{"api.acme.test"}, root.ID, true, pki.P256},
		{"another kind of key", Renewal{KeyKind: pki.RSA2048}, []string{"api.acme.test"}, root.ID, false, pki.RSA2048},
		{"a name more", Renewal{Add: []pki.Name{extra}}, []string{"api.acme.test", "www.acme.test"}, root.ID, false, pki.P256},
		{"another name", Renewal{Add: []pki.Name{extra}, Remove: []pki.Name{gone}}, []string{"www.acme.test"}, root.ID, false, pki.P256},
		{"another authority", Renewal{IssuerID: other.ID}, []string{"api.acme.test"}, other.ID, false, pki.P256},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			*now = now.Add(time.Minute)
			test.renewal.ID = leaf.ID
			preview, err := d.PreviewRenewal(test.renewal)
			if err != nil || len(preview.Faults) > 0 {
				t.Fatalf("preview: %v, %v", preview.Faults, err)
			}
			c := d.mustRenew(t, test.renewal)
			if diff := cmp.Diff(test.names, c.Names); diff != "" {
				t.Errorf("names:\n%s", diff)
			}
			if c.IssuerID != test.issuer || (c.KeyID == leaf.KeyID) != test.sameKey || c.Key != test.key || c.Replaces != leaf.ID {
				t.Errorf("made %+v", c)
			}
			if c.Name != test.names[0] {
				t.Errorf("named %q, want %q", c.Name, test.names[0])
			}
			if !c.NotAfter.Equal(preview.NotAfter) || !c.NotBefore.Equal(preview.NotBefore) || preview.KeepsKey != test.sameKey {
				t.Errorf("the preview said %+v", preview)
			}
			if want := leaf.NotAfter.Sub(leaf.NotBefore); c.NotAfter.Sub(c.NotBefore) != want {
				t.Errorf("valid for %v, want %v", c.NotAfter.Sub(c.NotBefore), want)
			}
			if got := d.mustGet(t, leaf.ID); got.ReplacedBy != c.ID || got.Revoked || got.NeedsAttention(*now) {
				t.Errorf("the old one: %+v", got)
			}
			d.mustUsable(t, c.ID)
		})
	}
	if counts, err := d.Counts(); err != nil || counts.Expiring != 0 || counts.Attention != 0 || counts.Other != 1 {
		t.Errorf("after: %+v, %v", counts, err)
	}
}

// mustUsable has the certificate's key in the vault sign.
func (d *Desk) mustUsable(t *testing.T, id ID) {
	t.Helper()
	s, err := d.source(id, true)
	if err != nil {
		t.Fatal(err)
	}
	if !pki.SamePublicKey(s.key.Public(), s.chain[0].PublicKey) {
		t.Error("the key in the vault is another one")
	}
}
