package ui

import (
	"context"
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// deletion asks, once, whether certificates shall go, and says what goes with
// them.
type deletion struct {
	w    *Window
	desk *desk.Desk
	list []desk.Certificate
	turn int

	what   *widgets.Notice
	names  *widgets.Text
	below  *widgets.Check // what an authority signed too
	cancel *widgets.Button
	sure   *widgets.Button
	root   *fyne.Container
}

// namesDeleted is how many names the question lists before it counts the rest.
const namesDeleted = 20

// openDelete asks whether certificates shall be deleted.
func (w *Window) openDelete(list []desk.Certificate) { w.open(newDeletion(w, list)) }

func newDeletion(w *Window, list []desk.Certificate) *deletion {
	d := &deletion{w: w, desk: w.desk, list: list}
	t := w.t
	title := t.T("delete.title", "Count", len(list))
	if len(list) == 1 {
		title = t.T("delete.title.one", "Name", nameOf(t, list[0]))
	}
	d.what = widgets.NewNotice(widgets.ToneSoon, "", "")
	d.what.Hide()
	d.names = widgets.NewText("").Wrap()
	d.below = widgets.NewCheck("", false, func(bool) { d.refresh() })
	d.below.Hide()
	d.cancel = widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	d.sure = widgets.NewButton(t.T("delete.sure"), theme.IconTrash, widgets.Danger, d.submit)
	d.sure.Disable()
	body := widgets.Stack(16, d.what, d.names, d.below, widgets.NewQuiet(t.T("delete.undo")))
	d.root = widgets.Stack(16, widgets.Row(12, widgets.Grow(widgets.NewTitle(title).Truncate()), d.cancel, d.sure),
		widgets.Grow(container.NewVScroll(widgets.Inset(0, gutter, 2, 2, body))))
	return d
}

func (d *deletion) content() fyne.CanvasObject { return d.root }

// firstFocus is the way back: Enter deletes nothing.
func (d *deletion) firstFocus() fyne.Focusable { return d.cancel }

func (d *deletion) ids() []desk.ID {
	ids := make([]desk.ID, len(d.list))
	for i, c := range d.list {
		ids[i] = c.ID
	}
	return ids
}

// refresh finds out what would go.
func (d *deletion) refresh() {
	d.turn++
	turn, below := d.turn, d.below.Checked()
	var del desk.Deletion
	d.w.spawn("", func(context.Context) error {
		var err error
		del, err = d.desk.PreviewDelete(d.ids(), below)
		return err
	}, func(err error) {
		if turn == d.turn {
			d.show(del, err)
		}
	})
}

func (d *deletion) show(del desk.Deletion, err error) {
	t := d.w.t
	d.sure.Disable()
	d.what.Show()
	var issued *desk.HasIssuedError
	switch {
	case errors.As(err, &issued):
		d.below.SetText(t.T("delete.below", "Count", issued.Count))
		d.below.Show()
		d.what.Set(widgets.ToneBroken, t.T("delete.has-issued", "Name", pki.Escape(issued.Name), "Count", issued.Count), t.T("delete.has-issued.text"))
	case err != nil:
		tr := explain(t, err)
		d.what.Set(widgets.ToneBroken, tr.title, tr.body())
	default:
		if len(del.Stays) > 0 {
			d.below.SetText(t.T("delete.below.whole"))
			d.below.Show()
		}
		d.what.Set(widgets.ToneSoon, t.T("delete.lost.here", "Count", len(del.Certificates)), d.lost(del))
		d.sure.Enable()
	}
	var names []string
	for i, c := range del.Certificates {
		if i == namesDeleted && len(del.Certificates) > namesDeleted+1 {
			names = append(names, t.T("delete.more", "Count", len(del.Certificates)-namesDeleted))
			break
		}
		names = append(names, wholeName(t, c))
	}
	d.names.SetText(strings.Join(names, "\n"))
	d.names.Hidden = len(names) < 2 && !slices.ContainsFunc(del.Certificates, func(c desk.Certificate) bool { return c.Shared })
	d.root.Refresh()
}

// lost says what goes with the certificates.
func (d *deletion) lost(del desk.Deletion) string {
	var lines []string
	for _, line := range []struct {
		key   string
		count int
	}{{"delete.lost.valid", del.Valid}, {"delete.lost.keys", del.Keys}, {"delete.lost.below", del.Below}, {"delete.lost.listed", del.Listed}} {
		if line.count > 0 {
			lines = append(lines, d.w.t.T(line.key, "Count", line.count))
		}
	}
	for _, c := range del.Stays {
		lines = append(lines, d.w.t.T("delete.stays", "Name", nameOf(d.w.t, c), "Serial", c.Serial))
	}
	return i18n.Sentences(lines...)
}

func (d *deletion) submit() {
	if d.sure.Busy() || d.sure.Disabled() {
		return
	}
	below := d.below.Checked()
	var del desk.Deletion
	d.sure.SetBusy(true)
	d.w.spawn("", func(ctx context.Context) error {
		var err error
		del, err = d.desk.Delete(ctx, d.ids(), below)
		return err
	}, func(err error) {
		d.sure.SetBusy(false)
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			d.w.fail(err)
		default:
			d.w.countAttention()
			d.w.back()
			d.w.notify(d.w.t.T("delete.gone", "Count", len(del.Certificates)))
		}
	})
}

// undelete brings back what one act of deleting took.
func (w *Window) undelete(id desk.ID) {
	var back desk.Undeleted
	from := w.desk
	w.background("", func(context.Context) error {
		var err error
		back, err = from.Undelete(id)
		return err
	}, func() {
		w.countAttention()
		w.changed()
		if len(back.Certificates) == 0 && len(back.Requests) > 0 {
			w.notify(w.t.T("requests.undeleted", "Name", pki.Escape(back.Requests[0].Name)))
			return
		}
		w.notify(w.t.T("delete.back", "Count", len(back.Certificates)))
	})
}
