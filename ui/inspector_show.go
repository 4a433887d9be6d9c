package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// saw takes what was found. tried tells that a password was given.
func (i *inspector) saw(found findings, tried bool) {
	i.found, i.chosen = found, 0
	i.turn++
	i.locked.Hidden = !found.locked
	if found.locked {
		i.locked.SetFault("")
		if tried {
			i.locked.SetFault(i.w.t.T("error.password-wrong"))
		}
		i.w.win.Canvas().Focus(i.password.Input())
	} else {
		i.password.SetText("")
	}
	i.left.Hide()
	if len(found.items) > 1 {
		i.left.Show()
	}
	i.list.SetRows(len(found.items), func(n int) widgets.ListRow {
		return widgets.ListRow{Cells: []widgets.Cell{i.cell(found.items[n])}}
	})
	i.list.Select(0)
	i.scroll.Offset = fyne.Position{}
	i.show()
}

func (i *inspector) choose(n int) {
	i.chosen = n
	i.scroll.Offset = fyne.Position{}
	i.show()
}

// cell is a thing in the list: its name and what it is.
func (i *inspector) cell(item desk.Inspected) widgets.Cell {
	return widgets.Cell{Text: i.nameOf(item), Second: i.kindOf(item), Bold: true}
}

// nameOf is what a person calls a thing.
func (i *inspector) nameOf(item desk.Inspected) string {
	t := i.w.t
	subject := ""
	switch {
	case item.Certificate != nil:
		d := pki.Describe(item.Certificate)
		subject = d.CommonName
		if subject == "" && len(d.Names) > 0 {
			subject = d.Names[0].Shown
		}
		if subject == "" {
			subject = d.Subject
		}
	case item.Request != nil:
		subject = pki.Escape(item.Request.Subject.CommonName)
		if subject == "" && len(item.Request.DNSNames) > 0 {
			subject = pki.Escape(item.Request.DNSNames[0])
		}
	case item.CRL != nil:
		subject = pki.Escape(item.CRL.Issuer.CommonName)
	case item.Key != nil:
		subject = pki.KeyLabel(item.Key.Public())
	case item.SPKI != nil:
		subject = pki.KeyLabel(pki.PublicKeyIn(item.SPKI))
	default:
		subject = pki.Escape(item.Name)
	}
	if subject == "" {
		return t.T("inspect.nameless")
	}
	return subject
}

// kindOf says in a few words what a thing is.
func (i *inspector) kindOf(item desk.Inspected) string {
	t := i.w.t
	if item.Certificate != nil {
		kind := pki.KindOfCertificate(item.Certificate)
		if kind == "" {
			kind = "other"
		}
		return t.T("import.kind." + string(kind))
	}
	return t.T("terminal.item." + string(item.Kind))
}

// show draws what was found anew: what went wrong, the server, the chosen
// thing.
func (i *inspector) show() {
	i.detail.RemoveAll()
	for _, f := range i.found.failures {
		tr := explain(i.w.t, f.Err)
		i.detail.Add(widgets.NewNotice(widgets.ToneSoon, tr.title, tr.body()))
	}
	if i.found.seen != nil {
		i.detail.Add(i.serverCard(*i.found.seen))
	}
	if i.chosen < len(i.found.items) {
		for _, part := range i.itemParts(i.found.items[i.chosen]) {
			i.detail.Add(part)
		}
	}
	i.layoutAgain()
}

// layoutAgain follows what became taller or shorter.
func (i *inspector) layoutAgain() {
	i.detail.Refresh()
	i.scroll.Refresh()
	i.root.Refresh()
}

// serverCard tells what a server agreed on and whether its certificate is
// right, each question by itself.
func (i *inspector) serverCard(seen desk.ServerSeen) fyne.CanvasObject {
	parts := []fyne.CanvasObject{}
	if d := seen.Diagnosis; d != nil {
		parts = append(parts, i.serverTrouble(d, len(seen.Chain) > 0))
	}
	if len(seen.Chain) == 0 {
		return widgets.Stack(12, parts...)
	}
	t := i.w.t
	agreed := []string{}
	for _, part := range []string{seen.Version, seen.CipherSuite, seen.Curve, seen.ALPN} {
		if part != "" {
			agreed = append(agreed, part)
		}
	}
	facts := widgets.NewFacts(t.T("copy"), i.w.copy,
		widgets.Fact{Label: t.T("inspect.server.address"), Value: seen.Address},
		widgets.Fact{Label: t.T("inspect.server.agreed"), Value: strings.Join(agreed, ", ")},
		i.judged("inspect.server.name", seen.Name, t.T("inspect.name.right", "Name", seen.Host)),
		i.judged("inspect.server.dates", seen.Dates, t.T("inspect.dates.right")),
		i.judged("inspect.server.trust", seen.Trust, i.trustedBy(seen)),
		widgets.Fact{Label: t.T("inspect.server.client"), Value: i.clientWanted(seen)})
	facts.SetLabelWidth(factWidth)
	title := widgets.NewHeading(t.T("inspect.server.title", "Name", seen.Host, "Count", len(seen.Chain)))
	parts = append(parts, widgets.NewCard(widgets.Stack(12, title, facts)))
	return widgets.Stack(12, parts...)
}

// judged says what is right, or what is wrong and why.
func (i *inspector) judged(label string, d *testclient.Diagnosis, right string) widgets.Fact {
	f := widgets.Fact{Label: i.w.t.T(label), Value: right, Tone: widgets.ToneGood}
	if d != nil {
		title, cause, _ := i.w.t.Diagnosis(d.Code, d.Facts)
		f.Value, f.Tone = title+". "+cause, widgets.ToneBroken
		if i.w.t.Language() != "en" {
			f.Value = title + "。" + cause
		}
	}
	return f
}

// serverTrouble says why the handshake did not end well. That nobody is let in
// without a certificate is no fault of what is looked at.
func (i *inspector) serverTrouble(d *testclient.Diagnosis, chain bool) fyne.CanvasObject {
	t := i.w.t
	title, cause, fix := t.Diagnosis(d.Code, d.Facts)
	tone := widgets.ToneBroken
	if chain {
		tone = widgets.ToneSoon
	}
	notice := widgets.NewNotice(tone, title, i18n.Sentences(cause, fix))
	if p := d.Facts["starttls"]; p != "" {
		for n, known := range testclient.Protocols() {
			if string(known) == p {
				notice.SetButtons(widgets.NewButton(t.T("inspect.starttls.try", "Protocol", t.T("inspect.starttls."+p)), "", widgets.Plain, func() {
					i.starttls.Select(n + 1)
					i.ask(i.question)
				}))
			}
		}
	}
	return notice
}

func (i *inspector) trustedBy(seen desk.ServerSeen) string {
	if len(seen.Path) == 0 {
		return ""
	}
	if seen.Trusted != nil {
		return i.w.t.T("inspect.trust.vault", "Name", pki.Escape(seen.Trusted.Name))
	}
	return i.w.t.T("inspect.trust.system", "Name", pki.Describe(seen.Path[len(seen.Path)-1]).CommonName)
}

func (i *inspector) clientWanted(seen desk.ServerSeen) string {
	switch {
	case !seen.ClientAsked:
		return i.w.t.T("inspect.client.none")
	case len(seen.AcceptableNames) == 0:
		return i.w.t.T("inspect.client.any")
	}
	return i.w.t.T("inspect.client.of", "Names", i.w.t.List(seen.AcceptableNames))
}
