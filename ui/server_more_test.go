package ui

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// A port that is taken is said, and one click takes the one that is offered.
func TestServerOffersAnotherPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	l, _ := example(t)
	l.c.openLocal(true)
	s := l.c.local
	s.both.SetChecked(true)
	s.say()
	for _, input := range []struct {
		name string
		set  func()
	}{
		{"TLS", func() { s.port.SetText(port) }},
		{"plain HTTP", func() { s.port.SetText(""); s.plain.SetText(port) }},
	} {
		input.set()
		test.Tap(s.start)
		l.queue.drain()
		fault := s.portField.Fault() + s.plainField.Fault()
		if s.running != nil || !s.use.Visible() || !strings.HasPrefix(fault, "Port "+port+" is taken by another program. ") || s.use.Text() != "Use "+strconv.Itoa(s.free) {
			t.Fatalf("%s: %q, %q", input.name, fault, s.use.Text())
		}
		free := s.free
		l.c.scroll.ScrollToBottom()
		l.picture("server-port-" + strings.ReplaceAll(input.name, " ", "-"))
		test.Tap(s.use)
		l.queue.drain()
		if s.running == nil || s.running.Port() != free && s.running.PlainPort() != free || s.use.Visible() {
			t.Fatalf("%s: %d was not taken: %q %q", input.name, free, s.portField.Fault(), s.plainField.Fault())
		}
		if got := s.status.Text(); got != "running on "+s.running.URL()+" and "+s.running.PlainURL() {
			t.Errorf("%s: %q", input.name, got)
		}
		test.Tap(s.halt)
		l.queue.drain()
	}
}

// Clients of one's own authority and of a partner's are let in, of others not;
// plain HTTP answers beside; what it saw opens into headers and chain.
func TestServerOfTwoAuthorities(t *testing.T) {
	for _, look := range []struct {
		lang string
		n    int
	}{{"en", 0}, {"zh-TW", 3}, {"ja", 2}} {
		l, made := example(t, func(o *Options) { o.Printer, o.Dark = i18n.New(look.lang), &looks[look.n].dark })
		l.win.Resize(looks[look.n].size)
		partner, other := l.authority("Partner Root"), l.authority("Another Root")
		ours, theirs, strange := made.Client, l.leaf(pki.Client, partner.ID, "theirs", ""), l.leaf(pki.Client, other.ID, "strange", "")
		s := l.c.local
		s.both.SetChecked(true)
		if !s.also.root.Visible() || len(s.also.left()) != 2 {
			t.Fatalf("to add: %v", s.also.left())
		}
		s.also.take(partner.ID)
		l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
		for _, c := range []struct {
			id desk.ID
			in bool
		}{{ours.ID, true}, {theirs.ID, true}, {strange.ID, false}} {
			l.c.form.chooseCert(c.id)
			l.try()
			if got := l.c.last.result; got.OK() != c.in || len(got.AcceptableNames) != 2 {
				t.Errorf("%s: %t, accepts %v", c.id, got.OK(), got.AcceptableNames)
			}
		}
		response, err := http.Get(s.running.PlainURL() + "/hello")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if string(body) != "Hello, world!\n" {
			t.Errorf("plain HTTP: %q", body)
		}
		l.queue.until("all are in the log", func() bool { return len(s.visits.list) == 4 })
		row := s.visits.list[2]
		row.details.SetOpen(true)
		s.visits.opened(row)
		l.c.openLocal(true)
		l.c.scroll.ScrollToBottom()
		l.queue.drain()
		l.picture("server-log-" + look.lang)
		for _, want := range []string{"User-Agent: countersign", "Version: TLS 1.3", "DidResume: false", "NegotiatedProtocol: h2", " 0 s:/CN=theirs\n   i:/CN=Partner Root"} {
			if !strings.Contains(row.text.Text(), want) {
				t.Errorf("the details have no %q:\n%s", want, row.text.Text())
			}
		}
		text := s.visits.asText()
		if strings.Index(text, "CN=alice") > strings.Index(text, "CN=strange") || !strings.Contains(text, "    Refused: tls: failed to verify certificate: ") {
			t.Errorf("the log as text:\n%s", text)
		}
		if wide, room := l.c.root.MinSize().Width, l.c.root.Size().Width; wide > room {
			t.Errorf("%s: the place needs %v of %v", look.lang, wide, room)
		}
		// Another try changes nothing of a row that is open.
		l.try()
		l.queue.until("one more", func() bool { return len(s.visits.list) == 5 })
		if !row.details.Open() {
			t.Error("the next connection closed the details")
		}
		l.c.openLocal(true)
		l.c.scrollTo(s.root)
		l.picture("server-also-" + look.lang)
		s.mode.Choose(0)
		if s.also.root.Visible() || s.both.Visible() || s.plainField.Visible() {
			t.Error("plain HTTP asks whose clients are let in")
		}
	}
}

// The server goes on while another place is shown, and ends with the window.
func TestServerEndsWithTheWindow(t *testing.T) {
	l, made := example(t)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	address := l.c.local.running.Addr()
	l.navigate("overview", "")
	l.queue.drain()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	l.close()
	l.queue.drain()
	dial(t, address, false)
}

// Clients of other authorities are judged by their lists and their responder; an
// address that is none is said.
func TestServerAsksOthers(t *testing.T) {
	l, made := example(t)
	l.win.Resize(fyne.NewSize(900, 600))
	l.c.openLocal(true)
	p := l.c.local.published
	if p.other.Visible() {
		t.Error("lists are asked for, though nobody is to be refused")
	}
	p.check.SetChecked(true)
	p.ask.SetText("localhost:1")
	l.c.local.say()
	l.c.local.cert.Select(indexOf(l.c.local.certIDs, made.Server.ID))
	test.Tap(l.c.local.start)
	l.queue.drain()
	if got := p.askField.Fault(); l.c.local.running != nil || got != "This is no address of an OCSP responder. It begins with http:// or https://." {
		t.Errorf("it runs, or says %q", got)
	}
	p.ask.SetText("")
	p.lists.SetText("/nowhere/partner.crl")
	test.Tap(l.c.local.start)
	l.queue.drain()
	if got := p.listsField.Fault(); l.c.local.running != nil || got != "There is nothing at /nowhere/partner.crl." || p.askField.Fault() != "" {
		t.Errorf("it runs without its list, or says %q", got)
	}
	l.c.scrollTo(l.c.local.root)
	l.picture("server-others")
	p.lists.SetText("")
	test.Tap(l.c.local.start)
	l.queue.drain()
	if l.c.local.running == nil || !l.c.local.config.CheckRevocation {
		t.Errorf("it does not run: %+v", l.c.local.config)
	}
}
