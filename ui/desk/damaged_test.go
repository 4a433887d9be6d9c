package desk

import (
	"context"
	"errors"
	"testing"

	"go.etcd.io/bbolt"

	"countersign/storage"
)

// TestWreckShowsWhatIsDamaged: a damaged vault that is open for reading lists every
// certificate, marks those that are not whole, and reads everything else.
func TestWreckShowsWhatIsDamaged(t *testing.T) {
	d, root, alice, bob := stockDesk(t)
	carol := d.mustIssue(t, root.ID, named("client", "carol"))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	spoil(t, d.Path(), func(b func(string) *bbolt.Bucket) error {
		return errors.Join(flip(b("index"), record(alice.ID)), flip(b("keys"), record(bob.ID)),
			flip(b("certificates"), record(root.ID)), flip(b("events"), eventKey(2)),
			flip(b("targets"), firstKey(b("targets"))), flip(b("settings"), []byte(settingBackupFolder)),
			flip(b("partners"), firstKey(b("partners"))), flip(b("countersign"), []byte("state")))
	})
	w, err := OpenToRead(d.Path(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Unlock(context.Background(), passphrase); err != nil {
		t.Fatal(err)
	}
	parts, is, err := w.Wreck()
	if err != nil || !is || len(parts) != 8 {
		t.Errorf("%d parts, %v, %v", len(parts), is, err)
	}
	all, err := w.All()
	if err != nil || len(all) != 4 {
		t.Fatalf("%d certificates, %v", len(all), err)
	}
	want := map[ID]string{root.ID: "certificate", alice.ID: "certificate", bob.ID: "key", carol.ID: ""}
	for _, c := range all {
		if c.Damaged != want[c.ID] || (c.Health(fixed) == Damaged) != (want[c.ID] != "") {
			t.Errorf("%s: %q, %s", c.Name, c.Damaged, c.Health(fixed))
		}
	}
	if got, err := w.Get(alice.ID); err != nil || got.Serial != alice.Serial || !got.HasKey || !got.NotAfter.Equal(alice.NotAfter) {
		t.Errorf("%+v, %v", got, err)
	}
	_, counting := w.Counts()
	_, listing := w.Activities(0)
	_, trying := w.Tries()
	_, due := w.DueCRLs()
	_, partners := w.Partners()
	_, folder := w.BackupFolder()
	if err := errors.Join(counting, listing, trying, due, partners, folder); err != nil {
		t.Error(err)
	}
	if _, err := w.SaveTry("x", "", Try{URL: "https://x.test"}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("error %v", err)
	}
}

func TestWholeVaultIsNoWreck(t *testing.T) {
	d := newDesk(t)
	if parts, is, err := d.Wreck(); is || err != nil || parts != nil {
		t.Errorf("%v, %v, %v", parts, is, err)
	}
}

// TestDamagedCompromised: what cannot be read is a certificate whose key others have,
// with which those of its kind are compared.
func TestDamagedCompromised(t *testing.T) {
	d, _, alice, bob := stockDesk(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	spoil(t, d.Path(), func(b func(string) *bbolt.Bucket) error { return flip(b("certificates"), record(alice.ID)) })
	for name, c := range map[string]struct {
		open func(string, Options) (*Desk, error)
		want error
	}{"as it is": {Open, storage.ErrDamaged}, "for reading": {OpenToRead, nil}} {
		w, err := openedBy(d.Path(), c.open)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Detail(bob.ID); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestVerbsNameDamage: the error of a deed that meets damage says whose it is.
func TestVerbsNameDamage(t *testing.T) {
	d, root, _, bob := stockDesk(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	spoil(t, d.Path(), func(b func(string) *bbolt.Bucket) error {
		return errors.Join(flip(b("keys"), record(bob.ID)), flip(b("keys"), record(root.ID)))
	})
	w, err := openedBy(d.Path(), Open)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_, exporting := w.Export(bob.ID, Key, "")
	_, listing := w.MakeCRL(context.Background(), root.ID, 7)
	for want, err := range map[string]error{"bob": exporting, "Acme Root": listing} {
		if parts := Parts(err); len(parts) != 1 || parts[0].Name != want || parts[0].Code != "key" {
			t.Errorf("%v: %+v, want the key of %s", err, parts, want)
		}
	}
}
