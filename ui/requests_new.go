package ui

import (
	"context"
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// requestForm makes a key and a request for somebody else to sign.
type requestForm struct {
	w    *Window
	desk *desk.Desk
	kind pki.Kind

	tiles     *widgets.TileRow
	name      *widgets.Input
	names     *widgets.NameField
	key       *widgets.Select
	parts     map[pki.Field]*widgets.Input
	more      *widgets.Disclosure
	fields    map[pki.Field]*widgets.Field
	authority *widgets.Notice
	create    *widgets.Button
	body      *fyne.Container
	root      *fyne.Container
}

// requestParts are the parts of a subject that the form asks for under More.
var requestParts = []pki.Field{pki.FieldOrganization, pki.FieldOrganizationalUnit, pki.FieldLocality, pki.FieldState, pki.FieldCountry}

// openRequestNew opens the form for a new request.
func (w *Window) openRequestNew() { w.open(newRequestForm(w)) }

func newRequestForm(w *Window) *requestForm {
	f := &requestForm{w: w, desk: w.desk, kind: pki.Server, fields: map[pki.Field]*widgets.Field{}, parts: map[pki.Field]*widgets.Input{}}
	t := w.t
	var tiles []*widgets.Tile
	for _, k := range issueKinds {
		key := "issue.kind." + string(k)
		tiles = append(tiles, widgets.NewTile(t.T(key), t.T(key+".text"), "", nil))
	}
	f.tiles = widgets.NewTileRow(0, func(i int) { f.setKind(issueKinds[i]) }, tiles...)
	f.name = f.line()
	f.names = widgets.NewNameField(t.T("issue.names.placeholder"), w.recogniseName, func([]string) { f.clear() })
	f.names.OnSubmitted = f.submit
	var kinds []string
	for _, k := range pki.KeyKinds() {
		kinds = append(kinds, k.Label())
	}
	f.key = widgets.NewSelect("", kinds, 0, func(i int) {
		f.fields[pki.FieldKey].SetHint(t.T("issue.key." + string(pki.KeyKinds()[max(0, i)])))
		f.layoutAgain()
	})
	f.fields[pki.FieldName] = widgets.NewField("", "", f.name)
	f.fields[pki.FieldNames] = widgets.NewField("", "", f.names)
	f.fields[pki.FieldKey] = widgets.NewField(t.T("issue.key"), t.T("issue.key.p256"), f.key)
	var more []fyne.CanvasObject
	for _, part := range requestParts {
		f.parts[part] = f.line()
		f.fields[part] = widgets.NewField(t.T("requests.field."+string(part)), "", f.parts[part])
		more = append(more, f.fields[part])
	}
	f.more = widgets.NewDisclosure(t.T("requests.new.more"), widgets.Grid(240, 16, more...), func(bool) { f.layoutAgain() })
	f.authority = widgets.NewNotice(widgets.ToneNone, t.T("requests.new.authority.hint"), "")
	f.create = widgets.NewButton(t.T("requests.new.create"), "", widgets.Primary, f.submit)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	form := widgets.Stack(16, f.tiles, f.authority, f.fields[pki.FieldName], f.fields[pki.FieldNames],
		widgets.Grid(240, 16, f.fields[pki.FieldKey]), f.more)
	f.body = newSide(form, f.card())
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, f.body))
	middle := &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
	head := widgets.Inset(0, 0, 12, 0, widgets.Row(12, widgets.NewTitle(t.T("requests.new.title")), widgets.Spacer(), cancel, f.create))
	f.root = container.NewBorder(head, nil, nil, nil, middle)
	f.setKind(f.kind)
	return f
}

func (f *requestForm) line() *widgets.Input {
	i := widgets.NewInput("", func(string) { f.clear() })
	i.OnSubmitted = func(string) { f.submit() }
	return i
}

// card says how a request becomes a certificate.
func (f *requestForm) card() fyne.CanvasObject {
	t := f.w.t
	steps := []fyne.CanvasObject{widgets.NewHeading(t.T("requests.new.card"))}
	for i, key := range []string{"requests.new.step1", "requests.new.step2", "requests.new.step3"} {
		steps = append(steps, widgets.RowTop(12, widgets.NewNumberBadge(widgets.ToneAccent, t.Number(i+1)), widgets.Grow(widgets.NewBody(t.T(key)))))
	}
	return widgets.NewCard(widgets.Stack(16, steps...))
}

func (f *requestForm) content() fyne.CanvasObject { return f.root }
func (f *requestForm) refresh()                   {}

// firstFocus is the field that asks for a name.
func (f *requestForm) firstFocus() fyne.Focusable {
	if f.serves() {
		return f.names.Entry()
	}
	return f.name
}

func (f *requestForm) serves() bool { return f.kind == pki.Server || f.kind == pki.Both }

func (f *requestForm) layoutAgain() {
	f.body.Refresh()
	f.root.Refresh()
}

// setKind shows the fields that a kind needs.
func (f *requestForm) setKind(kind pki.Kind) {
	f.kind = kind
	t, name, names := f.w.t, f.fields[pki.FieldName], f.fields[pki.FieldNames]
	name.Hidden, names.Hidden = f.serves(), kind == pki.Authority
	f.authority.Hidden = kind != pki.Authority
	words, of := "server", "client"
	if !f.serves() {
		words = "client"
	}
	if kind == pki.Authority {
		of = "authority"
	}
	names.SetLabel(t.T("issue.names." + words))
	names.SetHint(t.T("issue.names." + words + ".hint"))
	name.SetLabel(t.T("issue.name." + of))
	name.SetHint(t.T("issue.name." + of + ".hint"))
	f.clear()
	f.layoutAgain()
}

// clear takes the faults away: what is typed now may mend them.
func (f *requestForm) clear() {
	for _, field := range f.fields {
		field.SetFault("")
	}
	f.names.SetFaults()
}

// asked is what the form says, and the faults of names as they were typed.
func (f *requestForm) asked() (pki.Request, pki.Faults) {
	r := pki.NewRequest(f.kind)
	r.Key = pki.KeyKinds()[max(0, f.key.Selected())]
	r.Subject = pki.Subject{
		Organization: f.parts[pki.FieldOrganization].Text, OrganizationalUnit: f.parts[pki.FieldOrganizationalUnit].Text,
		Locality: f.parts[pki.FieldLocality].Text, State: f.parts[pki.FieldState].Text, Country: f.parts[pki.FieldCountry].Text,
	}
	if !f.serves() {
		r.Subject.CommonName = strings.TrimSpace(f.name.Text)
	}
	var faults pki.Faults
	if f.kind != pki.Authority {
		r.Names, faults = pki.ParseNames(strings.Join(f.names.Names(), " "))
	}
	var others pki.Faults
	if err := r.CheckCSR(); err != nil && !errors.As(err, &others) {
		others = nil
	}
	return r, typedFirst(faults, others)
}

// submit makes the key and the request, off the window's goroutine.
func (f *requestForm) submit() {
	if f.create.Busy() {
		return
	}
	f.names.Commit()
	f.clear()
	f.w.dismissNotice()
	r, faults := f.asked()
	if len(faults) > 0 {
		f.showFaults(faults)
		return
	}
	var made desk.Request
	f.create.SetBusy(true)
	f.w.spawn(f.w.t.T("requests.new.making"), func(ctx context.Context) error {
		var err error
		made, err = f.desk.MakeRequest(ctx, r)
		return err
	}, func(err error) {
		f.create.SetBusy(false)
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			f.w.fail(err)
		default:
			f.w.navigate("requests", made.ID)
			f.w.notify(f.w.t.T("requests.new.made", "Name", pki.Escape(made.Name)))
		}
	})
}

// showFaults says at each field what is wrong with it; one whose field is not
// shown is said at the names.
func (f *requestForm) showFaults(faults pki.Faults) {
	var typed []string
	for _, fault := range faults {
		field := f.fields[fault.Field]
		if field == nil || field.Hidden {
			field = f.fields[pki.FieldNames]
		}
		field.SetFault(i18n.Sentences(field.Fault(), faultText(f.w.t, fault)))
		if slices.Contains(requestParts, fault.Field) {
			f.more.SetOpen(true)
		}
		if fault.Field == pki.FieldNames {
			typed = append(typed, fault.Value)
		}
	}
	f.names.SetFaults(typed...)
	f.layoutAgain()
	f.w.win.Canvas().Focus(f.firstFocus())
}

// recogniseName says what a typed name is, for its chip.
func (w *Window) recogniseName(typed string) (shown, kind string, ok bool) {
	name, err := pki.ParseName(typed)
	if err != nil {
		return pki.Escape(typed), "", false
	}
	return name.Shown, w.t.T("issue.names." + string(name.Kind)), true
}
