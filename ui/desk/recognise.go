package desk

import (
	"bytes"
	"context"
	"crypto/x509"

	"countersign/pki"
	"countersign/storage"
)

// Mine is what the vault knows of something that was looked at.
type Mine struct {
	Looked   bool          // the vault was asked
	Same     *Certificate  // the very same certificate
	SameKey  []Certificate // other certificates of the vault with the same public key; at most 20
	HasKey   bool          // its private key is in the vault
	Request  string        // name of a request of the vault with the same public key
	Issuer   *Certificate  // the authority of the vault that signed it
	Namesake *Certificate  // an authority of the vault of the issuer's name, or its own, but with another key
	Revoked  []Certificate // certificates of the vault that a CRL lists; at most 20
	Stolen   *Certificate  // one of the same public key that was revoked because others may have the key
}

// Any reports whether the vault has anything to do with it.
func (m Mine) Any() bool {
	return m.Same != nil || len(m.SameKey) > 0 || m.HasKey || m.Request != "" || m.Issuer != nil || len(m.Revoked) > 0
}

// mostMine bounds the certificates that are named.
const mostMine = 20

// Recognise finds out what the vault has to do with each thing of a list: by
// fingerprint, by public key, by signature. It reads every certificate of the
// vault once. Errors: ErrLocked, those of the context.
func (d *Desk) Recognise(ctx context.Context, list []Inspected) error {
	all, err := d.all()
	if err != nil {
		return err
	}
	r := recogniser{byKey: map[string][]int{}, list: list, above: newSigners()}
	for n := range list {
		list[n].Mine = Mine{Looked: true}
		if c := list[n].Certificate; c != nil {
			r.above.add(c)
		}
		if spki := list[n].Public(); spki != nil {
			r.byKey[string(spki)] = append(r.byKey[string(spki)], n)
		}
	}
	err = d.vault.View(func(tx *storage.Tx) error {
		for _, c := range all {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := r.compare(tx, *c); err != nil {
				return err
			}
		}
		return r.requests(tx)
	})
	if err != nil {
		return err
	}
	for n := range list {
		r.revoked(&list[n], all)
		r.doubt(&list[n])
	}
	return nil
}

// doubt notes what the vault's certificates, and the others of the list, tell
// of a certificate.
func (r *recogniser) doubt(i *Inspected) {
	if i.Certificate == nil {
		return
	}
	i.Doubts = outlives(i.Certificate, r.above.outlived(i.Certificate))
	if i.Mine.Stolen != nil && (i.Mine.Same == nil || !i.Mine.Same.Revoked) {
		i.Doubts = append(i.Doubts, inOtherHands(i.Mine.Stolen.Name, i.Mine.Stolen.Serial))
	}
}

type recogniser struct {
	list  []Inspected
	byKey map[string][]int // public key to places in list
	above *signers
}

// compare looks at one certificate of the vault.
func (r *recogniser) compare(tx *storage.Tx, c Certificate) error {
	kept, err := tx.Certificate(storage.ID(c.ID))
	if err != nil {
		return err
	}
	spki := pki.PublicKeyOf(kept.DER)
	for _, n := range r.byKey[string(spki)] {
		m := &r.list[n].Mine
		m.HasKey = m.HasKey || c.HasKey
		if c.Revoked && isCompromise(c.Reason) {
			m.Stolen = &c
		}
		switch {
		case r.list[n].Certificate != nil && bytes.Equal(r.list[n].Certificate.Raw, kept.DER):
			m.Same = &c
		case len(m.SameKey) < mostMine:
			m.SameKey = append(m.SameKey, c)
		}
	}
	if !c.IsAuthority() {
		return nil
	}
	parsed, err := x509.ParseCertificate(kept.DER)
	if err != nil {
		return nil // it cannot have signed anything that is read here
	}
	r.above.add(parsed)
	for n := range r.list {
		r.authority(&r.list[n], c, parsed)
	}
	return nil
}

// authority looks whether an authority of the vault signed a thing, or only
// has the name of who did.
func (r *recogniser) authority(i *Inspected, c Certificate, a *x509.Certificate) {
	m := &i.Mine
	switch {
	case i.Certificate != nil:
		named := bytes.Equal(a.RawSubject, i.Certificate.RawIssuer)
		switch {
		case named && pki.IsSignedBy(i.Certificate, a):
			if m.Issuer == nil || c.HasKey && !m.Issuer.HasKey {
				m.Issuer = &c
			}
		case named, i.Certificate.IsCA && bytes.Equal(a.RawSubject, i.Certificate.RawSubject):
			if !bytes.Equal(a.RawSubjectPublicKeyInfo, i.Certificate.RawSubjectPublicKeyInfo) {
				m.Namesake = &c
			}
		}
	case i.CRL != nil && bytes.Equal(a.RawSubject, i.CRL.RawIssuer):
		if pki.IsCRLSignedBy(i.CRL, a) {
			m.Issuer = &c
		} else {
			m.Namesake = &c
		}
	}
	if m.Issuer != nil {
		m.Namesake = nil
	}
}

// requests looks for requests with the same keys.
func (r *recogniser) requests(tx *storage.Tx) error {
	requests, err := tx.Requests()
	if err != nil {
		return err
	}
	for _, kept := range requests {
		parsed, err := x509.ParseCertificateRequest(kept.DER)
		if err != nil {
			continue
		}
		for _, n := range r.byKey[string(parsed.RawSubjectPublicKeyInfo)] {
			m := &r.list[n].Mine
			m.Request, m.HasKey = kept.Name, m.HasKey || kept.KeyID != ""
		}
	}
	return nil
}

// revoked finds which certificates of the vault a CRL of one of its
// authorities lists.
func (r *recogniser) revoked(i *Inspected, all []*Certificate) {
	if i.CRL == nil || i.Mine.Issuer == nil {
		return
	}
	issued := map[string]*Certificate{}
	for _, c := range all {
		if c.IssuerID == i.Mine.Issuer.ID {
			issued[c.Serial] = c
		}
	}
	for _, e := range i.CRL.RevokedCertificateEntries {
		if len(i.Mine.Revoked) == mostMine || len(issued) == 0 {
			return
		}
		if c, ok := issued[pki.SerialText(e.SerialNumber)]; ok {
			i.Mine.Revoked = append(i.Mine.Revoked, *c)
		}
	}
}
