package pki_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// What can be read is written so that it reads the same again.
func FuzzParseSubject(f *testing.F) {
	for _, seed := range []string{"CN=alice,OU=Sales,O=Acme\\, Inc.,C=DE", "/C=DE/CN=a\\/b", `CN=\C4\8D\ , 1.2.3=x;DC=a,DC=b`, "CN=#0402", "OU=a,OU=b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		s, err := pki.ParseSubject(typed)
		if err != nil {
			return
		}
		r := pki.NewRequest(pki.Client)
		r.Subject = s
		text := s.String()
		if faults := faultsOf(t, r.Check(nil, now)); len(faults.Of(pki.FieldIssuer)) < len(faults) || text == "" {
			return // what is read may still be wrong
		}
		again, err := pki.ParseSubject(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(again.Attributes(), s.Attributes()); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	})
}

func FuzzParseConstraint(f *testing.F) {
	for _, seed := range []string{"example.com", "*.example.com", "10.0.0.0/8", "::1/128", "@example.com", "uri:.x.test", "bücher.example"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := pki.ParseConstraint(typed)
		if err != nil {
			return
		}
		r := pki.NewRequest(pki.Authority)
		r.Subject.CommonName = "x"
		r.Constraints.Permitted = []pki.Name{n}
		if err := r.Check(nil, now); err != nil {
			t.Fatalf("%q became %+v: %v", typed, n, err)
		}
	})
}

func FuzzParseProfile(f *testing.F) {
	for _, p := range pki.BuiltInProfiles() {
		data, err := pki.MarshalProfile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := pki.ParseProfile(data)
		if err != nil {
			return
		}
		out, err := pki.MarshalProfile(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := pki.ParseProfile(out)
		if err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		same, err := pki.MarshalProfile(again)
		if diff := cmp.Diff(string(out), string(same)); err != nil || diff != "" {
			t.Fatal(diff, err)
		}
	})
}
