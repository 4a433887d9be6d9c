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

// StandIn is a partner played by this computer: an authority with what the
// partner would have, to try both directions before the partner answers. It has
// nothing of our authorities, and none of its certificates is good for longer
// than standInDays.
type StandIn struct {
	AuthorityID ID `json:"authority,omitempty"`
	ServerID    ID `json:"server,omitempty"`    // that we call
	ClientID    ID `json:"client,omitempty"`    // that calls us
	OurClientID ID `json:"ourClient,omitempty"` // what it signs for us where they are to sign
	OurServerID ID `json:"ourServer,omitempty"`
}

const standInDays = 90

// standInUnit stands in the subject of all that a stand-in has.
const standInUnit = "Stand-in, for trying out"

// Errors of the stand-in.
var (
	// ErrNoStandIn: there is none to try with.
	ErrNoStandIn = errors.New("no stand-in")
	// ErrStandInThere: there is one already.
	ErrStandInThere = errors.New("stand-in is there")
)

// HasStandIn tells whether the partner's stand-in is in the vault.
func (d *Desk) HasStandIn(p Partner) bool {
	c, err := d.mayBe(p.StandIn.AuthorityID)
	return err == nil && c != nil
}

// MakeStandIn makes the stand-in of a partner, all in one transaction. Errors:
// *NotFoundError, ErrStandInThere, and those of Issue.
func (d *Desk) MakeStandIn(ctx context.Context, id ID) (Partner, error) {
	page, err := d.PartnerPage(id)
	if err != nil {
		return Partner{}, err
	}
	fail := func(err error) (Partner, error) {
		return Partner{}, fmt.Errorf("make stand-in for %q: %w", page.Name, err)
	}
	if d.HasStandIn(page.Partner) {
		return fail(ErrStandInThere)
	}
	now := d.Now()
	top, err := d.prepareRoot(ctx, IssueRequest{Request: standInRequest(pki.Authority, "Stand-in for "+page.Name, now)}, now)
	if err != nil {
		return fail(err)
	}
	all := []*issued{top}
	var places []func(*StandIn, ID)
	for _, l := range standInLeaves(page, now) {
		leaf, err := d.prepareUnder(ctx, pki.Issuer{Certificate: top.cert, Key: top.key}, IssueRequest{Request: l.request}, now)
		if err != nil {
			return fail(err)
		}
		leaf.under = top
		all, places = append(all, leaf), append(places, l.place)
	}
	var p Partner
	_, err = d.keepAllAnd(ctx, all, now, func(tx *storage.Tx, made []Certificate) error {
		s := StandIn{AuthorityID: made[0].ID}
		for n, place := range places {
			place(&s, made[n+1].ID)
		}
		if p, err = changePartner(tx, id, func(p *Partner) { p.StandIn = s }); err != nil {
			return err
		}
		return tx.AppendEvent(d.partnerEvent("partner-stand-in", p, nil))
	})
	if err != nil {
		return fail(err)
	}
	return p, nil
}

// standInRequest asks for one of the stand-in's certificates.
func standInRequest(kind pki.Kind, name string, now time.Time) pki.Request {
	r := pki.NewRequest(kind)
	r.Subject.CommonName, r.Subject.OrganizationalUnit = cutName(name), standInUnit
	r.NotAfter = now.Add(standInDays * 24 * time.Hour)
	return r
}

// cutName cuts a common name to the 64 characters of RFC 5280 appendix A.
func cutName(name string) string {
	if runes := []rune(name); len(runes) > 64 {
		return string(runes[:64])
	}
	return name
}

// standInLeaf is a certificate of a stand-in, and where its ID goes.
type standInLeaf struct {
	request pki.Request
	place   func(*StandIn, ID)
}

func standInLeaves(page PartnerPage, now time.Time) []standInLeaf {
	var list []standInLeaf
	for _, w := range page.Routes {
		switch w.Direction {
		case WeCall:
			server := standInRequest(pki.Server, "Stand-in server for "+page.Name, now)
			server.Names = standInNames(w.URL)
			list = append(list, standInLeaf{server, func(s *StandIn, id ID) { s.ServerID = id }})
			if w.OurSigner == Them && w.Ours == nil {
				ours := standInRequest(pki.Client, "Our client, by the stand-in for "+page.Name, now)
				list = append(list, standInLeaf{ours, func(s *StandIn, id ID) { s.OurClientID = id }})
			}
		case TheyCall:
			client := standInRequest(pki.Client, "Stand-in client for "+page.Name, now)
			list = append(list, standInLeaf{client, func(s *StandIn, id ID) { s.ClientID = id }})
			if w.OurSigner == Them && w.Ours == nil {
				ours := standInRequest(pki.Server, "Our server, by the stand-in for "+page.Name, now)
				ours.Names = standInNames(w.URL)
				list = append(list, standInLeaf{ours, func(s *StandIn, id ID) { s.OurServerID = id }})
			}
		}
	}
	return list
}

// standInNames are the names that a server of a stand-in answers to: that of
// the address, and this computer's.
func standInNames(address string) []pki.Name {
	var names []pki.Name
	for _, text := range []string{hostOfURL(address), "localhost", "127.0.0.1", "::1"} {
		if name, err := pki.ParseName(text); err == nil && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// RemoveStandIn removes the stand-in and all that it signed, keys too. Errors:
// *NotFoundError, ErrNoStandIn.
func (d *Desk) RemoveStandIn(id ID) (Partner, error) {
	p, err := d.Partner(id)
	if err != nil {
		return p, err
	}
	if !d.HasStandIn(p) {
		return p, fmt.Errorf("remove stand-in of %q: %w", p.Name, ErrNoStandIn)
	}
	if err := d.deleteStandIn(p); err != nil {
		return p, fmt.Errorf("remove stand-in of %q: %w", p.Name, err)
	}
	return d.ChangePartner(id, func(p *Partner) { p.StandIn = StandIn{} })
}

// deleteStandIn deletes the certificates of a stand-in. A partner that still
// names them, since the program was killed in between, has none.
func (d *Desk) deleteStandIn(p Partner) error {
	if !d.HasStandIn(p) {
		return nil
	}
	_, err := d.Delete(context.Background(), []ID{p.StandIn.AuthorityID}, true)
	return err
}
