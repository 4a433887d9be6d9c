package ui

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// renewMany renews several certificates: first the list of what will be, and
// what cannot be and why; then what was.
type renewMany struct {
	w      *Window
	desk   *desk.Desk
	ids    []desk.ID // "" when it is all that ends soon
	rows   []desk.Ending
	fate   map[desk.ID]fate // after it was done, or a part of it
	done   bool
	turn   int
	cancel context.CancelFunc

	title    *widgets.Text
	sum      *widgets.Text
	old      *widgets.Check // those that ended long ago too
	list     *widgets.DataList
	empty    *fyne.Container
	progress *widgets.Progress
	back     *widgets.Button
	start    *widgets.Button
	root     *fyne.Container
}

// fate is what became of one of them.
type fate struct {
	until   time.Time // zero: it was not renewed
	problem error     // why not; nil when it was not come to
}

// openRenewExpiring opens the renewal of all that ends soon.
func (w *Window) openRenewExpiring() { w.open(newRenewMany(w, nil)) }

// newRenewMany makes the page for certificates; nil for all that ends soon.
func newRenewMany(w *Window, list []desk.Certificate) *renewMany {
	m := &renewMany{w: w, desk: w.desk}
	for _, c := range list {
		m.ids = append(m.ids, c.ID)
	}
	t := w.t
	m.title, m.sum = widgets.NewTitle(t.T("renew.many.expiring")).Truncate(), widgets.NewText("").Wrap()
	if list != nil {
		m.title.SetText(t.T("renew.many", "Count", len(list)))
	}
	m.old = widgets.NewCheck("", false, func(bool) { m.count() })
	m.old.Hide()
	m.list = widgets.NewDataList(
		widgets.Column{Title: t.T("certificates.column.name"), Weight: 3, Min: 180},
		widgets.Column{Title: t.T("renew.column.ends"), Min: 176},
		widgets.Column{Title: t.T("renew.column.will"), Weight: 3, Min: 200})
	m.empty = widgets.NewEmptyState(theme.IconCheck, t.T("renew.many.none"), widgets.NewButton(t.T("renew.back"), "", widgets.Plain, w.back))
	m.empty.Hide()
	m.progress = widgets.NewProgress("", t.T("cancel"), m.stop)
	m.progress.Hide()
	m.back = widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	m.start = widgets.NewButton(t.T("renew.create"), theme.IconRefresh, widgets.Primary, m.submit)
	m.start.Disable()
	m.root = widgets.Stack(12,
		widgets.Row(12, widgets.Grow(m.title), m.back, m.start),
		m.sum, m.progress, m.old, widgets.Grow(widgets.Over(m.list, m.empty)))
	return m
}

func (m *renewMany) content() fyne.CanvasObject { return m.root }

func (m *renewMany) firstFocus() fyne.Focusable { return m.start }

// close stops what runs and forgets what was read.
func (m *renewMany) close() {
	m.turn++
	m.stop()
	m.progress.Stop()
	m.rows, m.fate = nil, nil
	m.list.SetRows(0, nil)
}

func (m *renewMany) stop() {
	if m.cancel != nil {
		m.cancel()
	}
}

// refresh reads what is to be renewed, until it was.
func (m *renewMany) refresh() {
	if m.done || m.cancel != nil {
		return
	}
	reread(m.w, &m.turn, func() ([]desk.Ending, error) {
		if len(m.ids) > 0 {
			return m.desk.EndingOf(m.ids)
		}
		return m.desk.EndingSoon()
	}, m.take)
}

func (m *renewMany) take(rows []desk.Ending) {
	m.rows = rows
	long := 0
	for _, x := range rows {
		if x.Long && x.Problem == nil {
			long++
		}
	}
	m.old.Hidden = long == 0
	m.old.SetText(m.w.t.T("renew.many.long", "Count", long))
	m.list.SetRows(len(rows), m.row)
	m.count()
}

// chosen are those that will be renewed.
func (m *renewMany) chosen() []desk.ID {
	var ids []desk.ID
	for _, x := range m.rows {
		if x.Problem == nil && (!x.Long || m.old.Checked()) {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// count says how many will be renewed and how many cannot be.
func (m *renewMany) count() {
	t, n, not := m.w.t, len(m.chosen()), 0
	var left desk.LeftOut
	for _, x := range m.rows {
		if x.Problem != nil && !left.Count(x.Problem) {
			not++
		}
	}
	m.list.Hidden, m.empty.Hidden = len(m.rows) == 0, len(m.rows) != 0
	m.start.Hidden, m.sum.Hidden = len(m.rows) == 0, len(m.rows) == 0
	words := t.T("renew.many.will", "Count", n)
	if not > 0 {
		words = i18n.Sentences(words, t.T("renew.many.cannot", "Count", not))
	}
	if left.Sum() > 0 {
		words = i18n.Sentences(words, t.LeftOut(left.Revoked, left.Held, left.Replaced))
	}
	m.sum.SetText(i18n.Sentences(words, t.T("renew.many.old")))
	m.start.SetText(t.T("renew.many.create", "Count", n))
	if n > 0 {
		m.start.Enable()
	} else {
		m.start.Disable()
	}
	for i := range m.rows {
		m.list.RefreshRow(i)
	}
	m.root.Refresh()
}

func (m *renewMany) row(i int) widgets.ListRow {
	if i >= len(m.rows) {
		return widgets.ListRow{}
	}
	x, t := m.rows[i], m.w.t
	second := t.T("kind.short." + string(x.Kind))
	if !x.IsRoot() {
		second = t.T("renew.row.under", "Kind", second, "Name", pki.Escape(x.Issuer))
	}
	return widgets.ListRow{Cells: []widgets.Cell{
		{Text: nameOf(t, x.Certificate), Second: dotted(second, replacedWords(t, x.Certificate))},
		expiryCell(t, x.Certificate, m.w.now()),
		m.willCell(x),
	}}
}

// willCell says what will become of one, or what became of it.
func (m *renewMany) willCell(x desk.Ending) widgets.Cell {
	t := m.w.t
	f, decided := m.fate[x.ID]
	switch {
	case decided && !f.until.IsZero():
		return widgets.Cell{Text: t.T("renew.row.done"), Second: t.T("renew.row.until", "Date", t.Date(f.until)), Tone: widgets.ToneGood, Dot: true}
	case decided && f.problem != nil:
		return widgets.Cell{Text: t.T("renew.row.not"), Second: m.why(f.problem), Tone: widgets.ToneBroken, Dot: true}
	case m.done && x.Problem == nil:
		return widgets.Cell{Text: t.T("renew.row.left"), Tone: widgets.ToneQuiet, Dot: true}
	case x.Problem != nil && new(desk.LeftOut).Count(x.Problem):
		return widgets.Cell{Text: t.T("renew.row.left-out"), Second: m.why(x.Problem), Tone: widgets.ToneQuiet, Dot: true}
	case x.Problem != nil:
		return widgets.Cell{Text: t.T("renew.row.cannot"), Second: m.why(x.Problem), Tone: widgets.ToneBroken, Dot: true}
	case x.Long && !m.old.Checked():
		return widgets.Cell{Text: t.T("renew.row.long"), Tone: widgets.ToneQuiet, Dot: true}
	}
	key := "renew.row.new"
	if x.KeepsKey {
		key = "renew.row.kept"
	}
	return widgets.Cell{Text: t.T("renew.row.until", "Date", t.Date(x.Until)), Second: t.T(key), Tone: widgets.ToneGood, Dot: true}
}

// why words an error in one line.
func (m *renewMany) why(err error) string {
	var faults pki.Faults
	if errors.As(err, &faults) {
		return faultText(m.w.t, faults[0])
	}
	return explain(m.w.t, err).title
}

// submit renews them, with a bar and a cancel.
func (m *renewMany) submit() {
	if m.done {
		m.w.back()
		return
	}
	ids := m.chosen()
	if m.cancel != nil || len(ids) == 0 {
		return
	}
	t := m.w.t
	m.start.SetBusy(true)
	m.back.Hide()
	m.old.Hide()
	m.progress.SetText(t.T("renew.many.doing", "Done", t.Number(0), "Of", t.Number(len(ids))))
	m.progress.SetFraction(0)
	m.progress.Show()
	m.progress.Start()
	m.root.Refresh()
	turn := m.turn
	var did desk.RenewedAll
	m.cancel = m.w.spawn("", func(ctx context.Context) error {
		var err error
		did, err = m.desk.RenewAll(ctx, ids, func(done, of int) {
			m.w.run.UI(func() {
				if turn == m.turn {
					m.progress.SetText(t.T("renew.many.doing", "Done", t.Number(done), "Of", t.Number(of)))
					m.progress.SetFraction(float64(done) / float64(of))
				}
			})
		})
		return err
	}, func(err error) {
		m.w.countAttention()
		if turn == m.turn {
			m.finished(did, err)
		}
	})
}

// finished shows what was done. It may be a part, when it was cancelled or
// failed.
func (m *renewMany) finished(did desk.RenewedAll, err error) {
	t := m.w.t
	m.cancel, m.done = nil, true
	m.progress.Stop()
	m.progress.Hide()
	m.start.SetBusy(false)
	m.fate = map[desk.ID]fate{}
	var made []desk.ID
	for _, x := range did.Done {
		m.fate[x.Old.ID] = fate{until: x.NotAfter}
		made = append(made, x.ID)
	}
	m.w.chooseNext(made)
	for _, x := range did.Failed {
		m.fate[x.ID] = fate{problem: x.Problem}
	}
	words := t.T("renew.summary", "Count", len(did.Done))
	if len(did.Failed) > 0 {
		words = i18n.Sentences(words, t.T("renew.many.failed", "Count", len(did.Failed)))
	}
	if did.Left > 0 {
		words = i18n.Sentences(words, t.T("renew.many.left", "Count", did.Left))
	}
	m.sum.SetText(words)
	m.start.SetText(t.T("renew.back"))
	m.start.SetIcon("")
	for i := range m.rows {
		m.list.RefreshRow(i)
	}
	m.root.Refresh()
	if err != nil && !errors.Is(err, context.Canceled) {
		m.w.fail(err)
	}
}
