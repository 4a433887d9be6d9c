package desk

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// renewal is a Renewal with what it is about read, and decided.
type renewal struct {
	Renewal
	old     Certificate
	cert    *x509.Certificate   // old
	root    bool                // it signs itself
	issuer  Certificate         // not of a root
	above   []*x509.Certificate // the issuer, then those over it; none of a root
	revoked pki.Faults          // that one of these is revoked
	keep    bool                // the old key
	kind    pki.KeyKind         // of a new key
	changed bool                // more than dates, key and issuer
	request pki.Request         // what the new one says
	lost    []string            // OIDs that the request cannot carry over
}

// planRenewal reads and decides, without opening any key.
func (d *Desk) planRenewal(r Renewal, now time.Time) (*renewal, error) {
	old, err := d.Get(r.ID)
	if err == nil && old.CurrentID != "" {
		old, err = d.Get(old.CurrentID)
	}
	if err != nil {
		return nil, err
	}
	certs, err := d.certificates([]Certificate{old})
	if err != nil {
		return nil, err
	}
	p := &renewal{Renewal: r, old: old, cert: certs[0]}
	p.root = old.IsRoot() && (r.IssuerID == "" || r.IssuerID == r.ID || r.IssuerID == old.ID)
	if err := p.chooseKey(); err != nil {
		return nil, fmt.Errorf("renew %q: %w", old.Name, err)
	}
	if !p.root {
		if err := d.chooseIssuer(p, now); err != nil {
			return nil, err
		}
	}
	if err := p.ask(now); err != nil {
		return nil, err
	}
	if p.keep {
		if _, known, err := d.compromised(p.cert.PublicKey); err != nil || known {
			return nil, fmt.Errorf("renew %q: %w", old.Name, cmp.Or(err, ErrCompromised))
		}
	}
	return p, nil
}

// chooseKey decides whose key the new certificate gets.
func (p *renewal) chooseKey() error {
	switch p.Key {
	case KeyKept:
		p.keep = true
	case KeyDefault:
		p.keep = (p.old.IsAuthority() || !p.old.HasKey) && p.KeyKind == ""
	}
	if p.Cross && (!p.root || p.keep) {
		return ErrCrossRoot
	}
	if p.root && !p.old.HasKey {
		return ErrNoKey
	}
	p.kind = p.KeyKind
	if p.kind == "" {
		p.kind = likeKey(p.cert)
	}
	return nil
}

// likeKey is the kind of a new key in place of one: its own kind, or the
// nearest that is made here.
func likeKey(c *x509.Certificate) pki.KeyKind {
	if kind := pki.KindOf(c.PublicKey); kind != "" {
		return kind
	}
	if _, is := c.PublicKey.(*rsa.PublicKey); is {
		return pki.RSA2048
	}
	return pki.P256
}

// chooseIssuer finds who signs: whom the person chose, else the issuer, or the
// authority that was made in its place.
func (d *Desk) chooseIssuer(p *renewal, now time.Time) error {
	id := p.IssuerID
	if id == "" {
		id = p.old.IssuerID
	}
	issuer, err := d.successor(id, now, p.IssuerID == "")
	var missing *NotFoundError
	switch {
	case errors.As(err, &missing):
		return &IssuerAwayError{Name: p.old.Name, Issuer: p.old.Issuer}
	case err != nil:
		return err
	case !issuer.IsAuthority():
		return fmt.Errorf("%q: %w", issuer.Name, ErrNotAuthority)
	case !issuer.HasKey:
		return &IssuerAwayError{Name: p.old.Name, Issuer: issuer.Name, Known: true}
	}
	line, err := d.line(issuer.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(line, func(c Certificate) bool { return c.ID == p.old.ID }) {
		return fmt.Errorf("%q: %w", p.old.Name, ErrBelow)
	}
	if p.revoked, err = d.revokedAbove(issuer.ID); err != nil {
		return err
	}
	p.issuer = issuer
	p.above, err = d.certificates(line)
	return err
}

// successor is the certificate that stands for an authority, or with follow for
// the one that was made in its place and can sign.
func (d *Desk) successor(id ID, now time.Time, follow bool) (Certificate, error) {
	c, err := d.Get(id)
	for seen := map[ID]bool{}; err == nil && !seen[c.ID]; {
		seen[c.ID] = true
		if !c.IsCurrent() {
			c, err = d.Get(c.CurrentID)
			continue
		}
		if !follow || c.ReplacedBy == "" {
			break
		}
		next, missing := d.Get(c.ReplacedBy)
		if missing != nil || !next.IsAuthority() || !next.HasKey || !next.validAt(now) {
			break
		}
		c = next
	}
	return c, err
}

// ask makes the request for the new certificate.
func (p *renewal) ask(now time.Time) error {
	p.request, p.lost = pki.RequestOf(p.cert)
	p.lost = slices.DeleteFunc(p.lost, func(oid string) bool { return oid == oidTimestamps })
	kind := likeKey(p.cert)
	if !p.keep {
		kind = p.kind
	}
	p.changed = len(p.Add)+len(p.Remove) > 0 || !p.old.IsAuthority() && kind != likeKey(p.cert)
	p.request.Key = kind
	p.request.NotAfter = p.end(now)
	if string(p.cert.RawIssuer) != string(p.issuerName()) {
		p.request.CRLAddresses, p.request.OCSPAddresses, p.request.IssuerAddresses = nil, nil, nil
	}
	for _, name := range p.Remove {
		if err := p.has(name); err != nil {
			return err
		}
		p.request.Names = slices.DeleteFunc(p.request.Names, func(n pki.Name) bool { return n == name })
		if p.request.Subject.CommonName == name.Value && p.request.Kind != pki.Client {
			p.request.Subject.CommonName = "" // the first of its names, then
		}
	}
	for _, name := range p.Add {
		if !slices.Contains(p.request.Names, name) {
			p.request.Names = append(p.request.Names, name)
		}
	}
	return nil
}

// oidTimestamps: what a transparency log vouched for is not said again.
const oidTimestamps = "1.3.6.1.4.1.11129.2.4.2"

func (p *renewal) issuerName() []byte {
	if issuer := p.issuerCert(); issuer != nil {
		return issuer.RawSubject
	}
	return p.cert.RawSubject
}

// issuerCert is the issuer's certificate, nil for a root.
func (p *renewal) issuerCert() *x509.Certificate {
	if len(p.above) == 0 {
		return nil
	}
	return p.above[0]
}

// end is the end of the new certificate's validity.
func (p *renewal) end(now time.Time) time.Time {
	end := p.NotAfter.UTC().Truncate(time.Second)
	if p.NotAfter.IsZero() {
		return pki.RenewedUntil(p.cert, p.issuerCert(), now)
	}
	if issuer := p.issuerCert(); issuer != nil && end.After(issuer.NotAfter) {
		return issuer.NotAfter
	}
	return end
}

// faults are what keeps it from being made.
func (p *renewal) faults(now time.Time) pki.Faults {
	var faults pki.Faults
	if p.changed {
		errors.As(p.request.Check(p.issuerCert(), now, p.over()...), &faults)
	} else {
		faults = pki.CheckRenewal(p.cert, p.issuerCert(), p.NotAfter, now, p.over()...)
	}
	return append(faults, p.revoked...)
}

// over are the authorities over the issuer.
func (p *renewal) over() []*x509.Certificate {
	if len(p.above) == 0 {
		return nil
	}
	return p.above[1:]
}

// prepareRenewal makes the key and signs, touching no file. The first is the
// new certificate, the others are its cross-certificates.
func (d *Desk) prepareRenewal(ctx context.Context, p *renewal, issuers map[ID]opened, now time.Time) ([]*issued, error) {
	if faults := p.faults(now); len(faults) > 0 {
		return nil, faults
	}
	public := crypto.PublicKey(p.cert.PublicKey)
	made := &issued{renews: &p.old, keyID: storage.ID(p.old.KeyID)}
	if !p.keep {
		key, err := pki.GenerateKey(p.kind, d.opt.Random)
		if err != nil {
			return nil, err
		}
		made.key, made.keyID, public = key, "", key.Public()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if p.root {
		return d.prepareRenewedRoot(p, made, now)
	}
	issuer, known := issuers[p.issuer.ID]
	if !known {
		var err error
		if issuer, err = d.issuer(p.issuer.ID); err != nil {
			return nil, err
		}
		issuers[p.issuer.ID] = issuer
	}
	var err error
	if p.changed {
		made.cert, err = pki.Issue(issuer.Issuer, p.request, public, now, d.opt.Random)
	} else {
		made.cert, err = pki.Renew(issuer.Issuer, p.cert, public, p.NotAfter, now, d.opt.Random)
	}
	made.issuer, made.issuerID = issuer.entry.Name, storage.ID(issuer.entry.ID)
	return []*issued{made}, err
}

func (d *Desk) prepareRenewedRoot(p *renewal, made *issued, now time.Time) ([]*issued, error) {
	made.under = made
	signer := made.key
	old := pki.Issuer{Certificate: p.cert}
	if p.keep || p.Cross {
		var err error
		if old.Key, err = d.key(p.old); err != nil {
			return nil, err
		}
	}
	if p.keep {
		signer = old.Key
	}
	var err error
	if made.cert, err = pki.RenewRoot(p.cert, signer, p.NotAfter, now, d.opt.Random); err != nil || !p.Cross {
		return []*issued{made}, err
	}
	cross, err := pki.CrossSign(old, pki.Issuer{Certificate: made.cert, Key: signer}, now, d.opt.Random)
	return []*issued{made,
		{cert: cross.OldWithNew, keyID: storage.ID(p.old.KeyID), under: made, verb: "cross-sign"},
		{cert: cross.NewWithOld, keyOf: made, issuer: p.old.Name, issuerID: storage.ID(p.old.ID), verb: "cross-sign"},
	}, err
}
