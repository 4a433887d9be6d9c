package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// partnerPage is one partner: who provides what, the checklist of each
// direction with what mends each line, the stand-in, and how the last tries went.
type partnerPage struct {
	w    *Window
	desk *desk.Desk
	id   desk.ID
	turn int

	page     desk.PartnerPage
	standIn  bool
	deleting bool
	next     string                     // the first open line, as "direction/line": its button stands out
	buttons  map[string]*widgets.Button // by "direction/line", and by what else they do
	head     *fyne.Container
	body     *fyne.Container
	scroll   *container.Scroll
	root     *fyne.Container
}

func newPartnerPage(w *Window, id desk.ID) *partnerPage {
	p := &partnerPage{w: w, desk: w.desk, id: id, head: widgets.Stack(0), body: widgets.Stack(16)}
	p.scroll = container.NewVScroll(widgets.Inset(0, gutter, 2, 2, p.body))
	middle := &fyne.Container{Layout: &settleLayout{p.scroll}, Objects: []fyne.CanvasObject{p.scroll}}
	p.root = container.NewBorder(widgets.Inset(0, 0, 12, 0, p.head), nil, nil, nil, middle)
	return p
}

func (p *partnerPage) content() fyne.CanvasObject { return p.root }

// close forgets what was read of the vault.
func (p *partnerPage) close() {
	p.turn++
	p.body.RemoveAll()
}

// refresh reads the partner again, off the window's goroutine.
func (p *partnerPage) refresh() {
	standIn := false
	reread(p.w, &p.turn, func() (desk.PartnerPage, error) {
		page, err := p.desk.PartnerPage(p.id)
		if err == nil {
			standIn = p.desk.HasStandIn(page.Partner)
		}
		return page, err
	}, func(page desk.PartnerPage) {
		p.page, p.standIn = page, standIn
		p.build()
	})
}

// button is a button that a test can find.
func (p *partnerPage) button(name, text string, icon theme.IconName, kind widgets.ButtonKind, do func()) *widgets.Button {
	b := widgets.NewButton(text, icon, kind, do)
	p.buttons[name] = b
	return b
}

func (p *partnerPage) build() {
	t := p.w.t
	p.buttons, p.next = map[string]*widgets.Button{}, p.nextLine()
	take := p.button("take", t.T("partners.take.open"), theme.IconImport, widgets.Plain, func() { p.w.open(newPartnerTake(p.w, p.page.Partner)) })
	kit := p.button("kit", t.T("partners.kit.open"), theme.IconExport, widgets.Plain, func() { p.w.open(newPartnerKit(p.w, p.page)) })
	p.head.Objects = []fyne.CanvasObject{widgets.NewBackBar(t.T("place.partners"), pki.Escape(p.page.Name), p.w.back, take, kit)}
	tone, words := partnerState(t, p.page)
	parts := []fyne.CanvasObject{widgets.NewStatus(tone, words)}
	if p.deleting {
		parts = append(parts, p.askDelete())
	}
	for _, r := range p.page.Routes {
		parts = append(parts, p.route(r))
	}
	parts = append(parts, p.standInCard(), p.theirCard())
	edit := p.button("edit", t.T("partners.edit"), "", widgets.Plain, func() { p.w.open(newPartnerForm(p.w, p.page.Partner, "")) })
	remove := p.button("delete", t.T("partners.delete"), theme.IconTrash, widgets.Quiet, func() { p.ask(true) })
	p.body.Objects = append(parts, widgets.Row(8, edit, widgets.Spacer(), remove))
	p.body.Refresh()
	p.root.Refresh()
}

// route is one direction: both sides with what each holds, then the checklist.
func (p *partnerPage) route(r desk.RoutePage) fyne.CanvasObject {
	t := p.w.t
	ours, theirs := "client", "server"
	if r.Direction == desk.TheyCall {
		ours, theirs = "server", "client"
	}
	head := widgets.NewHeading(t.T("partners.title."+string(r.Direction), "Name", pki.Escape(p.page.Name)))
	us := p.side(r, desk.Us, t.T("partners.side.us."+ours), ours)
	them := p.side(r, desk.Them, t.T("partners.side.them."+theirs, "Name", pki.Escape(p.page.Name)), theirs)
	sides := widgets.Columns(16, us, them)
	if r.Direction == desk.TheyCall {
		sides = widgets.Columns(16, them, us) // who calls stands at the left
	}
	all := widgets.Stack(12, head, sides)
	for _, l := range r.Lines {
		all.Add(widgets.Rule())
		all.Add(p.line(r, l))
	}
	return widgets.NewCard(all)
}

// side says what one side of a direction needs, and whether what is ours to
// have is there.
func (p *partnerPage) side(r desk.RoutePage, holder desk.Party, title, role string) fyne.CanvasObject {
	t := p.w.t
	picture := theme.IconClient
	if role == "server" {
		picture = theme.IconServer
	}
	rows := widgets.Stack(8, widgets.Row(8, newMark(picture), widgets.Grow(widgets.NewLabel(title).Truncate())))
	for _, x := range r.Provides {
		if x.Holder != holder {
			continue
		}
		words := t.T("partners.provides."+x.What+"."+x.Role+"."+string(x.From), "Name", pki.Escape(p.page.Name))
		icon := map[string]theme.IconName{"certificate": theme.IconCertificate, "authority": theme.IconAuthority}[x.What]
		if x.What == "key" {
			words, icon = t.T("partners.provides.key."+string(x.Holder)), theme.IconKey
		}
		said := widgets.Stack(0, widgets.NewText(sentence(words)).Wrap())
		if x.Name != "" {
			said.Add(widgets.NewQuiet(pki.Escape(x.Name)))
		}
		rows.Add(widgets.RowTop(8, newMark(icon), widgets.Grow(said)))
	}
	return widgets.NewPanel(theme.Ground, theme.Line, theme.Radius, widgets.Pad(12, rows))
}

// standInCard says what plays the partner here, and makes or removes it.
func (p *partnerPage) standInCard() fyne.CanvasObject {
	t, name := p.w.t, pki.Escape(p.page.Name)
	d, id := p.desk, p.id
	if p.standIn {
		remove := p.button("stand-in-remove", t.T("partners.stand-in.remove"), theme.IconTrash, widgets.Plain, func() {
			p.w.background(t.T("partners.stand-in.removing"), func(context.Context) error {
				_, err := d.RemoveStandIn(id)
				return err
			}, func() {
				p.w.changed()
				p.w.notify(t.T("partners.stand-in.removed", "Name", name))
			})
		})
		return widgets.NewNotice(widgets.ToneSoon, t.T("partners.stand-in.title", "Name", name), t.T("partners.stand-in.there"), remove)
	}
	for _, r := range p.page.Routes {
		answered := r.CanWait(p.page) || r.TheirSigner == desk.Them && len(p.page.Theirs) > 0
		if !r.TryReal(p.page) && !answered {
			return widgets.NewNotice(widgets.ToneNone, t.T("partners.stand-in.none", "Name", name), t.T("partners.stand-in.text"),
				p.button("stand-in", t.T("partners.stand-in.make"), theme.IconPlus, widgets.Plain, p.makeStandIn))
		}
	}
	return widgets.Stack(0)
}

func (p *partnerPage) makeStandIn() {
	t, d, id, name := p.w.t, p.desk, p.id, pki.Escape(p.page.Name)
	p.w.background(t.T("partners.stand-in.making"), func(ctx context.Context) error {
		_, err := d.MakeStandIn(ctx, id)
		return err
	}, func() {
		p.w.changed()
		p.w.notify(t.T("partners.stand-in.made", "Name", name))
	})
}

// theirCard lists whom we trust for this partner.
func (p *partnerPage) theirCard() fyne.CanvasObject {
	t := p.w.t
	if len(p.page.Theirs) == 0 {
		return widgets.Stack(0)
	}
	all := widgets.Stack(12, widgets.NewHeading(t.T("partners.theirs", "Name", pki.Escape(p.page.Name))))
	for n, c := range p.page.Theirs {
		if n > 0 {
			all.Add(widgets.Rule())
		}
		h := c.Health(p.w.now())
		show := widgets.NewButton(t.T("partners.show"), "", widgets.Quiet, func() { p.w.showSubject(c.ID) })
		forget := p.button("distrust/"+string(c.ID), t.T("partners.distrust"), "", widgets.Quiet, func() { p.distrust(c) })
		all.Add(widgets.Row(8, widgets.Grow(widgets.Stack(0, widgets.NewLabel(pki.Escape(c.Name)).Truncate(), widgets.NewQuiet(t.T("partners.until.words", "Date", t.Date(c.NotAfter))))), widgets.NewStatus(healthTone(h), t.T("health."+string(h))), show, forget))
		all.Add(p.w.fingerprint(c.Fingerprint))
	}
	return widgets.NewCard(all)
}

func (p *partnerPage) distrust(c desk.Certificate) {
	d, id, t := p.desk, p.id, p.w.t
	p.w.background("", func(context.Context) error {
		_, err := d.Distrust(id, c.ID)
		return err
	}, func() {
		p.w.changed()
		p.w.notify(t.T("partners.distrusted", "Name", pki.Escape(c.Name)))
	})
}

func (p *partnerPage) ask(deleting bool) {
	p.deleting = deleting
	p.build()
	p.scroll.ScrollToTop()
}

// askDelete says what goes with the partner, and asks once.
func (p *partnerPage) askDelete() fyne.CanvasObject {
	t := p.w.t
	return widgets.NewNotice(widgets.ToneBroken, t.T("partners.delete.title", "Name", pki.Escape(p.page.Name)), t.T("partners.delete.text"),
		p.button("delete-no", t.T("cancel"), "", widgets.Plain, func() { p.ask(false) }),
		p.button("delete-yes", t.T("partners.delete.yes"), theme.IconTrash, widgets.Danger, p.delete))
}

func (p *partnerPage) delete() {
	d, id, t, name := p.desk, p.id, p.w.t, pki.Escape(p.page.Name)
	p.w.background("", func(context.Context) error { return d.DeletePartner(id) }, func() {
		p.w.back()
		p.w.notify(t.T("partners.deleted", "Name", name))
	})
}
