package pki_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// said writes the facts of a section, one a line, indented as they are.
func said(s pki.Section) []string {
	var lines []string
	for _, f := range s.Facts {
		lines = append(lines, strings.TrimRight(strings.Repeat("  ", f.Depth)+f.Field+": "+f.Value, ": "))
	}
	return lines
}

func sectionNamed(t *testing.T, list []pki.Section, name string) pki.Section {
	t.Helper()
	for _, s := range list {
		if s.Name == name || s.OID == name {
			return s
		}
	}
	t.Fatalf("there is no section %s", name)
	return pki.Section{}
}

// extensionsConfig asks OpenSSL for every extension of RFC 5280 that it can
// make, and others in use.
const extensionsConfig = `[req]
distinguished_name = dn
prompt = no
x509_extensions = ext
[dn]
CN = all
[ext]
basicConstraints = critical,CA:TRUE,pathlen:3
keyUsage = critical,digitalSignature,keyCertSign,decipherOnly
extendedKeyUsage = serverAuth,clientAuth,msSmartcardLogin,1.2.3.4
subjectAltName = @san
issuerAltName = DNS:issuer.example
subjectKeyIdentifier = hash
crlDistributionPoints = first
freshestCRL = URI:http://a.example/delta.crl
authorityInfoAccess = OCSP;URI:http://a.example/ocsp,caIssuers;URI:http://a.example/ca.cer
certificatePolicies = 2.23.140.1.2.1,@policy
policyMappings = 1.2.3:1.2.4
policyConstraints = requireExplicitPolicy:3,inhibitPolicyMapping:0
inhibitAnyPolicy = 2
nameConstraints = critical,permitted;DNS:a.example,permitted;IP:10.0.0.0/255.0.0.0,excluded;email:.b.example,permitted;IP:::1/ffff::,excluded;dirName:dir
tlsfeature = status_request,42
nsCertType = client,sslCA
nsComment = made by hand
noCheck = ignored
1.3.6.1.4.1.311.20.2 = ASN1:BMPSTRING:WebServer
1.3.6.1.4.1.311.21.7 = ASN1:SEQUENCE:template
1.3.6.1.4.1.311.21.1 = ASN1:INTEGER:65537
2.5.29.16 = ASN1:SEQUENCE:period
1.2.3.5 = critical,ASN1:SEQUENCE:unknown
2.5.29.54.1 = DER:0500
[san]
DNS.1 = xn--bcher-kva.example
IP.1 = 192.0.2.1
IP.2 = 2001:db8::1
email = a@b.example
URI = spiffe://a.example/b
RID = 1.2.3.4
dirName = dir
otherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:alice@corp.example
otherName.2 = 1.2.3.4;BOOL:TRUE
[dir]
C = DE
O = Acme
[first]
fullname = URI:http://a.example/1.crl,URI:ldap://a.example/2
CRLissuer = dirName:dir
reasons = keyCompromise,CACompromise
[policy]
policyIdentifier = 1.2.3
CPS.1 = http://a.example/cps
userNotice.1 = @notice
[notice]
explicitText = UTF8:Read this
organization = Acme
noticeNumbers = 1,2
[template]
id = OID:1.2.3.4.5
major = INTEGER:100
minor = INTEGER:7
[period]
from = IMPLICIT:0,GENTIME:20260101000000Z
until = IMPLICIT:1,GENTIME:20270101000000Z
[unknown]
a = INTEGER:1
`

// Every extension that OpenSSL makes is read, name by name.
func TestExtensionContents(t *testing.T) {
	pkitest.Need(t, "openssl")
	dir := t.TempDir()
	write(t, dir+"/all.conf", []byte(extensionsConfig))
	pkitest.Run(t, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
		"-keyout", dir+"/key.pem", "-out", dir+"/cert.pem", "-config", dir+"/all.conf")
	list := pki.CertificateSections(readCertificate(t, dir+"/cert.pem"))
	tests := map[string][]string{
		"basicConstraints":          {"cA: true", "pathLenConstraint: 3"},
		"keyUsage":                  {"usage: digitalSignature", "usage: keyCertSign", "usage: decipherOnly"},
		"extKeyUsage":               {"usage: serverAuth", "usage: clientAuth", "usage: msSmartcardLogon", "usage: 1.2.3.4"},
		"issuerAltName":             {"dNSName: issuer.example"},
		"freshestCRL":               {"distributionPoint", "  uniformResourceIdentifier: http://a.example/delta.crl"},
		"inhibitAnyPolicy":          {"skipCerts: 2"},
		"policyMappings":            {"issuerDomainPolicy: 1.2.3 = 1.2.4"},
		"policyConstraints":         {"requireExplicitPolicy: 3", "inhibitPolicyMapping: 0"},
		"tlsFeature":                {"feature: status_request", "feature: 42"},
		"netscapeCertType":          {"usage: nsSslClient", "usage: nsSslCA"},
		"netscapeComment":           {"text: made by hand"},
		"ocspNoCheck":               {"value: present"},
		"privateKeyUsagePeriod":     {"notBefore: 2026-01-01T00:00:00Z", "notAfter: 2027-01-01T00:00:00Z"},
		"msCertificateTemplate":     {"templateID: 1.2.3.4.5", "majorVersion: 100", "minorVersion: 7"},
		"msCaVersion":               {"value: 65537"},
		"1.2.3.5":                   {"value: 30:03:02:01:01"},
		"2.5.29.54.1":               {"value: 05:00"},
		"msCertificateTemplateName": {"text: WebServer"},
		"subjectAltName": {"dNSName: xn--bcher-kva.example (bücher.example)", "iPAddress: 192.0.2.1", "iPAddress: 2001:db8::1",
			"rfc822Name: a@b.example", "uniformResourceIdentifier: spiffe://a.example/b", "registeredID: 1.2.3.4",
			"directoryName: O=Acme, C=DE", "otherName: userPrincipalName: alice@corp.example", "otherName: 1.2.3.4: 01:01:ff"},
		"cRLDistributionPoints": {"distributionPoint", "  uniformResourceIdentifier: http://a.example/1.crl",
			"  uniformResourceIdentifier: ldap://a.example/2", "  reasons: keyCompromise", "  reasons: cACompromise",
			"  cRLIssuer", "    directoryName: O=Acme, C=DE"},
		"authorityInfoAccess": {"accessMethod: ocsp", "  uniformResourceIdentifier: http://a.example/ocsp",
			"accessMethod: caIssuers", "  uniformResourceIdentifier: http://a.example/ca.cer"},
		"certificatePolicies": {"policyIdentifier: 2.23.140.1.2.1 (domain-validated)", "policyIdentifier: 1.2.3",
			"  cPSuri: http://a.example/cps", "  noticeRef: Acme #1 #2", "  explicitText: Read this"},
		"nameConstraints": {"permittedSubtrees", "  dNSName: a.example", "  iPAddress: 10.0.0.0/8", "  iPAddress: ::1/16",
			"excludedSubtrees", "  rfc822Name: .b.example", "  directoryName: O=Acme, C=DE"},
	}
	for name, want := range tests {
		if diff := cmp.Diff(want, said(sectionNamed(t, list, name))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if s := sectionNamed(t, list, "1.2.3.5"); !s.Critical || s.Name != "" || string(s.DER) != "0\x03\x02\x01\x01" {
		t.Errorf("the unknown extension is %+v", s)
	}
	if key := said(sectionNamed(t, list, "subjectPublicKeyInfo")); len(key) != 4 ||
		!slices.Equal(key[:3], []string{"algorithm: 1.2.840.10045.2.1 (ecPublicKey)", "namedCurve: P-256", "keySize: 256"}) {
		t.Errorf("the key is %v", key)
	}
}

// The issuer and serial form of the authority key identifier, of OpenSSL.
func TestAuthorityKeyIDByIssuer(t *testing.T) {
	pkitest.Need(t, "openssl")
	dir := t.TempDir()
	pkitest.Run(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", dir+"/key.pem", "-out", dir+"/cert.pem",
		"-subj", "/O=Acme/CN=root", "-set_serial", "0x80ff01", "-addext", "authorityKeyIdentifier=issuer:always")
	list := pki.CertificateSections(readCertificate(t, dir+"/cert.pem"))
	got := said(sectionNamed(t, list, "authorityKeyIdentifier"))
	want := []string{"authorityCertIssuer", "  directoryName: CN=root, O=Acme", "authorityCertSerialNumber: 80:ff:01"}
	if diff := cmp.Diff(want, got[len(got)-3:]); diff != "" {
		t.Error(diff)
	}
	key := said(sectionNamed(t, list, "subjectPublicKeyInfo"))
	if !slices.Contains(key, "keySize: 2048") || !slices.Contains(key, "publicExponent: 65537") || len(key[len(key)-1]) < 700 {
		t.Errorf("the key is %v", key)
	}
}

// A list of signed certificate timestamps as of a public web server
// (RFC 6962 section 3.3).
func TestSignedCertificateTimestamps(t *testing.T) {
	sct := slices.Concat([]byte{0}, make([]byte, 32), []byte{0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0}, []byte{0, 0, 4, 3, 0, 0})
	inner := slices.Concat([]byte{0, byte(len(sct) + 2), 0, byte(len(sct))}, sct)
	value, err := asn1.Marshal(inner)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := pkitest.Leaf(t, pkitest.Root(t, "Root"), func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: value}}
	})
	got := said(sectionNamed(t, pki.CertificateSections(c), "signedCertificateTimestampList"))
	want := []string{"sct: 1 (v1)", "  logID: " + strings.TrimSuffix(strings.Repeat("00:", 32), ":"), "  timestamp: 2023-11-14T22:13:20Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// crypto/x509 refuses a distribution point below the issuer's name; a CRL may
// have one all the same.
func TestRelativeDistributionPoint(t *testing.T) {
	value := unhex(t, "30:11:a0:0f:a1:0d:30:0b:06:03:55:04:0b:0c:04:6c:69:73:74")
	got := said(sectionNamed(t, pki.CertificateSections(withExtension(t, "2.5.29.28", value)), "issuingDistributionPoint"))
	if diff := cmp.Diff([]string{"nameRelativeToCRLIssuer: 2.5.4.11 (OU) list"}, got); diff != "" {
		t.Error(diff)
	}
}

// What is not made as its standard says comes as hex, and never as something
// else; hostile text is escaped.
func TestExtensionsThatLie(t *testing.T) {
	bad := map[string]string{
		"2.5.29.19": "30:80", "2.5.29.15": "03:02:09:80", "2.5.29.32": "30:02:05:00", "2.5.29.35": "30:03:a1:01:05",
		"1.3.6.1.4.1.11129.2.4.2": "04:03:00:05:00", "2.5.29.37": "30:02:06:00", "1.3.6.1.5.5.7.1.24": "30:01:02",
	}
	for oid, value := range bad {
		list := pki.CertificateSections(&x509.Certificate{Extensions: []pkix.Extension{{Id: parseOID(t, oid), Value: unhex(t, value)}}})
		if got := said(sectionNamed(t, list, oid)); !slices.Equal(got, []string{"undecoded: " + value}) {
			t.Errorf("%s: %v", oid, got)
		}
	}
	der, err := asn1.Marshal([]asn1.RawValue{{Class: 2, Tag: 2, Bytes: []byte("a\x00\u202e.example")}})
	if err != nil {
		t.Fatal(err)
	}
	list := pki.CertificateSections(&x509.Certificate{Extensions: []pkix.Extension{{Id: parseOID(t, "2.5.29.17"), Value: der}}})
	if got := said(sectionNamed(t, list, "subjectAltName")); !slices.Equal(got, []string{`dNSName: a\u{0000}\u{202E}.example`}) {
		t.Errorf("a hostile name is %q", got)
	}
}

func parseOID(t *testing.T, text string) asn1.ObjectIdentifier {
	t.Helper()
	var oid asn1.ObjectIdentifier
	for _, part := range strings.Split(text, ".") {
		n, ok := new(big.Int).SetString(part, 10)
		if !ok {
			t.Fatal(text)
		}
		oid = append(oid, int(n.Int64()))
	}
	return oid
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	var out []byte
	for _, part := range strings.Split(text, ":") {
		var b byte
		if _, err := fmt.Sscanf(part, "%02x", &b); err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// A request of OpenSSL, with attributes.
func TestRequestSections(t *testing.T) {
	pkitest.Need(t, "openssl")
	dir := t.TempDir()
	write(t, dir+"/r.conf", []byte("[req]\ndistinguished_name=dn\nprompt=no\nattributes=at\nreq_extensions=ext\n"+
		"[dn]\nCN=asks\n[at]\nchallengePassword=secret1\nunstructuredName=An office\n[ext]\nsubjectAltName=DNS:a.example\n"))
	pkitest.Run(t, "openssl", "req", "-new", "-newkey", "ed25519", "-nodes", "-keyout", dir+"/key.pem", "-out", dir+"/r.pem", "-config", dir+"/r.conf")
	items, err := pki.Decode(readFile(t, dir+"/r.pem"), "")
	if err != nil || len(items) != 1 || items[0].Request == nil {
		t.Fatal(items, err)
	}
	list := pki.RequestSections(items[0].Request)
	for name, want := range map[string][]string{
		"request":           {"version: 1", "signatureValid: true"},
		"subject":           {"CN: asks"},
		"subjectAltName":    {"dNSName: a.example"},
		"challengePassword": {"value: kept"},
		"unstructuredName":  {"text: An office"},
	} {
		if diff := cmp.Diff(want, said(sectionNamed(t, list, name))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, s := range list {
		if strings.Contains(strings.Join(said(s), " ")+string(s.DER), "secret1") {
			t.Errorf("%s shows the challenge password", s.Name)
		}
	}
}

func TestCRLSections(t *testing.T) {
	root := pkitest.Root(t, "Root")
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(300), ThisUpdate: now, NextUpdate: now.AddDate(0, 0, 7),
		RevokedCertificateEntries: []x509.RevocationListEntry{
			{SerialNumber: big.NewInt(0x8f01), RevocationTime: now, ReasonCode: 1,
				ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 24}, Value: []byte("\x18\x0f20260102030405Z")}}},
			{SerialNumber: big.NewInt(2), RevocationTime: now},
		},
	}, root.Certificate, root.Key)
	if err != nil {
		t.Fatal(err)
	}
	crl, err := x509.ParseRevocationList(der)
	if err != nil {
		t.Fatal(err)
	}
	list := pki.CRLSections(crl)
	for name, want := range map[string][]string{
		"certificateList": {"revokedCount: 2"},
		"validity":        {"thisUpdate: 2026-03-01T12:00:00Z", "nextUpdate: 2026-03-08T12:00:00Z"},
		"cRLNumber":       {"cRLNumber: 300"},
	} {
		if diff := cmp.Diff(want, said(sectionNamed(t, list, name))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	first, second := pki.DescribeRevoked(crl.RevokedCertificateEntries[0]), pki.DescribeRevoked(crl.RevokedCertificateEntries[1])
	if first.Serial != "8f:01" || first.Reason != "keyCompromise" || second.Reason != "" || len(first.More) != 1 ||
		!slices.Equal(said(first.More[0]), []string{"invalidityDate: 2026-01-02T03:04:05Z"}) {
		t.Errorf("entries %+v, %+v", first, second)
	}
}

// A private key is told by its public half.
func TestKeySections(t *testing.T) {
	for _, kind := range pki.KeyKinds() {
		key := pkitest.Key(t, kind)
		der, err := pki.MarshalKey(key)
		if err != nil {
			t.Fatal(err)
		}
		list := pki.KeySections(key.Public())
		if len(list) != 2 || len(list[0].Facts) < 3 || len(list[1].Facts) != 1 {
			t.Errorf("%s: %+v", kind, list)
		}
		secret := fmt.Sprintf("%x", der[len(der)-16:])
		if text := strings.ReplaceAll(fmt.Sprint(list), ":", ""); kind == pki.Ed25519 && strings.Contains(text, secret) {
			t.Errorf("%s: the key is shown", kind)
		}
	}
	if list := pki.KeySections(nil); len(list) != 1 || list[0].Name != "privateKey" {
		t.Errorf("no key is %+v", list)
	}
}

func TestMD5(t *testing.T) {
	if got := pki.MD5([]byte("abc")); got != "90:01:50:98:3c:d2:4f:b0:d6:96:3f:7d:28:e1:7f:72" { // RFC 1321 appendix A.5
		t.Error(got)
	}
}

// withExtension is a certificate that holds nothing but an extension.
func withExtension(t *testing.T, oid string, value []byte) *x509.Certificate {
	t.Helper()
	return &x509.Certificate{Extensions: []pkix.Extension{{Id: parseOID(t, oid), Value: value}}}
}
