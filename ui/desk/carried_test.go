package desk

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// learned is a vault with a backup, that was used on.
type learned struct {
	d                       *Desk
	root, alice, held, away Certificate
	backup                  string
	list                    CRL
}

// learn makes a backup, then revokes one certificate that it has, releases one,
// deletes one that it revoked, and issues two, of which one is revoked.
func learn(t *testing.T) learned {
	t.Helper()
	ctx := context.Background()
	d, now := clockDesk(t)
	l := learned{d: d}
	l.root = d.mustIssue(t, "", named(pki.Authority, "Root"))
	l.alice = d.mustIssue(t, l.root.ID, named(pki.Client, "alice"))
	l.held = d.mustIssue(t, l.root.ID, named(pki.Client, "held"))
	l.away = d.mustIssue(t, l.root.ID, named(pki.Client, "away"))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := d.Hold(ctx, []ID{l.held.ID})
	must(err)
	made, err := d.Backup(ctx)
	must(err)
	l.backup = made.Path
	*now = now.Add(time.Hour)
	_, err = d.Revoke(ctx, []ID{l.alice.ID, l.away.ID}, pki.KeyCompromise, time.Time{})
	must(err)
	_, err = d.Delete(ctx, []ID{l.away.ID}, false)
	must(err)
	_, err = d.ReleaseHold(ctx, []ID{l.held.ID})
	must(err)
	d.mustIssue(t, l.root.ID, named(pki.Client, "bob"))
	mallory := d.mustIssue(t, l.root.ID, named(pki.Client, "mallory"))
	*now = now.Add(time.Hour)
	_, err = d.Revoke(ctx, []ID{mallory.ID}, pki.Superseded, time.Time{})
	must(err)
	l.list, err = d.CRL(l.root.ID)
	must(err)
	must(d.Close())
	return l
}

// mustKnow checks that a restored vault keeps out whom the replaced one did.
func (l learned) mustKnow(t *testing.T, d *Desk, number uint64, revoked int) {
	t.Helper()
	for _, c := range []Certificate{l.alice, l.away} {
		if now, err := d.Get(c.ID); err != nil || !now.Revoked || now.OnHold || now.Reason != string(pki.KeyCompromise) {
			t.Errorf("%s is not revoked: %+v, %v", c.Name, now, err)
		}
	}
	list, err := d.CRL(l.root.ID)
	if err != nil || list.Number != number || list.Revoked != revoked {
		t.Errorf("%+v, %v, want number %d of %d", list, err, number, revoked)
	}
	next, err := d.MakeCRL(context.Background(), l.root.ID, 0)
	if err != nil || next.Number != number+1 || next.Revoked != revoked {
		t.Errorf("the next list: %+v, %v", next, err)
	}
	found, err := d.Check(context.Background())
	if err != nil || !found.Sound() {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestRestoreKeepsWhatWasLearned(t *testing.T) {
	l := learn(t)
	if l.list.Number != 4 {
		t.Fatalf("list %d", l.list.Number)
	}
	done, d := restore(t, l.d, l.backup, passphrase)
	want := []string{"made 2 [bob mallory]", "back 1 [away]", "activities 7", "revoked 3 [mallory alice away]",
		"released 1 [held]", "list Root 4 1"}
	if got := toldOf(done); !slices.Equal(got, want) {
		t.Errorf("told %q,\nwant %q", got, want)
	}
	l.mustKnow(t, d, 4, 3)
	if held, err := d.Get(l.held.ID); err != nil || held.Revoked {
		t.Errorf("%+v, %v", held, err)
	}
	deeds, err := d.Activities(2)
	if err != nil || deeds[1].Verb != "restore" || deeds[1].Detail["activities"] != "7" || deeds[1].Detail["made"] != "2" ||
		deeds[1].Detail["of"] != fixed.Format(time.RFC3339) {
		t.Errorf("%+v, %v", deeds, err)
	}
	// The replaced file, put back, knows no less; numbers rise on.
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	_, d = restore(t, l.d, done.Kept, passphrase)
	l.d = d
	list, err := d.CRL(l.root.ID)
	if err != nil || list.Number != 5 {
		t.Errorf("%+v, %v", list, err)
	}
	if c, err := d.Find("mallory"); err != nil || !c.Revoked {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestRestoreOverADamagedVault: what can be read of it counts.
func TestRestoreOverADamagedVault(t *testing.T) {
	l := learn(t)
	file, err := os.ReadFile(l.d.Path())
	if err != nil {
		t.Fatal(err)
	}
	clear(file[:2*os.Getpagesize()])
	if err := os.WriteFile(l.d.Path(), file, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := PrepareRestore(l.backup, l.d.Path(), testOptions())
	if err != nil || !r.Asks || r.Other || r.Empty {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := r.Compare(context.Background(), []byte("wrong one")); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("error %v", err)
	}
	done, d := restore(t, l.d, l.backup, passphrase)
	want := []string{"salvaged", "made 2 [bob mallory]", "held 1 [held]", "activities 7", "revoked 3 [mallory alice away]", "list Root 4 1"}
	if got := toldOf(done); !slices.Equal(got, want) {
		t.Errorf("told %q,\nwant %q", got, want)
	}
	l.mustKnow(t, d, 4, 4) // held too: nothing tells that its release is the newer
}

// TestRestoreOverADamagedRecord: of who was revoked nothing is left but the list that
// names her.
func TestRestoreOverADamagedRecord(t *testing.T) {
	l := learn(t)
	file, err := os.ReadFile(l.d.Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.d.Path(), bytes.ReplaceAll(file, []byte("alice"), []byte("ALICE")), 0o600); err != nil {
		t.Fatal(err)
	}
	done, d := restore(t, l.d, l.backup, passphrase)
	if !done.Salvaged || len(done.Revoked) != 3 {
		t.Errorf("%q", toldOf(done))
	}
	l.mustKnow(t, d, 4, 4) // held too, as above
}

// TestRestoreWithoutTheKeyYet: an authority got its key after the backup, and
// keeps its list by that now; another was renewed with its key.
func TestRestoreWithoutTheKeyYet(t *testing.T) {
	ctx := context.Background()
	d, _ := clockDesk(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	var key storage.Key
	must(d.vault.View(func(tx *storage.Tx) (err error) {
		key, err = tx.Key(storage.ID(root.KeyID))
		return err
	}))
	d.mustRemoveKey(t, root)
	made, err := d.Backup(ctx)
	must(err)
	must(d.vault.Update(func(tx *storage.Tx) error {
		e, err := tx.Entry(storage.ID(root.ID))
		e.KeyID = key.ID
		return errors.Join(err, tx.PutKey(key), tx.PutEntry(e))
	}))
	d.forget()
	bob := d.mustIssue(t, root.ID, named(pki.Client, "bob"))
	_, err = d.MakeRequest(ctx, named(pki.Client, "carol"))
	must(err)
	_, err = d.Revoke(ctx, []ID{alice.ID, bob.ID}, pki.KeyCompromise, time.Time{})
	must(err)
	must(d.Close())
	done, again := restore(t, d, made.Path, passphrase)
	want := []string{"made 1 [bob]", "requests 1 [carol]", "activities 4", "revoked 2 [alice bob]", "list-first Root 1 0"}
	if got := toldOf(done); !slices.Equal(got, want) {
		t.Errorf("told %q,\nwant %q", got, want)
	}
	must(again.vault.View(func(tx *storage.Tx) error {
		a, err := tx.Authority(storage.ID(root.ID))
		if err == nil && (a.CRLNumber != 1 || len(a.Elsewhere) != 1 || a.Elsewhere[0].Serial != bob.Serial) {
			t.Errorf("%+v", a)
		}
		return err
	}))
}
