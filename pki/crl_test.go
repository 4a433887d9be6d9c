package pki_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func revoked(serial int64, reason pki.Reason) pki.Revocation {
	return pki.Revocation{Serial: big.NewInt(serial), At: now.Add(-time.Hour), Reason: reason}
}

func TestMakeCRL(t *testing.T) {
	for _, kind := range []pki.KeyKind{pki.P256, pki.P384, pki.P521, pki.RSA2048, pki.Ed25519} {
		t.Run(string(kind), func(t *testing.T) {
			root := newRoot(t, kind, "Root")
			list, err := pki.MakeCRL(root, []pki.Revocation{revoked(9, pki.KeyCompromise), revoked(5, pki.Unspecified), revoked(7, "")},
				big.NewInt(3), now, now.AddDate(0, 0, 30), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			if err := list.CheckSignatureFrom(root.Certificate); err != nil {
				t.Error(err)
			}
			if list.Number.Int64() != 3 || !list.ThisUpdate.Equal(now.Truncate(time.Second)) || !list.NextUpdate.Equal(now.AddDate(0, 0, 30).Truncate(time.Second)) {
				t.Errorf("number %v, from %v to %v", list.Number, list.ThisUpdate, list.NextUpdate)
			}
			if !bytes.Equal(list.AuthorityKeyId, root.Certificate.SubjectKeyId) {
				t.Errorf("authority key identifier %x, want %x", list.AuthorityKeyId, root.Certificate.SubjectKeyId)
			}
			var got []string
			for _, e := range list.RevokedCertificateEntries {
				got = append(got, e.SerialNumber.String()+" "+string(pki.ReasonOf(e.ReasonCode)))
				if e.ReasonCode == 0 && len(e.Extensions) != 0 {
					t.Errorf("entry %v says unspecified", e.SerialNumber)
				}
			}
			if diff := cmp.Diff([]string{"5 unspecified", "7 unspecified", "9 keyCompromise"}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMakeCRLOnceForEachSerial(t *testing.T) {
	root := newRoot(t, pki.P256, "Root")
	early := pki.Revocation{Serial: big.NewInt(1), At: now.AddDate(0, 0, -9), Reason: pki.Superseded}
	list, err := pki.MakeCRL(root, []pki.Revocation{revoked(1, pki.KeyCompromise), early, revoked(2, pki.CertificateHold), revoked(2, pki.KeyCompromise)},
		big.NewInt(1), now, now.AddDate(0, 0, 1), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list.RevokedCertificateEntries {
		got = append(got, e.SerialNumber.String()+" "+string(pki.ReasonOf(e.ReasonCode)))
	}
	if diff := cmp.Diff([]string{"1 superseded", "2 keyCompromise"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestMakeCRLRefuses(t *testing.T) {
	root := newRoot(t, pki.P256, "Root")
	other := newRoot(t, pki.P256, "Other")
	month := now.AddDate(0, 0, 30)
	leaf, leafKey := pkitest.Leaf(t, root, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now, month })
	key := pkitest.Key(t, pki.P256)
	noSign := pkitest.Sign(t, root, key, func(c *x509.Certificate) {
		c.IsCA, c.KeyUsage, c.MaxPathLen = true, x509.KeyUsageCertSign, -1
		c.NotBefore, c.NotAfter = now, month
		c.ExtKeyUsage, c.DNSNames = nil, nil
	})
	for _, c := range []struct {
		name         string
		issuer       pki.Issuer
		this, next   time.Time
		field        pki.Field
		code, number string
	}{
		{"no issuer", pki.Issuer{}, now, month, pki.FieldIssuer, pki.CodeIssuerMissing, "1"},
		{"another's key", pki.Issuer{Certificate: root.Certificate, Key: other.Key}, now, month, pki.FieldIssuer, pki.CodeIssuerKeyMismatch, "1"},
		{"no key", pki.Issuer{Certificate: root.Certificate}, now, month, pki.FieldIssuer, pki.CodeIssuerKeyMismatch, "1"},
		{"no authority", pki.Issuer{Certificate: leaf, Key: leafKey}, now, month, pki.FieldIssuer, pki.CodeIssuerNotAuthority, "1"},
		{"no cRLSign", pki.Issuer{Certificate: noSign, Key: key}, now, month, pki.FieldIssuer, pki.CodeIssuerCRLSign, "1"},
		{"expired", root, root.Certificate.NotAfter, root.Certificate.NotAfter.Add(time.Hour), pki.FieldIssuer, pki.CodeIssuerExpired, "1"},
		{"born expired", root, now, now, pki.FieldValidity, pki.CodeCRLBornExpired, "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := pki.MakeCRL(c.issuer, nil, big.NewInt(1), c.this, c.next, rand.Reader)
			var faults pki.Faults
			if !errors.As(err, &faults) || faults[0].Field != c.field || faults[0].Code != c.code {
				t.Errorf("%v, want %s: %s", err, c.field, c.code)
			}
		})
	}
	if _, err := pki.MakeCRL(root, []pki.Revocation{revoked(1, pki.RemoveFromCRL)}, big.NewInt(1), now, month, rand.Reader); !errors.Is(err, pki.ErrReason) {
		t.Errorf("removeFromCRL in a full list: %v", err)
	}
	for _, number := range []*big.Int{nil, big.NewInt(-1), new(big.Int).Lsh(big.NewInt(1), 160)} {
		if _, err := pki.MakeCRL(root, nil, number, now, month, rand.Reader); err == nil {
			t.Errorf("number %v is taken", number)
		}
	}
}

// A list ends with its authority; one whose authority is older than key
// identifiers and key usages is made all the same.
func TestMakeCRLOfOldAuthority(t *testing.T) {
	key := pkitest.Key(t, pki.P256)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Old"},
		NotBefore: now, NotAfter: now.AddDate(0, 0, 10), BasicConstraintsValid: true, IsCA: true,
		SubjectKeyId: []byte{1}, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 14}, Value: []byte{4, 0}}}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pki.MakeCRL(pki.Issuer{Certificate: cert, Key: key}, nil, big.NewInt(0), now, now.AddDate(0, 0, 30), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if !list.NextUpdate.Equal(cert.NotAfter) {
		t.Errorf("next update %v, want %v", list.NextUpdate, cert.NotAfter)
	}
	if cert.KeyUsage != 0 || len(cert.SubjectKeyId) != 0 {
		t.Error("the issuer's certificate was changed")
	}
}

func TestEncodeCRL(t *testing.T) {
	list, err := pki.MakeCRL(newRoot(t, pki.P256, "Root"), []pki.Revocation{revoked(1, "")}, big.NewInt(1), now, now.AddDate(0, 0, 1), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	items, err := pki.Decode(pki.EncodeCRL(list), "")
	if err != nil || len(items) != 1 || items[0].Kind != pki.ItemCRL || !bytes.Equal(items[0].CRL.Raw, list.Raw) {
		t.Errorf("read back: %v, %v", items, err)
	}
}

// What OpenSSL and GnuTLS make of the lists of a root and an intermediate.
func TestForeignCRL(t *testing.T) {
	root := pkitest.Root(t, "Root")
	issuing := pkitest.Intermediate(t, root, "Issuing")
	good, _ := pkitest.Client(t, issuing, "good")
	bad, _ := pkitest.Client(t, issuing, "bad")
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	crl := func(issuer pki.Issuer, serials ...*big.Int) []byte {
		var list []pki.Revocation
		for _, s := range serials {
			list = append(list, pki.Revocation{Serial: s, At: time.Now(), Reason: pki.KeyCompromise})
		}
		made, err := pki.MakeCRL(issuer, list, big.NewInt(1), time.Now().Add(-time.Minute), time.Now().AddDate(0, 0, 1), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return pki.EncodeCRL(made)
	}
	ca := put("root.pem", pki.EncodeCertificates(root.Certificate))
	chain := put("issuing.pem", pki.EncodeCertificates(issuing.Certificate))
	goodFile, badFile := put("good.pem", pki.EncodeCertificates(good)), put("bad.pem", pki.EncodeCertificates(bad))
	verify := func(cert, want string, args ...string) {
		t.Helper()
		out, err := pkitest.Try(t, "openssl", append(append([]string{"verify", "-x509_strict", "-CAfile", ca, "-untrusted", chain}, args...), cert)...)
		if (err == nil) != (want == "") || !strings.Contains(out, want) {
			t.Errorf("openssl verify %s: %v, want %q\n%s", filepath.Base(cert), err, want, out)
		}
	}
	leafList := put("issuing.crl", crl(issuing, bad.SerialNumber))
	verify(goodFile, "", "-crl_check", "-CRLfile", leafList)
	verify(badFile, "certificate revoked", "-crl_check", "-CRLfile", leafList)
	both := put("both.crl", append(crl(root), crl(issuing, bad.SerialNumber)...))
	verify(goodFile, "", "-crl_check_all", "-CRLfile", both)
	without := put("without.crl", append(crl(root, issuing.Certificate.SerialNumber), crl(issuing)...))
	verify(goodFile, "certificate revoked", "-crl_check_all", "-CRLfile", without)

	out := pkitest.Run(t, "certtool", "--verify-crl", "--load-ca-certificate", chain, "--infile", leafList)
	if !strings.Contains(out, "Verified") || strings.Contains(out, "Not verified") {
		t.Errorf("certtool --verify-crl:\n%s", out)
	}
	out = pkitest.Run(t, "openssl", "crl", "-noout", "-text", "-in", leafList)
	for _, want := range []string{"Version 2", "X509v3 CRL Number", "X509v3 Authority Key Identifier", "Key Compromise"} {
		if !strings.Contains(out, want) {
			t.Errorf("openssl crl -text has no %q:\n%s", want, out)
		}
	}
}
