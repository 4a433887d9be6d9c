package ui

import (
	"fyne.io/fyne/v2"

	"countersign/pki"
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
	moreRest = []moreField{
		{pki.FieldNotBefore, "issue.from", "issue.from.hint", "issue.valid.day.placeholder"},
		{pki.FieldSerial, "issue.serial", "issue.serial.hint", ""},
	}
)

func (f *issueForm) buildMore(line func(placeholder string) *widgets.Input) {
	t := f.w.t
	f.typed, f.moreFields = map[pki.Field]*widgets.Input{}, map[pki.Field]*widgets.Field{}
	words := func(key string) string {
		if key == "" {
			return ""
		}
		return t.T(key)
	}
	section := func(title string, fields []moreField) fyne.CanvasObject {
		var parts []fyne.CanvasObject
		for _, m := range fields {
			f.typed[m.field] = line(words(m.empty))
			f.moreFields[m.field] = widgets.NewField(t.T(m.label), words(m.hint), f.typed[m.field])
			parts = append(parts, f.moreFields[m.field])
		}
		return widgets.Stack(8, widgets.NewHeading(t.T(title)), widgets.Grid(220, 16, parts...))
	}
	changed := func() {
		f.preview()
		f.layoutAgain()
	}
	f.keyUsage = newUsageChoice(pki.KeyUsageNames(), nil, changed)
	f.extKeyUsage = newUsageChoice(pki.ExtKeyUsageNames(), line(t.T("issue.ext-key-usage.more")), changed)
	f.moreFields[pki.FieldKeyUsage] = widgets.NewField(t.T("issue.key-usage"), t.T("issue.key-usage.hint"), f.keyUsage.root)
	f.moreFields[pki.FieldExtKeyUsage] = widgets.NewField(t.T("issue.ext-key-usage"), "", f.extKeyUsage.root)
	inside := widgets.Stack(20,
		section("issue.section.subject", moreSubject),
		widgets.Stack(8, widgets.NewHeading(t.T("issue.section.uses")),
			widgets.Stack(12, f.moreFields[pki.FieldExtKeyUsage], f.moreFields[pki.FieldKeyUsage])),
		section("issue.section.addresses", moreAddresses),
		section("issue.section.rest", moreRest))
	f.more = widgets.NewDisclosure(t.T("issue.more"), inside, func(bool) { f.layoutAgain() })
}

// setUsages offers the usages that are usual for the kind and the key. What a
// person changed stays.
func (f *issueForm) setUsages() {
	r := pki.NewRequest(f.kind)
	r.Key = f.keyKind()
	r = r.Filled()
	f.keyUsage.setUsual(r.KeyUsage)
	f.extKeyUsage.setUsual(r.ExtKeyUsage)
	hint := "issue.ext-key-usage.hint"
	if f.kind == pki.Authority {
		hint = "issue.ext-key-usage.authority"
	}
	f.moreFields[pki.FieldExtKeyUsage].SetHint(f.w.t.T(hint))
}
