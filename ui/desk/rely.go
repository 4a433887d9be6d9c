package desk

import (
	"crypto/sha256"
	"errors"
	"time"

	"countersign/storage"
)

// publicKeys are the hashes of public keys (SHA-256 of SubjectPublicKeyInfo) by
// the certificates that have them. A certificate never changes, so each is read
// once.
type publicKeys map[ID][sha256.Size]byte

// read learns the keys of the certificates that may share one with what was
// revoked because others may have its key. Those that have their private key in
// the vault are told apart by that.
func (p publicKeys) read(tx *storage.Tx, list []*Certificate) error {
	kinds := map[string]bool{}
	for _, c := range list {
		if c.betrays() {
			kinds[string(c.Key)] = true
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	for _, c := range list {
		if !kinds[string(c.Key)] || c.KeyID != "" && !c.betrays() || c.Damaged == "certificate" {
			continue
		}
		if _, again := p[c.ID]; again {
			continue
		}
		stored, err := tx.Certificate(storage.ID(c.ID))
		if errors.Is(err, storage.ErrNoRecord) {
			continue
		}
		if err != nil {
			return err
		}
		if public, ok := publicKeyOf(stored.DER); ok {
			p[c.ID] = sha256.Sum256([]byte(public))
		}
	}
	return nil
}

// betrays tells whether the certificate was revoked because others may have its
// key.
func (c *Certificate) betrays() bool { return c.Revoked && isCompromise(c.Reason) }

// stolen are the keys that others may have.
type stolen struct {
	ids     map[ID]bool                // of the vault
	publics map[[sha256.Size]byte]bool // those of certificates
}

func stolenKeys(list []*Certificate, known publicKeys) stolen {
	s := stolen{ids: map[ID]bool{}, publics: map[[sha256.Size]byte]bool{}}
	for _, c := range list {
		if !c.betrays() {
			continue
		}
		if c.KeyID != "" {
			s.ids[c.KeyID] = true
		}
		if public, ok := known[c.ID]; ok {
			s.publics[public] = true
		}
	}
	return s
}

// has tells whether others may have the key of a certificate.
func (s stolen) has(c *Certificate, known publicKeys) bool {
	if c.Revoked || len(s.ids)+len(s.publics) == 0 {
		return false
	}
	if c.KeyID != "" {
		return s.ids[c.KeyID]
	}
	public, ok := known[c.ID]
	return ok && s.publics[public]
}

// markRelied resolves Certificate.KeyElsewhere and RefusedFrom of a list in which
// issuers are resolved. Where the certificates are not ours alone, those that
// become others are replaced in the list.
func markRelied(list []*Certificate, k kin, known publicKeys, ours bool) {
	ends := make(map[ID]time.Time, len(k.authorities))
	for _, n := range k.authorities {
		if list[n].Damaged == "" {
			ends[list[n].ID] = list[n].NotAfter
		}
	}
	keys := stolenKeys(list, known)
	var issuer ID // of the last one: mostly the next one's
	var end time.Time
	for n, c := range list {
		if c.IssuerID != issuer {
			issuer, end = c.IssuerID, ends[c.IssuerID]
		}
		from := end
		if !c.NotAfter.After(from) {
			from = time.Time{}
		}
		elsewhere := keys.has(c, known)
		if elsewhere == c.KeyElsewhere && from.Equal(c.RefusedFrom) {
			continue
		}
		if !ours {
			other := *c
			c = &other
			list[n] = c
		}
		c.KeyElsewhere, c.RefusedFrom = elsewhere, from
	}
}
