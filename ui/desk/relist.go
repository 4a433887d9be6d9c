package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// relist makes anew, in a vault that was saved of a damaged one, what lists show
// of certificates that are whole: of each from itself, from what was done to it,
// and from its authority's list of the revoked. Labels, notes, profiles and what it
// replaced are lost.
func relist(ctx context.Context, path string, passphrase []byte, ids []storage.ID, o Options) error {
	d, err := Open(path, o)
	if err != nil {
		return err
	}
	if d.Locked() {
		err = d.vault.Unlock(ctx, passphrase)
	}
	if err == nil {
		err = d.vault.Update(func(tx *storage.Tx) error { return relistAll(tx, ids, d.Now()) })
	}
	return errors.Join(err, d.vault.Close())
}

func relistAll(tx *storage.Tx, ids []storage.ID, now time.Time) error {
	wanted := map[storage.ID]*x509.Certificate{}
	for _, id := range ids {
		if cert := (remains{tx: tx}).parsed(id); cert != nil {
			wanted[id] = cert
		}
	}
	authorities := map[storage.ID]*x509.Certificate{}
	err := tx.EachEntry(func(e storage.Entry) error {
		cert, err := parsed(tx, e)
		if err == nil && isAuthority(cert) {
			authorities[e.ID] = cert
		}
		return err
	})
	if err != nil {
		return err
	}
	for id, cert := range wanted {
		if isAuthority(cert) {
			authorities[id] = cert
		}
	}
	last := lastDeeds(tx)
	for _, id := range ids {
		if wanted[id] == nil {
			continue
		}
		e := relisted(tx, id, wanted[id], last[id], now)
		e.IssuerID = issuerIn(authorities, wanted[id])
		if err := takeRevocation(tx, &e, wanted[id], authorities); err != nil {
			return err
		}
		if err := tx.PutCertificate(storage.Certificate{Entry: e, DER: wanted[id].Raw}); err != nil {
			return fmt.Errorf("list %q anew: %w", e.Name, err)
		}
	}
	return nil
}

// deeds are what was done to a certificate: how it came, and whether it was revoked
// last, or released.
type deeds struct{ came, standing storage.Event }

func lastDeeds(tx *storage.Tx) map[storage.ID]deeds {
	all := map[storage.ID]deeds{}
	_ = tx.SoundEvents(func(e storage.Event) bool { // the newest first; what cannot be read tells nothing
		d := all[e.Subject]
		switch e.Verb {
		case "revoke", "hold", "release":
			if d.standing.Verb == "" {
				d.standing = e
			}
		case "issue", "renew", "import":
			d.came = e
		}
		all[e.Subject] = d
		return true
	})
	return all
}

// relisted is an entry by the certificate, its key and what was done.
func relisted(tx *storage.Tx, id storage.ID, cert *x509.Certificate, done deeds, now time.Time) storage.Entry {
	made := issued{id: id, cert: cert, issuer: issuerName(cert)}
	if key, err := tx.Key(id); err == nil { // most keys have the ID of their certificate
		key.Wipe()
		made.keyID = id
	}
	e := made.entry(now)
	if e.Origin = originImported; made.keyID != "" && done.came.Verb != "import" {
		e.Origin = originMade
	}
	if !done.came.At.IsZero() {
		e.Made = done.came.At
	}
	switch done.standing.Verb {
	case "revoke":
		e.State = stateRevoked
	case "hold":
		e.State = stateHold
	default:
		return e
	}
	e.RevokedAt, e.Reason = done.standing.At, done.standing.Detail["reason"]
	return e
}

// issuerIn finds who signed a certificate; "" for somebody elsewhere.
func issuerIn(authorities map[storage.ID]*x509.Certificate, cert *x509.Certificate) storage.ID {
	for id, a := range authorities {
		if string(a.RawSubject) == string(cert.RawIssuer) && cert.CheckSignatureFrom(a) == nil {
			return id
		}
	}
	return ""
}

// takeRevocation revokes what a list of its authority says is revoked: for that
// there need be no word of it among what was done.
func takeRevocation(tx *storage.Tx, e *storage.Entry, cert *x509.Certificate, authorities map[storage.ID]*x509.Certificate) error {
	states, err := tx.Authorities()
	if err != nil {
		return err
	}
	for _, state := range states {
		list, err := x509.ParseRevocationList(state.CRL)
		if err != nil || string(list.RawIssuer) != string(cert.RawIssuer) || !signedByOne(list, authorities) {
			continue
		}
		for _, r := range list.RevokedCertificateEntries {
			if r.SerialNumber.Cmp(cert.SerialNumber) != 0 || e.State == stateRevoked {
				continue
			}
			reason := pki.ReasonOf(r.ReasonCode)
			if e.State = stateRevoked; reason.IsHold() {
				e.State = stateHold
			}
			e.RevokedAt, e.Reason = r.RevocationTime.UTC(), string(reason)
		}
	}
	return nil
}

func signedByOne(list *x509.RevocationList, authorities map[storage.ID]*x509.Certificate) bool {
	for _, a := range authorities {
		if list.CheckSignatureFrom(a) == nil {
			return true
		}
	}
	return false
}
