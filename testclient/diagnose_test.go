package testclient

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"testing"
)

// repeats is how often each diagnosis is provoked: the answer must never depend
// on which of two errors was seen first.
const repeats = 50

// versions are those that each failure is provoked under.
var versions = []uint16{tls.VersionTLS12, tls.VersionTLS13}

// provocation is one way to fail.
type provocation struct {
	name   string
	server func(t *testing.T, p pair) ServerConfig // nil: mTLS as the pair has it
	try    func(t *testing.T, p pair, x *Try)      // changes the good try

	code       string
	row        int
	side       Side
	step       int
	facts      map[string]string // some of those expected
	serverCode string            // RefusalCode in the server's log
	alert      map[uint16]string // alert by version; "" none
	only       uint16            // version; 0: both
}

// mtls is the good server of a pair.
func (p pair) mtls() ServerConfig {
	return ServerConfig{Mode: ModeMTLS, Certificate: p.server, ClientCAs: []*x509.Certificate{p.root.Certificate}}
}

func bothAlerts(n string) map[uint16]string {
	return map[uint16]string{tls.VersionTLS12: n, tls.VersionTLS13: n}
}

// useClient makes a try with another client certificate.
func useClient(edit func(*x509.Certificate)) func(*testing.T, pair, *Try) {
	return func(t *testing.T, p pair, x *Try) { x.Certificate = clientCert(t, p.root, edit) }
}

// useServer makes a server with another certificate.
func useServer(edit func(*x509.Certificate)) func(*testing.T, pair) ServerConfig {
	return func(t *testing.T, p pair) ServerConfig {
		c := p.mtls()
		c.Certificate = serverCert(t, p.root, edit)
		return c
	}
}

func TestDiagnoses(t *testing.T) {
	for _, set := range [][]provocation{
		clientProvocations(), clientDateProvocations(), clientChainProvocations(),
		serverTrustProvocations(), serverProvocations(), serverNameProvocations(), helloProvocations(),
	} {
		for _, c := range set {
			for _, v := range versions {
				if c.only != 0 && c.only != v {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s", c.name, versionName(v)), func(t *testing.T) { c.run(t, v) })
			}
		}
	}
}

func (c provocation) run(t *testing.T, v uint16) {
	p := newPair(t)
	config := p.mtls()
	if c.server != nil {
		config = c.server(t, p)
	}
	log := make(chan Connection, repeats)
	config.Log = func(c Connection) { log <- c }
	s := start(t, config)
	x := p.try(fmt.Sprintf("https://localhost:%d/hello", s.Port()), v)
	if c.try != nil {
		c.try(t, p, &x)
	}
	for range repeats {
		r := Run(t.Context(), x, nil)
		c.check(t, v, r)
		if t.Failed() {
			return
		}
	}
	for range repeats {
		if seen := <-log; seen.RefusalCode != c.serverCode {
			t.Fatalf("server's view: %q (%s), want %q", seen.RefusalCode, seen.Refusal, c.serverCode)
		}
	}
}

func (c provocation) check(t *testing.T, v uint16, r Result) {
	t.Helper()
	d := r.Diagnosis
	if d == nil {
		t.Fatalf("succeeded: HTTP %d", r.Status)
	}
	if d.Code != c.code || d.Row != c.row || d.Side != c.side || d.Step != c.step {
		t.Fatalf("got %s row %d side %s step %d, want %s %d %s %d; raw: %s",
			d.Code, d.Row, d.Side, d.Step, c.code, c.row, c.side, c.step, d.Raw)
	}
	if got := d.Facts["alert"]; got != c.alert[v] {
		t.Errorf("alert %q, want %q; raw: %s", got, c.alert[v], d.Raw)
	}
	for k, want := range c.facts {
		if got := d.Facts[k]; got != want {
			t.Errorf("fact %s = %q, want %q", k, got, want)
		}
	}
	if d.Raw == "" || d.Facts["host"] != "localhost" && d.Facts["host"] != "127.0.0.1" || d.Facts["address"] == "" {
		t.Errorf("raw %q, facts %q", d.Raw, d.Facts)
	}
	checkStates(t, r)
}

// checkStates: all before the failed step done or not asked for, none after.
func checkStates(t *testing.T, r Result) {
	t.Helper()
	for _, s := range r.Steps {
		want := map[State]bool{Done: true, NotAsked: true}
		if d := r.Diagnosis; d != nil && s.Number == d.Step {
			want = map[State]bool{Failed: true}
		} else if d != nil && s.Number > d.Step {
			want = map[State]bool{NotReached: true}
		}
		if !want[s.State] {
			t.Errorf("step %d %s is %q", s.Number, s.Name, s.State)
		}
	}
}
