package testclient

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"countersign/pki/pkitest"
)

// TestRawToOpenSSL: s_server -rev gives back each line turned round.
func TestRawToOpenSSL(t *testing.T) {
	f := newForeign(t)
	address := f.sServer(t, "-rev", "-Verify", "3", "-verify_return_error")
	for _, v := range versions {
		x := Try{URL: "tls://" + address, Certificate: &f.client, Roots: pkitest.Pool(f.root.Certificate), MinVersion: v, MaxVersion: v, Body: []byte("hello\nworld")}
		r := Run(t.Context(), x, nil)
		if !r.OK() || string(r.Body) != "olleh\ndlrow\n" && strings.ReplaceAll(string(r.Body), "\r", "") != "olleh\ndlrow\n" {
			t.Errorf("%s: %+v %q", versionName(v), r.Diagnosis, r.Body)
		}
		if got := r.Steps[StepAccess-1].Facts["answer"]; got != "bytes" || r.ALPN != "" || r.Status != 0 {
			t.Errorf("%s: answer %q, ALPN %q, status %d", versionName(v), got, r.ALPN, r.Status)
		}
		checkStates(t, r)
		for _, o := range f.outcomes() {
			x.Certificate = o.cert
			if o.code != "" && o.code != ClientIntermediateMissing { // which needs what is known
				o.check(t, Run(t.Context(), x, nil))
			}
		}
	}
}

// mail speaks first, and takes a line only after its answer to the one before.
func mail(c *tls.Conn) {
	r := bufio.NewReader(c)
	io.WriteString(c, "220 mail.acme.test\r\n")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if r.Buffered() > 0 {
			io.WriteString(c, "503 wait for your turn\r\n")
			return
		}
		time.Sleep(20 * time.Millisecond)
		fmt.Fprintf(c, "250 %q\r\n", line)
		if line == "QUIT\r\n" {
			return
		}
	}
}

// TestRawTalk: whatever a server without HTTP does has its result.
func TestRawTalk(t *testing.T) {
	p := newPair(t)
	plain := func(c *tls.Config) { c.NextProtos = nil }
	half := func(c *tls.Conn) {
		c.Read(make([]byte, 1))
		io.WriteString(c, "half")
		time.Sleep(50 * time.Millisecond)
		g := c.NetConn().(*garbled)
		g.Conn.(*net.TCPConn).SetLinger(0)
		g.Close()
	}
	for _, c := range []struct {
		name   string
		f      func(*tls.Conn)
		body   string
		want   string
		answer string
		code   string
		step   int
	}{
		{"in turns", mail, "EHLO me\nQUIT\n", "220 mail.acme.test\r\n250 \"EHLO me\\r\\n\"\r\n250 \"QUIT\\r\\n\"\r\n", "bytes", "", 0},
		{"its greeting only", mail, "", "220 mail.acme.test\r\n", "bytes", "", 0},
		{"silent", func(c *tls.Conn) { io.Copy(io.Discard, c) }, "hello", "", "silent", "", 0},
		{"closed with no word", func(*tls.Conn) {}, "hello", "", "", Reset, StepAccess},
		{"endless", func(c *tls.Conn) {
			for {
				if _, err := c.Write(bytes.Repeat([]byte("x"), 1<<14)); err != nil {
					return
				}
			}
		}, "hello", strings.Repeat("x", MaxBody), "bytes", "", 0},
		{"broken off", half, "hello", "half", "", Reset, StepExchange},
	} {
		for _, v := range versions {
			t.Run(c.name+"/"+versionName(v), func(t *testing.T) {
				x := p.try("tls://"+custom(t, p, plain, c.f), v)
				x.Body = []byte(c.body)
				r := Run(t.Context(), x, nil)
				if string(r.Body) != c.want || r.Steps[StepAccess-1].Facts["answer"] != c.answer {
					t.Errorf("body of %d bytes, answer %q", len(r.Body), r.Steps[StepAccess-1].Facts["answer"])
				}
				if (r.Diagnosis == nil) != (c.code == "") || r.Diagnosis != nil && (r.Diagnosis.Code != c.code || r.Diagnosis.Step != c.step) {
					t.Errorf("%+v", r.Diagnosis)
				}
				checkStates(t, r)
			})
		}
	}
}

// TestRawEnds: a stop and the time for a stage end it, a port has to be said,
// and a file is sent whole.
func TestRawEnds(t *testing.T) {
	p := newPair(t)
	slow := custom(t, p, nil, func(c *tls.Conn) {
		for range 100 {
			if _, err := c.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
	x := p.try("tls://"+slow, 0)
	x.Stage = 400 * time.Millisecond
	if d := Run(t.Context(), x, nil).Diagnosis; d == nil || d.Code != Timeout || d.Facts["after"] != "400ms" {
		t.Errorf("stage: %+v", d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	x.Stage = 0
	if d := Run(ctx, x, nil).Diagnosis; d == nil || d.Code != Cancelled {
		t.Errorf("stopped: %+v", d)
	}
	if d := Run(t.Context(), p.try("tls://localhost", 0), nil).Diagnosis; d == nil || d.Code != BadURL || d.Facts["why"] != "port" {
		t.Errorf("no port: %+v", d)
	}
	var got bytes.Buffer
	done := make(chan struct{})
	x = p.try("tls://"+custom(t, p, nil, func(c *tls.Conn) { io.CopyN(&got, c, 3<<20); io.WriteString(c, "thanks"); close(done) }), 0)
	x.OpenBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(make([]byte, 3<<20))), nil }
	r := Run(t.Context(), x, nil)
	<-done
	if !r.OK() || string(r.Body) != "thanks" || got.Len() != 3<<20 {
		t.Errorf("%+v %q, %d bytes", r.Diagnosis, r.Body, got.Len())
	}
}
