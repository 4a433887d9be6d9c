package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// issueForm makes a new certificate: one page, with the certificate as it will
// be beside it.
type issueForm struct {
	w    *Window
	desk *desk.Desk

	kind   pki.Kind
	wanted desk.ID  // the issuer that was asked for
	then   pki.Kind // what was wanted, when an authority has to be made first
	tried  bool     // Create was pressed: faults are shown at their fields
	turn   int      // of the last preview
	read   bool     // the authorities were read once

	authorities []desk.Certificate // with a key, so that they can sign
	issuerIDs   []desk.ID          // of the choices of issuer; "" is itself

	title   *widgets.Text
	first   *widgets.Notice
	profile *profileLine
	tiles   *widgets.TileRow
	create  *widgets.Button
	issueFields
	card *issueCard
	body *fyne.Container
	root *fyne.Container
}

// issueKinds are what the tiles stand for.
var issueKinds = []pki.Kind{pki.Server, pki.Client, pki.Both, pki.Authority}

func newIssueForm(w *Window, kind pki.Kind, issuer desk.ID) *issueForm {
	f := &issueForm{w: w, desk: w.desk, kind: kind, wanted: issuer}
	t := w.t
	f.title = widgets.NewTitle("")
	f.create = widgets.NewButton(t.T("issue.create"), "", widgets.Primary, f.submit)
	cancel := widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	f.first = widgets.NewNotice(widgets.ToneAccent, t.T("issue.first"), t.T("issue.first.text"))
	f.first.Hide()
	var tiles []*widgets.Tile
	for _, k := range issueKinds {
		key := "issue.kind." + string(k)
		tiles = append(tiles, widgets.NewTile(t.T(key), t.T(key+".text"), "", nil))
	}
	f.tiles = widgets.NewTileRow(slices.Index(issueKinds, kind), func(i int) { f.setKind(issueKinds[i]) }, tiles...)
	f.buildFields()
	f.profile = newProfileLine(f)
	f.card = newIssueCard(f)
	form := widgets.Stack(16, f.first, f.profile.root, f.tiles, f.nameField, f.namesField,
		widgets.Grid(240, 16, f.issuerField, f.validField, f.keyField, f.pathField, f.clientField), f.limits, f.more)
	f.body = newSide(form, f.card.root)
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, f.body))
	middle := &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
	head := widgets.Inset(0, 0, 12, 0, widgets.Row(12, f.title, widgets.Spacer(), cancel, f.create))
	f.root = container.NewBorder(head, nil, nil, nil, middle)
	f.setKind(kind)
	return f
}

// openIssue opens the form for a new certificate of that kind, signed by
// issuer ("" to choose there).
func (w *Window) openIssue(kind pki.Kind, issuer desk.ID) { w.open(newIssueForm(w, kind, issuer)) }

// openIssueWith opens the form with a profile chosen.
func (w *Window) openIssueWith(p desk.Profile) {
	f := newIssueForm(w, p.Kind, "")
	f.profile.wanted = p.Name
	w.open(f)
}

func (f *issueForm) content() fyne.CanvasObject { return f.root }

// firstFocus is the field that asks for a name.
func (f *issueForm) firstFocus() fyne.Focusable {
	if f.kind == pki.Server || f.kind == pki.Both {
		return f.names.Entry()
	}
	return f.name
}

func (f *issueForm) focusFirst() { f.w.win.Canvas().Focus(f.firstFocus()) }

// refresh reads the authorities again.
func (f *issueForm) refresh() {
	var list []desk.Certificate
	var profiles []desk.Profile
	f.w.spawn("", func(context.Context) error {
		var err error
		if list, err = f.desk.Authorities(); err != nil {
			return err
		}
		profiles, err = f.desk.Profiles()
		return err
	}, func(err error) {
		if err != nil {
			f.w.fail(err)
			return
		}
		f.setAuthorities(list)
		f.profile.set(profiles)
	})
}

func (f *issueForm) setAuthorities(list []desk.Certificate) {
	f.authorities = slices.DeleteFunc(list, func(c desk.Certificate) bool { return !c.HasKey })
	none := len(f.authorities) == 0
	if none && !f.read && f.kind != pki.Authority {
		f.then, f.kind = f.kind, pki.Authority
		f.tiles.Select(slices.Index(issueKinds, f.kind))
		defer f.focusFirst()
	}
	f.read = true
	f.first.Hidden = !none || f.then == ""
	f.setKind(f.kind)
}

// setKind shows the fields that a kind needs.
func (f *issueForm) setKind(kind pki.Kind) {
	f.kind = kind
	f.profile.kindChanged(kind)
	t := f.w.t
	serves := kind == pki.Server || kind == pki.Both
	f.nameField.Hidden = serves
	f.namesField.Hidden = kind == pki.Authority
	f.clientField.Hidden = kind != pki.Server
	f.pathField.Hidden = kind != pki.Authority
	f.limits.Hidden = kind != pki.Authority
	f.title.SetText(t.T("issue.title"))
	switch {
	case serves:
		f.namesField.SetLabel(t.T("issue.names.server"))
		f.namesField.SetHint(t.T("issue.names.server.hint"))
	case kind == pki.Client:
		f.nameField.SetLabel(t.T("issue.name.client"))
		f.nameField.SetHint(t.T("issue.name.client.hint"))
		f.namesField.SetLabel(t.T("issue.names.client"))
		f.namesField.SetHint(t.T("issue.names.client.hint"))
	default:
		f.title.SetText(t.T("issue.title.authority"))
		f.nameField.SetLabel(t.T("issue.name.authority"))
		f.nameField.SetHint(t.T("issue.name.authority.hint"))
	}
	f.setIssuers()
	f.setSpans()
	f.setPaths()
	f.setUsages()
	f.preview()
	f.layoutAgain()
}

// layoutAgain follows changed words and hidden fields: lines may have become
// more or fewer.
func (f *issueForm) layoutAgain() {
	f.body.Refresh()
	f.root.Refresh()
}

// setIssuers offers who can sign. What was chosen stays chosen, else what was
// asked for, else the newest that is good.
func (f *issueForm) setIssuers() {
	chosen := f.wanted
	if f.issuer.Selected() >= 0 && f.issuer.Selected() < len(f.issuerIDs) && f.issuerPicked {
		chosen = f.issuerIDs[f.issuer.Selected()]
	}
	t := f.w.t
	var words []string
	f.issuerIDs = nil
	if f.kind == pki.Authority {
		f.issuerIDs, words = append(f.issuerIDs, ""), append(words, t.T("issue.issuer.self"))
	}
	newest := -1
	for _, a := range f.authorities {
		word := nameOf(t, a)
		switch h := a.Health(f.w.now()); h {
		case desk.Expired, desk.Revoked, desk.NotYetValid:
			word = t.T("issue.issuer."+string(h), "Name", word)
		default:
			if newest < 0 || !a.Made.Before(f.authorityOf(f.issuerIDs[newest]).Made) {
				newest = len(f.issuerIDs)
			}
		}
		f.issuerIDs, words = append(f.issuerIDs, a.ID), append(words, word)
	}
	at := slices.Index(f.issuerIDs, chosen)
	if at < 0 || chosen == "" && f.kind != pki.Authority {
		at = newest
	}
	if at < 0 && len(f.issuerIDs) > 0 {
		at = 0
	}
	f.issuer.SetOptions(words, at)
}

// issuerID is who signs; "" is itself, or nobody.
func (f *issueForm) issuerID() desk.ID {
	if i := f.issuer.Selected(); i >= 0 && i < len(f.issuerIDs) {
		return f.issuerIDs[i]
	}
	return ""
}

// authorityOf gives an authority by its ID; the zero one when there is none.
func (f *issueForm) authorityOf(id desk.ID) desk.Certificate {
	for _, a := range f.authorities {
		if a.ID == id {
			return a
		}
	}
	return desk.Certificate{}
}
