package desk

import (
	"context"
	"crypto/x509"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// profiledTable has rows with profiles and addresses of their own.
const profiledTable = "name,kind,names,profile,crl,ocsp,ca issuers,validity\n" +
	"plain,,,,,,,\n" +
	"staff,,,STAFF,,,,\n" +
	"staff two,,,staff,http://x.test/1.crl http://x.test/2.crl,http://x.test/ocsp,http://x.test/ca.crt,30\n" +
	"browser,,,browser-client,,,,\n" +
	"web.test,,,server-90-days,,,,\n"

// newProfiled gives a desk with a profile of its own, and an authority.
func newProfiled(t *testing.T) (*Desk, BulkDefaults) {
	t.Helper()
	d, defaults := newBulk(t)
	_, err := d.SaveProfile(pki.Profile{Name: "Staff", Kind: pki.Client, Key: pki.P384, Validity: "60d", Subject: &pki.Subject{Organization: "Acme"},
		ExtKeyUsage: []string{"clientAuth", "emailProtection"}, CRLAddresses: []string{"http://staff.test/crl"}}, false)
	if err != nil {
		t.Fatal(err)
	}
	defaults.Base.OCSPAddresses = []string{"http://all.test/ocsp"}
	defaults.Base.Subject.Organization = "Everybody"
	return d, defaults
}

func TestBulkProfiles(t *testing.T) {
	d, defaults := newProfiled(t)
	check := d.mustCheck(t, defaults, profiledTable)
	if check.Bad > 0 {
		t.Fatalf("faults: %+v", check.Items)
	}
	made, err := d.MakeBulk(context.Background(), defaults, check.GoodItems(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range made {
		detail, err := d.Detail(m.Certificate.ID)
		if err != nil {
			t.Fatal(err)
		}
		c := detail.X509
		got = append(got, fmt.Sprint(m.Certificate.Name, "|", m.Certificate.Profile, "|", m.Certificate.Kind, "|", m.Certificate.Key, "|",
			int(c.NotAfter.Sub(fixed)/(24*time.Hour)), "|", strings.Join(c.Subject.Organization, ""), "|", usesOf(c), "|",
			c.CRLDistributionPoints, c.OCSPServer, c.IssuingCertificateURL))
	}
	want := []string{
		"plain||client|p256|397|Everybody|1|[] [http://all.test/ocsp] []",
		"staff|Staff|client|p384|60|Acme|2|[http://staff.test/crl] [http://all.test/ocsp] []",
		"staff two|Staff|client|p384|30|Acme|2|[http://x.test/1.crl http://x.test/2.crl] [http://x.test/ocsp] [http://x.test/ca.crt]",
		"browser|browser-client|client|rsa2048|365|Everybody|1|[] [http://all.test/ocsp] []",
		"web.test|server-90-days|server|p256|90|Everybody|1|[] [http://all.test/ocsp] []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	folder := filepath.Join(t.TempDir(), "pairs")
	wrote, err := d.ExportBulk(context.Background(), made, BulkExport{Folder: folder, Formats: []Format{Chain, Key}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	manifest := readTable(t, wrote.Manifest)
	if diff := cmp.Diff([]string{"profile", "crl", "ocsp", "ca-issuers"}, manifest[0][8:]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Staff", "http://x.test/1.crl http://x.test/2.crl", "http://x.test/ocsp", "http://x.test/ca.crt"}, manifest[3][8:]); diff != "" {
		t.Error(diff)
	}
	if again := d.mustCheck(t, defaults, profiledTable); again.There != len(made) {
		t.Errorf("%d rows are there, want %d", again.There, len(made))
	}
	other := d.mustCheck(t, defaults, strings.ReplaceAll(profiledTable, "browser-client", "client"))
	if slices.ContainsFunc(other.Items, func(i BulkItem) bool { return i.Title() == "browser" && i.IsThere() }) {
		t.Error("a certificate of another profile counts as there")
	}
}

// usesOf is how many extended usages a certificate has.
func usesOf(c *x509.Certificate) int { return len(c.ExtKeyUsage) + len(c.UnknownExtKeyUsage) }

func TestBulkProfileFaults(t *testing.T) {
	d, defaults := newProfiled(t)
	const head = "name,kind,profile,crl,ocsp,ca issuers\n"
	for _, c := range []struct {
		name, row string
		want      string // field, code and value of the faults
	}{
		{"a profile that is not there", "a,,nobody's,,,", "profile/row-unknown=nobody's"},
		{"an authority's", "a,,intermediate,,,", "profile/row-signs=intermediate"},
		{"for another kind", "a,server,staff,,,", "kind/row-profile=Staff"},
		{"the kind of the profile", "a,client,staff,,,", ""},
		{"no address", "a,,,nonsense,ftp://x.test,http://x.test/ca", "crl/address-bad=nonsense ocsp/address-bad=ftp://x.test"},
		{"too many addresses", "a,,,http://1 http://2 http://3 http://4 http://5 http://6 http://7 http://8 http://9,,", "crl/address-too-many=8"},
		{"a formula", "a,,\"=cmd|' /C calc'!A0\",,,", "profile/row-unknown==cmd|' /C calc'!A0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range d.mustCheck(t, defaults, head+c.row+"\n").Items[0].Faults {
				got = append(got, fmt.Sprintf("%s/%s=%s", f.Field, f.Code, f.Value))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBulkShares(t *testing.T) {
	d, defaults := newProfiled(t)
	check := d.mustCheck(t, defaults, profiledTable)
	if diff := cmp.Diff([]BulkShare{{"Staff", 2}, {"browser-client", 1}, {"server-90-days", 1}}, check.Shares(ColumnProfile)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]BulkShare{{"http://x.test/1.crl", 1}, {"http://x.test/2.crl", 1}}, check.Shares(ColumnCRL)); diff != "" {
		t.Error(diff)
	}
	if got := check.Shares(ColumnName); len(got) > 0 {
		t.Errorf("shares of the names: %v", got)
	}
}
