package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// Beside the client's seven steps stand the words of our own server, and under a
// refusal what the client got and why the server said so.
func TestBothViews(t *testing.T) {
	day := testDay
	clock := func() time.Time { return day }
	l, made := example(t, func(o *Options) { o.Now, o.Desk.Now = clock, clock })
	other := l.authority("Partner Root")
	stranger := l.leaf(pki.Client, other.ID, "stranger", "")
	bob := l.leaf(pki.Client, made.Authority.ID, "bob", "")
	if _, err := l.desk.Revoke(t.Context(), []desk.ID{bob.ID}, pki.KeyCompromise, time.Time{}); err != nil {
		t.Fatal(err)
	}
	expired := l.expired(made.Authority.ID)
	day = day.AddDate(0, 0, 2)
	l.c.local.published.check.SetChecked(true)
	l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
	for _, c := range []struct {
		name   string
		client desk.ID
		seen   [7]string // parts
		got    string
		said   string
	}{
		{"let in", made.Client.ID, [7]string{"took the connection from 127.0.0.1:", "showed localhost, asked for localhost", "the client went on",
			"got alice, signed by Example Root", "verified it by Example Root", "answered GET /hello with 200", "TLS 1.3, TLS_AES_128_GCM_SHA256, h2; body: 0 bytes in, 14 out"}, "", ""},
		{"none", "", [7]string{"took", "showed", "went on", "asked for one, got none", "refused: tls: client didn't provide a certificate"},
			"remote error: tls: certificate required (alert 116: certificate required)", "tls: client didn't provide a certificate"},
		{"stranger", stranger.ID, [7]string{"took", "showed", "went on", "got stranger, signed by Partner Root", "signed by unknown authority"},
			"remote error: tls: unknown certificate authority (alert 48: ", "x509: certificate signed by unknown authority"},
		{"expired", expired.ID, [7]string{"took", "showed", "went on", "got expired", "has expired or is not yet valid"},
			"remote error: tls: expired certificate (alert 45: ", "is after"},
		{"revoked", bob.ID, [7]string{"took", "showed", "went on", "got bob", "is revoked since"},
			"remote error: tls: bad certificate (alert 42: ", "keyCompromise"},
	} {
		l.c.form.chooseCert(c.client)
		l.try()
		text := l.resultText(l.c.last.result)
		for i, row := range l.c.picture.rows {
			if !strings.Contains(row.line.seen, c.seen[i]) || (row.line.seen == "") != (c.seen[i] == "") || !strings.Contains(text, row.line.seen) {
				t.Errorf("%s: step %d: %q, want %q", c.name, i+1, row.line.seen, c.seen[i])
			}
			if row.line.denied != (c.said != "" && i == 4) {
				t.Errorf("%s: step %d: denied %t", c.name, i+1, row.line.denied)
			}
		}
		facts := l.c.verdict.both.Values()
		if c.said == "" {
			if len(facts) != 0 || l.c.verdict.sides.Visible() {
				t.Errorf("%s: %+v", c.name, facts)
			}
			continue
		}
		if len(facts) != 2 || !l.c.verdict.sides.Visible() || !strings.Contains(facts[0].Value, c.got) || !strings.Contains(facts[1].Value, c.said) ||
			!strings.Contains(text, "The server said: "+facts[1].Value) {
			t.Errorf("%s: %+v", c.name, facts)
		}
	}
}

// expired makes a client's certificate that ends within the hour.
func (l *lab) expired(issuer desk.ID) desk.Certificate {
	l.t.Helper()
	r := pki.NewRequest(pki.Client)
	r.Subject.CommonName = "expired"
	r.NotAfter = l.c.w.now().Add(time.Hour)
	return l.issue(desk.IssueRequest{Request: r, IssuerID: issuer})
}

// Both views stand whole in all languages, small and dark too.
func TestBothViewsAreWhole(t *testing.T) {
	for _, lang := range []string{"en", "zh-TW", "ja"} {
		for _, look := range looks {
			if lang != "en" && look.name != "small-dark" && look.name != "light" {
				continue
			}
			l, made := example(t, func(o *Options) { o.Dark, o.Printer = &look.dark, i18n.New(lang) })
			l.win.Resize(look.size)
			stranger := l.leaf(pki.Client, l.authority("Partner Root").ID, "a client with a name that is longer than most", "")
			l.serve(testclient.ModeMTLS, made.Server.ID, made.Authority.ID)
			l.c.openLocal(false)
			for name, client := range map[string]desk.ID{"in": made.Client.ID, "stranger": stranger.ID, "none": ""} {
				l.c.form.chooseCert(client)
				l.try()
				l.wantWhole("both-" + name + "-" + lang + "-" + look.name)
				l.wantSeen(name)
			}
			l.c.scroll.ScrollToBottom()
			l.picture("connections-both-bottom-" + lang + "-" + look.name)
		}
	}
}

// wantSeen looks whether what the server saw has its room, under the step.
func (l *lab) wantSeen(state string) {
	l.t.Helper()
	for i, r := range l.c.picture.rows {
		if r.line.seen == "" {
			continue
		}
		need := heightFor(r.seen, r.seen.Size().Width)
		end := r.seen.Position().Y + r.seen.Size().Height
		if need > r.seen.Size().Height || end > r.root.Size().Height {
			l.t.Errorf("%s: row %d: %v of %v, to %v of %v", state, i+1, need, r.seen.Size().Height, end, r.root.Size().Height)
		}
		for _, o := range []fyne.CanvasObject{r.client, r.middle, r.server, r.strong} {
			if o.Visible() && o.Position().Y+o.Size().Height > r.seen.Position().Y+1 && o.(*widgets.Text).Text() != "" {
				l.t.Errorf("%s: row %d: words over each other", state, i+1)
			}
		}
	}
}
