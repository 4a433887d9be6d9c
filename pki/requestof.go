package pki

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// RequestOf returns the request that a certificate like c answers, for renewing
// and duplicating it and for profiles made from it. Serial number and dates
// are left to the next one. What the profile gives anyway is left to the
// profile, so that another kind of key may be asked for. RawSubject keeps the
// subject as it is written in c.
//
// The OIDs are those of extensions that a request cannot carry over, or not
// wholly.
func RequestOf(c *x509.Certificate) (Request, []string) {
	if c == nil {
		return NewRequest(Client), nil
	}
	r := NewRequest(KindOfCertificate(c))
	if r.Kind == "" {
		r.Kind = Client // some other purpose: ExtKeyUsage says which
	}
	r.Key = KindOf(c.PublicKey)
	r.Subject, r.RawSubject = subjectOf(c.Subject), bytes.Clone(c.RawSubject)
	if r.Kind != Authority {
		r.Names = requestNames(c)
	} else {
		r.PathLength = PathUnlimited
		if limit, limited := pathLimit(c); limited {
			r.PathLength = limit
		}
		r.Constraints = carried(ConstraintsOf(c))
	}
	if c.KeyUsage != 0 && c.KeyUsage != keyUsage(r.Kind, c.PublicKey) {
		r.KeyUsage = keyUsageNames(c.KeyUsage)
	}
	r.ExtKeyUsage = extKeyUsageNames(c)
	profile := Request{Kind: r.Kind}
	if len(r.ExtKeyUsage) == 0 || sameOIDs(r.ExtKeyUsage, profile.extKeyUsage()) {
		r.ExtKeyUsage = nil
	}
	r.CRLAddresses = slices.Clone(c.CRLDistributionPoints)
	r.OCSPAddresses = slices.Clone(c.OCSPServer)
	r.IssuerAddresses = slices.Clone(c.IssuingCertificateURL)
	return r, left(c)
}

// carried returns the constraints that a request can ask for.
func carried(n NameConstraints) NameConstraints {
	made := func(name Name) bool {
		again, ok := constraintOf(name.Kind, name.Value)
		return ok && again.Value == name.Value
	}
	not := func(name Name) bool { return !made(name) }
	return NameConstraints{Permitted: slices.DeleteFunc(n.Permitted, not), Excluded: slices.DeleteFunc(n.Excluded, not)}
}

// requestNames returns a certificate's names as a request has them. Names that
// no request may have stay as they are, so that Check tells of them.
func requestNames(c *x509.Certificate) []Name {
	names := NamesOf(c)
	for i, n := range names {
		if normal, code := parseName(n.Value); code == "" && normal.Kind == n.Kind {
			names[i] = normal
		}
	}
	return names
}

// subjectOf reads a distinguished name. Values that are no text are left out.
func subjectOf(name pkix.Name) Subject {
	var parts []Attribute
	for _, a := range name.Names {
		if value, isText := a.Value.(string); isText {
			parts = append(parts, Attribute{Name: a.Type.String(), Value: value})
		}
	}
	return subjectFrom(parts)
}

// keptSubject returns RawSubject while Subject still says the same, nil
// otherwise. The request is a normal one.
func (r Request) keptSubject() []byte {
	if len(r.RawSubject) == 0 {
		return nil
	}
	var rdns pkix.RDNSequence
	if rest, err := asn1.Unmarshal(r.RawSubject, &rdns); err != nil || len(rest) > 0 {
		return nil
	}
	var name pkix.Name
	name.FillFromRDNSequence(&rdns)
	if !subjectOf(name).trimmed().equal(r.Subject) {
		return nil
	}
	return r.RawSubject
}

func (s Subject) equal(other Subject) bool {
	for _, t := range attributeTypes {
		if part := s.part(t.field); part != nil && *part != *other.part(t.field) {
			return false
		}
	}
	return slices.Equal(s.Extra, other.Extra)
}

// left returns the OIDs of the extensions that RequestOf leaves behind.
func left(c *x509.Certificate) []string {
	var oids []string
	for _, e := range c.Extensions {
		var whole bool
		switch oid := e.Id.String(); oid {
		case "2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.35", "2.5.29.37": // key identifiers, usages, basic constraints
			whole = true
		case "2.5.29.17":
			whole = KindOfCertificate(c) != Authority && elements(e.Value) == len(NamesOf(c))
		case "2.5.29.30":
			constraints := carried(ConstraintsOf(c))
			whole = KindOfCertificate(c) == Authority && subtrees(e.Value) == len(constraints.Permitted)+len(constraints.Excluded)
		case "2.5.29.31":
			whole = elements(e.Value) == len(c.CRLDistributionPoints)
		case "1.3.6.1.5.5.7.1.1":
			whole = elements(e.Value) == len(c.OCSPServer)+len(c.IssuingCertificateURL)
		}
		if oid := e.Id.String(); !whole && !slices.Contains(oids, oid) {
			oids = append(oids, oid)
		}
	}
	return oids
}

// elements counts the parts of a SEQUENCE in DER, -1 when it is none.
func elements(der []byte) int {
	s := cryptobyte.String(der)
	var list cryptobyte.String
	if !s.ReadASN1(&list, cbasn1.SEQUENCE) {
		return -1
	}
	n := 0
	for ; !list.Empty(); n++ {
		var part cryptobyte.String
		var tag cbasn1.Tag
		if !list.ReadAnyASN1(&part, &tag) {
			return -1
		}
	}
	return n
}

// subtrees counts the parts of name constraints, -1 when they cannot be read.
func subtrees(der []byte) int {
	s := cryptobyte.String(der)
	var sets cryptobyte.String
	if !s.ReadASN1(&sets, cbasn1.SEQUENCE) {
		return -1
	}
	n := 0
	for !sets.Empty() {
		var set cryptobyte.String
		var tag cbasn1.Tag
		if !sets.ReadAnyASN1(&set, &tag) {
			return -1
		}
		for ; !set.Empty(); n++ {
			var part cryptobyte.String
			if !set.ReadASN1(&part, cbasn1.SEQUENCE) {
				return -1
			}
		}
	}
	return n
}
