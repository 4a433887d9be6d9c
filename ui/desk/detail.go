package desk

import (
	"crypto/x509"
	"errors"
	"fmt"

	"countersign/pki"
	"countersign/storage"
)

// Detail is all that there is to see of a certificate, its private key apart.
type Detail struct {
	Certificate
	Described pki.Description // as the certificate itself says
	X509      *x509.Certificate
	Chain     []Link // from the root, as far as the vault has it, to the certificate
}

// Link is one certificate of a chain.
type Link struct {
	ID   ID // "" when it is not in the vault
	Name string
}

// Detail reads a certificate whole, with the chain above it.
func (d *Desk) Detail(id ID) (Detail, error) {
	c, err := d.Get(id)
	if err != nil {
		return Detail{}, err
	}
	chain, err := d.chain(id)
	if err != nil {
		return Detail{}, err
	}
	detail := Detail{Certificate: c, Described: pki.Describe(chain[0]), X509: chain[0]}
	at := c
	for n := range chain {
		link := Link{ID: at.ID, Name: nameOf(chain[n])}
		detail.Chain = append([]Link{link}, detail.Chain...)
		if at, err = d.Get(at.IssuerID); err != nil {
			at = Certificate{}
		}
	}
	return detail, nil
}

// chain reads a certificate and those above it, the leaf first.
func (d *Desk) chain(id ID) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	err := d.vault.View(func(tx *storage.Tx) error {
		var err error
		chain, err = chainOf(tx, storage.ID(id))
		return err
	})
	return chain, err
}

func chainOf(tx *storage.Tx, id storage.ID) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	seen := map[storage.ID]bool{}
	for id != "" && !seen[id] {
		seen[id] = true
		c, err := tx.Certificate(id)
		if errors.Is(err, storage.ErrNoRecord) {
			if len(chain) > 0 {
				break
			}
			return nil, &NotFoundError{What: "certificate", Name: string(id)}
		}
		if err != nil {
			return nil, err
		}
		cert, err := x509.ParseCertificate(c.DER)
		if err != nil {
			return nil, fmt.Errorf("read certificate %q: %w", c.Name, err)
		}
		chain = append(chain, cert)
		id = c.IssuerID
	}
	return chain, nil
}

// PEM gives the certificate as PEM, to copy.
func (d *Desk) PEM(id ID) (string, error) {
	chain, err := d.chain(id)
	if err != nil {
		return "", err
	}
	return string(pki.EncodeCertificates(chain[0])), nil
}
