package ui

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// triesPage lists the saved tries with how each went last, and runs them.
type triesPage struct {
	w    *Window
	desk *desk.Desk
	rows []desk.SavedTry
	turn int // of the last reading; what comes of earlier ones is dropped

	cancel      context.CancelFunc // of what runs; nil when nothing does
	runWhenRead bool

	runAll           *widgets.Button
	use, run, remove *widgets.Button
	progress         *widgets.Progress
	sum              *widgets.Text
	notice           *widgets.Notice
	list             *widgets.DataList
	empty            *fyne.Container
	root             *fyne.Container
}

func newTriesPage(w *Window) *triesPage {
	p := &triesPage{w: w, desk: w.desk}
	t := w.t
	p.runAll = widgets.NewButton(t.T("tries.run.all"), theme.IconPlay, widgets.Primary, func() { p.start(p.rows) })
	p.progress = widgets.NewProgress("", t.T("cancel"), p.stop)
	p.progress.Hide()
	p.sum = widgets.NewQuiet("")
	p.notice = widgets.NewNotice(widgets.ToneSoon, "", "")
	p.notice.Hide()
	p.list = widgets.NewDataList(
		widgets.Column{Title: t.T("tries.list.name"), Weight: 2, Min: 140},
		widgets.Column{Title: t.T("tries.list.address"), Weight: 3, Min: 160, Priority: 2},
		widgets.Column{Title: t.T("tries.list.last"), Weight: 3, Min: 220},
		widgets.Column{Title: t.T("tries.list.took"), Min: 84, Priority: 3, Align: fyne.TextAlignTrailing})
	p.list.OnSelected = func([]int) { p.chosen() }
	p.list.OnOpened = func(row int) {
		if row < len(p.rows) {
			p.w.showTry(p.rows[row], false)
		}
	}
	p.use = widgets.NewButton(t.T("tries.open"), "", widgets.Plain, func() {
		if list := p.selected(); len(list) == 1 {
			p.w.showTry(list[0], false)
		}
	})
	p.run = widgets.NewButton(t.T("tries.run.these"), theme.IconPlay, widgets.Plain, func() { p.start(p.selected()) })
	p.remove = widgets.NewButton(t.T("tries.forget"), theme.IconTrash, widgets.Plain, p.askForget)
	p.empty = widgets.NewEmptyState(theme.IconConnection, t.T("tries.empty"), widgets.NewButton(t.T("tries.back"), "", widgets.Plain, w.back))
	p.empty.Hide()
	p.root = widgets.Stack(12,
		widgets.NewBackBar(t.T("tries.back"), t.T("tries.page"), w.back, p.runAll),
		p.progress, p.sum, p.notice,
		widgets.Grow(widgets.Over(p.list, p.empty)),
		widgets.Row(8, p.use, p.run, widgets.Spacer(), p.remove))
	p.chosen()
	return p
}

func (p *triesPage) content() fyne.CanvasObject { return p.root }

func (p *triesPage) firstFocus() fyne.Focusable { return p.runAll }

// close stops what runs and forgets what was read.
func (p *triesPage) close() {
	p.turn++
	p.stop()
	p.progress.Stop()
	p.rows = nil
	p.list.SetRows(0, nil)
}

func (p *triesPage) stop() {
	if p.cancel != nil {
		p.cancel()
	}
}

// refresh reads the saved tries again.
func (p *triesPage) refresh() {
	if p.cancel != nil {
		return
	}
	reread(p.w, &p.turn, p.desk.Tries, p.take)
}

func (p *triesPage) take(rows []desk.SavedTry) {
	p.rows = rows
	p.list.Hidden, p.empty.Hidden = len(rows) == 0, len(rows) != 0
	p.list.SetRows(len(rows), p.row)
	p.count()
	p.chosen()
	if p.runWhenRead {
		p.runWhenRead = false
		p.start(rows)
	}
}

// count says how many passed.
func (p *triesPage) count() {
	passed := 0
	for _, x := range p.rows {
		if x.Passed() {
			passed++
		}
	}
	p.sum.SetText(p.w.t.T("tries.passed", "Passed", passed, "Of", len(p.rows)))
	p.sum.Hidden = len(p.rows) == 0
	p.root.Refresh()
}

func (p *triesPage) row(i int) widgets.ListRow {
	if i >= len(p.rows) {
		return widgets.ListRow{}
	}
	x, t := p.rows[i], p.w.t
	tone, when, took := widgets.ToneQuiet, "", ""
	if !x.LastAt.IsZero() {
		tone, when = widgets.ToneBroken, p.w.whenWords(x.LastAt)
		if x.Broke() {
			when = t.T("tries.list.before", "When", when)
		}
		took = tookText(time.Duration(x.MS) * time.Millisecond)
	}
	if x.Passed() {
		tone = widgets.ToneGood
	}
	return widgets.ListRow{Cells: []widgets.Cell{
		{Text: pki.Escape(x.Name), Second: pki.Escape(x.Group)},
		{Text: pki.Escape(x.URL)},
		{Text: t.LastTry(x.Code, nil, x.Status, !x.LastAt.IsZero(), false), Second: when, Tone: tone, Dot: true},
		{Text: took},
	}}
}

func (p *triesPage) selected() []desk.SavedTry {
	var list []desk.SavedTry
	for _, i := range p.list.Selected() {
		if i < len(p.rows) {
			list = append(list, p.rows[i])
		}
	}
	return list
}

// chosen enables what can be done with the selection.
func (p *triesPage) chosen() {
	n := len(p.selected())
	able := func(b *widgets.Button, can bool) {
		if can && p.cancel == nil {
			b.Enable()
		} else {
			b.Disable()
		}
	}
	able(p.use, n == 1)
	able(p.run, n > 0)
	able(p.remove, n > 0)
	able(p.runAll, len(p.rows) > 0)
	p.notice.Hide()
}

// start runs tries, with a bar and a cancel.
func (p *triesPage) start(list []desk.SavedTry) {
	if p.cancel != nil || len(list) == 0 {
		return
	}
	t := p.w.t
	ids := make([]desk.ID, len(list))
	for n, x := range list {
		ids[n] = x.ID
	}
	done := 0
	say := func() {
		p.progress.SetText(t.T("tries.running", "Done", t.Number(done), "Of", t.Number(len(ids))))
		p.progress.SetFraction(float64(done) / float64(len(ids)))
	}
	say()
	p.progress.Show()
	p.progress.Start()
	turn := p.turn
	p.cancel = p.w.spawn("", func(ctx context.Context) error {
		_, err := p.desk.RunTries(ctx, ids, func(r desk.TryRun) {
			p.w.run.UI(func() {
				if turn == p.turn {
					done++
					say()
					p.ran(r.Saved)
				}
			})
		})
		return err
	}, func(err error) {
		p.cancel = nil
		if turn != p.turn {
			return
		}
		p.progress.Stop()
		p.progress.Hide()
		p.chosen()
		p.refresh()
		if err != nil && !errors.Is(err, context.Canceled) {
			p.w.fail(err)
		}
	})
	p.chosen()
	p.root.Refresh()
}

// ran shows one result as it comes.
func (p *triesPage) ran(x desk.SavedTry) {
	for i := range p.rows {
		if p.rows[i].ID == x.ID {
			p.rows[i] = x
			p.list.RefreshRow(i)
		}
	}
	p.count()
}

// askForget asks once.
func (p *triesPage) askForget() {
	list, t := p.selected(), p.w.t
	if len(list) == 0 {
		return
	}
	yes := widgets.NewButton(t.T("tries.forget.yes"), "", widgets.Danger, func() { p.forget(list) })
	no := widgets.NewButton(t.T("cancel"), "", widgets.Plain, func() {
		p.notice.Hide()
		p.root.Refresh()
	})
	title := t.T("tries.forget.title", "Name", pki.Escape(list[0].Name))
	if len(list) > 1 {
		title = t.T("tries.forget.title.many", "Count", len(list))
	}
	p.notice.Set(widgets.ToneSoon, title, t.T("tries.forget.text"))
	p.notice.SetButtons(yes, no)
	p.notice.Show()
	p.root.Refresh()
}

func (p *triesPage) forget(list []desk.SavedTry) {
	p.notice.Hide()
	d := p.desk
	p.w.background("", func(context.Context) error {
		for _, x := range list {
			if err := d.DeleteTry(x.ID); err != nil {
				return err
			}
		}
		return nil
	}, p.refresh)
}
