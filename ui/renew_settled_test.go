package ui

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
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

func TestRevokingBeginsWithoutAReason(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	if got := b.revokingOf(leaves["alice"]).chosenReason(); got != pki.Unspecified {
		t.Errorf("the reason is %s before anybody chose one", got)
	}
}

func TestSearchGoesWhenItHidesWhatIsShown(t *testing.T) {
	b := unlocked(t)
	_, _, leaves := b.acme()
	c := inCertificates(b)
	c.search.Text = "nothing is called so"
	c.reload()
	b.queue.drain()
	c.selectID(leaves["alice"].ID)
	b.queue.drain()
	if c.search.Text != "" || len(c.rows) < 2 {
		t.Errorf("%d rows, and the search says %q", len(c.rows), c.search.Text)
	}
}

func TestRequestThatDoesNotSayWhatFor(t *testing.T) {
	b := unlocked(t)
	key := pkitest.Key(t, pki.P256)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "alice"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	r := b.cameIn(der)
	b.navigate("requests", r.ID)
	b.queue.drain()
	d := b.requestDetail()
	if got := texts(d.box); !strings.Contains(got, "It does not say what it is for. Proposed: client") {
		t.Errorf("it says %s", got)
	}
}
