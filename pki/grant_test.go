package pki_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestComparingChoices(t *testing.T) {
	key := pkitest.Key(t, pki.RSA2048)
	asked, err := pki.ReadCSR(signCSR(t, key, func(c *x509.CertificateRequest) { c.DNSNames = nil }))
	if err != nil {
		t.Fatal(err)
	}
	why := func(r pki.Request) map[pki.Field]string {
		found := map[pki.Field]string{}
		for _, l := range asked.Compare(r, key.Public()) {
			found[l.Field] = l.Why
		}
		return found
	}
	plain := asked.Grant(pki.Server)
	if diff := cmp.Diff(names(t, "api.acme.test"), plain.Names); diff != "" {
		t.Errorf("a server of a common name alone: %s", diff)
	}
	other := plain
	other.Subject.CommonName, other.Subject.Organization = "other", "Acme"
	other.Names = names(t, "other.test")
	other.KeyUsage, other.ExtKeyUsage = []string{"digitalSignature"}, []string{"serverAuth", "clientAuth"}
	tests := []struct {
		name    string
		request pki.Request
		want    map[pki.Field]string
	}{
		{"as the profile says", plain, map[pki.Field]string{
			pki.FieldName: "", pki.FieldNames: pki.WhyCommonName, pki.FieldKey: "", pki.FieldKeyUsage: pki.WhyProfile, pki.FieldExtKeyUsage: pki.WhyProfile}},
		{"as a person says", other, map[pki.Field]string{pki.FieldOrganization: pki.WhyChanged,
			pki.FieldName: pki.WhyChanged, pki.FieldNames: pki.WhyChanged, pki.FieldKey: "", pki.FieldKeyUsage: pki.WhyChanged, pki.FieldExtKeyUsage: pki.WhyChanged}},
		{"an authority by choice", asked.Grant(pki.Authority), map[pki.Field]string{
			pki.FieldName: "", pki.FieldKey: "", pki.FieldKeyUsage: pki.WhyProfile, pki.FieldAuthority: pki.WhyChanged}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, why(test.request)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestGrantedRequestsCanBeSigned(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	key := pkitest.Key(t, pki.P256)
	a, err := pki.ReadCSR(signCSR(t, key, func(c *x509.CertificateRequest) {
		c.Subject = pkix.Name{CommonName: strings.Repeat("n", 70), Organization: []string{"a\nb", "Acme"}}
	}))
	if err != nil {
		t.Fatal(err)
	}
	r := a.Grant(pki.Server)
	if r.Subject.CommonName != "" || r.Subject.Organization != "" || len(r.Subject.Extra) != 1 {
		t.Errorf("granted is %+v", r.Subject)
	}
	if _, err := pki.Issue(root, r, key.Public(), now, rand.Reader); err != nil {
		t.Error(err)
	}
	if _, err := pki.Issue(root, a.Grant(pki.Server), root.Key.Public(), now, rand.Reader); faultsOf(t, err).Error() != "key: key-is-issuers" {
		t.Errorf("for the authority's own key: %v", err)
	}
}

func TestGrantAsAProfileSays(t *testing.T) {
	length := 2
	profile := pki.Profile{Name: "Ours", Kind: pki.Client, Validity: "30d", Subject: &pki.Subject{Organization: "Acme", OrganizationalUnit: "Ops"},
		ExtKeyUsage: []string{"clientAuth", "emailProtection"}, CRLAddresses: []string{"http://crl.acme.test/a.crl"}, PathLength: &length}
	a, err := pki.ReadCSR(signCSR(t, pkitest.Key(t, pki.P256), func(c *x509.CertificateRequest) {
		c.Subject = pkix.Name{CommonName: "alice", Organization: []string{"Evil"}, OrganizationalUnit: []string{"A", "B"}, Country: []string{"TW"}}
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := pki.NewRequest(pki.Client)
	want.Subject = pki.Subject{CommonName: "alice", Organization: "Acme", OrganizationalUnit: "Ops", Country: "TW"}
	want.Names = names(t, "api.acme.test")
	want.NotAfter = now.AddDate(0, 0, 30)
	want.ExtKeyUsage, want.CRLAddresses = profile.ExtKeyUsage, profile.CRLAddresses
	got := a.GrantAs(profile, now)
	if !got.NotAfter.Equal(profile.Validity.End(now)) {
		t.Errorf("it ends %v", got.NotAfter)
	}
	got.NotAfter = want.NotAfter
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
