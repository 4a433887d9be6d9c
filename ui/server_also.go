package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// alsoClients are the authorities beyond the first whose clients the local
// server lets in: a partner's beside one's own.
type alsoClients struct {
	s    *localServer
	ids  []desk.ID
	add  *widgets.Button
	root *fyne.Container
}

func newAlsoClients(s *localServer) *alsoClients {
	a := &alsoClients{s: s, root: widgets.Flow(8)}
	a.add = widgets.NewButton(s.c.w.t.T("server.clients.add"), theme.IconPlus, widgets.Quiet, a.open)
	return a
}

// left are the authorities that may be added.
func (a *alsoClients) left() []desk.ID {
	return slices.DeleteFunc(slices.Clone(a.s.caIDs), func(id desk.ID) bool {
		return id == a.s.chosenCA() || slices.Contains(a.ids, id)
	})
}

// open shows what may be added, under the button.
func (a *alsoClients) open() {
	var items []*fyne.MenuItem
	for _, id := range a.left() {
		items = append(items, fyne.NewMenuItem(nameOf(a.s.c.w.t, a.s.c.book.byID[id]), func() { a.take(id) }))
	}
	if len(items) > 0 {
		menuUnder(a.add, items...)
	}
}

// take adds an authority.
func (a *alsoClients) take(id desk.ID) {
	a.set(append(slices.Clone(a.ids), id))
	a.s.say()
}

// set takes authorities, without those that the vault has not or that are the
// first already.
func (a *alsoClients) set(ids []desk.ID) {
	a.ids = nil
	for _, id := range ids {
		if slices.Contains(a.left(), id) {
			a.ids = append(a.ids, id)
		}
	}
}

// say draws what was added, each with what takes it away; hidden where nobody
// is asked for a certificate, or there is no other authority.
func (a *alsoClients) say(asks bool) {
	a.set(a.ids)
	a.root.Objects = nil
	for _, id := range a.ids {
		a.root.Add(widgets.NewButton(nameOf(a.s.c.w.t, a.s.c.book.byID[id]), theme.IconClose, widgets.Plain, func() {
			a.ids = slices.DeleteFunc(a.ids, func(other desk.ID) bool { return other == id })
			a.s.say()
		}))
	}
	if len(a.left()) > 0 {
		a.root.Add(a.add)
	}
	a.root.Hidden = !asks || len(a.root.Objects) == 0
	a.root.Refresh()
}
