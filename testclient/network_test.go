package testclient

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func discard() *log.Logger { return log.New(io.Discard, "", 0) }

// raw listens, and lets each connection be handled by f.
func raw(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				f(c)
			}()
		}
	}()
	return l.Addr().String()
}

// silent says nothing and waits for the client to go.
func silent(c net.Conn) { io.Copy(io.Discard, c) }

// answer reads something, then says the text.
func answer(text string) func(net.Conn) {
	return func(c net.Conn) {
		c.Read(make([]byte, 4096))
		io.WriteString(c, text)
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestNetwork(t *testing.T) {
	const soon = 300 * time.Millisecond
	tlsRecord := raw(t, answer("\x15\x03\x03\x00\x02\x02\x46"))
	hang, other := raw(t, silent), raw(t, answer("220 mail.acme.test ESMTP\r\n"))
	reset := raw(t, func(c net.Conn) {
		c.Read(make([]byte, 1))
		c.(*net.TCPConn).SetLinger(0)
	})
	for _, c := range []struct {
		name string
		try  Try
		code string
		side Side
		step int
		fact string // key=value
	}{
		{"no such name", Try{URL: "https://nowhere.invalid/"}, NameNotFound, NetworkSide, 1, "host=nowhere.invalid"},
		{"nothing listens", Try{URL: "https://" + closedPort(t)}, Refused, NetworkSide, 1, "host=127.0.0.1"},
		{"silent at the hello", Try{URL: "https://" + hang, Timeout: soon}, Timeout, NetworkSide, 2, "after=300ms"},
		{"silent over HTTP", Try{URL: "http://" + hang, Timeout: soon}, Timeout, NetworkSide, 6, "after=300ms"},
		{"reset at the hello", Try{URL: "https://" + reset}, Reset, NetworkSide, 2, "asked=no"},
		{"reset over HTTP", Try{URL: "http://" + reset}, Reset, NetworkSide, 6, "sent=no"},
		{"a TLS record for HTTP", Try{URL: "http://" + tlsRecord}, ClientSpokeHTTP, ClientSide, 6, "url=https://" + tlsRecord},
		{"no TLS", Try{URL: "https://" + other}, NotTLS, ServerSide, 2, "bytes=323230206d"},
		{"no HTTP", Try{URL: "http://" + other}, NotHTTP, ServerSide, 6, ""},
		{"row 18", Try{URL: "https://" + raw(t, answer("HTTP/1.1 400 Bad Request\r\n\r\n"))}, ServerSpeaksHTTP, ClientSide, 2, ""},
		{"endless 1xx", Try{URL: "http://" + raw(t, answer(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 9)))}, NotHTTP, ServerSide, 6, ""},
		{"endless header", Try{URL: "http://" + raw(t, func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for {
				if _, err := io.WriteString(c, "X-A: "+strings.Repeat("a", 1000)+"\r\n"); err != nil {
					return
				}
			}
		})}, HeadersTooLarge, ServerSide, 6, ""},
		{"empty URL", Try{URL: " "}, BadURL, ClientSide, 1, "why=empty"},
		{"scheme", Try{URL: "ftp://acme.test"}, BadURL, ClientSide, 1, "scheme=ftp"},
		{"port", Try{URL: "https://acme.test:99999"}, BadURL, ClientSide, 1, "port=99999"},
		{"method", Try{URL: "https://acme.test", Method: "GET /"}, BadRequest, ClientSide, 1, "field=method"},
		{"header name", Try{URL: "https://acme.test", Header: http.Header{"a b": {"1"}}}, BadRequest, ClientSide, 1, "value=a b"},
		{"header value", Try{URL: "https://acme.test", Header: http.Header{"X-A": {"1\r\nX-B: 2"}}}, BadRequest, ClientSide, 1, "value=X-A"},
		{"versions", Try{URL: "https://acme.test", MinVersion: tls.VersionTLS13, MaxVersion: tls.VersionTLS12}, BadRequest, ClientSide, 1, "value=TLS 1.3 > TLS 1.2"},
		{"address", Try{URL: "https://acme.test", Address: "127.0.0.1:0"}, BadRequest, ClientSide, 1, "field=address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Run(t.Context(), c.try, nil)
			d := r.Diagnosis
			if d == nil {
				t.Fatal("succeeded")
			}
			if d.Code != c.code || d.Side != c.side || d.Step != c.step || d.Raw == "" {
				t.Errorf("got %s %s step %d: %s", d.Code, d.Side, d.Step, d.Raw)
			}
			if k, v, ok := strings.Cut(c.fact, "="); ok && d.Facts[k] != v {
				t.Errorf("facts %q, want %s", d.Facts, c.fact)
			}
			checkStates(t, r)
		})
	}
}

// TestPlainHTTPToTLS is row 19, against our own server, whose log has it too.
func TestPlainHTTPToTLS(t *testing.T) {
	p := newPair(t)
	log := make(chan Connection, repeats)
	config := p.mtls()
	config.Log = func(c Connection) { log <- c }
	s := start(t, config)
	url := strings.Replace(s.URL(), "https", "http", 1) + "/hello"
	for range repeats {
		r := Run(t.Context(), Try{URL: url, Now: clock}, nil)
		d := r.Diagnosis
		if d == nil || d.Code != ClientSpokeHTTP || d.Row != 19 || d.Facts["url"] != s.URL()+"/hello" || d.Facts["status"] != "400" {
			t.Fatalf("%+v", d)
		}
		checkStates(t, r)
		if c := <-log; c.RefusalCode != ClientSpokeHTTP {
			t.Fatalf("server's view: %+v", c)
		}
	}
}

// TestCancel: a try ends when its context does, wherever it is.
func TestCancel(t *testing.T) {
	p := newPair(t)
	asked := make(chan struct{}, 1)
	slow := serve(t, p, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			io.WriteString(w, "some")
			w.(http.Flusher).Flush()
		}
		asked <- struct{}{}
		<-r.Context().Done()
	}, true)
	hang := raw(t, func(c net.Conn) {
		c.Read(make([]byte, 1))
		asked <- struct{}{}
		silent(c)
	})
	for _, c := range []struct {
		name, url, alpn string
		step            int
	}{
		{"handshake", "https://" + hang, "h2", 2},
		{"plain", "http://" + hang, "", 6},
		{"head", slow + "/", "h2", 6},
		{"head", slow + "/", "http/1.1", 6},
		{"body", slow + "/body", "h2", 7},
		{"body", slow + "/body", "http/1.1", 7},
	} {
		t.Run(c.name+" "+c.alpn, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			x := p.try(c.url, 0)
			x.ALPN = []string{c.alpn}
			reached := make(chan struct{})
			go func() {
				<-asked
				if c.step == StepExchange {
					<-reached
				}
				cancel()
			}()
			r := Run(ctx, x, func(s Step) {
				if s.Number == StepAccess && s.State == Done {
					close(reached)
				}
			})
			if r.OK() || r.Diagnosis.Code != Cancelled || r.Diagnosis.Side != ClientSide || r.Diagnosis.Step != c.step {
				t.Errorf("%+v", r.Diagnosis)
			}
			checkStates(t, r)
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := Run(ctx, Try{URL: "https://" + hang}, nil); r.OK() || r.Diagnosis.Code != Cancelled || r.Diagnosis.Step != 1 {
		t.Errorf("before it began: %+v", r.Diagnosis)
	}
}
