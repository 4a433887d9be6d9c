package ui

import (
	"strings"
	"testing"

	"countersign/pki"
	"countersign/ui/desk"
)

func TestRenewingSeveralTwice(t *testing.T) {
	b := unlocked(t)
	b.acme()
	c := inCertificates(b)
	held := *c.rows[0]
	must(b.desk.Revoke(t.Context(), []desk.ID{held.ID}, pki.CertificateHold, b.now()))
	c.refresh()
	b.queue.drain()
	before := len(c.rows)
	c.list.Select(0, 1, 2)
	c.chosen([]int{0, 1, 2})
	b.openRenew(c.several())
	b.queue.drain()
	m := b.shown().(*renewMany)
	if got := m.sum.Text(); !strings.Contains(got, "2 certificates will be renewed") || !strings.Contains(got, "1 left out: 1 on hold.") {
		t.Errorf("it says %q", got)
	}
	b.picture("renew-left-out")
	m.submit()
	b.queue.drain()
	m.submit()
	b.queue.drain()
	list := c.several()
	if len(list) != 2 || len(c.rows) != before+2 {
		t.Fatalf("%d chosen, of %d", len(list), len(c.rows))
	}
	for _, x := range list {
		if x.Replaces == "" {
			t.Errorf("%s is chosen, which is not new", x.Name)
		}
	}
}

func TestRenewingARevokedOneAsks(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	alice := leaves["alice"]
	must(b.desk.Revoke(t.Context(), []desk.ID{alice.ID}, pki.KeyCompromise, b.now()))
	f := b.renewing(must(b.desk.Get(alice.ID)))
	b.picture("renew-revoked")
	if !f.create.Disabled() || f.anyway.Hidden {
		t.Fatal("a revoked one is renewed without being asked about")
	}
	f.anyway.SetChecked(true)
	f.show()
	f.submit()
	b.queue.drain()
	if c := must(b.desk.Get(alice.ID)); len(must(b.desk.Certificates(desk.Filter{Search: c.Name}))) != 2 {
		t.Error("it was not renewed all the same")
	}
}
