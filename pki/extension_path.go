package pki

import (
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// pathReader reads the extensions that say where more is found, and those of
// policies.
func pathReader(name string) func(*facts, cryptobyte.String) bool {
	switch name {
	case "cRLDistributionPoints", "freshestCRL":
		return readDistributionPoints
	case "issuingDistributionPoint":
		return readIssuingPoint
	case "authorityInfoAccess", "subjectInfoAccess":
		return readInfoAccess
	case "certificatePolicies", "msApplicationPolicies":
		return readPolicies
	case "policyMappings":
		return readPolicyMappings
	case "policyConstraints":
		return readPolicyConstraints
	case "reasonCode":
		return readReason
	case "invalidityDate", "expiredCertsOnCRL":
		return func(f *facts, der cryptobyte.String) bool {
			var at cryptobyte.String
			if !der.ReadASN1(&at, cbasn1.GeneralizedTime) {
				return false
			}
			f.generalizedTime(name, at)
			return der.Empty()
		}
	case "holdInstructionCode":
		return func(f *facts, der cryptobyte.String) bool { return readOID(f, name, &der) && der.Empty() }
	}
	return nil
}

// shownReasons are the reasons of RFC 5280 section 5.3.1 by their numbers; 7 is
// not used.
var shownReasons = [...]string{"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded",
	"cessationOfOperation", "certificateHold", "unused", "removeFromCRL", "privilegeWithdrawn", "aACompromise"}

// shownReasonFlags are the bits of ReasonFlags (RFC 5280 section 4.2.1.13) where
// they differ from the reasons.
var shownReasonFlags = [...]string{"unused", "keyCompromise", "cACompromise", "affiliationChanged", "superseded",
	"cessationOfOperation", "certificateHold", "privilegeWithdrawn", "aACompromise"}

func readReason(f *facts, der cryptobyte.String) bool {
	var contents cryptobyte.String
	if !der.ReadASN1(&contents, cbasn1.ENUM) || !der.Empty() || len(contents) != 1 {
		return false
	}
	if n := int(contents[0]); n < len(shownReasons) {
		f.code("reasonCode", shownReasons[n])
		return true
	}
	return tellInteger(f, "reasonCode", contents)
}

// readDistributionPoints is RFC 5280 section 4.2.1.13.
func readDistributionPoints(f *facts, der cryptobyte.String) bool {
	var points cryptobyte.String
	if !der.ReadASN1(&points, cbasn1.SEQUENCE) {
		return false
	}
	for !points.Empty() && !f.full() {
		var point, where, reasons, issuer cryptobyte.String
		var hasWhere, hasReasons, hasIssuer bool
		if !points.ReadASN1(&point, cbasn1.SEQUENCE) || !point.ReadOptionalASN1(&where, &hasWhere, tag0) ||
			!point.ReadOptionalASN1(&reasons, &hasReasons, cbasn1.Tag(1).ContextSpecific()) ||
			!point.ReadOptionalASN1(&issuer, &hasIssuer, cbasn1.Tag(2).ContextSpecific().Constructed()) {
			return false
		}
		ok := true
		f.heading("distributionPoint", func() {
			ok = !hasWhere || readPointName(f, where)
			if ok && hasReasons {
				ok = tellFlags(f, "reasons", shownReasonFlags[:], reasons)
			}
			if ok && hasIssuer {
				f.heading("cRLIssuer", func() { ok = readGeneralNames(f, issuer) })
			}
		})
		if !ok {
			return false
		}
	}
	return true
}

// readPointName tells a DistributionPointName.
func readPointName(f *facts, name cryptobyte.String) bool {
	var full, relative cryptobyte.String
	var isFull, isRelative bool
	if !name.ReadOptionalASN1(&full, &isFull, tag0) || !name.ReadOptionalASN1(&relative, &isRelative, tag1) {
		return false
	}
	if isFull {
		return readGeneralNames(f, full)
	}
	if isRelative {
		if text, ok := nestedText(relative); ok {
			f.add("nameRelativeToCRLIssuer", text, FactText)
		}
	}
	return isFull || isRelative
}

// readIssuingPoint is RFC 5280 section 5.2.5.
func readIssuingPoint(f *facts, der cryptobyte.String) bool {
	var body, where, reasons cryptobyte.String
	var hasWhere, hasReasons bool
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadOptionalASN1(&where, &hasWhere, tag0) {
		return false
	}
	if hasWhere && !readPointName(f, where) {
		return false
	}
	flag := func(tag uint8, field string) bool {
		var value cryptobyte.String
		var there bool
		ok := body.ReadOptionalASN1(&value, &there, cbasn1.Tag(tag).ContextSpecific())
		if ok && there {
			f.flag(field, len(value) == 1 && value[0] != 0)
		}
		return ok
	}
	if !flag(1, "onlyContainsUserCerts") || !flag(2, "onlyContainsCACerts") ||
		!body.ReadOptionalASN1(&reasons, &hasReasons, cbasn1.Tag(3).ContextSpecific()) {
		return false
	}
	if hasReasons && !tellFlags(f, "onlySomeReasons", shownReasonFlags[:], reasons) {
		return false
	}
	return flag(4, "indirectCRL") && flag(5, "onlyContainsAttributeCerts") && body.Empty()
}

// readInfoAccess is RFC 5280 section 4.2.2.
func readInfoAccess(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) {
		return false
	}
	for !body.Empty() && !f.full() {
		var access, method cryptobyte.String
		if !body.ReadASN1(&access, cbasn1.SEQUENCE) || !access.ReadASN1(&method, cbasn1.OBJECT_IDENTIFIER) {
			return false
		}
		oid, ok := oidText(method)
		if !ok {
			return false
		}
		switch name := otherOIDs[oid]; name {
		case "ocsp", "caIssuers", "timeStampingAccess", "caRepository":
			f.code("accessMethod", name)
		default:
			f.oid("accessMethod", oid)
		}
		f.depth++
		ok = readGeneralName(f, &access, false)
		f.depth--
		if !ok {
			return false
		}
	}
	return true
}

func readOID(f *facts, field string, s *cryptobyte.String) bool {
	var contents cryptobyte.String
	if !s.ReadASN1(&contents, cbasn1.OBJECT_IDENTIFIER) {
		return false
	}
	oid, ok := oidText(contents)
	if ok {
		f.oid(field, oid)
	}
	return ok
}

// readPolicies is RFC 5280 section 4.2.1.4.
func readPolicies(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) {
		return false
	}
	for !body.Empty() && !f.full() {
		var info, qualifiers cryptobyte.String
		if !body.ReadASN1(&info, cbasn1.SEQUENCE) || !readOID(f, "policyIdentifier", &info) {
			return false
		}
		if info.Empty() {
			continue
		}
		if !info.ReadASN1(&qualifiers, cbasn1.SEQUENCE) {
			return false
		}
		f.depth++
		ok := readQualifiers(f, qualifiers)
		f.depth--
		if !ok {
			return false
		}
	}
	return true
}

func readQualifiers(f *facts, qualifiers cryptobyte.String) bool {
	for !qualifiers.Empty() && !f.full() {
		var one, id, text cryptobyte.String
		var tag cbasn1.Tag
		if !qualifiers.ReadASN1(&one, cbasn1.SEQUENCE) || !one.ReadASN1(&id, cbasn1.OBJECT_IDENTIFIER) {
			return false
		}
		oid, _ := oidText(id)
		switch otherOIDs[oid] {
		case "id-qt-cps":
			if !one.ReadAnyASN1(&text, &tag) {
				return false
			}
			f.text("cPSuri", string(text))
		case "id-qt-unotice":
			if !readNotice(f, one) {
				return false
			}
		default:
			f.oid("policyQualifier", oid)
		}
	}
	return true
}

// readNotice tells a UserNotice: an organisation with the numbers of its
// notices, and a text.
func readNotice(f *facts, der cryptobyte.String) bool {
	var notice, reference, organisation, numbers, text cryptobyte.String
	var tag cbasn1.Tag
	if !der.ReadASN1(&notice, cbasn1.SEQUENCE) {
		return false
	}
	if notice.PeekASN1Tag(cbasn1.SEQUENCE) {
		if !notice.ReadASN1(&reference, cbasn1.SEQUENCE) || !reference.ReadAnyASN1(&organisation, &tag) ||
			!reference.ReadASN1(&numbers, cbasn1.SEQUENCE) {
			return false
		}
		said, _ := stringText(byte(tag), organisation)
		for !numbers.Empty() {
			var n cryptobyte.String
			if !numbers.ReadASN1(&n, cbasn1.INTEGER) {
				return false
			}
			said += " #" + integerValue(n)
		}
		f.text("noticeRef", said)
	}
	if notice.Empty() {
		return true
	}
	if !notice.ReadAnyASN1(&text, &tag) {
		return false
	}
	said, ok := stringText(byte(tag), text)
	f.text("explicitText", said)
	return ok
}

// readPolicyMappings is RFC 5280 section 4.2.1.5.
func readPolicyMappings(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) {
		return false
	}
	for !body.Empty() && !f.full() {
		var pair, from, to cryptobyte.String
		if !body.ReadASN1(&pair, cbasn1.SEQUENCE) || !pair.ReadASN1(&from, cbasn1.OBJECT_IDENTIFIER) ||
			!pair.ReadASN1(&to, cbasn1.OBJECT_IDENTIFIER) {
			return false
		}
		issuer, ok := oidText(from)
		subject, also := oidText(to)
		if !ok || !also {
			return false
		}
		f.text("issuerDomainPolicy", oidWithName(issuer)+" = "+oidWithName(subject))
	}
	return true
}

// readPolicyConstraints is RFC 5280 section 4.2.1.11.
func readPolicyConstraints(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) {
		return false
	}
	for tag, field := range []string{"requireExplicitPolicy", "inhibitPolicyMapping"} {
		var count cryptobyte.String
		var there bool
		if !body.ReadOptionalASN1(&count, &there, cbasn1.Tag(tag).ContextSpecific()) {
			return false
		}
		if there && !tellInteger(f, field, count) {
			return false
		}
	}
	return body.Empty()
}
