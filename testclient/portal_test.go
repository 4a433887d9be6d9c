package testclient

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"testing"

	"countersign/pki/pkitest"
)

const (
	portalHTML     = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n<html>Please log in</html>"
	portalRedirect = "HTTP/1.1 302 Found\r\nLocation: http://login.wifi.example/start\r\nContent-Length: 0\r\n\r\n"
	portal511      = "HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n"
	ownRedirect    = "HTTP/1.1 301 Moved Permanently\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
)

// TestCaptivePortal: what answers in the place of the server is told from it.
func TestCaptivePortal(t *testing.T) {
	html, moved, required, own := raw(t, answer(portalHTML)), raw(t, answer(portalRedirect)), raw(t, answer(portal511)), raw(t, answer(ownRedirect))
	slowly := raw(t, func(c net.Conn) {
		c.Read(make([]byte, 4096))
		for _, b := range []byte(portalRedirect) {
			c.Write([]byte{b})
		}
	})
	behind := raw(t, func(c net.Conn) { // a proxy that says yes, and sends a page
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			io.WriteString(c, portalHTML)
		}
	})
	bare := raw(t, answer("<!DOCTYPE HTML>\n<html>Bad request version</html>")) // as Python's http.server
	via := func(there string) string { return tunnel(t, there, "") }
	json := http.Header{"Accept": {"application/json"}}
	for _, c := range []struct {
		name     string
		try      Try
		code     string
		side     Side
		step     int
		location string
	}{
		{"a page where TLS was asked for", Try{URL: "https://" + html}, ServerSpeaksHTTP, ClientSide, 2, ""},
		{"a redirect on this computer", Try{URL: "https://" + moved}, ServerSpeaksHTTP, ClientSide, 2, ""},
		{"511 on this computer", Try{URL: "https://" + required}, ServerSpeaksHTTP, ClientSide, 2, ""},
		{"a page without a head", Try{URL: "https://" + bare}, ServerSpeaksHTTP, ClientSide, 2, ""},
		{"a page for JSON on this computer", Try{URL: "http://" + html, Header: json}, HTMLAnswer, ServerSide, 6, ""},
		{"a redirect where TLS was asked for", Try{URL: "https://acme.test", Proxy: via(moved)}, CaptivePortal, NetworkSide, 2, "http://login.wifi.example/start"},
		{"byte by byte", Try{URL: "https://acme.test", Proxy: via(slowly)}, CaptivePortal, NetworkSide, 2, "http://login.wifi.example/start"},
		{"511 where TLS was asked for", Try{URL: "https://acme.test", Proxy: via(required)}, CaptivePortal, NetworkSide, 2, ""},
		{"a redirect to the same host is the server's", Try{URL: "https://" + own}, ServerSpeaksHTTP, ClientSide, 2, ""},
		{"511", Try{URL: "http://acme.test", Proxy: via(required)}, CaptivePortal, NetworkSide, 6, ""},
		{"a page for JSON", Try{URL: "http://acme.test", Proxy: via(html), Header: json}, CaptivePortal, NetworkSide, 6, ""},
		{"a redirect for JSON", Try{URL: "http://acme.test", Proxy: via(moved), Header: json}, CaptivePortal, NetworkSide, 6, "http://login.wifi.example/start"},
		{"a page for anything", Try{URL: "http://" + html}, "", "", 0, ""},
		{"a redirect for anything", Try{URL: "http://" + moved}, "", "", 0, ""},
		{"the proxy's redirect", Try{URL: "https://acme.test", Proxy: "http://" + moved}, ProxyPage, NetworkSide, 1, "http://login.wifi.example/start"},
		{"the proxy's 511", Try{URL: "https://acme.test", Proxy: "http://" + required}, ProxyPage, NetworkSide, 1, ""},
		{"a page behind the proxy's yes", Try{URL: "https://acme.test", Proxy: "http://" + behind}, CaptivePortal, NetworkSide, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range runsEach(t) {
				r := Run(t.Context(), c.try, nil)
				var got answered
				location := ""
				if d := r.Diagnosis; d != nil {
					got, location = answered{d.Code, 0, d.Side, d.Step}, d.Facts["location"]
				}
				if want := (answered{c.code, 0, c.side, c.step}); got != want || location != c.location {
					t.Fatalf("got %+v %q, want %+v %q", got, location, want, c.location)
				}
				if c.step == StepServerCertificate && r.Status != 0 {
					t.Errorf("status %d of no server", r.Status)
				}
				checkStates(t, r)
			}
		})
	}
}

// TestPortalCertificate: a certificate for another name, of nobody who is
// trusted, may be that of one who answers in the server's place; over TLS a page
// for JSON is the server's own.
func TestPortalCertificate(t *testing.T) {
	p := newPair(t)
	login := serverCert(t, root(t, "Wi-Fi Root"))
	url := custom(t, p, func(c *tls.Config) { c.Certificates, c.ClientAuth = []tls.Certificate{*login}, tls.NoClientCert }, nil)
	for name, stranger := range map[string]string{"api.acme.test": "yes", "printer.local": "", "10.1.2.3": ""} {
		x := p.try("https://"+name, 0)
		x.Address = url
		d := Run(t.Context(), x, nil).Diagnosis
		if d == nil || d.Code != ServerNameMismatch || d.Facts["stranger"] != stranger {
			t.Errorf("%s: %+v", name, d)
		}
	}
	x := p.try("https://api.acme.test", 0)
	x.Address, x.Roots = url, pkitest.Pool(root(t, "Other").Certificate, login.Leaf)
	if d := Run(t.Context(), x, nil).Diagnosis; d == nil || d.Code != ServerNameMismatch || d.Facts["stranger"] != "" {
		t.Errorf("trusted: %+v", d)
	}
	page := custom(t, p, nil, says(portalHTML))
	x = p.try("https://"+page, 0)
	x.Header, x.ALPN = http.Header{"Accept": {"application/json"}}, []string{"http/1.1"}
	r := Run(t.Context(), x, nil)
	if d := r.Diagnosis; d == nil || d.Code != HTMLAnswer || d.Side != ServerSide || d.Step != StepAccess || len(r.Body) != 26 {
		t.Errorf("%+v, body %q", r.Diagnosis, r.Body)
	}
}
