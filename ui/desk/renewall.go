package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/pki"
)

// Ending is a certificate that expires soon, or has expired, and was not replaced.
type Ending struct {
	Certificate
	Until    time.Time // the end that its renewal would have
	KeepsKey bool
	Problem  error // why it cannot be renewed; nil when it can
	// Long tells that it expired longer ago than was looked ahead: likely
	// nobody misses it.
	Long bool
}

// NoGainError says that a renewal would end no later than what it renews,
// because the authority does not.
type NoGainError struct {
	Name   string
	Issuer string
	Until  time.Time // the end of the authority
}

func (e *NoGainError) Error() string {
	return fmt.Sprintf("%q: its issuer %q ends at %s", e.Name, e.Issuer, e.Until.UTC().Format(time.RFC3339))
}

// EndingSoon lists what counts as expiring (ExpiringFrom), and what has expired:
// authorities first, each after its issuer, then the others, the next to end
// first. What was replaced or revoked is not among them. The ends reckon with
// authorities of the list being renewed first.
func (d *Desk) EndingSoon() ([]Ending, error) {
	return d.ending(expiringWithin, func(c Certificate, now time.Time) bool { return now.After(c.ExpiringFrom()) })
}

// EndingWithin lists the same of what expires within a time; not among it is
// what was renewed and is so short-lived that more than half of its life is
// left.
func (d *Desk) EndingWithin(within time.Duration) ([]Ending, error) {
	return d.ending(within, func(c Certificate, now time.Time) bool {
		return c.NotAfter.Before(now.Add(within)) &&
			(c.Replaces == "" || c.NotAfter.Sub(now) <= c.NotAfter.Sub(c.NotBefore)/2)
	})
}

// ending lists what nobody replaced and due tells of. What ended longer ago
// than within is Long.
func (d *Desk) ending(within time.Duration, due func(Certificate, time.Time) bool) ([]Ending, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	now := d.Now()
	var list []Certificate
	for _, c := range all {
		if !c.Revoked && c.ReplacedBy == "" && c.IsCurrent() && !c.Cross && due(*c, now) {
			list = append(list, *c)
		}
	}
	ending, err := d.endings(list, now)
	for n := range ending {
		ending[n].Long = ending[n].NotAfter.Before(now.Add(-within))
	}
	return ending, err
}

// Settled counts what ends in a time but need not be renewed.
type Settled struct {
	Replaced int // a renewal took their place
	Fresh    int // renewed, and so short-lived that more than half of the life is left
}

// SettledWithin counts what ends within a time, or with 0 what counts as
// expiring, though EndingWithin and EndingSoon leave it out. What has ended or
// was revoked does not count.
func (d *Desk) SettledWithin(within time.Duration) (Settled, error) {
	all, err := d.all()
	now := d.Now()
	var n Settled
	for _, c := range all {
		due := now.After(c.ExpiringFrom())
		if within > 0 {
			due = c.NotAfter.Before(now.Add(within))
		}
		switch {
		case !due || c.Revoked || c.Cross || c.NotAfter.Before(now):
		case c.ReplacedBy != "":
			n.Replaced++
		case within > 0 && c.Replaces != "" && c.NotAfter.Sub(now) > c.NotAfter.Sub(c.NotBefore)/2:
			n.Fresh++
		}
	}
	return n, err
}

// EndingOf tells the same of certificates that a person chose. What need not be
// renewed has a *SettledError as its problem.
func (d *Desk) EndingOf(ids []ID) ([]Ending, error) {
	list, err := d.authoritiesFirst(ids)
	if err != nil {
		return nil, err
	}
	return d.endings(list, d.Now())
}

// endings sorts certificates and foresees what their renewals would be.
func (d *Desk) endings(list []Certificate, now time.Time) ([]Ending, error) {
	depth := map[ID]int{}
	ending := make([]Ending, len(list))
	for n, c := range list {
		ending[n] = Ending{Certificate: c}
		if !c.IsAuthority() {
			continue
		}
		line, err := d.line(c.ID)
		if err != nil {
			return nil, err
		}
		depth[c.ID] = len(line)
	}
	slices.SortStableFunc(ending, func(a, b Ending) int {
		return cmp.Or(compareBools(b.IsAuthority(), a.IsAuthority()),
			cmp.Compare(depth[a.ID], depth[b.ID]), a.NotAfter.Compare(b.NotAfter))
	})
	renewed := map[ID]time.Time{}
	for n := range ending {
		if err := d.foresee(&ending[n], renewed, now); err != nil {
			return nil, err
		}
	}
	return ending, nil
}

// foresee finds out whether and until when a certificate can be renewed, when
// the authorities of renewed were, until then.
func (d *Desk) foresee(x *Ending, renewed map[ID]time.Time, now time.Time) error {
	if x.Problem = d.CanRenew(x.Certificate); x.Problem != nil {
		return nil
	}
	p, err := d.planRenewal(Renewal{ID: x.ID}, now)
	if err != nil {
		x.Problem = err
		return onlyFatal(err)
	}
	x.KeepsKey, x.Until = p.keep, p.end(now)
	faults := p.faults(now)
	if until, ahead := renewed[p.issuer.ID]; ahead && !p.root {
		faults = slices.DeleteFunc(faults, func(f pki.Fault) bool { return f.Code == pki.CodeIssuerExpired || f.Code == pki.CodeIssuerAboveExpired })
		x.Until = pki.RenewedUntil(p.cert, nil, now)
		if until.Before(x.Until) {
			x.Until = until
		}
	}
	switch {
	case len(faults) > 0:
		x.Problem = faults
	case !x.Until.After(x.NotAfter) && x.Until.Before(pki.RenewedUntil(p.cert, nil, now)):
		x.Problem = &NoGainError{x.Name, p.issuer.Name, x.Until}
	case x.IsAuthority():
		renewed[x.ID] = x.Until
	}
	return nil
}

// onlyFatal is the error when it is not about one certificate alone.
func onlyFatal(err error) error {
	var damage *DamageError
	if errors.Is(err, ErrLocked) || errors.As(err, &damage) {
		return err
	}
	return nil
}

// RenewedAll is what RenewAll did.
type RenewedAll struct {
	Done   []Renewed
	Failed []Ending // each with its Problem
	Left   int      // not come to: cancelled, or the vault could not be written
}

// renewBatch is how many certificates are kept in one transaction.
const renewBatch = 64

// RenewAll renews certificates as they are, authorities first. What cannot be
// renewed, or need not be (see CanRenew), is passed over. It keeps what it made as it goes: when it is
// cancelled, or the vault cannot be written, the error comes with what was
// done until then. progress, which may be nil, is told how many were done.
func (d *Desk) RenewAll(ctx context.Context, ids []ID, progress func(done, of int)) (RenewedAll, error) {
	all := RenewedAll{Left: len(ids)}
	order, err := d.authoritiesFirst(ids)
	if err != nil {
		return all, err
	}
	for len(order) > 0 {
		batch := order[:min(len(order), renewBatch)]
		if at := slices.IndexFunc(batch, Certificate.IsAuthority); at >= 0 {
			batch = order[:1] // what follows may be signed by it
		}
		order = order[len(batch):]
		if err := d.renewSome(ctx, batch, &all); err != nil {
			return all, err
		}
		all.Left = len(order)
		if progress != nil {
			progress(len(ids)-len(order), len(ids))
		}
	}
	return all, nil
}

// renewSome renews a few certificates in one transaction.
func (d *Desk) renewSome(ctx context.Context, batch []Certificate, all *RenewedAll) error {
	now := d.Now()
	issuers := map[ID]opened{}
	var groups [][]*issued
	var failed []Ending
	var olds []Certificate
	for _, c := range batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := d.CanRenew(c)
		var p *renewal
		if err == nil {
			p, err = d.planRenewal(Renewal{ID: c.ID}, now)
		}
		var made []*issued
		if err == nil {
			made, err = d.prepareRenewal(ctx, p, issuers, now)
		}
		if err != nil {
			if fatal := onlyFatal(err); fatal != nil || ctx.Err() != nil {
				return errors.Join(fatal, ctx.Err())
			}
			failed = append(failed, Ending{Certificate: c, Problem: err})
			continue
		}
		groups, olds = append(groups, made), append(olds, p.old)
	}
	if len(groups) > 0 {
		kept, err := d.keepRenewals(ctx, groups, now)
		if err != nil {
			return err
		}
		for n, group := range kept {
			all.Done = append(all.Done, Renewed{Certificate: group[0], Old: olds[n]})
		}
	}
	all.Failed = append(all.Failed, failed...)
	return nil
}

// authoritiesFirst reads the certificates, each authority after its issuer and
// before what is none; each once.
func (d *Desk) authoritiesFirst(ids []ID) ([]Certificate, error) {
	var list []Certificate
	depth := map[ID]int{}
	for _, id := range ids {
		c, err := d.Get(id)
		if err != nil {
			return nil, err
		}
		if _, twice := depth[c.ID]; twice {
			continue
		}
		line, err := d.line(c.ID)
		if err != nil {
			return nil, err
		}
		depth[c.ID] = len(line)
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b Certificate) int {
		if a.IsAuthority() && b.IsAuthority() {
			return cmp.Compare(depth[a.ID], depth[b.ID])
		}
		return compareBools(b.IsAuthority(), a.IsAuthority())
	})
	return list, nil
}
