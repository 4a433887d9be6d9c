package ui

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"countersign/pki/pkitest"
	"countersign/testclient"
	"countersign/ui/widgets"
)

// TestBareLines: lines to a server without HTTP, and what it says.
func TestBareLines(t *testing.T) {
	l, _ := example(t, func(o *Options) { o.Now, o.Desk.Now = time.Now, time.Now })
	cert, key := pkitest.Server(t, pkitest.Root(t, "Far Root"))
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pkitest.TLS(cert, key)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for lines := bufio.NewScanner(c); lines.Scan(); {
					fmt.Fprintf(c, "you said %s\r\n", lines.Text())
				}
			}()
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	f := l.c.form
	f.chooseTrust(trusted{insecure: true})
	f.chooseCert("")
	f.url.SetText("https://localhost:" + port)
	f.body.SetText("one\ntwo")
	l.try()
	l.wantTitle("The server's answer is not HTTP")
	l.tap("Use tls://")
	l.wantTitle("The server answered")
	l.wantTones([7]widgets.Tone{good, good, widgets.ToneSoon, grey, grey, good, good})
	if f.url.Text != "tls://localhost:"+port || l.c.answer.body.Text() != "you said one\nyou said two" || !l.c.answer.root.Visible() {
		t.Errorf("%q answers %q", f.url.Text, l.c.answer.body.Text())
	}
	row := l.c.picture.rows[testclient.StepAccess-1].line
	if row.client != "Sends lines" || row.server != "listens" || row.middle != "it answered" {
		t.Errorf("step 6 says %+v", row)
	}
	if strings.Contains(l.c.verdict.notice.Body(), "HTTP") {
		t.Errorf("the verdict says %q", l.c.verdict.notice.Body())
	}
	l.wantWhole("raw")
}
