package ui

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/pki/pkitest"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// wantMended looks at the strip: what failed before, and that all passes now.
func (l *lab) wantMended(step int, before string) {
	l.t.Helper()
	s := l.c.strip
	if !s.root.Visible() {
		l.t.Fatal("both tries are not shown")
	}
	if got := s.before.words.Text(); got != before {
		l.t.Errorf("before: %q", got)
	}
	if got := s.now.words.Text(); got != "All is done: HTTP 200 OK" {
		l.t.Errorf("now: %q", got)
	}
	if d := l.c.last.before.result.Diagnosis; d == nil || d.Step != step {
		l.t.Errorf("the try before is %+v", d)
	}
	l.wantTones(allGood)
}

// tap presses a button of the verdict.
func (l *lab) tap(label string) {
	l.t.Helper()
	test.Tap(l.button(label))
	l.queue.drain()
}

func TestMendedByAnotherCertificate(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	l.c.form.chooseCert("")
	l.try()
	if l.c.strip.root.Visible() {
		t.Error("a first try is shown beside another")
	}
	l.tap("Use alice")
	l.wantMended(5, "Failed at step 5: The server wants a client certificate, and none was sent")
	l.try()
	if l.c.strip.root.Visible() {
		t.Error("both tries stay when the next one is made")
	}
}

// TestMendedByRenewal: the clock goes on until bob has ended.
func TestMendedByRenewal(t *testing.T) {
	clock := testDay
	now := func() time.Time { return clock }
	l, made := example(t, func(o *Options) { o.Now, o.Desk.Now = now, now })
	r := pki.NewRequest(pki.Client)
	r.Subject.CommonName, r.NotAfter = "bob", clock.Add(24*time.Hour)
	bob := l.issue(desk.IssueRequest{IssuerID: made.Authority.ID, Request: r})
	clock = clock.Add(48 * time.Hour)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	l.c.form.chooseCert(bob.ID)
	l.try()
	l.wantTitle("The client certificate of bob has expired")
	l.tap("Renew bob")
	l.wantTitle("The server let bob in")
	l.wantMended(5, "Failed at step 5: The client certificate of bob has expired")
	if id := l.c.form.chosenCert(); id == bob.ID || id == "" {
		t.Error("the form presents the old one")
	}
}

func TestMendedByReissuingAsClient(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	l.c.form.chooseCert(made.Server.ID)
	l.try()
	l.wantTitle("localhost is not a client certificate")
	l.button("Use alice")
	l.tap("Reissue localhost as a client")
	l.wantMended(5, "Failed at step 5: localhost is not a client certificate")
}

func TestMendedByTheChain(t *testing.T) {
	l, made := example(t)
	issuing := pki.NewRequest(pki.Authority)
	issuing.Subject.CommonName = "Issuing"
	middle := l.issue(desk.IssueRequest{IssuerID: made.Authority.ID, Request: issuing})
	carol := l.leaf(pki.Client, middle.ID, "carol", "")
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	var files []string
	for _, f := range []desk.Format{desk.PEM, desk.Key} {
		file, err := l.desk.Export(carol.ID, f, "")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), file.Name)
		if err := desk.WriteFile(path, file, false); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	l.c.form.chooseCert(fromFiles)
	l.c.form.certFiles.SetText(strings.Join(files, "\n"))
	l.try()
	l.wantTitle("The client did not send the whole chain")
	l.tap("Send Issuing too")
	l.wantTitle("The server let carol in")
	l.wantMended(5, "Failed at step 5: The client did not send the whole chain")
	if !l.c.form.sendChain.Checked() {
		t.Error("the form does not say that the chain is sent")
	}
}

// TestMendedByTrust: an authority that only the server knows is trusted when a
// person has compared its fingerprint.
func TestMendedByTrust(t *testing.T) {
	l, made := example(t, func(o *Options) { o.Now, o.Desk.Now = time.Now, time.Now })
	root := pkitest.Root(t, "Far Root")
	cert, key := pkitest.Server(t, root)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }),
		TLSConfig: &tls.Config{ClientAuth: tls.RequestClientCert, Certificates: []tls.Certificate{pkitest.TLS(cert, key, root.Certificate)}}}
	t.Cleanup(func() { server.Close() })
	go server.ServeTLS(listener, "", "")
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	l.c.form.url.SetText("https://localhost:" + port)
	l.c.form.chooseCert(made.Client.ID)
	l.c.form.chooseTrust(trusted{ids: []desk.ID{made.Authority.ID}})
	l.try()
	l.wantTitle("You do not trust the authority of this server")
	l.tap("Trust Far Root…")
	l.wantTitle("Do you know Far Root?")
	if body := l.c.verdict.notice.Body(); !strings.Contains(body, pki.Fingerprint(root.Certificate)) {
		t.Errorf("no fingerprint in %q", body)
	}
	l.wantWhole("mend-trust")
	l.win.Resize(fyne.NewSize(900, 600))
	l.wantWhole("mend-trust-small")
	l.tap("Cancel")
	l.wantTitle("You do not trust the authority of this server")
	l.tap("Trust Far Root…")
	l.tap("It is the same: trust it")
	l.wantMended(3, "Failed at step 3: You do not trust the authority of this server")
	if got := l.c.form.trust.Value(); got != "trust Far Root" {
		t.Errorf("the form says %q", got)
	}
}

// TestMendedLooks draws what is offered and what came of it.
func TestMendedLooks(t *testing.T) {
	for _, look := range looks {
		for _, language := range []string{"en", "zh-TW", "ja"} {
			l, made := example(t, func(o *Options) { o.Dark, o.Printer = &look.dark, i18n.New(language) })
			l.win.Resize(look.size)
			l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
			l.c.openLocal(false)
			l.c.form.chooseCert(made.Server.ID)
			l.try()
			l.wantWhole("offer-" + language + "-" + look.name)
			if len(l.c.verdict.buttons) < 2 {
				t.Fatalf("%d buttons", len(l.c.verdict.buttons))
			}
			test.Tap(l.c.verdict.buttons[0])
			l.queue.drain()
			if l.c.strip.root.Hidden {
				t.Fatal("both tries are not shown")
			}
			for _, line := range []*mendedLine{l.c.strip.before, l.c.strip.now} {
				if end := line.words.Position().X + line.words.Size().Width; end > l.c.strip.root.Size().Width {
					t.Errorf("%s: the words run to %v of %v", language, end, l.c.strip.root.Size().Width)
				}
			}
			l.wantWhole("mended-" + language + "-" + look.name)
		}
	}
}
