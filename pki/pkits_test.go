package pki_test

import (
	"crypto/x509"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/pki"
)

// A pkitsCase is one test of NIST's Public Key Interoperability Test Suite
// (csrc.nist.gov/projects/pki-testing) as Go keeps it.
type pkitsCase struct {
	Name                        string
	CertPath                    []string // the root first
	InitialPolicySet            []string
	InitialPolicyMappingInhibit bool
	InitialExplicitPolicy       bool
	InitialAnyPolicyInhibit     bool
	ShouldValidate              bool
}

// number is "4.1.2" of "4.1.2 Invalid CA Signature Test2".
func (c pkitsCase) number() string {
	number, _, _ := strings.Cut(c.Name, " ")
	return number
}

// pkitsFields is the field that each expected failure must name, by number or
// by section.
var pkitsFields = map[string]string{
	"4.1.2": "signatureValue", "4.1.3": "signatureValue", "4.1.6": "subjectPublicKeyInfo.algorithm",
	"4.2.1": "validity.notBefore", "4.2.2": "validity.notBefore",
	"4.2.5": "validity.notAfter", "4.2.6": "validity.notAfter", "4.2.7": "validity.notAfter",
	"4.3": "issuer", "4.4.1": "cRLDistributionPoints", "4.5.8": "keyUsage.keyCertSign",
	"4.6.1": "basicConstraints", "4.6.2": "basicConstraints.cA", "4.6.3": "basicConstraints.cA",
	"4.6": "basicConstraints.pathLenConstraint", "4.7": "keyUsage.keyCertSign",
	"4.8": "certificatePolicies", "4.9": "certificatePolicies", "4.10.7": "policyMappings", "4.10.8": "policyMappings",
	"4.10": "certificatePolicies", "4.11": "certificatePolicies", "4.12": "certificatePolicies",
	"4.13": "nameConstraints", "4.16": "extensions",
}

// pkitsRevoked are the failures whose cause is in a CRL. Go's tree has the
// certificates of the suite and none of its CRLs: here each chain must be good
// but for its CRL. What a CRL can say is tested in TestVerifyCRL.
var pkitsRevoked = strings.Fields(`
	4.4.2 4.4.3 4.4.4 4.4.5 4.4.6 4.4.8 4.4.9 4.4.10 4.4.11 4.4.12 4.4.18 4.4.20 4.4.21
	4.5.2 4.5.5 4.5.7 4.7.4 4.7.5
	4.14.2 4.14.3 4.14.8 4.14.9 4.14.11 4.14.12 4.14.14 4.14.15 4.14.16 4.14.17 4.14.20 4.14.21
	4.14.23 4.14.26 4.14.27 4.14.31 4.14.32 4.14.34 4.14.35 4.15.1 4.15.3 4.15.4 4.15.6 4.15.9 4.15.10`)

// pkitsUnread are the tests with a certificate that crypto/x509 does not read,
// and why.
var pkitsUnread = map[string]string{
	"4.1.5":   "x509: invalid DSA parameters",         // inherited ones
	"4.4.15":  "x509: negative serial number",         // expected to fail
	"4.14.4":  "x509: invalid CRL distribution point", // nameRelativeToCRLIssuer
	"4.14.5":  "x509: invalid CRL distribution point", // likewise
	"4.14.6":  "x509: invalid CRL distribution point", // likewise, expected to fail
	"4.14.29": "x509: invalid CRL distribution point", // likewise
}

// pkitsStrict are the successes that some clients refuse all the same, mostly
// crypto/x509 and with it all that is written in Go, and what is said of them.
var pkitsStrict = map[string]string{
	"4.1.4": pki.WarningKeyUnknown, // DSA, which crypto/x509 no longer checks: refused by all of today
	"4.3.3": pki.FindingIssuerNameForm, "4.3.4": pki.FindingIssuerNameForm, "4.3.5": pki.FindingIssuerNameForm,
	"4.3.10": pki.FindingIssuerNameForm, "4.3.11": pki.FindingIssuerNameForm,
	"4.6.15": pki.FindingPathLengthSelf, "4.6.17": pki.FindingPathLengthSelf,
	"4.13.1": pki.WarningConstraintGo, "4.13.4": pki.WarningConstraintGo, "4.13.5": pki.WarningConstraintGo,
	"4.13.6": pki.WarningConstraintGo, "4.13.11": pki.WarningConstraintGo, "4.13.14": pki.WarningConstraintGo,
	"4.13.18": pki.WarningConstraintGo, "4.13.19": pki.WarningConstraintGo, "4.13.27": pki.WarningConstraintGo,
	"4.13.25": pki.FindingRefusedByGo, "4.13.36": pki.FindingRefusedByGo, // a host excludes what is below it
	"4.6.4": pki.WarningConstraintsNotCritical, // refused by -x509_strict, not by Go
}

func TestPKITS(t *testing.T) {
	dir, cases := readPKITS(t)
	used := map[string]bool{}
	for _, tc := range cases {
		t.Run(tc.Name, func(t *testing.T) {
			number := tc.number()
			used[number] = true
			certs, err := tc.read(dir)
			if want := pkitsUnread[number]; want != "" || err != nil {
				if err == nil || err.Error() != want {
					t.Fatalf("read: %v, want %q", err, want)
				}
				return
			}
			v := pki.Verify(tc.question(t, certs))
			switch {
			case slices.Contains(pkitsRevoked, number):
				if !v.Trusted {
					t.Fatalf("not only a CRL refuses: %+v", v.Findings)
				}
			case !tc.ShouldValidate:
				wantRefusal(t, v, fieldOf(number))
			case pkitsStrict[number] != "":
				f := v.Worst()
				if v.Trusted || f == nil || f.Code != pkitsStrict[number] || v.OnlyStrict == (number == "4.1.4") {
					t.Fatalf("got %+v, want %s", v.Findings, pkitsStrict[number])
				}
			case !v.Trusted:
				t.Fatalf("refused: %+v", v.Findings)
			}
			if !v.Chain[0].Equal(certs[len(certs)-1]) || !v.Anchored || !v.Chain[len(v.Chain)-1].Equal(certs[0]) {
				t.Errorf("the chain of %d does not lead from the leaf to the root", len(v.Chain))
			}
		})
	}
	for _, number := range pkitsRevoked {
		if !used[number] {
			t.Errorf("no test %s", number)
		}
	}
}

// readPKITS reads the list of tests.
func readPKITS(t *testing.T) (dir string, cases []pkitsCase) {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env GOROOT: %v", err)
	}
	dir = filepath.Join(strings.TrimSpace(string(root)), "src", "crypto", "x509", "testdata", "nist-pkits")
	data, err := os.ReadFile(filepath.Join(dir, "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 249 {
		t.Fatalf("%d tests in %s, want 249", len(cases), dir)
	}
	return dir, cases
}

// read reads the certificates of a test, the root first.
func (c pkitsCase) read(dir string) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	for _, name := range c.CertPath {
		der, err := os.ReadFile(filepath.Join(dir, "certs", name))
		if err != nil {
			return nil, err
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

func (c pkitsCase) question(t *testing.T, certs []*x509.Certificate) pki.VerifyQuestion {
	q := pki.VerifyQuestion{
		Leaf: certs[len(certs)-1], Roots: certs[:1], Intermediates: certs[1 : len(certs)-1],
		At: time.Date(2015, time.January, 1, 0, 0, 0, 0, time.UTC), NeedCRL: c.number() == "4.4.1",
		Policies: pki.PolicyQuestion{Explicit: c.InitialExplicitPolicy,
			InhibitMapping: c.InitialPolicyMappingInhibit, InhibitAny: c.InitialAnyPolicyInhibit},
	}
	for _, name := range c.InitialPolicySet {
		dotted := "2.16.840.1.101.3.2.1.48." + strings.TrimPrefix(name, "NIST-test-policy-")
		if name == "anyPolicy" {
			dotted = "2.5.29.32.0"
		}
		oid, err := x509.ParseOID(dotted)
		if err != nil {
			t.Fatalf("policy %q: %v", name, err)
		}
		q.Policies.Acceptable = append(q.Policies.Acceptable, oid)
	}
	return q
}

// fieldOf returns the field that a failure must name.
func fieldOf(number string) string {
	for number != "" {
		if field := pkitsFields[number]; field != "" {
			return field
		}
		number = number[:max(0, strings.LastIndex(number, "."))]
	}
	return ""
}

// wantRefusal wants the worst finding to name a field and a certificate.
func wantRefusal(t *testing.T, v pki.Verdict, field string) {
	t.Helper()
	if field == "" {
		t.Fatal("the test does not know which field")
	}
	f := v.Worst()
	switch {
	case v.Trusted || v.OnlyStrict || f == nil:
		t.Fatalf("accepted: %+v", v.Findings)
	case f.Severity != pki.Refused || f.Field != field && !strings.HasPrefix(f.Field, field+"."):
		t.Fatalf("got %+v, want %s", v.Findings, field)
	case f.Code == "" || f.Index < 0 || f.Index >= len(v.Chain):
		t.Fatalf("no certificate: %+v", *f)
	}
}
