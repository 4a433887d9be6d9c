package pki

import (
	"bytes"
	"crypto/x509"
	"slices"
)

// maxPaths bounds how many chains are looked at before the best is chosen.
const maxPaths = 32

// A path is a chain from a leaf upwards. How certificate i was found to be
// issued by i+1 is in how[i].
type path struct {
	certs    []*x509.Certificate
	how      []kinship
	anchored bool // the last one is trusted
}

// A kinship says why one certificate is taken for the issuer of another.
type kinship int

const (
	related     kinship = iota // name and signature agree
	nameForm                   // likewise, but the name is written differently
	otherName                  // the signature verifies, the name is another
	otherKey                   // only the name agrees, and the key identifiers say another key
	unsigned                   // only the name agrees
	uncheckable                // likewise, signed with an algorithm that cannot be checked
)

// A pathSearch looks for every chain from a leaf upwards.
type pathSearch struct {
	pool       []*x509.Certificate // the trusted first
	trusted    map[string]bool     // by encoding
	signatures int                 // checked so far
	verified   map[[2]*x509.Certificate]bool
	found      []path
}

// newPathSearch gathers what can stand above a leaf, each certificate once.
func newPathSearch(roots, others []*x509.Certificate) *pathSearch {
	s := &pathSearch{trusted: map[string]bool{}, verified: map[[2]*x509.Certificate]bool{}}
	seen := map[string]bool{}
	for n, list := range [][]*x509.Certificate{roots, others} {
		for _, c := range list {
			if c == nil || seen[string(c.Raw)] {
				continue
			}
			seen[string(c.Raw)] = true
			s.pool = append(s.pool, c)
			if n == 0 {
				s.trusted[string(c.Raw)] = true
			}
		}
	}
	return s
}

// visit goes on from the last certificate of a path.
func (s *pathSearch) visit(p path) {
	if len(s.found) == maxPaths {
		return
	}
	last := p.certs[len(p.certs)-1]
	if s.trusted[string(last.Raw)] {
		p.anchored = true
		s.keep(p)
		return
	}
	if len(p.certs) == maxChain {
		s.keep(p)
		return
	}
	before := len(s.found)
	for _, k := range []kinship{related, nameForm} {
		for _, c := range s.pool {
			if s.kin(p, last, c, k) {
				s.visit(p.with(c, k))
			}
		}
	}
	if len(s.found) > before {
		return
	}
	if IsSelfSigned(last) {
		s.keep(p)
		return
	}
	s.guess(p, last)
	if len(s.found) == before {
		s.keep(p)
	}
}

// guess goes on with a certificate that looks like the issuer without being
// it, so that it can be said what is wrong between the two.
func (s *pathSearch) guess(p path, last *x509.Certificate) {
	for _, c := range s.pool {
		if s.barred(p, c) || !sameName(last.RawIssuer, c.RawSubject) {
			continue
		}
		how := unsigned
		switch {
		case !knownAlgorithm(last.SignatureAlgorithm) || KeyLabel(c.PublicKey) == "":
			how = uncheckable
		case !identifies(last, c):
			how = otherKey
		}
		s.visit(p.with(c, how))
	}
	if len(last.AuthorityKeyId) == 0 {
		return
	}
	for _, c := range s.pool {
		if !s.barred(p, c) && bytes.Equal(last.AuthorityKeyId, c.SubjectKeyId) && !sameName(last.RawIssuer, c.RawSubject) && s.signed(last, c) {
			s.visit(p.with(c, otherName))
		}
	}
}

// kin reports whether c is the issuer of last, with its name written the same
// way or not.
func (s *pathSearch) kin(p path, last, c *x509.Certificate, how kinship) bool {
	same := bytes.Equal(last.RawIssuer, c.RawSubject)
	if same != (how == related) || s.barred(p, c) {
		return false
	}
	return (same || sameName(last.RawIssuer, c.RawSubject)) && s.signed(last, c)
}

// barred reports whether c, or another certificate of its name and key, is in
// the path already.
func (s *pathSearch) barred(p path, c *x509.Certificate) bool {
	return slices.ContainsFunc(p.certs, func(in *x509.Certificate) bool {
		return bytes.Equal(in.Raw, c.Raw) ||
			bytes.Equal(in.RawSubject, c.RawSubject) && bytes.Equal(in.RawSubjectPublicKeyInfo, c.RawSubjectPublicKeyInfo)
	})
}

// signed is signedBy, each pair once and no more than maxSignatures.
func (s *pathSearch) signed(c, issuer *x509.Certificate) bool {
	pair := [2]*x509.Certificate{c, issuer}
	good, known := s.verified[pair]
	if !known {
		if s.signatures == maxSignatures {
			return false
		}
		s.signatures++
		good = signedBy(c, issuer)
		s.verified[pair] = good
	}
	return good
}

func (s *pathSearch) keep(p path) {
	if len(s.found) < maxPaths {
		s.found = append(s.found, p)
	}
}

// with returns the path with one more certificate.
func (p path) with(c *x509.Certificate, how kinship) path {
	return path{certs: append(slices.Clone(p.certs), c), how: append(slices.Clone(p.how), how)}
}

// knownAlgorithm reports whether crypto/x509 can check signatures of an algorithm.
func knownAlgorithm(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.UnknownSignatureAlgorithm, x509.MD2WithRSA, x509.MD5WithRSA, x509.DSAWithSHA1, x509.DSAWithSHA256:
		return false
	}
	return true
}
