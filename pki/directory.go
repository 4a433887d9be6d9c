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

// NameDirectory is a kind of name constraint that is read and kept to, never
// made: a distinguished name, as RFC 4514 writes it.
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

// directoryName shows a directory name.
func directoryName(rdns pkix.RDNSequence) Name {
	var name pkix.Name
	name.FillFromRDNSequence(&rdns)
	text := joinName(attributesOf(name))
	return Name{Kind: NameDirectory, Value: text, Shown: text}
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
	return allows(subject, permitted, excluded, beginsWith, beginsWith)
}

// beginsWith reports whether a name is base or below it, letter case and runs
// of white space aside (RFC 5280 section 7.1).
func beginsWith(name, base pkix.RDNSequence) bool {
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
