package pki_test

import (
	"crypto/x509"
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

func TestParseDirectoryConstraints(t *testing.T) {
	got, faults := pki.ParseConstraintLists([]string{"acme.test, 10.0.0.0/8", " DN: O=Acme Inc , C=tw ", "directory:/C=TW/O=Acme Inc",
		`dn:O=A\,B\; Söhne,DC=acme,DC=test`, "acme.test"}, pki.FieldPermitted)
	want := []pki.Name{
		{Kind: pki.NameDNS, Value: "acme.test", Shown: "acme.test"},
		{Kind: pki.NameIP, Value: "10.0.0.0/8", Shown: "10.0.0.0/8"},
		{Kind: pki.NameDirectory, Value: "O=Acme Inc,C=TW", Shown: "O=Acme Inc, C=TW"},
		{Kind: pki.NameDirectory, Value: `O=A\,B\; Söhne,DC=acme,DC=test`, Shown: `O=A\,B\; Söhne, DC=acme, DC=test`},
	}
	if diff := cmp.Diff(want, got); diff != "" || faults != nil {
		t.Error(diff, faults)
	}
	for _, n := range got {
		again, err := pki.ParseConstraint(string(n.Kind) + ":" + n.Value)
		if diff := cmp.Diff(n, again); diff != "" || err != nil {
			t.Errorf("%s is read again as %v, %v", n.Value, again, err)
		}
	}
	_, faults = pki.ParseConstraintLists([]string{"dn:X=1"}, pki.FieldExcluded)
	if diff := cmp.Diff(fault(pki.FieldExcluded, pki.CodeConstraintBad, "dn:X=1"), faults); diff != "" {
		t.Error(diff)
	}
}

// An authority with constraints on directory names is made, says what it was
// asked for, and OpenSSL keeps to it as we do: what we refuse to sign it refuses
// when it is signed all the same; what we sign it takes.
func TestDirectoryConstraintsAsOpenSSLSeesThem(t *testing.T) {
	pkitest.Need(t, "openssl")
	root := newRoot(t, pki.P256, "Test Root")
	r := request(t, pki.Authority, "Middle", "")
	r.PathLength = 1
	var faults pki.Faults
	r.Constraints.Permitted, faults = pki.ParseConstraintLists([]string{"dn:O=Acme,C=TW", "dn:O=Söhne & Töchter,C=DE", "acme.test 10.0.0.0/8 2001:db8::/32 @acme.test uri:.acme.test"}, pki.FieldPermitted)
	r.Constraints.Excluded, _ = pki.ParseConstraintLists([]string{"dn:OU=Secret,O=Acme,C=TW", "secret.acme.test"}, pki.FieldExcluded)
	if faults != nil {
		t.Fatal(faults)
	}
	middle, key := mustIssue(t, root, r)
	if diff := cmp.Diff(r.Constraints, pki.ConstraintsOf(middle), cmp.Transformer("sorted", sortedNames)); diff != "" {
		t.Error(diff)
	}
	if again, missing := pki.RequestOf(middle); len(missing) > 0 || len(again.Constraints.Permitted) != len(r.Constraints.Permitted) {
		t.Errorf("left behind %v of %v", missing, again.Constraints)
	}
	issuer := pki.Issuer{Certificate: middle, Key: key, Above: []*x509.Certificate{root.Certificate}}

	for _, test := range []struct {
		subject, names string
		want           bool
	}{
		{"CN=alice,O=Acme,C=TW", "", true},
		{"CN=alice,O=ACME,C=TW", "", true}, // case does not count
		{"CN=alice,O=  acme ,C=TW", "", true},
		{"CN=alice,OU=Sales,O=Acme,C=TW", "", true},
		{"CN=alice,OU=Secret,O=Acme,C=TW", "", false},
		{"CN=alice,OU=Deep,OU=secret,O=Acme,C=TW", "", false},
		{"CN=alice,OU=Secrets,O=Acme,C=TW", "", true},
		{"CN=alice,O=Acme,C=DE", "", false},
		{"CN=alice,O=Acme", "", false},
		{"CN=alice,O=Acme Two,C=TW", "", false},
		{"CN=alice,O=Acme,ST=Here,C=TW", "", false},    // something stands between
		{"CN=alice,O=Söhne & TÖCHTER,C=DE", "", false}, // its case counts beyond ASCII
		{"CN=alice,O=Söhne & töchter,C=DE", "", true},
		{"CN=alice,O=Soehne,C=DE", "", false},
		{"CN=alice", "", false},
		{"CN=alice,O=Acme,C=TW", "a.acme.test", true},
		{"CN=alice,O=Acme,C=TW", "secret.acme.test", false},
		{"CN=alice,O=Acme,C=TW", "10.1.2.3 2001:db8::1 a@acme.test https://x.acme.test/y", true},
		{"CN=alice,O=Acme,C=TW", "11.1.2.3", false},
	} {
		subject, err := pki.ParseSubject(test.subject)
		if err != nil {
			t.Fatal(err)
		}
		ask := request(t, pki.Client, "", "")
		ask.Subject, ask.Names = subject, names(t, test.names)
		if ours := ask.Check(middle, now, root.Certificate) == nil; ours != test.want {
			t.Errorf("%s %s: we sign it: %v, %v", test.subject, test.names, ours, ask.Check(middle, now, root.Certificate))
		}
		// The same under an issuer that was never constrained, with its key.
		free := issuer
		copied := *middle
		copied.Extensions = nil
		copied.PermittedDNSDomains, copied.ExcludedDNSDomains = nil, nil
		copied.PermittedIPRanges, copied.PermittedEmailAddresses, copied.PermittedURIDomains = nil, nil, nil
		free.Certificate, free.Above = &copied, nil
		c, _ := mustIssue(t, free, ask)
		if out, takes := opensslTakes(t, c, issuer); takes != test.want {
			t.Errorf("%s %s: OpenSSL takes it: %v\n%s", test.subject, test.names, takes, out)
		}
	}
	warned := false
	for _, f := range pki.Lint(middle, now) {
		warned = warned || f.Code == pki.WarningConstraintGo
	}
	if !warned {
		t.Error("it is not said that Go refuses it")
	}
}

func sortedNames(names []pki.Name) map[pki.Name]bool {
	set := map[pki.Name]bool{}
	for _, n := range names {
		set[n] = true
	}
	return set
}
