package testclient

import (
	"crypto/tls"
	"testing"
)

// TestGreetings: a server of another protocol is known by how it begins.
func TestGreetings(t *testing.T) {
	p := newPair(t)
	for said, protocol := range map[string]string{
		"SSH-2.0-OpenSSH_9.6":       "ssh",
		"220 mx.acme.test ESMTP":    "smtp",
		"220 (vsFTPd 3.0.5)":        "ftp",
		"+OK ready":                 "pop3",
		"* OK [CAPABILITY] ready":   "imap",
		"hello, whoever you may be": "",
	} {
		over := custom(t, p, func(c *tls.Config) { c.ClientAuth = tls.NoClientCert }, says(said+"\r\n"))
		at := raw(t, answer(said+"\r\n"))
		for url, want := range map[string]string{"https://" + at: NotTLS, "http://" + at: NotHTTP, "https://" + over: NotHTTP} {
			x := p.try(url, 0)
			x.ALPN = []string{"http/1.1"}
			d := Run(t.Context(), x, nil).Diagnosis
			if d == nil || d.Code != want || d.Facts["said"] != said || d.Facts["protocol"] != protocol {
				t.Errorf("%s, %s: %+v", said, url, d)
			}
		}
	}
	d := Run(t.Context(), Try{URL: "https://" + raw(t, answer("\x00\x01\x02\x03\x04\x05"))}, nil).Diagnosis
	if d == nil || d.Code != NotTLS || d.Facts["said"] != "" || d.Facts["bytes"] != "0001020304" {
		t.Errorf("no text: %+v", d)
	}
}
