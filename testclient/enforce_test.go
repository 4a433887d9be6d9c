package testclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// forgery is what the trials of a pair are made from.
func (p pair) forgery(t *testing.T) []Trial {
	t.Helper()
	revoked := clientCert(t, p.root, func(c *x509.Certificate) { c.Subject.CommonName = "mallory" })
	trials, err := Forgery{Right: p.client, Issuer: p.root, Revoked: revoked, Now: now}.Trials()
	if err != nil {
		t.Fatal(err)
	}
	return trials
}

// without leaves trials out.
func without(trials []Trial, codes ...string) []Trial {
	return slices.DeleteFunc(trials, func(t Trial) bool { return slices.Contains(codes, t.Code) })
}

// found are the verdict and the trials that show something, in their order.
func found(e Enforcement) string {
	words := []string{e.Verdict + ":"}
	for _, t := range e.Trials {
		if t.Judgement != Right && t.Judgement != Skipped {
			words = append(words, string(t.Judgement)+" "+t.Code)
		}
	}
	return strings.Join(words, ", ")
}

// report says each trial, for a test that failed.
func report(t *testing.T, e Enforcement) {
	t.Helper()
	for _, r := range e.Trials {
		raw := ""
		if r.Result.Diagnosis != nil {
			raw = r.Result.Diagnosis.Raw
		}
		t.Logf("%-14s %-9s %-9s %v %s", r.Code, r.Happened, r.Judgement, r.Facts, raw)
	}
}

// goServer starts a server of crypto/tls and net/http as others write it.
func (p pair) goServer(t *testing.T, config *tls.Config, handler http.HandlerFunc) string {
	t.Helper()
	if handler == nil {
		handler = func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }
	}
	s := httptest.NewUnstartedServer(handler)
	config.Certificates = []tls.Certificate{*p.server}
	config.Time = clock
	s.TLS, s.EnableHTTP2 = config, true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

const (
	laxGo = ", lax rsa1024, lax authority" // Go looks at neither
)

// TestEnforceFinds: servers misconfigured on purpose, and right ones.
func TestEnforceFinds(t *testing.T) {
	p := newPair(t)
	pool := pkitest.Pool(p.root.Certificate)
	others := pkitest.Pool(root(t, "Other Root").Certificate)
	const everything = "lets-in none, lets-in stranger, lets-in self-signed, lets-in namesake, lets-in other-key, lets-in expired, " +
		"lets-in not-yet-valid, lets-in revoked, lets-in server, lets-in sha1"
	const any13 = "lets-in stranger, lets-in self-signed, lets-in namesake, lets-in expired, lets-in not-yet-valid, lets-in revoked, lets-in server, lets-in sha1"
	for _, c := range []struct {
		name    string
		config  *tls.Config
		handler http.HandlerFunc
		want    string
	}{
		{"right, but for the revoked", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}, nil, "lets-in:, lets-in revoked" + laxGo},
		{"not asked", &tls.Config{}, nil, "not-asked:, " + everything + laxGo},
		{"optional", &tls.Config{ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool}, nil, "no-certificate:, lets-in none, lets-in revoked" + laxGo},
		{"any certificate", &tls.Config{ClientAuth: tls.RequireAnyClientCert}, nil, "any-certificate:, " + any13 + laxGo},
		{"any, or none", &tls.Config{ClientAuth: tls.RequestClientCert}, nil, "any-certificate:, lets-in none, " + any13 + laxGo},
		{"wrong authority", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: others}, nil, "shuts-out:, shuts-out right"},
		{"any purpose", &tls.Config{ClientAuth: tls.RequireAnyClientCert, VerifyPeerCertificate: verifying(pool, now, x509.ExtKeyUsageAny)}, nil,
			"lets-in:, lets-in revoked, lets-in server" + laxGo},
		{"dates not looked at", &tls.Config{ClientAuth: tls.RequireAnyClientCert, VerifyPeerCertificate: verifying(pool, time.Time{}, x509.ExtKeyUsageClientAuth)}, nil,
			"lets-in:" + ", lets-in expired, lets-in not-yet-valid, lets-in revoked" + laxGo},
		{"names only", &tls.Config{ClientAuth: tls.RequireAnyClientCert, VerifyPeerCertificate: issuerNamed("Acme Root")}, nil,
			"lets-in:, lets-in namesake, lets-in expired, lets-in not-yet-valid, lets-in revoked, lets-in server, lets-in sha1" + laxGo},
		{"old versions", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, MinVersion: tls.VersionTLS10}, nil,
			"lets-in:, lets-in revoked, lets-in tls10, lets-in tls11" + laxGo},
		{"asked for, and refused in HTTP", &tls.Config{ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool}, forbidding(http.StatusForbidden),
			"lets-in:, lets-in revoked" + laxGo},
		{"asked for, and hidden", &tls.Config{ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool}, forbidding(http.StatusNotFound),
			"lets-in:, lets-in revoked" + laxGo},
		{"asked for, and broken", &tls.Config{ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool}, forbidding(http.StatusServiceUnavailable),
			"lets-in:, unclear none, lets-in revoked" + laxGo},
		{"a password too", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}, always(http.StatusUnauthorized),
			"unclear:, unclear right, unclear revoked, unclear rsa1024, unclear authority"},
		{"TLS 1.0 only", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, nil,
			"lets-in:, unclear right, unclear none, unclear stranger, unclear self-signed, unclear namesake, unclear other-key, unclear expired, " +
				"unclear not-yet-valid, unclear revoked, unclear server, unclear sha1, lets-in tls10, unclear rsa1024, unclear authority"},
		{"nothing there", &tls.Config{ClientAuth: tls.RequireAnyClientCert}, always(http.StatusNotFound), "any-certificate:, " + any13 + laxGo},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := Enforce(t.Context(), p.try(p.goServer(t, c.config, c.handler)+"/hello", 0), p.forgery(t), nil)
			if got := found(e); got != c.want {
				t.Errorf("found %s\nwant  %s", got, c.want)
				report(t, e)
			}
		})
	}
}

// TestEnforceDenied: who is refused behind the handshake was not let in.
func TestEnforceDenied(t *testing.T) {
	p := newPair(t)
	config := &tls.Config{ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pkitest.Pool(p.root.Certificate)}
	e := Enforce(t.Context(), p.try(p.goServer(t, config, forbidding(http.StatusForbidden)), 0), p.forgery(t), nil)
	if r := e.Trials[1]; r.Code != TrialNone || r.Happened != HappenedDenied || r.Judgement != Right || r.Facts["status"] != "403" {
		t.Errorf("%+v", r.Facts)
	}
	if !e.Accepts() {
		t.Error("it announces the authority")
	}
}

// TestEnforceElsewhere: a server that trusts an authority too many.
func TestEnforceElsewhere(t *testing.T) {
	p := newPair(t)
	other, third := root(t, "Other Root"), root(t, "Third Root")
	both := pkitest.Pool(p.root.Certificate, other.Certificate)
	mallory := Other{Authority: "Other Root", Certificate: clientCert(t, other, func(c *x509.Certificate) { c.Subject.CommonName = "mallory" })}
	trent := Other{Authority: "Third Root", Certificate: clientCert(t, third, func(c *x509.Certificate) { c.Subject.CommonName = "trent" })}
	quiet := verifying(both, now, x509.ExtKeyUsageClientAuth)
	for _, c := range []struct {
		name    string
		config  *tls.Config
		others  []Other
		only    bool
		want    string
		untried string
	}{
		{"announced", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: both}, []Other{trent, mallory}, false, "also:" + laxGo + ", lax other-authority", ""},
		{"and must not", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: both}, []Other{trent, mallory}, true, "lets-in:" + laxGo + ", lets-in other-authority", ""},
		{"announced, no client", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: both}, nil, false, "lax:" + laxGo, "Other Root"},
		{"not announced", &tls.Config{ClientAuth: tls.RequireAnyClientCert, VerifyPeerCertificate: quiet}, []Other{trent, mallory}, false, "also:" + laxGo + ", lax other-authority", ""},
		{"not trusted", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pkitest.Pool(p.root.Certificate)}, []Other{trent, mallory}, false, "lax:" + laxGo, ""},
		{"the other alone", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pkitest.Pool(other.Certificate)}, []Other{mallory}, false, "shuts-out:, shuts-out right, lax other-authority", ""},
		{"anyone", &tls.Config{ClientAuth: tls.RequestClientCert}, []Other{mallory}, false, "any-certificate:", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			trials, err := Forgery{Right: p.client, Issuer: p.root, Others: c.others, Only: c.only, Now: now}.Trials()
			if err != nil {
				t.Fatal(err)
			}
			e := Enforce(t.Context(), p.try(p.goServer(t, c.config, nil)+"/hello", 0), trials, nil)
			got, untried := found(e), strings.Join(e.Untried, ", ")
			if c.name == "anyone" { // it needs no more trials
				got, _, _ = strings.Cut(got, ", ")
				if n := len(e.Trials); n != len(TrialCodes()) {
					t.Errorf("%d trials", n)
				}
			}
			if got != c.want || untried != c.untried {
				t.Errorf("found %s, untried %q\nwant  %s, %q", got, untried, c.want, c.untried)
				report(t, e)
			}
			if in := e.LetInElsewhere(); strings.Contains(c.want, TrialElsewhere) && !slices.Equal(in, []string{"Other Root"}) {
				t.Errorf("lets in clients of %q", in)
			}
		})
	}
	many := Forgery{Right: p.client, Now: now, Others: slices.Repeat([]Other{trent}, MaxElsewhere+3)}
	trials, err := many.Trials()
	if err != nil {
		t.Fatal(err)
	}
	e := Enforce(t.Context(), p.try(p.goServer(t, &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: both}, nil), 0), trials, nil)
	if n := len(e.Trials) - len(TrialCodes()); n != MaxElsewhere {
		t.Errorf("%d trials of others", n)
	}
}

// verifying is a server's own check, as people write it: of the chain, at a
// time (zero: the certificate's own) and for a purpose.
func verifying(roots *x509.CertPool, at time.Time, purpose x509.ExtKeyUsage) func([][]byte, [][]*x509.Certificate) error {
	return func(raw [][]byte, _ [][]*x509.Certificate) error {
		leaf, err := x509.ParseCertificate(raw[0])
		if err != nil {
			return err
		}
		if at.IsZero() {
			at = leaf.NotBefore.Add(time.Minute)
			defer func() { at = time.Time{} }()
		}
		_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{purpose}})
		return err
	}
}

// issuerNamed is a check of nothing but a name.
func issuerNamed(name string) func([][]byte, [][]*x509.Certificate) error {
	return func(raw [][]byte, _ [][]*x509.Certificate) error {
		leaf, err := x509.ParseCertificate(raw[0])
		if err == nil && leaf.Issuer.CommonName != name {
			err = errors.New("not of " + name)
		}
		return err
	}
}

// forbidding answers those without a certificate with a status.
func forbidding(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) == 0 {
			w.WriteHeader(status)
		}
	}
}

func always(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// TestEnforceLocalServer: the server of this package in each of its modes.
func TestEnforceLocalServer(t *testing.T) {
	p := newPair(t)
	for mode, want := range map[Mode]string{
		ModePlain:    "no-tls:, unclear right, lets-in plain-http",
		ModeTLS:      "not-asked:, lets-in none, lets-in stranger, lets-in self-signed, lets-in namesake, lets-in other-key, lets-in expired, lets-in not-yet-valid, lets-in server, lets-in sha1" + laxGo,
		ModeOptional: "no-certificate:, lets-in none" + laxGo,
		ModeMTLS:     "lax:" + laxGo,
	} {
		t.Run(string(mode), func(t *testing.T) {
			config := p.mtls()
			config.Mode = mode
			s := start(t, config)
			for range 10 { // the same each time
				e := Enforce(t.Context(), p.try(s.URL()+"/hello", 0), without(p.forgery(t), TrialRevoked), nil)
				if got := found(e); got != want {
					t.Fatalf("found %s\nwant  %s", got, want)
				}
				if e.Insists() != (mode == ModeMTLS) || e.Address == "" || !e.At.Equal(now) {
					t.Errorf("%+v", e)
				}
			}
		})
	}
}

// TestEnforceGoesNowhereElse: neither through a proxy, nor after a redirect.
func TestEnforceGoesNowhereElse(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	try := p.try(s.URL()+"/hello", 0)
	try.Proxy, try.Redirects = "http://"+closedPort(t), 5
	if e := Enforce(t.Context(), try, without(p.forgery(t), TrialRevoked), nil); !e.Insists() {
		t.Errorf("found %s", found(e))
	}
}

func TestEnforceEnds(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	good := p.try(s.URL()+"/hello?token=1", 0)
	bad := func(edit func(*Try)) Try {
		try := good
		edit(&try)
		return try
	}
	for _, c := range []struct {
		name    string
		try     Try
		verdict string
		code    string // of the first trial's diagnosis
	}{
		{"nothing listens", bad(func(x *Try) { x.URL = "https://" + closedPort(t) }), VerdictUnreachable, Refused},
		{"no URL", bad(func(x *Try) { x.URL = "https://" }), VerdictUnreachable, BadURL},
		{"not trusted", bad(func(x *Try) { x.Roots = pkitest.Pool(root(t, "Other Root").Certificate) }), VerdictUnreachable, ServerAuthorityUnknown},
		{"not verified", bad(func(x *Try) { x.Roots, x.Insecure = pkitest.Pool(), true }), VerdictLax, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := Enforce(t.Context(), c.try, without(p.forgery(t), TrialRevoked), nil)
			if e.Verdict != c.verdict || e.Trials[0].Facts["code"] != c.code {
				t.Errorf("%s %v", found(e), e.Trials[0].Facts)
			}
			if made := e.Trials[1].Judgement != Skipped; made != e.Insists() {
				t.Errorf("%+v", e.Trials[1])
			}
			if strings.Contains(e.URL, "token") {
				t.Errorf("URL %s", e.URL)
			}
		})
	}
	t.Run("stopped", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		seen := 0
		e := Enforce(ctx, good, p.forgery(t), func(TrialResult) {
			if seen++; seen == 3 {
				stop()
			}
		})
		if e.Verdict != VerdictEnded || e.Trials[2].Judgement != Right || e.Trials[3].Facts["why"] != "ended" || seen != len(TrialCodes()) {
			t.Errorf("%s after %d", found(e), seen)
		}
	})
}

// TestForgery: each certificate differs from the right one in what it tries.
func TestForgery(t *testing.T) {
	p := newPair(t)
	if _, err := (Forgery{Now: now}).Trials(); !errors.Is(err, ErrNoClient) {
		t.Errorf("no client: %v", err)
	}
	verify := func(c *x509.Certificate, at time.Time, purpose x509.ExtKeyUsage) error {
		_, err := c.Verify(x509.VerifyOptions{Roots: pkitest.Pool(p.root.Certificate), CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{purpose}})
		return err
	}
	for _, trial := range p.forgery(t) {
		if trial.Certificate == nil {
			continue
		}
		leaf, err := x509.ParseCertificate(trial.Certificate.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		if trial.Code != TrialRevoked && leaf.Subject.String() != p.client.Leaf.Subject.String() {
			t.Errorf("%s: subject %s", trial.Code, leaf.Subject)
		}
		at, purpose, fails := now, x509.ExtKeyUsageClientAuth, false
		switch trial.Code {
		case TrialExpired:
			at = now.AddDate(0, 0, -1).Add(-time.Minute)
		case TrialNotYetValid:
			at = now.AddDate(0, 0, 2).Add(time.Minute)
		case TrialServer:
			purpose = x509.ExtKeyUsageServerAuth
		case TrialStranger, TrialSelfSigned, TrialNamesake, TrialSHA1:
			fails = true
		}
		if err := verify(leaf, at, purpose); (err != nil) != fails {
			t.Errorf("%s: %v", trial.Code, err)
		}
	}
}

// TestForgeryWithout: what cannot be made says why.
func TestForgeryWithout(t *testing.T) {
	p := newPair(t)
	made := func(issuer pki.Issuer) map[string]string {
		trials, err := Forgery{Right: p.client, Issuer: issuer, Now: now}.Trials()
		if err != nil {
			t.Fatal(err)
		}
		why := map[string]string{}
		for _, trial := range trials {
			if trial.Without != "" {
				why[trial.Code] = trial.Without
			}
		}
		return why
	}
	if why := made(pki.Issuer{}); len(why) != 7 || why[TrialExpired] != WithoutIssuer || why[TrialRevoked] != WithoutRevoked {
		t.Errorf("no key: %v", why)
	}
	key := pkitest.Key(t, pki.Ed25519)
	ed := pki.Issuer{Certificate: pkitest.Sign(t, pki.Issuer{Certificate: p.root.Certificate, Key: p.root.Key}, key, func(c *x509.Certificate) { c.IsCA = true }), Key: key}
	if why := made(ed); len(why) != 2 || why[TrialSHA1] != WithoutKeyKind {
		t.Errorf("Ed25519: %v", why)
	}
}
