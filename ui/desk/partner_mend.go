package desk

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// Errors of mending a line of a partner's checklist.
var (
	// ErrNoRoute: the partner has no such direction.
	ErrNoRoute = errors.New("not in this direction")
	// ErrNoPartnerAuthority: no authority of ours was chosen for the partner, or it
	// is gone.
	ErrNoPartnerAuthority = errors.New("no authority of ours for this partner")
	// ErrNoTheirRequest: they have not sent a request to sign.
	ErrNoTheirRequest = errors.New("no request of theirs")
)

// routeOf reads the partner's page and its route of a direction. Errors:
// *NotFoundError, ErrNoRoute.
func (d *Desk) routeOf(id ID, dir Direction) (PartnerPage, RoutePage, error) {
	page, err := d.PartnerPage(id)
	if err != nil {
		return page, RoutePage{}, err
	}
	for _, w := range page.Routes {
		if w.Direction == dir {
			return page, w, nil
		}
	}
	return page, RoutePage{}, fmt.Errorf("%s, %s: %w", page.Name, dir, ErrNoRoute)
}

// SuggestOurs is what a certificate of ours for a direction would be, to be
// changed: a client named after our authority, or a server with the name of the
// address that they call.
func (d *Desk) SuggestOurs(id ID, dir Direction) (pki.Request, error) {
	kind, _ := dir.roles()
	return d.suggest(id, dir, kind, func(name string) string { return "client-for-" + name })
}

// SuggestTheirs is SuggestOurs for a certificate that we make for them, key and
// all.
func (d *Desk) SuggestTheirs(id ID, dir Direction) (pki.Request, error) {
	_, kind := dir.roles()
	return d.suggest(id, dir, kind, func(name string) string { return name + "-client" })
}

// suggest is a certificate of a kind for a direction; a client is named after
// the partner.
func (d *Desk) suggest(id ID, dir Direction, kind pki.Kind, client func(name string) string) (pki.Request, error) {
	page, w, err := d.routeOf(id, dir)
	if err != nil {
		return pki.Request{}, err
	}
	r := pki.NewRequest(kind)
	if host := hostOfURL(w.URL); kind == pki.Server && host != "" {
		r.Subject.CommonName = host
		if name, err := pki.ParseName(host); err == nil {
			r.Names = []pki.Name{name}
		}
	}
	if kind == pki.Client {
		r.Subject.CommonName = client(strings.ToLower(FileName(page.Name)))
	}
	return r, nil
}

func hostOfURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// MakeOurs makes our certificate for a direction, signed by our authority, and
// notes it, in one transaction. Errors: ErrNoRoute, ErrNoPartnerAuthority, and
// those of Issue.
func (d *Desk) MakeOurs(ctx context.Context, id ID, dir Direction, r pki.Request) (Certificate, error) {
	return d.makeFor(ctx, id, dir, r, func(w *Route, c ID) { w.OurID, w.OurSigner = c, Us })
}

// MakeTheirs makes a certificate for them with its key, for partners that
// cannot make a request: it can be given to them as a .p12 only (see
// KitOptions.Secret).
func (d *Desk) MakeTheirs(ctx context.Context, id ID, dir Direction, r pki.Request) (Certificate, error) {
	return d.makeFor(ctx, id, dir, r, func(w *Route, c ID) { w.TheirID, w.TheirRequestID, w.TheirSigner = c, "", Us })
}

func (d *Desk) makeFor(ctx context.Context, id ID, dir Direction, r pki.Request, note func(*Route, ID)) (Certificate, error) {
	page, _, err := d.routeOf(id, dir)
	if err != nil {
		return Certificate{}, err
	}
	if page.Authority == nil {
		return Certificate{}, fmt.Errorf("make a certificate for %q: %w", page.Name, ErrNoPartnerAuthority)
	}
	now := d.Now()
	wish := IssueRequest{IssuerID: page.Authority.ID, Request: r}
	prepared, err := d.prepare(ctx, map[ID]opened{}, wish, now)
	if err != nil {
		return Certificate{}, fmt.Errorf("issue %q: %w", wish.title(), err)
	}
	made, err := d.keepAllAnd(ctx, []*issued{prepared}, now, func(tx *storage.Tx, made []Certificate) error {
		return changeRoute(tx, id, dir, func(w *Route) { note(w, made[0].ID) })
	})
	if err != nil {
		return Certificate{}, err
	}
	return made[0], nil
}

// changeRoute changes one direction of a partner, if it still has it.
func changeRoute(tx *storage.Tx, id ID, dir Direction, change func(*Route)) error {
	_, err := changePartner(tx, id, func(p *Partner) {
		if w := p.Route(dir); w != nil {
			change(w)
		}
	})
	return err
}

// RequestOurs makes a key, which stays here, and a request for them to sign,
// and notes it. Errors: ErrNoRoute, and those of MakeRequest.
func (d *Desk) RequestOurs(ctx context.Context, id ID, dir Direction, r pki.Request) (Request, error) {
	if _, _, err := d.routeOf(id, dir); err != nil {
		return Request{}, err
	}
	return d.makeRequestAnd(ctx, r, func(tx *storage.Tx, made Request) error {
		return changeRoute(tx, id, dir, func(w *Route) { w.OurRequestID, w.OurSigner = made.ID, Them })
	})
}

// TheirSigning is what their request would get from our authority: what it asks
// for, as a client when they call us and as a server when we call them.
func (d *Desk) TheirSigning(id ID, dir Direction) (Signing, error) {
	page, w, err := d.routeOf(id, dir)
	switch {
	case err != nil:
		return Signing{}, err
	case page.Authority == nil:
		return Signing{}, fmt.Errorf("sign for %q: %w", page.Name, ErrNoPartnerAuthority)
	case w.TheirRequest == nil:
		return Signing{}, fmt.Errorf("sign for %q: %w", page.Name, ErrNoTheirRequest)
	}
	whole, err := d.Request(w.TheirRequest.ID)
	if err != nil {
		return Signing{}, err
	}
	_, kind := dir.roles()
	if whole.Asked.Request.Kind == pki.Both {
		kind = pki.Both
	}
	return Signing{RequestID: whole.ID, IssuerID: page.Authority.ID, Grant: whole.Asked.Grant(kind)}, nil
}

// SignTheirs signs the request that they sent. Errors: ErrNoRoute,
// ErrNoPartnerAuthority, ErrNoTheirRequest, and those of SignRequest.
func (d *Desk) SignTheirs(ctx context.Context, id ID, dir Direction) (Certificate, error) {
	s, err := d.TheirSigning(id, dir)
	if err != nil {
		return Certificate{}, err
	}
	return d.SignRequest(ctx, s)
}

// MarkSent notes that they have what a kit holds; see Kit.Prints.
func (d *Desk) MarkSent(id ID, prints []string) (Partner, error) {
	now := d.Now()
	return d.ChangePartner(id, func(p *Partner) {
		if p.Sent == nil {
			p.Sent = map[string]time.Time{}
		}
		for _, print := range prints {
			p.Sent[print] = now
		}
	})
}
