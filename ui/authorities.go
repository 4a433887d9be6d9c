package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// authorities is the place that lists the authorities, each root with those
// below it.
type authorities struct {
	w    *Window
	desk *desk.Desk

	list  *widgets.DataList
	add   *widgets.Button
	empty *fyne.Container
	root  *fyne.Container

	rows   []branch
	turn   int     // of the last reading
	wanted desk.ID // to be chosen when the list is read
}

// branch is an authority in the tree.
type branch struct {
	desk.Certificate
	depth  int // how many authorities of the vault stand above it
	issued desk.Issued
	rooted bool
}

func newAuthorities(w *Window) *authorities {
	a := &authorities{w: w, desk: w.desk}
	t := w.t
	a.list = widgets.NewDataList(
		widgets.Column{Title: t.T("authorities.column.name"), Weight: 3, Min: 200},
		widgets.Column{Title: t.T("authorities.column.issued"), Min: 112, Priority: 1},
		widgets.Column{Title: t.T("authorities.column.expires"), Min: 152},
		widgets.Column{Title: t.T("authorities.column.made"), Min: 116, Priority: 2})
	a.list.OnSelected = a.chosen
	a.list.OnOpened = func(row int) { a.chosen([]int{row}) }
	a.add = widgets.NewButton(t.T("authorities.new"), theme.IconPlus, widgets.Primary, a.create)
	first := widgets.NewButton(t.T("authorities.new"), theme.IconPlus, widgets.Primary, a.create)
	a.empty = widgets.NewEmptyState(theme.IconAuthority, t.T("authorities.empty"), first)
	a.empty.Hide()
	w.writes(a.add, first)
	a.root = widgets.Stack(12,
		widgets.Row(12, widgets.NewTitle(t.T("place.authorities")), widgets.Spacer(), a.add),
		widgets.Grow(widgets.Over(a.list, a.empty)))
	return a
}

func (a *authorities) content() fyne.CanvasObject { return a.root }
func (a *authorities) focusList()                 { a.list.Focus() }
func (a *authorities) create()                    { a.w.openIssue(pki.Authority, "") }

// close forgets what was read of the vault.
func (a *authorities) close() {
	a.turn++
	a.rows = nil
	a.list.SetRows(0, nil)
}

func (a *authorities) selectID(id desk.ID) {
	a.wanted = id
	a.refresh()
}

// keep shows an authority again after a form over the list.
func (a *authorities) keep(id desk.ID) { a.wanted = id }

// refresh reads the tree again.
func (a *authorities) refresh() {
	wanted := a.wanted
	var other *desk.Certificate
	reread(a.w, &a.turn, func() ([]branch, error) {
		rows, err := readBranches(a.desk)
		if err != nil || wanted == "" {
			return rows, err
		}
		if !slices.ContainsFunc(rows, func(b branch) bool { return b.ID == wanted }) {
			if c, err := a.desk.Get(wanted); err == nil { // one that stands for nothing any more
				other = &c
			}
		}
		return rows, nil
	}, func(rows []branch) {
		a.take(rows, wanted)
		if other != nil {
			a.w.showDetail(*other)
		}
	})
}

// readBranches reads the authorities with how deep each stands and how many
// certificates it signed.
func readBranches(from *desk.Desk) ([]branch, error) {
	list, err := from.Authorities()
	if err != nil {
		return nil, err
	}
	issued, err := from.Issued()
	if err != nil {
		return nil, err
	}
	depth := map[desk.ID]int{}
	rows := make([]branch, len(list))
	for i, c := range list {
		above, below := depth[c.IssuerID] // the list has each after its issuer
		if below && c.IssuerID != c.ID {
			depth[c.ID] = above + 1
		} else {
			depth[c.ID] = 0
		}
		rows[i] = branch{c, depth[c.ID], issued[c.ID], below || c.IsRoot()}
	}
	return rows, nil
}

func (a *authorities) take(rows []branch, wanted desk.ID) {
	keep := a.w.detailID()
	if wanted != "" {
		keep, a.wanted = wanted, ""
	}
	a.rows = rows
	a.list.SetRows(len(rows), a.row)
	a.list.Hidden, a.add.Hidden, a.empty.Hidden = len(rows) == 0, len(rows) == 0 || a.desk.ReadOnly(), len(rows) != 0
	a.root.Refresh()
	at := slices.IndexFunc(rows, func(b branch) bool { return b.ID == keep })
	if at < 0 {
		return
	}
	a.list.Select(at)
	if wanted != "" {
		a.w.showDetail(rows[at].Certificate)
	}
}

func (a *authorities) row(i int) widgets.ListRow {
	if i >= len(a.rows) {
		return widgets.ListRow{}
	}
	b, t := a.rows[i], a.w.t
	issued, second := issuedWords(t, b.issued)
	return widgets.ListRow{Cells: []widgets.Cell{
		{Text: pki.Escape(b.Name), Second: a.what(b), Indent: b.depth},
		{Text: issued, Second: second},
		expiryCell(t, b.Certificate, a.w.now()),
		{Text: madeWords(t, b.Certificate)},
	}}
}

// issuedWords say how much an authority signed, in one line or two.
func issuedWords(t *i18n.Printer, n desk.Issued) (first, second string) {
	if n.Certificates > 0 {
		first = t.T("detail.issued.count", "Count", n.Certificates)
	}
	if n.Authorities > 0 {
		second = t.T("detail.issued.authorities", "Count", n.Authorities)
	}
	switch {
	case first == "" && second == "":
		return t.T("detail.issued.none"), ""
	case first == "":
		return second, ""
	}
	return first, second
}

// what says where in the tree an authority stands, and whether it can sign.
func (a *authorities) what(b branch) string {
	t := a.w.t
	what := t.T("authorities.under", "Name", pki.Escape(b.Issuer))
	switch {
	case b.IsRoot():
		what = t.T("authorities.root")
	case !b.rooted:
		what = t.T("authorities.elsewhere", "Name", pki.Escape(b.Issuer))
	}
	if b.ReplacedBy != "" {
		what = t.T("authorities.replaced", "What", what, "Serial", desk.ShortSerial(b.ReplacedSerial))
	}
	if !b.HasKey {
		what = t.T("authorities.partner", "What", what)
	}
	return dotted(sameWords(t, b.Certificate), what)
}

func (a *authorities) chosen(rows []int) {
	if len(rows) == 1 && rows[0] < len(a.rows) {
		a.w.showDetail(a.rows[rows[0]].Certificate)
		return
	}
	a.w.closeDetail()
}

func (a *authorities) exportSelected() bool {
	rows := a.list.Selected()
	if len(rows) != 1 || rows[0] >= len(a.rows) {
		return false
	}
	a.w.openExport(a.rows[rows[0]].Certificate)
	return true
}
