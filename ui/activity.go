package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// activity is the place that lists what was done, newest first.
type activity struct {
	w    *Window
	desk *desk.Desk

	search *widgets.Input
	save   *widgets.Button
	list   *widgets.DataList
	empty  *fyne.Container // nothing was done yet
	none   *fyne.Container // none matches
	trash  *widgets.Notice // what can be brought back
	root   *fyne.Container

	all  []deed
	rows []int // of all, those that the search lets through
	turn int   // of the last reading; what comes of earlier ones is dropped
}

// deed is an activity in words; its time is that of the clock on the wall.
type deed struct {
	desk.Activity
	words, facts string
	serial       string            // of its subject, where something else of that name was done something to, too
	cert         *desk.Certificate // its subject; nil when the vault has none such
	text         string            // what the search looks in, in lower case
}

func newActivity(w *Window) *activity {
	a := &activity{w: w, desk: w.desk}
	t := w.t
	a.search = widgets.NewSearch(t.T("activity.search"), func(string) { a.filter() })
	a.save = widgets.NewButton(t.T("activity.save"), theme.IconExport, widgets.Plain, func() { w.open(newActivityFile(w, a.shown())) })
	a.list = widgets.NewDataList(
		widgets.Column{Title: t.T("activity.column.what"), Weight: 3, Min: 200},
		widgets.Column{Title: t.T("activity.column.name"), Weight: 2, Min: 160},
		widgets.Column{Title: t.T("activity.column.when"), Min: 96})
	a.list.OnSelected = a.chosen
	a.list.OnOpened = a.opened
	a.list.OnMenu = a.menu
	a.empty = widgets.NewEmptyState(theme.IconActivity, t.T("activity.empty"),
		widgets.NewButton(t.T("overview.show"), theme.IconPlay, widgets.Primary, w.openShowMe))
	a.none = widgets.NewEmptyState(theme.IconSearch, t.T("activity.none"),
		widgets.NewButton(t.T("activity.none.show"), "", widgets.Plain, func() { a.search.SetText("") }))
	a.empty.Hide()
	a.none.Hide()
	a.trash = widgets.NewNotice(widgets.ToneAccent, "", "")
	a.trash.Hide()
	a.root = widgets.Stack(12,
		widgets.Row(12, widgets.NewTitle(t.T("place.activity")), widgets.Grow(a.search), a.save),
		a.trash,
		widgets.Grow(widgets.Over(a.list, a.empty, a.none)))
	return a
}

func (a *activity) content() fyne.CanvasObject { return a.root }
func (a *activity) focusSearch()               { a.w.win.Canvas().Focus(a.search) }

// close forgets what was read of the vault.
func (a *activity) close() {
	a.turn++
	a.all, a.rows = nil, nil
	a.list.SetRows(0, nil)
}

// refresh reads everything again, off the window's goroutine.
func (a *activity) refresh() {
	t := a.w.t
	var gone []desk.Deleted
	reread(a.w, &a.turn, func() (all []deed, err error) {
		if all, err = readDeeds(a.desk, t); err == nil {
			gone, err = a.desk.Deleted()
		}
		return all, err
	}, func(all []deed) {
		a.all = all
		a.showTrash(gone)
		a.filter()
	})
}

// showTrash offers to bring back what was deleted last.
func (a *activity) showTrash(gone []desk.Deleted) {
	a.trash.Hidden = len(gone) == 0
	if len(gone) == 0 {
		return
	}
	t, last := a.w.t, gone[0]
	a.trash.Set(widgets.ToneAccent, t.T("delete.trash", "Name", pki.Escape(last.Names[0]), "Count", len(last.Names)), t.T("delete.trash.text"))
	a.trash.SetButtons(widgets.NewButton(t.T("delete.trash.undo"), "", widgets.Plain, func() { a.w.undelete(last.ID) }))
}

// readDeeds reads what was done and words it. It is for the background.
func readDeeds(d *desk.Desk, t *i18n.Printer) ([]deed, error) {
	activities, err := d.Activities(0)
	if err != nil {
		return nil, err
	}
	certs, err := d.All()
	if err != nil {
		return nil, err
	}
	known := make(map[desk.ID]*desk.Certificate, len(certs))
	for i := range certs {
		known[certs[i].ID] = &certs[i]
	}
	all := make([]deed, len(activities))
	for i, x := range activities {
		x.At = x.At.In(d.Now().Location())
		all[i] = newDeed(t, x, known[x.Subject])
	}
	tellApart(all, known)
	return all, nil
}

// tellApart gives what was done to several of one name the ends of their
// serial numbers, as far as these are known.
func tellApart(all []deed, known map[desk.ID]*desk.Certificate) {
	first := make(map[string]desk.ID, len(known)) // by name
	shared := map[string]bool{}
	note := func(name string, id desk.ID) {
		if other, again := first[name]; again && other != id {
			shared[name] = true
		}
		first[name] = id
	}
	for id, c := range known {
		note(c.Name, id)
	}
	serials := map[desk.ID]string{}
	for _, d := range all {
		if serial := d.Detail["serial"]; serial != "" && d.Subject != "" {
			serials[d.Subject] = serial
			note(d.Name, d.Subject)
		}
	}
	for i := range all {
		d := &all[i]
		switch {
		case !shared[d.Name]:
		case d.cert != nil:
			d.serial = d.cert.Serial
		default:
			d.serial = serials[d.Subject]
		}
	}
}

func newDeed(t *i18n.Printer, x desk.Activity, cert *desk.Certificate) deed {
	as := ""
	if cert != nil {
		as = cert.Name
	}
	d := deed{Activity: x, words: deedWords(t, x), facts: deedFacts(t, x, as), cert: cert}
	d.text = strings.ToLower(strings.Join([]string{d.words, d.facts, x.Name, x.Detail["serial"], t.Date(x.At)}, "\n"))
	return d
}

// filter shows what the search lets through. What was chosen stays chosen when
// it is still there.
func (a *activity) filter() {
	wanted := strings.ToLower(strings.TrimSpace(a.search.Text))
	a.rows = a.rows[:0:0]
	for i := range a.all {
		if wanted == "" || strings.Contains(a.all[i].text, wanted) {
			a.rows = append(a.rows, i)
		}
	}
	a.list.SetRows(len(a.rows), a.row)
	a.list.Hidden = len(a.rows) == 0
	a.empty.Hidden = len(a.all) > 0
	a.none.Hidden = len(a.rows) > 0 || len(a.all) == 0
	a.search.Hidden, a.save.Hidden = len(a.all) == 0, len(a.all) == 0
	if len(a.rows) == 0 {
		a.save.Disable()
	} else {
		a.save.Enable()
	}
	if open := a.w.detailID(); open != "" {
		at := slices.IndexFunc(a.rows, func(i int) bool { return a.all[i].Subject == open })
		if at >= 0 {
			a.list.Select(at)
		}
	}
	a.root.Refresh()
}

// row is one line of the list.
func (a *activity) row(i int) widgets.ListRow {
	d, ok := a.at(i)
	if !ok {
		return widgets.ListRow{}
	}
	tone := widgets.ToneNone
	if d.Verb == verbConnect {
		tone, _ = outcomeWords(a.w.t, d.Activity)
	}
	return widgets.ListRow{Cells: []widgets.Cell{
		{Text: d.words, Second: d.facts, Tone: tone, Bold: tone != widgets.ToneNone},
		{Text: pki.Escape(d.Name), Second: a.which(d)},
		{Text: d.At.Format("15:04"), Second: a.w.t.Date(d.At)},
	}}
}

// which tells a name from others that are the same.
func (a *activity) which(d deed) string {
	if d.serial == "" {
		return ""
	}
	return a.w.t.T("activity.serial", "Serial", desk.ShortSerial(d.serial))
}

// at is what a row of the list shows.
func (a *activity) at(row int) (deed, bool) {
	if row < 0 || row >= len(a.rows) {
		return deed{}, false
	}
	return a.all[a.rows[row]], true
}

// shown is what the list shows, in its order.
func (a *activity) shown() []deed {
	list := make([]deed, len(a.rows))
	for i, at := range a.rows {
		list[i] = a.all[at]
	}
	return list
}

// chosen shows the certificate that it was done to.
func (a *activity) chosen(rows []int) {
	if len(rows) == 1 {
		if d, ok := a.at(rows[0]); ok && d.cert != nil {
			a.w.showDetail(*d.cert)
			return
		}
	}
	a.w.closeDetail()
}

// opened goes where a line leads.
func (a *activity) opened(row int) {
	if d, ok := a.at(row); ok && (d.Verb == verbConnect || d.cert != nil) {
		a.w.openDeed(d.Activity)
	}
}

func (a *activity) menu(row int, at fyne.Position) {
	d, ok := a.at(row)
	if !ok {
		return
	}
	t := a.w.t
	var items []*fyne.MenuItem
	if d.Verb == verbConnect {
		items = append(items, fyne.NewMenuItem(t.T("activity.menu.try"), func() { a.w.tryAgain(d.Activity) }))
	}
	if d.cert != nil {
		items = append(items, fyne.NewMenuItem(t.T("activity.menu."+placeOf(*d.cert)), func() { a.w.navigate(placeOf(*d.cert), d.cert.ID) }))
	}
	if d.Name != "" {
		items = append(items, fyne.NewMenuItem(t.T("activity.menu.copy"), func() { a.w.copy(d.Name) }))
	}
	if len(items) > 0 {
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), a.w.win.Canvas(), at)
	}
}
