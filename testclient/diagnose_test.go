package testclient

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"testing"
	"time"
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
	return ServerConfig{Mode: ModeMTLS, Certificate: p.server, ClientCAs: []*x509.Certificate{p.root.cert}}
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
	for _, set := range [][]provocation{clientProvocations(), clientChainProvocations(), serverProvocations(), helloProvocations()} {
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

// clientProvocations are rows 1, 2, 7, 8 and 10.
func clientProvocations() []provocation {
	const side, step = ClientSide, StepVerifyClient
	return []provocation{{
		name: "row 1 no certificate",
		try:  func(_ *testing.T, _ pair, x *Try) { x.Certificate = nil },
		code: ClientCertificateMissing, row: 1, side: side, step: step, serverCode: ClientCertificateMissing,
		alert: map[uint16]string{tls.VersionTLS12: "40", tls.VersionTLS13: "116"},
		facts: map[string]string{"accepted": "Acme Root", "accepted-count": "1"},
	}, {
		name: "row 2 another authority's, not accepted by name",
		try: func(t *testing.T, _ pair, x *Try) {
			x.Certificate = clientCert(t, root(t, "Other Root"))
		},
		code: ClientAuthorityUnknown, row: 2, side: side, step: step, serverCode: ClientAuthorityUnknown, alert: bothAlerts("48"),
		facts: map[string]string{"acceptable": "no", "accepted": "Acme Root", "subject": "alice", "issuer": "Other Root", "chain-length": "1"},
	}, {
		name: "row 2 a server that accepts nobody's",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.ClientCAs = nil
			return c
		},
		code: ClientAuthorityUnknown, row: 2, side: ServerSide, step: step, serverCode: ClientAuthorityUnknown, alert: bothAlerts("48"),
		facts: map[string]string{"acceptable": "any", "accepted-count": "0", "issuer": "Acme Root"},
	}, {
		name: "row 2 optional, wrong authority",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Mode = ModeOptional
			return c
		},
		try:  func(t *testing.T, _ pair, x *Try) { x.Certificate = clientCert(t, root(t, "Other Root")) },
		code: ClientAuthorityUnknown, row: 2, side: side, step: step, serverCode: ClientAuthorityUnknown, alert: bothAlerts("48"),
	}, {
		name: "row 7 expired",
		try: useClient(func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = now.AddDate(0, 0, -100), now.AddDate(0, 0, -10)
		}),
		code: ClientCertificateExpired, row: 7, side: side, step: step, serverCode: ClientCertificateExpired, alert: bothAlerts("45"),
		facts: map[string]string{"days": "10", "not-after": "2026-02-19T12:00:00Z", "now": "2026-03-01T12:00:00Z", "subject": "alice"},
	}, {
		name: "row 7 not yet valid",
		try:  useClient(func(c *x509.Certificate) { c.NotBefore = now.AddDate(0, 0, 5) }),
		code: ClientCertificateNotYetValid, row: 7, side: side, step: step, serverCode: ClientCertificateNotYetValid, alert: bothAlerts("45"),
		facts: map[string]string{"days": "5", "not-before": "2026-03-06T12:00:00Z"},
	}, {
		name: "row 7 the server's clock is wrong",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Now = func() time.Time { return now.AddDate(1, 0, 0) }
			return c
		},
		code: ClientCertificateExpired, row: 7, side: ServerSide, step: step, serverCode: ClientCertificateExpired, alert: bothAlerts("45"),
		facts: map[string]string{"clock": "differs", "days": ""},
	}, {
		name: "row 8 a server certificate",
		try: useClient(func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}),
		code: ClientCertificatePurpose, row: 8, side: side, step: step, serverCode: ClientCertificatePurpose, alert: bothAlerts("42"),
		facts: map[string]string{"purposes": "serverAuth", "subject": "alice"},
	}, {
		name: "row 10 another key",
		try: func(t *testing.T, p pair, x *Try) {
			x.Certificate = &tls.Certificate{Certificate: p.client.Certificate, PrivateKey: newKey(t)}
		},
		code: ClientKeyMismatch, row: 10, side: side, step: step, serverCode: ClientKeyMismatch, alert: bothAlerts("51"),
	}}
}

// clientChainProvocations are rows 3, 4, 5, 6 and 9.
func clientChainProvocations() []provocation {
	const side, step = ClientSide, StepVerifyClient
	return []provocation{{
		name: "row 3 authority made anew",
		try:  func(t *testing.T, _ pair, x *Try) { x.Certificate = clientCert(t, root(t, "Acme Root")) },
		code: ClientAuthorityRemade, row: 3, side: side, step: step, serverCode: ClientAuthorityRemade, alert: bothAlerts("48"),
		facts: map[string]string{"acceptable": "yes", "issuer": "Acme Root"},
	}, {
		name: "row 4 intermediate not sent",
		try: func(t *testing.T, p pair, x *Try) {
			issuing := authority(t, "Acme Issuing", p.root, nil)
			x.Certificate = clientCert(t, issuing)
			x.Known = []*x509.Certificate{p.root.cert, issuing.cert}
		},
		code: ClientIntermediateMissing, row: 4, side: side, step: step, serverCode: ClientAuthorityUnknown, alert: bothAlerts("48"),
		facts: map[string]string{"missing": "Acme Issuing", "acceptable": "no"},
	}, {
		name: "row 5 issuer is no authority",
		try: func(t *testing.T, p pair, x *Try) {
			x.Certificate = clientCert(t, ca{p.client.Leaf, p.client.PrivateKey.(crypto.Signer)})
			x.Certificate.Certificate = append(x.Certificate.Certificate, p.client.Certificate[0])
		},
		code: ClientIssuerNotAuthority, row: 5, side: side, step: step, serverCode: ClientIssuerNotAuthority, alert: bothAlerts("48"),
	}, {
		name: "row 6 SHA-1",
		try: func(t *testing.T, p pair, x *Try) {
			x.Certificate = &tls.Certificate{Certificate: [][]byte{sha1Certificate(t, p)}, PrivateKey: p.client.PrivateKey}
		},
		code: ClientSignatureWeak, row: 6, side: side, step: step, serverCode: ClientSignatureWeak, alert: bothAlerts("48"),
		facts: map[string]string{"algorithm": "ECDSA-SHA1"},
	}, {
		name: "row 9 path length",
		try: func(t *testing.T, p pair, x *Try) {
			one := authority(t, "Acme One", p.root, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
			two := authority(t, "Acme Two", one, nil)
			x.Certificate = clientCert(t, two)
			x.Certificate.Certificate = append(x.Certificate.Certificate, two.cert.Raw, one.cert.Raw)
		},
		code: ClientCertificateRefused, row: 0, side: side, step: step, serverCode: ClientPathLength, alert: bothAlerts("42"),
	}}
}

// sha1Certificate is the pair's client certificate as SHA-1 would sign it. Go
// signs nothing so any more.
func sha1Certificate(t *testing.T, p pair) []byte {
	t.Helper()
	return resign(t, p.client.Leaf, p.root.key.(*ecdsa.PrivateKey))
}

// serverProvocations are rows 11 to 17.
func serverProvocations() []provocation {
	const side, step, seen = ServerSide, StepVerifyServer, ServerCertificateRefused
	return []provocation{{
		name: "row 11 not trusted",
		try: func(t *testing.T, _ pair, x *Try) {
			x.Roots, x.TrustNames = pool(root(t, "Other Root").cert), []string{"Other Root"}
		},
		code: ServerAuthorityUnknown, row: 11, side: ClientSide, step: step, serverCode: seen,
		facts: map[string]string{"issuer": "Acme Root", "self-signed": "no", "trusted": "Other Root", "same-name": "no", "chain-length": "1"},
	}, {
		name: "row 11 authority of the same name",
		try:  func(t *testing.T, _ pair, x *Try) { x.Roots = pool(root(t, "Acme Root").cert) },
		code: ServerAuthorityUnknown, row: 11, side: ClientSide, step: step, serverCode: seen,
		facts: map[string]string{"same-name": "yes"},
	}, {
		name: "row 11 self-signed",
		server: func(t *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Certificate = serverCert(t, ca{})
			return c
		},
		code: ServerAuthorityUnknown, row: 11, side: ClientSide, step: step, serverCode: seen,
		facts: map[string]string{"self-signed": "yes", "issuer": "localhost"},
	}, {
		name: "row 11 intermediate not sent",
		server: func(t *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Certificate = serverCert(t, authority(t, "Acme Issuing", p.root, nil))
			return c
		},
		code: ServerAuthorityUnknown, row: 11, side: ClientSide, step: step, serverCode: seen,
		facts: map[string]string{"self-signed": "no", "issuer": "Acme Issuing"},
	}, {
		name: "row 12 expired",
		server: useServer(func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = now.AddDate(0, 0, -100), now.AddDate(0, 0, -10)
		}),
		code: ServerCertificateExpired, row: 12, side: side, step: step, serverCode: seen,
		facts: map[string]string{"days": "10", "subject": "localhost"},
	}, {
		name:   "row 12 not yet valid",
		server: useServer(func(c *x509.Certificate) { c.NotBefore = now.AddDate(0, 0, 5) }),
		code:   ServerCertificateNotYetValid, row: 12, side: side, step: step, serverCode: seen,
		facts: map[string]string{"days": "5"},
	}, {
		name:   "row 13 no SAN",
		server: useServer(func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil }),
		code:   ServerNoSAN, row: 13, side: side, step: step, serverCode: seen,
		facts: map[string]string{"name": "localhost", "subject": "localhost"},
	}, {
		name:   "row 14 another name",
		server: useServer(func(c *x509.Certificate) { c.DNSNames = []string{"api.acme.test", "*.acme.test"} }),
		code:   ServerNameMismatch, row: 14, side: side, step: step, serverCode: seen,
		facts: map[string]string{"name": "localhost", "names": "api.acme.test\n*.acme.test\n127.0.0.1\n::1"},
	}, {
		name:   "row 14 another address",
		server: useServer(func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(10, 1, 2, 3)} }),
		try:    toAddress,
		code:   ServerNameMismatch, row: 14, side: side, step: step, serverCode: seen,
		facts: map[string]string{"name": "127.0.0.1", "names": "localhost\n10.1.2.3"},
	}, {
		name:   "row 15 no IP SAN",
		server: useServer(func(c *x509.Certificate) { c.IPAddresses = nil }),
		try:    toAddress,
		code:   ServerNoIPSAN, row: 15, side: side, step: step, serverCode: seen,
		facts: map[string]string{"name": "127.0.0.1", "names": "localhost"},
	}, {
		name: "row 16 a client certificate",
		server: useServer(func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}),
		code: ServerCertificatePurpose, row: 16, side: side, step: step, serverCode: seen,
		facts: map[string]string{"purposes": "clientAuth"},
	}, {
		name: "row 17 name constraints",
		server: func(t *testing.T, p pair) ServerConfig {
			issuing := authority(t, "Acme Issuing", p.root, func(c *x509.Certificate) {
				c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"acme.test"}, true
			})
			c := p.mtls()
			c.Certificate = serverCert(t, issuing)
			c.Certificate.Certificate = append(c.Certificate.Certificate, issuing.cert.Raw)
			return c
		},
		code: ServerNameConstraints, row: 17, side: side, step: step, serverCode: seen,
	}}
}

// toAddress calls the server by its IP address.
func toAddress(_ *testing.T, _ pair, x *Try) {
	target, err := parseTarget(x.URL)
	if err != nil {
		panic(err) // the test's own URL
	}
	x.URL = "https://127.0.0.1:" + target.port + "/hello"
}

// helloProvocations are rows 18, 20 and 21, and the server's own key.
func helloProvocations() []provocation {
	const step = StepServerCertificate
	return []provocation{{
		name:   "row 18 plain HTTP at the port",
		server: func(*testing.T, pair) ServerConfig { return ServerConfig{Mode: ModePlain} },
		code:   ServerSpeaksHTTP, row: 18, side: ClientSide, step: step, serverCode: ServerSpeaksHTTP,
	}, {
		name: "row 20 only TLS 1.3 there",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.MinVersion = tls.VersionTLS13
			return c
		},
		only: tls.VersionTLS12,
		code: NoCommonVersion, row: 20, side: ClientSide, step: step, serverCode: NoCommonVersion, alert: bothAlerts("70"),
		facts: map[string]string{"offered": "TLS 1.2"},
	}, {
		name: "row 20 only TLS 1.2 there",
		server: func(_ *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.MaxVersion = tls.VersionTLS12
			return c
		},
		only: tls.VersionTLS13,
		code: NoCommonVersion, row: 20, side: ClientSide, step: step, serverCode: NoCommonVersion, alert: bothAlerts("70"),
		facts: map[string]string{"offered": "TLS 1.3"},
	}, {
		name: "row 21 another protocol",
		try:  func(_ *testing.T, _ pair, x *Try) { x.ALPN = []string{"spdy/3"} },
		code: NoCommonProtocol, row: 21, side: ClientSide, step: step, serverCode: NoCommonProtocol, alert: bothAlerts("120"),
		facts: map[string]string{"offered": "spdy/3"},
	}, {
		name: "row 10 the server's key",
		server: func(t *testing.T, p pair) ServerConfig {
			c := p.mtls()
			c.Certificate = &tls.Certificate{Certificate: p.server.Certificate, PrivateKey: newKey(t)}
			return c
		},
		code: ServerKeyMismatch, row: 10, side: ServerSide, step: step, serverCode: ServerCertificateRefused,
	}}
}
