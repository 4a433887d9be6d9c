package pki

import (
	"encoding/asn1"
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
	OrganizationalUnit string `json:"organizationalUnit,omitempty"`
	Locality           string `json:"locality,omitempty"`
	State              string `json:"state,omitempty"`
	Country            string `json:"country,omitempty"` // two letters of ISO 3166
	Street             string `json:"street,omitempty"`
	DomainComponent    string `json:"domainComponent,omitempty"` // "example.com": one component a label (RFC 2247)
	UserID             string `json:"userID,omitempty"`
	SerialNumber       string `json:"serialNumber,omitempty"`
	EmailAddress       string `json:"emailAddress,omitempty"` // PKCS #9; clients look at e-mail names instead
}

// A attribute is one part of a Subject on its way into a certificate.
type attribute struct {
	field Field
	oid   asn1.ObjectIdentifier
	tag   cbasn1.Tag
	limit int // the upper bound in characters (RFC 5280 appendix A.1)
	value string
}

var (
	oidCommonName         = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidSerialNumber       = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidCountry            = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidLocality           = asn1.ObjectIdentifier{2, 5, 4, 7}
	oidState              = asn1.ObjectIdentifier{2, 5, 4, 8}
	oidStreet             = asn1.ObjectIdentifier{2, 5, 4, 9}
	oidOrganization       = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidOrganizationalUnit = asn1.ObjectIdentifier{2, 5, 4, 11}
	oidUserID             = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}
	oidDomainComponent    = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
	oidEmailAddress       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
)

// maxCommonName is ub-common-name of RFC 5280 appendix A.1, in characters.
const maxCommonName = 64

// attributes returns the parts that are set, the widest first, as they stand
// in a certificate. Text is UTF8String but where RFC 5280 section 4.1.2.4 and
// appendix A.1 ask for something narrower.
func (s Subject) attributes() []attribute {
	const utf8, printable, ia5 = cbasn1.UTF8String, cbasn1.PrintableString, cbasn1.IA5String
	set := make([]attribute, 0, 11)
	add := func(field Field, oid asn1.ObjectIdentifier, tag cbasn1.Tag, limit int, value string) {
		if value != "" {
			set = append(set, attribute{field, oid, tag, limit, value})
		}
	}
	if s.DomainComponent != "" {
		labels := strings.Split(s.DomainComponent, ".")
		for i := len(labels) - 1; i >= 0; i-- {
			set = append(set, attribute{FieldDomainComponent, oidDomainComponent, ia5, maxLabel, labels[i]})
		}
	}
	add(FieldCountry, oidCountry, printable, 2, s.Country)
	add(FieldState, oidState, utf8, 128, s.State)
	add(FieldLocality, oidLocality, utf8, 128, s.Locality)
	add(FieldStreet, oidStreet, utf8, 128, s.Street)
	add(FieldOrganization, oidOrganization, utf8, 64, s.Organization)
	add(FieldOrganizationalUnit, oidOrganizationalUnit, utf8, 64, s.OrganizationalUnit)
	add(FieldName, oidCommonName, utf8, maxCommonName, s.CommonName)
	add(FieldUserID, oidUserID, utf8, 256, s.UserID)
	add(FieldSerialNumber, oidSerialNumber, printable, 64, s.SerialNumber)
	add(FieldEmailAddress, oidEmailAddress, ia5, 255, s.EmailAddress)
	return set
}

// trimmed returns s without white space around its parts, and with the country
// in upper case.
func (s Subject) trimmed() Subject {
	for _, part := range []*string{
		&s.CommonName, &s.Organization, &s.OrganizationalUnit, &s.Locality, &s.State, &s.Country,
		&s.Street, &s.DomainComponent, &s.UserID, &s.SerialNumber, &s.EmailAddress,
	} {
		*part = strings.TrimSpace(*part)
	}
	s.Country = strings.ToUpper(s.Country)
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

// der returns the subject as a Name in DER, one attribute a set.
func (s Subject) der() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range s.attributes() {
			b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(a.oid)
					b.AddASN1(a.tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.value)) })
				})
			})
		}
	})
	return b.Bytes()
}
