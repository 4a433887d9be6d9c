package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// looks are the sizes and lights that each state of Connections is drawn in.
var looks = []struct {
	name string
	dark bool
	size fyne.Size
}{
	{"light", false, fyne.NewSize(1180, 760)},
	{"dark", true, fyne.NewSize(1180, 760)},
	{"small", false, fyne.NewSize(900, 600)},
	{"small-dark", true, fyne.NewSize(900, 600)},
}

// wantWhole looks whether everything of the place is inside of its width, and
// the lines of the picture are in order, none over another.
func (l *lab) wantWhole(state string) {
	l.t.Helper()
	l.picture("connections-" + state)
	if wide, room := l.c.root.MinSize().Width, l.c.root.Size().Width; wide > room {
		l.t.Errorf("%s: the place needs %v of %v", state, wide, room)
	}
	if need, has := l.c.body.MinSize().Height, l.c.body.Size().Height; need > has {
		l.t.Errorf("%s: the body needs %v of %v", state, need, has)
	}
	for i, r := range l.c.picture.rows {
		if !r.root.Visible() {
			continue
		}
		if need, has := r.root.MinSize().Height, r.root.Size().Height; need > has {
			l.t.Errorf("%s: row %d needs %v of %v", state, i+1, need, has)
		}
		words := r.middle.Position().X + r.middle.Size().Width
		if r.line.server != "" && r.line.flow != flowToClient && words > r.server.Position().X {
			l.t.Errorf("%s: row %d: the middle runs into the server's words", state, i+1)
		}
	}
}

func TestConnectionsAreWhole(t *testing.T) {
	for _, look := range looks {
		l := newLab(t, func(o *Options) { o.Dark = &look.dark })
		l.win.Resize(look.size)
		l.wantWhole("empty-" + look.name)
		l.c.showMe()
		l.wantWhole("running-" + look.name)
		l.queue.drain()
		l.wantWhole("good-" + look.name)
		l.queue.until("the visit is in the log", func() bool { return !l.c.local.visits.empty() })
		l.failures(look.name)
		l.c.form.openMore(true)
		l.wantWhole("more-" + look.name)
	}
}

// failures goes through what can go wrong, with the server of showMe.
func (l *lab) failures(look string) {
	made := desk.Example{}
	for _, c := range l.c.book.byID {
		switch c.Name {
		case desk.ExampleAuthority:
			made.Authority = c
		case desk.ExampleClient:
			made.Client = c
		case desk.ExampleServer:
			made.Server = c
		}
	}
	partner := l.authority("Partner Root")
	l.leaf(pki.Client, partner.ID, "a client with a name that is longer than most", "")
	wrong := l.leaf(pki.Server, partner.ID, "api.partner.example", "api.partner.example 10.0.0.7")

	l.c.form.chooseCert("")
	l.try()
	l.wantWhole("missing-" + look)
	l.c.form.chooseCert(l.c.book.clientUnder([]desk.ID{partner.ID}, l.c.usable))
	l.try()
	l.wantWhole("authority-" + look)
	l.c.verdict.fold.SetOpen(true)
	l.c.layoutAgain()
	l.wantWhole("authority-raw-" + look)
	l.c.form.chooseTrust(trusted{ids: []desk.ID{partner.ID}})
	l.try()
	l.wantWhole("untrusted-" + look)
	l.c.form.chooseTrust(trusted{insecure: true})
	l.c.form.chooseCert(made.Client.ID)
	l.try()
	l.wantWhole("insecure-" + look)
	l.c.form.url.SetText(strings.TrimSuffix(l.c.form.url.Text, "/hello") + "/missing")
	l.try()
	l.wantWhole("status-" + look)
	l.c.form.url.SetText(l.c.local.running.URL())
	l.try()
	l.wantWhole("json-" + look)
	l.serve(testclient.ModeTLS, wrong.ID, "")
	l.c.form.chooseTrust(trusted{ids: []desk.ID{partner.ID}})
	l.try()
	l.wantWhole("name-" + look)
	l.c.openLocal(true)
	l.queue.until("the refusal is in the log", func() bool { return !l.c.local.visits.empty() })
	l.c.openLocal(true)
	l.wantWhole("server-" + look)
	l.c.openLocal(false)
	l.c.form.url.SetText("ftp://x")
	l.try()
	l.wantWhole("bad-url-" + look)
}

// TestPlainIsWhole: the picture of a connection that is no mutual TLS has the
// steps that took place, and a line that says what it is instead.
func TestPlainIsWhole(t *testing.T) {
	for _, lang := range i18n.Languages() {
		for _, look := range looks {
			l, made := example(t, func(o *Options) { o.Printer, o.Dark = i18n.New(lang), &look.dark })
			l.win.Resize(look.size)
			for _, c := range []struct {
				mode    testclient.Mode
				instead string
				rows    []int
			}{
				{testclient.ModeTLS, "step.instead.plain-tls", []int{1, 2, 3, 4, 6, 7}},
				{testclient.ModePlain, "step.instead.plain-http", []int{1, 2, 6, 7}},
			} {
				cert := made.Server.ID
				if c.mode == testclient.ModePlain {
					cert = ""
				}
				l.serve(c.mode, cert, "")
				l.c.openLocal(false)
				l.try()
				l.wantWhole("plain-" + string(c.mode) + "-" + lang + "-" + look.name)
				note := i18n.New(lang).T(c.instead)
				var rows []int
				for i, r := range l.c.picture.rows {
					if r.root.Visible() {
						rows = append(rows, i+1)
					}
					if r.note.Visible() && (r.note.Text() != note || r.badge.Visible() || r.client.Visible()) {
						t.Errorf("%s %s: row %d says %q", lang, c.mode, i+1, r.note.Text())
					}
				}
				if !slices.Equal(rows, c.rows) {
					t.Errorf("%s %s: the rows %v", lang, c.mode, rows)
				}
				text := l.resultText(l.c.last.result)
				if strings.Count(text, note) != 1 || strings.Contains(text, "\n4 ") || !strings.Contains(text, "\n7 ") {
					t.Errorf("%s %s: the copy is %q", lang, c.mode, text)
				}
			}
			l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
			l.try()
			for i, r := range l.c.picture.rows {
				if !r.root.Visible() || r.note.Visible() {
					t.Errorf("%s: row %d is still left out", lang, i+1)
				}
			}
		}
	}
}
