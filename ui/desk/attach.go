package desk

import (
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
	authorities := map[string][]authority{}
	var waiting []storage.Entry
	for _, e := range entries {
		if pki.Kind(e.Kind) == pki.Authority {
			cert, err := parsed(tx, e)
			if err != nil {
				return err
			}
			key := string(cert.RawSubject)
			authorities[key] = append(authorities[key], authority{e, cert})
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
		for _, a := range authorities[string(cert.RawIssuer)] {
			if !pki.IsSignedBy(cert, a.cert) || a.entry.ID != e.ID && pki.IsSelfSigned(cert) {
				continue
			}
			e.IssuerID, e.Issuer = a.entry.ID, a.entry.Name
			if err := tx.PutEntry(e); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

type authority struct {
	entry storage.Entry
	cert  *x509.Certificate
}

func preferred(a, b authority) int {
	if x, y := pki.IsSelfSigned(a.cert), pki.IsSelfSigned(b.cert); x != y {
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
