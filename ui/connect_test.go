package ui

import (
	"context"
	"crypto/tls"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// lab is a bench with Connections shown.
type lab struct {
	*bench
	c *connections
}

func newLab(t *testing.T, options ...func(*Options)) *lab {
	t.Helper()
	b := unlocked(t, options...)
	b.navigate("connections", "")
	b.queue.drain()
	return &lab{b, b.connections()}
}

// example is a lab with the example's certificates, and no server.
func example(t *testing.T, options ...func(*Options)) (*lab, desk.Example) {
	t.Helper()
	l := newLab(t, options...)
	made, err := l.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.c.refresh()
	l.queue.drain()
	return l, made
}

// authority makes a root.
func (l *lab) authority(name string) desk.Certificate {
	l.t.Helper()
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName = name
	return l.issue(desk.IssueRequest{Request: r})
}

// leaf makes a certificate under an authority; names are for servers.
func (l *lab) leaf(kind pki.Kind, issuer desk.ID, name string, names string) desk.Certificate {
	l.t.Helper()
	r := pki.NewRequest(kind)
	r.Subject.CommonName = name
	if names != "" {
		parsed, faults := pki.ParseNames(names)
		if len(faults) > 0 {
			l.t.Fatal(faults)
		}
		r.Names = parsed
	}
	return l.issue(desk.IssueRequest{IssuerID: issuer, Request: r})
}

func (l *lab) issue(r desk.IssueRequest) desk.Certificate {
	l.t.Helper()
	made, err := l.desk.Issue(context.Background(), r)
	if err != nil {
		l.t.Fatal(err)
	}
	l.c.refresh()
	l.queue.drain()
	return made
}

// serve starts the local server by the panel, in a mode.
func (l *lab) serve(mode testclient.Mode, cert, clients desk.ID) {
	l.t.Helper()
	l.c.openLocal(true)
	for i, m := range serverModes {
		if m == mode {
			l.c.local.mode.Select(i)
		}
	}
	l.c.local.cert.Select(indexOf(l.c.local.certIDs, cert))
	l.c.local.clients.Select(indexOf(l.c.local.caIDs, clients))
	test.Tap(l.c.local.start)
	l.queue.drain()
	if l.c.local.running == nil {
		l.t.Fatalf("the server does not run: %s", l.c.local.portField.Fault())
	}
}

// try presses the button and waits.
func (l *lab) try() {
	l.t.Helper()
	test.Tap(l.c.form.button)
	l.queue.drain()
}

// button is the verdict's button that says so.
func (l *lab) button(label string) *widgets.Button {
	l.t.Helper()
	var labels []string
	for _, b := range l.c.verdict.buttons {
		labels = append(labels, b.Text())
		if b.Text() == label {
			return b
		}
	}
	l.t.Fatalf("no button %q, only %q", label, labels)
	return nil
}

// tones are the tones of the picture's rows.
func (l *lab) tones() [7]widgets.Tone {
	var tones [7]widgets.Tone
	for i, r := range l.c.picture.rows {
		tones[i] = r.line.tone
	}
	return tones
}

const (
	good   = widgets.ToneGood
	broken = widgets.ToneBroken
	grey   = widgets.ToneQuiet
)

var allGood = [7]widgets.Tone{good, good, good, good, good, good, good}

func (l *lab) wantTitle(title string) {
	l.t.Helper()
	if got := l.c.verdict.notice.Title(); got != title {
		l.t.Errorf("the verdict is %q, want %q; below it %q", got, title, l.c.verdict.notice.Body())
	}
}

func (l *lab) wantTones(want [7]widgets.Tone) {
	l.t.Helper()
	if got := l.tones(); got != want {
		l.t.Errorf("tones of the steps %v, want %v", got, want)
	}
}

func TestShowMeEndsGreen(t *testing.T) {
	l := newLab(t)
	l.picture("connections-empty")
	test.Tap(l.button("Show me"))
	l.queue.drain()
	l.wantTitle("The server let alice in")
	l.wantTones(allGood)
	running := l.c.local.running
	if running == nil {
		t.Fatal("the server does not run")
	}
	if got := l.c.form.url.Text; got != running.URL()+"/hello" {
		t.Errorf("the form has the address %q", got)
	}
	if got := l.c.form.cert.Value(); got != "as alice" {
		t.Errorf("the form presents %q", got)
	}
	if got := l.c.form.trust.Value(); got != "trust Example Root" {
		t.Errorf("the form says %q", got)
	}
	if got := l.c.localButton.Text(); got != "Local server: running on "+strconv.Itoa(running.Port()) {
		t.Errorf("the button says %q", got)
	}
	l.queue.until("the visit is in the log", func() bool { return !l.c.local.visits.empty() })
	seen := l.c.local.visits.words(l.c.local.visits.list[0].Connection)
	if seen.who != "alice" || seen.what != "GET /hello" || seen.end != "200" {
		t.Errorf("the server saw %+v", seen)
	}
	l.try()
	l.wantTones(allGood)
	if l.c.local.running != running {
		t.Error("another try made another server")
	}
}

func TestFirstRunShowsMe(t *testing.T) {
	b := unlocked(t)
	b.openShowMe()
	b.queue.drain()
	if b.frame.current != "connections" {
		t.Fatalf("shown is %q", b.frame.current)
	}
	l := &lab{b, b.connections()}
	l.wantTones(allGood)
}

func TestStepsShowAsTheyEnd(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	test.Tap(l.c.form.button)
	l.wantTones([7]widgets.Tone{grey, grey, grey, grey, grey, grey, grey})
	if got := l.c.form.button.Text(); got != "Stop" {
		t.Errorf("while it runs the button says %q", got)
	}
	var seen []int
	for next := l.queue.take(); next != nil; next = l.queue.take() {
		next()
		n := 0
		for _, tone := range l.tones() {
			if tone == good {
				n++
			}
		}
		if len(seen) == 0 || seen[len(seen)-1] != n {
			seen = append(seen, n)
		}
	}
	for i, n := range seen {
		if i != n {
			t.Fatalf("done steps shown: %v", seen)
		}
	}
	if len(seen) != 8 {
		t.Errorf("done steps shown: %v, want each from 0 to 7", seen)
	}
}

func TestMoreIsSent(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeTLS, made.Server.ID, "")
	f := l.c.form
	f.method.Select(2)
	f.headers.SetText("X-One: 1\nX-Two: 2: 3")
	f.body.SetText("{}")
	f.timeout.SetText("2.5")
	f.lowest.Select(3)
	f.highest.Select(3)
	got, ok := f.read()
	if !ok || got.Method != "POST" || got.Header.Get("X-Two") != "2: 3" || string(got.Body) != "{}" ||
		got.Timeout.String() != "2.5s" || got.MinVersion != tls.VersionTLS12 || got.MaxVersion != tls.VersionTLS12 {
		t.Errorf("read %+v, %v", got, ok)
	}
	l.try()
	if r := l.c.last.result; r.Version != "TLS 1.2" || r.Status != 200 {
		t.Errorf("answered %q %d", r.Version, r.Status)
	}
	f.timeout.SetText("soon")
	f.headers.SetText("none")
	l.try()
	if f.timeoutField.Fault() == "" || f.headersField.Fault() == "" || !f.more.Visible() || l.c.stop != nil {
		t.Errorf("faults %q and %q, shown %v", f.timeoutField.Fault(), f.headersField.Fault(), f.more.Visible())
	}
}

func TestStopped(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	test.Tap(l.c.form.button)
	test.Tap(l.c.form.button)
	l.queue.drain()
	l.wantTitle("Stopped")
	if got := l.c.form.button.Text(); got != "Try" {
		t.Errorf("the button says %q", got)
	}
	l.wantTones([7]widgets.Tone{grey, grey, grey, grey, grey, grey, grey})
	done, err := l.desk.Activities(1)
	if err != nil || len(done) != 1 || done[0].Detail["state"] != "stopped" {
		t.Fatalf("%v, the activity has %+v", err, done)
	}
	if tone, words := outcomeWords(l.Window.t, done[0]); tone != grey || words != "Stopped" || deedWords(l.Window.t, done[0]) != "Connection stopped" {
		t.Errorf("the activity says %v %q, %q", tone, words, deedWords(l.Window.t, done[0]))
	}
	test.Tap(l.button("Try again"))
	l.queue.drain()
	l.wantTitle("The server let alice in")
}

func TestEnterTries(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	l.c.form.url.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	l.queue.drain()
	l.wantTitle("The server let alice in")
}

func TestStepsAsText(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	l.c.form.chooseCert("")
	l.c.form.url.SetText(strings.Replace(l.c.form.url.Text, "://", "://me:secret@", 1) + "?token=secret")
	l.try()
	l.c.copyItems()[0].Action()
	text := l.app.Clipboard().Content()
	for _, want := range []string{
		"GET https://localhost:", "1  Client connects to the server", "done", "5  Server verifies it", "failed: alert 116: certificate required",
		"6  Server grants access", "not reached", "The server wants a client certificate, and none was sent",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "secret") {
		t.Errorf("a secret in\n%s", text)
	}
}

func TestTryCertificate(t *testing.T) {
	l, made := example(t)
	l.navigate("overview", "")
	l.tryCertificate(made.Client.ID)
	l.queue.drain()
	if l.frame.current != "connections" || l.c.form.chosenCert() != made.Client.ID || l.c.form.trust.Value() != "trust Example Root" {
		t.Errorf("shown %q with %q, %q", l.frame.current, l.c.form.cert.Value(), l.c.form.trust.Value())
	}
	l.tryCertificate(made.Server.ID)
	l.queue.drain()
	if !l.c.local.root.Visible() || l.c.local.chosenCert() != made.Server.ID {
		t.Error("the local server is not offered with the server's certificate")
	}
}

// TestCopyAs: the tried request is copied for another program.
func TestCopyAs(t *testing.T) {
	l := newLab(t)
	l.c.showMe()
	l.queue.drain()
	for _, item := range l.c.copyItems()[2:] {
		item.Action()
		l.queue.drain()
		if text := l.app.Clipboard().Content(); !strings.Contains(text, "alice") || !strings.Contains(text, "/hello") {
			t.Errorf("%s: %q", item.Label, text)
		}
	}
	if n := len(l.c.copyItems()[2:]); n != len(desk.SnippetKinds()) {
		t.Errorf("%d programs", n)
	}
}
