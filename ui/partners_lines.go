package ui

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// newMark is a small drawing beside words.
func newMark(name theme.IconName) fyne.CanvasObject {
	return widgets.AtLeast(18, 18, widget.NewIcon(theme.IconIn(name, theme.Quiet)))
}

// sentence begins words with a capital letter, where the language has them.
func sentence(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}

// lineTone is the tone of a line's state; words always stand beside it.
func lineTone(l desk.PartnerLine) widgets.Tone {
	switch l.State {
	case desk.LineDone:
		return widgets.ToneGood
	case desk.LineOpen:
		if l.Code == desk.LineTry && l.Why != "" {
			return widgets.ToneBroken
		}
		return widgets.ToneSoon
	case desk.LineWaiting:
		return widgets.ToneAccent
	}
	return widgets.ToneQuiet
}

// stateColumn is as wide as the longest word of a state.
const stateColumn = 132

// line is one line of a checklist, with the buttons that mend it.
func (p *partnerPage) line(r desk.RoutePage, l desk.PartnerLine) fyne.CanvasObject {
	t := p.w.t
	state := widgets.AtLeast(stateColumn, 0, widgets.NewStatus(lineTone(l), t.T("partners.line.state."+string(l.State))))
	words := widgets.Stack(0, widgets.NewText(t.T("partners.line."+l.Code+"."+string(r.Direction), "Name", pki.Escape(p.page.Name))).Wrap())
	if detail := p.lineDetail(r, l); detail != "" {
		words.Add(widgets.NewQuiet(detail))
	}
	parts := []fyne.CanvasObject{state, widgets.Grow(words)}
	parts = append(parts, p.mends(r, l)...)
	return widgets.Row(8, parts...)
}

// lineDetail says what a line is about, and what is wrong with that.
func (p *partnerPage) lineDetail(r desk.RoutePage, l desk.PartnerLine) string {
	t := p.w.t
	var parts []string
	if l.Name != "" {
		parts = append(parts, pki.Escape(l.Name))
	}
	switch {
	case l.Code == desk.LineTry && !l.At.IsZero():
		parts = append(parts, lastTryWords(p.w, r.Last))
	case l.Why == "no-key" || l.Why == desk.WhyNoName:
		parts = append(parts, t.T("partners.why."+l.Why, "Host", pki.Escape(r.Host())))
	case l.Why != "" && l.Code != desk.LineTry:
		parts = append(parts, t.T("health."+l.Why))
	case !l.At.IsZero():
		parts = append(parts, t.Date(l.At))
	}
	return strings.Join(parts, t.T("list.comma"))
}

// lastTryWords say how a direction was tried last.
func lastTryWords(w *Window, last desk.PartnerTry) string {
	words := w.t.LastTry(last.Code, last.Facts, last.Status, true, last.Code != "" && !last.PassedAt.IsZero())
	if last.StandIn {
		words = w.t.T("partners.last.stand-in", "What", words)
	}
	return words + w.t.T("list.comma") + w.whenWords(last.At)
}

// nextLine is the first line that is ours to do, as "direction/line"; "" for
// none.
func (p *partnerPage) nextLine() string {
	for _, r := range p.page.Routes {
		for _, l := range r.Lines {
			if l.State == desk.LineOpen {
				return string(r.Direction) + "/" + l.Code
			}
		}
	}
	return ""
}

// mends are the buttons of a line: what it asks for, or a way to what is done.
func (p *partnerPage) mends(r desk.RoutePage, l desk.PartnerLine) []fyne.CanvasObject {
	t, name := p.w.t, string(r.Direction)+"/"+l.Code
	button := func(key string, do func()) []fyne.CanvasObject {
		kind := widgets.Plain
		if name == p.next {
			kind = widgets.Primary
		}
		return []fyne.CanvasObject{p.button(name, t.T(key), "", kind, do)}
	}
	take := func() { p.w.open(newPartnerTake(p.w, p.page.Partner)) }
	if l.Code == desk.LineTry {
		return button(p.tryWords(r, l), func() { p.try(r) })
	}
	if l.State == desk.LineDone && l.Code != desk.LineURL {
		if l.ID == "" {
			return nil
		}
		return []fyne.CanvasObject{p.button(name, t.T("partners.show"), "", widgets.Quiet, func() { p.w.showSubject(l.ID) })}
	}
	if l.State == desk.LineLater {
		return nil
	}
	switch l.Code {
	case desk.LineAuthority:
		return button("partners.choose", func() { p.w.open(newPartnerForm(p.w, p.page.Partner, fieldAuthority)) })
	case desk.LineURL:
		if l.State == desk.LineDone {
			return []fyne.CanvasObject{p.button(name, t.T("partners.edit"), "", widgets.Quiet, p.editURL(r))}
		}
		return button("partners.enter", p.editURL(r))
	case desk.LineOurCertificate, desk.LineOurRequest:
		return button("partners.make", func() { p.make(r.Direction, l.Code) })
	case desk.LineTheirs:
		return button("partners.sign", func() { p.make(r.Direction, l.Code) })
	case desk.LineTheirRequest:
		made := p.button(name+"/key", t.T("partners.make-for-them"), "", widgets.Quiet, func() { p.make(r.Direction, desk.LineTheirRequest) })
		return append([]fyne.CanvasObject{made}, button("partners.take.short", take)...)
	case desk.LineAnswer, desk.LineTheirAuthority:
		return button("partners.take.short", take)
	case desk.LineAuthoritySent, desk.LineRequestSent, desk.LineTheirsSent:
		sent := p.button(name+"/sent", t.T("partners.mark-sent"), theme.IconCheck, widgets.Quiet, p.markSent)
		return append([]fyne.CanvasObject{sent}, button("partners.kit.short", func() { p.w.open(newPartnerKit(p.w, p.page)) })...)
	}
	return nil
}

func (p *partnerPage) editURL(r desk.RoutePage) func() {
	return func() { p.w.open(newPartnerForm(p.w, p.page.Partner, string(r.Direction))) }
}

func (p *partnerPage) make(dir desk.Direction, line string) {
	p.w.openPartnerMake(p.page.Partner, dir, line)
}

// tryWords say what the button of a try does.
func (p *partnerPage) tryWords(r desk.RoutePage, l desk.PartnerLine) string {
	switch {
	case r.WaitNext(p.page, p.standIn):
		return "partners.wait"
	case !r.TryReal(p.page) && !p.standIn:
		return "partners.stand-in.make"
	case !l.At.IsZero():
		return "partners.try.again"
	}
	return "partners.try"
}

// try tries a direction; where there is nobody to try with, it makes the
// stand-in first.
func (p *partnerPage) try(r desk.RoutePage) {
	if !r.TryReal(p.page) && !p.standIn && !r.CanWait(p.page) {
		p.makeStandIn()
		return
	}
	p.w.open(newPartnerTrying(p.w, p.page, r))
}

// markSent notes that they have what a kit would hold now.
func (p *partnerPage) markSent() {
	d, id, t, name := p.desk, p.id, p.w.t, pki.Escape(p.page.Name)
	p.w.background("", func(context.Context) error {
		kit, err := d.Kit(id, desk.KitOptions{})
		if err == nil {
			_, err = d.MarkSent(id, kit.Prints)
		}
		return err
	}, func() {
		p.w.changed()
		p.w.notify(t.T("partners.kit.sent", "Name", name))
	})
}

// fingerprint shows a SHA-256 in two lines that are easy to read aloud, whole at
// every width of the window, with a button that copies it.
func (w *Window) fingerprint(print string) fyne.CanvasObject {
	lines := widgets.Stack(0)
	for rest := print; rest != ""; {
		n := min(len(rest), 48) // 16 octets, with their colons
		lines.Add(widgets.NewMono(rest[:n]))
		rest = rest[n:]
	}
	copied := widgets.NewButton(w.t.T("copy"), theme.IconCopy, widgets.Quiet, func() { w.copy(print) })
	return widgets.Row(12, widgets.NewText(w.t.T("detail.fingerprint")).Small().Tone(widgets.ToneQuiet), widgets.Grow(lines), copied)
}
