package desk

import (
	"crypto/x509"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// A root that is renewed with its key for a shorter time is outlived by what it
// signed.
func TestPreviewOutliving(t *testing.T) {
	d, now := moving(t)
	root := d.mustIssue(t, "", named(pki.Authority, "Root"))
	below := d.mustIssue(t, root.ID, named(pki.Authority, "Below"))
	brief := func(name string, days int, issuer ID) Certificate {
		r := named(pki.Client, name)
		r.NotAfter = fixed.AddDate(0, 0, days)
		return d.mustIssue(t, issuer, r)
	}
	brief("ended", 1, root.ID)
	brief("before", 90, root.ID)
	last := brief("last", 300, below.ID)
	revoked := brief("revoked", 390, root.ID)
	d.mark(t, revoked.ID, stateRevoked, "superseded")
	*now = fixed.AddDate(0, 0, 10)
	for _, test := range []struct {
		name string
		r    Renewal
		want Outliving
	}{
		{"as long as before", Renewal{ID: root.ID}, Outliving{}},
		{"100 days", Renewal{ID: root.ID, NotAfter: fixed.AddDate(0, 0, 100)}, Outliving{2, below.NotAfter}},
		{"the one below, 100 days", Renewal{ID: below.ID, NotAfter: fixed.AddDate(0, 0, 100)}, Outliving{1, last.NotAfter}},
		{"a new key", Renewal{ID: root.ID, NotAfter: fixed.AddDate(0, 0, 100), Key: KeyNew}, Outliving{}},
		{"a new key with bridges", Renewal{ID: root.ID, NotAfter: fixed.AddDate(0, 0, 100), Key: KeyNew, Cross: true}, Outliving{2, below.NotAfter}},
		{"a leaf", Renewal{ID: last.ID, NotAfter: fixed.AddDate(0, 0, 20)}, Outliving{}},
	} {
		v, err := d.PreviewRenewal(test.r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, v.Outliving); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// CrossTight is said where crypto/x509 refuses, and only there.
func TestPreviewCrossTight(t *testing.T) {
	for _, test := range []struct {
		name   string
		length int  // of the root
		middle bool // there is an authority between
		want   bool
	}{
		{"no limit", pki.PathUnlimited, true, false},
		{"0", 0, false, true},
		{"1", 1, false, false},
		{"1, used up", 1, true, true},
		{"2, one used", 2, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, now := moving(t)
			r := named(pki.Authority, "Root")
			r.PathLength = test.length
			root := d.mustIssue(t, "", r)
			if test.middle {
				d.mustIssue(t, root.ID, named(pki.Authority, "Middle"))
			}
			*now = fixed.AddDate(0, 0, 10)
			ask := Renewal{ID: root.ID, Key: KeyNew, Cross: true}
			v, err := d.PreviewRenewal(ask)
			if err != nil {
				t.Fatal(err)
			}
			if v.CrossTight != test.want {
				t.Errorf("CrossTight is %v", v.CrossTight)
			}
			renewed := d.mustRenew(t, ask)
			issuer := renewed.ID
			if test.middle {
				issuer = d.mustIssue(t, renewed.ID, named(pki.Authority, "Middle 2")).ID
			}
			leaf := d.mustIssue(t, issuer, serverFor(t, "localhost"))
			err = d.goVerify(t, leaf.ID, root.ID, issuer, renewed.Cross[1].ID)
			var invalid x509.CertificateInvalidError
			if refused := errors.As(err, &invalid) && invalid.Reason == x509.TooManyIntermediates; refused != test.want || err != nil && !refused {
				t.Errorf("Go says %v", err)
			}
			if out, err := opensslVerify(t, d, leaf.ID, root.ID); err != nil {
				t.Errorf("openssl: %v\n%s", err, out)
			}
		})
	}
}

// goVerify is what crypto/x509 says of a certificate.
func (d *Desk) goVerify(t *testing.T, leaf, root ID, between ...ID) error {
	t.Helper()
	cert := func(id ID) *x509.Certificate {
		detail, err := d.Detail(id)
		if err != nil {
			t.Fatal(err)
		}
		return detail.X509
	}
	roots, pool := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(cert(root))
	for _, id := range between {
		pool.AddCert(cert(id))
	}
	_, err := cert(leaf).Verify(x509.VerifyOptions{Roots: roots, Intermediates: pool, CurrentTime: d.Now()})
	return err
}
