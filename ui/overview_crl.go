package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// dueNotice says on Overview that lists of the revoked lapse soon, or have,
// with the button that mends it.
type dueNotice struct {
	w     *Window
	lists []desk.CRL
	make  *widgets.Button
	said  *widgets.Notice
	root  *fyne.Container
}

func newDueNotice(w *Window) *dueNotice {
	n := &dueNotice{w: w}
	n.make = widgets.NewButton("", theme.IconRefresh, widgets.Plain, n.renew)
	n.said = widgets.NewNotice(widgets.ToneSoon, "", "", n.make)
	n.root = widgets.Stack(0, n.said)
	n.root.Hide()
	return n
}

// show tells of lists that are due, the most urgent first.
func (n *dueNotice) show(lists []desk.CRL) {
	n.lists = lists
	n.root.Hidden = len(lists) == 0
	if len(lists) == 0 {
		return
	}
	t, first := n.w.t, lists[0]
	tone, when := dueWords(t, first, n.w.now())
	title := t.T("crl.notice", "Name", pki.Escape(first.Authority), "When", when)
	text := t.T("crl.notice.soon")
	if tone == widgets.ToneBroken {
		text = t.T("crl.notice.overdue")
	}
	if more := len(lists) - 1; more > 0 {
		title = t.T("crl.notice.many", "Count", len(lists), "Name", pki.Escape(first.Authority), "When", when)
	}
	n.said.Set(tone, title, text)
	n.make.SetText(t.T("crl.notice.make", "Count", len(lists)))
	n.w.writes(n.make)
}

// renew makes the next of each list that is due.
func (n *dueNotice) renew() {
	if n.make.Busy() {
		return
	}
	d, lists := n.w.desk, n.lists
	var made []desk.CRL
	n.make.SetBusy(true)
	n.w.spawn(n.w.t.T("crl.making"), func(ctx context.Context) error {
		for _, c := range lists {
			list, err := d.MakeCRL(ctx, c.AuthorityID, 0)
			if err != nil {
				return err
			}
			made = append(made, list)
		}
		return nil
	}, func(err error) {
		n.make.SetBusy(false)
		if err != nil {
			n.w.fail(err)
			return
		}
		n.w.changed()
		n.w.open(newListsMade(n.w, made))
	})
}

// listsMade says what to do with lists that were made.
type listsMade struct{ root *fyne.Container }

func newListsMade(w *Window, lists []desk.CRL) *listsMade {
	head := widgets.NewTitle(w.t.T("crl.notice.done", "Count", len(lists))).Truncate()
	shut := widgets.NewButton(w.t.T("revoke.close"), "", widgets.Plain, w.back)
	return &listsMade{revokePage(head, w.newLists(lists), shut)}
}

func (l *listsMade) content() fyne.CanvasObject { return l.root }
func (l *listsMade) refresh()                   {}
func (l *listsMade) firstFocus() fyne.Focusable { return nil }
