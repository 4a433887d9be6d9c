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

// create makes the good rows, off the window's goroutine.
func (b *bulkPage) create() {
	rows, defaults := b.check.GoodItems(), b.check.Defaults
	if len(rows) == 0 || b.stop != nil {
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
		b.made = made
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
	if len(b.made) == 0 { // the table is there still, to be made or mended
		b.showTable()
		b.w.notify(t.T("bulk.done.none"))
		return
	}
	b.table, b.check = desk.BulkTable{}, desk.BulkCheck{}
	finish := widgets.NewButton(t.T("bulk.finish"), "", widgets.Plain, b.w.back)
	show := widgets.NewButton(t.T("bulk.show"), theme.IconCertificate, widgets.Plain, func() { b.w.navigate("certificates", b.made[0].Certificate.ID) })
	b.fillSave()
	if b.saveOnly {
		b.step(scrolled(append(b.leftOut(), b.save.root)...), widgets.NewButton(t.T("cancel"), "", widgets.Plain, b.w.back))
		return
	}
	b.step(scrolled(b.madeNotice(of, err), b.save.root), show, finish)
}

func (b *bulkPage) madeNotice(of int, err error) fyne.CanvasObject {
	t, n := b.w.t, len(b.made)
	done, all := t.Number(n), t.Number(of)
	switch {
	case errors.Is(err, context.Canceled):
		return widgets.NewNotice(widgets.ToneSoon, t.T("bulk.done", "Count", n), t.T("bulk.done.part", "Done", done, "Of", all))
	case err != nil:
		return widgets.NewNotice(widgets.ToneSoon, t.T("bulk.done", "Count", n), t.T("bulk.done.failed", "Done", done, "Of", all))
	}
	return widgets.NewNotice(widgets.ToneGood, t.T("bulk.done", "Count", n),
		t.T("bulk.done.text", "Issuer", pki.Escape(b.made[0].Certificate.Issuer)))
}
