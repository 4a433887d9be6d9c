package ui

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// partnerMake makes what a line of a partner's checklist asks for: a
// certificate of ours, a request of ours, a certificate for them with its key,
// or the answer to their request.
type partnerMake struct {
	w       *Window
	desk    *desk.Desk
	partner desk.Partner
	dir     desk.Direction
	line    string // LineTheirRequest: a certificate for them, key and all
	r       pki.Request

	name   *widgets.Input
	names  *widgets.NameField
	key    *widgets.Select
	fields map[pki.Field]*widgets.Field
	do     *widgets.Button
	body   *fyne.Container
	root   *fyne.Container
}

// openPartnerMake opens it with what is suggested; for their request, with what
// it asks for.
func (w *Window) openPartnerMake(p desk.Partner, dir desk.Direction, line string) {
	var r pki.Request
	var asked desk.RequestDetail
	d := w.desk
	w.background("", func(context.Context) error {
		var err error
		switch line {
		case desk.LineTheirs:
			var s desk.Signing
			if s, err = d.TheirSigning(p.ID, dir); err == nil {
				r = s.Grant
				asked, err = d.Request(s.RequestID)
			}
		case desk.LineTheirRequest:
			r, err = d.SuggestTheirs(p.ID, dir)
		default:
			r, err = d.SuggestOurs(p.ID, dir)
		}
		return err
	}, func() { w.open(newPartnerMake(w, p, dir, line, r, asked)) })
}

func newPartnerMake(w *Window, p desk.Partner, dir desk.Direction, line string, r pki.Request, asked desk.RequestDetail) *partnerMake {
	f := &partnerMake{w: w, desk: w.desk, partner: p, dir: dir, line: line, r: r, fields: map[pki.Field]*widgets.Field{}}
	t, name := w.t, pki.Escape(p.Name)
	key := "partners.making." + line
	parts := []fyne.CanvasObject{widgets.NewBody(t.T(key+".text", "Name", name))}
	if line == desk.LineTheirs {
		parts = append(parts, f.asks(asked))
	} else {
		parts = append(parts, f.form()...)
	}
	f.do = widgets.NewButton(t.T(key+".do"), "", widgets.Primary, f.submit)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	buttons := []fyne.CanvasObject{cancel, f.do}
	if line == desk.LineTheirs {
		more := widgets.NewButton(t.T("partners.making.more"), "", widgets.Plain, func() { w.openSign(asked.ID) })
		buttons = []fyne.CanvasObject{cancel, more, f.do}
		if asked.Problem != nil {
			f.do.Disable()
		}
	}
	f.body = widgets.Stack(16, parts...)
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, widgets.AtMost(640, f.body)))
	middle := &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
	title := widgets.NewTitle(t.T(key+".title", "Name", name)).Truncate()
	head := widgets.Inset(0, 0, 12, 0, widgets.Row(12, append([]fyne.CanvasObject{widgets.Grow(title)}, buttons...)...))
	f.root = container.NewBorder(head, nil, nil, nil, middle)
	return f
}

// form asks for the few things that a certificate or a request needs.
func (f *partnerMake) form() []fyne.CanvasObject {
	t := f.w.t
	f.name = widgets.NewInput("", func(string) { f.clear() })
	f.name.OnSubmitted = func(string) { f.submit() }
	f.name.SetText(f.r.Subject.CommonName)
	f.names = widgets.NewNameField(t.T("issue.names.placeholder"), f.w.recogniseName, func([]string) { f.clear() })
	f.names.OnSubmitted = f.submit
	var names []string
	for _, n := range f.r.Names {
		names = append(names, n.Shown)
	}
	f.names.SetNames(names...)
	var kinds []string
	for _, k := range pki.KeyKinds() {
		kinds = append(kinds, k.Label())
	}
	f.key = widgets.NewSelect("", kinds, 0, nil)
	words := "client"
	if f.r.Kind == pki.Server {
		words = "server"
	}
	f.fields[pki.FieldName] = widgets.NewField(t.T("issue.name.client"), t.T("partners.making.name.hint", "Name", pki.Escape(f.partner.Name)), f.name)
	f.fields[pki.FieldNames] = widgets.NewField(t.T("issue.names."+words), t.T("issue.names."+words+".hint"), f.names)
	f.fields[pki.FieldKey] = widgets.NewField(t.T("issue.key"), t.T("issue.key.p256"), f.key)
	f.fields[pki.FieldName].Hidden = f.r.Kind == pki.Server
	f.fields[pki.FieldNames].Hidden = f.r.Kind != pki.Server
	return []fyne.CanvasObject{f.fields[pki.FieldName], f.fields[pki.FieldNames], f.fields[pki.FieldKey]}
}

// asks shows what their request asks for.
func (f *partnerMake) asks(r desk.RequestDetail) fyne.CanvasObject {
	t := f.w.t
	var names []string
	for _, n := range f.r.Names {
		names = append(names, pki.Escape(n.Shown))
	}
	var facts []widgets.Fact
	for _, x := range []struct{ label, value string }{
		{t.T("requests.detail.subject"), pki.Escape(r.Asked.Request.Subject.String())},
		{t.T("detail.names"), strings.Join(names, t.T("list.comma"))},
		{t.T("detail.key"), r.Asked.Key},
		{t.T("detail.use"), t.T("detail.use." + string(f.r.Kind))},
	} {
		if x.value != "" {
			facts = append(facts, widgets.Fact{Label: x.label, Value: x.value})
		}
	}
	all := widgets.Stack(12, widgets.NewCard(widgets.NewFacts(t.T("copy"), f.w.copy, facts...)))
	if r.Problem != nil {
		said := explain(t, r.Problem)
		all.Add(widgets.NewNotice(widgets.ToneBroken, t.T("requests.detail.problem"), i18n.Sentences(said.title, said.body())))
	}
	if r.Asked.AsksAuthority {
		all.Add(widgets.NewNotice(widgets.ToneSoon, t.T("requests.detail.authority"), t.T("requests.detail.authority.text")))
	}
	return all
}

func (f *partnerMake) content() fyne.CanvasObject { return f.root }
func (f *partnerMake) refresh()                   {}

// firstFocus is the field that asks for a name.
func (f *partnerMake) firstFocus() fyne.Focusable {
	switch {
	case f.name == nil:
		return f.do
	case f.r.Kind == pki.Server:
		return f.names.Entry()
	}
	return f.name
}

func (f *partnerMake) clear() {
	for _, field := range f.fields {
		field.SetFault("")
	}
}

// read is what the form says, with its faults.
func (f *partnerMake) read() (pki.Request, pki.Faults) {
	r := f.r
	if f.name == nil {
		return r, nil
	}
	r.Key = pki.KeyKinds()[max(0, f.key.Selected())]
	if r.Kind != pki.Server {
		r.Subject.CommonName = strings.TrimSpace(f.name.Text)
		return r, nil
	}
	f.names.Commit()
	names, faults := pki.ParseNames(strings.Join(f.names.Names(), " "))
	r.Names, r.Subject.CommonName = names, ""
	if len(names) > 0 && names[0].Kind == pki.NameDNS {
		r.Subject.CommonName = names[0].Shown
	}
	return r, faults
}

func (f *partnerMake) submit() {
	if f.do.Busy() || f.do.Disabled() {
		return
	}
	f.w.dismissNotice()
	f.clear()
	r, faults := f.read()
	if len(faults) > 0 {
		f.fault(faults)
		return
	}
	d, id, dir, line, t := f.desk, f.partner.ID, f.dir, f.line, f.w.t
	f.do.SetBusy(true)
	f.w.spawn(t.T("partners.making.doing"), func(ctx context.Context) error {
		var err error
		switch line {
		case desk.LineOurRequest:
			_, err = d.RequestOurs(ctx, id, dir, r)
		case desk.LineTheirs:
			_, err = d.SignTheirs(ctx, id, dir)
		case desk.LineTheirRequest:
			_, err = d.MakeTheirs(ctx, id, dir, r)
		default:
			_, err = d.MakeOurs(ctx, id, dir, r)
		}
		return err
	}, func(err error) {
		f.do.SetBusy(false)
		var faults pki.Faults
		switch {
		case errors.Is(err, context.Canceled):
		case errors.As(err, &faults) && f.name != nil:
			f.fault(faults)
		case err != nil:
			f.w.fail(err)
		default:
			f.w.back()
			f.w.notify(t.T("partners.making." + line + ".done"))
		}
	})
}

// fault says at each field what is wrong with it.
func (f *partnerMake) fault(faults pki.Faults) {
	for _, x := range faults {
		field := f.fields[x.Field]
		if field == nil || field.Hidden {
			field = f.fields[pki.FieldNames]
		}
		if field.Hidden {
			field = f.fields[pki.FieldName]
		}
		field.SetFault(i18n.Sentences(field.Fault(), faultText(f.w.t, x)))
	}
	f.body.Refresh()
	f.root.Refresh()
}
