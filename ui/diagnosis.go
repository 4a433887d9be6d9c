package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// verdict says above the picture what became of a try, whose fault it is, and
// offers what mends it.
type verdict struct {
	c       *connections
	notice  *widgets.Notice
	buttons []*widgets.Button
	both    *widgets.Facts // what each side says, when the server is ours
	sides   *fyne.Container
	raw     *widgets.Code
	fold    *widgets.Disclosure
	root    *fyne.Container
}

func newVerdict(c *connections) *verdict {
	t := c.w.t
	v := &verdict{c: c, notice: widgets.NewNotice(widgets.ToneNone, "", "")}
	v.raw = widgets.NewCode("", t.T("copy"), c.w.copy)
	v.fold = widgets.NewDisclosure(t.T("connect.error"), v.raw, func(bool) { c.layoutAgain() })
	v.both = widgets.NewFacts(t.T("copy"), c.w.copy)
	v.both.SetLabelWidth(140)
	v.sides = widgets.Inset(4, 16, 4, 16, v.both)
	v.root = widgets.Stack(4, v.notice, v.sides, v.fold)
	v.fold.Hide()
	v.sides.Hide()
	return v
}

// set says it all; the first button is the one that stands out, unless all is
// well.
func (v *verdict) set(tone widgets.Tone, title, body, raw string, mends ...mend) {
	v.notice.Set(tone, title, body)
	v.buttons = nil
	var objects []fyne.CanvasObject
	for i, m := range mends {
		kind := widgets.Plain
		if i == 0 && tone != widgets.ToneGood {
			kind = widgets.Primary
		}
		var b *widgets.Button
		b = widgets.NewButton(m.label, "", kind, func() { m.do(b) })
		v.buttons = append(v.buttons, b)
		objects = append(objects, b)
	}
	v.notice.SetButtons(objects...)
	v.raw.SetText(wrapAt(raw, 96))
	v.fold.SetOpen(false)
	v.fold.Hidden = raw == ""
	v.sides.Hide()
	v.root.Refresh()
}

// say puts the words of both sides under the notice.
func (v *verdict) say(facts []widgets.Fact) {
	v.both.Set(facts...)
	v.sides.Hidden = len(facts) == 0
	v.root.Refresh()
}

// empty invites to a first try.
func (v *verdict) empty() {
	t := v.c.w.t
	show := mend{t.T("showme.do"), func(fyne.CanvasObject) { v.c.showMe() }}
	local := mend{t.T("server.offer"), func(fyne.CanvasObject) { v.c.startLocal("") }}
	if v.c.local.running != nil {
		v.set(widgets.ToneNone, t.T("connect.empty.running"), t.T("connect.empty.running.text"), "")
		return
	}
	mends := []mend{show}
	if len(v.c.book.servers("")) > 0 {
		mends = append(mends, local)
	}
	v.set(widgets.ToneNone, t.T("connect.empty"), t.T("connect.empty.text"), "", mends...)
}

func (v *verdict) running(host string) {
	t := v.c.w.t
	if host == "" {
		host = t.T("fact.host")
	}
	v.set(widgets.ToneAccent, t.T("connect.running", "Host", host), t.T("connect.running.text"), "")
}

// show says what became of a try.
func (v *verdict) show(o *outcome) {
	if d := o.result.Diagnosis; d != nil {
		v.refused(o, d)
		return
	}
	v.succeeded(o)
}

func (v *verdict) refused(o *outcome, d *testclient.Diagnosis) {
	t := v.c.w.t
	title, cause, fix := t.Diagnosis(d.Code, d.Facts)
	tone := widgets.ToneBroken
	if d.Code == testclient.Cancelled {
		tone = widgets.ToneQuiet
	}
	if key := "connect.fault." + string(d.Side); t.Has(key) && d.Code != testclient.Cancelled {
		cause = i18n.Sentences(cause, t.T(key))
	}
	raw := d.Raw
	if d.Code == testclient.Cancelled {
		raw = ""
	}
	v.set(tone, title, v.redirects(o)+cause+"\n"+fix, raw, v.c.mends(o, d)...)
	v.say(v.c.w.bothSides(o.result))
	if d.Code == testclient.Unknown { // nothing else tells what it was
		v.fold.SetOpen(true)
	}
}

func (v *verdict) succeeded(o *outcome) {
	t, r := v.c.w.t, o.result
	tone, title := widgets.ToneGood, t.T("connect.good.answered")
	client := r.Steps[testclient.StepClientCertificate-1].Facts
	verify := r.Steps[testclient.StepVerifyServer-1]
	notes := []string{}
	switch {
	case client["chosen"] != "":
		title = t.T("connect.good", "Name", client["chosen"])
	case r.Version == "":
		notes = append(notes, t.T("connect.good.plain"))
	case r.ClientAsked:
		notes = append(notes, t.T("connect.good.without"))
	default:
		notes = append(notes, t.T("connect.good.not-asked"))
	}
	if location := r.Redirect(); location != "" {
		notes = append(notes, t.T("connect.good.redirect", "Location", pki.Escape(i18n.BareURL(location))))
	}
	if verify.Facts["verified"] == "no" {
		tone = widgets.ToneSoon
		notes = append(notes, t.T("connect.good.unverified", "Why", t.Reason(verify.Facts["code"], verify.Facts)))
	}
	facts := []string{}
	for _, fact := range []string{r.Version, httpWords(r), tookText(r.Total)} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	if r.Version == "" {
		tone = widgets.ToneSoon
	}
	body := v.redirects(o) + strings.TrimSpace(strings.Join(facts, t.T("list.comma"))+"\n"+i18n.Sentences(notes...))
	v.set(tone, title, body, "", v.c.askInsists(o.try)...)
}

// statusWords is what the server answered: "HTTP 200 OK", or, of one without
// HTTP, whether it did; "" for no answer.
func statusWords(t *i18n.Printer, r testclient.Result) string {
	if answer := r.Steps[testclient.StepAccess-1].Facts["answer"]; answer != "" {
		return t.T("raw." + answer)
	}
	return httpWords(r)
}

func httpWords(r testclient.Result) string {
	if r.Status == 0 {
		return ""
	}
	return "HTTP " + r.StatusText
}

// redirects lists those that were followed, one a line.
func (v *verdict) redirects(o *outcome) string {
	var b strings.Builder
	for _, hop := range o.result.Before {
		b.WriteString(v.c.w.t.T("try.redirect", "Status", hop.Status, "URL", pki.Escape(i18n.BareURL(hop.Try.URL)),
			"Location", pki.Escape(i18n.BareURL(hop.Header.Get("Location")))) + "\n")
	}
	return b.String()
}

// wrapAt breaks text after so many runes, for a block that does not wrap.
func wrapAt(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n >= most && r == ' ' {
			r, n = '\n', -1
		}
		if r == '\n' {
			n = -1
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// answer is what came back: the status, what was agreed on, and how the body
// begins.
type answer struct {
	w      *Window
	status *widgets.Status
	facts  *widgets.Facts
	body   *widgets.Code
	note   *widgets.Text
	root   *fyne.Container
}

// Bounds of what is shown of a body.
const (
	bodyLines = 40
	bodyWide  = 160
)

func newAnswer(w *Window) *answer {
	t := w.t
	a := &answer{w: w, status: widgets.NewStatus(widgets.ToneGood, ""), note: widgets.NewQuiet("")}
	a.facts = widgets.NewFacts(t.T("copy"), w.copy)
	a.body = widgets.NewCode("", t.T("copy"), w.copy)
	left := widgets.Stack(12, a.status, a.facts)
	right := widgets.Stack(4, a.body, a.note)
	a.root = widgets.NewPanel(theme.Surface, theme.Line, theme.Radius, widgets.Pad(16, widgets.Grid(280, 24, left, right)))
	a.root.Hide()
	return a
}

// show shows the answer of a try, or nothing when none came.
func (a *answer) show(r testclient.Result) {
	a.root.Hidden = statusWords(a.w.t, r) == ""
	if a.root.Hidden {
		return
	}
	t := a.w.t
	tone := widgets.ToneGood
	if r.Diagnosis != nil {
		tone = widgets.ToneBroken
	}
	a.status.Set(tone, statusWords(a.w.t, r))
	var facts []widgets.Fact
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, widgets.Fact{Label: t.T("connect.fact." + key), Value: value})
		}
	}
	add("version", r.Version)
	add("cipher", r.CipherSuite)
	add("group", r.Curve)
	add("alpn", r.ALPN)
	a.facts.Set(facts...)
	shown, whole := firstLines(r.Body)
	a.body.SetText(shown)
	a.body.Hidden = shown == ""
	notes := []string{t.T("connect.bytes", "In", t.Number(int(r.BytesIn)), "Out", t.Number(int(r.BytesOut)))}
	switch {
	case shown == "":
		notes = append([]string{t.T("connect.body.none")}, notes...)
	case !whole || r.Truncated:
		notes = append([]string{t.T("connect.body.more", "Count", len(r.Body))}, notes...)
	}
	if kind := printableLine(r.Header.Get("Content-Type")); kind != "" {
		notes = append([]string{kind + "."}, notes...)
	}
	a.note.SetText(i18n.Sentences(notes...))
	a.root.Refresh()
}
