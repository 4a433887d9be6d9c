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
	mends := c.remedyButtons(o)
	switch d.Code {
	case testclient.Refused:
		mends = append([]mend{again}, c.useLocal()...)
		if c.local.running == nil && loopback(hostOf(o.try.URL)) && len(c.book.servers("")) > 0 {
			mends = append([]mend{{t.T("server.offer"), func(fyne.CanvasObject) { c.startLocal(portOf(o.try.URL)) }}}, mends...)
		}
	case testclient.Timeout, testclient.Unreachable, testclient.NameNotFound:
		mends = append([]mend{again}, c.useLocal()...)
	case testclient.Cancelled, testclient.CaptivePortal, testclient.ProxyPage, testclient.ProxySilent, testclient.ProxyNoServer:
		mends = append(mends, again)
	case testclient.HTTPStatus, testclient.ClientCertificateAbsent:
		mends = append(mends, c.askInsists(o.try)...)
	}
	return mends
}

// remedyButtons are those of what the vault can mend. The certificates that
// the server accepts share one, with a menu, when there are several.
func (c *connections) remedyButtons(o *outcome) []mend {
	t := c.w.t
	var mends []mend
	menu := func(button fyne.CanvasObject) { menuUnder(button, c.certificateItems(o)...) }
	accepted := len(o.remedies.Accepted)
	listed := false
	for _, r := range o.remedies.List {
		if r.Code == desk.RemedyPresent && accepted > 1 {
			if !listed {
				mends = append(mends, mend{t.T("mend.certificate.accepted", "Count", accepted), menu})
			}
			listed = true
			continue
		}
		mends = append(mends, mend{c.remedyWords(r), func(fyne.CanvasObject) { c.remedy(o, r) }})
	}
	if d := o.result.Diagnosis; d.Code != testclient.ClientCertificateAbsent && d.Step != testclient.StepVerifyClient && d.Step != testclient.StepClientCertificate {
		return mends
	}
	if accepted == 0 && len(o.result.AcceptableNames) > 0 {
		return mends // it said whom it accepts, and none here is among them
	}
	if accepted < 2 && len(o.remedies.Others) > 0 {
		mends = append(mends, mend{t.T("mend.certificate"), menu})
	}
	return mends
}

// remedyWords are those of a button; a name that several have is said with the
// serial number.
func (c *connections) remedyWords(r desk.Remedy) string {
	name := pki.Escape(r.Name)
	if cert, known := c.book.byID[r.ID]; known && cert.Shared {
		name = nameOf(c.w.t, cert)
	}
	return c.w.t.T("mend."+string(r.Code), "Name", name, "Value", pki.Escape(r.Value), "Scheme", r.Name)
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

// menuUnder opens a menu under a button, or above it where the window ends
// sooner, and no narrower than it.
func menuUnder(button fyne.CanvasObject, items ...*fyne.MenuItem) {
	canvas := fyne.CurrentApp().Driver().CanvasForObject(button)
	if canvas == nil {
		return
	}
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), canvas)
	size := menu.MinSize().Max(fyne.NewSize(button.Size().Width, 0))
	from := fyne.CurrentApp().Driver().AbsolutePositionForObject(button)
	at := from.AddXY(0, button.Size().Height+4)
	if above := from.Y - size.Height - 4; above >= 0 && at.Y+size.Height > canvas.Size().Height {
		at.Y = above
	}
	menu.ShowAtPosition(at)
	menu.Resize(size)
}

// certificateItems are client certificates, those that the server accepts
// first; choosing one tries it.
func (c *connections) certificateItems(o *outcome) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	add := func(list []desk.Certificate) {
		for _, cert := range list[:min(len(list), 20)] {
			label := c.w.t.T("connect.as.of", "Name", nameOf(c.w.t, cert), "Issuer", pki.Escape(cert.Issuer))
			items = append(items, fyne.NewMenuItem(label, func() { c.remedy(o, desk.Remedy{Code: desk.RemedyPresent, ID: cert.ID, Name: cert.Name}) }))
		}
	}
	add(o.remedies.Accepted)
	if len(o.remedies.Accepted) > 0 && len(o.remedies.Others) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	add(o.remedies.Others)
	return items
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
