package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// requests is the place that lists certification requests: those that came in
// to be signed, and our own that wait for their certificate.
type requests struct {
	w    *Window
	desk *desk.Desk

	make  *widgets.Button
	bring *widgets.Button
	chips *widgets.FilterChips
	list  *widgets.DataList
	empty *fyne.Container // the vault holds none
	none  *fyne.Container // none matches
	root  *fyne.Container

	all    []desk.Request
	rows   []desk.Request
	chip   int
	turn   int     // of the last reading; what comes of earlier ones is dropped
	wanted desk.ID // to be chosen when the list is read
}

// requestChips are what the chips let through, in their order.
var requestChips = []struct {
	key    string
	states []desk.RequestState // none for all
}{
	{"all", nil},
	{"came", []desk.RequestState{desk.RequestCame}},
	{"waiting", []desk.RequestState{desk.RequestWaiting}},
	{"signed", []desk.RequestState{desk.RequestSigned, desk.RequestDone}},
}

func newRequests(w *Window) *requests {
	r := &requests{w: w, desk: w.desk}
	t := w.t
	button := func(kind widgets.ButtonKind) (bring, make *widgets.Button) {
		return widgets.NewButton(t.T("requests.bring"), theme.IconImport, widgets.Plain, func() { w.openTake("") }),
			widgets.NewButton(t.T("requests.make"), theme.IconPlus, kind, w.openRequestNew)
	}
	r.bring, r.make = button(widgets.Primary)
	r.chips = widgets.NewFilterChips(r.filters(), 0, r.chipChosen)
	r.list = widgets.NewDataList(
		widgets.Column{Title: t.T("requests.column.name"), Weight: 3, Min: 160},
		widgets.Column{Title: t.T("requests.column.state"), Weight: 1, Min: 192},
		widgets.Column{Title: t.T("requests.column.kind"), Min: 112, Priority: 2},
		widgets.Column{Title: t.T("requests.column.origin"), Min: 104, Priority: 3},
		widgets.Column{Title: t.T("requests.column.since"), Min: 116, Priority: 1})
	r.list.OnSelected = r.chosen
	r.list.OnOpened = func(row int) { r.chosen([]int{row}) }
	bring, first := button(widgets.Primary)
	r.empty = widgets.NewEmptyState(theme.IconRequest, t.T("requests.empty"), widgets.Row(8, bring, first))
	r.none = widgets.NewEmptyState(theme.IconSearch, t.T("requests.none"),
		widgets.NewButton(t.T("requests.none.show"), "", widgets.Plain, func() { r.chips.Select(0); r.chipChosen(0) }))
	r.empty.Hide()
	r.none.Hide()
	w.writes(r.bring, r.make, bring, first)
	r.root = widgets.Stack(12,
		widgets.Row(12, widgets.NewTitle(t.T("place.requests")), widgets.Spacer(), r.bring, r.make),
		r.chips, widgets.Grow(widgets.Over(r.list, r.empty, r.none)))
	return r
}

func (r *requests) content() fyne.CanvasObject { return r.root }
func (r *requests) refresh()                   { r.reload() }
func (r *requests) create()                    { r.w.openRequestNew() }
func (r *requests) focusList()                 { r.list.Focus() }

// exportSelected saves the request that is chosen, or says that none is.
func (r *requests) exportSelected() bool {
	rows := r.list.Selected()
	if len(rows) != 1 || rows[0] >= len(r.rows) {
		r.w.notify(r.w.t.T("menu.export.request"))
		return true
	}
	r.w.open(newRequestFile(r.w, r.rows[rows[0]]))
	return true
}

// selectID shows one request, whatever the list was narrowed to.
func (r *requests) selectID(id desk.ID) {
	r.wanted = id
	r.reload()
}

// keep shows a request again after a form over the list.
func (r *requests) keep(id desk.ID) { r.wanted = id }

// close forgets what was read of the vault.
func (r *requests) close() {
	r.turn++
	r.all, r.rows = nil, nil
	r.list.SetRows(0, nil)
}

func (r *requests) filters() []widgets.Filter {
	var filters []widgets.Filter
	for i, chip := range requestChips {
		n := 0
		for _, x := range r.all {
			if requestFits(x, i) {
				n++
			}
		}
		filters = append(filters, widgets.Filter{Label: r.w.t.T("requests.filter." + chip.key), Count: n})
	}
	return filters
}

func requestFits(x desk.Request, chip int) bool {
	states := requestChips[chip].states
	return len(states) == 0 || slices.Contains(states, x.State)
}

func (r *requests) chipChosen(i int) {
	r.chip = i
	r.show("")
}

// reload reads the requests again, off the window's goroutine.
func (r *requests) reload() {
	wanted := r.wanted
	reread(r.w, &r.turn, r.desk.Requests, func(all []desk.Request) {
		r.all, r.wanted = all, ""
		r.show(wanted)
	})
}

// show lists what the chip lets through. What was chosen stays chosen; wanted
// is chosen anew, and its detail opened.
func (r *requests) show(wanted desk.ID) {
	keep := r.w.requestDetailID()
	if wanted != "" {
		keep = wanted
		at := slices.IndexFunc(r.all, func(x desk.Request) bool { return x.ID == wanted })
		if at >= 0 && !requestFits(r.all[at], r.chip) {
			r.chip = 0
			r.chips.Select(0)
		}
	}
	r.rows = nil
	for _, x := range r.all {
		if requestFits(x, r.chip) {
			r.rows = append(r.rows, x)
		}
	}
	r.chips.Set(r.filters())
	r.list.SetRows(len(r.rows), r.row)
	r.list.Hidden = len(r.rows) == 0
	r.empty.Hidden = len(r.all) != 0
	r.none.Hidden = len(r.rows) != 0 || len(r.all) == 0
	for _, o := range []fyne.CanvasObject{r.bring, r.make, r.chips} {
		if len(r.all) == 0 {
			o.Hide()
		} else {
			o.Show()
		}
	}
	r.root.Refresh()
	at := slices.IndexFunc(r.rows, func(x desk.Request) bool { return x.ID == keep })
	if at < 0 {
		return
	}
	r.list.Select(at)
	if wanted != "" {
		r.w.showRequest(r.rows[at])
	}
}

// row is one line of the list.
func (r *requests) row(i int) widgets.ListRow {
	if i >= len(r.rows) {
		return widgets.ListRow{}
	}
	x, t := r.rows[i], r.w.t
	return widgets.ListRow{Cells: []widgets.Cell{
		{Text: pki.Escape(x.Name), Second: otherRequestNames(x)},
		{Text: requestState(t, x), Tone: requestTone(x), Dot: true},
		{Text: t.T("kind.short." + string(x.Kind))},
		{Text: t.T("requests.origin." + x.Origin)},
		{Text: t.Date(x.Made)},
	}}
}

// otherRequestNames are the names of a request but the one that it is called.
func otherRequestNames(x desk.Request) string {
	var names []string
	for _, name := range x.Names {
		if name != x.Name {
			names = append(names, pki.Escape(name))
		}
	}
	return strings.Join(names, ", ")
}

func requestState(t *i18n.Printer, x desk.Request) string {
	return t.T("requests.state." + string(x.State))
}

func requestTone(x desk.Request) widgets.Tone {
	switch x.State {
	case desk.RequestCame:
		return widgets.ToneAccent
	case desk.RequestWaiting:
		return widgets.ToneSoon
	}
	return widgets.ToneGood
}

func (r *requests) chosen(rows []int) {
	if len(rows) == 1 && rows[0] < len(r.rows) {
		r.w.showRequest(r.rows[rows[0]])
		return
	}
	r.w.closeDetail()
}
