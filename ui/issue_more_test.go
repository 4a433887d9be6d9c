package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"countersign/pki"
)

// tick changes a box as a person does.
func (u *usageChoice) tick(name string) { test.Tap(u.checks[slices.Index(u.names, name)]) }

// A limit on subjects is typed with its commas and spaces, up to Enter.
func TestDirectoryLimit(t *testing.T) {
	b, f, _ := issuing(t, pki.Authority)
	test.Type(f.name, "Staff")
	f.limits.SetOpen(true)
	f.preview()
	test.Type(f.permit.Entry(), "acme.test dn:O=Acme Inc, C=TW")
	b.win.Canvas().Focus(f.permit.Entry())
	f.permit.Commit()
	test.Type(f.exclude.Entry(), "dn:/C=TW/O=Acme Inc/OU=Secret")
	f.exclude.Commit()
	b.queue.drain()
	b.picture("issue-limits-directory")
	if got := f.permit.Names(); !slices.Equal(got, []string{"acme.test", "dn:O=Acme Inc, C=TW"}) {
		t.Fatalf("limits %q", got)
	}
	test.Tap(f.create)
	b.queue.drain()
	limits := pki.ConstraintsOf(b.found("Staff").X509)
	want := pki.NameConstraints{
		Permitted: []pki.Name{{Kind: pki.NameDNS, Value: "acme.test", Shown: "acme.test"}, {Kind: pki.NameDirectory, Value: "O=Acme Inc,C=TW", Shown: "O=Acme Inc, C=TW"}},
		Excluded:  []pki.Name{{Kind: pki.NameDirectory, Value: "OU=Secret,O=Acme Inc,C=TW", Shown: "OU=Secret, O=Acme Inc, C=TW"}},
	}
	if diff := cmp.Diff(want, limits); diff != "" {
		t.Error(diff)
	}
}

func TestEveryFieldOfMore(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	test.Type(f.name, "Ada")
	for field, text := range map[pki.Field]string{
		pki.FieldOrganization: "Acme", pki.FieldOrganizationalUnit: "Engines; Analytical", pki.FieldLocality: "London",
		pki.FieldState: "England", pki.FieldCountry: "gb", pki.FieldStreet: "12 Square", pki.FieldDomainComponent: "acme.test",
		pki.FieldUserID: "ada", pki.FieldSerialNumber: "42", pki.FieldEmailAddress: "ada@acme.test",
		pki.FieldAttributes: "title = Countess; 2.5.4.65=AAL",
		pki.FieldCRL:        "http://ca.test/a.crl http://ca.test/b.crl", pki.FieldOCSP: "http://ca.test/ocsp",
		pki.FieldIssuerAddresses: "http://ca.test/ca.crt", pki.FieldNotBefore: "2026-11-01", pki.FieldSerial: "0a:0b:0c:0d:0e:0f:10:11",
	} {
		f.typed[field].SetText(text)
	}
	f.keyUsage.tick("keyAgreement")
	f.extKeyUsage.tick("emailProtection")
	f.extKeyUsage.other.SetText("1.2.3.4.5")
	f.more.SetOpen(true)
	f.card.fold.SetOpen(true)
	f.preview()
	b.queue.drain()
	b.picture("issue-more")
	if commands := f.card.commands.Text(); !strings.Contains(commands, "1.2.3.4.5") || !strings.Contains(commands, "-startdate 20261101") {
		t.Errorf("the commands do not follow:\n%s", commands)
	}
	test.Tap(f.create)
	b.queue.drain()
	made := b.found("Ada")
	want := "emailAddress=ada@acme.test, serialNumber=42, UID=ada, CN=Ada, pseudonym=AAL, title=Countess, OU=Analytical, OU=Engines, " +
		"O=Acme, STREET=12 Square, L=London, ST=England, C=GB, DC=acme, DC=test"
	if made.Described.Subject != want {
		t.Errorf("subject %s, want %s", made.Described.Subject, want)
	}
	got := [][]string{made.Described.KeyUsage, made.Described.ExtKeyUsage, made.X509.CRLDistributionPoints, made.X509.OCSPServer, made.X509.IssuingCertificateURL}
	if diff := cmp.Diff([][]string{
		{"digitalSignature", "keyAgreement"}, {"clientAuth", "emailProtection", "1.2.3.4.5"},
		{"http://ca.test/a.crl", "http://ca.test/b.crl"}, {"http://ca.test/ocsp"}, {"http://ca.test/ca.crt"},
	}, got); diff != "" {
		t.Error(diff)
	}
	if made.Serial != "0a:0b:0c:0d:0e:0f:10:11" || !made.NotBefore.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("serial %s, from %v", made.Serial, made.NotBefore)
	}
}

// What is usual follows the kind and the key, until a person says otherwise.
func TestUsagesFollowTheKind(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	if got := f.keyUsage.chosen(); !slices.Equal(got, []string{"digitalSignature"}) || f.keyUsage.value() != nil {
		t.Errorf("of a client: %v", got)
	}
	f.setKind(pki.Server)
	f.key.Choose(slices.Index(pki.KeyKinds(), pki.RSA2048))
	if got := f.keyUsage.chosen(); !slices.Equal(got, []string{"digitalSignature", "keyEncipherment"}) {
		t.Errorf("of a server with RSA: %v", got)
	}
	f.keyUsage.tick("dataEncipherment")
	f.setKind(pki.Client)
	if got := f.keyUsage.value(); !slices.Equal(got, []string{"digitalSignature", "keyEncipherment", "dataEncipherment"}) {
		t.Errorf("what was ticked is gone: %v", got)
	}
	b.queue.drain()
}

func TestFaultsOfMoreAreSaidThere(t *testing.T) {
	b, f, _ := issuing(t, pki.Client)
	test.Type(f.name, "Ada")
	for field, text := range map[pki.Field]string{
		pki.FieldAttributes: "nonsense", pki.FieldCRL: "nowhere", pki.FieldSerial: "xyz", pki.FieldCountry: "GBR", pki.FieldNotBefore: "tomorrow",
	} {
		f.typed[field].SetText(text)
	}
	f.extKeyUsage.other.SetText("fly")
	test.Tap(f.create)
	b.queue.drain()
	if !f.more.Open() {
		t.Error("the fields are folded")
	}
	for _, field := range []pki.Field{pki.FieldAttributes, pki.FieldCRL, pki.FieldSerial, pki.FieldCountry, pki.FieldNotBefore, pki.FieldExtKeyUsage} {
		if f.moreFields[field].Fault() == "" {
			t.Errorf("nothing at %s", field)
		}
	}
	if b.win.Canvas().Focused() != fyne.Focusable(f.typed[pki.FieldCountry]) {
		t.Error("the focus is not on the first of them")
	}
	b.picture("issue-more-faults")
}

func TestAuthorityWithLimits(t *testing.T) {
	b, f, root := issuing(t, pki.Authority)
	if got := f.path.Options()[0]; got != "No limit" || !f.limits.Visible() {
		t.Errorf("of a root: %s", got)
	}
	test.Type(f.name, "Servers")
	f.issuer.Choose(1)
	b.queue.drain()
	f.path.Choose(1)
	f.limits.SetOpen(true)
	test.Type(f.permit.Entry(), "acme.test 10.0.0.0/8 nonsense! ")
	test.Type(f.exclude.Entry(), ".secret.acme.test ")
	f.extKeyUsage.tick("serverAuth")
	test.Tap(f.create)
	b.queue.drain()
	if got := f.moreFields[pki.FieldPermitted].Fault(); !strings.Contains(got, "nonsense!") {
		t.Errorf("the fault of a limit is %q", got)
	}
	f.permit.SetNames("acme.test", "10.0.0.0/8")
	f.preview()
	b.queue.drain()
	b.picture("issue-limits")
	test.Tap(f.create)
	b.queue.drain()
	made := b.found("Servers")
	if made.IssuerID != root.ID || made.Described.PathLength != 1 || !slices.Equal(made.Described.ExtKeyUsage, []string{"serverAuth"}) {
		t.Errorf("%+v", made.Described)
	}
	limits := pki.ConstraintsOf(made.X509)
	if len(limits.Permitted) != 2 || len(limits.Excluded) != 1 || limits.Excluded[0].Value != ".secret.acme.test" {
		t.Errorf("%+v", limits)
	}

	f = b.openForm(pki.Server, made.ID)
	test.Type(f.names.Entry(), "api.other.test ")
	test.Tap(f.create)
	b.queue.drain()
	if got := f.namesField.Fault(); !strings.Contains(got, "may not sign for api.other.test") {
		t.Errorf("beyond the limits it says %q", got)
	}
	f = b.openForm(pki.Client, made.ID)
	test.Type(f.name, "alice")
	test.Tap(f.create)
	b.queue.drain()
	if got := f.issuerField.Fault(); !strings.Contains(got, "for this purpose") {
		t.Errorf("for another purpose it says %q", got)
	}
}
