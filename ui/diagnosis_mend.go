package ui

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

// mend is a button that puts right what failed.
type mend struct {
	label string
	do    func(button fyne.CanvasObject)
}

// mends are the buttons for a diagnosis, the likeliest first.
func (c *connections) mends(o *outcome, d *testclient.Diagnosis) []mend {
	t := c.w.t
	again := mend{t.T("mend.again"), func(fyne.CanvasObject) { c.run() }}
	switch d.Code {
	case testclient.ServerAuthorityUnknown:
		if o.signer != nil {
			return []mend{{t.T("mend.trust", "Name", o.signer.Name), func(fyne.CanvasObject) { c.trustAndTry(o.signer.ID) }}}
		}
	case testclient.ServerSpeaksHTTP:
		return c.otherScheme("http", d.Facts["url"])
	case testclient.ClientSpokeHTTP:
		return c.otherScheme("https", d.Facts["url"])
	case testclient.ServerNameMismatch, testclient.ServerNoSAN, testclient.ServerNoIPSAN:
		return c.nameMends(o, d)
	case testclient.ServerCertificateExpired, testclient.ServerCertificatePurpose, testclient.ServerSignatureWeak:
		if o.presented != nil && o.presented.Name == d.Facts["subject"] { // not an authority over it
			return c.reissueServer(o, "")
		}
	case testclient.NoCommonVersion:
		if o.try.MinVersion != 0 || o.try.MaxVersion != 0 {
			return []mend{{t.T("mend.versions"), func(fyne.CanvasObject) { c.anyVersionAndTry() }}}
		}
	case testclient.Refused:
		mends := append([]mend{again}, c.useLocal()...)
		if c.local.running == nil && loopback(hostOf(o.try.URL)) && len(c.book.servers("")) > 0 {
			mends = append([]mend{{t.T("server.offer"), func(fyne.CanvasObject) { c.startLocal(portOf(o.try.URL)) }}}, mends...)
		}
		return mends
	case testclient.Timeout, testclient.Unreachable, testclient.NameNotFound:
		return append([]mend{again}, c.useLocal()...)
	case testclient.Cancelled:
		return []mend{again}
	case testclient.HTTPStatus:
		return c.askInsists(o.try)
	}
	if d.Step == testclient.StepVerifyClient || d.Step == testclient.StepClientCertificate {
		return c.otherCertificates(o)
	}
	return nil
}

// useLocal offers the local server that runs.
func (c *connections) useLocal() []mend {
	if c.local.running == nil {
		return nil
	}
	return []mend{{c.w.t.T("mend.local"), func(fyne.CanvasObject) {
		c.form.serverName.SetText("")
		c.form.address.SetText("")
		c.local.fillForm()
		c.run()
	}}}
}

// otherCertificates offers the certificates that the server accepts; when
// there is only one, a click tries it.
func (c *connections) otherCertificates(o *outcome) []mend {
	t := c.w.t
	var mends []mend
	menu := func(button fyne.CanvasObject) { c.certificateMenu(o, button) }
	switch n := len(o.accepted); {
	case n == 1:
		only := o.accepted[0]
		mends = append(mends, mend{t.T("mend.certificate.this", "Name", only.Name), func(fyne.CanvasObject) { c.presentAndTry(only.ID) }})
	case n > 1:
		mends = append(mends, mend{t.T("mend.certificate.accepted", "Count", n), menu})
	case o.issuer != nil:
		issuer := o.issuer
		mends = append(mends, mend{t.T("mend.certificate.new", "Name", issuer.Name), func(fyne.CanvasObject) { c.w.openIssue(pki.Client, issuer.ID) }})
	}
	if len(o.accepted) < 2 && len(o.others) > 0 {
		mends = append(mends, mend{t.T("mend.certificate"), menu})
	}
	return mends
}

// certificateMenu opens a menu of client certificates under a button, those
// that the server accepts first; choosing one tries it.
func (c *connections) certificateMenu(o *outcome, button fyne.CanvasObject) {
	menuUnder(button, c.certificateItems(o)...)
}

// menuUnder opens a menu under a button, and no narrower than it.
func menuUnder(button fyne.CanvasObject, items ...*fyne.MenuItem) {
	canvas := fyne.CurrentApp().Driver().CanvasForObject(button)
	if canvas == nil {
		return
	}
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), canvas)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(button).AddXY(0, button.Size().Height+4)
	menu.ShowAtPosition(at)
	menu.Resize(menu.MinSize().Max(fyne.NewSize(button.Size().Width, 0)))
}

func (c *connections) certificateItems(o *outcome) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	add := func(list []desk.Certificate) {
		for _, cert := range list[:min(len(list), 20)] {
			label := c.w.t.T("connect.as.of", "Name", nameOf(c.w.t, cert), "Issuer", pki.Escape(cert.Issuer))
			items = append(items, fyne.NewMenuItem(label, func() { c.presentAndTry(cert.ID) }))
		}
	}
	add(o.accepted)
	if len(o.accepted) > 0 && len(o.others) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	add(o.others)
	return items
}

func (c *connections) presentAndTry(id desk.ID) {
	c.form.chooseCert(id)
	c.run()
}

// trustAndTry trusts one more authority: besides the one that was trusted, if
// all can be, else instead of it.
func (c *connections) trustAndTry(id desk.ID) {
	c.form.chooseTrust(trusted{ids: []desk.ID{id}})
	c.run()
}

func (c *connections) anyVersionAndTry() {
	c.form.lowest.Select(0)
	c.form.highest.Select(0)
	c.run()
}

func (c *connections) otherScheme(scheme, address string) []mend {
	if address == "" {
		return nil
	}
	return []mend{{c.w.t.T("mend.scheme", "Scheme", scheme+"://"), func(fyne.CanvasObject) {
		c.form.url.SetText(address)
		c.run()
	}}}
}

// nameMends are for a server whose certificate has not the name: reissue it,
// when it is ours, or use a name that it has.
func (c *connections) nameMends(o *outcome, d *testclient.Diagnosis) []mend {
	mends := c.reissueServer(o, d.Facts["name"])
	for name := range strings.SplitSeq(d.Facts["names"], "\n") {
		if name == "" || strings.ContainsAny(name, "*@/") {
			continue
		}
		mends = append(mends, mend{c.w.t.T("mend.name", "Name", name), func(fyne.CanvasObject) {
			c.form.url.SetText(withHost(o.try.URL, name))
			if c.form.address.Text == "" && o.result.Address != "" {
				c.form.address.SetText(o.result.Address) // the name may lead elsewhere
			}
			c.form.serverName.SetText("")
			c.run()
		}})
		break
	}
	return mends
}

// withHost is the address with another host, at the same port and path.
func withHost(address, host string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "https", address
	}
	path := ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest, path = rest[:i], rest[i:]
	}
	rest = rest[strings.LastIndex(rest, "@")+1:]
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if _, port, err := net.SplitHostPort(rest); err == nil {
		host += ":" + port
	}
	return scheme + "://" + host + path
}

// portOf is the port that an address names, "" when it names none.
func portOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Port()
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// firstLines are the first lines of a body, made safe to show, and whether
// that is all of it.
func firstLines(body []byte) (string, bool) {
	lines := strings.Split(strings.TrimRight(string(body), "\r\n"), "\n")
	whole := len(lines) <= bodyLines
	lines = slices.Clone(lines[:min(len(lines), bodyLines)])
	for i, line := range lines {
		runes := []rune(printableLine(line))
		if len(runes) > bodyWide {
			runes, whole = append(runes[:bodyWide], '…'), false
		}
		lines[i] = string(runes)
	}
	return strings.Join(lines, "\n"), whole
}

// printableLine is a line from outside, made safe to show.
func printableLine(line string) string {
	line = strings.ReplaceAll(strings.TrimRight(line, "\r"), "\t", "    ")
	return pki.Escape(strings.ToValidUTF8(line, "\uFFFD"))
}
