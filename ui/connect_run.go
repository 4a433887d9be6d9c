package ui

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

// run tries what the form says.
func (c *connections) run() {
	t, good := c.form.read()
	if !good {
		return
	}
	c.filled = true
	d, from := c.desk, c.loaded
	var o *outcome
	c.start(hostOf(t.URL), "", func(ctx context.Context) error {
		r, err := c.goOn(ctx, from, t)
		if err != nil && r.StartedAt.IsZero() {
			return err // it did not begin
		}
		// What could not be noted in the activity is no fault of the try.
		o = newOutcome(d, t, r)
		return nil
	}, func() {
		c.finished(o)
		if t.KeyLog != "" { // asked for this once
			c.form.keyLog.SetText("")
			c.form.relayout()
			c.w.notify(c.w.t.T("try.key-log.written", "Path", pki.Escape(t.KeyLog)))
		}
		if from != nil {
			c.readTries()
		}
	})
}

// start does the work of a try off the window's goroutine; the button stops
// it. A stopped try has a result like any other. doing may be empty.
func (c *connections) start(host, doing string, work func(context.Context) error, done func()) {
	ctx, stop := context.WithCancel(c.w.session)
	c.stop = stop
	c.begin(host)
	c.w.spawn(doing, func(job context.Context) error {
		defer stop()
		defer context.AfterFunc(job, stop)()
		return work(ctx)
	}, func(err error) {
		c.ended()
		if err != nil {
			c.verdict.empty()
			c.picture.waiting(host)
			c.layoutAgain()
			if !errors.Is(err, context.Canceled) {
				c.w.fail(err)
			}
			return
		}
		done()
	})
}

// hostOf is the host of an address as a person types it; "" when it has none.
func hostOf(address string) string {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// outcome is a try with its result, and what of the vault may mend it.
type outcome struct {
	try    desk.Try
	result testclient.Result

	accepted  []desk.Certificate // client certificates that the server accepts, and that were not tried
	others    []desk.Certificate // client certificates of which it does not say so
	signer    *desk.Certificate  // the authority that signed the server's certificate, not trusted in the try
	issuer    *desk.Certificate  // an authority of ours that the server accepts
	presented *desk.Certificate  // the server's certificate, when it is ours
}

// newOutcome looks in the vault for what may mend a failed try.
func newOutcome(d *desk.Desk, t desk.Try, r testclient.Result) *outcome {
	o := &outcome{try: t, result: r}
	if r.Diagnosis == nil {
		return o
	}
	b, err := readBook(d)
	if err != nil {
		return o
	}
	o.sortClients(b, d)
	o.findSigner(b, d)
	o.findPresented(b)
	return o
}

// sortClients tells the client certificates that the server accepts from
// others, by the names that it sent.
func (o *outcome) sortClients(b book, d *desk.Desk) {
	accepts := map[string]bool{}
	for _, name := range o.result.AcceptableNames {
		accepts[name] = true
	}
	used := b.byID[o.try.CertificateID]
	refused := o.result.Diagnosis.Code == testclient.ClientAuthorityRemade
	for _, a := range b.authorities {
		if accepts[a.Name] && a.HasKey && a.Health(d.Now()) != desk.Expired && o.issuer == nil && !(refused && a.ID == used.IssuerID) {
			o.issuer = &a
		}
	}
	for _, c := range b.certs {
		h := c.Health(d.Now())
		if c.Kind == pki.Server || c.ID == used.ID || h != desk.Good && h != desk.Expiring {
			continue
		}
		if refused && c.IssuerID == used.IssuerID {
			continue
		}
		yes := accepts[c.Issuer]
		for _, id := range b.above(c.ID) {
			yes = yes || accepts[b.byID[id].Name]
		}
		if yes {
			o.accepted = append(o.accepted, c)
		} else {
			o.others = append(o.others, c)
		}
	}
}

// findSigner finds the authority of the vault that signed the last certificate
// that the server sent, or is that certificate.
func (o *outcome) findSigner(b book, d *desk.Desk) {
	chain := o.result.ServerChain
	if o.result.Diagnosis.Code != testclient.ServerAuthorityUnknown || len(chain) == 0 {
		return
	}
	top := chain[len(chain)-1]
	for _, a := range b.authorities {
		if a.Name != top.Issuer.CommonName && a.Name != top.Subject.CommonName {
			continue
		}
		detail, err := d.Detail(a.ID)
		if err != nil {
			continue
		}
		if top.Equal(detail.X509) || top.CheckSignatureFrom(detail.X509) == nil {
			o.signer = &a
			return
		}
	}
}

// findPresented finds the server's certificate in the vault.
func (o *outcome) findPresented(b book) {
	if len(o.result.ServerChain) == 0 {
		return
	}
	sum := pki.Fingerprint(o.result.ServerChain[0])
	for _, c := range b.byID {
		if c.Fingerprint == sum {
			o.presented = &c
			return
		}
	}
}
