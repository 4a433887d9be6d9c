package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// show shows an answer: the verdict, and the chain from the leaf to the root.
func (v *verifier) show(a desk.Verified) {
	v.last = &a
	tone, title := widgets.ToneGood, v.w.t.T("verify.trusted")
	switch {
	case a.OnlyStrict:
		tone, title = widgets.ToneSoon, v.w.t.T("verify.strict")
	case !a.Trusted:
		tone, title = widgets.ToneBroken, v.w.t.T("verify.refused")
	}
	v.verdict.Set(tone, title, v.reason(a))
	v.verdict.SetButtons(v.mendButtons(a)...)
	v.chain.Objects = nil
	for _, w := range a.Doubts {
		v.chain.Add(widgets.NewNotice(widgets.ToneSoon, warningText(v.w.t, w), v.w.t.T("verify.mend.new-key")))
		v.chain.Add(gap(16))
	}
	for i := range a.Links {
		v.chain.Add(v.card(a, i))
		if i+1 < len(a.Links) {
			v.chain.Add(v.tie(a, i))
		}
	}
	v.root.Refresh()
}

// reason is the worst finding and what to do about it, or what the certificate
// is good for.
func (v *verifier) reason(a desk.Verified) string {
	t := v.w.t
	mend := a.Mend()
	if mend == desk.MendNothing {
		key, purpose := "verify.said.any", "any"
		if a.Purpose != "" {
			key, purpose = "verify.said.trusted", string(a.Purpose)
		}
		return t.T(key, "Purpose", t.T("verify.purpose."+purpose), "Name", pki.Escape(a.Name), "Date", t.Date(a.At))
	}
	f := a.Worst()
	about := a.Links[f.Index].Title()
	return t.T("verify.about", "Certificate", about, "Finding", v.words(a, *f),
		"Mend", t.T("verify.mend."+string(mend), "Certificate", about, "Name", pki.Escape(a.Name)))
}

// words is a finding as a sentence.
func (v *verifier) words(a desk.Verified, f pki.Finding) string {
	issuer := ""
	if f.Index+1 < len(a.Links) {
		issuer = a.Links[f.Index+1].Title()
	}
	return v.w.t.Finding(f.Code, f.Value, pki.Escape(a.Name), issuer)
}

// severityTone is the colour of a finding.
func severityTone(s pki.Severity) widgets.Tone {
	switch s {
	case pki.Refused:
		return widgets.ToneBroken
	case pki.Strict:
		return widgets.ToneSoon
	}
	return widgets.ToneQuiet
}

// worstTone is the colour of several.
func worstTone(findings []pki.Finding) widgets.Tone {
	tone := widgets.ToneGood
	for _, f := range findings {
		switch severityTone(f.Severity) {
		case widgets.ToneBroken:
			return widgets.ToneBroken
		case widgets.ToneSoon:
			tone = widgets.ToneSoon
		}
	}
	return tone
}

// card is one certificate of the chain with what is wrong with it.
func (v *verifier) card(a desk.Verified, i int) fyne.CanvasObject {
	t, link := v.w.t, a.Links[i]
	d := link.Described
	findings := a.Of(i)
	var about []string
	for _, part := range []string{d.Key, t.T("verify.dates", "From", t.Date(d.NotBefore), "Until", t.Date(d.NotAfter))} {
		if part != "" {
			about = append(about, part)
		}
	}
	head := []fyne.CanvasObject{widgets.Grow(widgets.Stack(4, widgets.NewText(link.Title()).Bold().Truncate(),
		widgets.NewText(strings.Join(about, " · ")).Small().Tone(widgets.ToneQuiet).Wrap()))}
	tone := worstTone(findings)
	switch {
	case tone != widgets.ToneGood:
		head = append(head, widgets.NewBadge(tone, t.T("verify.state."+map[widgets.Tone]string{widgets.ToneBroken: "refused", widgets.ToneSoon: "strict"}[tone])))
	case i == len(a.Links)-1 && a.Anchored:
		head = append(head, widgets.NewBadge(tone, t.T("verify.root.trusted")))
	default:
		head = append(head, widgets.NewBadge(tone, t.T("verify.state.good")))
	}
	if link.ID != "" && link.ID != v.about.ID {
		head = append(head, widgets.NewButton(t.T("verify.show"), "", widgets.Quiet, func() { v.w.showSubject(link.ID) }))
	}
	return widgets.NewCard(widgets.Stack(6, append([]fyne.CanvasObject{widgets.Row(8, head...)}, v.lines(a, findings)...)...))
}

// lines are findings in words, each with its field and who refuses it.
func (v *verifier) lines(a desk.Verified, findings []pki.Finding) []fyne.CanvasObject {
	t := v.w.t
	var rows []fyne.CanvasObject
	for _, f := range findings {
		detail := t.T("verify.field", "Field", f.Field)
		if f.Client != "" {
			detail += " · " + t.T("verify.who", "Client", t.Client(f.Client))
		}
		rows = append(rows, widgets.Stack(0, widgets.NewText(v.words(a, f)).Tone(severityTone(f.Severity)).Wrap(),
			widgets.NewText(detail).Small().Tone(widgets.ToneQuiet).Wrap()))
	}
	return rows
}

// tie is the line from a certificate to the one that signed it.
func (v *verifier) tie(a desk.Verified, i int) fyne.CanvasObject {
	between := a.Between(i)
	tone, state := worstTone(between), desk.LinkState(between)
	words := []fyne.CanvasObject{widgets.NewText(v.w.t.T("verify." + state)).Small().Bold().Tone(tone)}
	words = append(words, v.lines(a, between)...)
	line := widgets.NewTie(tone, state == "not-signed")
	return widgets.Inset(2, 16, 2, 16, widgets.Row(12, line, widgets.Grow(widgets.PadXY(0, 4, widgets.Stack(4, words...)))))
}

// addWarnings says what clients will not like about the certificate; what others
// of the vault tell of it, which is graver, apart. That it ended is said above
// already.
func (d *certDetail) addWarnings(grave bool) {
	if d.whole == nil {
		return
	}
	var rows []fyne.CanvasObject
	for _, w := range d.whole.Warnings {
		isGrave := w.Code == pki.WarningKeyInOtherHands || w.Code == pki.WarningOutlivesIssuer
		if w.Code != pki.WarningEnded && isGrave == grave {
			rows = append(rows, widgets.NewText(warningText(d.w.t, w)).Small().Tone(widgets.ToneSoon).Wrap())
		}
	}
	if len(rows) > 0 {
		d.box.Add(widgets.Stack(4, rows...))
	}
}
