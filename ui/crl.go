package ui

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// crlPart is an authority's list of the revoked in its detail: which it is,
// when the next is due, and what can be done with it.
type crlPart struct {
	widget.BaseWidget
	w    *Window
	cert desk.Certificate

	status *widgets.Status
	facts  *widgets.Text
	make   *widgets.Button
	sure   *widgets.Button // of the notice that doubts the clock
	save   *widgets.Button
	list   desk.CRL
	root   *fyne.Container
}

// newCRLPart is the list of an authority that has its key; read shows it.
func newCRLPart(w *Window, c desk.Certificate) *crlPart {
	p := &crlPart{w: w, cert: c}
	t := w.t
	p.status = widgets.NewStatus(widgets.ToneQuiet, "")
	p.facts = widgets.NewQuiet("")
	p.make = widgets.NewButton(t.T("crl.new"), theme.IconRefresh, widgets.Plain, p.renew)
	p.save = widgets.NewButton(t.T("crl.save"), theme.IconExport, widgets.Plain, func() { w.openSaveCRL(p.list) })
	w.writes(p.make)
	p.root = widgets.Stack(8, widgets.NewLabel(t.T("crl.title")), p.status, p.facts, widgets.Grid(136, 8, p.make, p.save))
	p.root.Hide() // until it was read
	p.ExtendBaseWidget(p)
	return p
}

// CreateRenderer draws the part.
func (p *crlPart) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.root) }

func (p *crlPart) read() {
	var list desk.CRL
	d := p.w.desk
	p.w.spawn("", func(context.Context) error {
		var err error
		list, err = d.CRL(p.cert.ID)
		return err
	}, func(err error) {
		if err != nil {
			p.w.fail(err)
			return
		}
		p.show(list)
	})
}

func (p *crlPart) show(list desk.CRL) {
	t, now := p.w.t, p.w.now()
	p.list = list
	tone, words := dueWords(t, list, now)
	p.status.Set(tone, words)
	p.facts.SetText(t.T("crl.never"))
	p.save.Hidden = !list.Made()
	if list.Made() {
		p.facts.SetText(t.T("crl.made", "Number", t.Number(int(list.Number)), "Count", list.Revoked, "Date", t.Date(list.NextUpdate)))
	}
	p.make.Hidden = list.Ended || p.w.desk.ReadOnly()
	p.root.Show()
	p.root.Refresh()
	p.Refresh()
	if p.w.frame != nil {
		p.w.frame.root.Refresh()
	}
}

// dueWords says when the next list is due: amber when soon, red when it is
// overdue.
func dueWords(t *i18n.Printer, c desk.CRL, now time.Time) (widgets.Tone, string) {
	days := pki.CalendarDays(now, c.NextUpdate)
	switch c.Due(now) {
	case desk.DueOverdue:
		return widgets.ToneBroken, spanWords(t, "crl.overdue.", -days)
	case desk.DueSoon:
		return widgets.ToneSoon, spanWords(t, "crl.due.", days)
	case desk.DueGood:
		return widgets.ToneGood, spanWords(t, "crl.due.", days)
	}
	if c.Ended {
		return widgets.ToneQuiet, t.T("crl.ended")
	}
	return widgets.ToneQuiet, t.T("crl.none")
}

// renew makes the next list.
func (p *crlPart) renew() { p.renewWith(p.w.desk.MakeCRL) }

func (p *crlPart) renewWith(makeList func(context.Context, desk.ID, int) (desk.CRL, error)) {
	if p.make.Busy() {
		return
	}
	var list desk.CRL
	d := p.w.desk
	p.make.SetBusy(true)
	p.w.spawn(p.w.t.T("crl.making"), func(ctx context.Context) error {
		if _, err := makeList(ctx, p.cert.ID, 0); err != nil {
			return err
		}
		var err error
		list, err = d.CRL(p.cert.ID)
		return err
	}, func(err error) {
		p.make.SetBusy(false)
		var clock *desk.ClockError
		switch {
		case errors.As(err, &clock):
			p.doubtClock(err)
			return
		case err != nil:
			p.w.fail(err)
			return
		}
		p.show(list)
		p.w.notify(p.w.t.T("crl.new.done", "Number", p.w.t.Number(int(list.Number)), "Name", pki.Escape(list.Authority)))
		p.w.changed()
	})
}

// doubtClock says that the clock is wrong, or was, which only a person knows.
func (p *crlPart) doubtClock(err error) {
	w, tr := p.w, explain(p.w.t, err)
	p.sure = widgets.NewButton(w.t.T("clock.right"), "", widgets.Plain, func() {
		w.dismissNotice()
		p.renewWith(w.desk.MakeCRLByClock)
	})
	w.frame.middle.notice(widgets.Inset(0, 0, 12, 0, widgets.NewNotice(widgets.ToneBroken, tr.title, tr.body(), p.sure,
		widgets.NewButton(w.t.T("close"), "", widgets.Quiet, w.dismissNotice))))
	w.frame.shield.raise()
}

// crlAddress is where the local server publishes a list; "" when none does.
func (w *Window) crlAddress(c desk.CRL) string {
	if places := w.connections(); places != nil && places.local.running != nil {
		return places.local.running.CRLURL(c.FileName)
	}
	return ""
}
