package testclient

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// hops answers as a server that sends on: /to/STATUS/PATH, /loop, and /end,
// which says what it got.
func hops(other *string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var status int
		var rest string
		switch n, _ := fmt.Sscanf(r.URL.Path, "/to/%d/%s", &status, &rest); {
		case n == 2:
			http.Redirect(w, r, "/"+rest, status)
		case r.URL.Path == "/loop":
			w.Header().Set("Location", "/loop")
			w.WriteHeader(302)
		case r.URL.Path == "/away":
			w.Header().Set("Location", *other+"/end")
			w.WriteHeader(307)
		case r.URL.Path == "/odd":
			w.Header().Set("Location", "mailto:a@acme.test")
			w.WriteHeader(302)
		default:
			sum := sha256.New()
			n, _ := io.Copy(sum, r.Body)
			fmt.Fprintf(w, "%s %d %s auth=%q type=%q", r.Method, n, hex.EncodeToString(sum.Sum(nil))[:8], r.Header.Get("Authorization"), r.Header.Get("Content-Type"))
		}
	}
}

func TestRedirects(t *testing.T) {
	p := newPair(t)
	other := serve(t, p, hops(nil), true)
	url := serve(t, p, hops(&other), true)
	empty := hex.EncodeToString(sha256.New().Sum(nil))[:8]
	sum := sha256.Sum256([]byte("body"))
	full := hex.EncodeToString(sum[:])[:8]
	for _, c := range []struct {
		name, path, method string
		most               int
		body               string
		hops               string
		code               string
	}{
		{"not followed", "/to/302/end", "GET", 0, "", "", ""},
		{"one", "/to/302/end", "GET", 10, "GET 0 " + empty + ` auth="Basic dTpw" type=""`, "302", ""},
		{"302 of POST", "/to/302/end", "POST", 10, "GET 0 " + empty + ` auth="Basic dTpw" type=""`, "302", ""},
		{"303 of PUT", "/to/303/end", "PUT", 10, "GET 0 " + empty + ` auth="Basic dTpw" type=""`, "303", ""},
		{"307 of POST", "/to/307/end", "POST", 10, "POST 4 " + full + ` auth="Basic dTpw" type="text/plain"`, "307", ""},
		{"two", "/to/308/to/301/end", "GET", 10, "GET 4 " + full + ` auth="Basic dTpw" type="text/plain"`, "308 301", ""},
		{"another host", "/away", "POST", 10, "POST 4 " + full + ` auth="" type="text/plain"`, "307", ""},
		{"round and round", "/loop", "GET", 3, "", "302 302 302", TooManyRedirects},
		{"nowhere", "/odd", "GET", 10, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := p.try(strings.Replace(url, "https://", "https://u:p@", 1)+c.path, 0)
			x.Method, x.Redirects = c.method, c.most
			if c.method != "GET" || c.name == "two" {
				x.Body, x.Header = []byte("body"), http.Header{"Content-Type": {"text/plain"}}
			}
			r := Run(t.Context(), x, nil)
			code, got := "", []string{}
			if r.Diagnosis != nil {
				code = r.Diagnosis.Code
			}
			for _, b := range r.Before {
				got = append(got, fmt.Sprint(b.Status))
			}
			if code != c.code || strings.Join(got, " ") != c.hops || c.body != "" && string(r.Body) != c.body {
				t.Errorf("%q %v %q", code, got, r.Body)
			}
			if to := map[string]string{"not followed": "/end", "nowhere": "mailto:a@acme.test", "round and round": "/loop"}[c.name]; r.Redirect() != to {
				t.Errorf("sends on to %q, want %q", r.Redirect(), to)
			}
			checkStates(t, r)
		})
	}
}

// endless is a body that is never in memory as a whole.
type endless struct{ left int64 }

func (e *endless) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), e.left)
	for i := range b[:n] {
		b[i] = 'x'
	}
	e.left -= n
	return int(n), nil
}

func (e *endless) Close() error { return nil }

// TestStreamedBody: tens of megabytes go out, again after a redirect.
func TestStreamedBody(t *testing.T) {
	p := newPair(t)
	url := serve(t, p, hops(nil), true)
	const size = 32 << 20
	for _, alpn := range []string{"h2", "http/1.1"} {
		opened := 0
		x := p.try(url+"/to/307/end", 0)
		x.ALPN, x.Method, x.Redirects, x.BodySize = []string{alpn}, "POST", 1, size
		x.Timeout = time.Minute
		x.OpenBody = func() (io.ReadCloser, error) {
			opened++
			return &endless{size}, nil
		}
		r := Run(t.Context(), x, nil)
		if !r.OK() || opened != 2 || !strings.HasPrefix(string(r.Body), fmt.Sprintf("POST %d ", size)) {
			t.Errorf("%s: opened %d times, %q %+v", alpn, opened, r.Body, r.Diagnosis)
		}
	}
}

// TestStage: a stage that takes too long ends the try, and says so.
func TestStage(t *testing.T) {
	p := newPair(t)
	slow := serve(t, p, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(10 * time.Second):
		}
	}, true)
	for _, alpn := range []string{"h2", "http/1.1"} {
		x := p.try(slow, 0)
		x.ALPN, x.Stage = []string{alpn}, 400*time.Millisecond
		r := Run(t.Context(), x, nil)
		if r.OK() || r.Diagnosis.Code != Timeout || r.Diagnosis.Step != StepAccess || r.Diagnosis.Facts["after"] != "400ms" {
			t.Errorf("%s: %+v", alpn, r.Diagnosis)
		}
	}
	x := Try{URL: "https://" + raw(t, silent), Stage: 200 * time.Millisecond}
	if r := Run(t.Context(), x, nil); r.OK() || r.Diagnosis.Code != Timeout || r.Diagnosis.Step != StepServerCertificate {
		t.Errorf("%+v", r.Diagnosis)
	}
}

// TestKeyLog: the log holds the secrets of this connection, as the server's
// own log of it does.
func TestKeyLog(t *testing.T) {
	p := newPair(t)
	for _, v := range versions {
		var server, client bytes.Buffer
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{*p.server}, KeyLogWriter: &server, Time: clock})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			http.ReadRequest(bufio.NewReader(c))
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}()
		x := p.try("https://"+l.Addr().String(), v)
		x.ALPN, x.KeyLog = []string{"http/1.1"}, &client
		r := Run(t.Context(), x, nil)
		<-done
		l.Close()
		if !r.OK() || client.Len() == 0 || !sameLines(client.String(), server.String()) {
			t.Errorf("%s: %+v\n%s\n%s", versionName(v), r.Diagnosis, client.String(), server.String())
		}
		want := "CLIENT_TRAFFIC_SECRET_0 "
		if v == tls.VersionTLS12 {
			want = "CLIENT_RANDOM "
		}
		if !strings.Contains(client.String(), want) {
			t.Errorf("no %q in the log", want)
		}
	}
}

// sameLines compares in no order: each side writes as it comes to know.
func sameLines(a, b string) bool {
	seen := map[string]int{}
	for line := range strings.Lines(a) {
		seen[line]++
	}
	for line := range strings.Lines(b) {
		seen[line]--
	}
	for _, n := range seen {
		if n != 0 {
			return false
		}
	}
	return true
}
