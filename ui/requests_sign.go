package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// signForm shows what a request asks for beside what it will be granted, with
// the choices of who signs.
type signForm struct {
	w    *Window
	desk *desk.Desk
	id   desk.ID

	whole       *desk.RequestDetail // nil until it was read
	authorities []desk.Certificate  // with a key
	profiles    []desk.Profile      // of the kind
	all         []desk.Profile
	kind        pki.Kind
	turn        int  // of the last preview
	tried       bool // Sign was pressed: faults are shown at their fields

	title   *widgets.Text
	tiles   *widgets.TileRow
	issuer  *widgets.Select
	profile *widgets.Select
	valid   *widgets.Select
	name    *widgets.Input
	names   *widgets.NameField
	fields  map[pki.Field]*widgets.Field
	notices *fyne.Container
	table   *fyne.Container
	sign    *widgets.Button
	body    *fyne.Container
	root    *fyne.Container
	filling bool // the fields are being set, not typed
	lines   []pki.Line
	nobody  *widgets.Notice
}

// signSpans are the lengths offered. The first leaves it to kind or profile.
var signSpans = []pki.Span{"", "30d", "90d", "1y", "2y", "5y", "10y"}

// openSign opens the page that signs a request.
func (w *Window) openSign(id desk.ID) { w.open(newSignForm(w, id)) }

func newSignForm(w *Window, id desk.ID) *signForm {
	f := &signForm{w: w, desk: w.desk, id: id, fields: map[pki.Field]*widgets.Field{}}
	t := w.t
	f.title = widgets.NewTitle(t.T("requests.sign.title")).Truncate()
	f.sign = widgets.NewButton(t.T("requests.sign.doit"), "", widgets.Primary, f.submit)
	f.sign.Disable()
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	var tiles []*widgets.Tile
	for _, k := range issueKinds {
		key := "issue.kind." + string(k)
		tiles = append(tiles, widgets.NewTile(t.T(key), t.T(key+".text"), "", nil))
	}
	f.tiles = widgets.NewTileRow(0, func(i int) { f.setKind(issueKinds[i]) }, tiles...)
	f.issuer = widgets.NewSelect(t.T("issue.issuer.none"), nil, -1, func(int) { f.setSpans(); f.preview() })
	f.profile = widgets.NewSelect("", nil, -1, func(int) { f.fill() })
	f.valid = widgets.NewSelect("", nil, -1, func(int) { f.preview() })
	f.name = widgets.NewInput("", func(string) { f.preview() })
	f.name.OnSubmitted = func(string) { f.submit() }
	f.names = widgets.NewNameField(t.T("issue.names.placeholder"), w.recogniseName, func([]string) { f.preview(); f.layoutAgain() })
	f.names.OnSubmitted = f.submit
	f.fields[pki.FieldIssuer] = widgets.NewField(t.T("issue.issuer"), "", f.issuer)
	f.fields[pki.FieldProfile] = widgets.NewField(t.T("requests.sign.profile"), "", f.profile)
	f.fields[pki.FieldValidity] = widgets.NewField(t.T("issue.valid"), "", f.valid)
	f.fields[pki.FieldName] = widgets.NewField(t.T("requests.sign.name"), "", f.name)
	f.fields[pki.FieldNames] = widgets.NewField(t.T("requests.sign.names"), t.T("requests.sign.names.hint"), f.names)
	f.nobody = widgets.NewNotice(widgets.ToneSoon, t.T("requests.sign.none"), t.T("requests.sign.none.text"),
		widgets.NewButton(t.T("issue.title.authority"), "", widgets.Plain, func() { w.openIssue(pki.Authority, "") }))
	f.nobody.Hide()
	f.notices, f.table = widgets.Stack(8), widgets.Stack(8)
	f.body = widgets.Stack(16, f.nobody, f.tiles,
		widgets.Grid(240, 16, f.fields[pki.FieldIssuer], f.fields[pki.FieldProfile], f.fields[pki.FieldValidity], f.fields[pki.FieldName]),
		f.fields[pki.FieldNames], f.notices, widgets.NewCard(f.table))
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, f.body))
	middle := &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
	head := widgets.Inset(0, 0, 12, 0, widgets.Row(12, widgets.Grow(f.title), cancel, f.sign))
	f.root = container.NewBorder(head, nil, nil, nil, middle)
	return f
}

func (f *signForm) content() fyne.CanvasObject { return f.root }
func (f *signForm) firstFocus() fyne.Focusable { return f.name }

// close forgets what was read of the vault.
func (f *signForm) close() {
	f.turn++
	f.whole, f.lines = nil, nil
}

func (f *signForm) layoutAgain() {
	f.body.Refresh()
	f.root.Refresh()
}

// refresh reads the request, the authorities and the profiles.
func (f *signForm) refresh() {
	var whole desk.RequestDetail
	var authorities []desk.Certificate
	var profiles []desk.Profile
	f.w.spawn("", func(context.Context) error {
		var err error
		if whole, err = f.desk.Request(f.id); err != nil {
			return err
		}
		if profiles, err = f.desk.Profiles(); err != nil {
			return err
		}
		authorities, err = f.desk.Authorities()
		return err
	}, func(err error) {
		if err != nil {
			f.w.fail(err)
			return
		}
		first := f.whole == nil
		f.whole, f.all = &whole, profiles
		f.setAuthorities(authorities)
		if first {
			f.title.SetText(f.w.t.T("requests.sign.title.of", "Name", pki.Escape(whole.Name)))
			f.tiles.Select(slices.Index(issueKinds, whole.Asked.Request.Kind))
			f.setKind(whole.Asked.Request.Kind)
			return
		}
		f.setSpans()
		f.preview()
	})
}

// setAuthorities offers who can sign; the newest that is good is chosen at
// first.
func (f *signForm) setAuthorities(all []desk.Certificate) {
	chosen := f.issuerID()
	f.authorities = nil
	var words []string
	at := -1
	for _, a := range all {
		if !a.HasKey || !a.IsCurrent() {
			continue
		}
		word, good := nameOf(f.w.t, a), true
		switch h := a.Health(f.w.now()); h {
		case desk.Expired, desk.Revoked, desk.NotYetValid:
			word, good = f.w.t.T("issue.issuer."+string(h), "Name", word), false
		}
		n := len(f.authorities)
		if a.ID == chosen || chosen == "" && good && (at < 0 || !a.Made.Before(f.authorities[at].Made)) {
			at = n
		}
		f.authorities, words = append(f.authorities, a), append(words, word)
	}
	if at < 0 && len(words) > 0 {
		at = 0
	}
	f.issuer.SetOptions(words, at)
	f.nobody.Hidden = len(words) > 0
}

func (f *signForm) issuerID() desk.ID {
	if i := f.issuer.Selected(); i >= 0 && i < len(f.authorities) {
		return f.authorities[i].ID
	}
	return ""
}

// setKind offers the profiles of a kind, and fills the fields in anew.
func (f *signForm) setKind(kind pki.Kind) {
	if f.whole == nil {
		return
	}
	f.kind, f.profiles = kind, nil
	words := []string{f.w.t.T("requests.sign.profile.none")}
	for _, p := range f.all {
		if p.Kind != kind || p.BuiltIn && p.Name == string(kind) || p.BuiltIn && p.Name == "root" {
			continue
		}
		word := pki.Escape(p.Name)
		if p.BuiltIn {
			word = f.w.t.T("profiles.built-in." + p.Name)
		}
		f.profiles, words = append(f.profiles, p), append(words, word)
	}
	f.profile.SetOptions(words, 0)
	f.fields[pki.FieldProfile].Hidden = len(f.profiles) == 0
	f.fields[pki.FieldNames].Hidden = kind == pki.Authority
	f.fill()
}

// chosenProfile is the profile that is followed, nil for none.
func (f *signForm) chosenProfile() *desk.Profile {
	if i := f.profile.Selected() - 1; i >= 0 && i < len(f.profiles) {
		return &f.profiles[i]
	}
	return nil
}

// base is what is granted before anything is changed by hand.
func (f *signForm) base() pki.Request {
	if p := f.chosenProfile(); p != nil {
		return f.whole.Asked.GrantAs(p.Profile, f.w.now())
	}
	return f.whole.Asked.Grant(f.kind)
}

// fill puts into the fields what kind and profile grant.
func (f *signForm) fill() {
	r := f.base()
	var names []string
	for _, n := range r.Names {
		names = append(names, n.Shown)
	}
	f.filling = true
	f.name.SetText(r.Subject.CommonName)
	f.names.SetNames(names...)
	f.filling = false
	f.setSpans()
	f.preview()
}

// setSpans offers how long it is valid, cut at the end of who signs.
func (f *signForm) setSpans() {
	if f.whole == nil {
		return
	}
	t, now := f.w.t, f.w.now()
	var limit time.Time
	if i := f.issuer.Selected(); i >= 0 && i < len(f.authorities) {
		limit = f.authorities[i].NotAfter
	}
	var words []string
	for _, s := range signSpans {
		end, text := s.End(now), t.T("issue.valid.days", "Count", s.Days())
		switch {
		case s == "" && f.chosenProfile() != nil && f.chosenProfile().Validity != "":
			words = append(words, t.T("requests.sign.valid.profile", "Date", t.Date(f.chosenProfile().Validity.End(now))))
			continue
		case s == "" && f.kind == pki.Authority:
			end, text = now.AddDate(5, 0, 0), t.T("issue.valid.years", "Count", 5)
		case s == "":
			end, text = now.AddDate(0, 0, 397), t.T("issue.valid.months", "Count", 13)
		case s.Years() > 0:
			text = t.T("issue.valid.years", "Count", s.Years())
		}
		if !limit.IsZero() && end.Sub(limit) > day {
			words = append(words, t.T("issue.valid.capped", "Span", text, "Date", t.Date(limit)))
			continue
		}
		words = append(words, t.T("issue.valid.option", "Span", text, "Date", t.Date(end)))
	}
	f.valid.SetOptions(words, max(0, f.valid.Selected()))
}

// signing is what the form says, and the faults of names as they were typed.
func (f *signForm) signing() (desk.Signing, pki.Faults) {
	r := f.base()
	if i := f.valid.Selected(); i > 0 {
		r.NotAfter = signSpans[i].End(f.w.now())
	}
	r.Subject.CommonName = strings.TrimSpace(f.name.Text)
	var faults pki.Faults
	if f.kind != pki.Authority {
		r.Names, faults = pki.ParseNames(strings.Join(f.names.Names(), " "))
	}
	s := desk.Signing{RequestID: f.id, IssuerID: f.issuerID(), Grant: r}
	if p := f.chosenProfile(); p != nil {
		s.Profile = p.Name
	}
	return s, faults
}

// preview shows what the form would grant.
func (f *signForm) preview() {
	if f.whole == nil || f.filling {
		return
	}
	s, typed := f.signing()
	reread(f.w, &f.turn, func() (desk.SignPreview, error) { return f.desk.PreviewSigning(s) }, func(p desk.SignPreview) {
		f.sign.Enable()
		f.show(p, typed)
	})
}

// submit signs what the form says.
func (f *signForm) submit() {
	if f.sign.Busy() || f.sign.Disabled() {
		return
	}
	f.names.Commit()
	f.tried = true
	f.turn++
	f.w.dismissNotice()
	s, typed := f.signing()
	var p desk.SignPreview
	var made desk.Certificate
	f.sign.SetBusy(true)
	f.w.spawn(f.w.t.T("requests.sign.doing"), func(ctx context.Context) error {
		var err error
		if p, err = f.desk.PreviewSigning(s); err != nil || len(p.Faults)+len(typed) > 0 {
			return err
		}
		made, err = f.desk.SignRequest(ctx, s)
		return err
	}, func(err error) {
		f.sign.SetBusy(false)
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			f.w.fail(err)
		case made.ID == "":
			f.show(p, typed)
		default:
			f.signed(made)
		}
	})
}

// signed leads to the certificate, from where it is sent back.
func (f *signForm) signed(made desk.Certificate) {
	words := "requests.sign.done"
	if made.HasKey {
		words = "requests.sign.done.ours"
	}
	f.w.countAttention()
	f.w.navigate(placeOf(made), made.ID)
	f.w.notify(f.w.t.T(words, "Name", pki.Escape(made.Name)))
}
