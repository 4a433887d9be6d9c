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
	Warnings  []pki.Warning // what clients will not like about it, and what others of the vault tell of it
	Chain     []Link        // from the root, as far as the vault has it, to the certificate; each by what stands for it
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
	line, err := d.line(id)
	if err != nil {
		return Detail{}, err
	}
	chain, err := d.certificates(line)
	if err != nil {
		return Detail{}, err
	}
	detail := Detail{Certificate: c, Described: pki.Describe(chain[0]), X509: chain[0], Warnings: pki.Lint(chain[0], d.Now())}
	if len(chain) > 1 { // the issuer by the certificate that stands for it
		detail.Warnings = append(detail.Warnings, outlives(chain[0], chain[1].NotAfter)...)
	}
	if !c.Revoked {
		other, known, err := d.compromised(chain[0].PublicKey)
		if err != nil {
			return Detail{}, err
		}
		if known {
			detail.Warnings = append(detail.Warnings, inOtherHands(other.Name, other.Serial))
		}
	}
	for n := range chain {
		link := Link{ID: line[n].ID, Name: nameOf(chain[n])}
		detail.Chain = append([]Link{link}, detail.Chain...)
	}
	return detail, nil
}

// chain reads a certificate and those above it, the leaf first.
func (d *Desk) chain(id ID) ([]*x509.Certificate, error) {
	line, err := d.line(id)
	if err != nil {
		return nil, err
	}
	return d.certificates(line)
}

// certificates reads what a list names.
func (d *Desk) certificates(list []Certificate) ([]*x509.Certificate, error) {
	certs := make([]*x509.Certificate, len(list))
	err := d.vault.View(func(tx *storage.Tx) error {
		for n, c := range list {
			stored, err := tx.Certificate(storage.ID(c.ID))
			if errors.Is(err, storage.ErrNoRecord) {
				return &NotFoundError{What: "certificate", Name: c.Name}
			}
			if err != nil {
				return err
			}
			if certs[n], err = x509.ParseCertificate(stored.DER); err != nil {
				return fmt.Errorf("read certificate %q: %w", c.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err // not one that is nil, which callers would take for a certificate
	}
	return certs, nil
}

// PEM gives the certificate as PEM, to copy.
func (d *Desk) PEM(id ID) (string, error) {
	chain, err := d.chain(id)
	if err != nil {
		return "", err
	}
	return string(pki.EncodeCertificates(chain[0])), nil
}
