package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"countersign/pki"
	"countersign/storage"
)

// compare holds what was found against itself and against the vault (nil:
// there is none): which key belongs to which certificate and request, what is
// here already, what was revoked.
func (l *looker) compare(ctx context.Context, tx *storage.Tx) error {
	var mine []storage.Entry
	if tx != nil {
		var err error
		if mine, err = tx.Entries(); err != nil {
			return err
		}
	}
	byPrint := map[string]storage.Entry{}
	for _, e := range mine {
		byPrint[e.Fingerprint] = e
	}
	for n := range l.found.Certificates {
		c := &l.found.Certificates[n]
		if e, known := byPrint[pki.Fingerprint(c.Certificate)]; known {
			c.hold(e)
		}
	}
	if err := l.marry(ctx, tx, mine); err != nil {
		return err
	}
	if len(l.found.Lists)+len(l.found.Certificates)+len(l.found.Requests) == 0 {
		return nil
	}
	known, err := authoritiesOf(tx, mine)
	if err != nil {
		return err
	}
	l.assign(known)
	if err := l.judge(tx, mine); err != nil {
		return err
	}
	return l.doubt(ctx, tx, mine, known)
}

// doubt notes what other certificates tell of what was found: who outlives the
// authority that signed it, and whose key others may have.
func (l *looker) doubt(ctx context.Context, tx *storage.Tx, mine []storage.Entry, authorities []*x509.Certificate) error {
	above := newSigners()
	for _, a := range authorities {
		above.add(a)
	}
	kinds := map[string]bool{}
	for _, c := range l.found.Certificates {
		above.add(c.Certificate)
		kinds[string(pki.KindOf(c.Certificate.PublicKey))] = true
	}
	for _, r := range l.found.Requests {
		kinds[string(pki.KindOf(r.Request.PublicKey))] = true
	}
	compromised := slices.DeleteFunc(slices.Clone(mine), func(e storage.Entry) bool { return e.State != stateRevoked || !isCompromise(e.Reason) })
	stolen, err := entriesByKey(ctx, tx, compromised, kinds)
	if err != nil {
		return err
	}
	for _, c := range l.found.Certificates {
		if c.Revoked != nil && isCompromise(c.Revoked.Reason) {
			public := string(c.Certificate.RawSubjectPublicKeyInfo)
			stolen[public] = append(stolen[public], storage.Entry{Name: c.Name(), Serial: pki.Serial(c.Certificate), Fingerprint: pki.Fingerprint(c.Certificate)})
		}
	}
	for n := range l.found.Certificates {
		c := &l.found.Certificates[n]
		c.Doubts = outlives(c.Certificate, above.outlived(c.Certificate))
		list := stolen[string(c.Certificate.RawSubjectPublicKeyInfo)]
		if len(list) == 0 {
			continue
		}
		own := pki.Fingerprint(c.Certificate)
		if !slices.ContainsFunc(list, func(e storage.Entry) bool { return e.Fingerprint == own }) {
			c.Doubts = append(c.Doubts, inOtherHands(list[0].Name, list[0].Serial))
		}
	}
	for n := range l.found.Requests {
		r := &l.found.Requests[n]
		if list := stolen[string(r.Request.RawSubjectPublicKeyInfo)]; len(list) > 0 {
			r.Doubts = []pki.Warning{inOtherHands(list[0].Name, list[0].Serial)}
		}
	}
	return nil
}

// hold notes that the vault has the certificate.
func (f *FoundCertificate) hold(e storage.Entry) {
	f.Mine, f.MineHasKey, f.MineRevoked = ID(e.ID), e.KeyID != "", e.State != stateValid
}

// marry gives each certificate and request its key. A key may belong to
// several: a renewed certificate often keeps it, and certificates of the vault
// may wait for theirs.
func (l *looker) marry(ctx context.Context, tx *storage.Tx, mine []storage.Entry) error {
	certs, requests := map[string][]int{}, map[string][]int{}
	for n, c := range l.found.Certificates {
		key := string(c.Certificate.RawSubjectPublicKeyInfo)
		certs[key] = append(certs[key], n)
	}
	for n, r := range l.found.Requests {
		key := string(r.Request.RawSubjectPublicKeyInfo)
		requests[key] = append(requests[key], n)
		if same := certs[key]; len(same) > 0 {
			l.found.Requests[n].Answered = l.found.Certificates[same[0]].Name()
		}
	}
	owners, err := l.owners(ctx, tx, mine)
	if err != nil {
		return err
	}
	for _, key := range l.keys {
		public := publicKey(key.Key.Public())
		loose := true
		for _, n := range certs[public] {
			l.found.Certificates[n].Key, loose = key.Key, false
		}
		for _, n := range requests[public] {
			l.found.Requests[n].Key, loose = key.Key, false
		}
		for _, e := range owners[public] {
			loose = false
			if _, found := l.seen[e.Fingerprint]; found || e.KeyID != "" {
				continue
			}
			cert, err := parsed(tx, e)
			if err != nil {
				return err
			}
			c := FoundCertificate{Certificate: cert, Key: key.Key}
			c.hold(e)
			l.found.Certificates = append(l.found.Certificates, c)
		}
		if loose {
			l.found.Keys = append(l.found.Keys, key)
		}
	}
	return l.known(tx, owners)
}

// owners are the vault's certificates by their public key, those whose kind of
// key was found.
func (l *looker) owners(ctx context.Context, tx *storage.Tx, mine []storage.Entry) (map[string][]storage.Entry, error) {
	kinds := map[string]bool{}
	for _, key := range l.keys {
		kinds[string(pki.KindOf(key.Key.Public()))] = true
	}
	for _, r := range l.found.Requests {
		kinds[string(pki.KindOf(r.Request.PublicKey))] = true
	}
	return entriesByKey(ctx, tx, mine, kinds)
}

// entriesByKey are entries by their certificates' public keys, those of the
// kinds of keys asked for.
func entriesByKey(ctx context.Context, tx *storage.Tx, entries []storage.Entry, kinds map[string]bool) (map[string][]storage.Entry, error) {
	byKey := map[string][]storage.Entry{}
	for _, e := range entries {
		if !kinds[e.KeyKind] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := tx.Certificate(e.ID)
		if err != nil {
			return nil, err
		}
		public, ok := publicKeyOf(c.DER)
		if !ok {
			return nil, fmt.Errorf("read certificate %q: no public key", e.Name)
		}
		byKey[public] = append(byKey[public], e)
	}
	return byKey, nil
}

// publicKeyOf cuts the SubjectPublicKeyInfo out of a certificate (RFC 5280
// section 4.1), without the work of parsing the rest.
func publicKeyOf(der []byte) (string, bool) {
	s := cryptobyte.String(der)
	var cert, tbs, info cryptobyte.String
	version := cbasn1.Tag(0).ContextSpecific().Constructed()
	ok := s.ReadASN1(&cert, cbasn1.SEQUENCE) && cert.ReadASN1(&tbs, cbasn1.SEQUENCE) &&
		tbs.SkipOptionalASN1(version) && tbs.SkipASN1(cbasn1.INTEGER) && tbs.SkipASN1(cbasn1.SEQUENCE) &&
		tbs.SkipASN1(cbasn1.SEQUENCE) && tbs.SkipASN1(cbasn1.SEQUENCE) && tbs.SkipASN1(cbasn1.SEQUENCE) &&
		tbs.ReadASN1Element(&info, cbasn1.SEQUENCE)
	return string(info), ok
}

// known notes the requests that the vault has, or has a certificate for.
func (l *looker) known(tx *storage.Tx, owners map[string][]storage.Entry) error {
	if len(l.found.Requests) == 0 || tx == nil {
		return nil
	}
	kept, err := tx.Requests()
	if err != nil {
		return err
	}
	same := map[string]storage.ID{}
	for _, r := range kept {
		same[string(r.DER)] = r.ID
	}
	for n := range l.found.Requests {
		r := &l.found.Requests[n]
		r.Mine = ID(same[string(r.Request.Raw)])
		if owner := owners[string(r.Request.RawSubjectPublicKeyInfo)]; len(owner) > 0 && r.Answered == "" {
			r.Answered = owner[0].Name
		}
	}
	return nil
}

func authoritiesOf(tx *storage.Tx, entries []storage.Entry) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for _, e := range entries {
		if pki.Kind(e.Kind) != pki.Authority {
			continue
		}
		c, err := parsed(tx, e)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// judge marks the certificates that were revoked, and the lists that say
// something that the vault does not know.
func (l *looker) judge(tx *storage.Tx, mine []storage.Entry) error {
	news := map[string]bool{}
	for _, v := range verdictsOf(l.found.Lists) {
		said := map[string]FoundRevocation{}
		for _, r := range v.revoked {
			said[r.Serial] = r
		}
		for n := range l.found.Certificates {
			c := &l.found.Certificates[n]
			r, revoked := said[pki.Serial(c.Certificate)]
			if revoked && pki.IsSignedBy(c.Certificate, v.authority) {
				c.Revoked = &r
			}
		}
		fresh, err := v.fresh(tx, mine)
		if err != nil {
			return err
		}
		news[sameAuthority(v.authority)] = fresh
	}
	for n := range l.found.Lists {
		list := &l.found.Lists[n]
		list.New = list.Authority != nil && !list.Outdated && news[sameAuthority(list.Authority)]
	}
	return nil
}

// fresh tells whether the vault lacks something of what is said.
func (v *verdicts) fresh(tx *storage.Tx, mine []storage.Entry) (bool, error) {
	family, err := familyOf(tx, mine, v.authority)
	if err != nil || len(family.entries) == 0 {
		return true, err
	}
	record, err := tx.Authority(family.id())
	if err != nil && !errors.Is(err, storage.ErrNoRecord) {
		return false, err
	}
	known := map[string]bool{}
	for _, r := range record.Elsewhere {
		known[r.Serial] = true
	}
	for _, e := range mine {
		if family.signed(e) && e.State != stateValid {
			known[e.Serial] = true
		}
	}
	for _, r := range v.revoked {
		if !known[r.Serial] {
			return true, nil
		}
	}
	return v.number != nil && v.number.IsUint64() && v.number.Uint64() > record.CRLNumber ||
		v.crl != nil && v.crl.ThisUpdate.After(record.ThisUpdate), nil
}
