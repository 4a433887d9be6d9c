package desk

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"time"

	"countersign/pki"
	"countersign/storage"
)

const originImported = "imported"

// importOne writes a certificate that came from elsewhere, or the key of one
// that is there already.
func importOne(tx *storage.Tx, f FoundCertificate, now time.Time) (Certificate, error) {
	i := issued{cert: f.Certificate, key: f.Key, issuer: issuerName(f.Certificate)}
	entry := i.entry(now)
	entry.Origin = originImported
	if f.Mine != "" {
		mine, err := tx.Entry(storage.ID(f.Mine))
		if err != nil {
			return Certificate{}, err
		}
		entry = mine
	} else {
		entry.ID = tx.NewID()
	}
	if f.Key != nil {
		entry.KeyID = entry.ID
		der, err := pki.MarshalKey(f.Key)
		if err != nil {
			return Certificate{}, fmt.Errorf("encode key: %w", err)
		}
		err = tx.PutKey(storage.Key{ID: entry.KeyID, Kind: entry.KeyKind, PKCS8: der})
		clear(der)
		if err != nil {
			return Certificate{}, err
		}
	}
	if err := tx.PutCertificate(storage.Certificate{Entry: entry, DER: f.Certificate.Raw}); err != nil {
		return Certificate{}, err
	}
	return fromEntry(entry), tx.AppendEvent(storage.Event{
		At: now, Verb: "import", Subject: entry.ID, Name: entry.Name, Detail: map[string]string{"kind": entry.Kind},
	})
}

func issuerName(c *x509.Certificate) string {
	if c.Issuer.CommonName != "" {
		return c.Issuer.CommonName
	}
	return c.Issuer.String()
}

// attach ties every certificate whose issuer was not in the vault to the one
// that signed it, when that is there now.
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
	for _, e := range waiting {
		cert, err := parsed(tx, e)
		if err != nil {
			return err
		}
		for _, a := range authorities[string(cert.RawIssuer)] {
			if !signed(a.cert, cert) {
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

// signed tells whether the authority's key made the certificate's signature.
func signed(a, c *x509.Certificate) bool {
	if bytes.Equal(a.Raw, c.Raw) {
		return pki.IsSelfSigned(c)
	}
	return c.CheckSignatureFrom(a) == nil
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
