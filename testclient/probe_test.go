package testclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// What is wrong with a server's certificate is told each by itself.
func TestLookJudgesEachByItself(t *testing.T) {
	r, other := root(t, "Acme Root"), root(t, "Other Root")
	issuing := authority(t, "Acme Issuing", r, nil)
	expired := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.AddDate(0, 0, -9), now.AddDate(0, 0, -2) }
	early := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.AddDate(0, 0, 2), now.AddDate(0, 0, 9) }
	named := func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"api.example"}, nil }
	tests := map[string]struct {
		cert               *tls.Certificate
		name, dates, trust string
	}{
		"right":             {serverCert(t, r), "", "", ""},
		"another name":      {serverCert(t, r, named), ServerNameMismatch, "", ""},
		"expired":           {serverCert(t, r, expired), "", ServerCertificateExpired, ""},
		"not yet":           {serverCert(t, r, early), "", ServerCertificateNotYetValid, ""},
		"stranger":          {serverCert(t, other), "", "", ServerAuthorityUnknown},
		"all of it":         {serverCert(t, other, named, expired), ServerNameMismatch, ServerCertificateExpired, ServerAuthorityUnknown},
		"no intermediate":   {serverCert(t, issuing), "", "", ServerIntermediateMissing},
		"a client's":        {clientCert(t, r, func(c *x509.Certificate) { c.DNSNames = []string{"localhost"} }), "", "", ServerCertificatePurpose},
		"no names, expired": {serverCert(t, r, expired, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil }), ServerNoSAN, ServerCertificateExpired, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, ServerConfig{Mode: ModeTLS, Certificate: test.cert})
			s := Look(t.Context(), Probe{Address: strings.Replace(server.Addr(), "127.0.0.1", "localhost", 1),
				Roots: pkitest.Pool(r.Certificate), Known: []*x509.Certificate{issuing.Certificate, r.Certificate}, Now: clock})
			if s.Diagnosis != nil || len(s.Chain) != 1 || code(s.Name) != test.name || code(s.Dates) != test.dates || code(s.Trust) != test.trust {
				t.Errorf("name %q, dates %q, trust %q, %+v", code(s.Name), code(s.Dates), code(s.Trust), s.Diagnosis)
			}
			if (s.Trust == nil) != (len(s.Path) > 0) {
				t.Errorf("a path of %d", len(s.Path))
			}
		})
	}
}

func code(d *Diagnosis) string {
	if d == nil {
		return ""
	}
	return d.Code
}

// A server that wants a client certificate shows its chain and whom it accepts
// all the same; with one it lets us in, with a stranger's it does not. OpenSSL
// is the server, under both versions.
func TestLookAtMutualTLS(t *testing.T) {
	f := newForeign(t)
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		address := f.sServer(t, "-Verify", "1", "-verify_return_error", version)
		_, port, _ := net.SplitHostPort(address)
		tests := map[string]struct {
			cert *tls.Certificate
			sent bool
			code string
		}{
			"nobody":     {nil, false, ClientCertificateMissing},
			"alice":      {&f.client, true, ""},
			"a stranger": {&f.stranger, true, ClientAuthorityUnknown},
		}
		for name, test := range tests {
			s := Look(t.Context(), Probe{Address: "localhost:" + port, Roots: pkitest.Pool(f.root.Certificate), Certificate: test.cert})
			if code(s.Diagnosis) != test.code || s.ClientSent != test.sent || !s.ClientAsked || len(s.Chain) == 0 || s.Trust != nil ||
				!slices.Equal(s.AcceptableNames, []string{"Acme Root"}) {
				t.Errorf("%s, %s: %+v, %+v", version, name, s, s.Diagnosis)
			}
		}
	}
}

// The server's whole chain, as nginx sends it; nginx refuses nobody before
// HTTP.
func TestLookAtNginx(t *testing.T) {
	f := newForeign(t)
	_, port, _ := net.SplitHostPort(f.nginx(t))
	s := Look(t.Context(), Probe{Address: "https://localhost:" + port + "/path", Roots: pkitest.Pool(f.root.Certificate)})
	if s.Diagnosis != nil || len(s.Chain) == 0 || s.Host != "localhost" || !s.ClientAsked || s.Name != nil || s.Trust != nil {
		t.Errorf("saw %+v, %+v", s, s.Diagnosis)
	}
}

func TestLookFailures(t *testing.T) {
	plain := start(t, ServerConfig{Mode: ModePlain})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	tests := map[string]struct {
		probe Probe
		code  string
	}{
		"plain HTTP":                   {Probe{Address: plain.Addr()}, ServerSpeaksHTTP},
		"nobody there":                 {Probe{Address: closed.Addr().String()}, Refused},
		"no address":                   {Probe{}, BadURL},
		"http":                         {Probe{Address: "http://localhost"}, BadURL},
		"a bad port":                   {Probe{Address: "localhost:0"}, BadURL},
		"a bad name":                   {Probe{Address: "exa mple"}, BadURL},
		"a protocol that there is not": {Probe{Address: plain.Addr(), StartTLS: "gopher"}, Unknown},
	}
	for name, test := range tests {
		if s := Look(t.Context(), test.probe); code(s.Diagnosis) != test.code || len(s.Chain) != 0 || s.Name != nil || s.Trust != nil {
			t.Errorf("%s: %+v, %+v", name, s, s.Diagnosis)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s := Look(ctx, Probe{Address: plain.Addr()}); code(s.Diagnosis) != Cancelled {
		t.Errorf("cancelled: %+v", s.Diagnosis)
	}
}

// A server that says nothing is given up, and nothing is left open.
func TestLookGivesUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, p := range []Protocol{"", SMTP, Postgres} {
		s := Look(t.Context(), Probe{Address: l.Addr().String(), StartTLS: p, Timeout: 50 * time.Millisecond})
		if code(s.Diagnosis) != Timeout || s.Diagnosis.Facts["after"] != "50ms" {
			t.Errorf("%q: %+v", p, s.Diagnosis)
		}
	}
}

// A server that speaks nothing of HTTP is looked at without its protocols.
func TestLookWithoutHTTP(t *testing.T) {
	p := newPair(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{*p.server}, NextProtos: []string{"xmpp-client"}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.(*tls.Conn).HandshakeContext(context.Background())
			conn.Close()
		}
	}()
	defer func() { l.Close(); <-done }()
	s := Look(t.Context(), Probe{Address: l.Addr().String(), Roots: pkitest.Pool(p.root.Certificate), Now: clock})
	if s.Diagnosis != nil || len(s.Chain) != 1 || s.ALPN != "" || pki.Fingerprint(s.Chain[0]) != pki.Fingerprint(p.server.Leaf) {
		t.Errorf("saw %+v, %+v", s, s.Diagnosis)
	}
}
