package desk

import (
	"crypto/x509"

	"countersign/pki"
	"countersign/storage"
)

// family are the vault's certificates of one authority: those of its name and
// key, which it has several of when it was renewed or cross-signed.
type family struct {
	entries []storage.Entry
}

// familyOf finds an authority's certificates.
func familyOf(tx *storage.Tx, entries []storage.Entry, authority *x509.Certificate) (family, error) {
	var f family
	for _, e := range entries {
		if pki.Kind(e.Kind) != pki.Authority {
			continue
		}
		cert, err := parsed(tx, e)
		if err != nil {
			return f, err
		}
		if sameAuthority(cert) == sameAuthority(authority) {
			f.entries = append(f.entries, e)
		}
	}
	return f, nil
}

// id is that of the authority's record: the ID of its key, or of a
// certificate where the key is elsewhere.
func (f family) id() storage.ID {
	for _, e := range f.entries {
		if e.KeyID != "" {
			return e.KeyID
		}
	}
	first := f.entries[0].ID
	for _, e := range f.entries[1:] {
		first = min(first, e.ID)
	}
	return first
}

// signed tells whether the authority signed what an entry is of.
func (f family) signed(e storage.Entry) bool {
	for _, own := range f.entries {
		if e.IssuerID == own.ID {
			return true
		}
	}
	return false
}
