package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// certificates is the place that lists what is not an authority.
type certificates struct {
	w    *Window
	desk *desk.Desk

	search   *widgets.Input
	add      *widgets.Button
	chips    *widgets.FilterChips
	many     *widgets.Button // leads to making many at once
	lensText *widgets.Text
	lensLine *fyne.Container
	manyText *widgets.Text
	manyLine *fyne.Container // what can be done with several
	list     *widgets.DataList
	empty    *fyne.Container // the vault holds none
	none     *fyne.Container // none matches
	root     *fyne.Container

	look       lens
	column     int
	descending bool
	rows       []*desk.Certificate // everybody's: not to be changed
	turn       int                 // of the last reading; what comes of earlier ones is dropped
	wanted     desk.ID             // to be chosen when the list is read
	kept       desk.ID             // was chosen before a form stood over the list
	next       []desk.ID           // to be chosen instead of those that are, when the list is read
}

// The columns of the list.
const (
	columnName = iota
	columnKind
	columnIssuer
	columnExpires
	columnMade
)

// orders are those of the columns.
var orders = [...]desk.By{columnName: desk.ByName, columnKind: desk.ByKind, columnIssuer: desk.ByIssuer, columnExpires: desk.ByEnd, columnMade: desk.ByMade}

func newCertificates(w *Window) *certificates {
	c := &certificates{w: w, desk: w.desk}
	t := w.t
	c.search = widgets.NewSearch(t.T("certificates.search"), func(string) { c.reload() })
	c.add = widgets.NewButton(t.T("certificates.new"), theme.IconPlus, widgets.Primary, c.create)
	c.chips = widgets.NewFilterChips(c.filters(desk.Counts{}), 0, c.chipChosen)
	c.lensText = widgets.NewText("").Bold().Truncate()
	clear := widgets.NewButton(t.T("certificates.lens.clear"), theme.IconClose, widgets.Quiet, c.showAll)
	c.lensLine = widgets.Row(8, c.lensText, clear, widgets.Spacer())
	c.lensLine.Hide()
	c.buildMany()
	c.many = widgets.NewButton(t.T("bulk.new"), "", widgets.Quiet, func() { w.openBulk("") })
	c.buildList()
	first := widgets.NewButton(t.T("certificates.new"), theme.IconPlus, widgets.Primary, c.create)
	c.empty = widgets.NewEmptyState(theme.IconCertificate, t.T("certificates.empty"), first)
	c.none = widgets.NewEmptyState(theme.IconSearch, t.T("certificates.none"),
		widgets.NewButton(t.T("certificates.none.show"), "", widgets.Plain, c.showAll))
	c.empty.Hide()
	c.none.Hide()
	w.writes(first)
	c.root = widgets.Stack(12,
		widgets.Row(12, widgets.NewTitle(t.T("place.certificates")), widgets.Grow(c.search), c.many, c.add),
		c.chips, c.lensLine, c.manyLine, widgets.Grow(widgets.Over(c.list, c.empty, c.none)))
	return c
}

func (c *certificates) buildList() {
	t := c.w.t
	c.list = widgets.NewDataList(
		widgets.Column{Title: t.T("certificates.column.name"), Weight: 3, Min: 160, Sortable: true},
		widgets.Column{Title: t.T("certificates.column.kind"), Min: 100, Priority: 1, Sortable: true},
		widgets.Column{Title: t.T("certificates.column.issuer"), Weight: 1, Min: 112, Priority: 2, Sortable: true},
		widgets.Column{Title: t.T("certificates.column.expires"), Min: 152, Sortable: true},
		widgets.Column{Title: t.T("certificates.column.made"), Min: 116, Priority: 3, Sortable: true})
	c.list.SetSort(columnName, false)
	c.list.OnSelected = c.chosen
	c.list.OnOpened = func(row int) { c.chosen([]int{row}) }
	c.list.OnSort = func(column int, descending bool) {
		c.column, c.descending = column, descending
		c.reload()
	}
	c.list.OnMenu = c.menu
}

// certificates is the place of that name.
func (w *Window) certificates() *certificates {
	if w.frame == nil {
		return nil
	}
	c, _ := w.frame.at("certificates").(*certificates)
	return c
}

// showCertificates goes to Certificates and shows what a lens lets through.
func (w *Window) showCertificates(l lens) {
	w.navigate("certificates", "")
	if c := w.certificates(); c != nil {
		c.clearSearch()
		c.setLens(l)
	}
}

func (c *certificates) content() fyne.CanvasObject { return c.root }
func (c *certificates) refresh()                   { c.reload() }
func (c *certificates) create()                    { c.w.openIssue(pki.Server, "") }
func (c *certificates) focusList()                 { c.list.Focus() }
func (c *certificates) focusSearch()               { c.w.win.Canvas().Focus(c.search) }

// close forgets what was read of the vault.
func (c *certificates) close() {
	c.turn++
	c.rows = nil
	c.list.SetRows(0, nil)
}

// selectID shows one certificate, whatever the list was narrowed to.
func (c *certificates) selectID(id desk.ID) {
	c.wanted = id
	c.reload()
}

// keep shows a certificate again after a form over the list, when it is there
// still.
func (c *certificates) keep(id desk.ID) { c.kept = id }

func (c *certificates) filters(n desk.Counts) []widgets.Filter {
	t := c.w.t
	return []widgets.Filter{
		{Label: t.T("certificates.filter.all"), Count: n.All},
		{Label: t.T("certificates.filter.server"), Count: n.Server + n.Both},
		{Label: t.T("certificates.filter.client"), Count: n.Client + n.Both},
		{Label: t.T("certificates.filter.expiring"), Count: n.Expiring},
		{Label: t.T("certificates.filter.expired"), Count: n.Expired},
		{Label: t.T("certificates.filter.revoked"), Count: n.Revoked},
	}
}

func (c *certificates) chipChosen(i int) { c.setLens(chipLenses[i]) }

func (c *certificates) showAll() {
	c.clearSearch()
	c.setLens(lens{})
}

// clearSearch empties the field without reading the list: SetText would.
func (c *certificates) clearSearch() {
	c.search.Text = ""
	c.search.Refresh()
}

// setLens narrows the list to what a lens lets through.
func (c *certificates) setLens(l lens) {
	c.look = l
	c.chips.Select(l.chip())
	words := l.words(c.w.t)
	c.lensText.SetText(words)
	c.lensLine.Hidden = words == ""
	c.root.Refresh()
	c.reload()
}

// reading is what one look into the vault brought.
type reading struct {
	rows   []*desk.Certificate
	counts desk.Counts
	all    bool // neither lens nor search let the wanted one through
}

// reload reads the list again, off the window's goroutine.
func (c *certificates) reload() {
	look, search, wanted := c.look, c.search.Text, c.wanted
	by, descending := orders[c.column], c.descending
	reread(c.w, &c.turn, func() (reading, error) {
		r, err := c.read(look, search, by, descending)
		if err != nil || wanted == "" || slices.ContainsFunc(r.rows, func(x *desk.Certificate) bool { return x.ID == wanted }) {
			return r, err
		}
		look = lens{}
		r, err = c.read(look, "", by, descending)
		r.all = true
		return r, err
	}, func(r reading) {
		c.take(r, look, wanted)
		c.prepareSearch(len(r.rows))
	})
}

// manyRows is from how many on a search is prepared before somebody types.
const manyRows = 10_000

func (c *certificates) prepareSearch(rows int) {
	if rows >= manyRows {
		d := c.desk
		c.w.spawn("", func(context.Context) error { return d.PrepareSearch() }, func(error) {}) // the search says what is wrong
	}
}

func (c *certificates) read(look lens, search string, by desk.By, descending bool) (reading, error) {
	var r reading
	var err error
	if r.counts, err = c.desk.Counts(); err != nil {
		return r, err
	}
	filter := look.filter(search)
	filter.By, filter.Descending = by, descending
	list, err := c.desk.List(filter)
	r.rows = look.within(list)
	return r, err
}

// take shows what was read; the certificates that were chosen stay chosen.
func (c *certificates) take(r reading, look lens, wanted desk.ID) {
	if r.all {
		c.clearSearch()
		c.look = look
		c.chips.Select(look.chip())
		c.lensLine.Hide()
	}
	keep := c.chosenIDs()
	if c.next != nil {
		keep, c.next = c.next, nil
	}
	if len(keep) == 1 && c.w.detailID() == "" {
		keep = nil
	}
	if c.wanted == "" && c.kept != "" {
		wanted = c.kept
	}
	if wanted != "" {
		keep, c.wanted, c.kept = []desk.ID{wanted}, "", ""
	}
	c.rows = r.rows
	c.chips.Set(c.filters(r.counts))
	c.list.SetRows(len(c.rows), c.row)
	c.list.Hidden = len(c.rows) == 0
	c.empty.Hidden = r.counts.All != 0
	c.none.Hidden = len(c.rows) != 0 || r.counts.All == 0
	for _, o := range []fyne.CanvasObject{c.search, c.many, c.add, c.chips} {
		if r.counts.All == 0 {
			o.Hide()
		} else {
			o.Show()
		}
	}
	c.w.writes(c.add, c.many)
	c.root.Refresh()
	var chosen []int
	for i, row := range c.rows {
		if slices.Contains(keep, row.ID) {
			chosen = append(chosen, i)
		}
	}
	if len(chosen) > 0 {
		c.list.Select(chosen...)
	}
	c.showMany()
	if wanted != "" && len(chosen) == 1 {
		c.w.showDetail(*c.rows[chosen[0]])
	}
}

// row is one line of the list.
func (c *certificates) row(i int) widgets.ListRow {
	if i >= len(c.rows) {
		return widgets.ListRow{}
	}
	x, t := c.rows[i], c.w.t
	return widgets.ListRow{Cells: []widgets.Cell{
		{Text: pki.Escape(x.Name), Second: dotted(replacedWords(t, *x), sameWords(t, *x), otherNames(*x))},
		{Text: t.T("kind.short." + string(x.Kind))},
		{Text: pki.Escape(x.Issuer)},
		expiryCell(t, *x, c.w.now()),
		{Text: madeWords(t, *x)},
	}}
}

func (c *certificates) chosenIDs() []desk.ID {
	var ids []desk.ID
	for _, i := range c.list.Selected() {
		if i < len(c.rows) {
			ids = append(ids, c.rows[i].ID)
		}
	}
	return ids
}

// chosen shows the detail of the one that is chosen; of several there is none.
func (c *certificates) chosen(rows []int) {
	c.showMany()
	if len(rows) == 1 && rows[0] < len(c.rows) {
		c.w.showDetail(*c.rows[rows[0]])
		return
	}
	c.w.closeDetail()
}

// one is the certificate that is chosen, when it is one.
func (c *certificates) one() (desk.Certificate, bool) {
	rows := c.list.Selected()
	if len(rows) != 1 || rows[0] >= len(c.rows) {
		return desk.Certificate{}, false
	}
	return *c.rows[rows[0]], true
}

func (c *certificates) exportSelected() bool {
	if x, ok := c.one(); ok {
		c.w.openExport(x)
		return true
	}
	several := c.several()
	if len(several) > 1 {
		c.w.openExportMany(several)
	}
	return len(several) > 1
}

// try tries the certificate that is chosen; with none it goes where any is.
func (c *certificates) try() {
	x, ok := c.one()
	switch {
	case ok:
		c.w.tryIfKey(x)
	case len(c.several()) > 1:
		c.w.notify(c.w.t.T("menu.try.one"))
	default:
		c.w.navigate("connections", "")
	}
}

func (c *certificates) menu(row int, at fyne.Position) {
	if row >= len(c.rows) {
		return
	}
	x, t := *c.rows[row], c.w.t
	items := []*fyne.MenuItem{fyne.NewMenuItem(t.T("detail.export"), func() { c.w.openExport(x) })}
	if x.HasKey {
		items = append(items, fyne.NewMenuItem(t.T("detail.try"), func() { c.w.tryCertificate(x.ID) }))
	}
	if canRenew(x) {
		items = append(items, fyne.NewMenuItem(t.T("renew.button"), func() { c.w.openRenew([]desk.Certificate{x}) }))
	}
	items = append(items, c.w.certificateMenu(x)...)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c.w.win.Canvas(), at)
}
