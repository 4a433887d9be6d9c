package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// remedy does what a button offers. What a person has to do is shown to them.
func (c *connections) remedy(o *outcome, r desk.Remedy) {
	switch {
	case c.stop != nil:
	case r.Code == desk.RemedyIssue:
		c.w.openIssue(pki.Client, r.ID)
	case r.Code == desk.RemedyExport:
		if cert, known := c.book.byID[r.ID]; known {
			c.w.openExport(cert)
		}
	case r.Asks():
		c.askTrust(o, r)
	default:
		c.mend(o, r)
	}
}

// askTrust asks before an authority is trusted that nobody here has made: only
// its fingerprint tells whether it is the one that is meant.
func (c *connections) askTrust(o *outcome, r desk.Remedy) {
	t := c.w.t
	c.verdict.set(widgets.ToneSoon, t.T("mend.trust-sent.ask", "Name", pki.Escape(r.Name)),
		t.T("mend.trust-sent.text", "Fingerprint", r.Value), "",
		mend{t.T("mend.trust-sent.do"), func(fyne.CanvasObject) { c.mend(o, r) }},
		mend{t.T("cancel"), func(fyne.CanvasObject) { c.verdict.show(o); c.layoutAgain() }})
	c.layoutAgain()
}

// mend does a remedy and tries again, to show both. When the local server
// presents what was made anew, it is started anew with it; what another server
// is to present is shown, to be given to it.
func (c *connections) mend(o *outcome, r desk.Remedy) {
	t, good := c.form.read()
	if !good {
		return
	}
	d, old, config := c.desk, c.local.running, c.local.config
	local := old != nil && config.CertificateID == r.ID
	var done desk.Mended
	var server *testclient.Server
	var again *outcome
	var b book
	c.start(hostOf(t.URL), c.w.t.T("mend.doing"), func(ctx context.Context) error {
		var err error
		if done, err = d.Mend(ctx, t, o.result, r); err != nil {
			return err
		}
		if b, err = readBook(d); err != nil || done.ForServer && !local {
			return err
		}
		if done.ForServer {
			c.local.retire(old)
			config.CertificateID, config.Port, config.Log = done.Made.ID, old.Port(), c.local.log
			if server, err = d.Serve(config); err != nil {
				return err
			}
		}
		result, err := d.Connect(ctx, done.Try, c.observe)
		if err != nil && result.StartedAt.IsZero() {
			return err
		}
		again = newOutcome(d, done.Try, result)
		again.before = o
		return nil
	}, func() { c.mended(o, t, done, server, config, again, b) })
}

// mended shows what became of it.
func (c *connections) mended(o *outcome, before desk.Try, done desk.Mended, server *testclient.Server, config desk.Serve, again *outcome, b book) {
	c.takeBook(b)
	if again == nil {
		c.given = o
		c.finished(o)
		c.w.navigate("certificates", done.Made.ID)
		c.w.notify(c.w.t.T("mend.reissue.done", "Name", done.Made.Name))
		return
	}
	if server != nil {
		c.local.adopt(server, config)
	}
	c.form.follow(before, done.Try)
	c.finished(again)
	if done.Made != nil {
		c.w.changed()
	}
}

// follow puts into the form what a remedy changed.
func (f *tryForm) follow(before, now desk.Try) {
	if now.URL != before.URL {
		f.url.SetText(now.URL)
	}
	if now.CertificateID != before.CertificateID || len(now.CertFiles) != len(before.CertFiles) {
		f.chooseCert(now.CertificateID)
	}
	if len(now.TrustIDs) > 0 && (len(before.TrustIDs) != 1 || before.TrustIDs[0] != now.TrustIDs[0]) {
		f.chooseTrust(trusted{ids: now.TrustIDs})
		if !f.chosenTrust().same(trusted{ids: now.TrustIDs}) {
			f.addTrust(now.TrustIDs)
		}
	}
	f.address.SetText(now.Address)
	f.serverName.SetText(now.ServerName)
	if now.MinVersion != before.MinVersion || now.MaxVersion != before.MaxVersion {
		f.lowest.Select(max(0, slices.Index(tryVersions, now.MinVersion)))
		f.highest.Select(max(0, slices.Index(tryVersions, now.MaxVersion)))
	}
	f.sendChain.SetChecked(now.SendChain)
}
