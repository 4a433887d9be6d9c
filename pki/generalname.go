package pki

import (
	"encoding/asn1"
	"fmt"
	"net/netip"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// generalNameFields are the choices of GeneralName (RFC 5280 section 4.2.1.6)
// by their tags.
var generalNameFields = [...]string{"otherName", "rfc822Name", "dNSName", "x400Address", "directoryName", "ediPartyName",
	"uniformResourceIdentifier", "iPAddress", "registeredID"}

// readGeneralNames tells each name of a GeneralNames, whose tag was taken off.
func readGeneralNames(f *facts, names cryptobyte.String) bool {
	for !names.Empty() && !f.full() {
		if !readGeneralName(f, &names, false) {
			return false
		}
	}
	return true
}

// readGeneralName tells one name. In a subtree of name constraints an address
// has its mask with it.
func readGeneralName(f *facts, names *cryptobyte.String, subtree bool) bool {
	var contents cryptobyte.String
	var tag cbasn1.Tag
	if !names.ReadAnyASN1(&contents, &tag) || tag&0xc0 != 0x80 || int(tag&0x1f) >= len(generalNameFields) {
		return false
	}
	field := generalNameFields[tag&0x1f]
	switch field {
	case "otherName":
		return readOtherName(f, contents)
	case "rfc822Name":
		f.text(field, mailboxShown(string(contents)))
	case "dNSName":
		f.text(field, nameWithShown(string(contents), hostShown(string(contents))))
	case "uniformResourceIdentifier":
		f.text(field, string(contents))
	case "iPAddress":
		f.text(field, addressText(contents, subtree))
	case "registeredID":
		oid, ok := oidText(contents)
		if !ok {
			return false
		}
		f.oid(field, oid)
	case "directoryName":
		var name cryptobyte.String
		if !contents.ReadASN1Element(&name, cbasn1.SEQUENCE) {
			return false
		}
		text, ok := distinguishedText(name)
		if !ok {
			return false
		}
		f.add(field, text, FactText)
	default: // x400Address, ediPartyName
		f.add(field, shortHex(contents), FactHex)
	}
	return true
}

// nameWithShown is a name as it stands, with what it reads like behind it.
func nameWithShown(value, shown string) string {
	if shown == value {
		return value
	}
	return value + " (" + shown + ")"
}

// addressText writes an iPAddress: 4 or 16 octets, in a subtree twice as many.
func addressText(octets []byte, subtree bool) string {
	if subtree && (len(octets) == 8 || len(octets) == 32) {
		half := len(octets) / 2
		addr, _ := netip.AddrFromSlice(octets[:half])
		if bits, ok := maskBits(octets[half:]); ok {
			return fmt.Sprintf("%s/%d", addr, bits)
		}
		mask, _ := netip.AddrFromSlice(octets[half:])
		return addr.String() + "/" + mask.String()
	}
	if addr, ok := netip.AddrFromSlice(octets); ok {
		return addr.String()
	}
	return shortHex(octets)
}

// maskBits is the length of the prefix that a mask stands for.
func maskBits(mask []byte) (int, bool) {
	bits, ended := 0, false
	for _, b := range mask {
		for i := 7; i >= 0; i-- {
			one := b>>i&1 == 1
			if one && ended {
				return 0, false
			}
			if one {
				bits++
			} else {
				ended = true
			}
		}
	}
	return bits, true
}

// readOtherName tells an otherName: its type, and its value where that is text.
func readOtherName(f *facts, contents cryptobyte.String) bool {
	var oid asn1.ObjectIdentifier
	var value, inner cryptobyte.String
	var tag cbasn1.Tag
	if !contents.ReadASN1ObjectIdentifier(&oid) || !contents.ReadASN1(&value, tag0) {
		return false
	}
	label := oidWithName(oid.String())
	if name := oidName(oid.String()); name != "" {
		label = name
	}
	rest := value
	if rest.ReadAnyASN1(&inner, &tag) && rest.Empty() {
		if text, ok := stringText(byte(tag), inner); ok {
			f.text("otherName", label+": "+text)
			return true
		}
	}
	if text, ok := nestedText(value); ok {
		f.text("otherName", label+": "+text)
		return true
	}
	f.add("otherName", label+": "+shortHex(value), FactText)
	return true
}

// nestedText joins the strings in a structure, as a Kerberos principal has
// them.
func nestedText(der []byte) (string, bool) {
	nodes, err := ASN1Tree(der)
	if err != nil {
		return "", false
	}
	out := ""
	for _, n := range nodes {
		switch n.Tag {
		case "UTF8String", "IA5String", "PrintableString", "GeneralString", "VisibleString", "OBJECT IDENTIFIER", "OCTET STRING":
			if n.Value == "" {
				continue
			}
			if out != "" {
				out += " "
			}
			out += n.Value
		}
	}
	return out, out != ""
}

// distinguishedText writes a Name (RFC 5280 section 4.1.2.4) on one line, the
// narrowest first; attributes of one part are joined by "+".
func distinguishedText(der []byte) (string, bool) {
	parts, ok := attributesIn(der)
	if !ok {
		return "", false
	}
	return joinName(parts), true
}

// attributesIn lists the attributes of a Name in DER, the narrowest first.
// Values of any string type are read, what crypto/x509 refuses too.
func attributesIn(der []byte) ([]Attribute, bool) {
	s := cryptobyte.String(der)
	var name cryptobyte.String
	if !s.ReadASN1(&name, cbasn1.SEQUENCE) {
		return nil, false
	}
	var parts []Attribute
	for !name.Empty() {
		var set cryptobyte.String
		if !name.ReadASN1(&set, cbasn1.SET) {
			return nil, false
		}
		for !set.Empty() {
			var pair, value cryptobyte.String
			var oid asn1.ObjectIdentifier
			var tag cbasn1.Tag
			if !set.ReadASN1(&pair, cbasn1.SEQUENCE) || !pair.ReadASN1ObjectIdentifier(&oid) || !pair.ReadAnyASN1(&value, &tag) {
				return nil, false
			}
			text, ok := stringText(byte(tag), value)
			if !ok {
				text = shortHex(value)
			}
			parts = append(parts, Attribute{Name: attributeName(oid.String()), Value: Escape(text)})
		}
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return parts, true
}
