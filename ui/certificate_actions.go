package ui

import (
	"cmp"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// actions are what can be done with the certificate: what it is for first,
// then the rest, two beside each other; what is seldom done is behind More.
func (d *certDetail) actions() fyne.CanvasObject {
	t, c := d.w.t, d.cert
	d.buttons = nil
	button := func(text string, icon theme.IconName, kind widgets.ButtonKind, do func()) *widgets.Button {
		b := widgets.NewButton(text, icon, kind, do)
		d.buttons = append(d.buttons, b)
		return b
	}
	all := widgets.Stack(8)
	weight, writes := widgets.Primary, !d.w.desk.ReadOnly()
	signs := writes && c.IsAuthority() && c.HasKey && c.IsCurrent()
	if signs {
		weight = widgets.Plain
		all.Add(button(t.T("detail.new"), theme.IconPlus, widgets.Primary, func() { d.w.openIssue(pki.Server, c.ID) }))
	}
	rest := []fyne.CanvasObject{button(t.T("detail.export"), "", weight, func() { d.w.openExport(c) })}
	if signs {
		rest = append(rest, button(t.T("bulk.new"), theme.IconPlus, widgets.Plain, func() { d.w.openBulk(c.ID) }))
	}
	if !c.IsAuthority() && c.HasKey {
		rest = append(rest, button(t.T("detail.try"), theme.IconPlay, widgets.Plain, func() { d.w.tryCertificate(c.ID) }))
	}
	if writes && canRenew(c) {
		rest = append(rest, button(t.T("renew.button"), theme.IconRefresh, widgets.Plain, func() { d.w.openRenew([]desk.Certificate{c}) }))
	}
	if writes && (!c.IsAuthority() || !c.IsRoot()) {
		switch {
		case c.OnHold:
			rest = append(rest, button(t.T("detail.release"), "", widgets.Plain, func() { d.w.openRelease(c) }))
		case !c.Revoked:
			rest = append(rest, button(t.T("detail.revoke"), theme.IconStop, widgets.Plain, func() { d.w.openRevoke([]desk.Certificate{c}) }))
		}
	}
	rest = append(rest, button(t.T("verify.open"), theme.IconInfo, widgets.Plain, func() { d.w.openVerify(c) }))
	var more *widgets.Button
	more = button(t.T("detail.actions"), theme.IconMore, widgets.Plain, func() { d.w.showMenuAt(more, d.menuItems()) })
	all.Add(widgets.Grid(136, 8, append(rest, more)...))
	if n := d.issued.Certificates; n > 0 {
		all.Add(button(t.T("detail.issued.show", "Count", n), theme.IconCertificate, widgets.Plain, func() {
			d.w.showCertificates(lens{issuer: cmp.Or(c.CurrentID, c.ID), name: c.Name})
		}))
	}
	return all
}

// canRenew tells whether a renewal has a chance: nobody renews the root of a
// partner, nor a cross-certificate, which ends with what it bridges.
func canRenew(c desk.Certificate) bool {
	return c.IsCurrent() && !c.Cross && (c.HasKey || !c.IsRoot())
}

// menuItems are what is seldom done with a certificate.
func (d *certDetail) menuItems() []*fyne.MenuItem { return d.w.certificateMenu(d.cert) }

// certificateMenu are what is seldom done with a certificate: the same in its
// detail and in the lists.
func (w *Window) certificateMenu(c desk.Certificate) []*fyne.MenuItem {
	t := w.t
	look := []*fyne.MenuItem{
		fyne.NewMenuItem(t.T("inspect.all-fields"), func() { w.openInspectorOf(c) }),
		fyne.NewMenuItem(t.T("detail.pem"), func() { w.copyPEM(c.ID) }),
		fyne.NewMenuItem(t.T("certificates.menu.fingerprint"), func() { w.copy(c.Fingerprint) }),
	}
	if w.desk.ReadOnly() {
		return look
	}
	var items []*fyne.MenuItem
	if canRenew(c) && !c.IsRoot() {
		items = append(items, fyne.NewMenuItem(t.T("renew.reissue"), func() { w.openReissue(c) }))
	}
	if c.Kind != "" && !c.Cross {
		items = append(items, fyne.NewMenuItem(t.T("renew.duplicate"), func() { w.openDuplicate(c) }))
	}
	if c.OnHold { // released above, or revoked for good
		items = append(items, fyne.NewMenuItem(t.T("detail.revoke"), func() { w.openRevoke([]desk.Certificate{c}) }))
	}
	return append(append(items, look...),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(t.T("delete.button"), func() { w.openDelete([]desk.Certificate{c}) }))
}

// showMenuAt opens a menu under an object.
func (w *Window) showMenuAt(under fyne.CanvasObject, items []*fyne.MenuItem) {
	at := w.app.Driver().AbsolutePositionForObject(under)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), w.win.Canvas(), at.AddXY(0, under.Size().Height+4))
}
