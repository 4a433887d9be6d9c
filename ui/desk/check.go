package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"countersign/pki"
	"countersign/storage"
)

// Checked is what Check found.
type Checked struct {
	Certificates, Authorities, Events int
	Damage                            []Part     // what is not as it was written
	Wrong                             []Mismatch // whole records that do not fit together
}

// Sound tells whether nothing is wrong.
func (c Checked) Sound() bool { return len(c.Damage) == 0 && len(c.Wrong) == 0 }

// Err is the damage as an error; nil where there is none.
func (c Checked) Err() error {
	if len(c.Damage) == 0 {
		return nil
	}
	return &PartsError{Parts: c.Damage, Err: c.Damage[0].Damage}
}

// Mismatch is a record that is whole but does not fit another.
type Mismatch struct {
	ID   ID
	Name string
	Code string // "key-missing", "key-other", "unreadable"
}

// Check reads every record of the vault: its check or seal, that none is
// missing, that the record of what was done is unbroken, and that each
// certificate can be read and has the private key that it says it has. It stops
// when ctx ends.
func (d *Desk) Check(ctx context.Context) (Checked, error) {
	var found Checked
	err := d.vault.View(func(tx *storage.Tx) error {
		damage, err := tx.Check(ctx)
		if err != nil {
			return err
		}
		if found.Damage = nameParts(tx, damage); len(damage) > 0 {
			return nil // what does not fit follows from it
		}
		events, err := tx.Events(0)
		if err != nil {
			return err
		}
		found.Events = len(events)
		return tx.EachEntry(func(e storage.Entry) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			found.count(e)
			code, err := fits(tx, e)
			if code != "" {
				found.Wrong = append(found.Wrong, Mismatch{ID: ID(e.ID), Name: e.Name, Code: code})
			}
			return err
		})
	})
	if err != nil {
		return found, fmt.Errorf("check: %w", err)
	}
	return found, nil
}

func (c *Checked) count(e storage.Entry) {
	if pki.Kind(e.Kind) == pki.Authority {
		c.Authorities++
	} else {
		c.Certificates++
	}
}

// fits tells what of a certificate does not fit: a code, or "".
func fits(tx *storage.Tx, e storage.Entry) (string, error) {
	cert, err := parsed(tx, e)
	var damage *DamageError
	switch {
	case errors.As(err, &damage):
		return "", err
	case err != nil || pki.Fingerprint(cert) != e.Fingerprint:
		return "unreadable", nil
	case e.KeyID == "":
		return "", nil
	}
	key, err := signer(tx, e)
	switch {
	case errors.Is(err, storage.ErrNoRecord):
		return "key-missing", nil
	case errors.As(err, &damage):
		return "", err
	case err != nil || !pki.SamePublicKey(key.Public(), cert.PublicKey):
		return "key-other", nil
	}
	return "", nil
}

// Salvaged says what was saved of a damaged vault, and what is known to be lost.
type Salvaged struct {
	Certificates, Keys int    // authorities count among the certificates
	Lost               []Part // none also where nothing tells
	Relisted           []Part // certificates that are whole, but of which nothing else was left: see relist
}

// Salvage writes what can be read of a damaged vault to a new one, which opens
// with the same passphrase; the damaged file is only read. What lists show of a
// certificate is made anew where only that is lost. Errors: those of
// storage.Salvage.
func Salvage(ctx context.Context, from string, passphrase []byte, to string, o Options) (Salvaged, error) {
	saved, err := storage.Salvage(ctx, from, storage.ByPassphrase, passphrase, to, o.filled().storage())
	s := Salvaged{Certificates: saved.Records["certificates"], Keys: saved.Records["keys"]}
	if err != nil {
		return s, aboutFile("write", to, err)
	}
	var lines []storage.ID
	for _, loss := range saved.Losses {
		p := partOf(loss.DamageError)
		p.Gone, p.ID = false, ID(loss.Entry.ID)
		p.Name, p.Kind, p.Serial = loss.Entry.Name, pki.Kind(loss.Entry.Kind), loss.Entry.Serial
		cert, err := x509.ParseCertificate(loss.DER)
		if err != nil {
			s.Lost = append(s.Lost, p)
			continue
		}
		p.Code, p.ID = "certificate", ID(loss.Record)
		p.Name, p.Kind, p.Serial = nameOf(cert), pki.KindOfCertificate(cert), pki.Serial(cert)
		s.Relisted, lines = append(s.Relisted, p), append(lines, storage.ID(loss.Record))
	}
	s.Lost = together(s.Lost)
	if len(lines) > 0 {
		err = relist(ctx, to, passphrase, lines, o)
	}
	return s, err
}
