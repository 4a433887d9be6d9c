package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"countersign/pki"
	"countersign/storage"
)

// KitIn is what a partner sent, before any of it is taken in.
type KitIn struct {
	Authorities []KitInAuthority
	Answers     []KitInAnswer
	Requests    []KitInRequest
	Keys        []KitInKey
	Others      []KitInCertificate // certificates that need not be kept: what they present
	Locked      []Locked
	Unread      []Unread

	found Found
}

// Empty tells whether there is nothing in it to take.
func (k KitIn) Empty() bool {
	return len(k.Authorities)+len(k.Answers)+len(k.Requests)+len(k.Keys) == 0
}

// KitInCertificate is a certificate in a kit.
type KitInCertificate struct {
	Path        string
	Certificate *x509.Certificate
	Name        string
	Fingerprint string // SHA-256, as pki.Fingerprint
	Health      Health // Good, Expired or NotYetValid
}

// KitInAuthority is an authority in a kit: to be trusted only when a person has
// compared its fingerprint with the partner.
type KitInAuthority struct {
	KitInCertificate
	Top      bool // nothing in the kit signed it but itself: this is whom to trust
	Ours     bool // it is ours, or stands above one of ours
	Trusted  bool // it is noted as the partner's already
	Namesake bool // the vault has an authority of this name with another key
}

// KitInAnswer is a certificate for a request of ours.
type KitInAnswer struct {
	KitInCertificate
	Request Request
	Done    bool // it is in the vault already
}

// KitInRequest is a request of theirs for us to sign.
type KitInRequest struct {
	Path        string
	Name        string
	Kind        pki.Kind
	Names       []string
	Fingerprint string    // SHA-256 of the DER
	Direction   Direction // that it is for; "" for none that the partner has
	Problem     error     // why it cannot be signed; nil when it can
	Known       bool      // the vault has it
}

// KitInKey is a private key that they sent, which nobody should.
type KitInKey struct {
	Path      string
	Of        string // the name of the certificate or request that it belongs to; "" for none
	Authority bool   // it is that of an authority: whoever saw it can issue in their name
	Ours      bool   // it belongs to a certificate that could be ours to use
}

// ReadKit reads files, a folder or a .zip of a partner's and tells what is in
// it. It keeps nothing. An archive with names that lead out of it, with links,
// with too much in it or with a password is refused whole. Errors: *KitError,
// *PathError, *NotFoundError.
func (d *Desk) ReadKit(ctx context.Context, id ID, paths []string, passwords Passwords) (KitIn, error) {
	page, err := d.PartnerPage(id)
	if err != nil {
		return KitIn{}, err
	}
	var r kitReader
	if err := r.read(ctx, paths); err != nil {
		return KitIn{}, err
	}
	l := newLooker(passwords)
	for _, part := range r.parts {
		for _, err := range l.decode(part.path, part.data) {
			l.unread(part.path, part.asked, err)
		}
	}
	s := sorting{d: d, page: page, l: l}
	err = d.vault.View(func(tx *storage.Tx) error {
		if err := l.compare(ctx, tx); err != nil {
			return err
		}
		return s.sort(tx)
	})
	if err != nil {
		return KitIn{}, err
	}
	s.in.Locked, s.in.Unread, s.in.found = l.found.Locked, append(r.unread, l.found.Unread...), l.found
	return s.in, nil
}

// sorting finds out what each thing of a kit is.
type sorting struct {
	d    *Desk
	page PartnerPage
	l    *looker
	in   KitIn
}

func (s *sorting) sort(tx *storage.Tx) error {
	entries, err := tx.Entries()
	if err != nil {
		return err
	}
	for n := range s.l.found.Certificates {
		f := &s.l.found.Certificates[n]
		if f.Path == "" {
			continue // of the vault
		}
		if isAuthority(f.Certificate) {
			if err := s.authority(tx, entries, *f); err != nil {
				return err
			}
			continue
		}
		if err := s.leaf(tx, *f); err != nil {
			return err
		}
	}
	for n := range s.l.found.Requests {
		f := &s.l.found.Requests[n]
		f.Answered = "" // a renewal may well have the key of before
		if err := s.request(tx, *f); err != nil {
			return err
		}
	}
	for _, k := range s.l.keys {
		s.key(k)
	}
	return nil
}

func (s *sorting) certificate(f FoundCertificate) KitInCertificate {
	c := KitInCertificate{Path: f.Path, Certificate: f.Certificate, Name: f.Name(), Fingerprint: pki.Fingerprint(f.Certificate)}
	c.Health = Certificate{NotBefore: f.Certificate.NotBefore, NotAfter: f.Certificate.NotAfter}.Health(s.d.Now())
	return c
}

func (s *sorting) authority(tx *storage.Tx, entries []storage.Entry, f FoundCertificate) error {
	a := KitInAuthority{KitInCertificate: s.certificate(f), Top: true, Ours: f.MineHasKey}
	for _, other := range s.l.found.Certificates {
		if other.Certificate != f.Certificate && isAuthority(other.Certificate) && pki.IsSignedBy(f.Certificate, other.Certificate) {
			a.Top = false
		}
	}
	if f.Mine != "" {
		a.Trusted = slices.Contains(s.page.TheirIDs, f.Mine)
		a.Ours = a.Ours || s.above(entries, storage.ID(f.Mine))
	}
	for _, e := range entries {
		if e.Kind != string(pki.Authority) || e.Name != a.Name || ID(e.ID) == f.Mine {
			continue
		}
		kept, err := tx.Certificate(e.ID)
		if err != nil {
			return err
		}
		a.Namesake = a.Namesake || string(pki.PublicKeyOf(kept.DER)) != string(f.Certificate.RawSubjectPublicKeyInfo)
	}
	s.in.Authorities = append(s.in.Authorities, a)
	return nil
}

// above tells whether an authority stands above one whose key is here.
func (s *sorting) above(entries []storage.Entry, id storage.ID) bool {
	byID := map[storage.ID]storage.Entry{}
	for _, e := range entries {
		byID[e.ID] = e
	}
	for _, e := range entries {
		if e.Kind != string(pki.Authority) || e.KeyID == "" {
			continue
		}
		for n := 0; n < maxLine && e.IssuerID != "" && e.IssuerID != e.ID; n++ {
			if e = byID[e.IssuerID]; e.ID == id {
				return true
			}
		}
	}
	return false
}

// maxLine bounds the way up from an authority to its root.
const maxLine = 32

func (s *sorting) leaf(tx *storage.Tx, f FoundCertificate) error {
	r, awaited, err := waitingFor(tx, f.Certificate)
	if err != nil {
		return err
	}
	if awaited {
		s.in.Answers = append(s.in.Answers, KitInAnswer{s.certificate(f), fromRequest(r), f.Mine != ""})
		return nil
	}
	s.in.Others = append(s.in.Others, s.certificate(f))
	return nil
}

func (s *sorting) request(tx *storage.Tx, f FoundRequest) error {
	if f.Mine != "" {
		kept, err := readRequest(tx, f.Mine)
		if err != nil || kept.KeyID != "" {
			return err // one of ours came back
		}
	}
	asked, problem := pki.ReadCSR(f.Request)
	r := KitInRequest{Path: f.Path, Name: f.Name(), Kind: asked.Request.Kind, Fingerprint: printOf(f.Request.Raw),
		Problem: problem, Known: f.Mine != "", Direction: s.page.directionOf(asked)}
	for _, n := range asked.Request.Names {
		r.Names = append(r.Names, n.Shown)
	}
	s.in.Requests = append(s.in.Requests, r)
	return nil
}

// directionOf says which direction a request of theirs is for: a client's when
// they call us, a server's when we call them. One that does not say what it is
// for belongs to the only direction that there is.
func (p Partner) directionOf(asked pki.Asked) Direction {
	want := TheyCall
	if asked.Request.Kind == pki.Server {
		want = WeCall
	}
	has := p.Directions()
	unclear := asked.Request.Kind == pki.Both || len(asked.Request.ExtKeyUsage) == 0
	switch {
	case slices.Contains(has, want):
		return want
	case unclear && len(has) > 0:
		return has[0]
	}
	return ""
}

func (s *sorting) key(k FoundKey) {
	in := KitInKey{Path: k.Path}
	public := publicKey(k.Key.Public())
	for _, f := range s.l.found.Certificates {
		if string(f.Certificate.RawSubjectPublicKeyInfo) == public {
			in.Of, in.Authority = f.Name(), in.Authority || isAuthority(f.Certificate)
			in.Ours = !in.Authority && f.Path != "" && s.forUs(f.Certificate) != ""
		}
	}
	for _, f := range s.l.found.Requests {
		if in.Of == "" && string(f.Request.RawSubjectPublicKeyInfo) == public {
			in.Of = f.Name()
		}
	}
	s.in.Keys = append(s.in.Keys, in)
}

// forUs is the direction in which a certificate that they made, key and all,
// would do as ours; "" for none.
func (s *sorting) forUs(c *x509.Certificate) Direction {
	return s.page.usableIn(pki.KindOfCertificate(c))
}

func (p Partner) usableIn(kind pki.Kind) Direction {
	for _, dir := range p.Directions() {
		if ours, _ := dir.roles(); kind == ours || kind == pki.Both {
			return dir
		}
	}
	return ""
}

// ErrNotInKit: a fingerprint that no authority of the kit has.
var ErrNotInKit = errors.New("no authority of the kit has this fingerprint")

// authorityOf finds an authority of a kit by its fingerprint, with or without
// colons, in any case.
func (k KitIn) authorityOf(print string) (KitInAuthority, error) {
	plain := func(s string) string {
		return strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(s))
	}
	for _, a := range k.Authorities {
		if plain(a.Fingerprint) == plain(print) {
			return a, nil
		}
	}
	return KitInAuthority{}, ErrNotInKit
}
