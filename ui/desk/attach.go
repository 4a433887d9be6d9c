package desk

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"

	"countersign/pki"
	"countersign/storage"
)

// attach ties every certificate whose issuer was not in the vault to the one
// that signed it, when that is there now. Of several certificates of one
// authority, renewed or cross-signed, it takes the self-signed one, else the
// one that is valid longest.
func attach(tx *storage.Tx) error {
	entries, err := tx.Entries()
	if err != nil {
		return err
	}
	authorities := map[string][]authority{} // by subject
	var waiting []storage.Entry
	for _, e := range entries {
		if pki.Kind(e.Kind) == pki.Authority {
			cert, err := parsed(tx, e)
			if err != nil {
				return err
			}
			key := string(cert.RawSubject)
			authorities[key] = append(authorities[key], authority{e, cert, pki.IsSelfSigned(cert)})
		}
		if e.IssuerID == "" {
			waiting = append(waiting, e)
		}
	}
	for _, same := range authorities {
		slices.SortFunc(same, preferred)
	}
	for _, e := range waiting {
		cert, err := parsed(tx, e)
		if err != nil {
			return err
		}
		a, found := signerOf(e, cert, authorities[string(cert.RawIssuer)])
		if !found {
			continue
		}
		e.IssuerID, e.Issuer = a.entry.ID, a.entry.Name
		if err := tx.PutEntry(e); err != nil {
			return err
		}
	}
	return nil
}

// mostTries is how many keys of authorities of one name are tried on a
// certificate that one of them may have signed: there is seldom more than one.
const mostTries = 8

// signerOf finds who signed a certificate, among the authorities of its issuer's
// name. One that signs itself has no other. Those whose key identifier it names
// are tried before the others.
func signerOf(e storage.Entry, cert *x509.Certificate, same []authority) (authority, bool) {
	if bytes.Equal(cert.RawSubject, cert.RawIssuer) && pki.IsSelfSigned(cert) {
		at := slices.IndexFunc(same, func(a authority) bool { return a.entry.ID == e.ID })
		if at < 0 {
			return authority{}, false
		}
		return same[at], true
	}
	refused := map[string]bool{} // keys
	for _, named := range []bool{true, false} {
		for _, a := range same {
			key := string(a.cert.RawSubjectPublicKeyInfo)
			if refused[key] || bytes.Equal(a.cert.SubjectKeyId, cert.AuthorityKeyId) != named {
				continue
			}
			if pki.IsSignedBy(cert, a.cert) {
				return a, true
			}
			if refused[key] = true; len(refused) == mostTries {
				return authority{}, false
			}
		}
	}
	return authority{}, false
}

type authority struct {
	entry storage.Entry
	cert  *x509.Certificate
	self  bool // signs itself
}

func preferred(a, b authority) int {
	if x, y := a.self, b.self; x != y {
		if x {
			return -1
		}
		return 1
	}
	return b.cert.NotAfter.Compare(a.cert.NotAfter)
}

func parsed(tx *storage.Tx, e storage.Entry) (*x509.Certificate, error) {
	c, err := tx.Certificate(e.ID)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(c.DER)
	if err != nil {
		return nil, fmt.Errorf("read certificate %q: %w", e.Name, err)
	}
	return cert, nil
}
