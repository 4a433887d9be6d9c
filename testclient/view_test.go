package testclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"countersign/pki"
)

func (v Viewed) String() string { return v.Code }

func codes(view [7]Viewed) string {
	var words []string
	for _, v := range view {
		words = append(words, v.Code)
	}
	return strings.Join(words, " ")
}

// TestView: a refusal is told by both sides, each in its own words, under both
// versions of TLS; the server's record is found by our address.
func TestView(t *testing.T) {
	p := newPair(t)
	revoked := clientCert(t, p.root)
	stranger := clientCert(t, root(t, "Other Root"))
	expired := clientCert(t, p.root, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.AddDate(0, 0, -9), now.AddDate(0, 0, -2) })
	r := &register{authority: p.root}
	r.revoke(revoked, pki.KeyCompromise)
	for _, c := range []struct {
		name   string
		edit   func(*Try, *ServerConfig)
		view   string
		client string // the diagnosis
		code   string // of the refusal
		reason string // part of what the server says
	}{
		{"let in", nil, "accepted presented taken shown verified answered exchanged", "", "", ""},
		{"no certificate", func(x *Try, _ *ServerConfig) { x.Certificate = nil },
			"accepted presented taken none refused not-reached not-reached", ClientCertificateMissing, ClientCertificateMissing, "didn't provide a certificate"},
		{"wrong authority", func(x *Try, _ *ServerConfig) { x.Certificate = stranger },
			"accepted presented taken shown refused not-reached not-reached", ClientAuthorityUnknown, ClientAuthorityUnknown, "signed by unknown authority"},
		{"expired", func(x *Try, _ *ServerConfig) { x.Certificate = expired },
			"accepted presented taken shown refused not-reached not-reached", ClientCertificateExpired, ClientCertificateExpired, "has expired or is not yet valid"},
		{"revoked", func(x *Try, s *ServerConfig) { x.Certificate, x.Revoked, s.CheckRevocation = revoked, true, true },
			"accepted presented taken shown refused not-reached not-reached", ClientCertificateRevoked, ClientCertificateRevoked, "is revoked since"},
		{"untrusted server", func(x *Try, _ *ServerConfig) { x.Roots = x509.NewCertPool() },
			"accepted presented declined not-reached not-reached not-reached not-reached", ServerAuthorityUnknown, ServerCertificateRefused, "bad certificate"},
		{"without, where it may", func(x *Try, s *ServerConfig) { x.Certificate, s.Mode = nil, ModeOptional },
			"accepted presented taken none without answered exchanged", "", "", ""},
		{"not asked", func(_ *Try, s *ServerConfig) { s.Mode = ModeTLS },
			"accepted presented taken not-asked not-asked answered exchanged", "", "", ""},
		{"plain", func(_ *Try, s *ServerConfig) { s.Mode = ModePlain },
			"accepted plain plain plain plain answered unencrypted", "", "", ""},
		{"TLS to plain", func(x *Try, s *ServerConfig) { s.Mode, x.URL = ModePlain, "https" },
			"accepted no-tls not-reached not-reached not-reached not-reached not-reached", ServerSpeaksHTTP, ServerSpeaksHTTP, "plain HTTP"},
		{"plain to TLS", func(x *Try, _ *ServerConfig) { x.URL = "http" },
			"accepted no-tls not-reached not-reached not-reached not-reached not-reached", ClientSpokeHTTP, ClientSpokeHTTP, "first record"},
		{"old", func(_ *Try, s *ServerConfig) { s.MaxVersion = tls.VersionTLS11; s.MinVersion = tls.VersionTLS10 },
			"accepted no-tls not-reached not-reached not-reached not-reached not-reached", NoCommonVersion, NoCommonVersion, "unsupported versions"},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			config, x := p.mtls(), p.try("", version)
			config.Register = r
			if c.edit != nil {
				c.edit(&x, &config)
			}
			s := start(t, config)
			url := s.URL()
			if x.URL != "" {
				_, rest, _ := strings.Cut(url, "://")
				url = x.URL + "://" + rest
			}
			x.URL = url + "/hello"
			result := Run(t.Context(), x, nil)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			got, found := s.Met(ctx, result.Local, result.StartedAt)
			cancel()
			client := ""
			if result.Diagnosis != nil {
				client = result.Diagnosis.Code
			}
			if !found || codes(got.View()) != c.view || client != c.client || got.RefusalCode != c.code || !strings.Contains(got.Refusal, c.reason) {
				t.Errorf("%s, %s: client %q; server %t %s: %s %s", c.name, versionName(version), client, found, codes(got.View()), got.RefusalCode, got.Refusal)
			}
		}
	}
}

// TestViewOfTheSilent: one that goes away without a word has no reason but that.
func TestViewOfTheSilent(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	conn, err := tls.Dial("tcp", s.Addr(), &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{*p.client}, Time: clock})
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	got, found := s.Met(t.Context(), conn.LocalAddr().String(), now)
	if !found || codes(got.View()) != "accepted presented taken shown verified silent not-reached" {
		t.Errorf("%t %s", found, codes(got.View()))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, found := s.Met(ctx, "192.0.2.1:1", now); found {
		t.Error("the server met somebody who never came")
	}
}
