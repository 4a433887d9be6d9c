package testclient

import (
	"net/http"
	"testing"
	"time"
)

func TestText(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		c    Connection
		want string
	}{
		{Connection{At: at, Remote: "127.0.0.1:5", Version: "TLS 1.3", Complete: true, CipherSuite: "TLS_AES_128_GCM_SHA256", Curve: "X25519", ALPN: "h2",
			ServerName: "localhost", Chain: []Link{{"/C=TW/O=Acme/CN=client-a", "/CN=Acme Issuing"}, {"/CN=Acme Issuing", "/CN=Acme Root"}},
			Method: "POST", Path: "/upload", Proto: "HTTP/2.0", Status: 200, Received: 5,
			Header: http.Header{"User-Agent": {"curl/8\x1b[31m"}, "Accept": {"*/*", "text/html"}}},
			`2026-03-01 12:00:00Z 127.0.0.1:5
    POST /upload HTTP/2.0
    Accept: */*
    Accept: text/html
    User-Agent: curl/8\u{001B}[31m
    Version: TLS 1.3
    HandshakeComplete: true
    DidResume: false
    CipherSuite: TLS_AES_128_GCM_SHA256
    Curve: X25519
    NegotiatedProtocol: h2
    ServerName: localhost
    Certificate chain:
     0 s:/C=TW/O=Acme/CN=client-a
       i:/CN=Acme Issuing
     1 s:/CN=Acme Issuing
       i:/CN=Acme Root
    Status: 200
    Received: 5 bytes
`},
		{Connection{At: at, Remote: "127.0.0.1:6", Version: "TLS 1.2", Refusal: "tls: no"},
			"2026-03-01 12:00:00Z 127.0.0.1:6\n    Version: TLS 1.2\n    HandshakeComplete: false\n    DidResume: false\n    Refused: tls: no\n"},
		{Connection{At: at, Remote: "127.0.0.1:7"}, "2026-03-01 12:00:00Z 127.0.0.1:7\n"},
	} {
		if got := c.c.String(); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestMaskedHeader(t *testing.T) {
	r := &http.Request{Host: "localhost:1", Header: http.Header{}}
	for name, c := range map[string]struct{ value, want string }{
		"Authorization":        {"Basic dXNlcjpwYXNz", "Basic ***"},
		"Proxy-Authorization":  {"Digest username=u", "Digest ***"},
		"Cookie":               {"sid=secret; theme=dark", "***"},
		"X-Api-Key":            {"secret", "***"},
		"X-Auth-Token":         {"secret more", "***"},
		"X-Session-Id":         {"secret", "***"},
		"X-Amz-Security-Token": {"secret", "***"},
		"Referer":              {"https://a.test/x?code=secret", "https://a.test/x?***"},
		"User-Agent":           {"curl/8", "curl/8"},
		"Accept":               {"*/*", "*/*"},
	} {
		r.Header.Set(name, c.value)
		if got := maskedHeader(r).Get(name); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := r.Header.Get(name); got != c.value {
			t.Errorf("%s of the request is now %q", name, got)
		}
	}
	r.Header.Set("Authorization", "secret") // without a scheme
	if got := maskedHeader(r); got.Get("Authorization") != "***" || got.Get("Host") != "localhost:1" {
		t.Errorf("%v", got)
	}
	if got := maskedHeader(&http.Request{}); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
