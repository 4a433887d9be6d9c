package desk

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

func TestCertificatesFilter(t *testing.T) {
	d := newDesk(t)
	one := d.mustIssue(t, "", named(pki.Authority, "One"))
	two := d.mustIssue(t, "", named(pki.Authority, "Two"))
	server := named(pki.Server, "Api.acme.test")
	server.Names, _ = pki.ParseNames("api.acme.test 10.0.0.7")
	web := d.mustIssue(t, one.ID, server)
	soon := named(pki.Client, "bob")
	soon.NotBefore, soon.NotAfter = fixed.AddDate(0, 0, -60), fixed.AddDate(0, 0, 5)
	bob := d.mustIssue(t, two.ID, soon)
	alice := d.mustIssue(t, one.ID, named(pki.Client, "alice"))

	for _, c := range []struct {
		name   string
		filter Filter
		want   []ID
	}{
		{"all, by name", Filter{}, []ID{alice.ID, web.ID, bob.ID}},
		{"servers", Filter{Kind: pki.Server}, []ID{web.ID}},
		{"clients", Filter{Kind: pki.Client}, []ID{alice.ID, bob.ID}},
		{"expiring", Filter{Health: Expiring}, []ID{bob.ID}},
		{"of an authority", Filter{IssuerID: one.ID}, []ID{alice.ID, web.ID}},
		{"by an address", Filter{Search: "10.0.0"}, []ID{web.ID}},
		{"letters' case", Filter{Search: "ALI"}, []ID{alice.ID}},
		{"by the authority's name", Filter{Search: "two"}, []ID{bob.ID}},
		{"by serial", Filter{Search: bob.Serial}, []ID{bob.ID}},
		{"by fingerprint without colons", Filter{Search: web.Fingerprint[:2] + web.Fingerprint[3:5] + web.Fingerprint[6:8] + web.Fingerprint[9:11]}, []ID{web.ID}},
		{"nothing", Filter{Search: "zzz"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := d.Certificates(c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []ID
			for _, found := range list {
				got = append(got, found.ID)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	counts, err := d.Counts()
	want := Counts{All: 3, Server: 1, Client: 2, Good: 2, Expiring: 1, Authorities: 2, Attention: 1}
	if diff := cmp.Diff(want, counts); diff != "" || err != nil {
		t.Errorf("counts %v (-want +got):\n%s", err, diff)
	}
}

func TestFindTakesTheNewest(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	old := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	d.opt.Now = func() time.Time { return fixed.AddDate(0, 0, 1) }
	fresh := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	got, err := d.Find("alice")
	if err != nil || got.ID != fresh.ID {
		t.Errorf("found %v, %v; want the newest", got.ID, err)
	}
	if got, err = d.Find(string(old.ID)); err != nil || got.ID != old.ID {
		t.Errorf("by its ID found %v, %v", got.ID, err)
	}
	var missing *NotFoundError
	if _, err := d.FindAuthority("alice"); !errors.As(err, &missing) || missing.What != "authority" {
		t.Errorf("a client as an authority: %v", err)
	}
	if _, err := d.FindLeaf("Root"); !errors.As(err, &missing) || missing.What != "certificate" {
		t.Errorf("an authority as a leaf: %v", err)
	}
}

// What remember puts into memory is what reading the vault again gives.
func TestRememberKeepsTheOrder(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "middle"))
	if _, err := d.all(); err != nil { // from now on in memory
		t.Fatal(err)
	}
	for _, names := range [][]string{{"z", "a", "N"}, {"m", "b"}, {"a"}} {
		var requests []IssueRequest
		for _, name := range names {
			requests = append(requests, IssueRequest{IssuerID: root.ID, Request: named(pki.Client, name)})
		}
		if _, err := d.IssueAll(t.Context(), requests); err != nil {
			t.Fatal(err)
		}
	}
	remembered, err := d.all()
	if err != nil {
		t.Fatal(err)
	}
	d.forget()
	read, err := d.all()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read, remembered); diff != "" {
		t.Errorf("(-read +remembered):\n%s", diff)
	}
}

// TestFindByShortSerial: also those of a few octets, which other tools give out,
// name a certificate when it is one alone.
func TestFindByShortSerial(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	other := d.mustIssue(t, "", named(pki.Authority, "Other"))
	numbered := func(issuer ID, name, serial string) Certificate {
		r := named(pki.Client, name)
		r.Serial = serial
		return d.mustIssue(t, issuer, r)
	}
	alice, bob := numbered(root.ID, "alice", "1002"), numbered(root.ID, "bob", "2002")
	numbered(other.ID, "carol", "2002")
	byName := numbered(root.ID, "1002", "3003")
	for _, c := range []struct {
		typed string
		want  ID
	}{
		{"10:02", alice.ID}, {"0x1002", alice.ID}, {"1002", byName.ID}, {"30:03", byName.ID}, {"bob", bob.ID},
		{"20:02", ""}, {"02", ""}, {"0", ""}, {"", ""},
	} {
		found, err := d.Find(c.typed)
		var missing *NotFoundError
		var several *AmbiguousError
		if found.ID != c.want || (c.want == "") != (errors.As(err, &missing) || errors.As(err, &several)) {
			t.Errorf("%q: %q, %v", c.typed, found.Name, err)
		}
	}
}
