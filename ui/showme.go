package ui

import (
	"context"

	"countersign/testclient"
	"countersign/ui/desk"
)

// showMe does the main job before one's eyes: an authority, a server and a
// client certificate, a local server that demands client certificates, and one
// request to it. All of it stays, and the form holds what was used.
func (c *connections) showMe() {
	if c.stop != nil {
		return
	}
	d, old := c.desk, c.local.running
	var shown desk.Shown
	var b book
	var o *outcome
	c.start("localhost", c.w.t.T("showme.doing"), func(ctx context.Context) error {
		c.local.retire(old)
		var err error
		shown, err = d.ShowMe(ctx, c.local.log, c.serving, c.observe)
		if err != nil && shown.Result.StartedAt.IsZero() {
			return err
		}
		o = newOutcome(d, shown.Try(), shown.Result)
		b, err = readBook(d)
		return err
	}, func() {
		c.takeBook(b)
		c.form.fill(o.try)
		c.filled = true
		c.finished(o)
		c.w.changed()
	})
}

// serving is told when the server of showMe runs.
func (c *connections) serving(s desk.Shown) {
	c.w.run.UI(func() {
		c.picture.setHost(hostOf(s.Local.URL()))
		c.local.adopt(s.Local, desk.Serve{
			CertificateID: s.Server.ID, ClientCAs: []desk.ID{s.Authority.ID}, Mode: testclient.ModeMTLS,
		})
	})
}
