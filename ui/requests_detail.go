package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// requestDetail is one request in the column at the right. It shows at once
// what the list knew, and the rest when the request was read.
type requestDetail struct {
	widget.BaseWidget
	w        *Window
	request  desk.Request
	whole    *desk.RequestDetail // nil until it was read
	canSign  bool                // there is an authority with its key
	deleting bool                // it was asked whether to delete it

	status  *widgets.Status
	facts   *widgets.Facts
	notices []*widgets.Notice
	buttons []*widgets.Button
	box     *fyne.Container
}

// showRequest shows a request in the column at the right.
func (w *Window) showRequest(r desk.Request) {
	d := &requestDetail{w: w, request: r, box: widgets.Stack(16)}
	d.ExtendBaseWidget(d)
	d.build()
	w.setDetail(d)
	d.read()
}

// requestDetailID is the request whose detail is open; "" when none is.
func (w *Window) requestDetailID() desk.ID {
	if w.frame == nil || !w.frame.detail.Visible() {
		return ""
	}
	if d, ok := w.frame.detail.inner.(*requestDetail); ok {
		return d.request.ID
	}
	return ""
}

// CreateRenderer draws the detail.
func (d *requestDetail) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(d.box)
}

// refresh reads the request again.
func (d *requestDetail) refresh() { d.read() }

func (d *requestDetail) read() {
	var whole desk.RequestDetail
	canSign := false
	from := d.w.desk
	d.w.spawn("", func(context.Context) error {
		var err error
		if whole, err = from.Request(d.request.ID); err != nil {
			return err
		}
		authorities, err := from.Authorities()
		for _, a := range authorities {
			canSign = canSign || a.HasKey
		}
		return err
	}, func(err error) {
		switch {
		case d.w.requestDetailID() != d.request.ID:
		case err != nil:
			d.w.fail(err)
		default:
			d.whole, d.request, d.canSign = &whole, whole.Request, canSign
			d.build()
			d.w.frame.root.Refresh()
		}
	})
}

func (d *requestDetail) build() {
	t, r := d.w.t, d.request
	d.status = widgets.NewStatus(requestTone(r), requestState(t, r))
	title := widgets.Inset(0, 28, 0, 0, widgets.NewTitle(pki.Escape(r.Name)))
	kind := string(r.Kind)
	if d.whole != nil && d.whole.Asked.AsksAuthority {
		kind = string(pki.Authority)
	}
	words := t.T("requests.detail.kind." + kind)
	if d.whole != nil && !d.whole.Asked.SaysKind() {
		words = t.T("requests.detail.kind.unsaid", "Kind", t.T("kind.short."+kind))
	}
	asks := widgets.NewText(words).Tone(widgets.ToneQuiet).Wrap()
	d.facts = widgets.NewFacts(t.T("copy"), d.w.copy, d.factRows()...)
	d.box.Objects = []fyne.CanvasObject{widgets.Stack(4, title, d.status, asks)}
	d.notices = d.judge()
	for _, n := range d.notices {
		d.box.Add(n)
	}
	if r.State == desk.RequestWaiting && !d.deleting {
		d.box.Add(widgets.NewQuiet(t.T("requests.detail.next.waiting")))
	}
	d.box.Add(d.facts)
	d.box.Add(d.actions())
	d.box.Refresh()
	d.Refresh()
}

func (d *requestDetail) factRows() []widgets.Fact {
	t, r := d.w.t, d.request
	var rows []widgets.Fact
	add := func(label, value string) {
		if value != "" {
			rows = append(rows, widgets.Fact{Label: label, Value: value})
		}
	}
	add(t.T("detail.names"), shortList(t, r.Names))
	key := "requests.detail.key.there"
	if r.HasKey {
		key = "requests.detail.key.here"
	}
	label := r.Key.Label()
	if d.whole != nil {
		label = d.whole.Asked.Key
	}
	add(t.T("detail.key"), t.T(key, "Key", label))
	since := "requests.detail.came"
	if r.Origin == "made" {
		since = "requests.detail.made"
	}
	if d.whole != nil {
		a := d.whole.Asked
		add(t.T("requests.detail.subject"), pki.Escape(a.Request.Subject.String()))
		add(t.T("requests.field.keyUsage"), strings.Join(a.Request.KeyUsage, ", "))
		add(t.T("requests.field.extKeyUsage"), strings.Join(a.Request.ExtKeyUsage, ", "))
		add(t.T("requests.detail.ignored"), strings.Join(a.Ignored, ", "))
	}
	add(t.T(since), t.Date(r.Made))
	return rows
}

// judge says what a person should know before signing it.
func (d *requestDetail) judge() []*widgets.Notice {
	t := d.w.t
	if d.whole == nil {
		return nil
	}
	if d.deleting {
		text := "requests.delete.other"
		if d.request.State == desk.RequestWaiting {
			text = "requests.delete.waiting"
		}
		return []*widgets.Notice{widgets.NewNotice(widgets.ToneBroken, t.T("requests.delete.title"), t.T(text)+"\n"+t.T("delete.undo"),
			widgets.NewButton(t.T("requests.delete.no"), "", widgets.Plain, func() { d.askDelete(false) }),
			widgets.NewButton(t.T("requests.delete.yes"), theme.IconTrash, widgets.Danger, d.delete))}
	}
	var list []*widgets.Notice
	if d.whole.Problem != nil {
		said := explain(t, d.whole.Problem)
		text := i18n.Sentences(said.title, said.body())
		if faults := desk.Explain(d.whole.Problem).Faults; len(faults) > 0 {
			text = faultLines(t, faults)
		}
		list = append(list, widgets.NewNotice(widgets.ToneBroken, t.T("requests.detail.problem"), text))
	}
	if !d.request.Open() {
		return list
	}
	if d.whole.Asked.AsksAuthority && d.request.State == desk.RequestCame {
		list = append(list, widgets.NewNotice(widgets.ToneSoon, t.T("requests.detail.authority"), t.T("requests.detail.authority.text")))
	}
	if same := d.whole.SameKey; len(same) > 0 {
		var names []string
		for _, c := range same {
			names = append(names, pki.Escape(c.Name))
		}
		list = append(list, widgets.NewNotice(widgets.ToneSoon, t.T("requests.detail.same-key"),
			t.T("requests.detail.same-key.text", "Names", t.List(names))))
	}
	return list
}

// actions are what can be done with the request: what comes next first.
func (d *requestDetail) actions() fyne.CanvasObject {
	t, r, writes := d.w.t, d.request, !d.w.desk.ReadOnly()
	d.buttons = nil
	button := func(key string, icon theme.IconName, kind widgets.ButtonKind, do func()) fyne.CanvasObject {
		b := widgets.NewButton(t.T(key), icon, kind, do)
		d.buttons = append(d.buttons, b)
		return b
	}
	all := widgets.Stack(8)
	sign := func(key string, kind widgets.ButtonKind) {
		if writes && d.whole != nil && d.whole.Problem == nil {
			all.Add(button(key, "", kind, func() { d.w.openSign(r.ID) }))
		}
	}
	switch r.State {
	case desk.RequestCame:
		sign("requests.sign.open", widgets.Primary)
	case desk.RequestWaiting:
		if writes {
			all.Add(button("requests.back.open", theme.IconImport, widgets.Primary, func() { d.w.openTake(r.ID) }))
		}
		if d.canSign {
			sign("requests.sign.here", widgets.Plain)
		}
	default:
		all.Add(button("requests.show", theme.IconCertificate, widgets.Primary, func() { d.w.showSubject(r.CertificateID) }))
		if r.State == desk.RequestSigned {
			sign("requests.sign.again", widgets.Plain)
		}
	}
	all.Add(widgets.Grid(136, 8,
		button("requests.pem", theme.IconCopy, widgets.Plain, d.copyPEM),
		button("requests.save", theme.IconExport, widgets.Plain, func() { d.w.open(newRequestFile(d.w, r)) })))
	if writes {
		all.Add(leading(button("requests.delete", theme.IconTrash, widgets.Quiet, func() { d.askDelete(true) })))
	}
	return all
}

func (d *requestDetail) copyPEM() {
	var file desk.File
	from := d.w.desk
	d.w.background("", func(context.Context) error {
		var err error
		file, err = from.RequestFile(d.request.ID, false)
		return err
	}, func() {
		d.w.app.Clipboard().SetContent(string(file.Data))
		d.w.notify(d.w.t.T("requests.pem.copied"))
	})
}

func (d *requestDetail) askDelete(ask bool) {
	d.deleting = ask
	d.build()
	d.w.frame.root.Refresh()
}

func (d *requestDetail) delete() {
	from, r := d.w.desk, d.request
	d.w.background("", func(context.Context) error { return from.DeleteRequest(r.ID) }, func() {
		d.w.closeDetail()
		d.w.changed()
		d.w.notify(d.w.t.T("requests.deleted", "Name", pki.Escape(r.Name)))
	})
}
