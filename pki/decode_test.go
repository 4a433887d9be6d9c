package pki_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// contents says what Decode found: "certificate PEM Root", "key PKCS#8 P-256".
func contents(items []pki.Item) []string {
	var out []string
	for _, i := range items {
		text := string(i.Kind) + " " + i.Source
		switch i.Kind {
		case pki.ItemCertificate:
			text += " " + i.Certificate.Subject.CommonName
		case pki.ItemKey:
			text += " " + pki.KeyLabel(i.Key.Public())
		case pki.ItemRequest:
			text += " " + i.Request.Subject.CommonName
		case pki.ItemCRL:
			text += " " + i.CRL.Issuer.CommonName
		case pki.ItemUnknown:
			text += " " + i.Err.Error()
		}
		if i.Name != "" {
			text += " as " + i.Name
		}
		out = append(out, text)
	}
	return out
}

// material is one of each thing.
type material struct {
	root, leaf   *x509.Certificate
	key          crypto.Signer
	keyDER       []byte
	request, crl []byte // DER
}

func newMaterial(t testing.TB) material {
	t.Helper()
	issuer := pkitest.Root(t, "Root")
	m := material{root: issuer.Certificate}
	m.leaf, m.key = pkitest.Client(t, issuer, "Client")
	var err error
	if m.keyDER, err = pki.MarshalKey(m.key); err != nil {
		t.Fatal(err)
	}
	if m.request, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: m.leaf.Subject}, m.key); err != nil {
		t.Fatal(err)
	}
	if m.crl, err = x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now(), NextUpdate: time.Now().Add(time.Hour),
	}, issuer.Certificate, issuer.Key); err != nil {
		t.Fatal(err)
	}
	return m
}

func block(label string, der []byte) string {
	return "-----BEGIN " + label + "-----\n" + base64.StdEncoding.EncodeToString(der) + "\n-----END " + label + "-----\n"
}

func toUTF16(s string, mark bool, big bool) []byte {
	if mark {
		s = "\ufeff" + s
	}
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func TestDecodeShapes(t *testing.T) {
	m := newMaterial(t)
	root := string(pki.EncodeCertificates(m.root))
	leaf := string(pki.EncodeCertificates(m.leaf))
	wrapped := root[:len(root)-1]
	certificate := []string{"certificate PEM Root"}
	tests := []struct {
		name string
		data []byte
		want []string
	}{
		{"PEM", []byte(root), certificate},
		{"several in any order", []byte(block("PRIVATE KEY", m.keyDER) + leaf + root + block("CERTIFICATE REQUEST", m.request) + block("X509 CRL", m.crl)),
			[]string{"key PEM P-256", "certificate PEM Client", "certificate PEM Root", "request PEM Client", "crl PEM Root"}},
		{"with wrong labels", []byte(block("CERTIFICATE", m.keyDER) + block("PRIVATE KEY", m.root.Raw)),
			[]string{"key PEM P-256", "certificate PEM Root"}},
		{"junk around", []byte("Bag Attributes\n  friendlyName: x\nsubject=CN = Root\n" + root + "trailer\n"), certificate},
		{"text before on the same line", []byte("cert: " + root), certificate},
		{"CRLF", []byte(strings.ReplaceAll(root, "\n", "\r\n")), certificate},
		{"CR only", []byte(strings.ReplaceAll(root, "\n", "\r")), certificate},
		{"indented", []byte("  " + strings.ReplaceAll(root, "\n", "\n\t  ")), certificate},
		{"spaces at the ends of lines", []byte(strings.ReplaceAll(root, "\n", "  \n")), certificate},
		{"one line", []byte(strings.ReplaceAll(root, "\n", " ")), certificate},
		{"a JSON string", []byte(`{"ca":"` + strings.ReplaceAll(root, "\n", `\n`) + `"}`), certificate},
		{"BOM", []byte("\ufeff" + root), certificate},
		{"UTF-16 little", toUTF16(root, true, false), certificate},
		{"UTF-16 big", toUTF16(root, true, true), certificate},
		{"UTF-16 little without a mark", toUTF16(root, false, false), certificate},
		{"UTF-16 big without a mark", toUTF16(root, false, true), certificate},
		{"no line end at the end", []byte(wrapped), certificate},
		{"without padding", []byte(strings.ReplaceAll(root, "=", "")), certificate},
		{"a begin without an end", []byte("-----BEGIN CERTIFICATE-----\nMII\n" + root), certificate},
		{"EC PARAMETERS first", []byte(block("EC PARAMETERS", []byte{6, 0}) + block("PRIVATE KEY", m.keyDER)), []string{"key PEM P-256"}},
		{"a damaged block among others", []byte(block("CERTIFICATE", []byte{0x30, 3, 1}) + root + "-----BEGIN X-----\n!\n-----END X-----\n"),
			[]string{"unknown PEM not recognised", "certificate PEM Root", "unknown PEM damaged PEM block X as X"}},
		{"trusted certificate", []byte(block("TRUSTED CERTIFICATE", append(bytes.Clone(m.root.Raw), 0x30, 0))), certificate},

		{"DER certificate", m.root.Raw, []string{"certificate DER Root"}},
		{"DER request", m.request, []string{"request DER Client"}},
		{"DER CRL", m.crl, []string{"crl DER Root"}},
		{"DER key", m.keyDER, []string{"key PKCS#8 P-256"}},
		{"DER, several", append(bytes.Clone(m.root.Raw), m.leaf.Raw...), []string{"certificate DER Root", "certificate DER Client"}},
		{"DER and a line end", append(bytes.Clone(m.root.Raw), '\r', '\n'), []string{"certificate DER Root"}},
		{"base64", []byte(base64.StdEncoding.EncodeToString(m.root.Raw)), []string{"certificate DER Root"}},
		{"base64 in lines", []byte("\n" + strings.Join(strings.Split(root, "\n")[1:len(strings.Split(root, "\n"))-2], "\r\n ") + "\n"),
			[]string{"certificate DER Root"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			items, err := pki.Decode(test.data, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, contents(items)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeNothing(t *testing.T) {
	m := newMaterial(t)
	root := string(pki.EncodeCertificates(m.root))
	deep := bytes.Repeat([]byte{0x30, 0x80}, 20_000)
	tests := []struct {
		name string
		data []byte
		want error
	}{
		{"nothing", nil, pki.ErrNotRecognised},
		{"text", []byte("Hello, world!\n"), pki.ErrNotRecognised},
		{"base64 of something else", []byte("TWFu"), pki.ErrNotRecognised},
		{"an empty SEQUENCE", []byte{0x30, 0}, pki.ErrNotRecognised},
		{"nested too deep", deep, pki.ErrNotRecognised},
		{"too large", make([]byte, pki.MaxInput+1), pki.ErrTooLarge},
		{"too many", bytes.Repeat([]byte{0x30, 0}, 20_001), pki.ErrTooLarge},
		{"many", bytes.Repeat([]byte{0x30, 0}, 20_000), pki.ErrNotRecognised},
	}
	for _, test := range tests {
		if items, err := pki.Decode(test.data, ""); !errors.Is(err, test.want) || items != nil {
			t.Errorf("%s: %v, %v, want %v", test.name, items, err, test.want)
		}
	}
	changed := bytes.Clone(m.root.Raw)
	changed[8] = 0xa5 // instead of [0], the version
	damaged := map[string]string{
		"cut off":                root[:len(root)/2],
		"not base64":             strings.Replace(root, "MII", "M!I", 1),
		"an end only":            "-----END CERTIFICATE-----",
		"a label without dashes": "-----BEGIN CERTIFICATE\n-----END CERTIFICATE-----",
		"cut off inside":         block("CERTIFICATE", m.root.Raw[:200]),
		"changed inside":         block("CERTIFICATE", changed),
		"a key cut off":          block("PRIVATE KEY", []byte{0x30, 6, 2, 1, 0, 0x30, 1, 2}),
		"PKCS #7 cut off":        block("PKCS7", []byte{0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2}),
		"PKCS #12 cut off":       block("PKCS12", []byte{0x30, 5, 2, 1, 3, 0x30, 0}),
	}
	for name, data := range damaged {
		items, err := pki.Decode([]byte(data), "")
		var damage *pki.DamageError
		if items != nil || !errors.As(err, &damage) && !errors.Is(err, pki.ErrNotRecognised) {
			t.Errorf("%s: %v, %v", name, items, err)
		}
	}
}

// Formats that are not read are named, with the way to convert them.
func TestDecodeRefusals(t *testing.T) {
	dir := t.TempDir()
	foreign := func(need string, path string, args ...string) func(t *testing.T) []byte {
		return func(t *testing.T) []byte {
			pkitest.Need(t, need)
			pkitest.Run(t, need, args...)
			return readFile(t, path)
		}
	}
	fixed := func(s string) func(*testing.T) []byte { return func(*testing.T) []byte { return []byte(s) } }
	tests := []struct {
		name           string
		data           func(*testing.T) []byte
		found, convert string
	}{
		{"JKS", foreign("keytool", dir+"/a.jks", "-genkeypair", "-keystore", dir+"/a.jks", "-storetype", "JKS", "-storepass", "secret1",
			"-keypass", "secret1", "-dname", "CN=a", "-alias", "a", "-keyalg", "EC"), "a Java key store (JKS)", "keytool -importkeystore"},
		{"JCEKS", foreign("keytool", dir+"/a.jceks", "-genkeypair", "-keystore", dir+"/a.jceks", "-storetype", "JCEKS", "-storepass", "secret1",
			"-keypass", "secret1", "-dname", "CN=a", "-alias", "a", "-keyalg", "EC"), "a Java key store (JCEKS)", "-srcstoretype JCEKS"},
		{"OpenSSH", foreign("ssh-keygen", dir+"/ssh", "-q", "-t", "ed25519", "-N", "", "-f", dir+"/ssh"), "an OpenSSH private key", "ssh-keygen -p -m PEM"},
		{"OpenSSH public key", fixed("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ"), "an OpenSSH public key", ""},
		{"PuTTY", fixed("PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\n"), "a PuTTY private key", "puttygen"},
		{"OpenPGP", fixed(block("PGP PRIVATE KEY BLOCK", []byte{1})), "an OpenPGP file", ""},
		{"DSA", foreign("openssl", dir+"/dsa.pem", "genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out", dir+"/dsa.pem"), "", ""},
		{"Ed448", foreign("openssl", dir+"/ed448.pem", "genpkey", "-algorithm", "ED448", "-out", dir+"/ed448.pem"), "an Ed448 key", ""},
		{"X25519", foreign("openssl", dir+"/x.pem", "genpkey", "-algorithm", "X25519", "-out", dir+"/x.pem"), "an X25519 key", ""},
		{"X448", foreign("openssl", dir+"/x448.pem", "genpkey", "-algorithm", "X448", "-out", dir+"/x448.pem"), "an X448 key", ""},
		{"RSA-PSS", foreign("openssl", dir+"/pss.pem", "genpkey", "-algorithm", "RSA-PSS", "-out", dir+"/pss.pem"), "an RSA-PSS key", "openssl rsa"},
		{"secp256k1", foreign("openssl", dir+"/k1.pem", "ecparam", "-name", "secp256k1", "-genkey", "-out", dir+"/k1.pem"), "a key of the curve secp256k1", ""},
		{"brainpool", foreign("openssl", dir+"/bp.pem", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1", "-out", dir+"/bp.pem"),
			"a key of the curve 1.3.36.3.3.2.8.1.1.7", ""},
		{"explicit curve", foreign("openssl", dir+"/explicit.pem", "ecparam", "-name", "prime256v1", "-param_enc", "explicit", "-genkey", "-out", dir+"/explicit.pem"),
			"an elliptic curve key with explicit parameters", "openssl ec"},
		{"explicit curve in PKCS #8", foreign("openssl", dir+"/explicit8.pem", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
			"-pkeyopt", "ec_param_enc:explicit", "-out", dir+"/explicit8.pem"), "an elliptic curve key with explicit parameters", "openssl ec"},
		{"public key", foreign("openssl", dir+"/pub.pem", "pkey", "-in", writeKey(t), "-pubout", "-out", dir+"/pub.pem"), "a public key", ""},
		{"PKCS #7 of data", fixed(block("PKCS7", []byte{0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1})), "PKCS #7 of another kind", ""},
		{"a key of 40,000 octets", fixed(block("PRIVATE KEY", append([]byte{0x30, 0x82, 0x9c, 0x40, 2, 1, 0, 2, 0x82, 0x9c, 0x39}, make([]byte, 39_993)...))), "a key larger", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			items, err := pki.Decode(test.data(t), "")
			if test.name == "DSA" { // the parameters alone say nothing; the key is refused
				pkitest.Run(t, "openssl", "genpkey", "-paramfile", dir+"/dsa.pem", "-out", dir+"/dsakey.pem")
				items, err = pki.Decode(readFile(t, dir+"/dsakey.pem"), "")
				test.found = "a DSA key"
			}
			var format *pki.FormatError
			if items != nil || !errors.As(err, &format) {
				t.Fatalf("%v, %v", items, err)
			}
			if !strings.HasPrefix(format.Found, test.found) || !strings.Contains(format.Convert, test.convert) || test.convert == "" != (format.Convert == "") {
				t.Errorf("found %q, convert %q, want %q, %q", format.Found, format.Convert, test.found, test.convert)
			}
			if !strings.Contains(err.Error(), format.Found) || !strings.Contains(err.Error(), format.Convert) {
				t.Errorf("error %q leaves something out", err)
			}
		})
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeKey(t testing.TB) string {
	t.Helper()
	data, err := pki.EncodeKey(pkitest.Key(t, pki.P256))
	if err != nil {
		t.Fatal(err)
	}
	return pkitest.File(t, "key.pem", data)
}
