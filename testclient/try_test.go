package testclient

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/pki/pkitest"
)

func states(r Result) string {
	var s []string
	for _, step := range r.Steps {
		s = append(s, string(step.State))
	}
	return strings.Join(s, " ")
}

func TestSuccess(t *testing.T) {
	p := newPair(t)
	const all = "done done done done done done done"
	const unasked = "done done done not-asked not-asked done done"
	const plain = "done not-asked not-asked not-asked not-asked done done"
	for _, c := range []struct {
		mode    Mode
		version uint16
		alpn    string
		without bool // without a certificate
		states  string
		answer  string // of step 5
	}{
		{ModeMTLS, tls.VersionTLS12, "h2", false, all, "accepted"},
		{ModeMTLS, tls.VersionTLS13, "h2", false, all, "accepted"},
		{ModeMTLS, tls.VersionTLS12, "http/1.1", false, all, "accepted"},
		{ModeMTLS, tls.VersionTLS13, "http/1.1", false, all, "accepted"},
		{ModeOptional, tls.VersionTLS12, "h2", true, all, "accepted-without"},
		{ModeOptional, tls.VersionTLS13, "http/1.1", true, all, "accepted-without"},
		{ModeOptional, tls.VersionTLS13, "h2", false, all, "accepted"},
		{ModeTLS, tls.VersionTLS12, "http/1.1", false, unasked, ""},
		{ModeTLS, tls.VersionTLS13, "h2", false, unasked, ""},
		{ModeTLS, tls.VersionTLS13, "http/1.1", true, unasked, ""},
		{ModePlain, 0, "", false, plain, ""},
	} {
		t.Run(fmt.Sprintf("%s/%s/%s/%v", c.mode, versionName(c.version), c.alpn, c.without), func(t *testing.T) {
			config := p.mtls()
			config.Mode = c.mode
			s := start(t, config)
			x := p.try(s.URL()+"/hello", c.version)
			x.ALPN = []string{c.alpn}
			if c.without {
				x.Certificate = nil
			}
			r := Run(t.Context(), x, nil)
			if !r.OK() {
				t.Fatalf("%+v", r.Diagnosis)
			}
			if states(r) != c.states {
				t.Errorf("states %s", states(r))
			}
			if r.Status != 200 || string(r.Body) != "Hello, world!\n" {
				t.Errorf("status %d body %q", r.Status, r.Body)
			}
			if r.ALPN != c.alpn || r.Version != versionName(c.version) {
				t.Errorf("agreed %q %q", r.ALPN, r.Version)
			}
			if got := r.Steps[StepVerifyClient-1].Facts["answer"]; got != c.answer {
				t.Errorf("answer %q, want %q", got, c.answer)
			}
			checkBooks(t, r, s.Connections())
		})
	}
}

// checkBooks compares what was counted, and what the server saw of the try.
func checkBooks(t *testing.T, r Result, seen []Connection) {
	t.Helper()
	if r.BytesIn == 0 || r.BytesOut == 0 || r.Total <= 0 || !r.StartedAt.Equal(now) {
		t.Errorf("books: %d %d %v %v", r.BytesIn, r.BytesOut, r.Total, r.StartedAt)
	}
	if len(seen) != 1 || seen[0].Remote != r.Local || seen[0].Path != "/hello" || seen[0].Status != 200 ||
		seen[0].CipherSuite != r.CipherSuite || (seen[0].ClientName == "alice") != r.ClientSent {
		t.Errorf("server saw %+v", seen)
	}
}

func TestFacts(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	r := Run(t.Context(), p.try(s.URL()+"/", tls.VersionTLS13), nil)
	if !r.OK() {
		t.Fatalf("%+v", r.Diagnosis)
	}
	port := fmt.Sprint(s.Port())
	for n, want := range map[int]map[string]string{
		StepConnect:           {"host": "localhost", "port": port, "address": r.Address, "name": "localhost"},
		StepServerCertificate: {"chain": "localhost", "chain-length": "1", "issuer": "Acme Root", "names": "localhost\n127.0.0.1\n::1"},
		StepVerifyServer: {"verified": "yes", "name": "localhost", "matched": "localhost", "authority": "Acme Root",
			"path": "localhost\nAcme Root", "days-left": "90", "trusted": "Acme Root"},
		StepClientCertificate: {"asked": "yes", "accepted": "Acme Root", "accepted-count": "1", "chosen": "alice",
			"issuer": "Acme Root", "acceptable": "yes", "why": "issuer-accepted", "chain-length": "1"},
		StepVerifyClient: {"answer": "accepted"},
		StepAccess:       {"status": "200", "status-text": "200 OK"},
		StepExchange: {"version": "TLS 1.3", "cipher": r.CipherSuite, "curve": r.Curve, "alpn": "h2", "resumed": "no",
			"protocol": "HTTP/2.0", "truncated": "no", "body-bytes": fmt.Sprint(len(r.Body))},
	} {
		for k, v := range want {
			if got := r.Steps[n-1].Facts[k]; got != v || v == "" {
				t.Errorf("step %d: %s = %q, want %q", n, k, got, v)
			}
		}
	}
	var seen Seen
	if err := json.Unmarshal(r.Body, &seen); err != nil {
		t.Fatal(err)
	}
	if seen.Client == nil || seen.Client.Name != "alice" || seen.Client.Issuer != "CN=Acme Root" || seen.TLS.Curve != r.Curve ||
		seen.TLS.ServerName != "localhost" || seen.Request.Proto != "HTTP/2.0" {
		t.Errorf("server saw %s", r.Body)
	}
	if len(r.ServerChain) != 1 || len(r.ClientChain) != 1 || len(r.AcceptableCAs) != 1 || !slices.Equal(r.AcceptableNames, []string{"Acme Root"}) {
		t.Errorf("chains %d %d accepted %q", len(r.ServerChain), len(r.ClientChain), r.AcceptableNames)
	}
}

func TestObserve(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	for _, c := range []struct {
		name   string
		change func(*Try)
		want   string
	}{
		{"good", func(*Try) {}, "1 done, 2 done, 3 done, 4 done, 5 done, 6 done, 7 done"},
		{"no certificate", func(x *Try) { x.Certificate = nil },
			"1 done, 2 done, 3 done, 4 done, 5 failed, 6 not-reached, 7 not-reached"},
		{"unusable key", func(x *Try) {
			x.Certificate = &tls.Certificate{Certificate: x.Certificate.Certificate, PrivateKey: "no key"}
		}, "1 done, 2 done, 3 done, 4 done, 4 failed, 5 not-reached, 6 not-reached, 7 not-reached"},
		{"bad URL", func(x *Try) { x.URL = "ftp://x" },
			"1 failed, 2 not-reached, 3 not-reached, 4 not-reached, 5 not-reached, 6 not-reached, 7 not-reached"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := p.try(s.URL()+"/hello", 0)
			c.change(&x)
			var got []string
			Run(t.Context(), x, func(s Step) { got = append(got, fmt.Sprintf("%d %s", s.Number, s.State)) })
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got %s", strings.Join(got, ", "))
			}
		})
	}
}

func TestInsecureGoesOn(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	x := p.try(s.URL()+"/hello", 0)
	x.Roots, x.Insecure = x509.NewCertPool(), true
	r := Run(t.Context(), x, nil)
	if !r.OK() {
		t.Fatalf("%+v", r.Diagnosis)
	}
	f := r.Steps[StepVerifyServer-1].Facts
	if f["verified"] != "no" || f["code"] != ServerAuthorityUnknown || f["issuer"] != "Acme Root" {
		t.Errorf("facts %q", f)
	}
}

func TestRequestAsTyped(t *testing.T) {
	p := newPair(t)
	for _, alpn := range []string{"h2", "http/1.1"} {
		t.Run(alpn, func(t *testing.T) {
			s := start(t, p.mtls())
			x := p.try(fmt.Sprintf("https://u:p@api.acme.test:%d/?q=1#top", s.Port()), 0)
			x.ALPN, x.Method, x.Body = []string{alpn}, "PUT", []byte("body")
			x.Address, x.ServerName = "127.0.0.1", "localhost"
			x.Header = http.Header{"Host": {"other.test"}, "X-A": {"1", "2"}, "User-Agent": {"mine"}}
			r := Run(t.Context(), x, nil)
			if !r.OK() {
				t.Fatalf("%+v", r.Diagnosis)
			}
			var seen Seen
			if err := json.Unmarshal(r.Body, &seen); err != nil {
				t.Fatal(err)
			}
			h := seen.Request.Headers
			if seen.Request.Method != "PUT" || seen.Request.Host != "other.test" || !slices.Equal(h["X-A"], []string{"1", "2"}) ||
				h.Get("User-Agent") != "mine" || h.Get("Content-Length") != "4" || h.Get("Authorization") != "Basic dTpw" {
				t.Errorf("server saw %+v", seen.Request)
			}
			if seen.TLS.ServerName != "localhost" || r.Steps[0].Facts["host"] != "api.acme.test" {
				t.Errorf("names %q %q", seen.TLS.ServerName, r.Steps[0].Facts["host"])
			}
		})
	}
}

// serve answers with a handler over mTLS as net/http does: no lingering.
func serve(t testing.TB, p pair, h http.HandlerFunc, tickets bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h, ErrorLog: nil, TLSConfig: &tls.Config{
		Certificates: []tls.Certificate{*p.server}, ClientAuth: tls.RequireAndVerifyClientCert,
		ClientCAs: pkitest.Pool(p.root.Certificate), Time: clock, SessionTicketsDisabled: !tickets,
	}}
	s.ErrorLog = discard()
	go s.ServeTLS(l, "", "")
	t.Cleanup(func() { s.Close() })
	return "https://" + l.Addr().String()
}

// TestRefusalOfOthers: net/http's server closes at once after its alert, which
// makes a write fail and hides the alert from most clients.
func TestRefusalOfOthers(t *testing.T) {
	p := newPair(t)
	hello := func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }
	for _, tickets := range []bool{true, false} {
		url := serve(t, p, hello, tickets)
		for _, alpn := range []string{"h2", "http/1.1"} {
			for _, v := range versions {
				t.Run(fmt.Sprintf("tickets %v/%s/%s", tickets, alpn, versionName(v)), func(t *testing.T) {
					x := p.try(url, v)
					x.ALPN, x.Certificate = []string{alpn}, nil
					x.Method, x.Body = "POST", bytes.Repeat([]byte("x"), 1<<20)
					for i := range 300 {
						r := Run(t.Context(), x, nil)
						if r.OK() || r.Diagnosis.Code != ClientCertificateMissing {
							t.Fatalf("run %d: %+v", i, r.Diagnosis)
						}
					}
					x.Certificate = p.client
					if r := Run(t.Context(), x, nil); !r.OK() || string(r.Body) != "ok" {
						t.Errorf("with certificate: %+v", r.Diagnosis)
					}
				})
			}
		}
	}
}

// TestLateRefusal: the alert is found when the request was already on its way,
// from a server that takes longer than the wait for it.
func TestLateRefusal(t *testing.T) {
	p := newPair(t)
	for _, alpn := range []string{"h2", "http/1.1"} {
		t.Run(alpn, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				config := &tls.Config{Certificates: []tls.Certificate{*p.server}, ClientAuth: tls.RequireAnyClientCert,
					NextProtos: []string{alpn}, SessionTicketsDisabled: true, Time: clock,
					VerifyConnection: func(tls.ConnectionState) error {
						time.Sleep(2 * quietFor)
						return io.ErrNoProgress
					}}
				tls.Server(c, config).Handshake()
			}()
			x := p.try("https://"+l.Addr().String(), tls.VersionTLS13)
			x.ALPN = []string{alpn}
			x.Body = bytes.Repeat([]byte("x"), 1<<20)
			r := Run(t.Context(), x, nil)
			if r.OK() || r.Diagnosis.Code != ClientCertificateRefused || r.Diagnosis.Facts["alert"] != "42" || r.Diagnosis.Step != StepVerifyClient {
				t.Fatalf("%+v", r.Diagnosis)
			}
			checkStates(t, r)
		})
	}
}

// TestReadAfterTimeout: a connection whose read timed out is still of use, in
// crypto/tls; without that, waiting for an alert would cost the connection.
func TestReadAfterTimeout(t *testing.T) {
	p := newPair(t)
	url := serve(t, p, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }, false)
	conn, err := tls.Dial("tcp", strings.TrimPrefix(url, "https://"), &tls.Config{
		RootCAs: pkitest.Pool(p.root.Certificate), Certificates: []tls.Certificate{*p.client}, Time: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := conn.Read(make([]byte, 1)); !isTimeout(err) {
		t.Fatalf("read of a silent server: %v", err)
	}
	conn.SetReadDeadline(time.Time{})
	io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasSuffix(string(answer), "\r\n\r\nok") {
		t.Errorf("answer %q, %v", answer, err)
	}
}

// TestNothingLeft: no goroutine outlives a try or a server.
func TestNothingLeft(t *testing.T) {
	p := newPair(t)
	before := runtime.NumGoroutine()
	s, err := Start(ServerConfig{Mode: ModeMTLS, Certificate: p.server, ClientCAs: p.mtls().ClientCAs, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		for _, alpn := range []string{"h2", "http/1.1"} {
			x := p.try(s.URL()+"/hello", 0)
			x.ALPN = []string{alpn}
			if r := Run(t.Context(), x, nil); !r.OK() {
				t.Fatalf("%+v", r.Diagnosis)
			}
			x.Certificate = nil
			if r := Run(t.Context(), x, nil); r.OK() {
				t.Fatal("let in with no certificate")
			}
			ctx, cancel := context.WithCancel(t.Context())
			Run(ctx, x, func(s Step) { // at a different step each time
				if s.Number == len(alpn)%5 {
					cancel()
				}
			})
			cancel()
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var after int
	for range 100 { // those that ended a moment ago
		if after = runtime.NumGoroutine(); after <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after\n%s", before, after, buf[:runtime.Stack(buf, true)])
}
