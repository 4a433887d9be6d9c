package ui

import (
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/ui/widgets"
)

// issueFields are what a person fills in.
type issueFields struct {
	name       *widgets.Input
	names      *widgets.NameField
	issuer     *widgets.Select
	valid      *widgets.Select
	until      *widgets.Input
	key        *widgets.Select
	client     *widgets.Check
	clientName *widgets.Input
	issueMore
	issueLimits

	nameField, namesField, issuerField, validField, keyField, clientField *widgets.Field

	issuerPicked bool // a person chose the issuer
	spans        []span
	profileSpan  span // offered beside the others; the zero one is not
}

// span is one choice of how long a certificate is valid.
type span struct {
	years, months, days, hours int
	standard                   bool // the profile's own: the request leaves the end to it
	day                        bool // until a day that is typed
}

func (f *issueForm) buildFields() {
	t := f.w.t
	typed := func(string) { f.preview() }
	line := func(placeholder string) *widgets.Input {
		i := widgets.NewInput(placeholder, typed)
		i.OnSubmitted = func(string) { f.submit() }
		return i
	}
	f.name, f.until = line(""), line(t.T("issue.valid.day.placeholder"))
	f.until.Hide()
	f.names = widgets.NewNameField(t.T("issue.names.placeholder"), f.recognise, func([]string) {
		f.preview()
		f.layoutAgain()
	})
	f.names.OnSubmitted = f.submit
	f.issuer = widgets.NewSelect(t.T("issue.issuer.none"), nil, -1, func(int) {
		f.issuerPicked = true
		f.setSpans()
		f.setPaths()
		f.preview()
	})
	f.valid = widgets.NewSelect("", nil, -1, f.spanChosen)
	var kinds []string
	for _, k := range pki.KeyKinds() {
		kinds = append(kinds, k.Label())
	}
	f.key = widgets.NewSelect("", kinds, 0, func(int) { f.keyChosen() })
	f.client = widgets.NewCheck("", false, f.clientTicked)
	f.clientName = widgets.NewInput(t.T("issue.client.placeholder"), func(text string) {
		if text != "" && !f.client.Checked() {
			f.client.SetChecked(true)
		}
		f.preview()
	})
	f.clientName.OnSubmitted = func(string) { f.submit() }
	f.nameField = widgets.NewField("", "", f.name)
	f.namesField = widgets.NewField("", "", f.names)
	f.issuerField = widgets.NewField(t.T("issue.issuer"), "", f.issuer)
	f.validField = widgets.NewField(t.T("issue.valid"), "", widgets.Stack(8, f.valid, f.until))
	f.keyField = widgets.NewField(t.T("issue.key"), t.T("issue.key.p256"), f.key)
	f.clientField = widgets.NewField(t.T("issue.client"), t.T("issue.client.hint"),
		widgets.Row(0, f.client, widgets.Grow(f.clientName)))
	f.buildMore(line)
	f.buildLimits()
}

// recognise says what a typed name is, for its chip.
func (f *issueForm) recognise(typed string) (shown, kind string, ok bool) {
	name, err := pki.ParseName(typed)
	if err != nil {
		return pki.Escape(typed), "", false
	}
	return name.Shown, f.w.t.T("issue.names." + string(name.Kind)), true
}

func (f *issueForm) clientTicked(on bool) {
	if on && f.clientName.Text == "" {
		f.w.win.Canvas().Focus(f.clientName)
	}
	f.preview()
}

func (f *issueForm) keyKind() pki.KeyKind { return pki.KeyKinds()[max(0, f.key.Selected())] }

func (f *issueForm) keyChosen() {
	f.keyField.SetHint(f.w.t.T("issue.key." + string(f.keyKind())))
	f.setUsages()
	f.layoutAgain()
	f.preview()
}

var (
	leafSpans = []span{{days: 397, months: 13, standard: true}, {days: 30}, {days: 90}, {years: 1},
		{years: 2}, {years: 5}, {years: 10}, {day: true}}
	rootSpans  = []span{{years: 10, standard: true}, {years: 1}, {years: 2}, {years: 5}, {years: 20}, {day: true}}
	belowSpans = []span{{years: 5, standard: true}, {years: 1}, {years: 2}, {years: 10}, {day: true}}
)

// setSpans offers the lengths that fit kind and issuer. What was chosen stays
// chosen where it is still offered.
func (f *issueForm) setSpans() {
	spans := leafSpans
	if f.kind == pki.Authority {
		spans = rootSpans
		if f.issuerID() != "" {
			spans = belowSpans
		}
	}
	if f.profileSpan != (span{}) && !slices.Contains(spans, f.profileSpan) {
		spans = slices.Insert(slices.Clone(spans), 1, f.profileSpan)
	}
	at := 0
	if i := f.valid.Selected(); i > 0 && i < len(f.spans) {
		at = max(0, slices.Index(spans, f.spans[i]))
	}
	f.spans = spans
	words := make([]string, len(spans))
	for i, s := range spans {
		words[i] = f.spanText(s)
	}
	f.valid.SetOptions(words, at)
	f.until.Hidden = !spans[at].day
}

func (f *issueForm) spanText(s span) string {
	t := f.w.t
	if s.day {
		return t.T("issue.valid.day")
	}
	words := t.T("issue.valid.days", "Count", s.days)
	switch {
	case s.months > 0:
		words = t.T("issue.valid.months", "Count", s.months)
	case s.years > 0:
		words = t.T("issue.valid.years", "Count", s.years)
	case s.hours > 0:
		words = t.T("profiles.hours", "Count", s.hours)
	}
	end := s.end(f.w.now())
	if issuer := f.authorityOf(f.issuerID()); issuer.ID != "" && end.Sub(issuer.NotAfter) > day {
		return t.T("issue.valid.capped", "Span", words, "Date", t.Date(issuer.NotAfter))
	}
	return t.T("issue.valid.option", "Span", words, "Date", t.Date(end))
}

// end is when a span that begins at some time ends.
func (s span) end(from time.Time) time.Time {
	return from.AddDate(s.years, 0, s.days).Add(time.Duration(s.hours) * time.Hour)
}

func (f *issueForm) span() span {
	if i := f.valid.Selected(); i >= 0 && i < len(f.spans) {
		return f.spans[i]
	}
	return leafSpans[0]
}

func (f *issueForm) spanChosen(int) {
	f.until.Hidden = !f.span().day
	if f.span().day {
		f.w.win.Canvas().Focus(f.until)
	}
	f.layoutAgain()
	f.preview()
}

// notAfter is the end that was chosen, zero for the profile's own; false when
// the day that was typed is none.
func (f *issueForm) notAfter() (time.Time, bool) {
	s := f.span()
	switch {
	case s.standard:
		return time.Time{}, true
	case !s.day:
		begin, _ := f.notBefore()
		if begin.IsZero() {
			begin = f.w.now()
		}
		return s.end(begin), true
	}
	at, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(f.until.Text), f.w.now().Location())
	return at.AddDate(0, 0, 1).Add(-time.Second), err == nil
}
