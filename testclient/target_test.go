package testclient

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestParseTarget(t *testing.T) {
	for _, c := range []struct {
		typed   string
		address string
		secure  bool
		why     string // of the error; then the rest is empty
	}{
		{"https://acme.test", "acme.test:443", true, ""},
		{"http://acme.test", "acme.test:80", false, ""},
		{"  HTTPS://Acme.Test:8443/x?y#z ", "acme.test:8443", true, ""},
		{"acme.test", "acme.test:443", true, ""},
		{"localhost:8443/hello", "localhost:8443", true, ""},
		{"127.0.0.1:8443", "127.0.0.1:8443", true, ""},
		{"https://[::1]:8443", "[::1]:8443", true, ""},
		{"https://[fe80::1%25eth0]", "[fe80::1%eth0]:443", true, ""},
		{"https://例え.テスト/", "xn--r8jz45g.xn--zckzah:443", true, ""},
		{"https://my_host.test", "my_host.test:443", true, ""},
		{"", "", false, "empty"},
		{"  ", "", false, "empty"},
		{"ftp://acme.test", "", false, "scheme"},
		{"https://", "", false, "host"},
		{"https://:443", "", false, "host"},
		{"https://.", "", false, "host"},
		{"https://a b", "", false, "malformed"},
		{"https://acme.test:x", "", false, "malformed"},
		{"https://acme.test:0", "", false, "port"},
		{"https://acme.test:65536", "", false, "port"},
		{"https://acme.test/%zz", "", false, "malformed"},
		{"https://a\x00b", "", false, "malformed"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			got, err := parseTarget(c.typed)
			var bad *urlError
			if c.why != "" {
				if !errors.As(err, &bad) || bad.why != c.why {
					t.Fatalf("error %v, want %s", err, c.why)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.address() != c.address || got.secure != c.secure {
				t.Errorf("got %s, secure %v", got.address(), got.secure)
			}
		})
	}
}

// TestBadURLKeepsSecrets: a password in a URL that does not parse is in no error.
func TestBadURLKeepsSecrets(t *testing.T) {
	for _, url := range []string{"https://u:secret@acme.test/%zz", "https://u:secret@acme.test:x", "gopher://u:secret@acme.test"} {
		r := Run(t.Context(), Try{URL: url}, nil)
		if r.OK() || r.Diagnosis.Code != BadURL {
			t.Fatalf("%s: %+v", url, r.Diagnosis)
		}
		if strings.Contains(r.Diagnosis.Raw, "secret") {
			t.Errorf("%s: raw %q", url, r.Diagnosis.Raw)
		}
		for k, v := range r.Diagnosis.Facts {
			if strings.Contains(v, "secret") {
				t.Errorf("%s: fact %s %q", url, k, v)
			}
		}
	}
}

func TestDialAddress(t *testing.T) {
	for _, c := range []struct{ url, override, want string }{
		{"https://acme.test", "", "acme.test:443"},
		{"https://acme.test", "10.0.0.1", "10.0.0.1:443"},
		{"https://acme.test:8443", "10.0.0.1", "10.0.0.1:8443"},
		{"https://acme.test", "10.0.0.1:8443", "10.0.0.1:8443"},
		{"https://acme.test", ":8443", "acme.test:8443"},
		{"https://acme.test", "::1", "[::1]:443"},
		{"https://acme.test", "[::1]", "[::1]:443"},
		{"https://acme.test", "[::1]:8443", "[::1]:8443"},
		{"https://acme.test", "other.test:0", ""},
		{"https://acme.test", "other.test:https", ""},
		{"https://acme.test", "a b", ""},
	} {
		t.Run(c.override, func(t *testing.T) {
			a := newAttempt(Try{URL: c.url, Address: c.override}, nil)
			d := a.prepare()
			if (d != nil) != (c.want == "") {
				t.Fatalf("prepare: %+v", d)
			}
			if d != nil {
				if d.Code != BadRequest || d.Facts["field"] != "address" || d.Facts["value"] != c.override {
					t.Errorf("%+v", d)
				}
				return
			}
			if got, err := a.dialAddress(); err != nil || got != c.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// FuzzURL: whatever is typed gives a target that can be dialled and asked, or a
// *urlError.
func FuzzURL(f *testing.F) {
	for _, seed := range []string{"https://acme.test", "localhost:8443/hello", "https://[::1]:8443/a?b#c", "例え.テスト",
		"http://u:p@h:1/%20", "https://[fe80::1%25eth0]", "//x", "a://b", "https://xn--a", "https://a..b", "]", "https://\u202eb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		a := newAttempt(Try{URL: typed}, nil)
		if d := a.prepare(); d != nil {
			if d.Code != BadURL || d.Facts["why"] == "" || d.Raw == "" {
				t.Fatalf("%q: %+v", typed, d)
			}
			return
		}
		host, port, err := net.SplitHostPort(a.target.address())
		if err != nil || host == "" {
			t.Fatalf("%q: address %q: %v", typed, a.target.address(), err)
		}
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			t.Fatalf("%q: port %q", typed, port)
		}
		if _, err := a.request(t.Context()); err != nil {
			t.Fatalf("%q: request: %v", typed, err)
		}
	})
}

// memory is a connection whose other side has said all it will.
type memory struct{ io.Reader }

func (memory) Write(p []byte) (int, error)      { return len(p), nil }
func (memory) Close() error                     { return nil }
func (memory) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (memory) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (memory) SetDeadline(time.Time) error      { return nil }
func (memory) SetReadDeadline(time.Time) error  { return nil }
func (memory) SetWriteDeadline(time.Time) error { return nil }

// FuzzResponse: whatever a server answers ends in a status or a diagnosis, with
// no more than MaxBody bytes kept and nothing in the facts that could fool a
// reader.
func FuzzResponse(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.0 302 F\r\nLocation: \u202e\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "HTTP/1.1 103 E\r\n\r\nHTTP/1.1 204 N\r\n\r\n",
		"HTTP/1.1 400 Bad\r\n\r\nThe plain HTTP request was sent to HTTPS port", "\x15\x03\x01\x00\x02\x02\x46", "HTTP/1.1 999", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		a := newAttempt(Try{URL: "http://acme.test", Now: clock}, nil)
		if d := a.prepare(); d != nil {
			t.Fatal(d)
		}
		conn := memory{strings.NewReader(string(answer))}
		a.conn = &countedConn{Conn: conn}
		d := a.exchange(t.Context(), a.conn)
		if d != nil {
			a.fail(d)
		}
		r := a.finish()
		if r.OK() && r.Status < 100 || len(r.Body) > MaxBody {
			t.Fatalf("status %d, %d bytes", r.Status, len(r.Body))
		}
		for _, s := range r.Steps {
			for k, v := range s.Facts {
				if strings.ContainsAny(v, "\x00\r\x1b\u202e\u200b") {
					t.Fatalf("fact %s: %q", k, v)
				}
			}
		}
	})
}

func TestAcceptedNamesFromOutside(t *testing.T) {
	got := rawNames([][]byte{{0x30, 0}, {0xff}, []byte("\x30\x10\x31\x0e\x30\x0c\x06\x03\x55\x04\x03\x0c\x05a\nb\xe2\x80")})
	if len(got) != 3 || got[0] != "" || got[1] != "?" || strings.Contains(got[2], "\n") {
		t.Errorf("names %q", got)
	}
}
