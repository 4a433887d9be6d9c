package ui

import (
	"context"
	"errors"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// createAsked asks before rows are left out: the button stands where the one of
// the page before stood, and is pressed by who does not look.
func (b *bulkPage) createAsked() {
	if b.check.Bad == 0 || len(b.toMake()) == 0 {
		b.create()
		return
	}
	p := &b.preview
	p.asked = true
	p.trouble.Objects = b.troubles()
	p.create.Disable()
	b.root.Refresh()
	p.page.ScrollToTop()
}

// badNotice says that rows have faults, or asks whether to leave them out.
func (b *bulkPage) badNotice() fyne.CanvasObject {
	t, p := b.w.t, &b.preview
	if !p.asked {
		return widgets.NewNotice(widgets.ToneSoon, t.T("bulk.bad", "Count", b.check.Bad), "")
	}
	p.anyway = widgets.NewButton(p.create.Text(), "", widgets.Plain, b.create)
	ask := widgets.NewNotice(widgets.ToneSoon, t.T("bulk.leave-out", "Count", b.check.Bad), t.T("bulk.leave-out.text"))
	ask.SetButtons(p.anyway)
	return ask
}

// create makes the good rows, off the window's goroutine.
func (b *bulkPage) create() {
	rows, defaults := b.toMake(), b.check.Defaults
	var there []desk.BulkMade
	if b.preview.goOn.Checked() && len(b.check.Issuer) == 0 {
		there = b.check.Already()
	}
	if b.stop != nil || len(rows)+len(there) == 0 {
		return
	}
	if len(rows) == 0 {
		b.made, b.fresh = there, 0
		b.showMade(0, nil)
		return
	}
	var made []desk.BulkMade
	b.run("bulk.makes", func(ctx context.Context, told func(desk.BulkProgress)) error {
		var err error
		made, err = b.desk.MakeBulk(ctx, defaults, rows, told)
		return err
	}, func(err error) {
		b.w.countAttention()
		if b.left {
			b.w.changed()
			b.w.notify(b.w.t.T("bulk.done", "Count", len(made)))
			return
		}
		b.made, b.fresh = desk.JoinBulk(there, made), len(made)
		b.showMade(len(rows), err)
	})
}

// run does long work: the page shows how far it is, and stops it.
func (b *bulkPage) run(key string, work func(context.Context, func(desk.BulkProgress)) error, done func(error)) {
	t := b.w.t
	b.w.dismissNotice()
	b.making = widgets.NewProgress(t.T(key), "", nil)
	b.making.SetFraction(0)
	b.making.Start()
	stop := widgets.NewButton(t.T("bulk.stop"), "", widgets.Plain, func() {
		if b.stop != nil {
			b.stop()
		}
	})
	b.step(widgets.Middle(520, widgets.Stack(12, gap(48), widgets.NewHeading(t.T(key)), b.making,
		widgets.NewQuiet(t.T("bulk.stop.text")), leading(stop))))
	progress := b.making
	told := func(p desk.BulkProgress) {
		b.w.run.UI(func() {
			b.w.stir() // long work is use: the vault does not lock itself under it
			progress.SetFraction(float64(p.Done) / float64(max(1, p.Of)))
			progress.SetText(b.progressWords(p))
		})
	}
	b.stop = b.w.spawn("", func(ctx context.Context) error { return work(ctx, told) }, func(err error) {
		progress.Stop()
		b.stop = nil
		done(err)
	})
}

func (b *bulkPage) progressWords(p desk.BulkProgress) string {
	t := b.w.t
	left := p.Left()
	if p.Rate() < 1 || left == 0 {
		return t.T("bulk.progress", "Done", t.Number(p.Done), "Of", t.Number(p.Of))
	}
	words := t.T("bulk.left.seconds", "Count", int(left.Round(time.Second)/time.Second))
	if left > 90*time.Second {
		words = t.T("bulk.left.minutes", "Count", int(left.Round(time.Minute)/time.Minute))
	}
	return t.T("bulk.progress.rate", "Done", t.Number(p.Done), "Of", t.Number(p.Of), "Rate", t.Number(int(p.Rate())), "Left", words)
}

// showMade says what was made, and offers to save it.
func (b *bulkPage) showMade(of int, err error) {
	t := b.w.t
	if err != nil && !errors.Is(err, context.Canceled) {
		b.w.fail(err)
	}
	if len(b.made) == 0 || err != nil && b.fresh == 0 { // the table is there still, to be made or mended
		b.showTable()
		b.w.notify(t.T("bulk.done.none"))
		return
	}
	if err == nil { // else it can be gone on with
		b.table, b.check = desk.BulkTable{}, desk.BulkCheck{}
		b.preview.rows = nil
		b.preview.list.SetRows(0, nil)
	}
	finish := widgets.NewButton(t.T("bulk.finish"), "", widgets.Plain, b.w.back)
	show := widgets.NewButton(t.T("bulk.show"), theme.IconCertificate, widgets.Plain, func() { b.w.navigate("certificates", b.made[0].Certificate.ID) })
	b.fillSave()
	if b.saveOnly {
		b.step(scrolled(append(b.leftOut(), b.save.root)...), widgets.NewButton(t.T("cancel"), "", widgets.Plain, b.w.back))
		return
	}
	buttons := []fyne.CanvasObject{show, finish}
	if err != nil {
		buttons = slices.Insert(buttons, 0, fyne.CanvasObject(widgets.NewButton(t.T("bulk.go-on"), "", widgets.Plain, b.recheck)))
	}
	b.step(scrolled(b.madeNotice(of, err), b.save.root), buttons...)
}

func (b *bulkPage) madeNotice(of int, err error) fyne.CanvasObject {
	t, n := b.w.t, b.fresh
	done, all := t.Number(n), t.Number(of)
	switch {
	case errors.Is(err, context.Canceled):
		return widgets.NewNotice(widgets.ToneSoon, t.T("bulk.done", "Count", n), t.T("bulk.done.part", "Done", done, "Of", all))
	case err != nil:
		return widgets.NewNotice(widgets.ToneSoon, t.T("bulk.done", "Count", n), t.T("bulk.done.failed", "Done", done, "Of", all))
	}
	before := len(b.made) - n
	switch {
	case n == 0:
		return widgets.NewNotice(widgets.ToneGood, t.T("bulk.done.all", "Count", before), "")
	case before > 0:
		return widgets.NewNotice(widgets.ToneGood, t.T("bulk.done", "Count", n), t.T("bulk.done.there", "Count", before))
	}
	return widgets.NewNotice(widgets.ToneGood, t.T("bulk.done", "Count", n),
		t.T("bulk.done.text", "Issuer", pki.Escape(b.made[0].Certificate.Issuer)))
}
