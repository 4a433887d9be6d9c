package pki_test

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func rsaOf(n *big.Int) *rsa.PublicKey { return &rsa.PublicKey{N: n, E: 65537} }

// One certificate that OpenSSL made, described as OpenSSL describes it.
func TestDescribe(t *testing.T) {
	pkitest.Need(t, "openssl")
	dir := t.TempDir()
	key, cert := dir+"/key.pem", dir+"/cert.pem"
	pkitest.Run(t, "openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-out", cert,
		"-subj", "/C=DE/O=Example, Inc./CN=a.example", "-set_serial", "0x8f01", "-days", "3650",
		"-addext", "basicConstraints=critical,CA:TRUE,pathlen:3", "-addext", "keyUsage=keyCertSign,digitalSignature",
		"-addext", "extendedKeyUsage=serverAuth,emailProtection,1.2.3.4", "-addext", "subjectAltName=DNS:a.example,IP:192.0.2.1",
		"-addext", "1.2.3.5=critical,ASN1:NULL")
	c := readCertificate(t, cert)
	d := pki.Describe(c)

	want := pki.Description{
		Subject:            `CN=a.example, O=Example\, Inc., C=DE`,
		SubjectParts:       []pki.Attribute{{Name: "CN", Value: "a.example"}, {Name: "O", Value: "Example, Inc."}, {Name: "C", Value: "DE"}},
		CommonName:         "a.example",
		Issuer:             `CN=a.example, O=Example\, Inc., C=DE`,
		IssuerCommonName:   "a.example",
		Kind:               pki.Authority,
		Names:              names(t, "a.example 192.0.2.1"),
		NotBefore:          c.NotBefore,
		NotAfter:           c.NotAfter,
		Serial:             "8f:01",
		Key:                "RSA 1024",
		KeyUsage:           []string{"digitalSignature", "keyCertSign"},
		ExtKeyUsage:        []string{"serverAuth", "emailProtection", "1.2.3.4"},
		IsCA:               true,
		PathLength:         3,
		SubjectKeyID:       d.SubjectKeyID,
		AuthorityKeyID:     d.SubjectKeyID,
		SHA256:             fingerprint(t, cert, "-sha256"),
		SHA1:               fingerprint(t, cert, "-sha1"),
		SPKIPin:            pin(t, cert),
		SignatureAlgorithm: "SHA256-RSA",
		SelfSigned:         true,
		Version:            3,
		Extensions:         d.Extensions,
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
	if len(d.SubjectKeyID) != 20*3-1 {
		t.Errorf("subject key identifier %q", d.SubjectKeyID)
	}
	if last := d.Extensions[len(d.Extensions)-1]; last != (pki.Extension{OID: "1.2.3.5", Critical: true}) {
		t.Errorf("last extension %v", last)
	}
	if _, err := json.Marshal(d); err != nil {
		t.Error(err)
	}
}

func readCertificate(t *testing.T, path string) *x509.Certificate {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	items, err := pki.Decode(data, "")
	if err != nil || len(items) != 1 || items[0].Certificate == nil {
		t.Fatalf("%s: %v, %v", path, items, err)
	}
	return items[0].Certificate
}

func fingerprint(t *testing.T, path, hash string) string {
	t.Helper()
	_, hex, _ := strings.Cut(pkitest.Run(t, "openssl", "x509", "-in", path, "-noout", "-fingerprint", hash), "=")
	return strings.ToLower(strings.TrimSpace(hex))
}

func pin(t *testing.T, path string) string {
	t.Helper()
	pkitest.Need(t, "sh")
	return strings.TrimSpace(pkitest.Run(t, "sh", "-c", `openssl x509 -in "$0" -noout -pubkey | openssl pkey -pubin -outform DER |
		openssl dgst -sha256 -binary | openssl base64`, path))
}

func TestDescribeHostile(t *testing.T) {
	root := pkitest.Root(t, "Root\u202e")
	c, _ := pkitest.Leaf(t, root, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: "a\x00b, O=Fake", Organization: []string{"x\u200by"}}
	})
	d := pki.Describe(c)
	if want := `CN=a\u{0000}b\, O=Fake, O=x\u{200B}y`; d.Subject != want {
		t.Errorf("subject %s, want %s", d.Subject, want)
	}
	if want := `Root\u{202E}`; d.IssuerCommonName != want || d.Issuer != "CN="+want {
		t.Errorf("issuer %s, %s", d.IssuerCommonName, d.Issuer)
	}
	if got := pki.Describe(nil); got.PathLength != -1 || got.Subject != "" {
		t.Errorf("nothing is described as %v", got)
	}
}

func TestKindOfCertificate(t *testing.T) {
	root := pkitest.Root(t, "Root")
	with := func(edit func(*x509.Certificate)) *x509.Certificate {
		c, _ := pkitest.Leaf(t, root, edit)
		return c
	}
	usage := func(list ...x509.ExtKeyUsage) *x509.Certificate {
		return with(func(c *x509.Certificate) { c.ExtKeyUsage = list })
	}
	old := *root.Certificate
	old.Version, old.BasicConstraintsValid, old.IsCA = 1, false, false
	tests := map[string]struct {
		c    *x509.Certificate
		want pki.Kind
	}{
		"root":           {root.Certificate, pki.Authority},
		"version 1 root": {&old, pki.Authority},
		"server":         {usage(x509.ExtKeyUsageServerAuth), pki.Server},
		"client":         {usage(x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageEmailProtection), pki.Client},
		"both":           {usage(x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth), pki.Both},
		"any":            {usage(x509.ExtKeyUsageAny), pki.Both},
		"nothing said":   {usage(), pki.Both},
		"code signing":   {usage(x509.ExtKeyUsageCodeSigning), ""},
		"something unknown": {with(func(c *x509.Certificate) {
			c.ExtKeyUsage, c.UnknownExtKeyUsage = nil, append(c.UnknownExtKeyUsage, []int{1, 2, 3})
		}), ""},
		"no certificate": {nil, ""},
	}
	for name, test := range tests {
		if got := pki.KindOfCertificate(test.c); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	var names []string
	for _, purpose := range []x509.ExtKeyUsage{x509.ExtKeyUsageAny, x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageCodeSigning,
		x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageOCSPSigning, x509.ExtKeyUsageIPSECUser} {
		names = append(names, pki.Describe(usage(purpose)).ExtKeyUsage...)
	}
	want := []string{"anyExtendedKeyUsage", "clientAuth", "codeSigning", "timeStamping", "OCSPSigning", "1.3.6.1.5.5.7.3.7"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

func TestSerial(t *testing.T) {
	tests := []struct {
		serial *big.Int
		want   string
	}{
		{big.NewInt(0), "00"},
		{big.NewInt(10), "0a"},
		{big.NewInt(0x8f01), "8f:01"},
		{big.NewInt(-1), "-01"},
		{nil, ""},
	}
	for _, test := range tests {
		if got := pki.Serial(&x509.Certificate{SerialNumber: test.serial}); got != test.want {
			t.Errorf("%v: %q, want %q", test.serial, got, test.want)
		}
	}
}

func TestDescribeIsUTC(t *testing.T) {
	c := &x509.Certificate{NotAfter: now.In(time.FixedZone("", 3600))}
	if d := pki.Describe(c); d.NotAfter.Location() != time.UTC {
		t.Errorf("not after %v", d.NotAfter)
	}
}

// Keys that crypto/x509 does not read are named all the same.
func TestDescribeUnknownKeys(t *testing.T) {
	pkitest.Need(t, "openssl")
	tests := map[string][]string{
		"Ed448":     {"ED448"},
		"RSA-PSS":   {"RSA-PSS"},
		"RSA 1024":  {"RSA", "-pkeyopt", "rsa_keygen_bits:1024"},
		"P-224":     {"EC", "-pkeyopt", "ec_paramgen_curve:P-224"},
		"1.2.3.4.5": nil,
	}
	for want, algorithm := range tests {
		c := &x509.Certificate{RawSubjectPublicKeyInfo: []byte{0x30, 8, 0x30, 6, 6, 4, 0x2a, 3, 4, 5}}
		if algorithm != nil {
			dir := t.TempDir()
			pkitest.Run(t, "openssl", append([]string{"genpkey", "-out", dir + "/key.pem", "-algorithm"}, algorithm...)...)
			pkitest.Run(t, "openssl", "req", "-x509", "-new", "-key", dir+"/key.pem", "-subj", "/CN=x", "-out", dir+"/cert.pem")
			c = readCertificate(t, dir+"/cert.pem")
		}
		if d := pki.Describe(c); d.Key != want || d.KeyKind != "" {
			t.Errorf("%q of kind %q, want %q", d.Key, d.KeyKind, want)
		}
	}
	if d := pki.Describe(&x509.Certificate{}); d.Key != "" {
		t.Errorf("no key is %q", d.Key)
	}
}

// The names of attributes and extensions are those of their RFCs.
func TestDescribeForeignNames(t *testing.T) {
	pkitest.Need(t, "openssl")
	dir := t.TempDir()
	write(t, dir+"/key.pem", readFile(t, writeKey(t)))
	pkitest.Run(t, "openssl", "req", "-x509", "-new", "-key", dir+"/key.pem", "-out", dir+"/cert.pem",
		"-subj", "/postalCode=1/title=Dr/GN=A/SN=B/organizationIdentifier=C/pseudonym=D/CN=x",
		"-addext", "certificatePolicies=1.2.3", "-addext", "authorityInfoAccess=OCSP;URI:http://a.example/",
		"-addext", "crlDistributionPoints=URI:http://a.example/", "-addext", "tlsfeature=status_request",
		"-addext", "nameConstraints=critical,permitted;DNS:a.example", "-addext", "issuerAltName=DNS:a.example",
		"-addext", "nsComment=hello", "-addext", "inhibitAnyPolicy=0", "-addext", "policyConstraints=requireExplicitPolicy:0")
	d := pki.Describe(readCertificate(t, dir+"/cert.pem"))
	if want := "CN=x, pseudonym=D, organizationIdentifier=C, SN=B, GN=A, title=Dr, postalCode=1"; d.Subject != want {
		t.Errorf("subject %s, want %s", d.Subject, want)
	}
	var got []string
	for _, e := range d.Extensions[3:] { // behind the two key identifiers and the basic constraints
		got = append(got, e.Name)
	}
	want := []string{"certificatePolicies", "authorityInfoAccess", "cRLDistributionPoints", "tlsFeature", "nameConstraints",
		"issuerAltName", "netscapeComment", "inhibitAnyPolicy", "policyConstraints"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
