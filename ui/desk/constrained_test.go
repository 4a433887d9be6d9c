package desk

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// faultsOf are the faults of asking for a certificate, both foreseen and when
// it is made.
func (d *Desk) faultsOf(t *testing.T, r IssueRequest) pki.Faults {
	t.Helper()
	p, err := d.Preview(r)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Issue(context.Background(), r)
	var faults pki.Faults
	if err != nil && !errors.As(err, &faults) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p.Faults, faults); diff != "" {
		t.Errorf("foreseen and met (-foreseen +met):\n%s", diff)
	}
	return faults
}

// What an authority two levels above forbids is not signed.
func TestLimitsAboveAreKept(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	r := named(pki.Authority, "Policy")
	r.PathLength = 1
	r.ExtKeyUsage = []string{"serverAuth"}
	r.Constraints.Permitted = typedConstraints(t, "acme.test")
	policy := d.mustIssue(t, root.ID, r)
	issuing := d.mustIssue(t, policy.ID, named(pki.Authority, "Issuing"))

	good := named(pki.Server, "api.acme.test")
	good.Names = typedNames(t, "api.acme.test")
	d.mustIssue(t, issuing.ID, good)
	bad := named(pki.Server, "")
	bad.Names = typedNames(t, "api.other.test")
	want := pki.Faults{{Field: pki.FieldNames, Code: pki.CodeIssuerNameConstraints, Value: "api.other.test"}}
	if diff := cmp.Diff(want, d.faultsOf(t, IssueRequest{IssuerID: issuing.ID, Request: bad})); diff != "" {
		t.Error(diff)
	}
	want = pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerPurpose, Value: "client"}}
	if diff := cmp.Diff(want, d.faultsOf(t, IssueRequest{IssuerID: issuing.ID, Request: named(pki.Client, "alice")})); diff != "" {
		t.Error(diff)
	}
	want = pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerPathLength, Value: "0"},
		{Field: pki.FieldIssuer, Code: pki.CodeIssuerAbovePathLength, Value: "Policy"}}
	if diff := cmp.Diff(want, d.faultsOf(t, IssueRequest{IssuerID: issuing.ID, Request: named(pki.Authority, "Deeper")})); diff != "" {
		t.Error(diff)
	}
}

func TestSerialNumberIsGivenOnce(t *testing.T) {
	d := newDesk(t)
	root, other := d.mustIssue(t, "", named(pki.Authority, "Root")), d.mustIssue(t, "", named(pki.Authority, "Other"))
	r := named(pki.Client, "alice")
	r.Serial = "0x0102030405060708"
	d.mustIssue(t, root.ID, r)
	d.mustIssue(t, other.ID, r)
	r.Serial = "01:02:03:04:05:06:07:08"
	want := pki.Faults{{Field: pki.FieldSerial, Code: FaultSerialTaken, Value: r.Serial}}
	if diff := cmp.Diff(want, d.faultsOf(t, IssueRequest{IssuerID: root.ID, Request: r})); diff != "" {
		t.Error(diff)
	}
}

// A revoked authority signs nothing, nor does one below it.
func TestRevokedAuthoritySignsNothing(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	r := named(pki.Authority, "Policy")
	r.PathLength = 1
	policy := d.mustIssue(t, root.ID, r)
	issuing := d.mustIssue(t, policy.ID, named(pki.Authority, "Issuing"))
	if _, err := d.Revoke(context.Background(), []ID{policy.ID}, "cACompromise", time.Time{}); err != nil {
		t.Fatal(err)
	}
	want := pki.Faults{{Field: pki.FieldIssuer, Code: FaultIssuerRevoked, Value: "Policy"}}
	for _, issuer := range []ID{policy.ID, issuing.ID} {
		if diff := cmp.Diff(want, d.faultsOf(t, IssueRequest{IssuerID: issuer, Request: named(pki.Client, "alice")})); diff != "" {
			t.Error(diff)
		}
	}
}

// An authority that has ended signs nothing, nor does one below it.
func TestEndedAuthoritySignsNothing(t *testing.T) {
	d := newDesk(t)
	r := named(pki.Authority, "Root")
	r.NotAfter = fixed.Add(time.Hour)
	root := d.mustIssue(t, "", r)
	d.opt.Now = func() time.Time { return fixed.Add(2 * time.Hour) }
	want := pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerExpired, Value: "2026-11-22T13:00:00Z"}}
	if diff := cmp.Diff(want, d.faultsOf(t, IssueRequest{IssuerID: root.ID, Request: named(pki.Client, "alice")})); diff != "" {
		t.Error(diff)
	}
}
