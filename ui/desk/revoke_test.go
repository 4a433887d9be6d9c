package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/storage"
)

// moving is a desk whose clock can be set.
func moving(t testing.TB) (d *Desk, clock *time.Time) {
	t.Helper()
	at := fixed
	clock = &at
	o := testOptions()
	o.Now = func() time.Time { return *clock }
	d, err := Create(t.TempDir()+"/v.db", passphrase, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, clock
}

// serials are those of the newest list of an authority, with their reasons.
func (d *Desk) serials(t testing.TB, id ID) map[string]pki.Reason {
	t.Helper()
	der, err := d.crlDER(id)
	if err != nil {
		t.Fatal(err)
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]pki.Reason{}
	for _, e := range list.RevokedCertificateEntries {
		got[pki.Serial(&x509.Certificate{SerialNumber: e.SerialNumber})] = pki.ReasonOf(e.ReasonCode)
	}
	return got
}

func TestRevokeMakesOneListForEachAuthority(t *testing.T) {
	d := newDesk(t)
	one := d.mustIssue(t, "", named(pki.Authority, "One"))
	two := d.mustIssue(t, "", named(pki.Authority, "Two"))
	alice := d.mustIssue(t, one.ID, named(pki.Client, "alice"))
	bob := d.mustIssue(t, one.ID, named(pki.Client, "bob"))
	carol := d.mustIssue(t, two.ID, named(pki.Client, "carol"))
	dave := d.mustIssue(t, two.ID, named(pki.Client, "dave"))
	got, err := d.Revoke(context.Background(), []ID{alice.ID, carol.ID, bob.ID, alice.ID}, pki.KeyCompromise, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Certificates) != 3 || len(got.CRLs) != 2 {
		t.Fatalf("%d certificates, %d lists", len(got.Certificates), len(got.CRLs))
	}
	for _, c := range got.Certificates {
		if !c.Revoked || c.OnHold || c.Reason != "keyCompromise" || !c.RevokedAt.Equal(fixed) {
			t.Errorf("%s: %+v", c.Name, c)
		}
		if again, err := d.Get(c.ID); err != nil || !cmp.Equal(again, c) {
			t.Errorf("in memory: %s", cmp.Diff(c, again))
		}
	}
	if diff := cmp.Diff(map[string]pki.Reason{alice.Serial: pki.KeyCompromise, bob.Serial: pki.KeyCompromise}, d.serials(t, one.ID)); diff != "" {
		t.Error(diff)
	}
	want := CRL{AuthorityID: two.ID, Authority: "Two", Number: 1, ThisUpdate: fixed.Add(-5 * time.Minute),
		NextUpdate: fixed.AddDate(0, 0, 30), Days: 30, Revoked: 1, FileName: "Two"}
	if diff := cmp.Diff(want, got.CRLs[1]); diff != "" {
		t.Error(diff)
	}
	counts, err := d.Counts()
	if err != nil || counts.Revoked != 3 || counts.Good != 1 {
		t.Errorf("counts %+v, %v", counts, err)
	}
	list, err := d.Certificates(Filter{Health: Revoked})
	if err != nil || len(list) != 3 {
		t.Errorf("%d revoked, %v", len(list), err)
	}
	d.forget() // and from the file
	if c, err := d.Get(dave.ID); err != nil || c.Revoked {
		t.Errorf("dave: %+v, %v", c, err)
	}
	if c, err := d.Get(alice.ID); err != nil || !c.Revoked || c.Reason != "keyCompromise" {
		t.Errorf("alice: %+v, %v", c, err)
	}
	deeds, err := d.Activities(3)
	if err != nil || len(deeds) != 3 || deeds[2].Verb != "revoke" || deeds[2].Subject != alice.ID || deeds[2].Detail["reason"] != "keyCompromise" {
		t.Errorf("activity %+v, %v", deeds, err)
	}
}

func TestHoldAndRelease(t *testing.T) {
	d, clock := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	ids := []ID{alice.ID}
	var notHeld *NotHeldError
	if _, err := d.ReleaseHold(context.Background(), ids); !errors.As(err, &notHeld) {
		t.Errorf("release of one that is not held: %v", err)
	}
	held, err := d.Hold(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if c := held.Certificates[0]; !c.Revoked || !c.OnHold || c.Health(fixed) != Revoked {
		t.Errorf("held: %+v", c)
	}
	if got := d.serials(t, root.ID); got[alice.Serial] != pki.CertificateHold {
		t.Errorf("list: %v", got)
	}
	var already *RevokedError
	if _, err := d.Hold(context.Background(), ids); !errors.As(err, &already) || !already.Reason.IsHold() {
		t.Errorf("held twice: %v", err)
	}
	*clock = clock.Add(time.Hour)
	released, err := d.ReleaseHold(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(alice, released.Certificates[0]); diff != "" {
		t.Errorf("after release (-before +now):\n%s", diff)
	}
	if got := d.serials(t, root.ID); len(got) != 0 || released.CRLs[0].Number != 2 {
		t.Errorf("list %d: %v", released.CRLs[0].Number, got)
	}
	// From hold to good, but never back.
	if _, err := d.Hold(context.Background(), ids); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Revoke(context.Background(), ids, pki.CessationOfOperation, fixed.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := d.serials(t, root.ID); got[alice.Serial] != pki.CessationOfOperation {
		t.Errorf("list: %v", got)
	}
	for name, err := range map[string]error{
		"released": second(d.ReleaseHold(context.Background(), ids)),
		"again":    second(d.Revoke(context.Background(), ids, pki.KeyCompromise, time.Time{})),
		"held":     second(d.Hold(context.Background(), ids)),
	} {
		if !errors.As(err, &already) || already.Reason != pki.CessationOfOperation || !already.At.Equal(fixed.Add(time.Minute)) {
			t.Errorf("%s after it was revoked: %v", name, err)
		}
	}
}

func second(_ Revocation, err error) error { return err }

func TestRevokeRefuses(t *testing.T) {
	d, clock := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	partner := d.mustIssue(t, "", named(pki.Authority, "Partner"))
	theirs := d.mustIssue(t, partner.ID, named(pki.Client, "theirs"))
	d.takeKey(t, partner.ID)

	var away *AwayError
	var missing *NotFoundError
	var early *RevokedEarlyError
	for _, c := range []struct {
		name   string
		ids    []ID
		reason pki.Reason
		at     time.Time
		as     any
		is     error
	}{
		{"a root", []ID{root.ID}, pki.KeyCompromise, time.Time{}, nil, ErrRevokeRoot},
		{"a partner's", []ID{alice.ID, theirs.ID}, pki.KeyCompromise, time.Time{}, &away, nil},
		{"nobody", []ID{"00000000000000000000000000000000"}, "", time.Time{}, &missing, nil},
		{"no reason of RFC 5280", []ID{alice.ID}, "lost", time.Time{}, nil, pki.ErrReason},
		{"removeFromCRL", []ID{alice.ID}, pki.RemoveFromCRL, time.Time{}, nil, pki.ErrReason},
		{"from tomorrow on", []ID{alice.ID}, "", fixed.AddDate(0, 0, 1), nil, ErrRevokeFuture},
		{"since the day before it began", []ID{alice.ID}, "", fixed.AddDate(0, 0, -1), &early, nil},
	} {
		_, err := d.Revoke(context.Background(), c.ids, c.reason, c.at)
		if c.as != nil && !errors.As(err, c.as) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Revoke(ctx, []ID{alice.ID}, "", time.Time{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	*clock = root.NotAfter.Add(time.Hour)
	_, err := d.Revoke(context.Background(), []ID{alice.ID}, "", time.Time{})
	var faults pki.Faults
	if !errors.As(err, &faults) || faults[0].Code != pki.CodeIssuerExpired {
		t.Errorf("of an authority that has ended: %v", err)
	}
	*clock = fixed
	for _, id := range []ID{alice.ID, theirs.ID} { // nothing of all that is kept
		if c, err := d.Get(id); err != nil || c.Revoked {
			t.Errorf("%+v, %v", c, err)
		}
	}
	if c, err := d.CRL(root.ID); err != nil || c.Number != 0 || c.Due(fixed) != DueNever {
		t.Errorf("list %+v, %v", c, err)
	}
}

// takeKey makes a partner's of an authority.
func (d *Desk) takeKey(t testing.TB, id ID) {
	t.Helper()
	err := d.vault.Update(func(tx *storage.Tx) error {
		e, err := tx.Entry(storage.ID(id))
		if err != nil {
			return err
		}
		if err := tx.DeleteKey(e.KeyID); err != nil {
			return err
		}
		e.KeyID = ""
		return tx.PutEntry(e)
	})
	if err != nil {
		t.Fatal(err)
	}
	d.forget()
}

func TestRevokeIntermediate(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	issuing := d.mustIssue(t, root.ID, named(pki.Authority, "Issuing"))
	got, err := d.Revoke(context.Background(), []ID{issuing.ID}, pki.CACompromise, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.CRLs) != 1 || got.CRLs[0].AuthorityID != root.ID || d.serials(t, root.ID)[issuing.Serial] != pki.CACompromise {
		t.Errorf("lists %+v", got.CRLs)
	}
}
