package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// issueCard shows the certificate as it will be.
type issueCard struct {
	f        *issueForm
	chain    *widgets.ChainPath
	facts    *widgets.Facts
	notices  *fyne.Container
	commands *widgets.Code
	fold     *widgets.Disclosure
	root     *fyne.Container
}

func newIssueCard(f *issueForm) *issueCard {
	c := &issueCard{f: f}
	t := f.w.t
	c.chain = widgets.NewChainPath(nil, nil)
	c.facts = widgets.NewFacts(t.T("copy"), f.w.copy)
	c.facts.SetLabelWidth(56)
	c.notices = widgets.Stack(8)
	c.commands = widgets.NewCode("", t.T("copy"), f.w.copy)
	c.fold = widgets.NewDisclosure(t.T("issue.commands"),
		widgets.Stack(8, widgets.NewQuiet(t.T("issue.commands.text")), c.commands), func(bool) {
			f.preview()
			f.layoutAgain()
		})
	c.root = widgets.NewCard(widgets.Stack(16, widgets.NewHeading(t.T("issue.card")), c.chain, c.facts, c.notices, c.fold))
	return c
}

// foreseen is what the desk says of what the form asks.
type foreseen struct {
	main, client desk.Preview
	commands     string
}

// foresee asks the desk what a request would make. It blocks.
func foresee(d *desk.Desk, a asked, commands bool) (foreseen, error) {
	var s foreseen
	var err error
	if s.main, err = d.Preview(a.main); err != nil {
		return s, err
	}
	if a.client != nil {
		if s.client, err = d.Preview(*a.client); err != nil {
			return s, err
		}
	}
	s.main.Faults = typedFirst(a.faults, s.main.Faults)
	if !commands || len(s.main.Faults)+len(s.client.Faults) > 0 {
		return s, nil
	}
	if s.commands, err = d.Commands(a.main); err != nil || a.client == nil {
		return s, err
	}
	second, err := d.Commands(*a.client)
	s.commands += "\n" + second
	return s, err
}

// typedFirst puts the faults of names as they were typed before the others.
// That there are none is no fault of its own then.
func typedFirst(typed, others pki.Faults) pki.Faults {
	all := append(pki.Faults{}, typed...)
	for _, fault := range others {
		if fault.Code != pki.CodeNamesMissing || len(typed) == 0 {
			all = append(all, fault)
		}
	}
	return all
}

// preview shows what the form would make, and after Create was pressed once
// what keeps it from it.
func (f *issueForm) preview() {
	if !f.read {
		return
	}
	a, commands := f.asked(), f.card.fold.Open()
	reread(f.w, &f.turn, func() (foreseen, error) { return foresee(f.desk, a, commands) }, func(s foreseen) {
		f.card.show(a, s)
		f.showFaults(a, s)
		f.layoutAgain()
	})
}

// show draws the certificate of a preview.
func (c *issueCard) show(a asked, s foreseen) {
	t := c.f.w.t
	chain := make([]string, len(s.main.Chain))
	for i, name := range s.main.Chain {
		chain[i] = pki.Escape(name)
	}
	if last := len(chain) - 1; last >= 0 && chain[last] == "" {
		chain[last] = t.T("issue.card.unnamed")
	}
	c.chain.Set(chain)
	var facts []widgets.Fact
	if len(a.main.Names) > 0 {
		var names []string
		for _, n := range a.main.Names {
			names = append(names, n.Shown)
		}
		facts = append(facts, widgets.Fact{Label: t.T("issue.card.names"), Value: strings.Join(names, ", ")})
	}
	facts = append(facts, c.useFacts(a)...)
	if !a.badDay && !a.badFrom {
		facts = append(facts, widgets.Fact{Label: t.T("issue.card.valid"),
			Value: t.T("issue.card.valid.text", "From", t.Date(s.main.NotBefore), "To", t.Date(s.main.NotAfter))})
	}
	facts = append(facts, widgets.Fact{Label: t.T("issue.card.key"),
		Value: t.T("issue.card.key.text", "Key", a.main.Key.Label())})
	if a.client != nil && a.client.Subject.CommonName != "" {
		facts = append(facts, widgets.Fact{Label: t.T("issue.card.also"),
			Value: t.T("issue.card.also.text", "Name", pki.Escape(a.client.Subject.CommonName))})
	}
	c.facts.Set(facts...)
	c.notices.Objects = c.judge(a, s)
	text := s.commands
	if text == "" {
		text = t.T("issue.commands.none")
	}
	c.commands.SetText(strings.TrimSpace(text))
}

// useFacts say what it is for and what it may do, where that is not usual.
func (c *issueCard) useFacts(a asked) []widgets.Fact {
	t, r := c.f.w.t, a.main.Request
	use := t.T("detail.use." + string(r.Kind))
	if len(r.ExtKeyUsage) > 0 {
		use += " (" + t.List(escaped(r.ExtKeyUsage)) + ")"
	}
	facts := []widgets.Fact{{Label: t.T("issue.card.use"), Value: use}}
	s := r.Subject
	if s.CommonName = ""; len(s.Attributes()) > 0 {
		facts = append(facts, widgets.Fact{Label: t.T("issue.card.subject"), Value: subjectWords(s)})
	}
	if limits := c.limits(r); limits != "" {
		facts = append(facts, widgets.Fact{Label: t.T("issue.card.limits"), Value: limits})
	}
	if serial, ok := pki.ParseSerial(r.Serial); ok {
		facts = append(facts, widgets.Fact{Label: t.T("issue.card.serial"), Value: serial.Text(16), Mono: true})
	}
	return facts
}

// subjectWords are the parts of a subject, the narrowest first.
func subjectWords(s pki.Subject) string {
	var parts []string
	for _, a := range s.Attributes() {
		parts = append(parts, a.Name+"="+pki.Escape(a.Value))
	}
	slices.Reverse(parts)
	return strings.Join(parts, ", ")
}

// limits says what an authority may sign, line by line.
func (c *issueCard) limits(r pki.Request) string {
	if r.Kind != pki.Authority {
		return ""
	}
	t := c.f.w.t
	var lines []string
	switch n := c.f.paths[max(0, c.f.path.Selected())]; {
	case n == 0:
		lines = append(lines, t.T("issue.card.limits.leaf"))
	case n > 0:
		lines = append(lines, t.T("issue.card.limits.path", "Count", n))
	}
	if names := r.Constraints.Permitted; len(names) > 0 {
		lines = append(lines, t.T("issue.card.limits.only", "Names", t.List(shownNames(names))))
	}
	if names := r.Constraints.Excluded; len(names) > 0 {
		lines = append(lines, t.T("issue.card.limits.never", "Names", t.List(shownNames(names))))
	}
	return strings.Join(lines, "\n")
}

func shownNames(names []pki.Name) []string {
	var list []string
	for _, n := range names {
		list = append(list, n.Shown)
	}
	return list
}

func escaped(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, pki.Escape(s))
	}
	return out
}

// judge says what clients will think of it: first what is still needed, then
// what they would refuse, or that they accept it.
func (c *issueCard) judge(a asked, s foreseen) []fyne.CanvasObject {
	t := c.f.w.t
	var list []fyne.CanvasObject
	switch {
	case a.badFrom:
		list = append(list, widgets.NewNotice(widgets.ToneNone, t.T("issue.card.needed"), t.T("issue.from.bad")))
	case a.badDay:
		list = append(list, widgets.NewNotice(widgets.ToneNone, t.T("issue.card.needed"), t.T("issue.valid.day.bad")))
	case len(s.main.Faults) > 0:
		list = append(list, widgets.NewNotice(widgets.ToneNone, t.T("issue.card.needed"), faultLines(t, s.main.Faults)))
	case len(s.main.Warnings) == 0:
		list = append(list, widgets.NewNotice(widgets.ToneGood, t.T("issue.card.good"), ""))
	}
	for _, w := range s.main.Warnings {
		if w.Code != pki.WarningValidityAfterIssuer { // said below, with what to do
			list = append(list, widgets.NewNotice(widgets.ToneSoon, warningText(t, w), ""))
		}
	}
	if ends := c.authorityEnds(s); ends != nil && len(s.main.Faults) == 0 {
		list = append(list, ends)
	}
	return list
}

// authorityEnds warns of an authority that ends with the certificate or soon
// after it; nil when it does not.
func (c *issueCard) authorityEnds(s foreseen) fyne.CanvasObject {
	t, issuer := c.f.w.t, c.f.authorityOf(c.f.issuerID())
	if issuer.ID == "" {
		return nil
	}
	later := int(issuer.NotAfter.Sub(s.main.NotAfter) / day)
	if later >= 30 || later < 0 {
		return nil
	}
	title := t.T("issue.card.ends.same")
	if later > 0 {
		title = t.T("issue.card.ends", "Count", later)
	}
	return widgets.NewNotice(widgets.ToneSoon, title,
		t.T("issue.card.ends.text", "Name", pki.Escape(issuer.Name), "Date", t.Date(issuer.NotAfter)))
}
