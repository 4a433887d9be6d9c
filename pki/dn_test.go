package pki_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

func TestParseSubject(t *testing.T) {
	tests := []struct {
		name, typed string
		want        pki.Subject
	}{
		{"nothing", " ", pki.Subject{}},
		{"RFC 4514", "CN=alice,OU=East,OU=Sales,O=Acme,L=Taipei,ST=Taiwan,C=TW", pki.Subject{
			CommonName: "alice", OrganizationalUnit: "Sales", Organization: "Acme", Locality: "Taipei", State: "Taiwan", Country: "TW",
			Extra: []pki.Attribute{{Name: "OU", Value: "East"}},
		}},
		{"white space and small letters", " cn = alice , o = Acme ", pki.Subject{CommonName: "alice", Organization: "Acme"}},
		{"openssl", "/C=DE/O=Acme/OU=Sales/OU=East/CN=a\\/b", pki.Subject{
			CommonName: "a/b", OrganizationalUnit: "Sales", Organization: "Acme", Country: "DE",
			Extra: []pki.Attribute{{Name: "OU", Value: "East"}},
		}},
		{"domain components", "UID=jsmith,DC=example,DC=net", pki.Subject{UserID: "jsmith", DomainComponent: "example.net"}},
		{"escapes", `CN=James \"Jim\" Smith\, III,O=Lu\C4\8Di\C4\87\ `, pki.Subject{CommonName: `James "Jim" Smith, III`, Organization: "Lučić "}},
		{"a value with =", "CN=a=b", pki.Subject{CommonName: "a=b"}},
		{"OIDs", "1.3.6.1.4.1.1466.0=x,OID.2.5.4.3=alice,E=a@b.example", pki.Subject{
			CommonName: "alice", EmailAddress: "a@b.example", Extra: []pki.Attribute{{Name: "1.3.6.1.4.1.1466.0", Value: "x"}},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := pki.ParseSubject(test.typed)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if test.name == "escapes" {
				got.Organization, test.want.Organization = "", "" // a subject is trimmed before it is written
			}
			again, err := pki.ParseSubject(got.String())
			if err != nil {
				t.Fatalf("%s: %v", got.String(), err)
			}
			test.want = got
			if diff := cmp.Diff(test.want, again); diff != "" {
				t.Errorf("%s: %s", got.String(), diff)
			}
		})
	}
}

func TestParseSubjectFaults(t *testing.T) {
	for typed, want := range map[string]pki.Fault{
		"alice":          {Field: pki.FieldAttributes, Code: pki.CodeSubjectSyntax, Value: "alice"},
		"CN=alice,,O=x":  {Field: pki.FieldAttributes, Code: pki.CodeSubjectSyntax},
		"CN=":            {Field: pki.FieldAttributes, Code: pki.CodeSubjectSyntax, Value: "CN="},
		"CN=a+OU=b":      {Field: pki.FieldAttributes, Code: pki.CodeSubjectSyntax, Value: "CN=a+OU=b"},
		"CN=#04024869":   {Field: pki.FieldAttributes, Code: pki.CodeSubjectSyntax, Value: "CN=#04024869"},
		`CN=a\`:          {Field: pki.FieldAttributes, Code: pki.CodeSubjectSyntax, Value: `CN=a\`},
		"CN=a,fly=x":     {Field: pki.FieldAttributes, Code: pki.CodeAttributeUnknown, Value: "fly"},
		"CN=a,1.40.1=xy": {Field: pki.FieldAttributes, Code: pki.CodeAttributeUnknown, Value: "1.40.1"},
	} {
		_, err := pki.ParseSubject(typed)
		var fault *pki.Fault
		if !errors.As(err, &fault) {
			t.Errorf("%s: %v", typed, err)
			continue
		}
		if diff := cmp.Diff(want, *fault); diff != "" {
			t.Errorf("%s: %s", typed, diff)
		}
	}
}
