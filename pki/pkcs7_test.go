package pki_test

import (
	"crypto/x509"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestDecodePKCS7(t *testing.T) {
	pkitest.Need(t, "openssl")
	m := newMaterial(t)
	dir := t.TempDir()
	write(t, dir+"/certs.pem", pki.EncodeCertificates(m.leaf, m.root))
	write(t, dir+"/crl.pem", []byte(block("X509 CRL", m.crl)))
	for _, form := range []string{"PEM", "DER"} {
		pkitest.Run(t, "openssl", "crl2pkcs7", "-in", dir+"/crl.pem", "-certfile", dir+"/certs.pem", "-outform", form, "-out", dir+"/out.p7b")
		items, err := pki.Decode(readFile(t, dir+"/out.p7b"), "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"certificate PKCS#7 Client", "certificate PKCS#7 Root", "crl PKCS#7 Root"}, contents(items)); diff != "" {
			t.Errorf("%s: %s", form, diff)
		}
	}
	// CMS in BER, as programs stream it.
	write(t, dir+"/text", []byte("hello"))
	key, err := pki.EncodeKey(m.key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/key.pem", key)
	write(t, dir+"/leaf.pem", pki.EncodeCertificates(m.leaf))
	pkitest.Run(t, "openssl", "cms", "-sign", "-stream", "-nodetach", "-in", dir+"/text", "-signer", dir+"/leaf.pem",
		"-inkey", dir+"/key.pem", "-outform", "DER", "-out", dir+"/out.p7m")
	data := readFile(t, dir+"/out.p7m")
	if data[1] != 0x80 {
		t.Error("not of open length: the test shows nothing")
	}
	items, err := pki.Decode(data, "")
	if diff := cmp.Diff([]string{"certificate PKCS#7 Client"}, contents(items)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// TestEncodePKCS7: OpenSSL, GnuTLS and Java find every certificate, and so do
// we.
func TestEncodePKCS7(t *testing.T) {
	m := newMaterial(t)
	dir := t.TempDir()
	for _, certs := range [][]*x509.Certificate{{m.leaf, m.root}, {m.root}} {
		data, err := pki.EncodePKCS7(certs...)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir+"/out.p7b", data)
		items, err := pki.Decode(data, "")
		if err != nil || len(items) != len(certs) {
			t.Errorf("we read %d certificates of %d: %v", len(items), len(certs), err)
		}
		said := []string{
			pkitest.Run(t, "openssl", "pkcs7", "-inform", "DER", "-in", dir+"/out.p7b", "-print_certs", "-noout"),
			pkitest.Run(t, "openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", dir+"/out.p7b"),
			pkitest.Run(t, "keytool", "-printcert", "-file", dir+"/out.p7b"),
		}
		pkitest.Run(t, "certtool", "--p7-info", "--inder", "--infile", dir+"/out.p7b", "--outfile", dir+"/info")
		said = append(said, string(readFile(t, dir+"/info")))
		for n, text := range said[:3] {
			for _, c := range certs {
				if !strings.Contains(text, c.Subject.CommonName) {
					t.Errorf("program %d does not name %s:\n%s", n, c.Subject.CommonName, text)
				}
			}
		}
		if got := strings.Count(said[3], "-----BEGIN CERTIFICATE-----"); got != len(certs) {
			t.Errorf("certtool finds %d certificates of %d:\n%s", got, len(certs), said[3])
		}
	}
}
