package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// revoking says what will stop working when certificates are revoked, asks
// why, and revokes them.
type revoking struct {
	w     *Window
	certs []desk.Certificate // that can be revoked
	left  []leftOut

	reasons []pki.Reason
	reason  *widgets.Select
	why     *widgets.Field
	since   *widgets.Input
	sinceIn *widgets.Field
	effects *fyne.Container
	deed    *widgets.Button
	cancel  *widgets.Button
	head    *widgets.Text
	form    *fyne.Container
	body    *fyne.Container
	root    *fyne.Container
}

// leftOut is a certificate that cannot be revoked, and why.
type leftOut struct {
	cert desk.Certificate
	why  error
}

// effect is what is known of a certificate that is to be revoked.
type effect struct {
	cert    desk.Certificate
	issued  int // what an authority signed, good until now
	last    time.Time
	address string
}

// openRevoke shows what revoking certificates does, and asks.
func (w *Window) openRevoke(certs []desk.Certificate) {
	var can []desk.Certificate
	var left []leftOut
	var effects []effect
	d := w.desk
	w.background("", func(context.Context) error {
		for _, c := range certs {
			if err := d.CanRevoke(c); err != nil {
				left = append(left, leftOut{c, err})
				continue
			}
			can = append(can, c)
		}
		var err error
		effects, err = readEffects(d, can)
		return err
	}, func() {
		if len(can) == 0 && len(left) > 0 {
			w.fail(left[0].why)
			return
		}
		w.open(newRevoking(w, can, left, effects))
	})
}

// effectsShown is how many certificates are told of one by one.
const effectsShown = 6

func readEffects(d *desk.Desk, certs []desk.Certificate) ([]effect, error) {
	var list []effect
	for _, c := range certs[:min(len(certs), effectsShown)] {
		e := effect{cert: c}
		var err error
		if c.IsAuthority() {
			below, err := d.Certificates(desk.Filter{IssuerID: c.ID})
			if err != nil {
				return nil, err
			}
			for _, b := range below {
				if h := b.Health(d.Now()); h == desk.Good || h == desk.Expiring {
					e.issued++
				}
			}
		}
		if e.last, e.address, err = d.LastUse(c.ID); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func newRevoking(w *Window, certs []desk.Certificate, left []leftOut, effects []effect) *revoking {
	r := &revoking{w: w, certs: certs, left: left}
	t := w.t
	r.reasons = r.offered()
	var words []string
	for _, reason := range r.reasons {
		words = append(words, t.T("reason."+string(reason)))
	}
	r.reason = widgets.NewSelect("", words, 0, func(int) { r.chosen() })
	r.why = widgets.NewField(t.T("revoke.why"), "", r.reason)
	r.since = widgets.NewInput(t.T("revoke.since.now"), func(string) { r.sinceIn.SetFault("") })
	r.since.OnSubmitted = func(string) { r.revoke() }
	r.sinceIn = widgets.NewField(t.T("revoke.since"), t.T("revoke.since.hint"), r.since)
	r.deed = widgets.NewButton(t.T("revoke.do"), "", widgets.Danger, r.revoke)
	r.cancel = widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	r.head = widgets.NewTitle(r.title("revoke.title")).Truncate()
	r.effects = widgets.Stack(8)
	r.form = widgets.Stack(16)
	if len(left) > 0 {
		r.form.Add(r.leftNotice())
	}
	r.form.Add(widgets.NewCard(widgets.Stack(12, widgets.NewLabel(t.T("revoke.effects")), r.effects)))
	r.form.Add(widgets.Grid(260, 16, r.why, r.sinceIn))
	r.body = widgets.Stack(0, r.form)
	r.showEffects(effects)
	r.root = revokePage(r.head, r.body, r.cancel, r.deed)
	r.chosen()
	return r
}

// revokePage puts a title, its buttons and what scrolls below them together.
func revokePage(head *widgets.Text, body fyne.CanvasObject, buttons ...fyne.CanvasObject) *fyne.Container {
	return widgets.Stack(16, widgets.Row(8, append([]fyne.CanvasObject{widgets.Grow(head)}, buttons...)...),
		widgets.Grow(container.NewVScroll(widgets.Inset(0, gutter, 2, 2, widgets.AtMost(720, body)))))
}

// offered are the reasons: first none, for who says nothing shall not say that a
// key was lost, then in the order that people have them. An authority's lost key
// is its own; hold is for what is not on hold.
func (r *revoking) offered() []pki.Reason {
	list := []pki.Reason{pki.Unspecified, pki.KeyCompromise, pki.Superseded, pki.CessationOfOperation, pki.AffiliationChanged, pki.PrivilegeWithdrawn}
	if slices.ContainsFunc(r.certs, desk.Certificate.IsAuthority) {
		list = slices.Insert(list, 2, pki.CACompromise)
	}
	if !slices.ContainsFunc(r.certs, func(c desk.Certificate) bool { return c.OnHold }) {
		list = append(list, pki.CertificateHold)
	}
	return list
}

func (r *revoking) title(key string) string {
	if len(r.certs) == 1 {
		return r.w.t.T(key, "Name", nameOf(r.w.t, r.certs[0]))
	}
	return r.w.t.T(key+".many", "Count", len(r.certs))
}

// leftNotice says which cannot be revoked.
func (r *revoking) leftNotice() fyne.CanvasObject {
	t := r.w.t
	var lines []string
	for _, l := range r.left[:min(len(r.left), effectsShown)] {
		lines = append(lines, pki.Escape(explain(t, l.why).title))
	}
	if more := len(r.left) - len(lines); more > 0 {
		lines = append(lines, t.T("revoke.more", "Count", more))
	}
	return widgets.NewNotice(widgets.ToneSoon, t.T("revoke.left", "Count", len(r.left)), strings.Join(lines, "\n"))
}

func (r *revoking) showEffects(effects []effect) {
	t := r.w.t
	for _, e := range effects {
		name, issuer := wholeName(t, e.cert), pki.Escape(e.cert.Issuer)
		var lines []string
		switch {
		case e.cert.IsAuthority():
			lines = append(lines, t.T("revoke.effect.authority", "Name", name, "Count", e.issued))
		case e.cert.Kind == pki.Server:
			lines = append(lines, t.T("revoke.effect.server", "Name", name, "Issuer", issuer))
		default:
			lines = append(lines, t.T("revoke.effect.client", "Name", name, "Issuer", issuer))
		}
		if !e.last.IsZero() {
			lines = append(lines, t.T("revoke.effect.last", "When", r.w.whenWords(e.last), "Address", pki.Escape(e.address)))
		}
		r.effects.Add(widgets.NewBody(i18n.Sentences(lines...)))
	}
	if more := len(r.certs) - len(effects); more > 0 {
		r.effects.Add(widgets.NewBody(t.T("revoke.more", "Count", more)))
	}
	r.effects.Add(widgets.NewQuiet(t.T("revoke.effect.others")))
}

func (r *revoking) content() fyne.CanvasObject { return r.root }
func (r *revoking) refresh()                   {}
func (r *revoking) firstFocus() fyne.Focusable { return nil }

func (r *revoking) chosenReason() pki.Reason { return r.reasons[max(0, r.reason.Selected())] }

// chosen says what the reason means, and what the button will do.
func (r *revoking) chosen() {
	t, reason := r.w.t, r.chosenReason()
	hint, deed := "revoke.why.final", "revoke.do"
	if reason.IsHold() {
		hint, deed = "revoke.why.hold", "revoke.do.hold"
	}
	r.why.SetHint(t.T(hint, "Reason", string(reason)))
	r.deed.SetText(t.T(deed))
	if r.root != nil {
		r.root.Refresh()
	}
}

// begin reads since when; false when it is no day that has begun.
func (r *revoking) begin() (time.Time, bool) {
	text := strings.TrimSpace(r.since.Text)
	if text == "" {
		return time.Time{}, true
	}
	now := r.w.now()
	at, err := time.ParseInLocation(time.DateOnly, text, now.Location())
	if err != nil || at.After(now) {
		r.sinceIn.SetFault(r.w.t.T("revoke.since.fault"))
		r.root.Refresh()
		return at, false
	}
	return at, true
}

func (r *revoking) revoke() {
	at, good := r.begin()
	if !good || r.deed.Busy() {
		return
	}
	var ids []desk.ID
	for _, c := range r.certs {
		ids = append(ids, c.ID)
	}
	d, reason := r.w.desk, r.chosenReason()
	var done desk.Revocation
	r.deed.SetBusy(true)
	r.w.spawn(r.w.t.T("revoke.doing"), func(ctx context.Context) error {
		var err error
		done, err = d.Revoke(ctx, ids, reason, at)
		return err
	}, func(err error) {
		r.deed.SetBusy(false)
		var early *desk.RevokedEarlyError
		switch {
		case errors.As(err, &early):
			r.sinceIn.SetFault(explain(r.w.t, err).title)
			r.root.Refresh()
			return
		case err != nil:
			r.w.fail(err)
			return
		}
		key := "revoke.done"
		if reason.IsHold() {
			key = "revoke.held"
		}
		r.w.dismissNotice()
		r.finish(r.title(key), done)
	})
}

// finish shows what was done and what is to be done with the lists.
func (r *revoking) finish(title string, done desk.Revocation) {
	r.deed.Hide()
	r.cancel.SetText(r.w.t.T("revoke.close"))
	r.head.SetText(title)
	r.body.Objects = []fyne.CanvasObject{r.w.newLists(done.CRLs)}
	r.root.Refresh()
	r.w.changed()
}

// newLists tells what to do with lists that were just made: until others have
// them nothing has changed for them.
func (w *Window) newLists(lists []desk.CRL) fyne.CanvasObject {
	t := w.t
	all := widgets.Stack(12, widgets.NewBody(t.T("revoke.lists.text")))
	for _, c := range lists {
		save := widgets.NewButton(t.T("crl.save"), theme.IconExport, widgets.Primary, func() { w.openSaveCRL(c) })
		words := widgets.Stack(2, widgets.NewLabel(t.T("crl.of", "Name", pki.Escape(c.Authority))),
			widgets.NewQuiet(t.T("crl.made", "Number", t.Number(int(c.Number)), "Count", c.Revoked, "Date", t.Date(c.NextUpdate))))
		parts := []fyne.CanvasObject{widgets.Row(12, widgets.Grow(words), save)}
		if address := w.crlAddress(c); address != "" {
			parts = append(parts, widgets.NewFacts(t.T("copy"), w.copy,
				widgets.Fact{Label: t.T("crl.served"), Value: address, Mono: true, Copy: address}))
		}
		all.Add(widgets.NewCard(widgets.Stack(12, parts...)))
	}
	return all
}
