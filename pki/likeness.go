package pki

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"net/url"
	"slices"
)

// Likeness is equal for what says the same of whom it is for: subject, names
// in any order, kind of key and extended key usage. Dates, serial number,
// addresses and key do not count.
type Likeness [sha256.Size]byte

// Likeness returns that of the certificate that the request asks for, below the
// authorities, the issuer first; false when it asks for none that can be made.
func (r Request) Likeness(authorities ...*x509.Certificate) (Likeness, bool) {
	r = r.normal(authorities...)
	subject, err := r.subjectDER()
	if err != nil {
		return Likeness{}, false
	}
	return likeness(subject, r.Key, r.Names, r.extKeyUsage()), true
}

// LikenessOf returns that of a certificate.
func LikenessOf(c *x509.Certificate) Likeness {
	return likeness(c.RawSubject, KindOf(c.PublicKey), NamesOf(c), extKeyUsageNames(c))
}

func likeness(subject []byte, key KeyKind, names []Name, uses []string) Likeness {
	var texts []string
	for _, n := range names {
		value := n.Value
		if n.Kind == NameURI { // as crypto/x509 writes it
			if u, err := url.Parse(value); err == nil {
				value = u.String()
			}
		}
		texts = append(texts, "n"+string(n.Kind)+":"+value)
	}
	for _, use := range uses {
		texts = append(texts, "u"+use)
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	sum := sha256.New()
	for _, text := range append([]string{string(subject), string(key)}, texts...) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(text)))
		sum.Write(length[:])
		sum.Write([]byte(text))
	}
	return Likeness(sum.Sum(nil))
}
