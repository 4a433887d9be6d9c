package desk

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"slices"

	"countersign/pki"
	"countersign/storage"
)

// Damaged is the health of a certificate of which a record cannot be read, in a
// vault that OpenToRead opened: what else is known of it may not be all, whether
// it is revoked among it.
const Damaged Health = "damaged"

// Wreck is what cannot be read of a vault that OpenToRead opened; is is false of
// one that Open did. Errors: ErrLocked and those of reading.
func (d *Desk) Wreck() (parts []Part, is bool, err error) {
	if !d.toRead {
		return nil, false, nil
	}
	if _, err := d.stock(); err != nil {
		return nil, true, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wreck, true, nil
}

// ToRead tells whether OpenToRead opened the vault: it is damaged.
func (d *Desk) ToRead() bool { return d.toRead }

// withDamaged marks those certificates of a list of which a record cannot be read,
// and adds those that the list has lost, as far as anything tells of them. The
// list is the caller's, and in order. It needs d.mu.
func (d *Desk) withDamaged(tx *storage.Tx, list []*Certificate) ([]*Certificate, error) {
	if !d.toRead {
		return list, nil
	}
	damage, err := tx.Check(context.Background())
	if err != nil {
		return nil, err
	}
	d.wreck = nameParts(tx, damage)
	known := map[ID]*Certificate{}
	for _, c := range list {
		known[c.ID] = c
	}
	for _, p := range d.wreck {
		switch p.Code {
		case "certificate", "entry":
			if p.ID == "" || p.Name == "" {
				continue
			}
			if known[p.ID] == nil {
				known[p.ID] = lost(tx, p)
				list = append(list, known[p.ID])
			}
			known[p.ID].Damaged = "certificate"
		case "key":
			for _, c := range list {
				if c.KeyID == ID(p.Damage.Record) && c.Damaged == "" {
					c.Damaged = "key"
				}
			}
		}
	}
	slices.SortStableFunc(list, order)
	return list, nil
}

// lost is what can be told of a certificate whose line in lists cannot be read.
func lost(tx *storage.Tx, p Part) *Certificate {
	c := &Certificate{ID: p.ID, Name: p.Name, Kind: p.Kind, Serial: p.Serial}
	if key, err := tx.Key(storage.ID(p.ID)); err == nil {
		key.Wipe()
		c.HasKey, c.KeyID, c.Key = true, p.ID, pki.KeyKind(key.Kind)
	}
	der, err := tx.CertificateDER(storage.ID(p.ID))
	if err != nil {
		return c
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return c
	}
	c.Issuer, c.Fingerprint = shortName(cert.Issuer.CommonName), pki.Fingerprint(cert)
	c.NotBefore, c.NotAfter, c.Key = cert.NotBefore, cert.NotAfter, pki.KindOf(cert.PublicKey)
	return c
}

// alone is the lineage of an authority that cannot be read: its own.
func alone(id ID) lineage { return lineage{who: sha256.Sum256([]byte(id))} }
