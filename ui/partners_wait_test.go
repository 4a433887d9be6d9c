package ui

import (
	"regexp"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/testclient"
)

// waitsForGlobex waits for the real client, and stops.
func (b *bench) waitsForGlobex(t *testing.T) {
	t.Helper()
	b.partnerShown().press(b, "they-call/try")
	p := b.shown().(*partnerTrying)
	b.queue.until("the try ends", func() bool { return p.stop == nil })
	if !p.wait.Visible() {
		t.Fatal("their call cannot be waited for")
	}
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
	test.Tap(p.halt)
	<-waited
	b.queue.until("it stops", func() bool { return p.stop == nil })
}
