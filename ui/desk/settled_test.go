package desk

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

func TestCompromisedKeyIsNotSignedAgain(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	asked := d.mustRequest(t, named(pki.Client, "alice"))
	c, err := d.sign(t, root.ID, asked.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.mark(t, c.ID, stateRevoked, "superseded")
	again, err := d.sign(t, root.ID, asked.ID)
	if err != nil {
		t.Fatalf("superseded: %v", err)
	}
	d.mark(t, c.ID, stateRevoked, "keyCompromise")
	var known *KnownKeyError
	if _, err := d.sign(t, root.ID, asked.ID); !errors.As(err, &known) || known.Serial != c.Serial {
		t.Errorf("signed again: %v", err)
	}
	if _, err := d.PreviewSigning(Signing{RequestID: asked.ID, IssuerID: root.ID}); !errors.As(err, &known) {
		t.Errorf("previewed: %v", err)
	}
	if _, err := d.Renew(context.Background(), Renewal{ID: again.ID, Key: KeyKept}); !errors.Is(err, ErrCompromised) {
		t.Errorf("another certificate of that key, renewed with it: %v", err)
	}
	if e := Explain(known); e.Code != "request-key-known" {
		t.Errorf("explained as %s", e.Code)
	}
}

func TestSettledIsLeftOut(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	var ids []ID
	for _, name := range []string{"revoked", "held", "old", "open"} {
		ids = append(ids, d.mustIssue(t, root.ID, named(pki.Client, name)).ID)
	}
	d.mark(t, ids[0], stateRevoked, "superseded")
	d.mark(t, ids[1], stateHold, "certificateHold")
	newest := d.mustRenew(t, Renewal{ID: ids[2]})
	ids = append(ids, newest.ID)

	ending, err := d.EndingOf(ids)
	if err != nil {
		t.Fatal(err)
	}
	var left LeftOut
	for _, x := range ending {
		if x.Problem != nil && !left.Count(x.Problem) {
			t.Errorf("%s: %v", x.Name, x.Problem)
		}
	}
	if diff := cmp.Diff(LeftOut{1, 1, 1}, left); diff != "" || left.Sum() != 3 {
		t.Errorf("left out:\n%s", diff)
	}
	done, err := d.RenewAll(context.Background(), ids, nil)
	if err != nil || len(done.Failed) != 3 {
		t.Fatalf("%+v, %v", done, err)
	}
	var renewed []ID
	for _, x := range done.Done {
		renewed = append(renewed, x.Old.ID)
	}
	if diff := cmp.Diff([]ID{ids[3], newest.ID}, renewed); diff != "" {
		t.Errorf("renewed:\n%s", diff)
	}
	var settled *SettledError
	if err := d.CanRenew(d.mustGet(t, ids[2])); !errors.As(err, &settled) || settled.Why != SettledReplaced || settled.By == newest.Serial {
		t.Errorf("of the oldest: %+v", settled)
	}
	if again, err := d.RenewAll(context.Background(), ids, nil); err != nil || len(again.Done) != 0 {
		t.Errorf("once more: %+v, %v", again.Done, err)
	}
}

func TestOnlyItsNamesAreTakenAway(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	leaf := d.mustIssue(t, root.ID, server("api.acme.test"))
	gone := pki.Name{Kind: pki.NameDNS, Value: "nope.test", Shown: "nope.test"}
	_, err := d.Renew(context.Background(), Renewal{ID: leaf.ID, Remove: []pki.Name{gone}})
	var noName *NoNameError
	if !errors.As(err, &noName) || noName.Gone != "nope.test" {
		t.Fatalf("%v", err)
	}
	if diff := cmp.Diff([]string{"api.acme.test"}, noName.Has); diff != "" {
		t.Errorf("it has:\n%s", diff)
	}
}

func TestDeleteAllOfARenewedAuthority(t *testing.T) {
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	sub := d.mustIssue(t, root.ID, named(pki.Authority, "Sub"))
	for _, name := range []string{"u", "v"} {
		d.mustIssue(t, sub.ID, named(pki.Client, name))
	}
	*now = fixed.AddDate(0, 1, 0)
	renewed := d.mustRenew(t, Renewal{ID: sub.ID})
	one, err := d.PreviewDelete([]ID{renewed.ID}, false)
	if err != nil || len(one.Certificates) != 1 || len(one.Stays) != 1 || one.Stays[0].ID != sub.ID {
		t.Errorf("one of two: %v, stays %v, %v", namesOf(one.Certificates), namesOf(one.Stays), err)
	}
	del := d.mustDelete(t, true, renewed.ID)
	if diff := cmp.Diff([]string{"Sub", "Sub", "u", "v"}, namesOf(del.Certificates)); diff != "" || del.Below != 2 || len(del.Stays) != 0 {
		t.Errorf("%d below, %v stays, deleted:\n%s", del.Below, namesOf(del.Stays), diff)
	}
	if all, err := d.All(); err != nil || len(all) != 1 {
		t.Errorf("left: %v, %v", namesOf(all), err)
	}
}
