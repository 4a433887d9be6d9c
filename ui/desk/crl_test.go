package desk

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/storage"
)

func TestMakeCRLOnDemand(t *testing.T) {
	d, clock := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Acme Root"))
	issuing := d.mustIssue(t, root.ID, named(pki.Authority, "Issuing"))
	alice := d.mustIssue(t, issuing.ID, named(pki.Client, "alice"))
	if _, err := d.CRLFile(root.ID, CRLPEM); !errors.Is(err, ErrNoCRL) {
		t.Errorf("file of no list: %v", err)
	}
	first, err := d.MakeCRL(context.Background(), root.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	*clock = clock.AddDate(0, 0, 1)
	again, err := d.MakeCRL(context.Background(), root.ID, 0) // as long as the last time
	if err != nil {
		t.Fatal(err)
	}
	if first.Number != 1 || again.Number != 2 || !again.NextUpdate.Equal(clock.AddDate(0, 0, 10)) {
		t.Errorf("%+v, then %+v", first, again)
	}
	for format, name := range map[CRLFormat]string{CRLPEM: "Acme-Root-crl.pem", CRLDER: "Acme-Root.crl"} {
		file, err := d.CRLFile(root.ID, format)
		if err != nil {
			t.Fatal(err)
		}
		der := file.Data
		if format == CRLPEM {
			block, _ := pem.Decode(der)
			der = block.Bytes
		}
		list, err := x509.ParseRevocationList(der)
		if err != nil || file.Name != name || file.Secret || list.Number.Int64() != 2 {
			t.Errorf("%s: %q, %v, %v", format, file.Name, list, err)
		}
	}
	if _, err := d.CRLFile(root.ID, "text"); !errors.Is(err, ErrFormat) {
		t.Errorf("as text: %v", err)
	}
	for id, want := range map[ID]error{alice.ID: ErrNotAuthority} {
		if _, err := d.MakeCRL(context.Background(), id, 0); !errors.Is(err, want) {
			t.Errorf("of no authority: %v", err)
		}
	}
	d.takeKey(t, issuing.ID)
	if _, err := d.MakeCRL(context.Background(), issuing.ID, 0); !errors.Is(err, ErrNoKey) {
		t.Errorf("without the key: %v", err)
	}
	var faults pki.Faults
	for _, days := range []int{-1, MaxCRLDays + 1} {
		if _, err := d.MakeCRL(context.Background(), root.ID, days); !errors.As(err, &faults) || faults[0].Code != FaultDays {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

// Lists end with their authority; none is made after it, and none is due.
func TestCRLAtTheEndOfItsAuthority(t *testing.T) {
	d, clock := moving(t)
	r := named(pki.Authority, "Root")
	r.NotAfter = fixed.AddDate(0, 0, 20)
	root := d.mustIssue(t, "", r)
	made, err := d.MakeCRL(context.Background(), root.ID, 30)
	if err != nil || !made.NextUpdate.Equal(root.NotAfter) {
		t.Fatalf("%+v, %v", made, err)
	}
	*clock = root.NotAfter.Add(-time.Second)
	if made, err = d.MakeCRL(context.Background(), root.ID, 0); err != nil || !made.NextUpdate.After(*clock) {
		t.Errorf("at the last second: %+v, %v", made, err)
	}
	*clock = root.NotAfter
	var faults pki.Faults
	if _, err := d.MakeCRL(context.Background(), root.ID, 0); !errors.As(err, &faults) || faults[0].Code != pki.CodeIssuerExpired {
		t.Errorf("after the end: %v", err)
	}
	c, err := d.CRL(root.ID)
	if err != nil || !c.Ended || c.Due(*clock) != DueNever {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestCRLDue(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name       string
		life, left time.Duration
		want       Due
	}{
		{"new, of a month", 30 * day, 30 * day, DueGood},
		{"a quarter of a month", 30 * day, 30 * day / 4, DueGood},
		{"less than a quarter", 30 * day, 30*day/4 - 1, DueSoon},
		{"a week of three", 21 * day, 7*day - 1, DueSoon},
		{"more than a week of three", 21 * day, 7 * day, DueGood},
		{"new, of a week", 7 * day, 7 * day, DueGood},
		{"a day of a week", 7 * day, day, DueSoon},
		{"at its end", 30 * day, 0, DueOverdue},
		{"after it", 30 * day, -day, DueOverdue},
	} {
		list := CRL{Number: 1, ThisUpdate: fixed, NextUpdate: fixed.Add(c.life)}
		if got := list.Due(list.NextUpdate.Add(-c.left)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestDueCRLs(t *testing.T) {
	d, clock := moving(t)
	one := d.mustIssue(t, "", named(pki.Authority, "One"))
	two := d.mustIssue(t, "", named(pki.Authority, "Two"))
	three := d.mustIssue(t, "", named(pki.Authority, "Three"))
	d.mustIssue(t, "", named(pki.Authority, "None"))
	for id, days := range map[ID]int{one.ID: 100, two.ID: 12, three.ID: 10} {
		if _, err := d.MakeCRL(context.Background(), id, days); err != nil {
			t.Fatal(err)
		}
	}
	*clock = clock.AddDate(0, 0, 11)
	due, err := d.DueCRLs()
	if err != nil || len(due) != 2 || due[0].AuthorityID != three.ID || due[0].Due(*clock) != DueOverdue || due[1].Due(*clock) != DueSoon {
		t.Errorf("%+v, %v", due, err)
	}
	all, err := d.CRLs()
	var names []string
	for _, c := range all {
		names = append(names, c.Authority)
	}
	if want := []string{"None", "One", "Three", "Two"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%v, %v", names, err)
	}
}

// What was revoked before an authority came here stays on its list, and its
// numbers go on.
func TestCRLKeepsWhatWasRevokedElsewhere(t *testing.T) {
	d := newDesk(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	err := d.vault.Update(func(tx *storage.Tx) error {
		return tx.PutAuthority(storage.Authority{ID: storage.ID(root.KeyID), CRLNumber: 41, Elsewhere: []storage.Revocation{
			{Serial: "0a:ff", At: fixed.AddDate(-1, 0, 0), Reason: "superseded"}, {Serial: "03", At: fixed.AddDate(-1, 0, 0)}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	done, err := d.Revoke(context.Background(), []ID{alice.ID}, pki.KeyCompromise, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]pki.Reason{alice.Serial: pki.KeyCompromise, "0a:ff": pki.Superseded, "03": pki.Unspecified}
	if diff := cmp.Diff(want, d.serials(t, root.ID)); diff != "" || done.CRLs[0].Number != 42 || done.CRLs[0].Revoked != 3 {
		t.Errorf("%+v\n%s", done.CRLs, diff)
	}
	if c, err := d.CRL(root.ID); err != nil || c.Revoked != 3 {
		t.Errorf("%+v, %v", c, err)
	}
}

// Certificates of one authority share one list, whichever signed.
func TestCRLOfRenewedAuthority(t *testing.T) {
	d, clock := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	alice := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	if _, err := d.MakeCRL(context.Background(), root.ID, 0); err != nil {
		t.Fatal(err)
	}
	*clock = clock.AddDate(1, 0, 0)
	key, err := d.key(root)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pki.SelfSign(named(pki.Authority, "Root"), key, *clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	added, err := d.Import(context.Background(), Found{Certificates: []FoundCertificate{{Certificate: cert}}})
	if err != nil {
		t.Fatal(err)
	}
	renewed := added.Certificates[0]
	bob := d.mustIssue(t, renewed.ID, named(pki.Client, "bob"))
	done, err := d.Revoke(context.Background(), []ID{alice.ID, bob.ID}, pki.Superseded, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(done.CRLs) != 1 || done.CRLs[0].Number != 2 || done.CRLs[0].AuthorityID != renewed.ID {
		t.Errorf("lists %+v", done.CRLs)
	}
	want := map[string]pki.Reason{alice.Serial: pki.Superseded, bob.Serial: pki.Superseded}
	for _, id := range []ID{root.ID, renewed.ID} {
		if diff := cmp.Diff(want, d.serials(t, id)); diff != "" {
			t.Error(diff)
		}
	}
	if all, err := d.CRLs(); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}
