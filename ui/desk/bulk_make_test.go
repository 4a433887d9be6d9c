package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/storage"
)

func people(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "person %d\n", i)
	}
	return b.String()
}

// mustBeWhole checks every certificate of the vault: it has its DER, its key
// fits, and it was noted.
func (d *Desk) mustBeWhole(t *testing.T, want int) {
	t.Helper()
	list, err := d.Certificates(Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != want {
		t.Errorf("%d certificates in the vault, want %d", len(list), want)
	}
	for _, c := range list {
		key, err := d.key(c)
		if err != nil {
			t.Fatal(err)
		}
		certs, err := d.certificates([]Certificate{c})
		if err != nil {
			t.Fatal(err)
		}
		if !pki.SamePublicKey(key.Public(), certs[0].PublicKey) || certs[0].Subject.CommonName != c.Name {
			t.Fatalf("%s has another's key or certificate", c.Name)
		}
	}
	issued := map[storage.ID]bool{}
	err = d.vault.View(func(tx *storage.Tx) error {
		events, err := tx.Events(0)
		for _, e := range events {
			if e.Verb == "issue" {
				issued[e.Subject] = true
			}
		}
		if err != nil {
			return err
		}
		return tx.VerifyEvents()
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if !issued[storage.ID(c.ID)] {
			t.Errorf("%s was not noted", c.Name)
		}
	}
}

func TestMakeBulk(t *testing.T) {
	d, defaults := newBulk(t)
	check := d.mustCheck(t, defaults, "name,kind,names,email,days,password,ou\n"+
		"alice,client,,alice@example.com,90,secret word,Sales\napi.example.com,server,10.0.0.7,,,,\n")
	var told []BulkProgress
	made, err := d.MakeBulk(context.Background(), defaults, check.GoodItems(), func(p BulkProgress) { told = append(told, p) })
	if err != nil || len(made) != 2 {
		t.Fatalf("%d made, error %v", len(made), err)
	}
	alice, api := made[0], made[1]
	if alice.Line != 2 || alice.Password != "secret word" ||
		!alice.Certificate.NotAfter.Equal(fixed.AddDate(0, 0, 90)) {
		t.Errorf("the first: %+v", alice)
	}
	if got := strings.Join(api.Certificate.Names, " "); got != "api.example.com 10.0.0.7" || api.Certificate.Kind != pki.Server {
		t.Errorf("the second is a %s for %q", api.Certificate.Kind, got)
	}
	if len(told) == 0 || told[len(told)-1].Done != 2 || told[len(told)-1].Of != 2 {
		t.Errorf("progress %v", told)
	}
	d.mustBeWhole(t, 2)
	activities, err := d.Activities(1)
	if err != nil || activities[0].Verb != "issue-many" || activities[0].Detail["made"] != "2" {
		t.Errorf("noted last: %+v, error %v", activities, err)
	}
}

// A profile goes with the rows of its kind; others are a fault.
func TestBulkProfile(t *testing.T) {
	d, defaults := newBulk(t)
	defaults.Profile = "Staff"
	check := d.mustCheck(t, defaults, "name,kind\nalice,\nbob,client\napi.example.com,server\n")
	want := pki.Faults{{Field: pki.FieldKind, Code: FaultRowProfile, Value: "Staff"}}
	if diff := cmp.Diff(want, check.Items[2].Faults); diff != "" || check.Good != 2 {
		t.Errorf("%d are good; the server: %s", check.Good, diff)
	}
	made, err := d.MakeBulk(context.Background(), defaults, check.GoodItems(), nil)
	if err != nil || len(made) != 2 || made[0].Certificate.Profile != "Staff" {
		t.Errorf("made %+v, error %v", made, err)
	}
}

// What all rows have in common is found wrong once.
func TestBulkCommonFaults(t *testing.T) {
	d, defaults := newBulk(t)
	defaults.Base.CRLAddresses = []string{"ftp://ca.test"}
	defaults.Base.ExtKeyUsage = []string{"clientAuth", "nonsense"}
	defaults.Base.Key = pki.Ed25519
	check := d.mustCheck(t, defaults, people(3))
	want := pki.Faults{{Field: pki.FieldExtKeyUsage, Code: pki.CodeExtKeyUsageUnknown, Value: "nonsense"},
		{Field: pki.FieldCRL, Code: pki.CodeAddressBad, Value: "ftp://ca.test"}}
	if diff := cmp.Diff(want, check.Issuer); diff != "" {
		t.Error(diff)
	}
	for _, i := range check.Items {
		if !i.Good() || len(i.Warnings) > 0 {
			t.Errorf("line %d: %v %v", i.Line, i.Faults, i.Warnings)
		}
	}
	if len(check.Doubts) != 2 || len(check.GoodItems()) != 0 || len(check.Remaining()) != 0 {
		t.Errorf("%d doubts, %d to be made", len(check.Doubts), len(check.GoodItems()))
	}
}

// TestMakeBulkManyBatches: each row has its own certificate, in its own line.
func TestMakeBulkManyBatches(t *testing.T) {
	d, defaults := newBulk(t)
	const many = 2*bulkBatch + 7
	made, err := d.MakeBulk(context.Background(), defaults, d.mustCheck(t, defaults, people(many)).GoodItems(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range made {
		if m.Line != i+1 || m.Certificate.Name != fmt.Sprint("person ", i) {
			t.Fatalf("at %d is line %d, %q", i, m.Line, m.Certificate.Name)
		}
	}
	d.mustBeWhole(t, many)
}

// TestMakeBulkStops: what was kept when it was stopped stays, whole, and is
// said.
func TestMakeBulkStops(t *testing.T) {
	for _, c := range []struct {
		name string
		stop func(d *Desk, cancel func())
		want error
	}{
		{"cancelled", func(_ *Desk, cancel func()) { cancel() }, context.Canceled},
		{"locked", func(d *Desk, _ func()) { d.vault.Lock() }, ErrLocked},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, defaults := newBulk(t)
			check := d.mustCheck(t, defaults, people(5*bulkBatch))
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			stopped := false
			made, err := d.MakeBulk(ctx, defaults, check.GoodItems(), func(BulkProgress) {
				if !stopped {
					stopped = true
					c.stop(d, cancel)
				}
			})
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if len(made) == 0 || len(made) >= 5*bulkBatch {
				t.Errorf("%d made", len(made))
			}
			if d.Locked() {
				if err := d.Unlock(context.Background(), passphrase); err != nil {
					t.Fatal(err)
				}
			}
			d.mustBeWhole(t, len(made))
		})
	}
}

func TestMakeBulkErrors(t *testing.T) {
	d, defaults := newBulk(t)
	rows := d.mustCheck(t, defaults, people(3)).GoodItems()
	bad := d.mustCheck(t, defaults, "name,country\n\"a\nb\"\n").Items
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	leaf := d.mustIssue(t, defaults.IssuerID, named(pki.Client, "leaf"))
	var faults pki.Faults
	for _, c := range []struct {
		name     string
		ctx      context.Context
		defaults BulkDefaults
		rows     []BulkItem
		is       func(error) bool
	}{
		{"context ended before", ended, defaults, rows, func(err error) bool { return errors.Is(err, context.Canceled) }},
		{"issuer is a leaf", context.Background(), BulkDefaults{IssuerID: leaf.ID}, rows, func(err error) bool { return errors.Is(err, ErrNotAuthority) }},
		{"a row that is not good", context.Background(), defaults, bad, func(err error) bool { return errors.As(err, &faults) }},
	} {
		made, err := d.MakeBulk(c.ctx, c.defaults, c.rows, nil)
		if !c.is(err) || len(made) != 0 {
			t.Errorf("%s: %d made, error %v", c.name, len(made), err)
		}
	}
	d.mustBeWhole(t, 1)
	if made, err := d.MakeBulk(context.Background(), defaults, nil, nil); err != nil || len(made) != 0 {
		t.Errorf("no rows: %d made, error %v", len(made), err)
	}
}
