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
		c.recall(o)
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

// recall puts the failed try before one of the same server that was given what
// was made for it, until it passes or another is tried.
func (c *connections) recall(o *outcome) {
	g := c.given
	if g == nil || g.try.URL != o.try.URL || g.try.Address != o.try.Address {
		c.given = nil
		return
	}
	if o.before = g; o.result.OK() {
		c.given = nil
	}
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

// outcome is a try with its result, and what may mend it.
type outcome struct {
	try      desk.Try
	result   testclient.Result
	remedies desk.Remedies
	before   *outcome // the failed try that was mended; nil when this one was not
}

// newOutcome looks in the vault for what may mend a failed try.
func newOutcome(d *desk.Desk, t desk.Try, r testclient.Result) *outcome {
	o := &outcome{try: t, result: r}
	if found, err := d.Remedies(t, r); err == nil {
		o.remedies = found
	}
	return o
}
