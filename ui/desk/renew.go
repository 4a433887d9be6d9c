package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// Renewal says how a certificate is made anew. The zero value of all but ID
// renews it as it is: the same names and issuer, valid for as long as it was.
type Renewal struct {
	ID       ID // of an authority: any of its certificates
	NotAfter time.Time
	Key      KeyChoice
	KeyKind  pki.KeyKind // of a new key; "" for that of the old one
	IssuerID ID          // "" for the same, or the one that was made in its place
	Add      []pki.Name  // names that it shall have too
	Remove   []pki.Name  // names that it shall have no longer
	Cross    bool        // of a root with a new key: cross-certificates too
	// RevokeOld revokes the old one with the reason superseded, in the same
	// act. It stays valid otherwise.
	RevokeOld bool
}

// KeyChoice says which key a renewed certificate gets.
type KeyChoice string

// The choices of a key. By default an authority keeps its key, so that what it
// signed stays trusted; another certificate gets a new one when the old one's
// is in the vault, else it keeps the key, which somebody else holds.
const (
	KeyDefault KeyChoice = ""
	KeyKept    KeyChoice = "keep"
	KeyNew     KeyChoice = "new"
)

// Errors of renewing.
var (
	// ErrCrossRoot: cross-certificates are for a root that gets a new key.
	ErrCrossRoot = errors.New("cross-certificates are for a root with a new key")
	// ErrCompromised: a key that somebody else may have is not used again.
	ErrCompromised = errors.New("the key is compromised")
	// ErrBelow: an authority cannot be signed by one that it signed.
	ErrBelow = errors.New("the issuer is below the authority")
)

// IssuerAwayError says that nobody here can sign a certificate like it.
type IssuerAwayError struct {
	Name   string
	Issuer string
	Known  bool // the issuer is in the vault, without its key
}

func (e *IssuerAwayError) Error() string {
	if e.Known {
		return fmt.Sprintf("%q: the key of its issuer %q is not in the vault", e.Name, e.Issuer)
	}
	return fmt.Sprintf("%q: its issuer %q is not in the vault", e.Name, e.Issuer)
}

// Renewed is what a renewal made.
type Renewed struct {
	Certificate
	Old   Certificate
	Cross []Certificate // the old key signed with the new one, then the reverse
}

// RenewalPreview is a renewal before anything is made.
type RenewalPreview struct {
	Old                 Certificate
	Issuer              Certificate // the zero one for a root
	NotBefore, NotAfter time.Time
	Names               []string
	KeepsKey            bool
	Key                 pki.KeyKind   // of the new key; "" when the old one is kept
	Faults              pki.Faults    // empty when it can be made
	Warnings            []pki.Warning // who would refuse it, and why
	Lost                []string      // OIDs of extensions that the new one will not have
	Below               int           // certificates under an authority that gets a new key
	// Outliving is what chains to an authority still, and ends after the
	// renewed one.
	Outliving Outliving
	// CrossTight tells of a root with a path length, CrossLimit, that counted
	// as crypto/x509 counts it leaves no room for the cross-certificate with
	// the authorities that are under it: programs in Go that trust the old root
	// only refuse what the new key signs (see pki.CrossSign).
	CrossTight bool
	CrossLimit int
	// Pinned tells of an authority that keeps its key that certificates under
	// it name the old certificate by its serial number: OpenSSL takes them
	// only where the old one stays installed (see pki.NamesSerial).
	Pinned bool
}

// Renew makes a certificate anew and keeps it beside the old one, in one
// transaction. Errors: pki.Faults, ErrNoKey, *IssuerAwayError, ErrCrossRoot,
// ErrCompromised, ErrBelow, *NotFoundError, and those of Revoke.
func (d *Desk) Renew(ctx context.Context, r Renewal) (Renewed, error) {
	now := d.Now()
	p, err := d.planRenewal(r, now)
	if err != nil {
		return Renewed{}, err
	}
	made, err := d.prepareRenewal(ctx, p, map[ID]opened{}, now)
	if err != nil {
		return Renewed{}, fmt.Errorf("renew %q: %w", p.old.Name, err)
	}
	if r.RevokeOld {
		return d.keepAndRevoke(ctx, p, made, now)
	}
	kept, err := d.keepRenewals(ctx, [][]*issued{made}, now)
	if err != nil {
		return Renewed{}, fmt.Errorf("renew %q: %w", p.old.Name, err)
	}
	return Renewed{Certificate: kept[0][0], Old: p.old, Cross: kept[0][1:]}, nil
}

// keepAndRevoke writes what was made and revokes what it replaces, in one
// transaction.
func (d *Desk) keepAndRevoke(ctx context.Context, p *renewal, made []*issued, now time.Time) (Renewed, error) {
	renewed := Renewed{Old: p.old}
	done, err := d.revokeWith(ctx, []ID{p.old.ID}, pki.Superseded, time.Time{}, func(tx *storage.Tx) error {
		renewed.Cross = nil
		for n, i := range made {
			c, err := i.keep(tx, now)
			if err != nil {
				return err
			}
			if n == 0 {
				renewed.Certificate = c
				continue
			}
			renewed.Cross = append(renewed.Cross, c)
		}
		return nil
	})
	if err != nil {
		return Renewed{}, fmt.Errorf("renew %q: %w", p.old.Name, err)
	}
	d.remember(append([]Certificate{renewed.Certificate}, renewed.Cross...)...)
	renewed.Old = done.Certificates[0]
	return renewed, nil
}

// PreviewRenewal tells what Renew would make, or what keeps it from it. What no
// other choice would mend is an error, that of Renew.
func (d *Desk) PreviewRenewal(r Renewal) (RenewalPreview, error) {
	now := d.Now()
	p, err := d.planRenewal(r, now)
	if err != nil {
		return RenewalPreview{}, err
	}
	v := RenewalPreview{
		Old: p.old, Issuer: p.issuer, KeepsKey: p.keep, NotBefore: p.request.NotBefore,
		NotAfter: p.end(now), Faults: p.faults(now), Warnings: p.request.Lint(p.issuerCert(), now, d.opt.Random),
	}
	v.NotBefore, _ = p.request.Dates(p.issuerCert(), now)
	for _, name := range p.request.Names {
		v.Names = append(v.Names, name.Shown)
	}
	if p.changed {
		v.Lost = p.lost
	}
	if err := v.foresee(d, p, now); err != nil {
		return v, err
	}
	if p.keep {
		v.Pinned, err = d.pinned(p.old)
		return v, err
	}
	v.Key = p.kind
	return v, nil
}

// pinnedLooked is how many certificates under an authority are looked at: those
// that one program made are alike.
const pinnedLooked = 200

// pinned tells whether certificates under an authority name it by a serial
// number.
func (d *Desk) pinned(authority Certificate) (bool, error) {
	all, err := d.all()
	if err != nil || !authority.IsAuthority() {
		return false, err
	}
	var under []Certificate
	for _, c := range all {
		if c.IssuerID == authority.ID && c.ID != authority.ID && len(under) < pinnedLooked {
			under = append(under, *c)
		}
	}
	certs, err := d.certificates(under)
	return slices.ContainsFunc(certs, pki.NamesSerial), err
}

// descendants are the certificates under an authority, at any depth, without
// those of the authority itself.
func (d *Desk) descendants(id ID) ([]Certificate, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	under := map[ID][]Certificate{}
	for _, c := range all {
		if c.IssuerID != "" && c.IssuerID != c.ID {
			under[c.IssuerID] = append(under[c.IssuerID], *c)
		}
	}
	var list []Certificate
	seen := map[ID]bool{id: true}
	for open := []ID{id}; len(open) > 0; {
		at := open[0]
		open = open[1:]
		for _, c := range under[at] {
			if !seen[c.ID] && c.CurrentID != id && !(c.Cross && !c.IsCurrent()) {
				seen[c.ID] = true
				list = append(list, c)
				open = append(open, c.ID)
			}
		}
	}
	return list, nil
}

// keepRenewals writes what was made, each group belonging together, in one
// transaction.
func (d *Desk) keepRenewals(ctx context.Context, groups [][]*issued, now time.Time) ([][]Certificate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	kept := make([][]Certificate, len(groups))
	err := d.vault.Update(func(tx *storage.Tx) error {
		for n, group := range groups {
			kept[n] = nil
			for _, i := range group {
				c, err := i.keep(tx, now)
				if err != nil {
					return err
				}
				kept[n] = append(kept[n], c)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, group := range kept {
		d.remember(group...)
	}
	return kept, nil
}

// explainRenewal is explainTyped for the errors of renewing and deleting.
func explainRenewal(err error) (string, []any) {
	var (
		away   *IssuerAwayError
		noGain *NoGainError
		held   *HeldError
		issued *HasIssuedError
	)
	switch {
	case errors.As(err, &away) && away.Known:
		return "renew-issuer-away", []any{"Name", away.Name, "Issuer", away.Issuer}
	case errors.As(err, &away):
		return "renew-issuer-missing", []any{"Name", away.Name, "Issuer", away.Issuer}
	case errors.As(err, &noGain):
		return "renew-no-gain", []any{"Name", noGain.Name, "Issuer", noGain.Issuer, "Until", noGain.Until}
	case errors.As(err, &held):
		return "delete-held", []any{"Name", held.Name}
	case errors.As(err, &issued):
		return "delete-has-issued", []any{"Name", issued.Name, "Count", issued.Count}
	}
	return "", nil
}
