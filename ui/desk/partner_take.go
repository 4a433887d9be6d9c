package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"countersign/pki"
	"countersign/storage"
)

// ErrKitOurs: an authority of ours is not to be noted as the partner's.
var ErrKitOurs = errors.New("this authority is ours")

// KitChoice says what of a kit is taken in besides answers and requests.
type KitChoice struct {
	Trust    []string // SHA-256 of the authorities whose fingerprints a person compared
	KeepKeys bool     // also the private keys of certificates that they made for us; never that of an authority
}

// KitTaken is what came of taking a kit in.
type KitTaken struct {
	Partner     Partner
	Authorities []Certificate // trusted now, noted as the partner's
	Answers     []Certificate // of requests of ours: they have their key now
	Requests    []Request     // of theirs, to sign
	Keys        int           // private keys that were kept
}

// TakeKit takes in what ReadKit found, in one transaction: the authorities that
// are trusted, with those under them, the answers to our requests, and their
// requests, which are noted in the direction that they are for. No private key
// is kept unless KeepKeys says so. Errors: ErrNotInKit, ErrKitOurs,
// *NotFoundError.
func (d *Desk) TakeKit(ctx context.Context, id ID, in KitIn, c KitChoice) (KitTaken, error) {
	p, err := d.Partner(id)
	if err != nil {
		return KitTaken{}, err
	}
	fail := func(err error) (KitTaken, error) {
		return KitTaken{}, fmt.Errorf("take kit of %q: %w", p.Name, err)
	}
	t := taking{p: p, in: in, choice: c, found: Found{Lists: in.found.Lists}}
	if err := t.choose(); err != nil {
		return fail(err)
	}
	_, err = d.importAnd(ctx, t.found, func(tx *storage.Tx) error {
		if err := t.note(tx); err != nil {
			return err
		}
		if len(t.trust)+len(t.found.Certificates)+len(t.found.Requests)+len(t.found.Lists) == 0 {
			return nil // nothing of it was taken in
		}
		return tx.AppendEvent(d.partnerEvent("partner-take", t.p, map[string]string{
			"authorities": strconv.Itoa(len(t.trust)), "answers": strconv.Itoa(len(in.Answers)), "requests": strconv.Itoa(len(in.Requests)),
		}))
	})
	if err != nil {
		return fail(err)
	}
	done, err := t.result(d)
	if err != nil {
		return fail(err)
	}
	return done, nil
}

// taking is one kit on its way in.
type taking struct {
	p      Partner
	in     KitIn
	choice KitChoice
	trust  []string // fingerprints
	found  Found    // what is imported
	keys   int

	authorities, answers, requests []ID
}

// choose picks what is imported.
func (t *taking) choose() error {
	for _, print := range t.choice.Trust {
		a, err := t.in.authorityOf(print)
		switch {
		case err != nil:
			return err
		case a.Ours:
			return fmt.Errorf("%q: %w", a.Name, ErrKitOurs)
		}
		t.trust = append(t.trust, a.Fingerprint)
	}
	below := map[string]bool{}
	for _, print := range t.trust {
		below[print] = true
	}
	for more := true; more; { // those under a trusted one, at any depth
		more = false
		for _, f := range t.in.found.Certificates {
			if print := pki.Fingerprint(f.Certificate); !below[print] && isAuthority(f.Certificate) && t.under(f, below) {
				below[print], more = true, true
			}
		}
	}
	answers := map[string]bool{}
	for _, a := range t.in.Answers {
		answers[a.Fingerprint] = true
	}
	for _, f := range t.in.found.Certificates {
		print := pki.Fingerprint(f.Certificate)
		kept := t.choice.KeepKeys && f.Key != nil && f.Path != "" && !isAuthority(f.Certificate)
		if !kept {
			f.Key = nil
		}
		if below[print] || answers[print] || kept {
			t.found.Certificates = append(t.found.Certificates, f)
		}
		if kept {
			t.keys++
		}
	}
	for _, f := range t.in.found.Requests {
		f.Key = nil
		t.found.Requests = append(t.found.Requests, f)
	}
	return nil
}

// under tells whether one of the authorities signed a certificate.
func (t *taking) under(f FoundCertificate, authorities map[string]bool) bool {
	for _, a := range t.in.found.Certificates {
		if authorities[pki.Fingerprint(a.Certificate)] && pki.IsSignedBy(f.Certificate, a.Certificate) {
			return true
		}
	}
	return false
}

// note ties what is in the vault now to the partner.
func (t *taking) note(tx *storage.Tx) error {
	byPrint := map[string]ID{}
	err := tx.EachEntry(func(e storage.Entry) error {
		byPrint[e.Fingerprint] = ID(e.ID)
		return nil
	})
	if err != nil {
		return err
	}
	requests, err := tx.Requests()
	if err != nil {
		return err
	}
	for _, print := range t.trust {
		t.authorities = append(t.authorities, byPrint[print])
	}
	for _, a := range t.in.Answers {
		t.answers = append(t.answers, byPrint[a.Fingerprint])
	}
	t.p, err = changePartner(tx, t.p.ID, func(p *Partner) {
		for _, id := range t.authorities {
			if !slices.Contains(p.TheirIDs, id) {
				p.TheirIDs = append(p.TheirIDs, id)
			}
		}
		for _, kept := range requests {
			t.noteRequest(p, kept)
		}
		t.noteKeys(p, byPrint)
	})
	return err
}

// noteRequest ties a request of theirs to the direction that it is for.
func (t *taking) noteRequest(p *Partner, kept storage.Request) {
	print := printOf(kept.DER)
	for _, r := range t.in.Requests {
		if r.Fingerprint != print {
			continue
		}
		t.requests = append(t.requests, ID(kept.ID))
		if route := p.Route(r.Direction); r.Direction != "" && route != nil {
			route.TheirSigner, route.TheirRequestID, route.TheirID = Us, ID(kept.ID), ""
		}
	}
}

// noteKeys ties certificates that they made for us, key and all.
func (t *taking) noteKeys(p *Partner, byPrint map[string]ID) {
	for _, f := range t.found.Certificates {
		if f.Key == nil {
			continue
		}
		if dir := p.usableIn(pki.KindOfCertificate(f.Certificate)); dir != "" {
			route := p.Route(dir)
			route.OurID, route.OurRequestID, route.OurSigner = byPrint[pki.Fingerprint(f.Certificate)], "", Them
		}
	}
}

// result reads what was taken in.
func (t *taking) result(d *Desk) (KitTaken, error) {
	done := KitTaken{Partner: t.p, Keys: t.keys}
	for _, list := range []struct {
		ids []ID
		to  *[]Certificate
	}{{t.authorities, &done.Authorities}, {t.answers, &done.Answers}} {
		for _, id := range list.ids {
			c, err := d.Get(id)
			if err != nil {
				return done, err
			}
			*list.to = append(*list.to, c)
		}
	}
	for _, id := range t.requests {
		r, err := d.Request(id)
		if err != nil {
			return done, err
		}
		done.Requests = append(done.Requests, r.Request)
	}
	return done, nil
}

// Distrust forgets that an authority is the partner's. It stays in the vault.
// Error: *NotFoundError.
func (d *Desk) Distrust(id, authority ID) (Partner, error) {
	return d.ChangePartner(id, func(p *Partner) {
		p.TheirIDs = slices.DeleteFunc(p.TheirIDs, func(other ID) bool { return other == authority })
	})
}

// notePartner writes into the activity.
func (d *Desk) notePartner(verb string, p Partner, detail map[string]string) error {
	return d.vault.Update(func(tx *storage.Tx) error {
		return tx.AppendEvent(d.partnerEvent(verb, p, detail))
	})
}
