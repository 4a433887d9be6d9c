package desk

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/storage"
)

func (d *Desk) mustDelete(t *testing.T, below bool, ids ...ID) Deletion {
	t.Helper()
	del, err := d.Delete(context.Background(), ids, below)
	if err != nil {
		t.Fatal(err)
	}
	return del
}

// hasKey tells whether the vault's file has a key still.
func (d *Desk) hasKey(t *testing.T, id ID) bool {
	t.Helper()
	err := d.vault.View(func(tx *storage.Tx) error {
		k, err := tx.Key(storage.ID(id))
		k.Wipe()
		return err
	})
	if err != nil && !errors.Is(err, storage.ErrNoRecord) {
		t.Fatal(err)
	}
	return err == nil
}

func TestDeleteAndUndelete(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	twin := d.mustRenew(t, Renewal{ID: alice.ID, Key: KeyKept})
	bob := d.mustIssue(t, root.ID, named(pki.Client, "bob"))

	del := d.mustDelete(t, false, alice.ID, bob.ID)
	if len(del.Certificates) != 2 || del.Keys != 1 || del.Valid != 2 {
		t.Errorf("deleted %d certificates, %d keys, %d valid", len(del.Certificates), del.Keys, del.Valid)
	}
	list, err := d.Certificates(Filter{})
	if err != nil || len(list) != 1 || list[0].ID != twin.ID || list[0].Replaces != "" {
		t.Errorf("left: %+v, %v", list, err)
	}
	d.mustUsable(t, twin.ID)
	gone, err := d.Deleted()
	if err != nil || len(gone) != 1 {
		t.Fatalf("%+v, %v", gone, err)
	}
	if diff := cmp.Diff([]string{"alice", "bob"}, gone[0].Names); diff != "" {
		t.Error(diff)
	}
	d.Lock()
	if err := d.Unlock(context.Background(), passphrase); err != nil {
		t.Fatal(err)
	}
	back, err := d.Undelete(gone[0].ID)
	if err != nil || len(back.Certificates) != 2 || len(back.Requests) != 0 {
		t.Fatalf("%+v, %v", back, err)
	}
	for _, c := range []Certificate{alice, bob} {
		got := d.mustGet(t, c.ID)
		got.ReplacedBy, got.ReplacedSerial, got.Shared = "", "", false
		if diff := cmp.Diff(c, got); diff != "" {
			t.Errorf("came back changed:\n%s", diff)
		}
		d.mustUsable(t, c.ID)
	}
	if again, err := d.Deleted(); err != nil || len(again) != 0 {
		t.Errorf("%+v, %v", again, err)
	}
	var missing *NotFoundError
	if _, err := d.Undelete(gone[0].ID); !errors.As(err, &missing) {
		t.Errorf("brought back twice: %v", err)
	}
	var verbs []string
	deeds, err := d.Activities(4)
	for _, a := range deeds {
		verbs = append(verbs, a.Verb+" "+a.Name)
	}
	if diff := cmp.Diff([]string{"undelete bob", "undelete alice", "delete bob", "delete alice"}, verbs); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

// TestDeletedIsGoneWhenClosed closes the vault, and once kills it.
func TestDeletedIsGoneWhenClosed(t *testing.T) {
	for _, test := range []struct {
		name  string
		leave func(*Desk) error
	}{
		{"closed", (*Desk).Close},
		{"locked, then closed", func(d *Desk) error { d.Lock(); return d.Close() }},
		{"killed", func(d *Desk) error { return d.vault.Close() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t)
			root := d.mustIssue(t, "", named(pki.Authority, "Root"))
			alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
			asked := d.mustRequest(t, named(pki.Client, "bob"))
			d.mustDelete(t, false, alice.ID)
			if err := d.DeleteRequest(asked.ID); err != nil {
				t.Fatal(err)
			}
			if !d.hasKey(t, alice.KeyID) || !d.hasKey(t, asked.ID) {
				t.Error("the key is gone at once")
			}
			path := d.Path()
			if err := test.leave(d); err != nil {
				t.Fatal(err)
			}
			again, err := Open(path, testOptions())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { again.Close() })
			if err := again.Unlock(context.Background(), passphrase); err != nil {
				t.Fatal(err)
			}
			if list, err := again.Deleted(); err != nil || len(list) != 0 {
				t.Errorf("%+v, %v", list, err)
			}
			if again.hasKey(t, asked.ID) || again.hasKey(t, alice.KeyID) || !again.hasKey(t, root.KeyID) {
				t.Error("the deleted one's key is there, or another is not")
			}
		})
	}
}

func TestDeleteAuthority(t *testing.T) {
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	sub := d.mustIssue(t, root.ID, named(pki.Authority, "Sub"))
	leaf := d.mustIssue(t, sub.ID, named(pki.Client, "alice"))
	var issued *HasIssuedError
	if _, err := d.Delete(context.Background(), []ID{root.ID}, false); !errors.As(err, &issued) || issued.Count != 2 {
		t.Errorf("%v", err)
	}
	*now = fixed.AddDate(0, 1, 0)
	renewed := d.mustRenew(t, Renewal{ID: sub.ID})
	d.mustDelete(t, false, sub.ID)
	if c := d.mustGet(t, leaf.ID); c.IssuerID != renewed.ID {
		t.Errorf("alice hangs under %q, want what is left of her authority", c.IssuerID)
	}
	d.forget()
	if c := d.mustGet(t, leaf.ID); c.IssuerID != renewed.ID {
		t.Errorf("read again: alice hangs under %q", c.IssuerID)
	}
	d.mustUsable(t, renewed.ID)
	del := d.mustDelete(t, true, root.ID)
	if len(del.Certificates) != 3 || del.Below != 2 || del.Keys != 3 {
		t.Errorf("deleted %v, %d below, %d keys", namesOf(del.Certificates), del.Below, del.Keys)
	}
	if all, err := d.All(); err != nil || len(all) != 0 {
		t.Errorf("left: %v, %v", namesOf(all), err)
	}
	gone, err := d.Deleted()
	if err != nil || len(gone) != 2 {
		t.Fatalf("%+v, %v", gone, err)
	}
	if _, err := d.Undelete(gone[0].ID); err != nil {
		t.Fatal(err)
	}
	if tree, err := d.Authorities(); err != nil || len(tree) != 2 || tree[1].IssuerID != tree[0].ID {
		t.Errorf("%+v, %v", tree, err)
	}
}

func TestDeleteRevoked(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	bob := d.mustIssue(t, root.ID, named(pki.Client, "bob"))
	d.mark(t, alice.ID, stateRevoked, "keyCompromise")
	d.mark(t, bob.ID, stateHold, "certificateHold")
	if del := d.mustDelete(t, false, alice.ID); del.Listed != 1 {
		t.Errorf("%+v", del)
	}
	want := []storage.Revocation{{Serial: alice.Serial, At: fixed, Reason: "keyCompromise"}}
	if diff := cmp.Diff(want, d.elsewhere(t, root)); diff != "" {
		t.Errorf("the authority's list:\n%s", diff)
	}
	var held *HeldError
	if _, err := d.Delete(context.Background(), []ID{bob.ID}, false); !errors.As(err, &held) || held.Name != "bob" {
		t.Errorf("%v", err)
	}
	gone, err := d.Deleted()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Undelete(gone[0].ID); err != nil {
		t.Fatal(err)
	}
	if left := d.elsewhere(t, root); len(left) != 0 {
		t.Errorf("listed twice: %+v", left)
	}
	if c := d.mustGet(t, alice.ID); !c.Revoked || c.Reason != "keyCompromise" {
		t.Errorf("%+v", c)
	}
}

// mark writes a state as a revocation does.
func (d *Desk) mark(t *testing.T, id ID, state, reason string) {
	t.Helper()
	err := d.vault.Update(func(tx *storage.Tx) error {
		e, err := tx.Entry(storage.ID(id))
		if err != nil {
			return err
		}
		e.State, e.Reason, e.RevokedAt = state, reason, fixed
		return tx.PutEntry(e)
	})
	if err != nil {
		t.Fatal(err)
	}
	d.forget()
}

func (d *Desk) elsewhere(t *testing.T, authority Certificate) []storage.Revocation {
	t.Helper()
	var list []storage.Revocation
	err := d.vault.View(func(tx *storage.Tx) error {
		a, err := tx.Authority(storage.ID(authority.KeyID))
		list = a.Elsewhere
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (d *Desk) mustRemoveKey(t *testing.T, c Certificate) {
	t.Helper()
	err := d.vault.Update(func(tx *storage.Tx) error {
		e, err := tx.Entry(storage.ID(c.ID))
		if err != nil {
			return err
		}
		e.KeyID = ""
		if err := tx.PutEntry(e); err != nil {
			return err
		}
		return tx.DeleteKey(storage.ID(c.KeyID))
	})
	if err != nil {
		t.Fatal(err)
	}
	d.forget()
}
