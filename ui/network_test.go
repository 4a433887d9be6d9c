package ui

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// listening answers each connection by f.
func listening(t *testing.T, f func(net.Conn)) string {
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

// saying reads something and answers with the text.
func saying(text string) func(net.Conn) {
	return func(c net.Conn) {
		c.Read(make([]byte, 4096))
		io.WriteString(c, text)
	}
}

// TestNetworkKinds: each way that a network fails has its own words, in each
// language.
func TestNetworkKinds(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	hang := listening(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	reset := listening(t, func(c net.Conn) { c.Read(make([]byte, 1)); c.(*net.TCPConn).SetLinger(0) })
	portal := listening(t, saying("HTTP/1.1 302 Found\r\nLocation: http://login.wifi.example/\r\nContent-Length: 0\r\n\r\n"))
	refuses := listening(t, saying("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))
	behind := listening(t, func(c net.Conn) { // a proxy that says yes, and portal answers behind it
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 302 Found\r\nLocation: http://login.wifi.example/\r\nContent-Length: 0\r\n\r\n")
		}
	})
	for _, language := range []string{"en", "zh-TW", "ja"} {
		lab := newLab(t, func(o *Options) { o.Printer = i18n.New(language) })
		seen := map[string]string{}
		for _, c := range []struct{ code, url, proxy string }{
			{testclient.NameNotFound, "https://nowhere.invalid", ""},
			{testclient.Refused, "https://" + closed, ""},
			{testclient.Timeout, "https://" + hang, ""},
			{testclient.Reset, "https://" + reset, ""},
			{testclient.ProxyUnreachable, "https://acme.test", closed},
			{testclient.ProxyRefused, "https://acme.test", refuses},
			{testclient.ProxyPage, "https://acme.test", portal},
			{testclient.CaptivePortal, "https://acme.test", behind},
		} {
			lab.c.form.url.SetText(c.url)
			lab.c.form.proxy.SetText(c.proxy)
			lab.c.form.timeout.SetText("0.3")
			lab.try()
			d := lab.c.last.result.Diagnosis
			if d == nil || d.Code != c.code || d.Side != testclient.NetworkSide {
				t.Fatalf("%s: %+v", c.code, d)
			}
			title := lab.c.verdict.notice.Title()
			if other := seen[title]; other != "" || title == "" {
				t.Errorf("%s: %s is called %q, as %s", language, c.code, title, other)
			}
			seen[title] = c.code
			if raw := lab.c.verdict.raw.Text(); raw == "" || lab.c.verdict.fold.Open() {
				t.Errorf("%s: the error itself is %q", c.code, raw)
			}
		}
		lab.wantWhole("portal-" + language)
	}
}

// TestUnknownIsShownRaw: what no row knows is shown as it came, at its step.
func TestUnknownIsShownRaw(t *testing.T) {
	l := newLab(t)
	l.c.form.url.SetText("https://" + listening(t, saying("\x15\x03\x03\x00\x02\x02\x50")))
	l.try()
	l.wantTitle("It failed for a reason that is not known")
	if !l.c.verdict.fold.Open() || !strings.Contains(l.c.verdict.raw.Text(), "internal error") {
		t.Errorf("open %v: %q", l.c.verdict.fold.Open(), l.c.verdict.raw.Text())
	}
	if row := l.c.picture.rows[testclient.StepServerCertificate-1].line; row.tone != broken {
		t.Errorf("step 2 is %+v", row)
	}
	l.wantWhole("unknown")
}

// TestServersChainIsExported: a server of this vault that sends no intermediate
// gets the file that has it.
func TestServersChainIsExported(t *testing.T) {
	l, made := example(t, func(o *Options) { o.Now, o.Desk.Now = time.Now, time.Now })
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName = "Issuing"
	middle := l.issue(desk.IssueRequest{IssuerID: made.Authority.ID, Request: r})
	server := l.leaf(pki.Server, middle.ID, "localhost", "localhost")
	l.c.form.url.SetText(l.serveLeafOnly(server))
	l.c.form.chooseTrust(trusted{ids: []desk.ID{made.Authority.ID}})
	l.try()
	l.wantTitle("The server does not send its whole chain")
	test.Tap(l.button("Export the chain for the server"))
	l.queue.drain()
	if e, shown := l.shown().(*export); !shown || e.cert.ID != server.ID {
		t.Errorf("the export is not shown but %T", l.shown())
	}
}

// serveLeafOnly is a server with a certificate of the vault and nothing above it.
func (l *lab) serveLeafOnly(c desk.Certificate) string {
	l.t.Helper()
	var parts [2][]byte
	for i, format := range []desk.Format{desk.PEM, desk.Key} {
		file, err := l.desk.Export(c.ID, format, "")
		if err != nil {
			l.t.Fatal(err)
		}
		parts[i] = file.Data
	}
	pair, err := tls.X509KeyPair(parts[0], parts[1])
	if err != nil {
		l.t.Fatal(err)
	}
	pair.Certificate = pair.Certificate[:1]
	address := listening(l.t, func(c net.Conn) { tls.Server(c, &tls.Config{Certificates: []tls.Certificate{pair}}).Handshake() })
	_, port, _ := net.SplitHostPort(address)
	return "https://localhost:" + port
}
