package ui

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// partnerTrying tries one direction of a partner and shows it as it goes: with
// the partner itself where that can be, else with the stand-in.
type partnerTrying struct {
	w    *Window
	desk *desk.Desk
	page desk.PartnerPage
	r    desk.RoutePage
	real bool // it can go to the partner itself

	stop    context.CancelFunc // of what runs; nil when nothing does
	verdict *widgets.Notice
	who     *widgets.Text
	picture *picture
	calls   *fyne.Container // that were refused while waiting, newest first
	server  *widgets.Text
	again   *widgets.Button
	with    *widgets.Button // the stand-in instead
	wait    *widgets.Button // for their real client
	reached *waitReached
	halt    *widgets.Button
	lab     *widgets.Button
	body    *fyne.Container
	root    *fyne.Container
}

func newPartnerTrying(w *Window, page desk.PartnerPage, r desk.RoutePage) *partnerTrying {
	p := &partnerTrying{w: w, desk: w.desk, page: page, r: r, real: r.TryReal(page)}
	t, name := w.t, pki.Escape(page.Name)
	p.verdict = widgets.NewNotice(widgets.ToneAccent, "", "")
	p.who = widgets.NewQuiet("")
	p.picture = newPicture(w)
	p.calls = widgets.Stack(8)
	p.calls.Hide()
	p.server = widgets.NewQuiet("")
	p.server.Hide()
	p.again = widgets.NewButton(t.T("partners.try.again"), theme.IconRefresh, widgets.Primary, func() { p.run(!p.real) })
	p.with = widgets.NewButton(t.T("partners.try.stand-in"), "", widgets.Plain, func() { p.run(true) })
	p.lab = widgets.NewButton(t.T("partners.try.lab"), theme.IconConnection, widgets.Plain, p.openLab)
	p.wait = widgets.NewButton(t.T("partners.wait"), theme.IconServer, widgets.Primary, p.waitForCall)
	p.halt = widgets.NewButton(t.T("partners.wait.stop"), theme.IconStop, widgets.Plain, p.close)
	p.reached = newWaitReached(t, r.Route, func() { p.settle() })
	p.wait.Hidden = !r.CanWait(page)
	p.reached.root.Hidden = p.wait.Hidden
	p.halt.Hide()
	p.with.Hidden, p.lab.Hidden = !p.real || page.StandIn.AuthorityID == "", !p.real
	more := widgets.Row(8, p.wait, p.halt, p.lab, p.with, widgets.Spacer())
	p.body = widgets.Stack(16, p.verdict, p.who, p.picture.root, p.server, more)
	if !p.wait.Hidden { // to wait is what comes next: it stands above what was tried before
		p.again.SetKind(widgets.Plain)
		p.body = widgets.Stack(16, p.verdict, p.reached.root, more, p.calls, p.who, p.picture.root, p.server)
	}
	if r.Direction == desk.TheyCall {
		p.picture.setClient(name)
	}
	scroll := container.NewVScroll(widgets.Inset(0, gutter, 2, 2, p.body))
	middle := &fyne.Container{Layout: &settleLayout{scroll}, Objects: []fyne.CanvasObject{scroll}}
	head := widgets.NewBackBar(name, t.T("partners.title."+string(r.Direction), "Name", name), w.back, p.again)
	p.root = container.NewBorder(widgets.Inset(0, 0, 12, 0, head), nil, nil, nil, middle)
	standIn := page.StandIn.AuthorityID != ""
	if r.WaitNext(page, standIn) {
		for _, o := range []fyne.CanvasObject{p.verdict, p.who, p.picture.root} {
			o.Hide()
		}
		p.again.SetText(t.T("partners.try.stand-in"))
		p.again.Hidden = !standIn
	} else {
		p.run(!p.real)
	}
	return p
}

func (p *partnerTrying) content() fyne.CanvasObject { return p.root }
func (p *partnerTrying) refresh()                   {}

// close stops what runs.
func (p *partnerTrying) close() {
	if p.stop != nil {
		p.stop()
	}
}

// run tries it; each step shows as it ends.
func (p *partnerTrying) run(standIn bool) {
	if p.stop != nil {
		return
	}
	t, d, id, dir, name := p.w.t, p.desk, p.page.ID, p.r.Direction, pki.Escape(p.page.Name)
	host := hostOf(p.r.URL)
	who := t.T("partners.try.real", "Name", name)
	if standIn {
		who = t.T("partners.tried.stand-in", "Name", name)
	}
	p.who.SetText(who)
	p.who.Show()
	p.verdict.Show()
	p.picture.root.Show()
	p.calls.Hide()
	p.server.Hide()
	p.again.SetBusy(true)
	p.verdict.Set(widgets.ToneAccent, t.T("partners.try.running"), "")
	p.picture.begin(host)
	var tried desk.PartnerTried
	p.stop = p.w.spawn("", func(ctx context.Context) error {
		var err error
		tried, err = d.TryPartner(ctx, id, dir, standIn, func(s testclient.Step) {
			p.w.run.UI(func() {
				if p.stop != nil {
					p.picture.step(s)
				}
			})
		})
		return err
	}, func(err error) {
		p.stop = nil
		p.again.SetBusy(false)
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			said := explain(t, err)
			p.verdict.Set(widgets.ToneBroken, said.title, said.body())
		default:
			p.show(tried)
		}
		p.settle()
	})
	p.settle()
}

// saw says what our server saw of a client.
func (p *partnerTrying) saw(c testclient.Connection) {
	p.w.stir()
	words := p.w.t.T("partners.try.saw", "Client", pki.Escape(c.ClientName))
	if c.Refusal != "" {
		words = p.w.t.T("partners.try.refused", "Reason", pki.Escape(c.Refusal))
	}
	p.server.SetText(words)
	p.server.Show()
	p.settle()
}

func (p *partnerTrying) settle() {
	p.body.Refresh()
	p.root.Refresh()
}

// show draws the result, with what our server saw beside it.
func (p *partnerTrying) show(tried desk.PartnerTried) {
	t, r := p.w.t, tried.Result
	p.picture.result(r)
	if d := r.Diagnosis; d != nil {
		title, cause, fix := t.Diagnosis(d.Code, d.Facts)
		p.verdict.Set(widgets.ToneBroken, title, cause+"\n"+fix)
	} else {
		facts := []string{}
		for _, fact := range []string{r.Version, "HTTP " + r.StatusText, tookText(r.Total)} {
			if fact != "" {
				facts = append(facts, fact)
			}
		}
		p.verdict.Set(widgets.ToneGood, t.T("partners.try.passed."+string(p.r.Direction), "Name", pki.Escape(p.page.Name)), strings.Join(facts, t.T("list.comma")))
	}
	if n := len(tried.Server); n > 0 {
		p.saw(tried.Server[n-1])
	}
}

// openLab takes the try to the connection lab, to change anything in it.
func (p *partnerTrying) openLab() {
	var try desk.Try
	d, id, dir := p.desk, p.page.ID, p.r.Direction
	p.w.background("", func(context.Context) error {
		var err error
		try, _, err = d.PartnerTry(id, dir)
		return err
	}, func() {
		p.w.navigate("connections", "")
		if c := p.w.connections(); c != nil {
			c.filled = true
			c.form.fillAll(try)
			c.form.relayout()
		}
	})
}
