package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// The extensions that crypto/x509 reads only in part (RFC 5280 section 4.2.1).
var (
	oidSubjectKeyID   = asn1.ObjectIdentifier{2, 5, 29, 14}
	oidAuthorityKeyID = asn1.ObjectIdentifier{2, 5, 29, 35}
)

// extension returns an extension of a certificate, or nil.
func extension(c *x509.Certificate, oid asn1.ObjectIdentifier) *pkix.Extension {
	for i := range c.Extensions {
		if c.Extensions[i].Id.Equal(oid) {
			return &c.Extensions[i]
		}
	}
	return nil
}

// The choices of a GeneralName as they are encoded.
const (
	choiceEmail     = cbasn1.Tag(tagEmail | 0x80)
	choiceDNS       = cbasn1.Tag(tagDNS | 0x80)
	choiceDirectory = cbasn1.Tag(tagDirectory | 0xa0)
	choiceURI       = cbasn1.Tag(tagURI | 0x80)
	choiceIP        = cbasn1.Tag(tagIP | 0x80)
)

// altNames counts the names of a certificate's subjectAltName and returns the
// directory names among them, encoded.
func altNames(c *x509.Certificate) (count int, directory [][]byte) {
	e := extension(c, oidSubjectAltName)
	if e == nil {
		return 0, nil
	}
	s := cryptobyte.String(e.Value)
	var list cryptobyte.String
	if !s.ReadASN1(&list, cbasn1.SEQUENCE) {
		return 0, nil
	}
	for !list.Empty() {
		var name cryptobyte.String
		var tag cbasn1.Tag
		if !list.ReadAnyASN1(&name, &tag) {
			return count, directory
		}
		count++
		if tag == choiceDirectory {
			directory = append(directory, name)
		}
	}
	return count, directory
}

// Limits are what a nameConstraints extension says of directory names,
// which crypto/x509 does not read.
type limits struct {
	permitted, excluded [][]string
	unknown             bool // there are names of a kind that nothing here understands
	foreign             bool // there are names of a kind that crypto/x509 does not understand
}

// limitsOf reads the nameConstraints of a certificate.
func limitsOf(c *x509.Certificate) limits {
	var t limits
	e := extension(c, oidNameConstraints)
	if e == nil {
		return t
	}
	s := cryptobyte.String(e.Value)
	var all cryptobyte.String
	if !s.ReadASN1(&all, cbasn1.SEQUENCE) {
		t.unknown, t.foreign = true, true
		return t
	}
	for n, list := range []*[][]string{&t.permitted, &t.excluded} {
		var trees cryptobyte.String
		var present bool
		if !all.ReadOptionalASN1(&trees, &present, cbasn1.Tag(n).ContextSpecific().Constructed()) {
			t.unknown, t.foreign = true, true
			return t
		}
		for !trees.Empty() {
			t.read(&trees, list)
		}
	}
	return t
}

// read reads one GeneralSubtree.
func (t *limits) read(trees *cryptobyte.String, into *[][]string) {
	var tree, name cryptobyte.String
	var tag cbasn1.Tag
	if !trees.ReadASN1(&tree, cbasn1.SEQUENCE) || !tree.ReadAnyASN1(&name, &tag) {
		*trees = nil
		t.unknown, t.foreign = true, true
		return
	}
	switch tag {
	case choiceDNS, choiceEmail, choiceURI, choiceIP:
	case choiceDirectory:
		t.foreign = true
		if parts, ok := nameParts(name); ok {
			*into = append(*into, parts)
		} else {
			t.unknown = true
		}
	default:
		t.unknown, t.foreign = true, true
	}
	if !tree.Empty() { // minimum and maximum, which RFC 5280 does not use
		t.unknown = true
	}
}
