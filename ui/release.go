package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// releasing takes a certificate off hold, once it was asked.
type releasing struct {
	w      *Window
	cert   desk.Certificate
	head   *widgets.Text
	deed   *widgets.Button
	cancel *widgets.Button
	body   *fyne.Container
	root   *fyne.Container
}

// openRelease asks whether to release a certificate from hold.
func (w *Window) openRelease(c desk.Certificate) { w.open(newReleasing(w, c)) }

func newReleasing(w *Window, c desk.Certificate) *releasing {
	r := &releasing{w: w, cert: c}
	t := w.t
	r.head = widgets.NewTitle(t.T("release.title", "Name", nameOf(t, c))).Truncate()
	r.deed = widgets.NewButton(t.T("release.do"), "", widgets.Primary, r.release)
	r.cancel = widgets.NewButton(t.T("cancel"), "", widgets.Plain, w.back)
	r.body = widgets.Stack(0, widgets.NewCard(widgets.NewBody(
		t.T("release.text", "Name", pki.Escape(c.Name), "Issuer", pki.Escape(c.Issuer), "Date", t.Date(c.RevokedAt)))))
	r.root = revokePage(r.head, r.body, r.cancel, r.deed)
	return r
}

func (r *releasing) content() fyne.CanvasObject { return r.root }
func (r *releasing) refresh()                   {}
func (r *releasing) firstFocus() fyne.Focusable { return r.deed }

func (r *releasing) release() {
	if r.deed.Busy() {
		return
	}
	d, id := r.w.desk, r.cert.ID
	var done desk.Revocation
	r.deed.SetBusy(true)
	r.w.spawn(r.w.t.T("revoke.doing"), func(ctx context.Context) error {
		var err error
		done, err = d.ReleaseHold(ctx, []desk.ID{id})
		return err
	}, func(err error) {
		r.deed.SetBusy(false)
		if err != nil {
			r.w.fail(err)
			return
		}
		t := r.w.t
		r.w.dismissNotice()
		r.deed.Hide()
		r.cancel.SetText(t.T("revoke.close"))
		r.head.SetText(t.T("release.done", "Name", pki.Escape(r.cert.Name)))
		r.body.Objects = []fyne.CanvasObject{r.w.newLists(done.CRLs)}
		r.root.Refresh()
		r.w.changed()
	})
}
