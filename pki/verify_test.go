package pki_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// A lineage is a root, an authority below it and a server below that, each of
// which a test can make wrong before it is signed.
type lineage struct {
	root, middle, leaf   func(*x509.Certificate)
	leafKey, middleKey   crypto.Signer // P-256 when nil
	question             func(*pki.VerifyQuestion, made)
	noMiddleID, noRootID bool // the certificate below gets no authority key identifier
}

type made struct {
	root, middle pki.Issuer
	leaf         *x509.Certificate
}

// template is a good certificate with key identifiers left to crypto/x509.
func template(name string, days int) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(name)) + 1000), Subject: pkix.Name{CommonName: name},
		NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(0, 0, days), BasicConstraintsValid: true,
	}
}

func caTemplate(name string, pathLength int) *x509.Certificate {
	c := template(name, 1000)
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	c.MaxPathLen, c.MaxPathLenZero = pathLength, pathLength == 0
	return c
}

func signed(t testing.TB, tmpl, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	if tmpl.SubjectKeyId == nil {
		id, err := pki.KeyID(pub)
		if err != nil {
			t.Fatal(err)
		}
		tmpl.SubjectKeyId = id
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// without returns a parent that hands no key identifier down.
func without(c *x509.Certificate, drop bool) *x509.Certificate {
	if !drop {
		return c
	}
	bare := *c
	bare.SubjectKeyId = nil
	return &bare
}

func edited(c *x509.Certificate, edit func(*x509.Certificate)) *x509.Certificate {
	if edit != nil {
		edit(c)
	}
	return c
}

func (l lineage) make(t testing.TB) made {
	t.Helper()
	var m made
	m.root.Key, m.middle.Key = pkitest.Key(t, pki.P256), l.middleKey
	if m.middle.Key == nil {
		m.middle.Key = pkitest.Key(t, pki.P256)
	}
	if l.leafKey == nil {
		l.leafKey = pkitest.Key(t, pki.P256)
	}
	root := edited(caTemplate("Root", -1), l.root)
	m.root.Certificate = signed(t, root, root, m.root.Key.Public(), m.root.Key)
	m.middle.Certificate = signed(t, edited(caTemplate("Middle", 0), l.middle), without(m.root.Certificate, l.noRootID), m.middle.Key.Public(), m.root.Key)
	leaf := template("leaf", 300)
	leaf.DNSNames, leaf.KeyUsage = []string{"a.example"}, x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	m.leaf = signed(t, edited(leaf, l.leaf), without(m.middle.Certificate, l.noMiddleID), l.leafKey.Public(), m.middle.Key)
	return m
}

func (l lineage) ask(t testing.TB) (pki.VerifyQuestion, made) {
	m := l.make(t)
	q := pki.VerifyQuestion{
		Leaf: m.leaf, Roots: []*x509.Certificate{m.root.Certificate}, Intermediates: []*x509.Certificate{m.middle.Certificate},
		Purpose: pki.Server, Name: "a.example", At: now,
	}
	if l.question != nil {
		l.question(&q, m)
	}
	return q, m
}

// weakKey makes an RSA key that no client should take.
func weakKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func extra(oid asn1.ObjectIdentifier, critical bool, value []byte) pkix.Extension {
	return pkix.Extension{Id: oid, Critical: critical, Value: value}
}

// Who accepts a chain of TestVerify beside us: crypto/x509, `openssl verify`
// and `openssl verify -x509_strict`.
type accepts struct{ goes, openssl, strict bool }

var (
	all  = accepts{true, true, true}
	none = accepts{}
	lax  = accepts{true, true, false}
)

func TestVerify(t *testing.T) {
	for _, tc := range verifyCases(t) {
		t.Run(tc.name, func(t *testing.T) {
			q, _ := tc.lineage.ask(t)
			v := pki.Verify(q)
			f := v.Worst()
			switch {
			case tc.want == "" && (!v.Trusted || f != nil && f.Severity != pki.Advice):
				t.Errorf("not trusted: %+v", v.Findings)
			case tc.want != "" && (v.Trusted || f == nil || f.Code != tc.want || f.Index != tc.at || f.Field != tc.field):
				t.Errorf("got %+v, want %s at %d in %s", v.Findings, tc.want, tc.at, tc.field)
			case tc.want != "" && v.OnlyStrict != (f.Severity == pki.Strict):
				t.Errorf("only strict: %v with %+v", v.OnlyStrict, v.Findings)
			case tc.value != "" && f.Value != tc.value:
				t.Errorf("value %q, want %q", f.Value, tc.value)
			}
			if v.Trusted && tc.who != all {
				t.Errorf("trusted, and %+v", tc.who)
			}
			if got := askOthers(t, q); got != tc.who {
				t.Errorf("others say %+v, want %+v", got, tc.who)
			}
		})
	}
}

// askOthers asks crypto/x509 and OpenSSL the same question.
func askOthers(t *testing.T, q pki.VerifyQuestion) accepts {
	t.Helper()
	usage := map[pki.Kind]x509.ExtKeyUsage{pki.Server: x509.ExtKeyUsageServerAuth, pki.Client: x509.ExtKeyUsageClientAuth, "": x509.ExtKeyUsageAny}[q.Purpose]
	_, err := q.Leaf.Verify(x509.VerifyOptions{Roots: pkitest.Pool(q.Roots...), Intermediates: pkitest.Pool(q.Intermediates...),
		DNSName: q.Name, CurrentTime: q.At, KeyUsages: []x509.ExtKeyUsage{usage}})
	args := []string{"verify", "-attime", strconv.FormatInt(q.At.Unix(), 10),
		"-CAfile", pkitest.File(t, "roots.pem", pki.EncodeCertificates(q.Roots...)), "-no-CApath", "-no-CAstore"}
	if len(q.Intermediates) > 0 {
		args = append(args, "-untrusted", pkitest.File(t, "others.pem", pki.EncodeCertificates(q.Intermediates...)))
	}
	if purpose := map[pki.Kind]string{pki.Server: "sslserver", pki.Client: "sslclient"}[q.Purpose]; purpose != "" {
		args = append(args, "-purpose", purpose)
	}
	if q.Name != "" {
		args = append(args, "-verify_hostname", q.Name)
	}
	leaf := pkitest.File(t, "leaf.pem", pki.EncodeCertificates(q.Leaf))
	_, plain := pkitest.Try(t, "openssl", append(slices.Clone(args), leaf)...)
	_, strict := pkitest.Try(t, "openssl", append(args, "-x509_strict", leaf)...)
	return accepts{err == nil, plain == nil, strict == nil}
}

// TestVerifyAlternatives: of several chains the one that is trusted is found.
func TestVerifyAlternatives(t *testing.T) {
	q, m := lineage{}.ask(t)
	otherKey := pkitest.Key(t, pki.P256)
	other := signed(t, caTemplate("Root", -1), caTemplate("Root", -1), otherKey.Public(), otherKey)
	newKey := pkitest.Key(t, pki.P256)
	crossed := signed(t, caTemplate("New root", -1), m.root.Certificate, newKey.Public(), m.root.Key)
	newRoot := signed(t, caTemplate("New root", -1), caTemplate("New root", -1), newKey.Public(), newKey)
	below := signed(t, caTemplate("Below", 0), newRoot, q.Leaf.PublicKey, newKey)
	expired := caTemplate("Root", -1)
	expired.NotAfter = now.AddDate(0, 0, -1)
	old := signed(t, expired, expired, m.root.Key.Public(), m.root.Key)

	for _, tc := range []struct {
		name        string
		leaf        *x509.Certificate
		roots, more []*x509.Certificate
		chain       []*x509.Certificate
	}{
		{"an impostor of the same name among the trusted", q.Leaf, []*x509.Certificate{other, m.root.Certificate}, nil,
			[]*x509.Certificate{q.Leaf, m.middle.Certificate, m.root.Certificate}},
		{"a root that ended and its renewal", q.Leaf, []*x509.Certificate{old, m.root.Certificate}, nil,
			[]*x509.Certificate{q.Leaf, m.middle.Certificate, m.root.Certificate}},
		{"the old root by way of a cross-signed one", below, []*x509.Certificate{m.root.Certificate}, []*x509.Certificate{newRoot, crossed},
			[]*x509.Certificate{below, crossed, m.root.Certificate}},
		{"the new root itself", below, []*x509.Certificate{newRoot}, []*x509.Certificate{crossed},
			[]*x509.Certificate{below, newRoot}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			q := pki.VerifyQuestion{Leaf: tc.leaf, Roots: tc.roots, Intermediates: append(tc.more, m.middle.Certificate), Purpose: pki.Authority, At: now}
			if tc.leaf != below {
				q.Purpose = pki.Server
			}
			v := pki.Verify(q)
			if !v.Trusted || !slices.EqualFunc(v.Chain, tc.chain, (*x509.Certificate).Equal) {
				t.Errorf("chain of %d, findings %+v", len(v.Chain), v.Findings)
			}
		})
	}
}

// A certificate that ends after its authority is trusted until then.
func TestVerifyOutlives(t *testing.T) {
	for years, want := range map[int]int{0: 0, 30: 1} {
		q, m := lineage{leaf: func(c *x509.Certificate) { c.NotAfter = c.NotAfter.AddDate(years, 0, 0) }}.ask(t)
		v := pki.Verify(q)
		ties := v.Between(0)
		if !v.Trusted || len(ties) != want {
			t.Fatalf("%d years more: trusted: %v, %+v", years, v.Trusted, ties)
		}
		if want == 1 && (ties[0].Code != pki.WarningOutlivesIssuer || ties[0].Value != m.middle.Certificate.NotAfter.Format(time.RFC3339)) {
			t.Errorf("%+v", ties[0])
		}
	}
}

// TestVerifyBounded: a heap of certificates of one name has an answer, too.
func TestVerifyBounded(t *testing.T) {
	key := pkitest.Key(t, pki.P256)
	var heap []*x509.Certificate
	for n := range 60 {
		c := caTemplate("Same", -1)
		c.SerialNumber = big.NewInt(int64(n + 1))
		c.Subject.Organization = []string{strconv.Itoa(n % 2)}
		parent := caTemplate("Same", -1)
		parent.Subject.Organization = []string{strconv.Itoa((n + 1) % 2)}
		heap = append(heap, signed(t, c, parent, key.Public(), key))
	}
	v := pki.Verify(pki.VerifyQuestion{Leaf: heap[0], Intermediates: heap, At: now})
	if v.Trusted || v.Worst() == nil || v.Worst().Code != pki.FindingIssuerMissing {
		t.Errorf("got %+v", v.Findings)
	}
}

// TestVerifyNames: each kind of name, as a person types it.
func TestVerifyNames(t *testing.T) {
	q, _ := lineage{leaf: func(c *x509.Certificate) {
		c.DNSNames, c.EmailAddresses = []string{"xn--bcher-kva.example", "*.a.example"}, []string{"alice@a.example"}
		c.IPAddresses = []net.IP{net.ParseIP("192.0.2.1"), net.ParseIP("2001:db8::1")}
		c.URIs = []*url.URL{{Scheme: "spiffe", Host: "a.example", Path: "/x"}}
	}}.ask(t)
	for name, want := range map[string]bool{
		"": true, "bücher.example": true, "BÜCHER.example": true, "xn--bcher-kva.example": true, "b.a.example": true,
		"192.0.2.1": true, "[2001:db8::1]": true, "alice@A.example": true, "spiffe://a.example/x": true,
		"a.example": false, "c.b.a.example": false, "192.0.2.2": false, "bob@a.example": false, "spiffe://a.example/y": false,
		"a.example:443": false, "not a name": false,
	} {
		q.Name = name
		if v := pki.Verify(q); v.Trusted != want || !want && v.Worst().Code != pki.FindingName {
			t.Errorf("%q: %v %+v", name, v.Trusted, v.Findings)
		}
	}
}
