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
	"countersign/ui/widgets"
)

// fieldAuthority is the field that a form for a partner begins with when an
// authority is missing; a direction is that of its address.
const fieldAuthority = "authority"

// partnerForm asks for a partner, new or to be changed.
type partnerForm struct {
	w     *Window
	desk  *desk.Desk
	old   desk.Partner
	start string

	name        *widgets.Input
	nameIn      *widgets.Field
	tiles       *widgets.TileRow
	authorities []desk.Certificate
	authority   *widgets.Select
	noAuthority *widgets.Notice
	urls        map[desk.Direction]*widgets.Input
	urlsIn      map[desk.Direction]*widgets.Field
	ours        map[desk.Direction]*widgets.Select
	theirs      map[desk.Direction]*widgets.Select
	signers     map[desk.Direction]*fyne.Container
	more        *widgets.Disclosure
	save        *widgets.Button
	body        *fyne.Container
	root        *fyne.Container
}

// partnerTiles are the choices of direction, in their order.
var partnerTiles = []struct {
	key  string
	dirs []desk.Direction
}{
	{"both", desk.Directions()},
	{string(desk.WeCall), []desk.Direction{desk.WeCall}},
	{string(desk.TheyCall), []desk.Direction{desk.TheyCall}},
}

// parties are the choices of who signs.
var parties = []desk.Party{desk.Us, desk.Them}

func newPartnerForm(w *Window, old desk.Partner, start string) *partnerForm {
	f := &partnerForm{w: w, desk: w.desk, old: old, start: start,
		urls: map[desk.Direction]*widgets.Input{}, urlsIn: map[desk.Direction]*widgets.Field{},
		ours: map[desk.Direction]*widgets.Select{}, theirs: map[desk.Direction]*widgets.Select{}, signers: map[desk.Direction]*fyne.Container{}}
	t := w.t
	f.name = widgets.NewInput(t.T("partners.form.name.placeholder"), func(string) { f.nameIn.SetFault("") })
	f.name.OnSubmitted = func(string) { f.submit() }
	f.nameIn = widgets.NewField(t.T("partners.form.name"), "", f.name)
	f.name.SetText(old.Name)
	f.buildTiles()
	f.authority = widgets.NewSelect(t.T("partners.form.authority.none"), nil, -1, func(int) {})
	f.noAuthority = widgets.NewNotice(widgets.ToneSoon, t.T("partners.form.no-authority"), t.T("partners.form.no-authority.text"),
		widgets.NewButton(t.T("partners.form.make-authority"), "", widgets.Plain, func() { w.openIssue(pki.Authority, "") }))
	f.noAuthority.Hide()
	var signers []fyne.CanvasObject
	for _, dir := range desk.Directions() {
		signers = append(signers, f.buildRoute(dir))
	}
	f.more = widgets.NewDisclosure(t.T("partners.form.signers"), widgets.Stack(16, append([]fyne.CanvasObject{widgets.NewQuiet(t.T("partners.form.signers.text"))}, signers...)...),
		func(bool) { f.layoutAgain() })
	title := "partners.form.new"
	if old.ID != "" {
		title = "partners.form.edit"
	}
	f.save = widgets.NewButton(t.T("partners.form.save"), "", widgets.Primary, f.submit)
	if old.ID == "" {
		f.save.SetText(t.T("partners.form.add"))
	}
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	f.body = widgets.Stack(16, widgets.AtMost(480, f.nameIn), widgets.NewField(t.T("partners.form.direction"), "", f.tiles),
		widgets.AtMost(480, widgets.NewField(t.T("partners.form.authority"), t.T("partners.form.authority.hint"), f.authority)), f.noAuthority,
		widgets.AtMost(640, f.urlsIn[desk.WeCall]), widgets.AtMost(640, f.urlsIn[desk.TheyCall]), f.more)
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, f.body))
	middle := &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
	head := widgets.Inset(0, 0, 12, 0, widgets.Row(12, widgets.Grow(widgets.NewTitle(t.T(title)).Truncate()), cancel, f.save))
	f.root = container.NewBorder(head, nil, nil, nil, middle)
	f.chosen()
	return f
}

func (f *partnerForm) buildTiles() {
	t := f.w.t
	var tiles []*widgets.Tile
	at := 0
	for n, x := range partnerTiles {
		tiles = append(tiles, widgets.NewTile(t.T("partners.tile."+x.key), t.T("partners.tile."+x.key+".text"), "", nil))
		if f.old.ID != "" && slices.Equal(x.dirs, f.old.Directions()) {
			at = n
		}
	}
	f.tiles = widgets.NewTileRow(at, func(int) { f.chosen() }, tiles...)
}

// buildRoute makes the fields of one direction; it returns those of who signs.
func (f *partnerForm) buildRoute(dir desk.Direction) fyne.CanvasObject {
	t := f.w.t
	route := f.old.Route(dir)
	if route == nil {
		route = &desk.Route{OurSigner: desk.Us, TheirSigner: desk.Them}
	}
	f.urls[dir] = widgets.NewInput(t.T("partners.form.url."+string(dir)+".placeholder"), func(string) { f.urlsIn[dir].SetFault("") })
	f.urls[dir].OnSubmitted = func(string) { f.submit() }
	f.urlsIn[dir] = widgets.NewField(t.T("partners.form.url."+string(dir)), t.T("partners.form.url."+string(dir)+".hint"), f.urls[dir])
	f.urls[dir].SetText(route.URL)
	choice := func(now desk.Party) *widgets.Select {
		return widgets.NewSelect("", []string{t.T("partners.form.signer.us"), t.T("partners.form.signer.them")}, slices.Index(parties, now), nil)
	}
	f.ours[dir], f.theirs[dir] = choice(route.OurSigner), choice(route.TheirSigner)
	f.signers[dir] = widgets.Grid(240, 16,
		widgets.NewField(t.T("partners.form.signs-ours."+string(dir)), "", f.ours[dir]),
		widgets.NewField(t.T("partners.form.signs-theirs."+string(dir)), "", f.theirs[dir]))
	return f.signers[dir]
}

func (f *partnerForm) content() fyne.CanvasObject { return f.root }

// firstFocus is the field that the form was opened for.
func (f *partnerForm) firstFocus() fyne.Focusable {
	if i := f.urls[desk.Direction(f.start)]; i != nil {
		return i
	}
	if f.start == fieldAuthority {
		return f.authority
	}
	return f.name
}

// refresh reads the authorities that can sign.
func (f *partnerForm) refresh() {
	var own []desk.Certificate
	f.w.spawn("", func(context.Context) error {
		all, err := f.desk.Authorities()
		for _, c := range all {
			if c.HasKey && !c.Revoked {
				own = append(own, c)
			}
		}
		return err
	}, func(err error) {
		if err != nil {
			f.w.fail(err)
			return
		}
		f.setAuthorities(own)
	})
}

func (f *partnerForm) setAuthorities(own []desk.Certificate) {
	wanted := f.old.AuthorityID
	if at := f.authority.Selected(); at >= 0 && at < len(f.authorities) {
		wanted = f.authorities[at].ID
	}
	f.authorities = own
	var names []string
	for _, c := range own {
		names = append(names, nameOf(f.w.t, c))
	}
	at := slices.IndexFunc(own, func(c desk.Certificate) bool { return c.ID == wanted })
	if at < 0 && len(own) == 1 {
		at = 0
	}
	f.authority.SetOptions(names, at)
	f.noAuthority.Hidden = len(own) > 0
	f.layoutAgain()
}

func (f *partnerForm) layoutAgain() {
	f.body.Refresh()
	f.root.Refresh()
}

func (f *partnerForm) directions() []desk.Direction {
	return partnerTiles[max(0, f.tiles.Selected())].dirs
}

// chosen shows the fields of the directions chosen.
func (f *partnerForm) chosen() {
	for _, dir := range desk.Directions() {
		has := slices.Contains(f.directions(), dir)
		f.urlsIn[dir].Hidden, f.signers[dir].Hidden = !has, !has
	}
	f.layoutAgain()
}

// fill gives a partner what the form says.
func (f *partnerForm) fill(p *desk.Partner) {
	p.Name = strings.TrimSpace(f.name.Text)
	p.SetDirections(f.directions()...)
	if at := f.authority.Selected(); at >= 0 && at < len(f.authorities) {
		p.AuthorityID = f.authorities[at].ID
	}
	for _, dir := range f.directions() {
		route := p.Route(dir)
		route.URL = strings.TrimSpace(f.urls[dir].Text)
		route.SetOurSigner(parties[max(0, f.ours[dir].Selected())])
		route.TheirSigner = parties[max(0, f.theirs[dir].Selected())]
	}
}

func (f *partnerForm) submit() {
	if f.save.Busy() {
		return
	}
	f.w.dismissNotice()
	var kept desk.Partner
	d, old := f.desk, f.old
	wanted := old
	f.fill(&wanted)
	f.save.SetBusy(true)
	f.w.spawn("", func(context.Context) error {
		var err error
		if old.ID == "" {
			kept, err = d.AddPartner(wanted)
		} else {
			kept, err = d.ChangePartner(old.ID, func(p *desk.Partner) {
				p.Name, p.AuthorityID, p.WeCall, p.TheyCall = wanted.Name, wanted.AuthorityID, wanted.WeCall, wanted.TheyCall
			})
		}
		return err
	}, func(err error) {
		f.save.SetBusy(false)
		f.kept(kept, err)
	})
}

func (f *partnerForm) kept(p desk.Partner, err error) {
	t := f.w.t
	switch {
	case errors.Is(err, desk.ErrPartnerName), errors.Is(err, desk.ErrPartnerExists):
		f.nameIn.SetFault(explain(t, err).title)
		f.layoutAgain()
		f.w.win.Canvas().Focus(f.name)
	case errors.Is(err, desk.ErrPartnerURL):
		for _, dir := range f.directions() {
			if !strings.HasPrefix(f.urls[dir].Text, "https://") && f.urls[dir].Text != "" {
				f.urlsIn[dir].SetFault(explain(t, err).title)
			}
		}
		f.layoutAgain()
	case err != nil:
		f.w.fail(err)
	default:
		f.w.back()
		if f.old.ID == "" {
			f.w.openPartner(p.ID)
		}
	}
}
