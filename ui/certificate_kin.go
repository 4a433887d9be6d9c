package ui

import (
	"errors"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// kin are the certificates of a vault that belong with one: what it replaces,
// what replaces it, and the others of an authority.
type kin struct {
	replaces, replacedBy desk.Certificate // the zero one: none
	others               []desk.Certificate
}

// readKin finds them. It blocks.
func readKin(from *desk.Desk, c desk.Certificate) (kin, error) {
	var k kin
	for _, link := range []struct {
		id desk.ID
		to *desk.Certificate
	}{{c.Replaces, &k.replaces}, {c.ReplacedBy, &k.replacedBy}} {
		if link.id == "" {
			continue
		}
		other, err := from.Get(link.id)
		var missing *desk.NotFoundError
		if err != nil && !errors.As(err, &missing) {
			return k, err
		}
		*link.to = other
	}
	if !c.IsAuthority() {
		return k, nil
	}
	others, err := from.Lineage(c.ID)
	for _, other := range others {
		if other.ID != k.replaces.ID && other.ID != k.replacedBy.ID {
			k.others = append(k.others, other)
		}
	}
	return k, err
}

// relatives leads to what the certificate replaces, to what replaces it, and
// to the other certificates of an authority; nil when there are none.
func (d *certDetail) relatives() fyne.CanvasObject {
	t := d.w.t
	d.kinLinks = nil
	box := widgets.Stack(2)
	add := func(key string, c desk.Certificate) {
		if c.ID == "" {
			return
		}
		item := widgets.NewItem(func() { d.w.follow(c) })
		item.Set(t.T(key), widgets.ToneNone, t.T("renew.link.dates", "Name", pki.Escape(c.Name), "From", t.Date(c.NotBefore), "Until", t.Date(c.NotAfter)), "")
		d.kinLinks = append(d.kinLinks, item)
		box.Add(item)
	}
	add("renew.link.by", d.kin.replacedBy)
	add("renew.link.of", d.kin.replaces)
	for _, other := range d.kin.others {
		key := "renew.link.earlier"
		switch {
		case other.Cross:
			key = "renew.link.cross"
		case other.IsCurrent():
			key = "renew.link.current"
		}
		add(key, other)
	}
	if len(d.kinLinks) == 0 {
		return nil
	}
	return box
}

// follow shows a certificate: in its list when that has it, else alone.
func (w *Window) follow(c desk.Certificate) {
	if c.IsCurrent() {
		w.navigate(placeOf(c), c.ID)
		return
	}
	w.showDetail(c)
}
