package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// NameDirectory is a kind of name constraint: a distinguished name, as RFC 4514
// writes it.
const NameDirectory NameKind = "directory"

// directoryConstraints returns the directory names of a certificate's name
// constraints, which crypto/x509 does not read.
func directoryConstraints(c *x509.Certificate) (permitted, excluded []pkix.RDNSequence) {
	for _, e := range c.Extensions {
		if !e.Id.Equal(oidNameConstraints) {
			continue
		}
		s := cryptobyte.String(e.Value)
		var sets cryptobyte.String
		if !s.ReadASN1(&sets, cbasn1.SEQUENCE) {
			return nil, nil
		}
		for !sets.Empty() {
			var set cryptobyte.String
			var tag cbasn1.Tag
			if !sets.ReadAnyASN1(&set, &tag) {
				return permitted, excluded
			}
			names := directoryNames(set)
			if tag == cbasn1.Tag(0).ContextSpecific().Constructed() {
				permitted = append(permitted, names...)
			} else {
				excluded = append(excluded, names...)
			}
		}
	}
	return permitted, excluded
}

// directoryNames returns the directory names among some GeneralSubtrees.
func directoryNames(subtrees cryptobyte.String) []pkix.RDNSequence {
	directory := cbasn1.Tag(4).ContextSpecific().Constructed()
	var names []pkix.RDNSequence
	for !subtrees.Empty() {
		var subtree, name cryptobyte.String
		if !subtrees.ReadASN1(&subtree, cbasn1.SEQUENCE) {
			return names
		}
		if !subtree.PeekASN1Tag(directory) || !subtree.ReadASN1(&name, directory) {
			continue
		}
		var rdns pkix.RDNSequence
		if rest, err := asn1.Unmarshal(name, &rdns); err == nil && len(rest) == 0 {
			names = append(names, rdns)
		}
	}
	return names
}

// directoryName is a directory name as a name constraint. Values that are no
// text, and several in one part, are shown only: [constraintOf] gives another.
func directoryName(rdns pkix.RDNSequence) Name {
	var name pkix.Name
	name.FillFromRDNSequence(&rdns)
	shown := joinName(attributesOf(name))
	texts := make([]string, 0, len(rdns))
	for _, rdn := range slices.Backward(rdns) {
		if len(rdn) != 1 {
			return Name{Kind: NameDirectory, Value: shown, Shown: shown}
		}
		value, isText := rdn[0].Value.(string)
		if !isText {
			return Name{Kind: NameDirectory, Value: shown, Shown: shown}
		}
		texts = append(texts, attributeName(rdn[0].Type.String())+"="+escapeDN(value))
	}
	return Name{Kind: NameDirectory, Value: strings.Join(texts, ","), Shown: shown}
}

// directoryParts are the attributes of a directory name, the widest first;
// false when it cannot be one: no part, or one that its type does not allow.
func directoryParts(s string) ([]attribute, bool) {
	parts, fault := parseDN(s)
	if fault != nil || len(parts) == 0 || len(s) > maxDirectory {
		return nil, false
	}
	list := make([]attribute, len(parts))
	for i, part := range parts {
		of, known := attributeOf(part.Name)
		if list[i] = (attribute{of, part.Value}); of.field == FieldCountry {
			list[i].value = strings.ToUpper(part.Value)
		}
		if code, _ := list[i].fault(); !known || code != "" {
			return nil, false
		}
	}
	return list, true
}

// maxDirectory bounds a directory name, in octets: ours.
const maxDirectory = 2048

// directoryOf reads a directory name as a name constraint.
func directoryOf(s string) (Name, bool) {
	parts, ok := directoryParts(s)
	if !ok {
		return Name{}, false
	}
	var value, shown []string
	for _, part := range slices.Backward(parts) {
		value = append(value, part.name+"="+escapeDN(part.value))
		shown = append(shown, part.name+"="+nameEscaper.Replace(Escape(part.value)))
	}
	return Name{Kind: NameDirectory, Value: strings.Join(value, ","), Shown: strings.Join(shown, ", ")}, true
}

// allowsSubject reports whether an issuer's constraints on directory names
// allow a subject in DER. An empty subject is always allowed.
func allowsSubject(issuer *x509.Certificate, der []byte) bool {
	permitted, excluded := directoryConstraints(issuer)
	if len(permitted)+len(excluded) == 0 {
		return true
	}
	var subject pkix.RDNSequence
	if _, err := asn1.Unmarshal(der, &subject); err != nil || len(subject) == 0 {
		return err == nil
	}
	return allows(subject, permitted, excluded, surelyBelow, maybeBelow)
}

// surelyBelow reports whether every client takes a name for base or below it:
// the case of letters beyond ASCII counts for OpenSSL (asn1_string_canon in
// crypto/x509/x_name.c).
func surelyBelow(name, base pkix.RDNSequence) bool { return beginsWith(name, base, foldedASCII) }

// maybeBelow reports whether some client does.
func maybeBelow(name, base pkix.RDNSequence) bool { return beginsWith(name, base, folded) }

// beginsWith reports whether a name is base or below it, letter case and runs
// of white space aside (RFC 5280 section 7.1).
func beginsWith(name, base pkix.RDNSequence, folded func(any) string) bool {
	if len(base) > len(name) {
		return false
	}
	for i, rdn := range base {
		if len(rdn) != len(name[i]) {
			return false
		}
		for _, a := range rdn {
			if !slices.ContainsFunc(name[i], func(b pkix.AttributeTypeAndValue) bool {
				return a.Type.Equal(b.Type) && folded(a.Value) == folded(b.Value)
			}) {
				return false
			}
		}
	}
	return true
}

func folded(value any) string {
	return strings.ToLower(strings.Join(strings.Fields(fmt.Sprint(value)), " "))
}

// foldedASCII is folded with the case of ASCII letters alone.
func foldedASCII(value any) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, strings.Join(strings.FieldsFunc(fmt.Sprint(value), func(r rune) bool { return strings.ContainsRune(" \t\n\v\f\r", r) }), " "))
}
