package pki

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// A Subject is the distinguished name a certificate is asked for. All parts
// are optional, but for the common name of authorities and clients.
type Subject struct {
	CommonName         string `json:"commonName,omitempty"`
	Organization       string `json:"organization,omitempty"`
	OrganizationalUnit string `json:"organizationalUnit,omitempty"` // further units are in Extra
	Locality           string `json:"locality,omitempty"`
	State              string `json:"state,omitempty"`
	Country            string `json:"country,omitempty"` // two letters of ISO 3166
	Street             string `json:"street,omitempty"`
	DomainComponent    string `json:"domainComponent,omitempty"` // "example.com": one component a label (RFC 2247)
	UserID             string `json:"userID,omitempty"`
	SerialNumber       string `json:"serialNumber,omitempty"`
	EmailAddress       string `json:"emailAddress,omitempty"` // PKCS #9; clients look at e-mail names instead
	// Extra are further attributes, by short name or OID: second and further
	// ones of the parts above ("OU"), the widest first, and other types.
	Extra []Attribute `json:"extra,omitempty"`
}

// An attribute is one part of a Subject on its way into a certificate.
type attribute struct {
	attributeType
	value string
}

// part returns the part of s that a field stands for, nil for none.
func (s *Subject) part(field Field) *string {
	switch field {
	case FieldName:
		return &s.CommonName
	case FieldOrganization:
		return &s.Organization
	case FieldOrganizationalUnit:
		return &s.OrganizationalUnit
	case FieldLocality:
		return &s.Locality
	case FieldState:
		return &s.State
	case FieldCountry:
		return &s.Country
	case FieldStreet:
		return &s.Street
	case FieldDomainComponent:
		return &s.DomainComponent
	case FieldUserID:
		return &s.UserID
	case FieldSerialNumber:
		return &s.SerialNumber
	case FieldEmailAddress:
		return &s.EmailAddress
	}
	return nil
}

// Set sets the part of s that a field stands for. Fields of no part do nothing.
func (s *Subject) Set(field Field, value string) {
	if part := s.part(field); part != nil {
		*part = value
	}
}

// attributes returns the parts that are set, the widest first, as they stand
// in a certificate. Extra attributes stand behind the ones of their type.
func (s Subject) attributes() []attribute {
	set := make([]attribute, 0, len(attributeTypes)+len(s.Extra))
	for _, t := range attributeTypes {
		if value := s.part(t.field); value != nil && *value != "" {
			values := []string{*value}
			if t.field == FieldDomainComponent {
				values = strings.Split(*value, ".")
				slices.Reverse(values)
			}
			for _, v := range values {
				set = append(set, attribute{t, v})
			}
		}
		for _, extra := range s.Extra {
			of, known := attributeOf(extra.Name)
			if known && (of.oid.Equal(t.oid) || t.oid == nil && attributeName(of.oid.String()) == of.oid.String()) {
				set = append(set, attribute{of, extra.Value})
			}
		}
	}
	return set
}

// trimmed returns s without white space around its parts and without empty
// ones, and with the country in upper case.
func (s Subject) trimmed() Subject {
	for _, t := range attributeTypes {
		if part := s.part(t.field); part != nil {
			*part = strings.TrimSpace(*part)
		}
	}
	s.Country = strings.ToUpper(s.Country)
	var extra []Attribute
	for _, a := range s.Extra {
		a = Attribute{Name: strings.TrimSpace(a.Name), Value: strings.TrimSpace(a.Value)}
		if of, known := attributeOf(a.Name); known {
			a.Name = of.name
		}
		if a.Name != "" || a.Value != "" {
			extra = append(extra, a)
		}
	}
	s.Extra = extra
	return s
}

// faults returns what is wrong with the parts that are set.
func (s Subject) faults() Faults {
	var faults Faults
	for _, a := range s.attributes() {
		if code, value := a.fault(); code != "" {
			faults = append(faults, Fault{Field: a.field, Code: code, Value: value})
		}
	}
	for _, a := range s.Extra {
		if _, known := attributeOf(a.Name); !known {
			faults = append(faults, Fault{Field: FieldAttributes, Code: CodeAttributeUnknown, Value: Escape(a.Name)})
		}
	}
	if s.DomainComponent != "" && strings.Contains("."+s.DomainComponent+".", "..") {
		faults = append(faults, Fault{Field: FieldDomainComponent, Code: CodeNameEncoding, Value: s.DomainComponent})
	}
	return faults
}

func (a attribute) fault() (code, value string) {
	if !utf8.ValidString(a.value) {
		return CodeNameEncoding, Escape(a.value)
	}
	if strings.IndexFunc(a.value, unicode.IsControl) >= 0 {
		return CodeNameControl, Escape(a.value)
	}
	if a.field == FieldCountry {
		if len(a.value) != 2 || strings.Trim(a.value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return CodeCountryTwoLetter, a.value
		}
		return "", ""
	}
	if a.value == "" && a.field == FieldAttributes {
		return CodeAttributeEmpty, a.name
	}
	if utf8.RuneCountInString(a.value) > a.limit {
		return CodeNameTooLong, strconv.Itoa(a.limit)
	}
	if a.tag == cbasn1.PrintableString && !isPrintableString(a.value) ||
		a.tag == cbasn1.IA5String && !isASCII(a.value) {
		return CodeNameEncoding, a.value
	}
	return "", ""
}

// isPrintableString reports whether s has only the characters of that type
// (X.680 section 41.4).
func isPrintableString(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
			strings.IndexByte(" '()+,-./:=?", c) < 0 {
			return false
		}
	}
	return true
}

// der returns the subject as a Name in DER.
func (s Subject) der() ([]byte, error) {
	var b cryptobyte.Builder
	addName(&b, s.attributes())
	return b.Bytes()
}

// addName adds a Name, one attribute a set.
func addName(b *cryptobyte.Builder, attributes []attribute) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range attributes {
			b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(a.oid)
					b.AddASN1(a.tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.value)) })
				})
			})
		}
	})
}
