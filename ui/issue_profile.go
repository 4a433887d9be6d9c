package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// profileLine is the top of the form: which profile it follows, and keeping
// what it says as a profile.
type profileLine struct {
	f        *issueForm
	profiles []desk.Profile
	wanted   string // the profile that was asked for when the form was opened
	choice   *widgets.Select
	save     *widgets.Button
	name     *widgets.Input
	field    *widgets.Field
	keep     *widgets.Button
	replace  bool // the name is taken, and the next press replaces it
	sheet    *fyne.Container
	root     fyne.CanvasObject
}

func newProfileLine(f *issueForm) *profileLine {
	l := &profileLine{f: f}
	t := f.w.t
	l.choice = widgets.NewSelect("", []string{t.T("issue.profile.none")}, 0, l.chosen)
	l.save = widgets.NewButton(t.T("profiles.save"), "", widgets.Quiet, l.open)
	manage := widgets.NewButton(t.T("profiles.manage"), "", widgets.Quiet, f.w.openProfiles)
	l.name = widgets.NewInput("", func(string) { l.typed() })
	l.name.OnSubmitted = func(string) { l.write() }
	l.keep = widgets.NewButton(t.T("profiles.save.yes"), "", widgets.Primary, l.write)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, l.close)
	l.field = widgets.NewField(t.T("profiles.save.name"), t.T("profiles.save.text"),
		widgets.Row(8, widgets.Grow(l.name), l.keep, cancel))
	l.sheet = widgets.Stack(0, widgets.NewCard(l.field))
	l.sheet.Hide()
	l.root = widgets.Stack(12, widgets.Row(8, widgets.NewText(t.T("issue.profile")).Tone(widgets.ToneQuiet),
		widgets.Grow(widgets.AtMost(320, l.choice)), l.save, manage), l.sheet)
	return l
}

// profileTitle is what a person calls a profile.
func profileTitle(t *i18n.Printer, p desk.Profile) string {
	if p.BuiltIn {
		return t.T("profiles.built-in." + p.Name)
	}
	return pki.Escape(p.Name)
}

// set offers the profiles. What was chosen stays chosen, when it is there yet.
func (l *profileLine) set(profiles []desk.Profile) {
	chosen := l.wanted
	if p := l.profile(); p != nil {
		chosen = p.Name
	}
	l.profiles = ownFirst(profiles)
	words := []string{l.f.w.t.T("issue.profile.none")}
	at := 0
	for i, p := range l.profiles {
		words = append(words, profileTitle(l.f.w.t, p))
		if p.Name == chosen {
			at = i + 1
		}
	}
	l.choice.SetOptions(words, at)
	if l.wanted != "" && at > 0 {
		l.wanted = ""
		l.chosen(at)
	}
}

// ownFirst puts a person's own profiles before those of the program.
func ownFirst(profiles []desk.Profile) []desk.Profile {
	list := slices.Clone(profiles)
	slices.SortStableFunc(list, func(a, b desk.Profile) int {
		switch {
		case a.BuiltIn == b.BuiltIn:
			return 0
		case b.BuiltIn:
			return -1
		}
		return 1
	})
	return list
}

// profile is the one chosen, nil for none.
func (l *profileLine) profile() *desk.Profile {
	if i := l.choice.Selected() - 1; i >= 0 && i < len(l.profiles) {
		return &l.profiles[i]
	}
	return nil
}

// profileName is the name of the profile that the form follows.
func (f *issueForm) profileName() string {
	if p := f.profile.profile(); p != nil {
		return p.Name
	}
	return ""
}

// chosen fills the form as a profile says; the first choice empties it.
func (l *profileLine) chosen(int) {
	r, s := pki.NewRequest(l.f.kind), span{}
	if p := l.profile(); p != nil {
		r, s = p.Request(l.f.w.now()), spanOf(p.Validity)
	}
	l.f.fill(r, s)
}

// fill shows what a request says, but for its names.
func (f *issueForm) fill(r pki.Request, s span) {
	f.tiles.Select(slices.Index(issueKinds, r.Kind))
	f.key.Select(max(0, slices.Index(pki.KeyKinds(), r.Key)))
	f.keyField.SetHint(f.w.t.T("issue.key." + string(f.keyKind())))
	f.setSubject(r.Subject)
	f.setAddresses(r)
	f.keyUsage.set(nil)
	f.extKeyUsage.set(nil)
	f.profileSpan = s
	f.valid.Select(0)
	f.setKind(r.Kind)
	if at := slices.Index(f.spans, s); at > 0 {
		f.valid.Select(at)
	}
	f.keyUsage.set(r.KeyUsage)
	f.extKeyUsage.set(r.ExtKeyUsage)
	f.setLimits(r)
	f.preview()
	f.layoutAgain()
}

func spaced(list []string) string {
	text := ""
	for _, s := range list {
		text = i18n.Sentences(text, s)
	}
	return text
}

// spanOf is a profile's validity among the form's choices.
func spanOf(s pki.Span) span { return span{years: s.Years(), days: s.Days(), hours: s.Hours()} }

// kindChanged lets go of a profile that is for another kind.
func (l *profileLine) kindChanged(kind pki.Kind) {
	if p := l.profile(); p != nil && p.Kind != kind {
		l.choice.Select(0)
		l.f.profileSpan = span{}
	}
}

func (l *profileLine) open() {
	l.sheet.Show()
	l.f.layoutAgain()
	l.f.w.win.Canvas().Focus(l.name)
}

func (l *profileLine) close() {
	l.sheet.Hide()
	l.name.SetText("")
	l.typed()
	l.f.layoutAgain()
}

// typed forgets what was wrong with the name before.
func (l *profileLine) typed() {
	l.replace = false
	l.field.SetFault("")
	l.keep.SetText(l.f.w.t.T("profiles.save.yes"))
}

// write keeps what the form says as a profile. A name that is taken is said
// first; a second press replaces it.
func (l *profileLine) write() {
	f, w, t := l.f, l.f.w, l.f.w.t
	a := f.asked()
	p := pki.ProfileOf(l.name.Text, a.main.Request, f.profileValidity(a))
	replace := l.replace
	var saved desk.Profile
	l.keep.SetBusy(true)
	w.spawn("", func(context.Context) error {
		var err error
		saved, err = f.desk.SaveProfile(p, replace)
		return err
	}, func(err error) {
		l.keep.SetBusy(false)
		var faults pki.Faults
		switch {
		case err == nil:
			l.close()
			l.wanted = ""
			f.refresh()
			w.notify(t.T("profiles.saved", "Name", pki.Escape(saved.Name)))
			return
		case errors.Is(err, desk.ErrProfileExists):
			l.replace = true
			l.keep.SetText(t.T("profiles.replace.yes"))
			l.field.SetFault(i18n.Sentences(t.T("profiles.replace.title", "Name", pki.Escape(p.Name)), t.T("profiles.replace.text")))
		case errors.Is(err, desk.ErrProfileBuiltIn):
			l.field.SetFault(explain(t, err).title)
		case errors.As(err, &faults) && len(faults.Of(pki.FieldProfile)) > 0:
			l.field.SetFault(faultText(t, faults.Of(pki.FieldProfile)[0]))
		case errors.As(err, &faults):
			l.field.SetFault(faultText(t, faults[0]))
		default:
			w.fail(err)
		}
		f.layoutAgain()
	})
}

// profileValidity is how long certificates of a profile made from the form are
// valid.
func (f *issueForm) profileValidity(a asked) pki.Span {
	switch s := f.span(); {
	case s.day:
		begin := a.main.NotBefore
		if begin.IsZero() {
			begin = f.w.now()
		}
		return pki.SpanOf(begin, a.main.NotAfter)
	case s.standard:
	case s.years > 0:
		return pki.Span(fmt.Sprintf("%dy", s.years))
	case s.days > 0:
		return pki.Span(fmt.Sprintf("%dd", s.days))
	case s.hours > 0:
		return pki.Span(fmt.Sprintf("%dh", s.hours))
	}
	return ""
}
