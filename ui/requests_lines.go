package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// show draws what is asked beside what is granted, and what clients will think
// of it.
func (f *signForm) show(p desk.SignPreview, typed pki.Faults) {
	f.lines = p.Lines
	f.notices.Objects = f.judge(p, typed)
	f.table.Objects = f.rows()
	for _, field := range f.fields {
		field.SetFault("")
	}
	if f.tried {
		f.showFaults(typedFirst(typed, p.Faults))
	}
	var wrong []string
	for _, fault := range typed {
		wrong = append(wrong, fault.Value)
	}
	f.names.SetFaults(wrong...)
	f.layoutAgain()
}

func (f *signForm) showFaults(faults pki.Faults) {
	for _, fault := range faults {
		field := f.fields[fault.Field]
		if field == nil || field.Hidden {
			field = f.fields[pki.FieldName]
		}
		field.SetFault(i18n.Sentences(field.Fault(), faultText(f.w.t, fault)))
	}
}

// judge says what is still needed, or what clients think of it.
func (f *signForm) judge(p desk.SignPreview, typed pki.Faults) []fyne.CanvasObject {
	t := f.w.t
	var list []fyne.CanvasObject
	add := func(tone widgets.Tone, title, text string) {
		list = append(list, widgets.NewNotice(tone, title, text))
	}
	if f.kind == pki.Authority {
		add(widgets.ToneSoon, t.T("requests.sign.authority"), t.T("requests.sign.authority.text"))
	} else if f.whole.Asked.AsksAuthority {
		add(widgets.ToneAccent, t.T("requests.detail.authority"), t.T("requests.detail.authority.text"))
	}
	switch faults := typedFirst(typed, p.Faults); {
	case len(faults) > 0:
		add(widgets.ToneNone, t.T("requests.sign.needed"), faultLines(t, faults))
	case len(p.Warnings) == 0 && f.kind != pki.Authority:
		add(widgets.ToneGood, t.T("requests.sign.good"), "")
	}
	for _, w := range p.Warnings {
		add(widgets.ToneSoon, warningText(t, w), "")
	}
	return list
}

// rows are the lines of the comparison, under their headings.
func (f *signForm) rows() []fyne.CanvasObject {
	t := f.w.t
	rows := []fyne.CanvasObject{widgets.Columns(16, widgets.NewText(""),
		widgets.NewLabel(t.T("requests.sign.asked")), widgets.NewLabel(t.T("requests.sign.granted")))}
	for _, l := range f.lines {
		rows = append(rows, widgets.Rule(), widgets.Columns(16,
			widgets.NewText(f.label(l)).Tone(widgets.ToneQuiet).Wrap(), f.value(l, l.Asked), f.granted(l)))
	}
	return rows
}

// label names what a line is about.
func (f *signForm) label(l pki.Line) string {
	t := f.w.t
	if key := "requests.field." + string(l.Field); t.Has(key) {
		return t.T(key)
	}
	return l.Name
}

func (f *signForm) value(l pki.Line, values []string) fyne.CanvasObject {
	t := f.w.t
	text := shortValues(t, values)
	switch {
	case l.Field == pki.FieldAuthority && len(values) > 0:
		text = t.T("requests.no")
		if values[0] == "CA:TRUE" {
			text = t.T("requests.yes")
		}
	case l.Field == pki.FieldExtension && len(values) > 0:
		text = t.T("requests.yes")
	}
	return widgets.NewText(text).Wrap()
}

// granted is what is granted, and why when that is not what was asked.
func (f *signForm) granted(l pki.Line) fyne.CanvasObject {
	t := f.w.t
	if l.Why == "" {
		return widgets.NewStatus(widgets.ToneGood, t.T("requests.sign.same"))
	}
	why := t.T("requests.why." + l.Why)
	if len(l.Faults) > 0 {
		why = faultLines(t, l.Faults)
	}
	tone := widgets.ToneAccent
	switch l.Why {
	case pki.WhyRefused, pki.WhyIgnored, pki.WhyAuthority:
		tone = widgets.ToneSoon
	}
	return widgets.Stack(2, f.value(l, l.Granted), widgets.NewText(why).Small().Tone(tone).Wrap())
}

// shortValues says some values and counts the rest; nothing is said as such.
func shortValues(t *i18n.Printer, values []string) string {
	switch over := len(values) - namesShown; {
	case len(values) == 0:
		return t.T("requests.nothing")
	case over > 1:
		return t.T("detail.names.more", "Names", strings.Join(values[:namesShown], ", "), "Count", over)
	}
	return strings.Join(values, ", ")
}
