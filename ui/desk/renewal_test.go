package desk

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestRenewWithoutTheKey(t *testing.T) {
	d, now := moving(t)
	*now = time.Now()
	root, partner := pkitest.Root(t, "Root"), pkitest.Root(t, "Partner")
	alice, _ := pkitest.Client(t, root, "alice")
	bob, _ := pkitest.Client(t, partner, "bob")
	imported, err := d.Import(context.Background(), Found{Certificates: []FoundCertificate{
		{Certificate: root.Certificate, Key: root.Key}, {Certificate: alice}, {Certificate: partner.Certificate}, {Certificate: bob},
	}})
	if err != nil {
		t.Fatal(err)
	}
	added := imported.Certificates
	renewed := d.mustRenew(t, Renewal{ID: added[1].ID})
	cert, err := d.chain(renewed.ID)
	if err != nil {
		t.Fatal(err)
	}
	if renewed.HasKey || !pki.SamePublicKey(cert[0].PublicKey, alice.PublicKey) {
		t.Errorf("renewed as %+v: its key is with somebody else", renewed.Certificate)
	}
	if fresh := d.mustRenew(t, Renewal{ID: added[1].ID, Key: KeyNew}); !fresh.HasKey {
		t.Error("no new key")
	}
	var away *IssuerAwayError
	if _, err := d.Renew(context.Background(), Renewal{ID: added[3].ID}); !errors.As(err, &away) || !away.Known || away.Issuer != "Partner" {
		t.Errorf("renewed without the issuer's key: %v", err)
	}
	if _, err := d.Renew(context.Background(), Renewal{ID: added[2].ID}); !errors.Is(err, ErrNoKey) {
		t.Errorf("renewed a partner's root: %v", err)
	}
}

func TestRenewRefuses(t *testing.T) {
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	sub := d.mustIssue(t, root.ID, named(pki.Authority, "Sub"))
	leaf := d.mustIssue(t, sub.ID, named(pki.Client, "alice"))
	dead := d.mustIssue(t, root.ID, named(pki.Authority, "Dead"))
	bob := d.mustIssue(t, dead.ID, named(pki.Client, "bob"))
	d.mark(t, dead.ID, stateRevoked, "cACompromise")
	var faults pki.Faults
	tests := []struct {
		name    string
		at      time.Time
		renewal Renewal
		want    error
		fault   string
	}{
		{"cross-certificates of a leaf", fixed, Renewal{ID: leaf.ID, Cross: true}, ErrCrossRoot, ""},
		{"cross-certificates with the old key", fixed, Renewal{ID: root.ID, Cross: true}, ErrCrossRoot, ""},
		{"an authority below itself", fixed, Renewal{ID: root.ID, IssuerID: sub.ID}, ErrBelow, ""},
		{"under what is no authority", fixed, Renewal{ID: sub.ID, IssuerID: leaf.ID}, ErrNotAuthority, ""},
		{"a revoked authority", fixed, Renewal{ID: bob.ID}, nil, FaultIssuerRevoked},
		{"a compromised key", fixed, Renewal{ID: dead.ID, Key: KeyKept}, ErrCompromised, ""},
		{"an expired authority", sub.NotAfter.AddDate(0, 0, 1), Renewal{ID: leaf.ID}, nil, pki.CodeIssuerExpired},
		{"an end that is past", fixed, Renewal{ID: leaf.ID, NotAfter: fixed.AddDate(0, 0, -1)}, nil, pki.CodeValidityPast},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			*now = test.at
			_, err := d.Renew(context.Background(), test.renewal)
			if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if test.fault != "" && (!errors.As(err, &faults) || faults[0].Code != test.fault) {
				t.Errorf("%v, want the fault %s", err, test.fault)
			}
		})
	}
	*now = fixed
	if all, err := d.all(); err != nil || len(all) != 5 {
		t.Errorf("%d certificates, %v", len(all), err)
	}
	_, err := d.Renew(context.Background(), Renewal{ID: "no such"})
	var missing *NotFoundError
	if !errors.As(err, &missing) {
		t.Errorf("%v", err)
	}
}

// TestRenewAndRevokeTheOld does both in one act, or neither.
func TestRenewAndRevokeTheOld(t *testing.T) {
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	leaf := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	*now = now.Add(time.Minute)
	renewed := d.mustRenew(t, Renewal{ID: leaf.ID, RevokeOld: true})
	if old := d.mustGet(t, leaf.ID); !old.Revoked || old.Reason != "superseded" || old.ReplacedBy != renewed.ID {
		t.Errorf("the old one: %+v", old)
	}
	if !renewed.Old.Revoked {
		t.Error("what came back says that the old one is valid")
	}
	if diff := cmp.Diff(map[string]pki.Reason{leaf.Serial: pki.Superseded}, d.serials(t, root.ID)); diff != "" {
		t.Errorf("the list of the revoked:\n%s", diff)
	}
	_, err := d.Renew(context.Background(), Renewal{ID: root.ID, Key: KeyNew, RevokeOld: true})
	if !errors.Is(err, ErrRevokeRoot) {
		t.Errorf("revoked a root: %v", err)
	}
	var again *RevokedError
	if _, err := d.Renew(context.Background(), Renewal{ID: leaf.ID, RevokeOld: true}); !errors.As(err, &again) {
		t.Errorf("revoked twice: %v", err)
	}
	if all, err := d.all(); err != nil || len(all) != 3 {
		t.Errorf("%d certificates, %v", len(all), err)
	}
}

// TestRenewalStaysAcrossTheVault closes and opens the vault: what replaces
// what is in the file.
func TestRenewalStaysAcrossTheVault(t *testing.T) {
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	leaf := d.mustIssue(t, root.ID, named(pki.Client, "alice"))
	*now = now.Add(time.Minute)
	renewedRoot, renewed := d.mustRenew(t, Renewal{ID: root.ID}), d.mustRenew(t, Renewal{ID: leaf.ID})
	d.forget()
	if c := d.mustGet(t, leaf.ID); c.ReplacedBy != renewed.ID || c.IssuerID != renewedRoot.ID {
		t.Errorf("%+v", c)
	}
	list, err := d.Activities(2)
	if err != nil || list[0].Verb != "renew" || list[0].Detail["old"] != leaf.Serial || list[0].Subject != renewed.ID {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestNewestValidStands moves the clock past the end of one of two
// certificates of an authority.
func TestNewestValidStands(t *testing.T) {
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	*now = now.Add(time.Minute)
	short := d.mustRenew(t, Renewal{ID: root.ID, NotAfter: fixed.AddDate(0, 1, 0)})
	if c := d.mustGet(t, root.ID); c.CurrentID != short.ID {
		t.Errorf("%s stands, want the newest", c.CurrentID)
	}
	*now = fixed.AddDate(0, 2, 0)
	if c := d.mustGet(t, short.ID); c.CurrentID != root.ID {
		t.Errorf("%s stands, want the one that is valid", c.CurrentID)
	}
	list, err := d.Authorities()
	if err != nil || len(list) != 1 || list[0].ID != root.ID {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestPinnedCertificatesAreTold renews the root of easy-rsa, whose certificates
// name their issuer's serial number.
func TestPinnedCertificatesAreTold(t *testing.T) {
	d := newDesk(t)
	found, err := d.Look(t.Context(), []string{"testdata/easy-rsa"}, Passwords{Any: []string{"easy-root"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Import(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	easy, err := d.FindAuthority("Easy Root")
	if err != nil {
		t.Fatal(err)
	}
	own := d.mustIssue(t, "", named(pki.Authority, "Root"))
	d.mustIssue(t, own.ID, named(pki.Client, "alice"))
	for _, test := range []struct {
		renewal Renewal
		want    bool
	}{{Renewal{ID: easy.ID}, true}, {Renewal{ID: easy.ID, Key: KeyNew}, false}, {Renewal{ID: own.ID}, false}} {
		if p, err := d.PreviewRenewal(test.renewal); err != nil || p.Pinned != test.want {
			t.Errorf("%+v: pinned %v, %v", test.renewal, p.Pinned, err)
		}
	}
}
