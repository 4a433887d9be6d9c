package testclient

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestBegun: an answer that began and did not end is told from none.
func TestBegun(t *testing.T) {
	p := newPair(t)
	hold := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			answer(text)(c)
			io.Copy(io.Discard, c)
		}
	}
	secure := func(text string) string {
		return "https://" + custom(t, p, func(c *tls.Config) { c.ClientAuth = tls.NoClientCert }, func(c *tls.Conn) {
			says(text)(c)
			io.Copy(io.Discard, c)
		})
	}
	endless := "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Again: and again\r\n", maxHeader/16)
	for _, c := range []struct {
		name, url, code string
		step            int
		bytes           string
	}{
		{"nothing", "https://" + raw(t, silent), Timeout, 2, ""},
		{"five bytes of a hello", "https://" + raw(t, hold("\x16\x03\x03\x00\x7a")), Timeout, 2, "5"},
		{"half a head", "http://" + raw(t, hold("HTTP/1.1 200 OK\r\n")), Timeout, 6, "17"},
		{"half a head over TLS", secure("HTTP/1.1 200 OK\r\n"), Timeout, 6, "17"},
		{"no head over TLS", secure(""), Timeout, 6, ""},
		{"half a body", "http://" + raw(t, hold("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")), Timeout, 7, "3"},
		{"half a body over TLS", secure("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), Timeout, 7, "3"},
		{"a head that breaks off", "http://" + raw(t, answer("HTTP/1.1 200 OK\r\n")), Reset, 6, "17"},
		{"an endless head", "http://" + raw(t, hold(endless)), HeadersTooLarge, 6, ""},
		{"an endless head over TLS", secure(endless), HeadersTooLarge, 6, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := p.try(c.url, 0)
			x.ALPN, x.Timeout = []string{"http/1.1"}, 600*time.Millisecond
			if c.code == HeadersTooLarge {
				x.Timeout = 10 * time.Second
			}
			d := Run(t.Context(), x, nil).Diagnosis
			if d == nil || d.Code != c.code || d.Step != c.step || d.Facts["bytes-in"] != c.bytes {
				t.Errorf("%+v", d)
			}
		})
	}
}

// TestAbsentCertificate: an answer of HTTP that refuses one who sent none.
func TestAbsentCertificate(t *testing.T) {
	p := newPair(t)
	config := func(c *tls.Config) { c.ClientAuth = tls.RequestClientCert }
	for status, want := range map[string]string{"401 Unauthorized": ClientCertificateAbsent, "403 Forbidden": ClientCertificateAbsent, "404 Not Found": HTTPStatus} {
		x := p.try("https://"+custom(t, p, config, says("HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n")), 0)
		x.ALPN = []string{"http/1.1"}
		if d := Run(t.Context(), x, nil).Diagnosis; d == nil || d.Code != HTTPStatus {
			t.Errorf("%s, presented: %+v", status, d)
		}
		x.Certificate = nil
		if d := Run(t.Context(), x, nil).Diagnosis; d == nil || d.Code != want || d.Step != StepAccess || d.Facts["status"] != status[:3] {
			t.Errorf("%s: %+v", status, d)
		}
	}
}

// TestOldServer: one that takes neither TLS 1.2 nor 1.3 is at fault itself.
func TestOldServer(t *testing.T) {
	p := newPair(t)
	url := "https://" + custom(t, p, func(c *tls.Config) {
		c.MinVersion, c.MaxVersion, c.ClientAuth = tls.VersionTLS10, tls.VersionTLS11, tls.NoClientCert
	},
		says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	x := p.try(url, 0)
	x.ALPN = []string{"http/1.1"}
	if d := Run(t.Context(), x, nil).Diagnosis; d == nil || d.Code != NoCommonVersion || d.Side != ServerSide || d.Facts["why"] != "old" {
		t.Errorf("%+v", d)
	}
	x.MinVersion = tls.VersionTLS13
	if d := Run(t.Context(), x, nil).Diagnosis; d == nil || d.Code != NoCommonVersion || d.Side != ClientSide || d.Facts["why"] != "" {
		t.Errorf("%+v", d)
	}
	x.MinVersion = tls.VersionTLS10
	if r := Run(t.Context(), x, nil); !r.OK() {
		t.Errorf("%+v", r.Diagnosis)
	}
}
