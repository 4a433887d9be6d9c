package desk

import (
	"bytes"
	"crypto/x509"

	"countersign/pki"
)

// Why the revocations of a list are not taken over.
const (
	LostNobody       = "nobody"        // whose list it is, nobody here tells
	LostNotAuthority = "not-authority" // whose list it is does not say that it is an authority
)

// LostList is a list of revocations that are not taken over: the certificates
// that it names are good in the vault.
type LostList struct {
	Path  string
	Count int    // revocations
	Why   string // LostNobody or LostNotAuthority
	Name  string // whose list it is; "" when that is not known
}

// Lost are the lists whose revocations are not taken over.
func (f Found) Lost() []LostList {
	var lost []LostList
	for _, list := range f.Lists {
		if list.Authority != nil || len(list.Revoked) == 0 {
			continue
		}
		l := LostList{Path: list.Path, Count: len(list.Revoked), Why: LostNobody}
		if signer := f.signerOf(list); signer != nil {
			l.Why, l.Name = LostNotAuthority, nameOf(signer)
		}
		lost = append(lost, l)
	}
	return lost
}

// signerOf finds the certificate that signed a list, or what an index names,
// though it does not say that it is an authority.
func (f Found) signerOf(list FoundList) *x509.Certificate {
	for _, c := range f.Certificates {
		if isAuthority(c.Certificate) {
			continue
		}
		if list.crl != nil && bytes.Equal(list.crl.RawIssuer, c.Certificate.RawSubject) &&
			c.Certificate.CheckSignature(list.crl.SignatureAlgorithm, list.crl.RawTBSRevocationList, list.crl.Signature) == nil {
			return c.Certificate
		}
		if list.Kind == ListIndex && f.signedListed(list, c.Certificate) {
			return c.Certificate
		}
	}
	return nil
}

// signedListed tells whether a certificate signed one that an index names.
func (f Found) signedListed(list FoundList, signer *x509.Certificate) bool {
	listed := make(map[string]bool, len(list.Revoked))
	for _, r := range list.Revoked {
		listed[r.Serial] = true
	}
	for _, c := range f.Certificates {
		child := c.Certificate
		serial := pki.Serial(child)
		if child != signer && (listed[serial] || list.valid[serial]) && bytes.Equal(child.RawIssuer, signer.RawSubject) &&
			signer.CheckSignature(child.SignatureAlgorithm, child.RawTBSCertificate, child.Signature) == nil {
			return true
		}
	}
	return false
}
