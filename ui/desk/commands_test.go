package desk

import (
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// likeness is what the commands and the desk must make alike.
type likeness struct {
	Subject           string
	Names             []pki.Name
	KeyUsage          []string
	ExtKeyUsage       []string
	PathLength        int
	Key               string
	Extensions        map[string]bool // and whether critical
	Constraints       pki.NameConstraints
	CRL, OCSP, Issuer []string
}

func likenessOf(c *x509.Certificate) likeness {
	d := pki.Describe(c)
	l := likeness{
		Subject: d.Subject, Names: d.Names, KeyUsage: d.KeyUsage, ExtKeyUsage: d.ExtKeyUsage, PathLength: d.PathLength, Key: d.Key,
		Extensions: map[string]bool{}, Constraints: pki.ConstraintsOf(c),
		CRL: c.CRLDistributionPoints, OCSP: c.OCSPServer, Issuer: c.IssuingCertificateURL,
	}
	for _, e := range d.Extensions {
		l.Extensions[e.OID] = e.Critical
	}
	return l
}

// commandsTest is a request; root: it signs itself.
type commandsTest struct {
	name string
	root bool
	edit func(*pki.Request)
	kind pki.Kind
}

func typedNames(t *testing.T, typed string) []pki.Name {
	t.Helper()
	list, faults := pki.ParseNames(typed)
	if faults != nil {
		t.Fatal(faults)
	}
	return list
}

func typedConstraints(t *testing.T, typed string) []pki.Name {
	t.Helper()
	list, faults := pki.ParseConstraints(typed, pki.FieldPermitted)
	if faults != nil {
		t.Fatal(faults)
	}
	return list
}

func leafCommands(t *testing.T) []commandsTest {
	names := func(typed string) []pki.Name { return typedNames(t, typed) }
	full := pki.Subject{
		CommonName: "Ada's \"$HOME\" #1", Organization: "Ü, 公司/+", OrganizationalUnit: "One", Country: "GB", State: "England",
		Locality: "London", Street: "12 Square", DomainComponent: "acme.test", UserID: "ada", SerialNumber: "42", EmailAddress: "ada@acme.test",
		Extra: []pki.Attribute{{Name: "OU", Value: "Two"}, {Name: "title", Value: "Countess"}},
	}
	return []commandsTest{
		{"server", false, func(r *pki.Request) { r.Names = names("api.acme.test 10.0.0.7 2001:db8::1 *.acme.test") }, pki.Server},
		{"server named by its address only", false, func(r *pki.Request) { r.Names = names(strings.Repeat("a", 60) + ".acme.test") }, pki.Server},
		{"RSA server", false, func(r *pki.Request) { r.Key, r.Names = pki.RSA2048, names("localhost") }, pki.Server},
		{"client", false, func(r *pki.Request) { r.Subject, r.Names = full, names("a@b.example spiffe://acme.test/ada") }, pki.Client},
		{"both", false, func(r *pki.Request) { r.Names = names("localhost") }, pki.Both},
		{"Ed25519 client", false, func(r *pki.Request) { r.Key, r.Subject.CommonName = pki.Ed25519, "Ed" }, pki.Client},
		{"all fields", false, func(r *pki.Request) {
			r.Subject, r.Names = full, names("a@b.example")
			r.Serial = "0a:0b:0c"
			r.KeyUsage, r.ExtKeyUsage = []string{"digitalSignature", "keyAgreement"}, []string{"clientAuth", "1.2.3.4.5"}
			r.CRLAddresses = []string{"http://ca.test/a.crl", "http://ca.test/b.crl"}
			r.OCSPAddresses, r.IssuerAddresses = []string{"http://ca.test/ocsp"}, []string{"http://ca.test/ca.crt"}
		}, pki.Client},
		{"exact dates", false, func(r *pki.Request) {
			r.Subject, r.Serial = full, "0a0b0c"
			r.NotBefore, r.NotAfter = fixed.AddDate(0, -1, 3), fixed.AddDate(1, 0, 0).Add(1234*time.Second)
		}, pki.Client},
		{"odd values", false, func(r *pki.Request) {
			r.Subject = full
			r.Subject.Extra = append(r.Subject.Extra, pki.Attribute{Name: "1.2.3.4", Value: "x=y; [z]"})
			r.Names = names("https://acme.test/a?b=$c#d a@b.example")
			r.CRLAddresses = []string{"ldap://dir.test/cn=ca,o=acme?certificateRevocationList", "http://ca.test/a.crl"}
			r.OCSPAddresses = []string{"http://ca.test/a,b"}
		}, pki.Client},
	}
}

func authorityCommands(t *testing.T) []commandsTest {
	constraints := func(typed string) []pki.Name { return typedConstraints(t, typed) }
	return []commandsTest{
		{"root", true, func(r *pki.Request) { r.Subject.CommonName, r.PathLength = "New Root", 2 }, pki.Authority},
		{"root with exact dates", true, func(r *pki.Request) { r.Subject.CommonName, r.NotBefore = "New Root", fixed.AddDate(-1, 0, 0) }, pki.Authority},
		{"intermediate", false, func(r *pki.Request) {
			r.Subject.CommonName, r.PathLength, r.ExtKeyUsage = "Middle", 1, []string{"serverAuth"}
			r.Constraints.Permitted = constraints("acme.test .below.test 10.0.0.0/8 2001:db8::/32 @acme.test boss@b.test uri:acme.test")
			r.Constraints.Excluded = constraints("secret.acme.test 10.9.0.0/16")
		}, pki.Authority},
		{"intermediate with directory names", false, func(r *pki.Request) {
			r.Subject.CommonName = "Middle"
			directory, err := pki.ParseConstraint("dn:O=王 & Söhne, C=DE")
			if err != nil {
				t.Fatal(err)
			}
			r.Constraints.Permitted = append(constraints("acme.test 2001:db8::/32"), directory)
		}, pki.Authority},
		{"intermediate with exact dates", false, func(r *pki.Request) {
			r.Subject.CommonName, r.NotAfter = "Middle", fixed.AddDate(1, 0, 0).Add(time.Hour)
			r.Constraints.Permitted = constraints("acme.test 10.0.0.0/8 2001:db8::/32")
		}, pki.Authority},
	}
}

// What Show as commands prints makes what the desk makes: each is run, and its
// certificate compared.
func TestCommandsMakeTheSame(t *testing.T) {
	pkitest.Need(t, "openssl")
	for _, test := range append(leafCommands(t), authorityCommands(t)...) {
		t.Run(test.name, func(t *testing.T) { commandsMakeTheSame(t, test) })
	}
}

func commandsMakeTheSame(t *testing.T, test commandsTest) {
	d := newDesk(t)
	folder := t.TempDir()
	r := IssueRequest{Request: pki.NewRequest(test.kind)}
	test.edit(&r.Request)
	if !test.root {
		top := named(pki.Authority, "Root")
		top.PathLength = 3
		root := d.mustIssue(t, "", top)
		r.IssuerID = root.ID
		for ending, format := range map[string]Format{".pem": PEM, ".key": Key} {
			file, err := d.Export(root.ID, format, "")
			if err != nil {
				t.Fatal(err)
			}
			if err := WriteFile(filepath.Join(folder, "Root"+ending), file, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	script, err := d.Commands(r)
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("sh", "-e", "-c", script)
	shell.Dir = folder
	if out, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, script, out)
	}
	data, err := os.ReadFile(filepath.Join(folder, FileName(r.title())+".pem"))
	if err != nil {
		t.Fatal(err)
	}
	objects, err := pki.Decode(data, "")
	if err != nil {
		t.Fatal(err)
	}
	theirs := objects[0].Certificate
	c := d.mustIssue(t, r.IssuerID, r.Request)
	detail, err := d.Detail(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(likenessOf(detail.X509), likenessOf(theirs)); diff != "" {
		t.Errorf("(-desk +openssl)\n%s\n%s", diff, script)
	}
	if strings.Contains(test.name, "exact") && (!theirs.NotBefore.Equal(detail.X509.NotBefore) || !theirs.NotAfter.Equal(detail.X509.NotAfter)) {
		t.Errorf("valid from %v to %v, want %v to %v", theirs.NotBefore, theirs.NotAfter, detail.X509.NotBefore, detail.X509.NotAfter)
	}
	if r.Serial != "" && theirs.SerialNumber.Cmp(detail.X509.SerialNumber) != 0 {
		t.Errorf("serial number %x", theirs.SerialNumber)
	}
}
