package desk

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

func TestRenewAll(t *testing.T) {
	d, now := moving(t)
	short := named(pki.Authority, "Short")
	short.NotAfter = fixed.AddDate(0, 0, 60)
	root := d.mustIssue(t, "", short)
	long := d.mustIssue(t, "", named(pki.Authority, "Long"))
	brief := func(name string, days int, issuer ID) Certificate {
		r := named(pki.Client, name)
		r.NotAfter = fixed.AddDate(0, 0, days)
		return d.mustIssue(t, issuer, r)
	}
	alice := brief("alice", 60, root.ID)
	revoked := brief("revoked", 50, long.ID)
	brief("bob", 50, long.ID)
	brief("dead", 5, long.ID)
	brief("stays", 300, long.ID)
	d.mark(t, revoked.ID, stateRevoked, "superseded")
	*now = fixed.AddDate(0, 0, 40)

	due, err := d.EndingWithin(30 * 24 * time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Name    string
		Problem bool
		Long    bool
	}
	var rows []row
	var ids []ID
	for _, x := range due {
		rows = append(rows, row{x.Name, x.Problem != nil, x.Long})
		if !x.Long {
			ids = append(ids, x.ID)
		}
	}
	want := []row{{"Short", false, false}, {"dead", false, true}, {"bob", false, false}, {"alice", false, false}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Fatalf("due:\n%s", diff)
	}
	var told []int
	done, err := d.RenewAll(context.Background(), ids, func(n, of int) { told = append(told, n) })
	if err != nil || len(done.Done) != 3 || len(done.Failed) != 0 || done.Left != 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	if diff := cmp.Diff([]int{1, 3}, told); diff != "" {
		t.Errorf("progress:\n%s", diff)
	}
	foreseen := map[string]time.Time{}
	for _, x := range due {
		foreseen[x.Name] = x.Until
	}
	for _, x := range done.Done {
		if !x.NotAfter.Equal(foreseen[x.Name]) {
			t.Errorf("%s ends %v, foreseen was %v", x.Name, x.NotAfter, foreseen[x.Name])
		}
	}
	if c := d.mustGet(t, alice.ID); d.mustGet(t, c.ReplacedBy).IssuerID != done.Done[0].ID {
		t.Error("alice is not signed by the renewed authority")
	}
	if again, err := d.EndingWithin(30 * 24 * time.Hour); err != nil || len(again) != 1 || again[0].Name != "dead" {
		t.Errorf("offered again: %v, %v", again, err)
	}
	if n, err := d.Counts(); err != nil || n.Attention != 1 {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestEndingNamesWhatCannotBeRenewed(t *testing.T) {
	d, now := moving(t)
	short := named(pki.Authority, "Short")
	short.NotAfter = fixed.AddDate(0, 0, 60)
	root := d.mustIssue(t, "", short)
	sub := d.mustIssue(t, root.ID, named(pki.Authority, "Sub"))
	alice := d.mustIssue(t, sub.ID, named(pki.Client, "alice"))
	d.mustRemoveKey(t, root)
	*now = fixed.AddDate(0, 0, 40)
	due, err := d.EndingWithin(30 * 24 * time.Hour)
	if err != nil || len(due) != 3 {
		t.Fatalf("%+v, %v", due, err)
	}
	var away *IssuerAwayError
	var noGain *NoGainError
	if !errors.Is(due[0].Problem, ErrNoKey) {
		t.Errorf("root: %v", due[0].Problem)
	}
	if due[1].ID != sub.ID || !errors.As(due[1].Problem, &away) || away.Issuer != "Short" {
		t.Errorf("intermediate: %v", due[1].Problem)
	}
	if due[2].ID != alice.ID || !errors.As(due[2].Problem, &noGain) || noGain.Issuer != "Sub" {
		t.Errorf("leaf: %v", due[2].Problem)
	}
	done, err := d.RenewAll(context.Background(), []ID{root.ID, sub.ID}, nil)
	if err != nil || len(done.Done) != 0 || len(done.Failed) != 2 || !errors.Is(done.Failed[0].Problem, ErrNoKey) {
		t.Errorf("%+v, %v", done, err)
	}
}

func TestRenewAllStopsWhenCancelled(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	var ids []ID
	for range renewBatch + 2 {
		ids = append(ids, d.mustIssue(t, root.ID, named(pki.Client, "client")).ID)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done, err := d.RenewAll(ctx, ids, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) || len(done.Done) != renewBatch || done.Left != 2 {
		t.Errorf("%d done, %d left, %v", len(done.Done), done.Left, err)
	}
	if list, err := d.Certificates(Filter{}); err != nil || len(list) != len(ids)+renewBatch {
		t.Errorf("%d in the vault, %v", len(list), err)
	}
}
