package ui

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// waitReached is from where our server is reached while it waits for a
// partner's client: from this computer only, unless a person chooses more.
type waitReached struct {
	addresses []string // of the choices, as desk.PartnerWait has them
	from      *widgets.Select
	port      *widgets.Input
	portField *widgets.Field
	root      *fyne.Container
}

// newWaitReached presets the port of our address, and says where that address
// asks for more than this computer only. resized is called when it gets taller
// or shorter.
func newWaitReached(t *i18n.Printer, route desk.Route, resized func()) *waitReached {
	r := &waitReached{addresses: []string{"", testclient.AllAddresses}}
	words := []string{t.T("partners.wait.listen.own"), t.T("partners.wait.listen.all")}
	for _, own := range testclient.OwnAddresses() {
		r.addresses = append(r.addresses, own)
		words = append(words, t.T("partners.wait.listen.at", "Address", own))
	}
	hint := widgets.NewText(t.T("partners.wait.choose", "Host", pki.Escape(route.Elsewhere()))).Small().Tone(widgets.ToneSoon).Wrap()
	hint.Hidden = route.Elsewhere() == ""
	r.from = widgets.NewSelect("", words, 0, func(chosen int) {
		hint.Hidden = chosen > 0 || route.Elsewhere() == ""
		resized()
	})
	r.port = widgets.NewInput(t.T("server.port.free"), func(string) { r.portField.SetFault("") })
	r.portField = widgets.NewField(t.T("server.port"), "", r.port)
	if port := route.OurPort(); port != 0 {
		r.port.SetText(strconv.Itoa(port))
	}
	r.root = widgets.Stack(4, widgets.Columns(12, widgets.NewField(t.T("partners.wait.listen"), "", r.from), r.portField), hint)
	return r
}

// read is how to wait; false when the port is none.
func (r *waitReached) read(t *i18n.Printer) (desk.PartnerWait, bool) {
	wait := desk.PartnerWait{Address: r.addresses[max(0, r.from.Selected())]}
	good := readPort(t, r.port, r.portField, &wait.Port)
	return wait, good
}

// listens says how our server is called, and from where.
func (p *partnerTrying) listens(at desk.PartnerWaiting) {
	tone, lines := widgets.ToneAccent, []string{}
	for _, said := range at.Say() {
		if said.Wary {
			tone = widgets.ToneSoon
		}
		lines = append(lines, p.w.t.T("partners.wait."+said.Code, said.Facts...))
	}
	p.verdict.Set(tone, p.w.t.T("partners.wait.title", "Name", pki.Escape(p.page.Name)), strings.Join(lines, "\n"))
	p.settle()
}

// waitForCall starts our server and waits for the partner's real client.
func (p *partnerTrying) waitForCall() {
	if p.stop != nil {
		return
	}
	wait, good := p.reached.read(p.w.t)
	if !good {
		p.settle()
		return
	}
	t, d, id, name := p.w.t, p.desk, p.page.ID, pki.Escape(p.page.Name)
	p.who.Hide()
	p.server.Hide()
	p.picture.root.Hide() // what our server saw is said in the list of calls
	p.calls.RemoveAll()
	p.calls.Hide()
	refused, last := 0, ""
	wait.Started = func(at desk.PartnerWaiting) { p.w.run.UI(func() { p.listens(at) }) }
	wait.Seen = func(c testclient.Connection) {
		p.w.run.UI(func() {
			if c.RefusalCode != "" {
				refused, last = refused+1, p.refused(c)
			}
		})
	}
	var done desk.PartnerTried
	p.stop = p.w.spawn("", func(ctx context.Context) error {
		var err error
		done, err = d.WaitForPartner(ctx, id, wait)
		return err
	}, func(err error) {
		p.stop = nil
		p.waits(false)
		switch {
		case errors.Is(err, context.Canceled) && refused > 0:
			p.verdict.Set(widgets.ToneSoon, t.T("partners.wait.refused", "Count", refused, "Last", pki.Escape(last)), "")
		case errors.Is(err, context.Canceled):
			p.verdict.Hide()
		case err != nil:
			said := explain(t, err)
			p.verdict.Set(widgets.ToneBroken, said.title, said.body())
		default:
			p.verdict.Set(widgets.ToneGood, t.T("partners.try.passed.they-call", "Name", name),
				t.T("partners.waited", "Client", pki.Escape(done.Server[0].ClientName), "Name", name))
		}
		p.settle()
	})
	p.waits(true)
	p.settle()
}

// refused puts a call that was refused above the earlier ones, with why; it
// gives the reason.
func (p *partnerTrying) refused(c testclient.Connection) string {
	t := p.w.t
	p.w.stir()
	why := t.TurnedAway(c.RefusalCode, c.Facts())
	_, cause, _ := t.Diagnosis(c.RefusalCode, c.Facts())
	head := t.T("partners.wait.call", "Time", c.At.In(p.w.now().Location()).Format("15:04:05"), "Remote", c.Remote, "Why", pki.Escape(why))
	one := widgets.NewNotice(widgets.ToneBroken, head, pki.Escape(cause))
	p.calls.Objects = append([]fyne.CanvasObject{one}, p.calls.Objects[:min(len(p.calls.Objects), callsShown-1)]...)
	p.calls.Show()
	p.settle()
	return why
}

// callsShown is how many refused calls are on the page.
const callsShown = 20

// waits shows what can be done while waiting.
func (p *partnerTrying) waits(on bool) {
	p.halt.Hidden, p.wait.Hidden, p.reached.root.Hidden = !on, on, on
	if on {
		p.verdict.Set(widgets.ToneAccent, p.w.t.T("partners.wait.title", "Name", pki.Escape(p.page.Name)), "")
		p.verdict.Show()
		p.again.Disable()
		return
	}
	p.again.Enable()
}
