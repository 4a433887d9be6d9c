package ui

import (
	"crypto/tls"
	"net"
	"regexp"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// waitsForGlobex waits for the real client, and stops.
func (b *bench) waitsForGlobex(t *testing.T) {
	t.Helper()
	if page := b.partnerShown(); page.next != "they-call/try" || page.buttons["they-call/try"].Text() != "Wait for their call" {
		t.Errorf("next is %q", page.next)
	}
	b.partnerShown().press(b, "they-call/try")
	p := b.shown().(*partnerTrying)
	b.queue.until("the try ends", func() bool { return p.stop == nil })
	if !p.wait.Visible() {
		t.Fatal("their call cannot be waited for")
	}
	if p.reached.port.Text != "8443" {
		t.Errorf("the port of our address is not preset, but %q", p.reached.port.Text)
	}
	p.reached.port.SetText("")
	b.picture("partners-wait-before")
	test.Tap(p.wait)
	if !p.halt.Visible() || p.wait.Visible() || !strings.Contains(p.verdict.Title(), "Waiting for a client of Globex") {
		t.Errorf("it says %q", p.verdict.Title())
	}
	b.picture("partners-wait")
	test.Tap(p.halt)
	b.queue.until("it stops", func() bool { return p.stop == nil })
	if p.verdict.Visible() || !p.wait.Visible() {
		t.Error("it still waits")
	}
	b.waitsOnAll(t, p)
	b.back()
	b.queue.drain()
}

// waitsOnAll waits where other computers reach it, which it says; a port that is
// none is said at its field.
func (b *bench) waitsOnAll(t *testing.T, p *partnerTrying) {
	t.Helper()
	p.reached.port.SetText("70000")
	test.Tap(p.wait)
	if p.reached.portField.Fault() == "" || p.halt.Visible() {
		t.Error("it waits at port 70000")
	}
	p.reached.port.SetText("")
	p.reached.from.Choose(1)
	b.picture("partners-wait-choose")
	b.queue.drain()
	test.Tap(p.wait)
	waits, waited := b.queue.take(), make(chan struct{})
	go func() { // it ends when it is stopped: the queue goes on meanwhile
		waits()
		close(waited)
	}()
	want := "It listens on every address of this computer"
	if len(testclient.OwnAddresses()) == 0 {
		want = "This computer has no address that others reach."
	}
	b.queue.until("it listens", func() bool { return strings.Contains(p.verdict.Body(), want) })
	b.picture("partners-wait-all")
	for _, own := range testclient.OwnAddresses() { // the certificate is for localhost
		if !regexp.MustCompile(regexp.QuoteMeta(own) + `\]?:\d+ \(a name that the certificate`).MatchString(p.verdict.Body()) {
			t.Errorf("nothing warns of %s: %q", own, p.verdict.Body())
		}
	}
	b.callsWithout(p)
	b.queue.until("the call stands there", func() bool { return len(p.calls.Objects) == 1 })
	call := p.calls.Objects[0].(*widgets.Notice)
	if !strings.Contains(call.Title(), "The server wants a client certificate, and none was sent") || call.Body() == "" {
		t.Errorf("of the refused call it says %q, %q", call.Title(), call.Body())
	}
	b.picture("partners-wait-refused")
	test.Tap(p.halt)
	<-waited
	b.queue.until("it stops", func() bool { return p.stop == nil })
	if want := "1 call was refused: The server wants a client certificate, and none was sent."; p.verdict.Title() != want || !p.verdict.Visible() {
		t.Errorf("at the end it says %q", p.verdict.Title())
	}
}

// callsWithout calls the server that waits, without a certificate.
func (b *bench) callsWithout(p *partnerTrying) {
	b.t.Helper()
	port := regexp.MustCompile(`https://\S*:(\d+)`).FindStringSubmatch(p.verdict.Body())
	if port == nil {
		b.t.Fatalf("no address in %q", p.verdict.Body())
	}
	c, err := tls.Dial("tcp", net.JoinHostPort("127.0.0.1", port[1]), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		return // refused within the handshake
	}
	_, _ = c.Read(make([]byte, 1))
	_ = c.Close()
}

// TestWaitingWhereOurAddressIsElsewhere: the page says that this computer only
// is not enough, and the checklist that our certificate lacks the name; what is
// next to do stands out.
func TestWaitingWhereOurAddressIsElsewhere(t *testing.T) {
	for _, language := range []string{"en", "zh-TW", "ja"} {
		b := unlocked(t, func(o *Options) { o.Printer = i18n.New(language) })
		b.win.Resize(fyne.NewSize(900, 600))
		root := b.issue(request(t, pki.Authority, "", "Acme Root", ""))
		server := b.issue(request(t, pki.Server, root.ID, "localhost", "localhost"))
		p := desk.Partner{Name: "Taipei", AuthorityID: root.ID}
		p.SetDirections(desk.TheyCall)
		p.TheyCall.TheirSigner, p.TheyCall.OurID, p.TheyCall.URL = desk.Us, server.ID, "https://192.0.2.2:21443/hello"
		p, err := b.desk.AddPartner(p)
		if err != nil {
			t.Fatal(err)
		}
		b.navigate("partners", p.ID)
		b.queue.drain()
		b.picture("partners-elsewhere-" + language)
		shown := b.partnerShown()
		if shown.next != "they-call/our-certificate" || shown.buttons["stand-in"] != nil {
			t.Errorf("next is %q, the stand-in is offered: %v", shown.next, shown.buttons["stand-in"] != nil)
		}
		shown.press(b, "they-call/try")
		try := b.shown().(*partnerTrying)
		b.picture("partners-elsewhere-wait-" + language)
		if try.reached.port.Text != "21443" || !try.reached.root.Objects[1].Visible() || try.picture.root.Visible() {
			t.Errorf("port %q, a hint: %v", try.reached.port.Text, try.reached.root.Objects[1].Visible())
		}
		if try.reached.from.Choose(1); try.reached.root.Objects[1].Visible() {
			t.Error("it still says that every address should be chosen")
		}
		b.back()
		b.queue.drain()
	}
}
