package ui

import (
	"context"
	"fmt"
	"testing"
	"time"

	"countersign/pki"
	"countersign/ui/desk"
)

// clocked lets the vault's own clock stand still at another day than the
// window's, so that what it makes has other dates.
func clocked(b *bench, day time.Time, do func()) {
	b.t.Helper()
	before := b.queue.now
	b.queue.now = day.Sub(testDay)
	do()
	b.queue.now = before
}

// make issues certificates of that kind, one a lifetime in days.
func (b *bench) make(kind pki.Kind, issuer desk.ID, name string, days ...int) []desk.Certificate {
	b.t.Helper()
	var requests []desk.IssueRequest
	for i, n := range days {
		r := pki.NewRequest(kind)
		r.Subject.CommonName = name
		if len(days) > 1 {
			r.Subject.CommonName = fmt.Sprintf("%s-%d", name, i)
		}
		if kind == pki.Server {
			r.Names = []pki.Name{{Kind: pki.NameDNS, Value: r.Subject.CommonName + ".acme.test", Shown: r.Subject.CommonName + ".acme.test"}}
		}
		r.NotAfter = b.now().Add(time.Duration(n) * day)
		requests = append(requests, desk.IssueRequest{IssuerID: issuer, Request: r})
	}
	made, err := b.desk.IssueAll(context.Background(), requests)
	if err != nil {
		b.t.Fatal(err)
	}
	return made
}

// at is the overview, read again.
func (b *bench) overview() *overview {
	b.t.Helper()
	b.navigate("overview", "")
	b.queue.drain()
	o, ok := b.frame.at("overview").(*overview)
	if !ok {
		b.t.Fatalf("there is %T, not the overview", b.frame.at("overview"))
	}
	return o
}

// stock fills a vault with an authority of two years ago, and with certificates
// made then and since: good, expiring and expired ones.
func (b *bench) stock() desk.Certificate {
	b.t.Helper()
	var root desk.Certificate
	clocked(b, testDay.AddDate(-2, 0, 0), func() { root = b.make(pki.Authority, "", "Acme Root", 3650)[0] })
	clocked(b, testDay.AddDate(0, 0, -200), func() {
		b.make(pki.Client, root.ID, "laptop", 180, 196, 212, 225, 300)
	})
	b.make(pki.Server, root.ID, "api", 365, 397, 120, 125, 700)
	return root
}

func TestOverviewLooks(t *testing.T) {
	for _, look := range looks {
		b := unlocked(t, func(o *Options) { o.Dark = &look.dark })
		b.win.Resize(look.size)
		b.overview()
		b.picture("overview-empty-" + look.name)
		b.make(pki.Authority, "", "Acme Issuing", 3650)
		b.overview()
		b.picture("overview-good-" + look.name)
		root := b.stock()
		for _, path := range []string{"hello", "a-longer-address/that-needs-more-room-than-there-is"} {
			if _, err := b.desk.Connect(context.Background(), desk.Try{URL: "https://127.0.0.1:1/" + path}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.desk.Export(root.ID, desk.Key, ""); err != nil {
			t.Fatal(err)
		}
		b.overview()
		b.picture("overview-few-" + look.name)
		b.navigate("activity", "")
		b.queue.drain()
		b.picture("activity-few-" + look.name)
	}
}
