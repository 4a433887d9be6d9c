package pki_test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// FuzzDecode: no input may bring the program down, and what is found is whole.
func FuzzDecode(f *testing.F) {
	m := newMaterial(f)
	root := string(pki.EncodeCertificates(m.root))
	b := newBundle(f, pki.P256, "x")
	for _, seed := range [][]byte{
		m.root.Raw, m.request, m.crl, m.keyDER, []byte(root), toUTF16(root, true, true),
		[]byte(base64.StdEncoding.EncodeToString(m.root.Raw)),
		[]byte(block("EC PARAMETERS", []byte{6, 0}) + block("PRIVATE KEY", m.keyDER) + root),
		[]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
		encode(f, b, pki.PresetModern), encode(f, b, pki.PresetCompatible), []byte("PuTTY-User-Key-File-3: x"),
		{0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 0, 0, 0},
	} {
		f.Add(seed, password)
	}
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		items, err := pki.Decode(data, password)
		if (len(items) > 0) == (err != nil) {
			t.Fatalf("%d items and the error %v", len(items), err)
		}
		for _, i := range items {
			whole := i.Kind == pki.ItemCertificate && i.Certificate != nil || i.Kind == pki.ItemKey && i.Key != nil ||
				i.Kind == pki.ItemRequest && i.Request != nil || i.Kind == pki.ItemCRL && i.CRL != nil ||
				i.Kind == pki.ItemUnknown && i.Err != nil
			if !whole || i.Source == "" {
				t.Fatalf("item %+v", i)
			}
			if i.Certificate != nil {
				describe(t, i.Certificate)
			}
			if i.Key != nil {
				if _, err := pki.MarshalKey(i.Key); err != nil {
					t.Fatalf("a key that cannot be kept: %v", err)
				}
			}
		}
	})
}

// FuzzParseName: a name that is accepted goes into a certificate and comes out
// as it was, and reading it again changes nothing.
func FuzzParseName(f *testing.F) {
	for _, seed := range []string{"localhost", "*.bücher.example", "xn--bcher-kva.example", "::ffff:192.0.2.1", "[::1]", "a@b.example",
		"spiffe://a.example/b", "https://bücher.example:8443/ä?b#c", "urn:a:b%20", "a_b.example", "mailto:x@y", "１２７.0.0.1", "sip:a@b", "tel:+49"} {
		f.Add(seed)
	}
	root := pkitest.Root(f, "Test Root")
	key := pkitest.Key(f, pki.P256)
	f.Fuzz(func(t *testing.T, typed string) {
		name, err := pki.ParseName(typed)
		if err != nil {
			return
		}
		for _, r := range name.Value {
			if r <= ' ' || r > '~' {
				t.Fatalf("%q gives %q", typed, name.Value)
			}
		}
		if pki.Escape(name.Shown) != name.Shown {
			t.Fatalf("%q is shown as %q", typed, name.Shown)
		}
		again, err := pki.ParseName(name.Value)
		if diff := cmp.Diff(name, again); diff != "" || err != nil {
			t.Fatalf("%q, read again: %v %s", typed, err, diff)
		}
		r := pki.NewRequest(pki.Server)
		r.Subject.CommonName, r.Names = "x", []pki.Name{name}
		c, err := pki.Issue(root, r, key.Public(), root.Certificate.NotBefore.AddDate(0, 1, 0), rand.Reader)
		if err != nil {
			t.Fatalf("%q cannot be issued: %v", typed, err)
		}
		if diff := cmp.Diff(r.Names, pki.NamesOf(c)); diff != "" {
			t.Fatalf("%q comes out as something else: %s", typed, diff)
		}
	})
}

// FuzzParseNames: each part is a name or a fault, and no name comes twice.
func FuzzParseNames(f *testing.F) {
	f.Add("localhost, 127.0.0.1;::1 a@b.example\n*.com")
	f.Add("a、b，c")
	f.Fuzz(func(t *testing.T, typed string) {
		names, faults := pki.ParseNames(typed)
		seen := make(map[pki.Name]bool)
		for _, n := range names {
			if seen[n] {
				t.Fatalf("%q gives %v twice", typed, n)
			}
			seen[n] = true
		}
		parts := len(strings.FieldsFunc(typed, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;，；、", r) }))
		if len(names)+len(faults) > parts || parts > 0 && len(names)+len(faults) == 0 {
			t.Fatalf("%q has %d parts, %d names and %d faults", typed, parts, len(names), len(faults))
		}
	})
}

// FuzzDecodePKCS12: what is read belongs together.
func FuzzDecodePKCS12(f *testing.F) {
	b := newBundle(f, pki.P256, "x")
	f.Add(encode(f, b, pki.PresetModern), password)
	f.Add(encode(f, b, pki.PresetCompatible), password)
	f.Add(encode(f, b, pki.PresetCompatible), "")
	f.Add(dearPKCS12(f), password)
	clear, err := pkcs12.Passwordless.Encode(b.Key, b.Certificate, b.Chain, "") // no MAC, so that changes get further
	if err != nil {
		f.Fatal(err)
	}
	f.Add(clear, "")
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		b, err := pki.DecodePKCS12(data, password)
		if err != nil {
			return
		}
		if !pki.SamePublicKey(b.Key.Public(), b.Certificate.PublicKey) {
			t.Fatal("the certificate is not the key's")
		}
	})
}

// FuzzDescribe: whatever a certificate says is shown safely.
func FuzzDescribe(f *testing.F) {
	m := newMaterial(f)
	f.Add(m.root.Raw)
	f.Add(m.leaf.Raw)
	c, _ := pkitest.Server(f, pkitest.Root(f, "Root"), "a@b.example", "spiffe://a.example/b", "bücher.example", "::1")
	f.Add(c.Raw)
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		describe(t, c)
		pki.Chain(c, []*x509.Certificate{c, m.root})
		r := pki.NewRequest(pki.Client)
		r.Subject.CommonName = "x"
		_ = r.Check(c, now)
		r.Warnings(c, now)
		again, _ := pki.RequestOf(c)
		_ = again.Check(c, now, c)
		again.Warnings(c, now)
		pki.ConstraintsOf(c)
	})
}

func describe(t *testing.T, c *x509.Certificate) {
	t.Helper()
	d := pki.Describe(c)
	for _, shown := range []string{d.Subject, d.Issuer, d.CommonName, d.IssuerCommonName} {
		if !utf8.ValidString(shown) || pki.Escape(shown) != shown {
			t.Fatalf("shown: %q", shown)
		}
	}
	for _, n := range d.Names {
		if pki.Escape(n.Shown) != n.Shown {
			t.Fatalf("shown: %q", n.Shown)
		}
	}
}

// FuzzReadCSR: whatever a request asks for is told safely, and what is granted
// of it is either signed or has faults.
func FuzzReadCSR(f *testing.F) {
	key := pkitest.Key(f, pki.P256)
	root := pkitest.Root(f, "Test Root")
	for _, kind := range []pki.Kind{pki.Server, pki.Client, pki.Authority} {
		r := pki.NewRequest(kind)
		r.Subject.CommonName = "api.acme.test"
		if kind == pki.Server {
			r.Names = names(f, "api.acme.test, 10.0.0.7, a@b.example, spiffe://acme.test/a")
		}
		c, err := pki.MakeCSR(r, key, rand.Reader)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(c.Raw)
	}
	f.Add(newMaterial(f).request)
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := x509.ParseCertificateRequest(der)
		if err != nil {
			return
		}
		a, refused := pki.ReadCSR(c)
		for _, kind := range []pki.Kind{pki.Server, pki.Client, pki.Both, pki.Authority} {
			r := a.Grant(kind)
			for _, l := range a.Compare(r, c.PublicKey) {
				for _, shown := range append(append([]string{l.Name}, l.Asked...), l.Granted...) {
					if pki.Escape(shown) != shown {
						t.Fatalf("shown: %q", shown)
					}
				}
			}
			var faults pki.Faults
			if errors.As(refused, &faults) {
				continue // of the key; a wrong signature is no reason to stop here
			}
			leaf, err := pki.Issue(root, r, c.PublicKey, root.Certificate.NotBefore.AddDate(0, 1, 0), rand.Reader)
			if err != nil && !errors.As(err, &faults) {
				t.Fatalf("as %s: %v", kind, err)
			}
			if err == nil && leaf.IsCA != (kind == pki.Authority) {
				t.Fatalf("as %s it is an authority: %v", kind, leaf.IsCA)
			}
		}
	})
}
