package testclient

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"countersign/pki"
)

// register is one authority with some revoked.
type register struct {
	authority pki.Issuer

	mu      sync.Mutex
	revoked map[string]pki.Standing // by serial number
	broken  error
}

func (r *register) CRL(name string) ([]byte, error) {
	if name != "Acme Root" {
		return nil, r.broken
	}
	return []byte("a list"), r.broken
}

func (r *register) OCSP(request []byte) ([]byte, error) {
	return pki.AnswerOCSP(request, []pki.OCSPAuthority{ocspAuthority{r}}, now, now.Add(time.Hour), now, rand.Reader)
}

func (r *register) Standing(issuer *x509.Certificate, serial *big.Int) (pki.Standing, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken != nil {
		return pki.Standing{}, r.broken
	}
	if s, known := r.revoked[serial.String()]; known && issuer.Equal(r.authority.Certificate) {
		return s, nil
	}
	return pki.Standing{State: pki.StateGood}, nil
}

type ocspAuthority struct{ *register }

func (a ocspAuthority) Certificate() *x509.Certificate { return a.authority.Certificate }
func (a ocspAuthority) Signer() (pki.Issuer, error)    { return a.authority, nil }
func (a ocspAuthority) Standing(serial *big.Int) (pki.Standing, error) {
	return a.register.Standing(a.authority.Certificate, serial)
}

func (r *register) revoke(c *tls.Certificate, reason pki.Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revoked = map[string]pki.Standing{c.Leaf.SerialNumber.String(): {State: pki.StateRevoked, At: now.Add(-time.Hour), Reason: reason}}
}

// fetch gives the status, type and body of an answer.
func fetch(t *testing.T, method, url string, body []byte) (int, string, []byte) {
	t.Helper()
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), data
}

func TestPublish(t *testing.T) {
	p := newPair(t)
	for _, mode := range []Mode{ModePlain, ModeMTLS} {
		config := p.mtls()
		config.Mode, config.Register, config.Publish = mode, &register{authority: p.root}, true
		s := start(t, config)
		if !strings.HasPrefix(s.PublishURL(), "http://localhost:") || (s.PublishURL() == s.URL()) != (mode == ModePlain) {
			t.Errorf("%s: published at %s", mode, s.PublishURL())
		}
		status, kind, body := fetch(t, "GET", s.CRLURL("Acme Root"), nil)
		if status != 200 || kind != "application/pkix-crl" || string(body) != "a list" {
			t.Errorf("%s: list: %d %s %q", mode, status, kind, body)
		}
		for path, want := range map[string]int{"/crl/Other.crl": 404, "/crl/Acme%20Root": 404, "/crl/": 404, "/crl/../ocsp": 404} {
			if status, _, _ := fetch(t, "GET", s.PublishURL()+path, nil); status != want {
				t.Errorf("%s: %s: %d, want %d", mode, path, status, want)
			}
		}
		if status, _, _ := fetch(t, "DELETE", s.CRLURL("Acme Root"), nil); status != 405 {
			t.Errorf("%s: DELETE of a list: %d", mode, status)
		}
		log := s.Connections()
		if len(log) != 6 || log[0].Path != "/crl/Acme Root.crl" || log[0].Status != 200 {
			t.Errorf("%s: log %+v", mode, log)
		}
	}
	s := start(t, p.mtls())
	if s.PublishURL() != "" || s.CRLURL("x") != "" || s.OCSPURL() != "" {
		t.Error("without a register something is published")
	}
}

func TestPublishOCSP(t *testing.T) {
	p := newPair(t)
	r := &register{authority: p.root}
	config := p.mtls()
	config.Register, config.Publish = r, true
	s := start(t, config)
	client := clientCert(t, p.root)
	r.revoke(client, pki.KeyCompromise)
	request, err := ocsp.CreateRequest(client.Leaf, p.root.Certificate, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.StdEncoding.EncodeToString(request)
	for name, ask := range map[string]func() (int, string, []byte){
		"POST":        func() (int, string, []byte) { return fetch(t, "POST", s.OCSPURL(), request) },
		"GET":         func() (int, string, []byte) { return fetch(t, "GET", s.OCSPURL()+"/"+url.PathEscape(text), nil) },
		"GET, as is":  func() (int, string, []byte) { return fetch(t, "GET", s.OCSPURL()+"/"+text, nil) },
		"POST, slash": func() (int, string, []byte) { return fetch(t, "POST", s.OCSPURL()+"/", request) },
	} {
		status, kind, der := ask()
		if status != 200 || kind != "application/ocsp-response" {
			t.Errorf("%s: %d %s", name, status, kind)
		}
		got, err := ocsp.ParseResponse(der, p.root.Certificate)
		if err != nil || got.Status != ocsp.Revoked || got.RevocationReason != ocsp.KeyCompromise {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, ask := range map[string]func() (int, string, []byte){
		"empty POST":     func() (int, string, []byte) { return fetch(t, "POST", s.OCSPURL(), nil) },
		"a long POST":    func() (int, string, []byte) { return fetch(t, "POST", s.OCSPURL(), make([]byte, 100<<10)) },
		"GET of nothing": func() (int, string, []byte) { return fetch(t, "GET", s.OCSPURL(), nil) },
		"no base64":      func() (int, string, []byte) { return fetch(t, "GET", s.OCSPURL()+"/!!!", nil) },
		"a long GET":     func() (int, string, []byte) { return fetch(t, "GET", s.OCSPURL()+"/"+strings.Repeat("A", 40<<10), nil) },
	} {
		if status, _, der := ask(); status != 200 || !bytes.Equal(der, ocsp.MalformedRequestErrorResponse) {
			t.Errorf("%s: %d %x", name, status, der)
		}
	}
	if status, _, _ := fetch(t, "PUT", s.OCSPURL(), request); status != 405 {
		t.Errorf("PUT: %d", status)
	}
	for _, c := range s.Connections() {
		if strings.Contains(c.Path, text[:20]) {
			t.Errorf("a question is in the log: %s", c.Path)
		}
	}
}

// A base64 text with "//" in it is a path that net/http's mux would clean.
func TestPublishOCSPWithDoubleSlash(t *testing.T) {
	p := newPair(t)
	config := p.mtls()
	config.Mode, config.Register, config.Publish = ModePlain, &register{authority: p.root}, true
	s := start(t, config)
	for n := range int64(1 << 16) {
		client := &x509.Certificate{SerialNumber: new(big.Int).SetBytes([]byte{0x0f, 0xff, 0xff, 0xff, 0xff, byte(n >> 8), byte(n)}), RawIssuer: p.root.Certificate.RawSubject}
		request, err := ocsp.CreateRequest(client, p.root.Certificate, nil)
		if err != nil {
			t.Fatal(err)
		}
		text := base64.StdEncoding.EncodeToString(request)
		if !strings.Contains(text, "//") {
			continue
		}
		status, _, der := fetch(t, "GET", s.OCSPURL()+"/"+text, nil)
		if _, err := ocsp.ParseResponse(der, p.root.Certificate); status != 200 || err != nil {
			t.Errorf("%s: %d, %v", text, status, err)
		}
		return
	}
	t.Fatal("no request with // in its base64")
}

func TestCheckRevocation(t *testing.T) {
	p := newPair(t)
	issuing := authority(t, "Issuing", p.root, nil)
	for _, mode := range []Mode{ModeMTLS, ModeOptional} {
		for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			r := &register{authority: p.root}
			config := p.mtls()
			config.Mode, config.Register, config.CheckRevocation = mode, r, true
			s := start(t, config)
			try := func(c *tls.Certificate, revoked bool) Result {
				try := p.try(s.URL()+"/hello", v)
				try.Certificate, try.Revoked = c, revoked
				return Run(t.Context(), try, nil)
			}
			good, bad := clientCert(t, p.root), clientCert(t, p.root)
			below := clientCert(t, issuing)
			below.Certificate = append(below.Certificate, issuing.Certificate.Raw)
			r.revoke(bad, pki.KeyCompromise)
			for _, c := range []*tls.Certificate{good, below} {
				if got := try(c, false); got.Diagnosis != nil {
					t.Errorf("%s: a good client is refused: %+v", mode, got.Diagnosis)
				}
			}
			got := try(bad, true)
			if got.Diagnosis == nil || got.Diagnosis.Code != ClientCertificateRevoked || got.Diagnosis.Step != StepVerifyClient || got.Diagnosis.Facts["serial"] == "" {
				t.Errorf("%s: a revoked client: %+v", mode, got.Diagnosis)
			}
			if got := try(bad, false); got.Diagnosis == nil || got.Diagnosis.Code != ClientCertificateRefused {
				t.Errorf("%s: a revoked client that does not know: %+v", mode, got.Diagnosis)
			}
			log := s.Connections()
			if last := log[len(log)-1]; last.RefusalCode != ClientCertificateRevoked || !strings.Contains(last.Refusal, "keyCompromise") {
				t.Errorf("%s: log %+v", mode, last)
			}
			r.revoke(&tls.Certificate{Leaf: issuing.Certificate}, pki.CACompromise)
			if got := try(below, false); got.Diagnosis == nil {
				t.Errorf("%s: a client of a revoked authority is let in", mode)
			}
			if got := try(bad, false); got.Diagnosis != nil {
				t.Errorf("%s: released, and still refused: %+v", mode, got.Diagnosis)
			}
			r.mu.Lock()
			r.broken = errors.New("locked")
			r.mu.Unlock()
			if got := try(good, false); got.Diagnosis == nil {
				t.Errorf("%s: nobody could be asked, and it is let in", mode)
			}
		}
	}
}

// A session that is resumed is judged anew.
func TestCheckRevocationOfResumedSession(t *testing.T) {
	p := newPair(t)
	r := &register{authority: p.root}
	config := p.mtls()
	config.Register, config.CheckRevocation = r, true
	s := start(t, config)
	client := clientCert(t, p.root)
	try := p.try("", tls.VersionTLS12)
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: try.Roots, Time: clock,
		Certificates: []tls.Certificate{*client}, ClientSessionCache: tls.NewLRUClientSessionCache(1)}}
	get := func() error {
		response, err := (&http.Client{Transport: transport}).Get(s.URL() + "/hello")
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	for range 2 {
		if err := get(); err != nil {
			t.Fatal(err)
		}
	}
	if log := s.Connections(); !log[len(log)-1].Resumed {
		t.Fatal("the session is not resumed")
	}
	r.revoke(client, pki.KeyCompromise)
	if get() == nil {
		t.Error("a revoked client resumes its session")
	}
}
