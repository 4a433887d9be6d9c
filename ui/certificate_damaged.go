package ui

import (
	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/widgets"
)

// buildDamaged shows of a certificate of a damaged vault what is known, and that
// it is not all.
func (d *certDetail) buildDamaged() {
	t, c := d.w.t, d.cert
	d.status = widgets.NewStatus(stateWords(t, c, d.w.now()))
	title := widgets.Inset(0, 28, 0, 0, widgets.NewTitle(pki.Escape(c.Name)))
	d.chain, d.life = nil, nil
	d.facts = widgets.NewFacts(t.T("copy"), d.w.copy, d.knownFacts()...)
	d.box.Objects = []fyne.CanvasObject{
		widgets.Stack(2, title, d.status),
		widgets.NewNotice(widgets.ToneBroken, t.T("damage.detail."+c.Damaged), t.T("damage.detail."+c.Damaged+".text")),
		d.facts,
	}
	d.box.Refresh()
	d.Refresh()
}

// knownFacts are those that could be read.
func (d *certDetail) knownFacts() []widgets.Fact {
	t, c := d.w.t, d.cert
	var known []widgets.Fact
	if c.Kind != "" {
		known = append(known, widgets.Fact{Label: t.T("detail.use"), Value: t.T("detail.use." + string(c.Kind))})
	}
	if c.Issuer != "" {
		known = append(known, widgets.Fact{Label: t.T("detail.issuer"), Value: d.issuer()})
	}
	if !c.NotAfter.IsZero() {
		known = append(known, widgets.Fact{Label: t.T("damage.detail.ends"), Value: t.Date(c.NotAfter)})
	}
	if c.Serial != "" {
		known = append(known, widgets.Fact{Label: t.T("detail.serial"), Value: c.Serial, Mono: true, Copy: c.Serial})
	}
	if c.Fingerprint != "" {
		known = append(known, widgets.Fact{Label: t.T("detail.fingerprint"), Value: shortened(c.Fingerprint), Mono: true, Copy: c.Fingerprint})
	}
	return known
}
