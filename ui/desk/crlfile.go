package desk

import (
	"crypto/x509"
	"fmt"

	"countersign/pki"
	"countersign/storage"
)

// CRLFormat is how a list is written to a file.
type CRLFormat string

// The formats of lists: nginx and OpenSSL read PEM, what fetches a list from
// an address takes DER (RFC 5280 section 4.2.1.13).
const (
	CRLPEM CRLFormat = "pem"
	CRLDER CRLFormat = "der"
)

// CRLFile gives an authority's newest list as a file. Errors: ErrNoCRL when
// none was made yet, ErrFormat, ErrNoKey, *NotFoundError.
func (d *Desk) CRLFile(id ID, format CRLFormat) (File, error) {
	if format != CRLPEM && format != CRLDER {
		return File{}, fmt.Errorf("%q: %w", format, ErrFormat)
	}
	der, err := d.crlDER(id)
	if err != nil {
		return File{}, err
	}
	c, err := d.CRL(id)
	if err != nil {
		return File{}, err
	}
	if format == CRLDER {
		return File{Name: c.FileName + ".crl", Data: der}, nil
	}
	return File{Name: c.FileName + "-crl.pem", Data: pki.EncodeCRL(&x509.RevocationList{Raw: der})}, nil
}

func (d *Desk) crlDER(id ID) ([]byte, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	l, err := listerOf(all, id)
	if err != nil {
		return nil, err
	}
	var der []byte
	err = d.vault.View(func(tx *storage.Tx) error {
		state, err := authorityState(tx, l.keyID)
		der = state.CRL
		return err
	})
	if err == nil && len(der) == 0 {
		err = fmt.Errorf("%q: %w", l.Name, ErrNoCRL)
	}
	return der, err
}
