package pki_test

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// makeCSR makes a request, whose key goes into a PEM file beside it.
func makeCSR(t testing.TB, r pki.Request) (*x509.CertificateRequest, crypto.Signer) {
	t.Helper()
	key := pkitest.Key(t, r.Key)
	c, err := pki.MakeCSR(r, key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

func TestRequestIsReadAsItWasMade(t *testing.T) {
	server := request(t, pki.Server, "api.acme.test", "api.acme.test, bücher.example, 10.0.0.7, ::1, a@b.example, spiffe://acme.test/api")
	server.Subject.Organization, server.Subject.Country = "Acme", "TW"
	server.Subject.DomainComponent = "acme.test"
	server.Subject.OrganizationalUnit = "Dev"
	server.Subject.Extra = []pki.Attribute{{Name: "OU", Value: "Ops"}, {Name: "1.2.3.4", Value: "x"}}
	nameless := request(t, pki.Server, "", "spiffe://acme.test/api")
	special := request(t, pki.Client, "Super Client", "")
	special.KeyUsage = []string{"digitalSignature", "decipherOnly"}
	special.ExtKeyUsage = []string{"clientAuth", "1.3.6.1.5.5.7.3.17"}
	authority := request(t, pki.Authority, "Acme Issuing", "")
	authority.PathLength = 1
	tests := []struct {
		name    string
		request pki.Request
		kinds   []pki.KeyKind
		want    func(*pki.Asked)
	}{
		{"a server", server, pki.KeyKinds(), nil},
		{"without a subject", nameless, []pki.KeyKind{pki.P256}, func(a *pki.Asked) {}},
		{"both", request(t, pki.Both, "gate.acme.test", "gate.acme.test"), []pki.KeyKind{pki.P384}, nil},
		{"usages by hand", special, []pki.KeyKind{pki.P256}, nil},
		{"an authority", authority, []pki.KeyKind{pki.P256}, func(a *pki.Asked) {
			a.AsksAuthority, a.Request.Kind = true, pki.Client
		}},
	}
	for _, test := range tests {
		for _, kind := range test.kinds {
			t.Run(test.name+" "+string(kind), func(t *testing.T) {
				test.request.Key = kind
				c, key := makeCSR(t, test.request)
				got, err := pki.ReadCSR(c)
				if err != nil {
					t.Fatal(err)
				}
				want := pki.Asked{Request: test.request, Key: kind.Label()}
				if test.want != nil {
					test.want(&want)
				}
				ca := newRoot(t, pki.P256, "Test Root")
				issued, err := pki.Issue(ca, test.request, key.Public(), now, rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				// It asks for the very usages that Issue gives.
				d := pki.Describe(issued)
				want.Request.KeyUsage, want.Request.ExtKeyUsage = d.KeyUsage, nil
				if len(d.ExtKeyUsage) > 0 {
					want.Request.ExtKeyUsage = d.ExtKeyUsage
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestNamesAreCriticalWithoutASubject(t *testing.T) {
	for text, want := range map[string]bool{"spiffe://acme.test/a": true, "api.acme.test": false} {
		c, _ := makeCSR(t, request(t, pki.Server, "", text))
		for _, e := range c.Extensions {
			if e.Id.String() == "2.5.29.17" && e.Critical != want {
				t.Errorf("the names of %q are critical: %v, want %v (subject %q)", text, e.Critical, want, c.Subject)
			}
		}
		if len(c.URIs)+len(c.DNSNames) != 1 {
			t.Errorf("%q has no names", text)
		}
	}
}

func TestMakeCSRFaults(t *testing.T) {
	key := pkitest.Key(t, pki.P256)
	long := request(t, pki.Client, strings.Repeat("n", 65), "")
	long.Subject.Country = "TWN"
	tests := []struct {
		name    string
		request pki.Request
		key     crypto.Signer
		want    string
	}{
		{"no key", request(t, pki.Client, "a", ""), nil, "key: key-unknown"},
		{"a client without a name", pki.NewRequest(pki.Client), key, "name: name-missing"},
		{"a server without names", pki.NewRequest(pki.Server), key, "names: names-missing"},
		{"a kind that is none", pki.NewRequest("x"), key, `kind: kind-unknown ("x")`},
		{"an authority with names", request(t, pki.Authority, "a", "a.test"), key, `names: names-unwanted ("a.test")`},
		{"several", long, key, `country: country-two-letters ("TWN"); name: name-too-long ("64")`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := pki.MakeCSR(test.request, test.key, rand.Reader)
			if got := faultsOf(t, err).Error(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// What others make of our requests.
func TestOthersReadOurRequests(t *testing.T) {
	for _, kind := range []pki.KeyKind{pki.P256, pki.P384, pki.RSA2048, pki.Ed25519} {
		r := request(t, pki.Server, "api.acme.test", "api.acme.test, 10.0.0.7")
		r.Key = kind
		c, _ := makeCSR(t, r)
		file := pkitest.File(t, "a.csr", pki.EncodeRequest(c))
		for _, run := range []struct {
			want string
			args []string
		}{
			{"DNS:api.acme.test, IP Address:10.0.0.7", []string{"openssl", "req", "-in", file, "-noout", "-text", "-verify"}},
			{"DNSname: api.acme.test", []string{"certtool", "--crq-info", "--infile", file}},
			{"DNSName: api.acme.test", []string{"keytool", "-printcertreq", "-v", "-file", file}},
		} {
			t.Run(run.args[0]+" "+string(kind), func(t *testing.T) {
				if out := pkitest.Run(t, run.args[0], run.args[1:]...); !strings.Contains(out, run.want) {
					t.Errorf("it does not tell of %q:\n%s", run.want, out)
				}
			})
		}
	}
}

// Requests of other programs: what is read of them, and that what is signed
// for them passes OpenSSL.
func TestRequestsOfOthers(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	subject := []string{"-nodes", "-subj", "/C=TW/O=Acme/OU=A/OU=B/CN=api.acme.test", "-addext", "subjectAltName=DNS:api.acme.test,IP:10.0.0.7"}
	req := func(out string, key ...string) {
		pkitest.Run(t, "openssl", append(append([]string{"req", "-new", "-keyout", at("k"), "-out", at(out)}, key...), subject...)...)
	}
	req("rsa.csr", "-newkey", "rsa:2048")
	req("rsa3000.csr", "-newkey", "rsa:3000")
	req("p384.csr", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1")
	req("ed25519.csr", "-newkey", "ed25519")
	req("pss.csr", "-newkey", "rsa:2048", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest", "-sha256")
	req("der.csr", "-newkey", "ed25519", "-outform", "DER")
	template := pkitest.File(t, "template", []byte("organization = Acme\ncn = api.acme.test\ncountry = TW\nunit = A\nunit = B\ndns_name = api.acme.test\nip_address = 10.0.0.7\n"+
		"tls_www_server\nsigning_key\nchallenge_password = hidden-word\n"))
	pkitest.Run(t, "certtool", "--generate-privkey", "--key-type=ecdsa", "--outfile", at("k2"))
	pkitest.Run(t, "certtool", "--generate-request", "--load-privkey", at("k2"), "--template", template, "--outfile", at("certtool.csr"))
	pkitest.Run(t, "keytool", "-genkeypair", "-keystore", at("k3"), "-storepass", "password", "-alias", "a", "-keyalg", "EC", "-dname", "CN=api.acme.test,OU=B,OU=A,O=Acme,C=TW")
	pkitest.Run(t, "keytool", "-certreq", "-keystore", at("k3"), "-storepass", "password", "-alias", "a", "-file", at("keytool.csr"), "-ext", "SAN=dns:api.acme.test,ip:10.0.0.7")
	root := newRoot(t, pki.P256, "Test Root")
	ca := pkitest.File(t, "ca.pem", pki.EncodeCertificates(root.Certificate))
	keys := map[string]string{"rsa.csr": "RSA 2048", "rsa3000.csr": "RSA 3000", "p384.csr": "P-384", "ed25519.csr": "Ed25519",
		"pss.csr": "RSA 2048", "der.csr": "Ed25519", "certtool.csr": "P-256", "keytool.csr": ""}
	for name, key := range keys {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(at(name))
			if err != nil {
				t.Fatal(err)
			}
			items, err := pki.Decode(data, "")
			if err != nil || len(items) != 1 || items[0].Kind != pki.ItemRequest {
				t.Fatalf("found %+v, %v", items, err)
			}
			c := items[0].Request
			a, err := pki.ReadCSR(c)
			if err != nil {
				t.Fatal(err)
			}
			s := a.Request.Subject
			if key != "" && a.Key != key || a.Request.Kind != pki.Server || s.CommonName != "api.acme.test" || s.Organization != "Acme" ||
				s.OrganizationalUnit != "A" || len(s.Extra) != 1 || s.Extra[0] != (pki.Attribute{Name: "OU", Value: "B"}) {
				t.Errorf("it asks for %+v", a)
			}
			if diff := cmp.Diff(names(t, "api.acme.test, 10.0.0.7"), a.Request.Names); diff != "" {
				t.Error(diff)
			}
			leaf, err := pki.Issue(root, a.Grant(pki.Server), c.PublicKey, now, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			pkitest.Run(t, "openssl", "verify", "-x509_strict", "-attime", "1772366400", "-purpose", "sslserver", "-CAfile", ca,
				pkitest.File(t, "leaf.pem", pki.EncodeCertificates(leaf)))
		})
	}
}

// signCSR makes a request of raw parts, so that it may be wrong.
func signCSR(t testing.TB, key crypto.Signer, edit func(*x509.CertificateRequest)) *x509.CertificateRequest {
	t.Helper()
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: "api.acme.test"}, DNSNames: []string{"api.acme.test"}}
	edit(template)
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificateRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func extension(t testing.TB, oid string, value any) pkix.Extension {
	t.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var id asn1.ObjectIdentifier
	parsed, err := x509.ParseOID(oid)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := parsed.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := asn1.Unmarshal(append([]byte{6, byte(len(raw))}, raw...), &id); err != nil {
		t.Fatal(err)
	}
	return pkix.Extension{Id: id, Value: der}
}
