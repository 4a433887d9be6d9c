package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// issueMore are the fields that few certificates need, folded.
type issueMore struct {
	more        *widgets.Disclosure
	typed       map[pki.Field]*widgets.Input
	moreFields  map[pki.Field]*widgets.Field
	keyUsage    *usageChoice
	extKeyUsage *usageChoice
}

// moreField is a field whose value is typed on one line.
type moreField struct {
	field              pki.Field
	label, hint, empty string // keys of the words; "" for none
}

var (
	moreSubject = []moreField{
		{pki.FieldOrganization, "issue.organization", "", ""},
		{pki.FieldOrganizationalUnit, "issue.unit", "issue.units.hint", ""},
		{pki.FieldLocality, "issue.locality", "", ""},
		{pki.FieldState, "issue.state", "", ""},
		{pki.FieldCountry, "issue.country", "", ""},
		{pki.FieldStreet, "issue.street", "", ""},
		{pki.FieldDomainComponent, "issue.domain", "", ""},
		{pki.FieldUserID, "issue.user", "", ""},
		{pki.FieldSerialNumber, "issue.number", "", ""},
		{pki.FieldEmailAddress, "issue.email", "issue.email.hint", ""},
		{pki.FieldAttributes, "issue.attributes", "issue.attributes.hint", "issue.attributes.placeholder"},
	}
	moreAddresses = []moreField{
		{pki.FieldCRL, "issue.crl", "issue.addresses.hint", "issue.crl.placeholder"},
		{pki.FieldOCSP, "issue.ocsp", "", "issue.ocsp.placeholder"},
		{pki.FieldIssuerAddresses, "issue.issuers", "", "issue.issuers.placeholder"},
	}
	moreFrom = moreField{pki.FieldNotBefore, "issue.from", "issue.from.hint", "issue.valid.day.placeholder"}
	moreRest = []moreField{
		moreFrom,
		{pki.FieldSerial, "issue.serial", "issue.serial.hint", ""},
	}
)

func (f *issueForm) buildMore(line func(placeholder string) *widgets.Input) {
	t := f.w.t
	inside := f.build(t, line, moreRest, func() {
		f.preview()
		f.layoutAgain()
	})
	f.more = widgets.NewDisclosure(t.T("issue.more"), inside, func(bool) { f.layoutAgain() })
}

// build makes the fields, rest among them, under headings. line makes one that
// is typed; changed is told when a usage is ticked.
func (m *issueMore) build(t *i18n.Printer, line func(placeholder string) *widgets.Input, rest []moreField, changed func()) fyne.CanvasObject {
	m.typed, m.moreFields = map[pki.Field]*widgets.Input{}, map[pki.Field]*widgets.Field{}
	words := func(key string) string {
		if key == "" {
			return ""
		}
		return t.T(key)
	}
	section := func(title string, fields []moreField) fyne.CanvasObject {
		var parts []fyne.CanvasObject
		for _, f := range fields {
			m.typed[f.field] = line(words(f.empty))
			m.moreFields[f.field] = widgets.NewField(t.T(f.label), words(f.hint), m.typed[f.field])
			parts = append(parts, m.moreFields[f.field])
		}
		return widgets.Stack(8, widgets.NewHeading(t.T(title)), widgets.Grid(220, 16, parts...))
	}
	m.keyUsage = newUsageChoice(pki.KeyUsageNames(), nil, changed)
	m.extKeyUsage = newUsageChoice(pki.ExtKeyUsageNames(), line(t.T("issue.ext-key-usage.more")), changed)
	m.moreFields[pki.FieldKeyUsage] = widgets.NewField(t.T("issue.key-usage"), t.T("issue.key-usage.hint"), m.keyUsage.root)
	m.moreFields[pki.FieldExtKeyUsage] = widgets.NewField(t.T("issue.ext-key-usage"), "", m.extKeyUsage.root)
	return widgets.Stack(20,
		section("issue.section.subject", moreSubject),
		widgets.Stack(8, widgets.NewHeading(t.T("issue.section.uses")),
			widgets.Stack(12, m.moreFields[pki.FieldExtKeyUsage], m.moreFields[pki.FieldKeyUsage])),
		section("issue.section.addresses", moreAddresses),
		section("issue.section.rest", rest))
}

// askUses reads usages and addresses into a request.
func (m *issueMore) askUses(r *pki.Request) {
	r.KeyUsage, r.ExtKeyUsage = m.keyUsage.value(), m.extKeyUsage.value()
	r.CRLAddresses = strings.Fields(m.typed[pki.FieldCRL].Text)
	r.OCSPAddresses = strings.Fields(m.typed[pki.FieldOCSP].Text)
	r.IssuerAddresses = strings.Fields(m.typed[pki.FieldIssuerAddresses].Text)
}

// setAddresses shows the addresses of a request.
func (m *issueMore) setAddresses(r pki.Request) {
	for field, list := range map[pki.Field][]string{pki.FieldCRL: r.CRLAddresses, pki.FieldOCSP: r.OCSPAddresses, pki.FieldIssuerAddresses: r.IssuerAddresses} {
		m.typed[field].SetText(spaced(list))
	}
}

// setUsual offers the usages that are usual for a kind and a key. What a person
// changed stays.
func (m *issueMore) setUsual(kind pki.Kind, key pki.KeyKind) {
	r := pki.NewRequest(kind)
	r.Key = key
	r = r.Filled()
	m.keyUsage.setUsual(r.KeyUsage)
	m.extKeyUsage.setUsual(r.ExtKeyUsage)
}

// setUsages offers the usages that are usual for the kind and the key. What a
// person changed stays.
func (f *issueForm) setUsages() {
	f.setUsual(f.kind, f.keyKind())
	hint := "issue.ext-key-usage.hint"
	if f.kind == pki.Authority {
		hint = "issue.ext-key-usage.authority"
	}
	f.moreFields[pki.FieldExtKeyUsage].SetHint(f.w.t.T(hint))
}
