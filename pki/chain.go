package pki

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"slices"
)

// The bounds of looking for a chain, so that a heap of certificates that all
// bear one name cannot keep the program busy.
const (
	maxChain      = 32
	maxSignatures = 512
)

// Chain returns leaf and the authorities above it, leaf first and root last, as
// far as they are among the known. A certificate counts as issuer when its key
// verifies the signature, not by its name alone. Of several chains one that
// reaches a self-signed certificate is preferred, then the longest; of several
// issuers the one that is valid longest.
func Chain(leaf *x509.Certificate, known []*x509.Certificate) []*x509.Certificate {
	if leaf == nil {
		return nil
	}
	s := chainSearch{bySubject: make(map[string][]*x509.Certificate)}
	for _, c := range known {
		if c != nil {
			name := string(c.RawSubject)
			s.bySubject[name] = append(s.bySubject[name], c)
		}
	}
	for _, same := range s.bySubject {
		slices.SortStableFunc(same, func(a, b *x509.Certificate) int { return b.NotAfter.Compare(a.NotAfter) })
	}
	s.visit([]*x509.Certificate{leaf})
	return s.best
}

// A chainSearch walks from a leaf upwards, depth first.
type chainSearch struct {
	bySubject  map[string][]*x509.Certificate
	signatures int // checked so far
	best       []*x509.Certificate
}

// visit looks at what is above path and reports whether a root was reached.
func (s *chainSearch) visit(path []*x509.Certificate) bool {
	last := path[len(path)-1]
	if len(path) > len(s.best) {
		s.best = slices.Clone(path)
	}
	if IsSelfSigned(last) {
		s.best = slices.Clone(path)
		return true
	}
	if len(path) == maxChain {
		return false
	}
	for _, c := range s.bySubject[string(last.RawIssuer)] {
		if s.signatures == maxSignatures {
			return false
		}
		if contains(path, c) || !identifies(last, c) {
			continue
		}
		s.signatures++
		if signedBy(last, c) && s.visit(append(path, c)) {
			return true
		}
	}
	return false
}

func contains(path []*x509.Certificate, c *x509.Certificate) bool {
	return slices.ContainsFunc(path, c.Equal)
}

// identifies reports whether the key identifiers, when both are there, agree.
func identifies(c, issuer *x509.Certificate) bool {
	return len(c.AuthorityKeyId) == 0 || len(issuer.SubjectKeyId) == 0 ||
		bytes.Equal(c.AuthorityKeyId, issuer.SubjectKeyId)
}

// maxRSABits bounds the keys that signatures are checked with: numbers of
// megabytes would take hours.
const maxRSABits = 16384

// IsSignedBy reports whether the issuer's name and key are those that c was
// signed with. It looks neither at dates nor at what the issuer may sign; SHA-1
// counts, since authorities of some age still use it.
func IsSignedBy(c, issuer *x509.Certificate) bool {
	return c != nil && issuer != nil && bytes.Equal(c.RawIssuer, issuer.RawSubject) && signedBy(c, issuer)
}

// IsCRLSignedBy reports whether the issuer's name and key are those that a
// revocation list was signed with.
func IsCRLSignedBy(list *x509.RevocationList, issuer *x509.Certificate) bool {
	return list != nil && issuer != nil && bytes.Equal(list.RawIssuer, issuer.RawSubject) && checkable(issuer) &&
		issuer.CheckSignature(list.SignatureAlgorithm, list.RawTBSRevocationList, list.Signature) == nil
}

// checkable reports whether checking a signature with c's key takes a moment.
func checkable(c *x509.Certificate) bool {
	pub, ok := c.PublicKey.(*rsa.PublicKey)
	return !ok || pub.N.BitLen() <= maxRSABits
}

// signedBy reports whether the issuer's key verifies c's signature.
func signedBy(c, issuer *x509.Certificate) bool {
	return checkable(issuer) &&
		issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// IsSelfSigned reports whether a certificate names itself as its issuer and is
// signed by its own key.
func IsSelfSigned(c *x509.Certificate) bool {
	return c != nil && bytes.Equal(c.RawSubject, c.RawIssuer) && signedBy(c, c)
}
