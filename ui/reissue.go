package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

// reissueServer offers a new certificate for a server of ours, under the same
// authority, that has name too; "" for no other name.
func (c *connections) reissueServer(o *outcome, name string) []mend {
	if o.presented == nil {
		return nil
	}
	if a, ok := c.book.byID[o.presented.IssuerID]; !ok || !a.HasKey {
		return nil
	}
	label := c.w.t.T("mend.reissue")
	if name != "" {
		label = c.w.t.T("mend.reissue.name", "Name", name)
	}
	return []mend{{label, func(fyne.CanvasObject) { c.reissue(o, name) }}}
}

// reissue makes the new certificate. When the local server presents the old
// one, it is started anew with the new one and tried; else what was made is
// shown, to be given to its server.
func (c *connections) reissue(o *outcome, name string) {
	if c.stop != nil {
		return
	}
	old, config := c.local.running, c.local.config
	local := old != nil && config.CertificateID == o.presented.ID
	t, good := c.form.read()
	if !good {
		return
	}
	d := c.desk
	var made desk.Certificate
	var server *testclient.Server
	var again *outcome
	var b book
	c.start(hostOf(t.URL), c.w.t.T("mend.reissue.doing"), func(ctx context.Context) error {
		var err error
		if made, err = reissued(ctx, d, *o.presented, name); err != nil {
			return err
		}
		if b, err = readBook(d); err != nil || !local {
			return err
		}
		c.local.retire(old)
		config.CertificateID, config.Port, config.Log = made.ID, old.Port(), c.local.log
		if server, err = d.Serve(config); err != nil {
			return err
		}
		r, err := d.Connect(ctx, t, c.observe)
		if err != nil && r.StartedAt.IsZero() {
			return err
		}
		again = newOutcome(d, t, r)
		return nil
	}, func() {
		c.takeBook(b)
		if !local {
			c.finished(o)
			c.w.navigate("certificates", made.ID)
			c.w.notify(c.w.t.T("mend.reissue.done", "Name", made.Name))
			return
		}
		c.local.adopt(server, config)
		c.finished(again)
		c.w.changed()
	})
}

// reissued makes a server's certificate anew, with a name more. One that is no
// server's is made as a server's beside it.
func reissued(ctx context.Context, d *desk.Desk, like desk.Certificate, name string) (desk.Certificate, error) {
	var more []pki.Name
	if name != "" {
		extra, err := pki.ParseName(name)
		if err != nil {
			return desk.Certificate{}, err
		}
		more = append(more, extra)
	}
	if like.Kind == pki.Server || like.Kind == pki.Both {
		renewed, err := d.Renew(ctx, desk.Renewal{ID: like.ID, Add: more})
		return renewed.Certificate, err
	}
	detail, err := d.Detail(like.ID)
	if err != nil {
		return desk.Certificate{}, err
	}
	r, _ := pki.RequestOf(detail.X509)
	r.Kind, r.KeyUsage, r.ExtKeyUsage = pki.Server, nil, nil
	if r.Key == "" {
		r.Key = pki.P256
	}
	for _, extra := range more {
		if !slices.Contains(r.Names, extra) {
			r.Names = append(r.Names, extra)
		}
	}
	return d.Issue(ctx, desk.IssueRequest{IssuerID: like.IssuerID, Request: r})
}
