package ui

import (
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

func TestServerStartsAndStops(t *testing.T) {
	l, made := example(t)
	if got := l.c.localButton.Text(); got != "Local server" {
		t.Errorf("the button says %q", got)
	}
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	running := l.c.local.running
	if got := l.c.local.status.Text(); got != "running on "+running.URL() {
		t.Errorf("the panel says %q", got)
	}
	l.navigate("activity", "")
	l.queue.drain()
	dial(t, running.Addr(), true)
	l.navigate("connections", "")
	l.queue.drain()
	test.Tap(l.c.local.halt)
	l.queue.drain()
	if l.c.local.running != nil || l.c.local.status.Text() != "stopped" {
		t.Errorf("after stopping the panel says %q", l.c.local.status.Text())
	}
	dial(t, running.Addr(), false)
}

func dial(t *testing.T, address string, listens bool) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if (err == nil) != listens {
		t.Errorf("dial %s: %v", address, err)
	}
	if err == nil {
		conn.Close()
	}
}

func TestServerStartsAnew(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	first := l.c.local.running
	l.serve(testclient.ModeTLS, made.Server.ID, "")
	if l.c.local.running == first {
		t.Fatal("the first server still runs")
	}
	dial(t, first.Addr(), false)
	dial(t, l.c.local.running.Addr(), true)
}

func TestServerPorts(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	l, _ := example(t)
	l.c.openLocal(true)
	for _, c := range []struct{ typed, fault string }{
		{"http", "A number from 1 to 65535, or nothing for a free one."},
		{"70000", "A number from 1 to 65535, or nothing for a free one."},
		{port, "Port " + port + " is taken by another program. "},
	} {
		l.c.local.port.SetText(c.typed)
		test.Tap(l.c.local.start)
		l.queue.drain()
		if got := l.c.local.portField.Fault(); !strings.HasPrefix(got, c.fault) {
			t.Errorf("port %q: %q, want %q", c.typed, got, c.fault)
		}
		if l.c.local.running != nil {
			t.Fatal("a server runs")
		}
	}
	taken.Close()
	test.Tap(l.c.local.start)
	l.queue.drain()
	if s := l.c.local.running; s == nil || strconv.Itoa(s.Port()) != port {
		t.Errorf("the freed port was not taken: %q", l.c.local.portField.Fault())
	}
}

func TestLockingStopsTheServer(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	address := l.c.local.running.Addr()
	l.lock()
	l.queue.drain()
	dial(t, address, false)
}

// Requests from elsewhere that the server answers put off the lock; those that
// it refuses do not.
func TestServedRequestsPutOffTheLock(t *testing.T) {
	l, made := example(t)
	if l.serve(testclient.ModeTLS, made.Server.ID, ""); !l.c.local.locks.Visible() {
		t.Error("nothing says that locking stops the server")
	}
	address := l.c.local.running.Addr()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	l.queue.pass(4 * time.Minute)
	answer, err := client.Get("https://" + address + "/hello")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	l.queue.until("the request is in the log", func() bool { return !l.c.local.visits.empty() })
	l.queue.pass(4 * time.Minute)
	if l.desk == nil {
		t.Fatal("locked although the server is used")
	}
	if refused, err := tls.Dial("tcp", address, &tls.Config{}); err == nil {
		refused.Close()
		t.Fatal("a server that is not trusted was taken")
	}
	l.queue.until("the refusal is in the log", func() bool { return len(l.c.local.visits.list) > 1 })
	l.queue.pass(2 * time.Minute)
	if l.desk != nil {
		t.Fatal("not locked though the server answered nobody")
	}
}

func TestServerNeedsACertificate(t *testing.T) {
	l := newLab(t)
	l.c.openLocal(true)
	if !l.c.local.start.Disabled() || !l.c.local.missing.Visible() {
		t.Error("a server without a certificate can be started")
	}
	l.c.local.mode.Choose(0)
	if l.c.local.start.Disabled() || l.c.local.missing.Visible() {
		t.Error("plain HTTP cannot be started")
	}
	test.Tap(l.c.local.start)
	l.queue.drain()
	l.try()
	l.wantTitle("The server answered")
}

func TestServerPrefersLocalhost(t *testing.T) {
	l := newLab(t)
	made, err := l.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.leaf(pki.Server, made.Authority.ID, "api.acme.test", "api.acme.test")
	if got := l.c.local.cert.Value(); got != desk.ExampleServer {
		t.Errorf("the panel chose %q", got)
	}
	if got := l.c.local.clients.Value(); got != desk.ExampleAuthority {
		t.Errorf("the panel lets in clients of %q", got)
	}
}

// The panel shows where the list and the responder are, and a revoked client
// is refused, for the reason that it is.
func TestServerRefusesTheRevoked(t *testing.T) {
	l, made := example(t)
	if _, err := l.desk.Revoke(t.Context(), []desk.ID{made.Client.ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	p := l.c.local.published
	p.check.SetChecked(true)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	p.more.SetOpen(true)
	l.c.local.root.Refresh()
	l.c.layoutAgain()
	l.c.scroll.ScrollToBottom()
	l.queue.drain()
	l.picture("server-published")
	rows := p.facts.Values()
	running := l.c.local.running
	list, err := l.desk.CRL(made.Authority.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Copy != running.OCSPURL() || rows[1].Copy != running.CRLURL(list.FileName) || l.crlAddress(list) != rows[1].Copy {
		t.Errorf("the addresses are %+v", rows)
	}
	result, err := l.desk.Connect(t.Context(), desk.Try{URL: running.URL() + "/hello", CertificateID: made.Client.ID, TrustIDs: []desk.ID{made.Authority.ID}}, nil)
	if err != nil || result.Diagnosis == nil || result.Diagnosis.Code != testclient.ClientCertificateRevoked {
		t.Errorf("the client is told %+v, %v", result.Diagnosis, err)
	}
	if _, err := l.desk.ReleaseHold(t.Context(), []desk.ID{made.Client.ID}); err == nil {
		t.Error("released, though revoked for good")
	}
	l.c.local.mode.Choose(0)
	if p.check.Visible() {
		t.Error("plain HTTP asks whether to refuse revoked clients")
	}
}
