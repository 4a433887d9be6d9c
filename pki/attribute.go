package pki

import (
	"encoding/asn1"
	"strconv"
	"strings"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// An Attribute is one part of a distinguished name.
type Attribute struct {
	Name  string `json:"name"` // "CN", "O", or an OID
	Value string `json:"value"`
}

// An attributeType is a kind of part of a distinguished name.
type attributeType struct {
	field Field  // the field of a Subject that has it, FieldAttributes when none has
	name  string // as RFC 4514 section 3 and openssl spell it
	oid   asn1.ObjectIdentifier
	tag   cbasn1.Tag
	limit int // the upper bound in characters (RFC 5280 appendix A.1, X.520)
}

// The types of attribute that are known, in the order in which they stand in a
// certificate, the widest first. Text is UTF8String but where RFC 5280 section
// 4.1.2.4 and appendix A.1 ask for something narrower.
var attributeTypes = [...]attributeType{
	{FieldDomainComponent, "DC", asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}, cbasn1.IA5String, maxLabel},
	{FieldCountry, "C", asn1.ObjectIdentifier{2, 5, 4, 6}, cbasn1.PrintableString, 2},
	{FieldState, "ST", asn1.ObjectIdentifier{2, 5, 4, 8}, cbasn1.UTF8String, 128},
	{FieldLocality, "L", asn1.ObjectIdentifier{2, 5, 4, 7}, cbasn1.UTF8String, 128},
	{FieldStreet, "STREET", asn1.ObjectIdentifier{2, 5, 4, 9}, cbasn1.UTF8String, 128},
	{FieldAttributes, "postalCode", asn1.ObjectIdentifier{2, 5, 4, 17}, cbasn1.UTF8String, 40},
	{FieldOrganization, "O", asn1.ObjectIdentifier{2, 5, 4, 10}, cbasn1.UTF8String, 64},
	{FieldAttributes, "organizationIdentifier", asn1.ObjectIdentifier{2, 5, 4, 97}, cbasn1.UTF8String, 256},
	{FieldOrganizationalUnit, "OU", asn1.ObjectIdentifier{2, 5, 4, 11}, cbasn1.UTF8String, 64},
	{FieldAttributes, "title", asn1.ObjectIdentifier{2, 5, 4, 12}, cbasn1.UTF8String, 64},
	{FieldAttributes, "SN", asn1.ObjectIdentifier{2, 5, 4, 4}, cbasn1.UTF8String, 256},
	{FieldAttributes, "GN", asn1.ObjectIdentifier{2, 5, 4, 42}, cbasn1.UTF8String, 256},
	{FieldAttributes, "initials", asn1.ObjectIdentifier{2, 5, 4, 43}, cbasn1.UTF8String, 256},
	{FieldAttributes, "pseudonym", asn1.ObjectIdentifier{2, 5, 4, 65}, cbasn1.UTF8String, 128},
	{FieldAttributes, "dnQualifier", asn1.ObjectIdentifier{2, 5, 4, 46}, cbasn1.PrintableString, 64},
	{FieldAttributes, "description", asn1.ObjectIdentifier{2, 5, 4, 13}, cbasn1.UTF8String, 1024},
	{FieldAttributes, "", nil, cbasn1.UTF8String, 1024}, // any other stands here
	{FieldName, "CN", asn1.ObjectIdentifier{2, 5, 4, 3}, cbasn1.UTF8String, maxCommonName},
	{FieldUserID, "UID", asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, cbasn1.UTF8String, 256},
	{FieldSerialNumber, "serialNumber", asn1.ObjectIdentifier{2, 5, 4, 5}, cbasn1.PrintableString, 64},
	{FieldEmailAddress, "emailAddress", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, cbasn1.IA5String, 255},
}

// maxCommonName is ub-common-name of RFC 5280 appendix A.1, in characters.
const maxCommonName = 64

// attributeOf finds a type by its name, however it is written, or by its OID
// ("1.2.3", "OID.1.2.3").
func attributeOf(name string) (attributeType, bool) {
	switch strings.ToLower(name) {
	case "":
		return attributeType{}, false
	case "s":
		name = "ST"
	case "e", "email":
		name = "emailAddress"
	case "surname":
		name = "SN"
	case "givenname":
		name = "GN"
	}
	if hasPrefixFold(name, "OID.") {
		name = name[len("OID."):]
	}
	oid, isOID := parseOID(name)
	for _, t := range attributeTypes {
		if isOID && t.oid.Equal(oid) || t.name != "" && strings.EqualFold(t.name, name) {
			return t, true
		}
	}
	if !isOID {
		return attributeType{}, false
	}
	return attributeType{FieldAttributes, oid.String(), oid, cbasn1.UTF8String, 1024}, true
}

// attributeName returns the short name of an attribute type (RFC 4514 section
// 3), or its OID.
func attributeName(oid string) string {
	for _, t := range attributeTypes {
		if t.name != "" && t.oid.String() == oid {
			return t.name
		}
	}
	return oid
}

// parseOID reads an object identifier in dotted form whose arcs crypto/x509
// reads back: below 2^31 each, at most 32 of them.
func parseOID(s string) (asn1.ObjectIdentifier, bool) {
	parts := strings.Split(s, ".")
	if len(parts) < 2 || len(parts) > 32 {
		return nil, false
	}
	oid := make(asn1.ObjectIdentifier, len(parts))
	for i, part := range parts {
		arc, err := strconv.ParseUint(part, 10, 31)
		if err != nil || part != strconv.FormatUint(arc, 10) {
			return nil, false
		}
		oid[i] = int(arc)
	}
	// X.660: the first arc is 0, 1 or 2, and the first two share an octet.
	if oid[0] > 2 || oid[0] < 2 && oid[1] > 39 || oid[0] == 2 && oid[1] > 1<<31-81 {
		return nil, false
	}
	return oid, true
}
