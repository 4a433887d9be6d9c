package testclient

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"
)

// errForged ends a server whose write was replaced.
var errForged = errors.New("forged")

// forging is a connection one of whose writes is replaced by something else.
type forging struct {
	net.Conn
	left  int // writes before that one
	forge func(net.Conn)
}

func (f *forging) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		f.forge(f.Conn)
		return 0, errForged
	}
	return f.Conn.Write(p)
}

// forgedServer asks for a certificate and answers one request; the write of
// that number is replaced.
func forgedServer(t *testing.T, p pair, v uint16, write int, forge func(net.Conn)) string {
	config := &tls.Config{Certificates: []tls.Certificate{*p.server}, Time: clock, ClientAuth: tls.RequireAnyClientCert,
		MinVersion: v, MaxVersion: v, NextProtos: []string{"http/1.1"}}
	return raw(t, func(c net.Conn) {
		conn := tls.Server(&forging{c, write, forge}, config)
		if conn.Handshake() == nil {
			conn.Read(make([]byte, 4096))
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
		if tcp, ok := c.(*net.TCPConn); ok && tcp.CloseWrite() == nil { // what was forged shall arrive
			c.SetReadDeadline(time.Now().Add(time.Second))
			io.Copy(io.Discard, c)
		}
	})
}

// forgeries are what is sent instead of what a server should send.
func forgeries(random *rand.Rand) map[string]func(net.Conn) {
	noise := make([]byte, 300)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	noise[0] = 0xee // no type of record
	record := func(kind byte, body []byte) []byte {
		return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
	}
	send := func(data []byte) func(net.Conn) { return func(c net.Conn) { c.Write(data) } }
	return map[string]func(net.Conn){
		"noise":             send(noise),
		"text":              send([]byte("220 mail.acme.test ESMTP\r\n")),
		"handshake noise":   send(record(22, noise)),
		"data noise":        send(record(23, noise)),
		"empty handshake":   send(record(22, nil)),
		"half a record":     send(record(22, noise)[:40]),
		"record too long":   send([]byte{22, 3, 3, 0xff, 0xff, 1}),
		"change cipher":     send(record(20, []byte{1})),
		"an alert too long": send(record(21, []byte{2, 40, 0})),
		"close":             func(net.Conn) {},
		"reset":             func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() },
	}
}

// TestForged: whatever comes, in whatever state, the try ends with a cause that
// has the error's own text, at a step, twice the same.
func TestForged(t *testing.T) {
	p := newPair(t)
	for _, v := range versions {
		for write := range 4 {
			for name, forge := range forgeries(rand.New(rand.NewPCG(1, 2))) {
				t.Run(fmt.Sprintf("%s/write %d/%s", versionName(v), write, name), func(t *testing.T) {
					x := p.try("https://"+forgedServer(t, p, v, write, forge), v)
					x.Timeout = 5 * time.Second
					first := Run(t.Context(), x, nil)
					again := Run(t.Context(), x, nil)
					checkForged(t, first)
					if d, e := first.Diagnosis, again.Diagnosis; d != nil && (e == nil || d.Code != e.Code || d.Step != e.Step || d.Side != e.Side) {
						t.Errorf("%s at step %d, then %+v", d.Code, d.Step, e)
					}
				})
			}
		}
	}
}

// checkForged: an answer that came whole before the forgery is a success.
func checkForged(t *testing.T, r Result) {
	t.Helper()
	checkStates(t, r)
	d := r.Diagnosis
	if d == nil {
		if r.Status != 200 || string(r.Body) != "ok" {
			t.Errorf("succeeded with %d %q", r.Status, r.Body)
		}
		return
	}
	if d.Raw == "" || d.Step < StepServerCertificate || d.Facts["address"] == "" {
		t.Errorf("%+v", d)
	}
	switch d.Code {
	case Unknown, NotTLS, NotHTTP, Reset, NoCommonVersion, ClientCertificateRefused:
	default:
		t.Errorf("a cause that nothing shows: %+v", d)
	}
}

// TestEveryAlert: each alert, in the first flight of the server, is shown by its
// number, whether or not a row knows it.
func TestEveryAlert(t *testing.T) {
	p := newPair(t)
	known := map[int]string{alertHandshakeFailure: NoCommonCipher, alertInsufficientSecurity: NoCommonCipher,
		alertProtocolVersion: NoCommonVersion, alertUnrecognizedName: ServerNameUnknown, alertNoProtocol: NoCommonProtocol, 0: Reset}
	for n := range 256 {
		want := known[n]
		if want == "" {
			want = Unknown
		}
		address := raw(t, func(c net.Conn) {
			c.Read(make([]byte, 4096))
			c.Write([]byte{21, 3, 3, 0, 2, 2, byte(n)})
			c.(*net.TCPConn).CloseWrite()
			c.SetReadDeadline(time.Now().Add(time.Second))
			io.Copy(io.Discard, c)
		})
		d := Run(t.Context(), p.try("https://"+address, 0), nil).Diagnosis
		number := fmt.Sprint(n)
		if n == 0 {
			number = "" // close_notify: an end, no reason
		}
		if d == nil || d.Code != want || d.Step != StepServerCertificate || d.Facts["alert"] != number || d.Raw == "" {
			t.Errorf("alert %d: %+v", n, d)
		}
	}
}
