package pki_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// responder answers for an authority, by serial numbers; who is not listed is unknown.
type responder struct {
	authority *x509.Certificate
	signer    pki.Issuer
	standings map[string]pki.Standing
}

func (r responder) Certificate() *x509.Certificate { return r.authority }
func (r responder) Signer() (pki.Issuer, error)    { return r.signer, nil }
func (r responder) Standing(serial *big.Int) (pki.Standing, error) {
	if s, known := r.standings[serial.String()]; known {
		return s, nil
	}
	return pki.Standing{State: pki.StateUnknown}, nil
}

// ocspWorld is an authority with three clients, good, revoked and on hold, and
// one that it never issued.
type ocspWorld struct {
	root, delegate pki.Issuer
	certs          map[string]*x509.Certificate
	responder
}

func newOCSPWorld(t *testing.T, kind pki.KeyKind, delegated bool) ocspWorld {
	t.Helper()
	w := ocspWorld{root: pkitest.Root(t, "Root"), certs: map[string]*x509.Certificate{}}
	if kind != pki.P256 {
		key := pkitest.Key(t, kind)
		r := pki.NewRequest(pki.Authority)
		r.Subject.CommonName = "Root"
		cert, err := pki.SelfSign(r, key, time.Now(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		w.root = pki.Issuer{Certificate: cert, Key: key}
	}
	for _, name := range []string{"good", "bad", "held", "unknown"} {
		w.certs[name], _ = pkitest.Client(t, w.root, name)
	}
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	w.responder = responder{w.root.Certificate, w.root, map[string]pki.Standing{
		w.certs["good"].SerialNumber.String(): {State: pki.StateGood},
		w.certs["bad"].SerialNumber.String():  {State: pki.StateRevoked, At: at, Reason: pki.KeyCompromise},
		w.certs["held"].SerialNumber.String(): {State: pki.StateRevoked, At: at, Reason: pki.CertificateHold},
	}}
	if delegated {
		key := pkitest.Key(t, pki.P256)
		cert, err := pki.IssueOCSPDelegate(w.root, key.Public(), time.Now(), time.Now().AddDate(0, 0, 7), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		w.delegate = pki.Issuer{Certificate: cert, Key: key}
		w.signer = w.delegate
	}
	return w
}

func (w ocspWorld) answer(request []byte) ([]byte, error) {
	at := time.Now()
	return pki.AnswerOCSP(request, []pki.OCSPAuthority{w.responder}, at.Add(-time.Minute), at.Add(time.Hour), at, rand.Reader)
}

// Read by golang.org/x/crypto/ocsp, which is not what wrote them.
func TestAnswerOCSP(t *testing.T) {
	for _, kind := range []pki.KeyKind{pki.P256, pki.P384, pki.P521, pki.RSA2048} {
		for _, delegated := range []bool{false, true} {
			w := newOCSPWorld(t, kind, delegated)
			for name, want := range map[string]struct{ status, reason int }{
				"good": {ocsp.Good, 0}, "bad": {ocsp.Revoked, ocsp.KeyCompromise},
				"held": {ocsp.Revoked, ocsp.CertificateHold}, "unknown": {ocsp.Unknown, 0},
			} {
				request, err := ocsp.CreateRequest(w.certs[name], w.root.Certificate, nil)
				if err != nil {
					t.Fatal(err)
				}
				der, err := w.answer(request)
				if err != nil {
					t.Fatal(err)
				}
				got, err := ocsp.ParseResponseForCert(der, w.certs[name], w.root.Certificate)
				if err != nil {
					t.Fatalf("%s, %s, delegate %v: %v", kind, name, delegated, err)
				}
				if got.Status != want.status || got.RevocationReason != want.reason || (got.Certificate != nil) != delegated {
					t.Errorf("%s, %s: status %d, reason %d, certificate %v", kind, name, got.Status, got.RevocationReason, got.Certificate != nil)
				}
				if name == "bad" && !got.RevokedAt.Equal(w.standings[w.certs["bad"].SerialNumber.String()].At) {
					t.Errorf("revoked at %v", got.RevokedAt)
				}
			}
		}
	}
}

func TestAnswerOCSPErrors(t *testing.T) {
	w := newOCSPWorld(t, pki.P256, false)
	good, err := ocsp.CreateRequest(w.certs["good"], w.root.Certificate, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := pkitest.Root(t, "Other")
	stranger, _ := pkitest.Client(t, other, "stranger")
	foreign, err := ocsp.CreateRequest(stranger, other.Certificate, nil)
	if err != nil {
		t.Fatal(err)
	}
	namesake := pkitest.Root(t, "Root") // of the same name, with another key
	double, _ := pkitest.Client(t, namesake, "double")
	homonym, err := ocsp.CreateRequest(double, namesake.Certificate, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		request []byte
		want    []byte
		err     error
	}{
		{"nothing", nil, ocsp.MalformedRequestErrorResponse, pki.ErrOCSPRequest},
		{"no DER", []byte("hello"), ocsp.MalformedRequestErrorResponse, pki.ErrOCSPRequest},
		{"cut off", good[:len(good)-1], ocsp.MalformedRequestErrorResponse, pki.ErrOCSPRequest},
		{"something behind", append(bytes.Clone(good), 0), ocsp.MalformedRequestErrorResponse, pki.ErrOCSPRequest},
		{"too long", make([]byte, pki.MaxOCSPRequest+1), ocsp.MalformedRequestErrorResponse, pki.ErrOCSPRequest},
		{"a certificate", w.certs["good"].Raw, ocsp.MalformedRequestErrorResponse, pki.ErrOCSPRequest},
		{"asks for nothing", []byte{0x30, 4, 0x30, 2, 0x30, 0}, ocsp.MalformedRequestErrorResponse, pki.ErrOCSPRequest},
		{"another authority", foreign, ocsp.UnauthorizedErrorResponse, pki.ErrOCSPIssuer},
		{"an authority of the same name", homonym, ocsp.UnauthorizedErrorResponse, pki.ErrOCSPIssuer},
	} {
		der, err := w.answer(c.request)
		if !bytes.Equal(der, c.want) || !errors.Is(err, c.err) {
			t.Errorf("%s: %x, %v; want %x, %v", c.name, der, err, c.want, c.err)
		}
	}
	w.signer = pki.Issuer{Certificate: w.root.Certificate, Key: other.Key}
	if der, err := w.answer(good); !bytes.Equal(der, ocsp.InternalErrorErrorResponse) || err == nil {
		t.Errorf("with another's key: %x, %v", der, err)
	}
}

func TestOCSPDelegate(t *testing.T) {
	w := newOCSPWorld(t, pki.P256, true)
	c := w.delegate.Certificate
	if err := c.CheckSignatureFrom(w.root.Certificate); err != nil {
		t.Error(err)
	}
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageOCSPSigning || c.IsCA || c.KeyUsage != x509.KeyUsageDigitalSignature {
		t.Errorf("usage %v %v", c.KeyUsage, c.ExtKeyUsage)
	}
	noCheck := false
	for _, e := range c.Extensions {
		noCheck = noCheck || e.Id.String() == "1.3.6.1.5.5.7.48.1.5" && bytes.Equal(e.Value, []byte{5, 0})
	}
	if !noCheck {
		t.Error("no id-pkix-ocsp-nocheck")
	}
	long := pkitest.Root(t, strings.Repeat("ü", 64))
	c, err := pki.IssueOCSPDelegate(long, c.PublicKey, time.Now(), time.Now().AddDate(99, 0, 0), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("ü", 59) + " OCSP"; c.Subject.CommonName != want || !c.NotAfter.Equal(long.Certificate.NotAfter) {
		t.Errorf("%q until %v", c.Subject.CommonName, c.NotAfter)
	}
	leaf, leafKey := pkitest.Leaf(t, w.root, nil)
	_, err = pki.IssueOCSPDelegate(pki.Issuer{Certificate: leaf, Key: leafKey}, c.PublicKey, time.Now(), time.Now().AddDate(0, 0, 1), rand.Reader)
	var faults pki.Faults
	if !errors.As(err, &faults) || faults[0].Code != pki.CodeIssuerNotAuthority {
		t.Errorf("of a leaf: %v", err)
	}
}

// OpenSSL and GnuTLS ask and judge. Several certificates in one request, SHA-256
// and nonces are theirs.
func TestForeignOCSP(t *testing.T) {
	for _, delegated := range []bool{false, true} {
		w := newOCSPWorld(t, pki.P256, delegated)
		dir := t.TempDir()
		path := func(name string) string { return filepath.Join(dir, name) }
		put := func(name string, data []byte) string {
			if err := os.WriteFile(path(name), data, 0o600); err != nil {
				t.Fatal(err)
			}
			return path(name)
		}
		ca := put("root.pem", pki.EncodeCertificates(w.root.Certificate))
		for name, c := range w.certs {
			put(name+".pem", pki.EncodeCertificates(c))
		}
		respond := func() string {
			request, err := os.ReadFile(path("request"))
			if err != nil {
				t.Fatal(err)
			}
			der, err := w.answer(request)
			if err != nil {
				t.Fatal(err)
			}
			return put("response", der)
		}
		ask := []string{"ocsp", "-issuer", ca, "-sha256", "-cert", path("good.pem"), "-cert", path("bad.pem"), "-sha1", "-cert", path("held.pem"), "-cert", path("unknown.pem")}
		pkitest.Run(t, "openssl", append(ask, "-reqout", path("request"))...)
		out := pkitest.Run(t, "openssl", append(ask, "-no_nonce", "-reqin", path("request"), "-respin", respond(), "-CAfile", ca)...)
		for _, want := range []string{"Response verify OK", "good.pem: good", "bad.pem: revoked", "Reason: keyCompromise", "held.pem: revoked", "Reason: certificateHold", "unknown.pem: unknown"} {
			if !strings.Contains(out, want) {
				t.Errorf("openssl ocsp, delegate %v: no %q in\n%s", delegated, want, out)
			}
		}
		if strings.Contains(out, "WARNING") { // no nonce in response
			t.Errorf("openssl ocsp warns:\n%s", out)
		}
		for name, want := range map[string]string{"good": "Certificate Status: good", "bad": "Certificate Status: revoked", "unknown": "Certificate Status: unknown"} {
			pkitest.Run(t, "ocsptool", "--generate-request", "--load-issuer", ca, "--load-cert", path(name+".pem"), "--outfile", path("request"))
			out := pkitest.Run(t, "ocsptool", "--verify-response", "--load-trust", ca, "--infile", respond())
			if !strings.Contains(out, "Success") {
				t.Errorf("ocsptool --verify-response:\n%s", out)
			}
			out = pkitest.Run(t, "ocsptool", "--response-info", "--infile", path("response"))
			if !strings.Contains(out, want) {
				t.Errorf("ocsptool --response-info, want %q:\n%s", want, out)
			}
		}
	}
}

// FuzzAnswerOCSP: whatever is asked, there is an answer that reads as one.
func FuzzAnswerOCSP(f *testing.F) {
	root := pkitest.Root(f, "Root")
	client, _ := pkitest.Client(f, root, "client")
	request, err := ocsp.CreateRequest(client, root.Certificate, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(request)
	f.Add([]byte{0x30, 4, 0x30, 2, 0x30, 0})
	authorities := []pki.OCSPAuthority{responder{root.Certificate, root, nil}}
	f.Fuzz(func(t *testing.T, request []byte) {
		der, err := pki.AnswerOCSP(request, authorities, now, now.Add(time.Hour), now, rand.Reader)
		var whole struct {
			Status asn1.Enumerated
			Rest   asn1.RawValue `asn1:"optional"`
		}
		rest, problem := asn1.Unmarshal(der, &whole)
		if problem != nil || len(rest) != 0 || (whole.Status == 0) != (err == nil) {
			t.Fatalf("%x, %v: %v", der, err, problem)
		}
	})
}
