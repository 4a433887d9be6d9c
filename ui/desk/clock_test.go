package desk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/pki"
)

// TestClockSetBack: a computer's clock was wrong, by four years, and was put
// right. What is made from then on is kept, listed and backed up.
func TestClockSetBack(t *testing.T) {
	now := fixed
	o := testOptions()
	o.Now = func() time.Time { return now }
	d, err := Create(filepath.Join(t.TempDir(), VaultFile), passphrase, o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	early := d.mustIssue(t, root.ID, named(pki.Client, "early"))
	now = fixed.AddDate(4, 0, 0)
	late := d.mustIssue(t, root.ID, named(pki.Client, "late"))
	if _, err := d.Revoke(context.Background(), []ID{late.ID}, pki.Superseded, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for range BackupsKept {
		if _, err := d.Backup(context.Background()); err != nil {
			t.Fatal(err)
		}
	}

	now = fixed.Add(time.Hour)
	after := d.mustIssue(t, root.ID, named(pki.Client, "after"))
	if due, err := d.BackupDue(); err != nil || !due {
		t.Errorf("a backup is due: %v, %v", due, err)
	}
	made, err := d.Backup(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(made.Path); err != nil {
		t.Errorf("the backup just made was the one to go: %v", err)
	}
	if due, err := d.BackupDue(); err != nil || due {
		t.Errorf("a backup is due again: %v, %v", due, err)
	}
	revoke := func() (Revocation, error) {
		return d.Revoke(context.Background(), []ID{early.ID}, pki.Superseded, time.Time{})
	}
	var clock *ClockError
	if _, err := revoke(); !errors.As(err, &clock) || !clock.Now.Equal(now) || clock.Last.Year() != 2030 {
		t.Errorf("a list older than the one before: %v", err)
	}
	if list, err := d.MakeCRLByClock(context.Background(), root.ID, 0); err != nil || list.Number != 2 || list.Revoked != 1 {
		t.Errorf("the list of who knows that the clock is right is %+v, %v", list, err)
	}
	done, err := revoke()
	if err != nil || len(done.CRLs) != 1 || done.CRLs[0].Number != 3 || done.CRLs[0].Revoked != 2 {
		t.Errorf("the list is %+v, %v", done.CRLs, err)
	}
	if found, err := d.Check(context.Background()); err != nil || !found.Sound() {
		t.Errorf("%+v, %v", found, err)
	}
	activities, err := d.Activities(0)
	if err != nil || !slices.ContainsFunc(activities, func(a Activity) bool { return a.Subject == after.ID }) {
		t.Errorf("%+v, %v", activities, err)
	}
}

// TestClockBehind: the clock is set back below what was done, by little and by
// much. The lists of the revoked neither go back nor skip a number, and all goes
// on as soon as the clock is right.
func TestClockBehind(t *testing.T) {
	for _, c := range []struct {
		back          time.Duration
		said, refused bool
	}{
		{0, false, false}, {time.Minute, false, false}, {eventsAhead + time.Second, true, false},
		{listAhead, true, false}, {listAhead + backdated + time.Second, true, true}, {365 * 24 * time.Hour, true, true},
		{50 * 365 * 24 * time.Hour, true, true},
	} {
		t.Run(c.back.String(), func(t *testing.T) { testClockBehind(t, c.back, c.said, c.refused) })
	}
}

func testClockBehind(t *testing.T, back time.Duration, said, refused bool) {
	ctx, now := context.Background(), fixed
	o := testOptions()
	o.Now = func() time.Time { return now }
	path := filepath.Join(t.TempDir(), VaultFile)
	d, err := Create(path, passphrase, o)
	if err != nil {
		t.Fatal(err)
	}
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	one, two := d.mustIssue(t, root.ID, named(pki.Client, "one")), d.mustIssue(t, root.ID, named(pki.Client, "two"))
	now = now.AddDate(0, 6, 0)
	before, err := d.Revoke(ctx, []ID{one.ID}, pki.Superseded, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	first := before.CRLs[0]
	right := now
	now = now.Add(-back)
	if d, err = d.Again(); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Unlock(ctx, passphrase); err != nil {
		t.Fatal(err)
	}
	if last, behind := d.ClockBehind(); behind != said || !last.Equal(right) {
		t.Errorf("behind %v, %v", behind, last)
	}
	_, err = d.Revoke(ctx, []ID{two.ID}, pki.Superseded, time.Time{})
	_, again := d.MakeCRL(ctx, root.ID, 0)
	for _, err := range []error{err, again} {
		var clock *ClockError
		if errors.As(err, &clock) != refused || !refused && err != nil {
			t.Errorf("%v", err)
		}
	}
	list, err := d.CRL(root.ID)
	want := first.Number
	if !refused {
		want += 2
	}
	if err != nil || list.Number != want || list.ThisUpdate.Before(first.ThisUpdate) {
		t.Errorf("after list %d of %v: %d of %v, %v", first.Number, first.ThisUpdate, list.Number, list.ThisUpdate, err)
	}
	if c, err := d.Get(two.ID); err != nil || c.Revoked == refused {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := d.Counts(); err != nil {
		t.Error(err)
	}
	now = right.Add(time.Hour)
	if made, err := d.MakeCRL(ctx, root.ID, 0); err != nil || made.Number != want+1 || !made.ThisUpdate.After(first.ThisUpdate) {
		t.Errorf("with the clock right again: %+v, %v", made, err)
	}
	if _, behind := d.ClockBehind(); behind {
		t.Error("behind, though the clock is right again")
	}
	if found, err := d.Check(ctx); err != nil || !found.Sound() {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestManyBackupsOfOneSecond: the one just made is never the one to go.
func TestManyBackupsOfOneSecond(t *testing.T) {
	d := newDesk(t)
	for n := range 3 * BackupsKept {
		made, err := d.Backup(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		all, err := d.Backups()
		if err != nil || len(all) != min(n+1, BackupsKept) || all[0].Path != made.Path {
			t.Fatalf("backup %d, %s: %v, %v", n, made.Path, all, err)
		}
	}
}

// TestVanishedFolder: the folder of an open vault is taken away, or another file
// is put in its place. What is done then is refused, not written to nowhere.
func TestVanishedFolder(t *testing.T) {
	for _, c := range []struct {
		name       string
		away, back func(path string) error
	}{
		{"folder moved", func(path string) error { return os.Rename(filepath.Dir(path), filepath.Dir(path)+".away") },
			func(path string) error { return os.Rename(filepath.Dir(path)+".away", filepath.Dir(path)) }},
		{"file replaced", func(path string) error {
			return errors.Join(os.Rename(path, path+".away"), os.WriteFile(path, []byte("another"), 0o600))
		}, func(path string) error { return os.Rename(path+".away", path) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			root := d.mustIssue(t, "", named(pki.Authority, "Root"))
			if err := c.away(d.Path()); err != nil {
				t.Fatal(err)
			}
			_, err := d.Issue(context.Background(), IssueRequest{IssuerID: root.ID, Request: named(pki.Client, "lost")})
			if !errors.Is(err, ErrGone) {
				t.Errorf("error %v", err)
			}
			if list, err := d.Certificates(Filter{}); err != nil || len(list) != 0 {
				t.Errorf("it lists %v, %v", list, err)
			}
			if err := c.back(d.Path()); err != nil {
				t.Fatal(err)
			}
			d.mustIssue(t, root.ID, named(pki.Client, "found"))
		})
	}
}
