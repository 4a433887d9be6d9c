package pki_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestRequestThatAsksForTooMuch(t *testing.T) {
	type constraints struct {
		CA     bool `asn1:"optional"`
		Length int  `asn1:"optional,default:-1"`
	}
	key := pkitest.Key(t, pki.P256)
	c := signCSR(t, key, func(c *x509.CertificateRequest) {
		c.Subject.Country = []string{"TWN"}
		c.DNSNames = []string{"api.acme.test", "a\x00b.test", "10.0.0.7"}
		c.ExtraExtensions = []pkix.Extension{
			extension(t, "2.5.29.19", constraints{true, 3}),
			extension(t, "2.5.29.15", asn1.BitString{Bytes: []byte{0x86}, BitLength: 7}),
			extension(t, "2.5.29.37", []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 1}, {1, 3, 6, 1, 4, 1, 99999, 1}}),
			extension(t, "1.3.6.1.5.5.7.1.24", []int{5}),
			extension(t, "2.5.29.31", []int{}),
			extension(t, "1.3.6.1.4.1.99999.2", 7),
		}
	})
	a, err := pki.ReadCSR(c)
	if err != nil {
		t.Fatal(err)
	}
	if !a.AsksAuthority || a.Request.PathLength != 3 || a.Request.Kind != pki.Server {
		t.Errorf("it asks for %+v", a)
	}
	if got, want := a.Refused.Error(), `country: country-two-letters ("TWN"); names: names-bad-dns ("a\\u{0000}b.test"); names: names-address-in-dns ("10.0.0.7")`; got != want {
		t.Errorf("refused is %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{"tlsFeature", "cRLDistributionPoints", "1.3.6.1.4.1.99999.2"}, a.Ignored); diff != "" {
		t.Error(diff)
	}
	r := a.Grant(a.Request.Kind)
	leaf, err := pki.Issue(newRoot(t, pki.P256, "Test Root"), r, c.PublicKey, now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := pki.Describe(leaf)
	if d.IsCA || !slices.Equal(leaf.DNSNames, []string{"api.acme.test"}) || leaf.Subject.Country != nil || len(leaf.IPAddresses) != 0 ||
		!slices.Equal(d.KeyUsage, []string{"digitalSignature"}) || !slices.Equal(d.ExtKeyUsage, []string{"serverAuth"}) {
		t.Errorf("it was given %+v", d)
	}
	var lines []string
	for _, l := range a.Compare(r, c.PublicKey) {
		text := fmt.Sprintf("%s%s %v -> %v %s", l.Field, l.Name, l.Asked, l.Granted, l.Why)
		if len(l.Faults) > 0 {
			text += ": " + l.Faults.Error()
		}
		lines = append(lines, text)
	}
	want := []string{
		`countryC [TWN] -> [] refused: country: country-two-letters ("TWN")`,
		`nameCN [api.acme.test] -> [api.acme.test] `,
		`names [api.acme.test a\u{0000}b.test 10.0.0.7] -> [api.acme.test] refused: names: names-bad-dns ("a\\u{0000}b.test"); names: names-address-in-dns ("10.0.0.7")`,
		`key [P-256] -> [P-256] `,
		`keyUsage [digitalSignature keyCertSign cRLSign] -> [digitalSignature] profile`,
		`extKeyUsage [serverAuth 1.3.6.1.4.1.99999.1] -> [serverAuth] profile`,
		`authority [CA:TRUE] -> [CA:FALSE] authority`,
		`extensiontlsFeature [tlsFeature] -> [] ignored`,
		`extensioncRLDistributionPoints [cRLDistributionPoints] -> [] ignored`,
		`extension1.3.6.1.4.1.99999.2 [1.3.6.1.4.1.99999.2] -> [] ignored`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func TestKindThatIsAskedFor(t *testing.T) {
	key := pkitest.Key(t, pki.P256)
	tests := []struct {
		name string
		edit func(*x509.CertificateRequest)
		want pki.Kind
	}{
		{"a host", func(c *x509.CertificateRequest) {}, pki.Server},
		{"a common name that is a host", func(c *x509.CertificateRequest) { c.DNSNames = nil }, pki.Server},
		{"localhost", func(c *x509.CertificateRequest) { c.DNSNames, c.Subject.CommonName = nil, "localhost" }, pki.Server},
		{"a person", func(c *x509.CertificateRequest) { c.DNSNames, c.Subject.CommonName = nil, "Super Client" }, pki.Client},
		{"a word", func(c *x509.CertificateRequest) { c.DNSNames, c.Subject.CommonName = nil, "alice" }, pki.Client},
		{"a mailbox", func(c *x509.CertificateRequest) { c.DNSNames, c.EmailAddresses = nil, []string{"a@b.test"} }, pki.Client},
		{"nothing", func(c *x509.CertificateRequest) { *c = x509.CertificateRequest{} }, pki.Client},
		{"client authentication", func(c *x509.CertificateRequest) {
			c.ExtraExtensions = []pkix.Extension{extension(t, "2.5.29.37", []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 2}})}
		}, pki.Client},
		{"both", func(c *x509.CertificateRequest) {
			c.ExtraExtensions = []pkix.Extension{extension(t, "2.5.29.37", []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 2}, {1, 3, 6, 1, 5, 5, 7, 3, 1}})}
		}, pki.Both},
	}
	for _, test := range tests {
		a, err := pki.ReadCSR(signCSR(t, key, test.edit))
		if err != nil || a.Request.Kind != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, a.Request.Kind, err, test.want)
		}
	}
}

// opensslRequest is a request by openssl, which makes what this package does
// not.
func opensslRequest(t testing.TB, args ...string) *x509.CertificateRequest {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "a.csr")
	args = append([]string{"req", "-new", "-nodes", "-keyout", filepath.Join(dir, "k"), "-out", out}, args...)
	if !slices.Contains(args, "-config") { // which says the subject
		args = append(args, "-subj", "/CN=a")
	}
	pkitest.Run(t, "openssl", args...)
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	items, err := pki.Decode(data, "")
	if err != nil || items[0].Request == nil {
		t.Fatalf("found %+v, %v", items, err)
	}
	return items[0].Request
}

func TestKeysThatAreRefused(t *testing.T) {
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	big := signCSR(t, pkitest.Key(t, pki.RSA2048), func(*x509.CertificateRequest) {})
	pub := *big.PublicKey.(*rsa.PublicKey)
	pub.N = pub.N.Lsh(pub.N, 20000)
	pub.N.SetBit(pub.N, 0, 1)
	big.PublicKey = &pub
	odd := signCSR(t, pkitest.Key(t, pki.RSA2048), func(*x509.CertificateRequest) {})
	exponent := *odd.PublicKey.(*rsa.PublicKey)
	exponent.E = 1
	odd.PublicKey = &exponent
	tests := []struct {
		name    string
		request *x509.CertificateRequest
		want    string
	}{
		{"RSA 1024", opensslRequest(t, "-newkey", "rsa:1024"), `key: key-weak ("RSA 1024")`},
		{"P-224", signCSR(t, p224, func(*x509.CertificateRequest) {}), `key: key-refused ("P-224")`},
		{"DSA", opensslDSA(t), `key: key-refused ("DSA")`},
		{"Ed448", opensslRequest(t, "-newkey", "ed448"), `key: key-refused ("Ed448")`},
		{"RSA of 22,048 bits", big, `key: key-refused ("RSA 22048")`},
		{"an exponent of 1", odd, `key: key-weak ("RSA 2048")`},
		{"many names", signCSR(t, pkitest.Key(t, pki.P256), func(c *x509.CertificateRequest) {
			c.DNSNames = nil
			for i := range 1001 {
				c.DNSNames = append(c.DNSNames, fmt.Sprintf("a%d.test", i))
			}
		}), `names: names-too-many ("1000")`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, err := pki.ReadCSR(test.request)
			if got := faultsOf(t, err).Error(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if a.Request.Subject.CommonName == "" {
				t.Error("it does not tell what was asked")
			}
		})
	}
}

func opensslDSA(t testing.TB) *x509.CertificateRequest {
	t.Helper()
	parameters := filepath.Join(t.TempDir(), "dsa")
	pkitest.Run(t, "openssl", "dsaparam", "-out", parameters, "1024")
	return opensslRequest(t, "-newkey", "dsa:"+parameters)
}

func TestSignatureOfARequest(t *testing.T) {
	key, other := pkitest.Key(t, pki.P256), pkitest.Key(t, pki.P256)
	good := signCSR(t, key, func(*x509.CertificateRequest) {})
	changed := bytes.Replace(good.Raw, []byte("api.acme.test"), []byte("abi.acme.test"), 1)
	stolen := bytes.Replace(good.Raw, spki(t, key), spki(t, other), 1)
	for name, der := range map[string][]byte{"changed": changed, "of another key": stolen} {
		c, err := x509.ParseCertificateRequest(der)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pki.ReadCSR(c); !errors.Is(err, pki.ErrRequestSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, args := range map[string][]string{
		"MD5-RSA":              {"-md5", "-newkey", "rsa:2048"},
		"an unknown algorithm": {"-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:7", "-newkey", "rsa:2048"},
	} {
		var format *pki.FormatError
		if _, err := pki.ReadCSR(opensslRequest(t, args...)); !errors.As(err, &format) || format.Found != "a certificate request signed with "+name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := pki.ReadCSR(nil); !errors.Is(err, pki.ErrNotRecognised) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := pki.ReadCSR(good); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

func spki(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// RFC 2986 knows version 1 only, written 0. Others are read like it.
func TestRequestOfAnotherVersion(t *testing.T) {
	key := pkitest.Key(t, pki.P256)
	good := signCSR(t, key, func(*x509.CertificateRequest) {})
	tbs := bytes.Replace(good.RawTBSCertificateRequest, []byte{2, 1, 0}, []byte{2, 1, 1}, 1)
	hash := crypto.SHA256.New()
	hash.Write(tbs)
	signature, err := key.Sign(rand.Reader, hash.Sum(nil), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: tbs}, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}},
		asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificateRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	a, err := pki.ReadCSR(c)
	if err != nil || c.Version != 1 || a.Request.Subject.CommonName != "api.acme.test" {
		t.Errorf("version %d: %+v, %v", c.Version, a, err)
	}
}

// A challenge password is a secret of who asks and who signs.
func TestChallengePasswordIsNotRead(t *testing.T) {
	config := pkitest.File(t, "c", []byte("[req]\nprompt=no\ndistinguished_name=d\nattributes=a\n[d]\nCN=a\n[a]\nchallengePassword=hidden-word\nunstructuredName=x\n"))
	c := opensslRequest(t, "-newkey", "ed25519", "-config", config)
	if !bytes.Contains(c.Raw, []byte("hidden-word")) {
		t.Fatal("the request has no challenge password")
	}
	a, err := pki.ReadCSR(c)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%+v %+v", a, a.Compare(a.Grant(pki.Client), c.PublicKey)); strings.Contains(got, "hidden-word") {
		t.Errorf("it says the password: %s", got)
	}
	slices.Sort(a.Ignored)
	if diff := cmp.Diff([]string{"challengePassword", "unstructuredName"}, a.Ignored); diff != "" {
		t.Error(diff)
	}
}

// Sorts of name that crypto/x509 passes over are named.
func TestOtherSortsOfName(t *testing.T) {
	c := opensslRequest(t, "-newkey", "ed25519", "-addext",
		"subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:a@b,RID:1.2.3,DNS:a.test")
	a, err := pki.ReadCSR(c)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"otherName 1.3.6.1.4.1.311.20.2.3", "registeredID"}, a.Ignored); diff != "" {
		t.Error(diff)
	}
	if len(a.Request.Names) != 1 {
		t.Errorf("the names are %v", a.Request.Names)
	}
}

// A request with one extension twice is not read at all: which one counts
// would be anybody's guess.
func TestDuplicateExtensionsAreRefused(t *testing.T) {
	e := extension(t, "2.5.29.19", struct {
		CA bool `asn1:"optional"`
	}{true})
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{ExtraExtensions: []pkix.Extension{e, e}}, pkitest.Key(t, pki.P256))
	if err != nil {
		t.Fatal(err)
	}
	var damage *pki.DamageError
	if _, err := pki.Decode(der, ""); !errors.As(err, &damage) || damage.What != "request" {
		t.Errorf("got %v", err)
	}
}
