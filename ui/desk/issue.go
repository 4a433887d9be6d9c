package desk

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// IssueRequest asks for one certificate.
type IssueRequest struct {
	IssuerID ID // "" for an authority that signs itself
	Replaces ID // the certificate that it is made in place of; "" for none
	pki.Request
	Profile string // the name of the profile that it follows, to remember; "" for none
}

// Issue makes a key, has the issuer sign its certificate, and keeps both.
// Errors: pki.Faults with every fault of the request at once, ErrNoKey,
// *NotFoundError, ErrLocked, and the context's when it ended meanwhile.
func (d *Desk) Issue(ctx context.Context, r IssueRequest) (Certificate, error) {
	made, err := d.IssueAll(ctx, []IssueRequest{r})
	if err != nil {
		return Certificate{}, err
	}
	return made[0], nil
}

// IssueAll makes several certificates in one transaction: all of them are
// kept, or none.
func (d *Desk) IssueAll(ctx context.Context, requests []IssueRequest) ([]Certificate, error) {
	now := d.Now()
	prepared := make([]*issued, len(requests))
	issuers := map[ID]opened{}
	for n, r := range requests {
		i, err := d.prepare(ctx, issuers, r, now)
		if err != nil {
			return nil, fmt.Errorf("issue %q: %w", r.title(), err)
		}
		i.replaces = storage.ID(r.Replaces)
		prepared[n] = i
	}
	return d.keepAll(ctx, prepared, now)
}

func (r IssueRequest) title() string {
	if r.Subject.CommonName == "" && len(r.Names) > 0 {
		return r.Names[0].Shown
	}
	return r.Subject.CommonName
}

// opened is an authority whose key is in memory for the length of one act.
type opened struct {
	pki.Issuer
	entry Certificate
}

// prepare checks the request, makes the key and signs, touching no file.
// issuers holds the authorities that the act has opened already.
func (d *Desk) prepare(ctx context.Context, issuers map[ID]opened, r IssueRequest, now time.Time) (*issued, error) {
	if r.IssuerID == "" {
		return d.prepareRoot(ctx, r, now)
	}
	issuer, known := issuers[r.IssuerID]
	if !known {
		var err error
		if issuer, err = d.issuer(r.IssuerID); err != nil {
			return nil, err
		}
		issuers[r.IssuerID] = issuer
	}
	made, err := d.prepareUnder(ctx, issuer.Issuer, r, now)
	if err != nil {
		return nil, err
	}
	made.issuer, made.issuerID = issuer.entry.Name, storage.ID(issuer.entry.ID)
	return made, nil
}

func (d *Desk) prepareRoot(ctx context.Context, r IssueRequest, now time.Time) (*issued, error) {
	if err := d.check(r, nil, nil, now); err != nil {
		return nil, err
	}
	key, err := pki.GenerateKey(r.Key, d.opt.Random)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cert, err := pki.SelfSign(r.Request, key, now, d.opt.Random)
	if err != nil {
		return nil, err
	}
	made := &issued{cert: cert, key: key, profile: r.Profile}
	made.under = made
	return made, nil
}

func (d *Desk) prepareUnder(ctx context.Context, issuer pki.Issuer, r IssueRequest, now time.Time) (*issued, error) {
	if err := d.check(r, issuer.Certificate, issuer.Above, now); err != nil {
		return nil, err
	}
	key, err := pki.GenerateKey(r.Key, d.opt.Random)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cert, err := pki.Issue(issuer, r.Request, key.Public(), now, d.opt.Random)
	if err != nil {
		return nil, err
	}
	return &issued{cert: cert, key: key, profile: r.Profile}, nil
}

func (d *Desk) keepAll(ctx context.Context, all []*issued, now time.Time) ([]Certificate, error) {
	return d.keepAllAnd(ctx, all, now, nil)
}

// keepAllAnd keeps certificates, and what also does with them, in one
// transaction; also may be nil.
func (d *Desk) keepAllAnd(ctx context.Context, all []*issued, now time.Time, also func(*storage.Tx, []Certificate) error) ([]Certificate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	made := make([]Certificate, len(all))
	err := d.vault.Update(func(tx *storage.Tx) error {
		for n, i := range all {
			c, err := i.keep(tx, now)
			if err != nil {
				return err
			}
			made[n] = c
		}
		if also == nil {
			return nil
		}
		return also(tx, made)
	})
	if err != nil {
		return nil, err
	}
	d.remember(made...)
	return made, nil
}

// issuer opens the certificate that stands for an authority, and its key.
func (d *Desk) issuer(id ID) (opened, error) {
	var issuer opened
	c, err := d.Get(id)
	var missing *NotFoundError
	switch {
	case errors.As(err, &missing):
		return issuer, &NotFoundError{What: "authority", Name: string(id)}
	case err != nil:
		return issuer, err
	case !c.IsAuthority():
		return issuer, fmt.Errorf("%q: %w", c.Name, ErrNotAuthority)
	}
	if c, err = d.Get(c.CurrentID); err != nil {
		return issuer, err
	}
	revoked, err := d.revokedAbove(c.ID)
	if err != nil {
		return issuer, err
	}
	if len(revoked) > 0 {
		return issuer, revoked
	}
	chain, err := d.chain(c.ID)
	if err != nil {
		return issuer, err
	}
	issuer.Certificate, issuer.Above = chain[0], chain[1:]
	issuer.Key, err = d.key(c)
	issuer.entry = c
	return issuer, err
}

// key reads and opens a certificate's private key. Error: ErrNoKey.
func (d *Desk) key(c Certificate) (crypto.Signer, error) {
	var key crypto.Signer
	err := d.vault.View(func(tx *storage.Tx) error {
		var err error
		key, err = signer(tx, storage.Entry{Name: c.Name, KeyID: storage.ID(c.KeyID)})
		return err
	})
	return key, err
}

// check adds to the request's own faults those that only the vault knows: two
// authorities of one name, which clients cannot tell apart, and a serial number
// that the issuer gave before.
func (d *Desk) check(r IssueRequest, issuer *x509.Certificate, above []*x509.Certificate, now time.Time) error {
	var faults pki.Faults
	if err := r.Check(issuer, now, above...); err != nil && !errors.As(err, &faults) {
		return err
	}
	var all []*Certificate
	if r.Kind == pki.Authority || r.Serial != "" { // else nothing is looked for among all
		var err error
		if all, err = d.all(); err != nil {
			return err
		}
	}
	if r.Kind == pki.Authority && authorityNamed(all, r.Subject.CommonName, r.Replaces) {
		faults = append(faults, pki.Fault{Field: pki.FieldName, Code: FaultNameTaken, Value: r.Subject.CommonName})
	}
	if r.IssuerID != "" {
		revoked, err := d.revokedAbove(r.IssuerID)
		if err != nil {
			return err
		}
		faults = append(faults, revoked...)
		if serialGiven(all, r.IssuerID, r.Serial) {
			faults = append(faults, pki.Fault{Field: pki.FieldSerial, Code: FaultSerialTaken, Value: r.Serial})
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// revokedAbove gives a fault for each revoked one of an authority and those
// above it.
func (d *Desk) revokedAbove(authority ID) (pki.Faults, error) {
	line, err := d.line(authority)
	if err != nil {
		return nil, err
	}
	var faults pki.Faults
	for _, c := range line {
		if c.Revoked {
			faults = append(faults, pki.Fault{Field: pki.FieldIssuer, Code: FaultIssuerRevoked, Value: c.Name})
		}
	}
	return faults, nil
}

// The faults that only the vault knows.
const (
	FaultNameTaken     = "name-taken"     // an authority's name that another authority of the vault has
	FaultSerialTaken   = "serial-taken"   // a serial number that the issuer gave before (RFC 5280 section 4.1.2.2)
	FaultIssuerRevoked = "issuer-revoked" // what it signs is refused with it; Value is its name
)

// serialGiven tells whether an issuer has given a serial number before.
func serialGiven(all []*Certificate, issuer ID, typed string) bool {
	serial, ok := pki.ParseSerial(typed)
	if !ok {
		return false
	}
	wanted := pki.Serial(&x509.Certificate{SerialNumber: serial})
	return slices.ContainsFunc(all, func(c *Certificate) bool { return c.IssuerID == issuer && c.Serial == wanted })
}

// authorityNamed tells whether an authority has the name, other than the one
// that is to be replaced.
func authorityNamed(all []*Certificate, name string, but ID) bool {
	name = strings.TrimSpace(name)
	old, _ := byID(all, but)
	return slices.ContainsFunc(all, func(c *Certificate) bool {
		return c.IsAuthority() && strings.EqualFold(c.Name, shortName(name)) && (but == "" || c.CurrentID != old.CurrentID)
	})
}

// Preview is the certificate as it will be, before anything is made.
type Preview struct {
	Faults              pki.Faults    // empty when it can be made
	Warnings            []pki.Warning // who would refuse it, and why
	NotBefore, NotAfter time.Time
	Chain               []string // from the root to the certificate's own name
}

// Preview tells what Issue would make, or what keeps it from it.
func (d *Desk) Preview(r IssueRequest) (Preview, error) {
	now := d.Now()
	var p Preview
	var issuer *x509.Certificate
	var above []*x509.Certificate
	if r.IssuerID != "" {
		chain, err := d.chain(r.IssuerID)
		if err != nil {
			return p, err
		}
		issuer, above = chain[0], chain[1:]
		for _, c := range chain {
			p.Chain = append([]string{nameOf(c)}, p.Chain...)
		}
	}
	p.Chain = append(p.Chain, r.title())
	if err := d.check(r, issuer, above, now); err != nil && !errors.As(err, &p.Faults) {
		return p, err
	}
	p.Warnings = r.Lint(issuer, now, d.opt.Random)
	p.NotBefore, p.NotAfter = r.Dates(issuer, now)
	return p, nil
}
