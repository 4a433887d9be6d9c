package desk

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

func TestIssuedCountsAuthorities(t *testing.T) {
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	sub := d.mustIssue(t, root.ID, named(pki.Authority, "Sub"))
	d.mustIssue(t, sub.ID, named(pki.Client, "alice"))
	*now = fixed.AddDate(0, 1, 0)
	renewedSub := d.mustRenew(t, Renewal{ID: sub.ID})
	renewedRoot := d.mustRenew(t, Renewal{ID: root.ID})
	d.mustIssue(t, renewedSub.ID, named(pki.Client, "bob"))
	issued, err := d.Issued()
	if err != nil {
		t.Fatal(err)
	}
	want := map[ID]Issued{
		root.ID: {Authorities: 1}, renewedRoot.ID: {Authorities: 1},
		sub.ID: {Certificates: 2}, renewedSub.ID: {Certificates: 2},
	}
	if diff := cmp.Diff(want, issued); diff != "" {
		t.Error(diff)
	}
}
