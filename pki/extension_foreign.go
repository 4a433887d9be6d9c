package pki

import (
	"encoding/binary"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// foreignReader reads extensions of other standards than RFC 5280.
func foreignReader(name string) func(*facts, cryptobyte.String) bool {
	switch name {
	case "tlsFeature":
		return readTLSFeature
	case "signedCertificateTimestampList":
		return readTimestamps
	case "netscapeComment", "netscapeBaseUrl", "netscapeRevocationUrl", "netscapeCaRevocationUrl", "netscapeRenewalUrl",
		"netscapeCaPolicyUrl", "netscapeSslServerName", "msCertificateTemplateName":
		return readString
	case "msCertificateTemplate":
		return readTemplate
	case "msCaVersion":
		return func(f *facts, der cryptobyte.String) bool { return readInteger(f, "value", der) }
	case "msPreviousCaCertHash":
		return readSubjectKeyID
	case "msNtdsCaSecurity":
		return func(f *facts, der cryptobyte.String) bool {
			var names cryptobyte.String
			return der.ReadASN1(&names, cbasn1.SEQUENCE) && readGeneralNames(f, names)
		}
	case "qcStatements":
		return func(f *facts, der cryptobyte.String) bool {
			var list cryptobyte.String
			if !der.ReadASN1(&list, cbasn1.SEQUENCE) {
				return false
			}
			for !list.Empty() && !f.full() {
				var one cryptobyte.String
				if !list.ReadASN1(&one, cbasn1.SEQUENCE) || !readOID(f, "value", &one) {
					return false
				}
			}
			return true
		}
	}
	return nil
}

// readTLSFeature is RFC 7633: the TLS extensions that the server must answer.
func readTLSFeature(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) {
		return false
	}
	for !body.Empty() && !f.full() {
		var n cryptobyte.String
		if !body.ReadASN1(&n, cbasn1.INTEGER) {
			return false
		}
		switch text := integerValue(n); text {
		case "5":
			f.code("feature", "status_request")
		case "17":
			f.code("feature", "status_request_v2")
		default:
			f.text("feature", text)
		}
	}
	return true
}

// readString tells a string of any type.
func readString(f *facts, der cryptobyte.String) bool {
	var contents cryptobyte.String
	var tag cbasn1.Tag
	if !der.ReadAnyASN1(&contents, &tag) || !der.Empty() {
		return false
	}
	text, ok := stringText(byte(tag), contents)
	f.add("text", shortText(text), FactText)
	return ok
}

// readTimestamps is RFC 6962 section 3.3: a TLS vector of vectors in an OCTET
// STRING.
func readTimestamps(f *facts, der cryptobyte.String) bool {
	var octets, list cryptobyte.String
	if !der.ReadASN1(&octets, cbasn1.OCTET_STRING) || !octets.ReadUint16LengthPrefixed(&list) || !octets.Empty() {
		return false
	}
	for n := 1; !list.Empty() && !f.full(); n++ {
		var one cryptobyte.String
		var version uint8
		var id, at []byte
		if !list.ReadUint16LengthPrefixed(&one) || !one.ReadUint8(&version) || !one.ReadBytes(&id, 32) || !one.ReadBytes(&at, 8) {
			return false
		}
		f.text("sct", fmt.Sprintf("%d (v%d)", n, int(version)+1))
		f.depth++
		f.hex("logID", id)
		if ms := binary.BigEndian.Uint64(at); ms < 1<<48 {
			f.date("timestamp", time.UnixMilli(int64(ms)))
		}
		f.depth--
	}
	return true
}

// readTemplate is CertificateTemplateOID of [MS-WCCE] section 2.2.2.7.7.2.
func readTemplate(f *facts, der cryptobyte.String) bool {
	var body cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) || !readOID(f, "templateID", &body) {
		return false
	}
	for _, field := range []string{"majorVersion", "minorVersion"} {
		var n cryptobyte.String
		if body.Empty() {
			return true
		}
		if !body.ReadASN1(&n, cbasn1.INTEGER) || !tellInteger(f, field, n) {
			return false
		}
	}
	return true
}
