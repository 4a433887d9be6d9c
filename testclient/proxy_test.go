package testclient

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// tunnel is an HTTP proxy that knows CONNECT only, and one user when user is
// not "". It hands on to there whatever is asked for.
func tunnel(t *testing.T, there, user string) string {
	return raw(t, func(c net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			return
		}
		want := "Basic " + base64.StdEncoding.EncodeToString([]byte(user))
		switch {
		case req.Method != "CONNECT":
			io.WriteString(c, "HTTP/1.1 405 Method Not Allowed\r\n\r\n")
		case user != "" && req.Header.Get("Proxy-Authorization") != want:
			io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")
		case strings.HasPrefix(req.Host, "forbidden."):
			io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
		default:
			io.WriteString(c, "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
			relay(c, there)
		}
	})
}

func relay(c net.Conn, there string) {
	s, err := net.Dial("tcp", there)
	if err != nil {
		return
	}
	defer s.Close()
	go func() {
		io.Copy(s, c)
		s.Close()
	}()
	io.Copy(c, s)
}

// socks is a SOCKS5 proxy (RFC 1928, RFC 1929) that resolves every name to
// there, and refuses those that are forbidden.
func socks(t *testing.T, there, user string) string {
	return raw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		read := func(n int) []byte {
			b := make([]byte, n)
			io.ReadFull(r, b)
			return b
		}
		methods := read(int(read(2)[1]))
		if user == "" {
			c.Write([]byte{5, 0})
		} else {
			if !strings.Contains(string(methods), "\x02") {
				c.Write([]byte{5, 0xff})
				return
			}
			c.Write([]byte{5, 2})
			name := read(int(read(2)[1]))
			password := read(int(read(1)[0]))
			if string(name)+":"+string(password) != user {
				c.Write([]byte{1, 1})
				return
			}
			c.Write([]byte{1, 0})
		}
		head := read(4)
		host := ""
		switch head[3] {
		case 3:
			host = string(read(int(read(1)[0])))
		case 1:
			host = net.IP(read(4)).String()
		}
		read(2)
		if strings.HasPrefix(host, "forbidden.") {
			c.Write([]byte{5, 2, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		if strings.HasPrefix(host, "closed.") {
			c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		relay(c, there)
	})
}

// overTLS is a proxy behind TLS with a certificate.
func overTLS(t *testing.T, cert *tls.Certificate, proxy string) string {
	return raw(t, func(c net.Conn) {
		conn := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*cert}, Time: clock})
		if conn.Handshake() == nil {
			relay(conn, proxy)
		}
	})
}

// TestProxyOverTLS: the proxy is verified before it hears a word.
func TestProxyOverTLS(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	there := s.Addr()
	inner := tunnel(t, there, "u:SECRET")
	named := serverCert(t, p.root, func(c *x509.Certificate) { c.IPAddresses = nil })
	for _, c := range []struct {
		name, proxy string
		insecure    bool
		code, said  string
	}{
		{"trusted", "u:SECRET@" + overTLS(t, p.server, inner), false, "", ""},
		{"no password", overTLS(t, p.server, inner), false, ProxyAuthentication, "407"},
		{"of a stranger", "u:SECRET@" + overTLS(t, serverCert(t, root(t, "Other Root")), inner), false, ProxyCertificate, "unknown authority"},
		{"verified all the same", "u:SECRET@" + overTLS(t, serverCert(t, root(t, "Other Root")), inner), true, ProxyCertificate, "unknown authority"},
		{"another name", "u:SECRET@" + overTLS(t, named, inner), false, ProxyCertificate, "IP SANs"},
		{"no TLS", "u:SECRET@" + raw(t, answer("HTTP/1.1 400 Bad Request\r\n\r\n")), false, ProxySpeaksHTTP, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := p.try("https://localhost/hello", 0)
			x.Proxy, x.Insecure = "https://"+c.proxy, c.insecure
			r := Run(t.Context(), x, nil)
			if c.code == "" {
				if !r.OK() || string(r.Body) != "Hello, world!\n" {
					t.Fatalf("%+v", r.Diagnosis)
				}
				return
			}
			d := r.Diagnosis
			if d == nil || d.Code != c.code || d.Step != StepConnect || (d.Side == ClientSide) != (c.code == ProxySpeaksHTTP) || !strings.Contains(d.Facts["said"], c.said) {
				t.Fatalf("%+v", d)
			}
			if strings.Contains(d.Raw+strings.Join(values(d.Facts), " "), "SECRET") {
				t.Errorf("a password in %+v", d)
			}
		})
	}
}

func TestProxy(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	there := strings.TrimPrefix(s.URL(), "https://")
	there = strings.Replace(there, "localhost", "127.0.0.1", 1)
	_, port, _ := net.SplitHostPort(there)
	closed := closedPort(t)
	for _, c := range []struct {
		name, proxy, host string
		code              string
		said              string
	}{
		{"CONNECT", tunnel(t, there, ""), "localhost", "", ""},
		{"CONNECT with a user", "http://u:p%40ss@" + tunnel(t, there, "u:p@ss"), "localhost", "", ""},
		{"CONNECT, wrong user", "http://u:SECRET@" + tunnel(t, there, "u:p"), "localhost", ProxyAuthentication, "407 Proxy Authentication Required"},
		{"CONNECT refused", tunnel(t, there, ""), "forbidden.acme.test", ProxyRefused, "403 Forbidden"},
		{"no proxy there", closed, "localhost", ProxyUnreachable, ""},
		{"no HTTP", raw(t, answer("220 mail ESMTP\r\n")), "localhost", ProxyStrange, ""},
		{"a server, not a proxy", there, "localhost", ProxySpeaksTLS, "400 Bad Request"},
		{"TLS that answers with an alert", raw(t, answer("\x15\x03\x01\x00\x02\x02\x46")), "localhost", ProxySpeaksTLS, ""},
		{"CONNECT in vain", raw(t, answer("HTTP/1.1 502 Bad Gateway\r\n\r\n")), "localhost", ProxyNoServer, "502 Bad Gateway"},
		{"CONNECT too late", raw(t, answer("HTTP/1.1 504 Gateway Timeout\r\n\r\n")), "localhost", ProxyNoServer, ""},
		{"SOCKS5 in vain", "socks5://" + socks(t, there, ""), "closed.acme.test", ProxyNoServer, "connection refused"},
		{"SOCKS5", "socks5://" + socks(t, there, ""), "localhost", "", ""},
		{"SOCKS5 with a user", "socks5://u:p@" + socks(t, there, "u:p"), "localhost", "", ""},
		{"SOCKS5, wrong user", "socks5://u:SECRET@" + socks(t, there, "u:p"), "localhost", ProxyAuthentication, ""},
		{"SOCKS5, no user", "socks5://" + socks(t, there, "u:p"), "localhost", ProxyAuthentication, ""},
		{"SOCKS5 refused", "socks5://" + socks(t, there, ""), "forbidden.acme.test", ProxyRefused, "connection not allowed by ruleset"},
		{"no SOCKS5 there", "socks5://" + closed, "localhost", ProxyUnreachable, ""},
		{"no SOCKS5", "socks5://" + raw(t, answer("HTTP/1.1 400 Bad Request\r\n\r\n")), "localhost", ProxySpeaksHTTP, ""},
		{"another scheme", "ftp://proxy.acme.test", "localhost", BadRequest, ""},
		{"a bad port", "http://u:SECRET@proxy.acme.test:99999", "localhost", BadRequest, ""},
		{"no URL", "http://u:SECRET%zz@proxy", "localhost", BadRequest, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := p.try("https://"+net.JoinHostPort(c.host, port)+"/hello", 0)
			x.Proxy = c.proxy
			r := Run(t.Context(), x, nil)
			if c.code == "" {
				if !r.OK() || string(r.Body) != "Hello, world!\n" {
					t.Fatalf("%+v", r.Diagnosis)
				}
				if f := r.Steps[0].Facts; f["proxy"] == "" || f["address"] != net.JoinHostPort(c.host, port) || r.Address != f["address"] {
					t.Errorf("facts %q", f)
				}
				return
			}
			d := r.Diagnosis
			if d == nil || d.Code != c.code || d.Step != StepConnect || d.Facts["said"] != c.said && c.said != "" {
				t.Fatalf("%+v", d)
			}
			if d.Code == ProxyAuthentication && (d.Facts["sent"] != yesNo(strings.Contains(c.proxy, "@")) || d.Facts["scheme"] != strings.Split(c.proxy+"://", "://")[0]) {
				t.Errorf("facts %q", d.Facts)
			}
			if strings.Contains(d.Raw, "SECRET") || strings.Contains(strings.Join(values(d.Facts), " "), "SECRET") {
				t.Errorf("a password in %+v", d)
			}
		})
	}
}

func values(facts map[string]string) []string {
	var list []string
	for _, v := range facts {
		list = append(list, v)
	}
	return list
}

// TestMuteProxy: an HTTP proxy that SOCKS5 is spoken to. Go's server of HTTP
// waits for the rest of a request; others hang up.
func TestMuteProxy(t *testing.T) {
	waits := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(waits.Close)
	p := newPair(t)
	for _, c := range []struct{ name, proxy, code, mute string }{
		{"waits", strings.TrimPrefix(waits.URL, "http://"), ProxySilent, "yes"},
		{"hangs up", raw(t, func(c net.Conn) { io.ReadFull(c, make([]byte, 3)) }), ProxyStrange, "yes"},
		{"answers", raw(t, answer("HTTP/1.0 400 Bad Request\r\n\r\n")), ProxySpeaksHTTP, ""},
		{"speaks SOCKS and waits", raw(t, func(c net.Conn) {
			io.ReadFull(c, make([]byte, 3))
			c.Write([]byte{5, 0})
			io.Copy(io.Discard, c)
		}), ProxySilent, ""},
		{"speaks SOCKS and hangs up", raw(t, func(c net.Conn) {
			io.ReadFull(c, make([]byte, 3))
			c.Write([]byte{5, 0})
		}), ProxyStrange, ""},
	} {
		x := p.try("https://acme.test/", 0)
		x.Proxy, x.Stage = "socks5://"+c.proxy, 300*time.Millisecond
		r := Run(t.Context(), x, nil)
		if d := r.Diagnosis; d == nil || d.Code != c.code || d.Facts["mute"] != c.mute {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

// TestSilentProxy: the time and a stop end the wait for a proxy too.
func TestSilentProxy(t *testing.T) {
	hang := raw(t, silent)
	for _, proxy := range []string{"http://" + hang, "https://" + hang, "socks5://" + hang} {
		x := Try{URL: "https://acme.test/", Proxy: proxy, Stage: 200 * time.Millisecond}
		r := Run(t.Context(), x, nil)
		if r.OK() || r.Diagnosis.Code != ProxySilent || r.Diagnosis.Facts["after"] != "200ms" || r.Diagnosis.Step != StepConnect {
			t.Errorf("%s: %+v", proxy, r.Diagnosis)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		x.Stage = 0
		if r = Run(ctx, x, nil); r.OK() || r.Diagnosis.Code != Cancelled {
			t.Errorf("%s: %+v", proxy, r.Diagnosis)
		}
	}
}
