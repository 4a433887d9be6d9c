package pki

import (
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// extensionSection tells what an extension holds. One that is not known, or
// not made as its standard says, comes as hex; its DER can be listed by
// [ASN1Tree].
func extensionSection(oid string, critical bool, der []byte) Section {
	s := Section{Name: extensionName(oid), OID: oid, Critical: critical, DER: der}
	read := extensionReader(s.Name)
	if read == nil {
		f := &facts{}
		f.add("value", shortHex(der), FactHex)
		s.Facts = f.list
		return s
	}
	f := &facts{}
	if !read(f, der) {
		f = &facts{}
		f.add("undecoded", shortHex(der), FactHex)
	}
	s.Facts = f.list
	return s
}

// extensionReader is what reads the contents of an extension, nil when nothing
// does. A reader returns false for contents that are not as they should be.
func extensionReader(name string) func(*facts, cryptobyte.String) bool {
	switch name {
	case "subjectKeyIdentifier":
		return readSubjectKeyID
	case "authorityKeyIdentifier":
		return readAuthorityKeyID
	case "keyUsage":
		return func(f *facts, der cryptobyte.String) bool {
			return readFlags(f, "usage", keyUsageNames(1<<9-1), der)
		}
	case "netscapeCertType":
		return func(f *facts, der cryptobyte.String) bool { return readFlags(f, "usage", netscapeTypes[:], der) }
	case "extKeyUsage":
		return readPurposes
	case "subjectAltName", "issuerAltName", "certificateIssuer":
		return func(f *facts, der cryptobyte.String) bool {
			var names cryptobyte.String
			return der.ReadASN1(&names, cbasn1.SEQUENCE) && readGeneralNames(f, names)
		}
	case "basicConstraints":
		return readBasicConstraints
	case "nameConstraints":
		return readNameConstraints
	case "privateKeyUsagePeriod":
		return readKeyPeriod
	case "inhibitAnyPolicy":
		return func(f *facts, der cryptobyte.String) bool { return readInteger(f, "skipCerts", der) }
	case "cRLNumber", "deltaCRLIndicator":
		return func(f *facts, der cryptobyte.String) bool { return readInteger(f, name, der) }
	case "ocspNoCheck", "ctPoison":
		return func(f *facts, der cryptobyte.String) bool {
			f.code("value", "present")
			var null cryptobyte.String
			return der.ReadASN1(&null, cbasn1.NULL) && der.Empty()
		}
	}
	if read := pathReader(name); read != nil {
		return read
	}
	return foreignReader(name)
}

func readSubjectKeyID(f *facts, der cryptobyte.String) bool {
	var id cryptobyte.String
	if !der.ReadASN1(&id, cbasn1.OCTET_STRING) {
		return false
	}
	f.hex("keyIdentifier", id)
	return der.Empty()
}

// readAuthorityKeyID is RFC 5280 section 4.2.1.1.
func readAuthorityKeyID(f *facts, der cryptobyte.String) bool {
	var body, id, issuer, serial cryptobyte.String
	var hasID, hasIssuer, hasSerial bool
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) ||
		!body.ReadOptionalASN1(&id, &hasID, tag0Implicit) ||
		!body.ReadOptionalASN1(&issuer, &hasIssuer, tag1) ||
		!body.ReadOptionalASN1(&serial, &hasSerial, cbasn1.Tag(2).ContextSpecific()) || !body.Empty() {
		return false
	}
	if hasID {
		f.hex("keyIdentifier", id)
	}
	ok := true
	if hasIssuer {
		f.heading("authorityCertIssuer", func() { ok = readGeneralNames(f, issuer) })
	}
	if hasSerial {
		f.hex("authorityCertSerialNumber", positive(serial))
	}
	return ok
}

// positive is a serial number without the zero octet that keeps it positive.
func positive(octets []byte) []byte {
	if len(octets) > 1 && octets[0] == 0 {
		return octets[1:]
	}
	return octets
}

// readFlags tells the bits that are set in a BIT STRING, by their names.
func readFlags(f *facts, field string, names []string, der cryptobyte.String) bool {
	var bits cryptobyte.String
	return der.ReadASN1(&bits, cbasn1.BIT_STRING) && der.Empty() && tellFlags(f, field, names, bits)
}

// tellFlags is readFlags for the contents of a BIT STRING.
func tellFlags(f *facts, field string, names []string, bits []byte) bool {
	if len(bits) == 0 || bits[0] > 7 {
		return false
	}
	count := 8*(len(bits)-1) - int(bits[0])
	set := 0
	for i, name := range names {
		if i < count && bits[1+i/8]>>(7-i%8)&1 == 1 {
			f.code(field, name)
			set++
		}
	}
	if set == 0 {
		f.code(field, "nothing")
	}
	return true
}

// netscapeTypes are the bits of netscapeCertType.
var netscapeTypes = [...]string{"nsSslClient", "nsSslServer", "nsSmime", "nsObjectSigning", "nsReserved", "nsSslCA", "nsSmimeCA",
	"nsObjectSigningCA"}

func readPurposes(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) {
		return false
	}
	for !body.Empty() && !f.full() {
		var contents cryptobyte.String
		if !body.ReadASN1(&contents, cbasn1.OBJECT_IDENTIFIER) {
			return false
		}
		oid, ok := oidText(contents)
		if !ok {
			return false
		}
		if name := purposeName(oid); name != "" {
			f.code("usage", name)
		} else {
			f.oid("usage", oid)
		}
	}
	return true
}

func readBasicConstraints(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	var ca bool
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) || body.PeekASN1Tag(cbasn1.BOOLEAN) && !body.ReadASN1Boolean(&ca) {
		return false
	}
	f.flag("cA", ca)
	if body.Empty() {
		return true
	}
	return readInteger(f, "pathLenConstraint", body)
}

// readInteger tells a whole number: in decimals as far as people count so, else
// in hex.
func readInteger(f *facts, field string, der cryptobyte.String) bool {
	var contents cryptobyte.String
	if !der.ReadASN1(&contents, cbasn1.INTEGER) || !der.Empty() || len(contents) == 0 {
		return false
	}
	return tellInteger(f, field, contents)
}

func tellInteger(f *facts, field string, contents []byte) bool {
	if len(contents) > 8 {
		f.hex(field, positive(contents[:min(len(contents), shownOctets)]))
		return true
	}
	f.text(field, integer(contents).String())
	return len(contents) > 0
}

// readNameConstraints is RFC 5280 section 4.2.1.10.
func readNameConstraints(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) {
		return false
	}
	for tag, field := range []string{"permittedSubtrees", "excludedSubtrees"} {
		var trees cryptobyte.String
		var there bool
		if !body.ReadOptionalASN1(&trees, &there, cbasn1.Tag(tag).ContextSpecific().Constructed()) {
			return false
		}
		if !there {
			continue
		}
		ok := true
		f.heading(field, func() {
			for ok && !trees.Empty() && !f.full() {
				var tree cryptobyte.String
				ok = trees.ReadASN1(&tree, cbasn1.SEQUENCE) && readGeneralName(f, &tree, true)
			}
		})
		if !ok {
			return false
		}
	}
	return body.Empty()
}

// readKeyPeriod is RFC 3280 section 4.2.1.4.
func readKeyPeriod(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) {
		return false
	}
	for tag, field := range []string{"notBefore", "notAfter"} {
		var at cryptobyte.String
		var there bool
		if !body.ReadOptionalASN1(&at, &there, cbasn1.Tag(tag).ContextSpecific()) {
			return false
		}
		if there {
			f.generalizedTime(field, at)
		}
	}
	return body.Empty()
}

// generalizedTime tells a time of X.680 section 46 as RFC 5280 writes it, else
// the text as it stands.
func (f *facts) generalizedTime(field string, contents []byte) {
	if t, err := time.Parse("20060102150405Z0700", string(contents)); err == nil {
		f.date(field, t)
		return
	}
	f.text(field, string(contents))
}

func (f *facts) date(field string, t time.Time) {
	f.add(field, t.UTC().Format(time.RFC3339), FactDate)
}
