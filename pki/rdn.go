package pki

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// nameParts returns the relative distinguished names of an encoded Name, in a
// form in which those that RFC 5280 section 7.1 calls equal are equal: text
// without regard to its type, to case and to repeated spaces. ok is false when
// it is no Name.
func nameParts(raw []byte) (parts []string, ok bool) {
	s := cryptobyte.String(raw)
	var name cryptobyte.String
	if !s.ReadASN1(&name, cbasn1.SEQUENCE) || !s.Empty() {
		return nil, false
	}
	for !name.Empty() {
		var set cryptobyte.String
		if !name.ReadASN1(&set, cbasn1.SET) {
			return nil, false
		}
		part, ok := namePart(set)
		if !ok {
			return nil, false
		}
		parts = append(parts, part)
	}
	return parts, true
}

// namePart reads the attributes of one relative distinguished name.
func namePart(set cryptobyte.String) (string, bool) {
	var attributes []string
	for !set.Empty() {
		var pair, kind, value cryptobyte.String
		var tag cbasn1.Tag
		if !set.ReadASN1(&pair, cbasn1.SEQUENCE) || !pair.ReadASN1(&kind, cbasn1.OBJECT_IDENTIFIER) ||
			!pair.ReadAnyASN1(&value, &tag) || !pair.Empty() {
			return "", false
		}
		attributes = append(attributes, string(kind)+"="+foldText(tag, value))
	}
	slices.Sort(attributes)
	return strings.Join(attributes, "\x00"), true
}

// tagBMPString is the tag of BMPString, UTF-16 big-endian.
const tagBMPString = cbasn1.Tag(30)

// foldText returns a text for comparison; values of other types as they are.
func foldText(tag cbasn1.Tag, value []byte) string {
	text := string(value)
	switch tag {
	case cbasn1.UTF8String, cbasn1.PrintableString, cbasn1.IA5String:
	case cbasn1.T61String: // in practice Latin-1
		runes := make([]rune, len(value))
		for i, octet := range value {
			runes[i] = rune(octet)
		}
		text = string(runes)
	case tagBMPString:
		units := make([]uint16, len(value)/2)
		for i := range units {
			units[i] = uint16(value[2*i])<<8 | uint16(value[2*i+1])
		}
		text = string(utf16.Decode(units))
	default:
		return string(rune(tag)) + text
	}
	if !utf8.ValidString(text) {
		return text
	}
	return strings.ToLower(strings.Join(strings.Fields(text), " "))
}

// sameName reports whether two encoded names are equal by RFC 5280.
func sameName(a, b []byte) bool {
	if string(a) == string(b) {
		return true
	}
	x, ok := nameParts(a)
	y, also := nameParts(b)
	return ok && also && slices.Equal(x, y)
}

// isBelow reports whether a name is in the subtree of a base (RFC 5280 section
// 4.2.1.10, directoryName).
func isBelow(name, base []string) bool {
	return len(name) >= len(base) && slices.Equal(name[:len(base)], base)
}
