package desk

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
)

// bundleOf is what Export writes, looked at.
func bundleOf(t *testing.T, d *Desk, id ID, f Format) []Inspected {
	t.Helper()
	file, err := d.Export(id, f, "bundle-password")
	if err != nil {
		t.Fatal(err)
	}
	list, err := Inspect(file.Data, "bundle-password")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func mustRecognise(t *testing.T, d *Desk, list []Inspected) {
	t.Helper()
	if err := d.Recognise(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

func TestInspectABundle(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	list := bundleOf(t, d, alice.ID, P12)
	if len(list) != 3 {
		t.Fatalf("%d things in it", len(list))
	}
	for n, i := range list {
		if len(i.Sections()) == 0 || i.Public() == nil {
			t.Errorf("%d is not described", n)
		}
		switch {
		case i.Key != nil:
			if i.PairedWith < 0 || list[i.PairedWith].Certificate.Subject.CommonName != "alice" || i.PEM() != "" || i.DER() != nil {
				t.Errorf("the key: paired with %d, %q", i.PairedWith, i.PEM())
			}
		default:
			if block, _ := pem.Decode([]byte(i.PEM())); block == nil || string(block.Bytes) != string(i.DER()) {
				t.Errorf("PEM of %d: %s", n, i.PEM())
			}
		}
	}
	if _, err := Inspect([]byte("nothing of note"), ""); !errors.Is(err, pki.ErrNotRecognised) {
		t.Errorf("junk: %v", err)
	}
	if _, err := InspectReader(strings.NewReader(strings.Repeat("x", pki.MaxInput+1)), ""); !errors.Is(err, pki.ErrTooLarge) {
		t.Errorf("too much: %v", err)
	}
}

// A public key alone, as openssl pkey -pubout writes it.
func TestInspectAPublicKey(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	spki := bundleOf(t, d, root.ID, PEM)[0].Public()
	for name, data := range map[string][]byte{
		"DER": spki,
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}),
	} {
		list, err := Inspect(data, "")
		if err != nil || len(list) != 1 || string(list[0].SPKI) != string(spki) || len(list[0].Sections()) != 2 {
			t.Fatalf("%s: %+v, %v", name, list, err)
		}
		mustRecognise(t, d, list)
		if m := list[0].Mine; len(m.SameKey) != 1 || !m.HasKey || m.SameKey[0].ID != root.ID {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if spki := pki.DecodePublicKey([]byte("-----BEGIN PUBLIC KEY-----")); spki != nil {
		t.Errorf("half a key is %x", spki)
	}
}

func TestIsItMine(t *testing.T) {
	d, other := newDesk(t), newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	twin := other.mustIssue(t, "", named(pki.Authority, "Acme Root")) // the same name, another key
	bob := other.mustIssue(t, twin.ID, named(pki.Client, "bob"))

	mine := bundleOf(t, d, alice.ID, P12)
	mustRecognise(t, d, mine)
	for _, i := range mine {
		switch {
		case i.Key != nil:
			if !i.Mine.HasKey || len(i.Mine.SameKey) != 1 || i.Mine.SameKey[0].ID != alice.ID {
				t.Errorf("the key: %+v", i.Mine)
			}
		case i.Certificate.IsCA:
			if i.Mine.Same == nil || i.Mine.Same.ID != root.ID || i.Mine.Namesake != nil || !i.Mine.HasKey {
				t.Errorf("the root: %+v", i.Mine)
			}
		default:
			if i.Mine.Same == nil || i.Mine.Same.ID != alice.ID || !i.Mine.HasKey || i.Mine.Issuer == nil || i.Mine.Issuer.ID != root.ID || !i.Mine.Any() {
				t.Errorf("alice: %+v", i.Mine)
			}
		}
	}

	theirs := append(bundleOf(t, other, bob.ID, PEM), bundleOf(t, other, twin.ID, PEM)...)
	mustRecognise(t, d, theirs)
	for n, i := range theirs {
		if m := i.Mine; m.Any() || !m.Looked || m.Namesake == nil || m.Namesake.ID != root.ID {
			t.Errorf("theirs %d: %+v", n, m)
		}
	}
}

// A certificate made anew for a key of the vault, and a request with it.
func TestIsItsKeyMine(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	var der []byte
	for _, i := range bundleOf(t, d, alice.ID, P12) {
		if i.Key != nil {
			var err error
			if der, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, i.Key); err != nil {
				t.Fatal(err)
			}
		}
	}
	list, err := Inspect(der, "")
	if err != nil || len(list) != 1 || list[0].Request == nil {
		t.Fatal(list, err)
	}
	mustRecognise(t, d, list)
	if m := list[0].Mine; m.Same != nil || len(m.SameKey) != 1 || !m.HasKey {
		t.Errorf("the request: %+v", m)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Recognise(ctx, list); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	d.Lock()
	if err := d.Recognise(t.Context(), list); !errors.Is(err, ErrLocked) {
		t.Errorf("locked: %v", err)
	}
}

// A CRL of an authority of the vault, and one that only bears its name.
func TestWhomACRLRevokes(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	serial, _ := new(big.Int).SetString(strings.ReplaceAll(alice.Serial, ":", ""), 16)
	signer := func(d *Desk, id ID) (*x509.Certificate, pki.Issuer) {
		var issuer pki.Issuer
		for _, i := range bundleOf(t, d, id, P12) {
			if i.Key != nil {
				issuer.Key = i.Key
			} else {
				issuer.Certificate = i.Certificate
			}
		}
		return issuer.Certificate, issuer
	}
	other := newDesk(t)
	for name, test := range map[string]struct {
		desk    *Desk
		id      ID
		revoked int
	}{
		"mine":   {d, root.ID, 1},
		"theirs": {other, other.mustIssue(t, "", named(pki.Authority, "Acme Root")).ID, 0},
	} {
		cert, issuer := signer(test.desk, test.id)
		der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
			Number: big.NewInt(1), ThisUpdate: d.Now(), NextUpdate: d.Now().Add(time.Hour),
			RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: serial, RevocationTime: d.Now()}},
		}, cert, issuer.Key)
		if err != nil {
			t.Fatal(err)
		}
		list, err := Inspect(der, "")
		if err != nil {
			t.Fatal(err)
		}
		mustRecognise(t, d, list)
		m := list[0].Mine
		if len(m.Revoked) != test.revoked || (m.Issuer != nil) != (test.revoked > 0) || (m.Namesake != nil) == (test.revoked > 0) {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// A server of the vault's authority is trusted under it; without the vault it
// is not.
func TestInspectServer(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	r := named(pki.Server, "localhost")
	r.Names, _ = pki.ParseNames("localhost")
	server := d.mustIssue(t, root.ID, r)
	client := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	s, err := d.Serve(Serve{CertificateID: server.ID, ClientCAs: []ID{root.ID}, Mode: testclient.ModeMTLS})
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(s.URL(), "https://")
	address = "localhost" + address[strings.LastIndex(address, ":"):]
	seen, err := d.InspectServer(t.Context(), ServerQuestion{Address: address, CertificateID: client.ID})
	if err != nil || seen.Diagnosis != nil || seen.Trusted == nil || seen.Trusted.ID != root.ID || seen.Trust != nil || seen.Name != nil {
		t.Fatalf("saw %+v, %v", seen, err)
	}
	if len(seen.Items) == 0 || seen.Items[0].Mine.Same == nil || seen.Items[0].Mine.Same.ID != server.ID || !seen.ClientSent {
		t.Errorf("the items: %+v", seen.Items)
	}
	bare := InspectServer(t.Context(), ServerQuestion{Address: address}, d.Now)
	if bare.Trust == nil || bare.Trusted != nil || !bare.ClientAsked || bare.Diagnosis == nil || bare.Items[0].Mine.Looked {
		t.Errorf("without the vault: %+v", bare)
	}
	if _, err := d.InspectServer(t.Context(), ServerQuestion{Address: address, CertificateID: "nobody"}); err == nil {
		t.Error("nobody's certificate is presented")
	}
}

func TestLooksLikeAddress(t *testing.T) {
	for text, want := range map[string]bool{
		"a.example:443": true, "https://a.example": true, "[::1]:8443": true, "10.0.0.1:1": true, " a:443 ": true,
		"a.example": false, "cert.pem": false, `C:\cert.pem`: false, "a:0": false, "a:x": false, ":443": false, "dir/a:443": false, "": false,
	} {
		if got := LooksLikeAddress(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestPublicKeyOf(t *testing.T) {
	root := pkitest.Root(t, "Root").Certificate
	if got := pki.PublicKeyOf(root.Raw); string(got) != string(root.RawSubjectPublicKeyInfo) {
		t.Errorf("the public key is %x", got)
	}
	for n := range root.Raw {
		if got := pki.PublicKeyOf(root.Raw[:n]); got != nil {
			t.Fatalf("cut off at %d it is %x", n, got)
		}
	}
}
