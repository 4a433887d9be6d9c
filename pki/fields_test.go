package pki_test

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

func TestCheckFields(t *testing.T) {
	runChecks(t, []checkTest{
		{"begins tomorrow", client(t, func(r *pki.Request) { r.NotBefore = now.AddDate(0, 0, 1) }), nil},
		{"ends before it begins", client(t, func(r *pki.Request) {
			r.NotBefore, r.NotAfter = now.AddDate(0, 0, 2), now.AddDate(0, 0, 1)
		}), fault(pki.FieldValidity, pki.CodeValidityOrder, "2026-03-02T12:00:00Z")},
		{"begins after its issuer ends", client(t, func(r *pki.Request) { r.NotBefore = now.AddDate(11, 0, 0) }),
			fault(pki.FieldValidity, pki.CodeValidityOrder, "2036-03-01T12:00:00Z")},
		{"begins too early", client(t, func(r *pki.Request) { r.NotBefore = now.AddDate(-100, 0, 0) }),
			fault(pki.FieldNotBefore, pki.CodeValidityTooEarly, "1950")},

		{"serial", client(t, func(r *pki.Request) { r.Serial = " 7f:" + strings.Repeat("ff:", 18) + "ff" }), nil},
		{"serial with 0x", client(t, func(r *pki.Request) { r.Serial = "0x1234567890abcdef" }), nil},
		{"serial over 20 octets", client(t, func(r *pki.Request) { r.Serial = strings.Repeat("ff", 20) }),
			fault(pki.FieldSerial, pki.CodeSerial, strings.Repeat("ff", 20))},
		{"serial zero", client(t, func(r *pki.Request) { r.Serial = "00" }), fault(pki.FieldSerial, pki.CodeSerial, "00")},
		{"serial negative", client(t, func(r *pki.Request) { r.Serial = "-1" }), fault(pki.FieldSerial, pki.CodeSerial, "-1")},
		{"serial of words", client(t, func(r *pki.Request) { r.Serial = "abcxyz" }), fault(pki.FieldSerial, pki.CodeSerial, "abcxyz")},
	})
}

func TestCheckUsages(t *testing.T) {
	runChecks(t, []checkTest{
		{"key usage", client(t, func(r *pki.Request) { r.KeyUsage = []string{"digitalSignature", "contentCommitment"} }), nil},
		{"unknown key usage", client(t, func(r *pki.Request) { r.KeyUsage = []string{"fly"} }),
			fault(pki.FieldKeyUsage, pki.CodeKeyUsageUnknown, "fly")},
		{"client that signs", client(t, func(r *pki.Request) { r.KeyUsage = []string{"digitalSignature", "keyCertSign"} }),
			fault(pki.FieldKeyUsage, pki.CodeKeyUsageUnwanted, "keyCertSign")},
		{"authority that does not sign", authority(t, func(r *pki.Request) { r.KeyUsage = []string{"cRLSign"} }),
			fault(pki.FieldKeyUsage, pki.CodeKeyUsageNeeded, "keyCertSign")},
		{"extended key usage", client(t, func(r *pki.Request) { r.ExtKeyUsage = []string{"CLIENTAUTH", "1.3.6.1.5.5.7.3.17"} }), nil},
		{"unknown extended key usage", client(t, func(r *pki.Request) { r.ExtKeyUsage = []string{"fly", "1.40.1", "1.2.4294967296"} }), pki.Faults{
			{Field: pki.FieldExtKeyUsage, Code: pki.CodeExtKeyUsageUnknown, Value: "fly"},
			{Field: pki.FieldExtKeyUsage, Code: pki.CodeExtKeyUsageUnknown, Value: "1.40.1"},
			{Field: pki.FieldExtKeyUsage, Code: pki.CodeExtKeyUsageUnknown, Value: "1.2.4294967296"},
		}},
	})
}

func TestCheckAddressesAndAttributes(t *testing.T) {
	tooMany := strings.Split(strings.Repeat("http://a.example/1 ", 9), " ")[:9]
	for i := range tooMany {
		tooMany[i] += strings.Repeat("1", i)
	}
	runChecks(t, []checkTest{
		{"addresses", client(t, func(r *pki.Request) {
			r.CRLAddresses = []string{"http://ca.example/a.crl", "ldap://dir.example/cn=ca?certificateRevocationList", " "}
			r.OCSPAddresses = []string{"http://10.0.0.1:8080/ocsp"}
			r.IssuerAddresses = []string{"https://ca.example/ca.crt"}
		}), nil},
		{"bad addresses", client(t, func(r *pki.Request) {
			r.CRLAddresses = []string{"ca.example/a.crl", "file:///etc/passwd"}
			r.OCSPAddresses = []string{"http://"}
			r.IssuerAddresses = []string{"http://a@ca.example/", "http://ca.example/\nx"}
		}), pki.Faults{
			{Field: pki.FieldCRL, Code: pki.CodeAddressBad, Value: "ca.example/a.crl"},
			{Field: pki.FieldCRL, Code: pki.CodeAddressBad, Value: "file:///etc/passwd"},
			{Field: pki.FieldOCSP, Code: pki.CodeAddressBad, Value: "http://"},
			{Field: pki.FieldIssuerAddresses, Code: pki.CodeAddressBad, Value: "http://a@ca.example/"},
			{Field: pki.FieldIssuerAddresses, Code: pki.CodeAddressBad, Value: `http://ca.example/\u{000A}x`},
		}},
		{"too many addresses", client(t, func(r *pki.Request) { r.CRLAddresses = tooMany }),
			fault(pki.FieldCRL, pki.CodeAddressCount, "8")},

		{"attributes", client(t, func(r *pki.Request) {
			r.Subject.Extra = []pki.Attribute{{Name: "ou", Value: "Second"}, {Name: "title", Value: "Dr"}, {Name: "OID.1.2.3.4", Value: "x"}}
		}), nil},
		{"bad attributes", client(t, func(r *pki.Request) {
			r.Subject.Extra = []pki.Attribute{{Name: "fly", Value: "x"}, {Name: "title"}, {Name: "C", Value: "DEU"}}
		}), pki.Faults{
			{Field: pki.FieldCountry, Code: pki.CodeCountryTwoLetter, Value: "DEU"},
			{Field: pki.FieldAttributes, Code: pki.CodeAttributeEmpty, Value: "title"},
			{Field: pki.FieldAttributes, Code: pki.CodeAttributeUnknown, Value: "fly"},
		}},
	})
}

func TestFieldWarnings(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root").Certificate
	tests := []struct {
		name    string
		request pki.Request
		want    []string
	}{
		{"begins tomorrow", client(t, func(r *pki.Request) { r.NotBefore = now.AddDate(0, 0, 1) }), []string{pki.WarningValidityFuture}},
		{"begins before its issuer", client(t, func(r *pki.Request) { r.NotBefore = now.AddDate(0, 0, -1) }), []string{pki.WarningValidityBefore}},
		{"short serial", client(t, func(r *pki.Request) { r.Serial = "01" }), []string{pki.WarningSerialShort}},
		{"no signature", client(t, func(r *pki.Request) { r.KeyUsage = []string{"keyEncipherment"} }),
			[]string{pki.WarningKeyUsageNoSignature, pki.WarningKeyUsageNotRSA}},
		{"keyEncipherment with RSA", client(t, func(r *pki.Request) {
			r.Key, r.KeyUsage = pki.RSA2048, []string{"digitalSignature", "keyEncipherment"}
		}), nil},
		{"leaf with cRLSign", client(t, func(r *pki.Request) { r.KeyUsage = []string{"digitalSignature", "cRLSign"} }), []string{pki.WarningKeyUsageCRLs}},
		{"authority without cRLSign", authority(t, func(r *pki.Request) { r.KeyUsage = []string{"keyCertSign"} }), []string{pki.WarningKeyUsageNoCRLs}},
		{"any purpose", client(t, func(r *pki.Request) { r.ExtKeyUsage = []string{"any", "clientAuth"} }), []string{pki.WarningExtKeyUsageAny}},
		{"client for servers", client(t, func(r *pki.Request) { r.ExtKeyUsage = []string{"1.3.6.1.5.5.7.3.1"} }), []string{pki.WarningExtKeyUsageKind}},
		{"list over https", client(t, func(r *pki.Request) { r.CRLAddresses = []string{"https://a.example/l"} }), []string{pki.WarningAddressHTTPS}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, w := range test.request.Warnings(root, now) {
				got = append(got, w.Code)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// everyField asks for all that can be asked for.
func everyField(t testing.TB) pki.Request {
	r := request(t, pki.Client, "Alice", "alice@example.com spiffe://acme.test/alice 10.0.0.7")
	r.Subject = pki.Subject{
		CommonName: "Alice", Organization: "Acme", OrganizationalUnit: "Sales", Locality: "Taipei", State: "Taiwan",
		Country: "TW", Street: "1 Street", DomainComponent: "acme.test", UserID: "alice", SerialNumber: "17",
		EmailAddress: "alice@acme.test",
		Extra:        []pki.Attribute{{Name: "OU", Value: "East"}, {Name: "title", Value: "Dr"}, {Name: "1.2.3.4", Value: "x"}},
	}
	r.NotBefore, r.NotAfter = now.Truncate(time.Second).AddDate(0, 0, -2), now.Truncate(time.Second).AddDate(0, 0, 9)
	r.Serial = "0102030405060708090a"
	r.KeyUsage = []string{"digitalSignature", "nonRepudiation", "keyAgreement"}
	r.ExtKeyUsage = []string{"clientAuth", "emailProtection", "1.3.6.1.5.5.7.3.17", "1.2.3.4.5"}
	r.CRLAddresses = []string{"http://ca.test/a.crl", "http://ca.test/b.crl"}
	r.OCSPAddresses = []string{"http://ca.test/ocsp"}
	r.IssuerAddresses = []string{"http://ca.test/ca.crt"}
	return r
}

func TestIssueEveryField(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	c, _ := mustIssue(t, root, everyField(t))
	d := pki.Describe(c)
	wantSubject := "emailAddress=alice@acme.test, serialNumber=17, UID=alice, CN=Alice, 1.2.3.4=x, title=Dr, OU=East, OU=Sales, " +
		"O=Acme, STREET=1 Street, L=Taipei, ST=Taiwan, C=TW, DC=acme, DC=test"
	if d.Subject != wantSubject {
		t.Errorf("subject %s, want %s", d.Subject, wantSubject)
	}
	if d.Serial != "01:02:03:04:05:06:07:08:09:0a" {
		t.Errorf("serial %s", d.Serial)
	}
	if want := now.Truncate(time.Second).AddDate(0, 0, -2); !c.NotBefore.Equal(want) {
		t.Errorf("begins %v, want %v", c.NotBefore, want)
	}
	if diff := cmp.Diff([]string{"digitalSignature", "nonRepudiation", "keyAgreement"}, d.KeyUsage); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"clientAuth", "emailProtection", "1.3.6.1.5.5.7.3.17", "1.2.3.4.5"}, d.ExtKeyUsage); diff != "" {
		t.Error(diff)
	}
	addresses := [][]string{c.CRLDistributionPoints, c.OCSPServer, c.IssuingCertificateURL}
	if diff := cmp.Diff([][]string{{"http://ca.test/a.crl", "http://ca.test/b.crl"}, {"http://ca.test/ocsp"}, {"http://ca.test/ca.crt"}}, addresses); diff != "" {
		t.Error(diff)
	}
}

func TestRequestOf(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	whole := everyField(t)
	c, _ := mustIssue(t, root, whole)
	got, missing := pki.RequestOf(c)
	if missing != nil {
		t.Errorf("left behind %v", missing)
	}
	want := whole
	want.NotBefore, want.NotAfter, want.Serial = time.Time{}, time.Time{}, ""
	want.RawSubject = c.RawSubject
	want.Names = names(t, "10.0.0.7 alice@example.com spiffe://acme.test/alice")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	plain := request(t, pki.Server, "", "localhost")
	c, _ = mustIssue(t, root, plain)
	got, _ = pki.RequestOf(c)
	plain.Subject.CommonName, plain.RawSubject = "localhost", c.RawSubject
	if diff := cmp.Diff(plain, got); diff != "" {
		t.Error(diff)
	}

	got, _ = pki.RequestOf(root.Certificate)
	if got.Kind != pki.Authority || got.PathLength != pki.PathUnlimited || got.KeyUsage != nil {
		t.Errorf("%+v", got)
	}
}

// A subject that this package would write otherwise stays as it is, until it
// is changed.
func TestRequestOfKeepsTheSubject(t *testing.T) {
	root := newRoot(t, pki.P256, "Test Root")
	old := newIssuer(t, func(c *x509.Certificate) {
		c.Subject.CommonName, c.Subject.Country = "Old Name", []string{"Deutschland"}
	})
	r, _ := pki.RequestOf(old)
	c, _ := mustIssue(t, root, r)
	if diff := cmp.Diff(old.RawSubject, c.RawSubject); diff != "" {
		t.Error(diff)
	}
	r.Subject.Country = "de"
	c, _ = mustIssue(t, root, r)
	if d := pki.Describe(c); !strings.Contains(d.Subject, "C=DE") {
		t.Errorf("subject %s", d.Subject)
	}
}

func TestRequestOfTellsWhatItLeaves(t *testing.T) {
	c := newIssuer(t, func(c *x509.Certificate) {
		c.PolicyIdentifiers = nil
		c.Policies = []x509.OID{mustOID(t, "1.2.3.4")}
	})
	if _, missing := pki.RequestOf(c); cmp.Diff([]string{"2.5.29.32"}, missing) != "" {
		t.Errorf("left behind %v", missing)
	}
}

func mustOID(t testing.TB, s string) x509.OID {
	t.Helper()
	oid, err := x509.ParseOID(s)
	if err != nil {
		t.Fatal(err)
	}
	return oid
}
