package testclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/pki/pkitest"
)

func TestStartRefuses(t *testing.T) {
	p := newPair(t)
	if _, err := Start(ServerConfig{Mode: "bold", Certificate: p.server}); !errors.Is(err, ErrMode) {
		t.Errorf("mode: %v", err)
	}
	for _, mode := range []Mode{ModeTLS, ModeOptional, ModeMTLS} {
		if _, err := Start(ServerConfig{Mode: mode}); !errors.Is(err, ErrNoCertificate) {
			t.Errorf("%s with no certificate: %v", mode, err)
		}
	}
	s := start(t, p.mtls())
	config := p.mtls()
	config.Port = s.Port()
	_, err := Start(config)
	var port *PortError
	if !errors.As(err, &port) || !port.InUse() || port.Port != s.Port() || port.Address != "127.0.0.1" {
		t.Errorf("port in use: %v", err)
	}
	config.Address, config.Port = "192.0.2.1", 0 // TEST-NET-1: no machine has it
	_, err = Start(config)
	if !errors.As(err, &port) || port.InUse() {
		t.Errorf("not our address: %v", err)
	}
}

func TestServerURL(t *testing.T) {
	p := newPair(t)
	only := func(dns []string, ips ...net.IP) *tls.Certificate {
		return serverCert(t, p.root, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = dns, ips })
	}
	for _, c := range []struct {
		name string
		cert *tls.Certificate
		mode Mode
		want string
	}{
		{"both", p.server, ModeTLS, "https://localhost:"},
		{"address only", only(nil, net.IPv4(127, 0, 0, 1)), ModeMTLS, "https://127.0.0.1:"},
		{"neither", only([]string{"api.acme.test"}), ModeMTLS, "https://localhost:"},
		{"plain", nil, ModePlain, "http://localhost:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, ServerConfig{Mode: c.mode, Certificate: c.cert})
			if got := s.URL(); got != fmt.Sprint(c.want, s.Port()) {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestBothLoopbacks: localhost is 127.0.0.1 to some and ::1 to others.
func TestBothLoopbacks(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	if len(s.listeners) < 2 {
		t.Skip("this machine has no ::1")
	}
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		if r := Run(t.Context(), p.try(fmt.Sprintf("https://%s:%d/hello", host, s.Port()), 0), nil); !r.OK() {
			t.Errorf("%s: %+v", host, r.Diagnosis)
		}
	}
}

// TestPage: a browser gets a page, with the client's name, whatever that holds.
func TestPage(t *testing.T) {
	p := newPair(t)
	config := p.mtls()
	config.Mode = ModeOptional
	s := start(t, config)
	x := p.try(s.URL(), 0)
	x.Header = http.Header{"Accept": {"text/html,application/xhtml+xml"}}
	x.Certificate = clientCert(t, p.root, func(c *x509.Certificate) {
		c.Subject.CommonName = "<script>alert(1)</script>\u202e"
		c.EmailAddresses = []string{"alice@acme.test"}
	})
	r := Run(t.Context(), x, nil)
	body := string(r.Body)
	if !r.OK() || strings.Contains(body, "<script>") || !strings.Contains(body, "Hello, &lt;script&gt;") ||
		strings.Contains(body, "\u202e") || !strings.Contains(body, "alice@acme.test") {
		t.Errorf("%+v\n%s", r.Diagnosis, body)
	}
	if got := r.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	x.Certificate = nil
	if r := Run(t.Context(), x, nil); !strings.Contains(string(r.Body), "You showed no certificate.") {
		t.Errorf("without: %s", r.Body)
	}
	x.URL = s.URL() + "/nothing"
	if r := Run(t.Context(), x, nil); r.Status != 404 || r.Diagnosis.Code != HTTPStatus {
		t.Errorf("nothing there: %d", r.Status)
	}
}

func TestConnectionLogKeepsTheLast(t *testing.T) {
	l := newConnectionLog(nil)
	for i := range 2*maxConnections + 1 {
		l.add(Connection{Status: i})
	}
	all := l.all()
	if len(all) != maxConnections || all[0].Status != maxConnections+1 || all[maxConnections-1].Status != 2*maxConnections {
		t.Errorf("%d kept, %d to %d", len(all), all[0].Status, all[len(all)-1].Status)
	}
}

// TestConnectionWithoutRequest: one that comes and asks nothing is recorded.
func TestConnectionWithoutRequest(t *testing.T) {
	p := newPair(t)
	log := make(chan Connection, 4)
	config := p.mtls()
	config.Log = func(c Connection) { log <- c }
	s := start(t, config)
	conn, err := tls.Dial("tcp", s.Addr(), &tls.Config{RootCAs: pkitest.Pool(p.root.Certificate), Certificates: []tls.Certificate{*p.client}, Time: clock})
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	c := <-log
	want := Link{"/CN=alice", "/CN=Acme Root"}
	if c.ClientName != "alice" || c.Method != "" || c.Refusal != "" || len(c.Chain) != 1 || c.Chain[0] != want || c.Remote != conn.LocalAddr().String() {
		t.Errorf("%+v", c)
	}
}

// TestServerOtherBytes: neither TLS nor HTTP, and nothing at all.
func TestServerOtherBytes(t *testing.T) {
	p := newPair(t)
	log := make(chan Connection, 4)
	config := p.mtls()
	config.Log = func(c Connection) { log <- c }
	s := start(t, config)
	for _, c := range []struct{ send, code string }{{"SSH-2.0-x\r\n", NotTLS}, {"", Reset}} {
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, c.send)
		conn.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, conn)
		conn.Close()
		if got := <-log; got.RefusalCode != c.code {
			t.Errorf("%q: %s %s, want %s", c.send, got.RefusalCode, got.Refusal, c.code)
		}
	}
	plain := start(t, ServerConfig{Mode: ModePlain})
	conn, err := net.Dial("tcp", plain.Addr())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if r := Run(t.Context(), Try{URL: plain.URL() + "/hello", Now: clock}, nil); !r.OK() {
		t.Errorf("after a visitor that said nothing: %+v", r.Diagnosis)
	}
}

// TestServerBounded: more than maxServed connections at a time are closed at
// once, and places come back.
func TestServerBounded(t *testing.T) {
	p := newPair(t)
	s := start(t, p.mtls())
	var held []net.Conn
	for range maxServed {
		c, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	for len(s.slots) < maxServed {
		time.Sleep(time.Millisecond)
	}
	r := Run(t.Context(), p.try(s.URL()+"/hello", 0), nil)
	if r.OK() || r.Diagnosis.Code != Reset {
		t.Errorf("one too many: %+v", r.Diagnosis)
	}
	for _, c := range held {
		c.Close()
	}
	for len(s.slots) > 0 {
		time.Sleep(time.Millisecond)
	}
	if r := Run(t.Context(), p.try(s.URL()+"/hello", 0), nil); !r.OK() {
		t.Errorf("afterwards: %+v", r.Diagnosis)
	}
}

// TestClose: quick with idle, silent and half-made connections; twice is once.
func TestClose(t *testing.T) {
	p := newPair(t)
	s, err := Start(p.mtls())
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	conn, err := tls.Dial("tcp", s.Addr(), &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{*p.client}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second) // Shutdown alone waits five
	defer cancel()
	for range 2 {
		if err := s.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := net.Dial("tcp", s.Addr()); !errors.Is(err, errnoRefused) {
		t.Errorf("after close: %v", err)
	}
	config := p.mtls()
	config.Port = s.Port()
	start(t, config) // the port is free again
}

// TestCloseDrains: a request under way is answered; one that does not end is
// cut off when the context ends.
func TestCloseDrains(t *testing.T) {
	for _, patient := range []bool{true, false} {
		t.Run(fmt.Sprint(patient), func(t *testing.T) {
			s, err := Start(ServerConfig{Mode: ModePlain})
			if err != nil {
				t.Fatal(err)
			}
			conn, err := net.Dial("tcp", s.Addr())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			started := make(chan struct{})
			finish := make(chan struct{})
			s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Context().Value(visitKey{}).(*visit).requests.Add(1)
				close(started)
				select {
				case <-finish:
				case <-r.Context().Done():
				}
				io.WriteString(w, "done")
			})
			io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
			<-started
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if patient {
				ctx = t.Context()
				time.AfterFunc(50*time.Millisecond, func() { close(finish) })
			}
			err = s.Close(ctx)
			answer, _ := io.ReadAll(conn)
			if patient != (err == nil) || patient != strings.HasSuffix(string(answer), "done") {
				t.Errorf("close: %v, answer %q", err, answer)
			}
		})
	}
}

// TestRefusalCodes are those that only a server sees, or only some clients provoke.
func TestRefusalCodes(t *testing.T) {
	cert := &x509.Certificate{NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	invalid := func(r x509.InvalidReason) error {
		return &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Cert: cert, Reason: r}}
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{invalid(x509.NotAuthorizedToSign), ClientIssuerNotAuthority},
		{invalid(x509.NameMismatch), ClientCertificateRefused},
		{errors.New("tls: no cipher suite supported by both client and server"), NoCommonCipher},
		{context.DeadlineExceeded, Timeout},
		{errors.New("tls: something new"), Unknown},
		{tls.RecordHeaderError{RecordHeader: [5]byte{'G', 'E', 'T', ' ', '/'}}, NotTLS}, // no connection to answer on
	} {
		if got := refusalCode(c.err, now); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
}
