package ui

import (
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/ui/desk"
)

// asked is what the form says: one request, or two; and the faults that only
// the form can know, since they are in what is typed.
type asked struct {
	main    desk.IssueRequest
	client  *desk.IssueRequest
	faults  pki.Faults
	badDay  bool
	badFrom bool
}

func (f *issueForm) asked() asked {
	r := pki.NewRequest(f.kind)
	r.Key = f.keyKind()
	var a asked
	r.Subject, a.faults = f.subject()
	if f.kind == pki.Client || f.kind == pki.Authority {
		r.Subject.CommonName = strings.TrimSpace(f.name.Text)
	}
	if f.kind != pki.Authority {
		names, faults := pki.ParseNames(strings.Join(f.names.Names(), " "))
		r.Names, a.faults = names, append(a.faults, faults...)
	} else {
		a.faults = append(a.faults, f.askLimits(&r)...)
	}
	begin, ok := f.notBefore()
	if a.badFrom = !ok; ok {
		r.NotBefore = begin
	}
	end, ok := f.notAfter()
	if a.badDay = !ok; ok {
		r.NotAfter = end
	}
	r.Serial = strings.TrimSpace(f.typed[pki.FieldSerial].Text)
	f.askUses(&r)
	a.main = desk.IssueRequest{IssuerID: f.issuerID(), Request: r, Profile: f.profileName()}
	if f.kind == pki.Server && f.client.Checked() {
		a.client = f.clientOf(a.main)
	}
	return a
}

// clientOf is the request of the client that is made along with a server: what
// is the server's own is left out.
func (f *issueForm) clientOf(main desk.IssueRequest) *desk.IssueRequest {
	main.Kind, main.Names, main.Serial, main.Profile = pki.Client, nil, "", ""
	main.KeyUsage, main.ExtKeyUsage = nil, nil
	main.Subject.CommonName = strings.TrimSpace(f.clientName.Text)
	return &main
}

// subject reads the parts of the subject but for the common name.
func (f *issueMore) subject() (pki.Subject, pki.Faults) {
	var s pki.Subject
	for _, part := range moreSubject {
		s.Set(part.field, strings.TrimSpace(f.typed[part.field].Text))
	}
	s.Country = strings.ToUpper(s.Country)
	units := typedList(f.typed[pki.FieldOrganizationalUnit].Text)
	s.OrganizationalUnit = ""
	if len(units) > 0 {
		s.OrganizationalUnit = units[0]
		for _, unit := range units[1:] {
			s.Extra = append(s.Extra, pki.Attribute{Name: "OU", Value: unit})
		}
	}
	var faults pki.Faults
	for _, text := range typedList(f.typed[pki.FieldAttributes].Text) {
		name, value, found := strings.Cut(text, "=")
		if !found {
			faults = append(faults, pki.Fault{Field: pki.FieldAttributes, Code: pki.CodeAttributeUnknown, Value: pki.Escape(text)})
			continue
		}
		s.Extra = append(s.Extra, pki.Attribute{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	return s, faults
}

// typedList reads a list with semicolons between its parts.
func typedList(text string) []string {
	var list []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；\n", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// notBefore is the beginning that was typed, zero for now; false when it is no
// day.
func (f *issueForm) notBefore() (time.Time, bool) { return f.begin(f.w.now().Location()) }

// begin is the same, where the computer is.
func (f *issueMore) begin(local *time.Location) (time.Time, bool) {
	text := strings.TrimSpace(f.typed[pki.FieldNotBefore].Text)
	if text == "" {
		return time.Time{}, true
	}
	at, err := time.ParseInLocation(time.DateOnly, text, local)
	return at, err == nil
}

// setSubject shows the parts of a subject in the fields.
func (f *issueMore) setSubject(s pki.Subject) {
	for _, part := range moreSubject {
		f.typed[part.field].SetText("")
	}
	set := func(field pki.Field, value string) { f.typed[field].SetText(value) }
	set(pki.FieldOrganization, s.Organization)
	set(pki.FieldLocality, s.Locality)
	set(pki.FieldState, s.State)
	set(pki.FieldCountry, s.Country)
	set(pki.FieldStreet, s.Street)
	set(pki.FieldDomainComponent, s.DomainComponent)
	set(pki.FieldUserID, s.UserID)
	set(pki.FieldSerialNumber, s.SerialNumber)
	set(pki.FieldEmailAddress, s.EmailAddress)
	units := []string{s.OrganizationalUnit}
	var others []string
	for _, a := range s.Extra {
		if strings.EqualFold(a.Name, "OU") {
			units = append(units, a.Value)
			continue
		}
		others = append(others, a.Name+"="+a.Value)
	}
	set(pki.FieldOrganizationalUnit, strings.Join(slices.DeleteFunc(units, func(u string) bool { return u == "" }), "; "))
	set(pki.FieldAttributes, strings.Join(others, "; "))
}
