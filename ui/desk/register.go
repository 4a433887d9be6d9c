package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"

	"countersign/pki"
	"countersign/storage"
)

// ResponderKind says what signs the answers of the local OCSP responder.
type ResponderKind string

// The kinds of responders. The authority's key is opened for each answer while
// the vault is open; a server that was released holds it in memory. A delegate
// has a key of its own, which is in memory only, and a certificate that the
// authority gave it for delegateLife.
const (
	RespondAuthority ResponderKind = "authority"
	RespondDelegate  ResponderKind = "delegate"
)

const (
	// delegateLife is how long a delegate's certificate is valid. It cannot be
	// revoked, so it is short.
	delegateLife = 30 * 24 * time.Hour
	// answerLife is how long an answer may be kept by who asked: short, since
	// the next click may change it.
	answerLife = time.Hour
)

// register is what a local server knows of who is revoked: what the vault says
// at each question. Once it was released it follows the vault's file, whoever
// writes that: see follow.
type register struct {
	desk      *Desk
	delegates map[ID]pki.Issuer // by the certificate that stands for the authority
	told      func(error)       // nil: nobody

	mu       sync.Mutex
	released bool
	commits  uint64
	known    *standings // nil: nothing was read yet
	followed
}

// standings is who is revoked, as read at one moment.
type standings struct {
	lists       map[string][]byte // by the name in the address
	authorities []*spokesman
}

// spokesman speaks for one authority.
type spokesman struct {
	register *register
	lister
	cert      *x509.Certificate
	standings map[string]pki.Standing // by serial number, without colons
	key       pki.Issuer              // once released, when there is no delegate
}

// newRegister makes the register of a server, with delegates when answers are
// theirs to sign.
func (d *Desk) newRegister(s Serve) (*register, error) {
	r := &register{desk: d, delegates: map[ID]pki.Issuer{}, told: s.Followed}
	if s.Publish && s.Responder == RespondDelegate {
		all, err := d.all()
		if err != nil {
			return nil, err
		}
		for _, l := range listers(all) {
			if !d.Now().Before(l.NotAfter) {
				continue
			}
			if err := r.delegate(l); err != nil {
				return nil, fmt.Errorf("OCSP responder of %q: %w", l.Name, err)
			}
		}
	}
	if !s.Outlives {
		return r, nil
	}
	if s.Publish && !d.ReadOnly() {
		if err := d.renewLists(); err != nil {
			return nil, err
		}
	}
	return r, r.release(s.Publish)
}

// renewLists makes the lists that are missing or overdue: a server that goes on
// without the vault has to have them.
func (d *Desk) renewLists() error {
	lists, err := d.CRLs()
	if err != nil {
		return err
	}
	for _, c := range lists {
		if c.Ended || c.Made() && c.Due(d.Now()) != DueOverdue {
			continue
		}
		if _, err := d.MakeCRL(context.Background(), c.AuthorityID, 0); err != nil {
			return err
		}
	}
	return nil
}

// delegate certifies a responder, and notes it. An authority that cannot have
// one signs itself.
func (r *register) delegate(l lister) error {
	d := r.desk
	var authority pki.Issuer
	err := d.vault.View(func(tx *storage.Tx) error {
		var err error
		authority, err = l.open(tx)
		return err
	})
	if err != nil || !pki.CanDelegateOCSP(authority.Certificate) {
		return err
	}
	key, err := pki.GenerateKey(pki.P256, d.opt.Random)
	if err != nil {
		return err
	}
	cert, err := pki.IssueOCSPDelegate(authority, key.Public(), d.Now(), d.Now().Add(delegateLife), d.opt.Random)
	if err != nil {
		return err
	}
	r.delegates[l.ID] = pki.Issuer{Certificate: cert, Key: key}
	if d.ReadOnly() {
		return nil
	}
	return d.vault.Update(func(tx *storage.Tx) error {
		return tx.AppendEvent(storage.Event{
			At: d.Now(), Verb: "ocsp-delegate", Subject: storage.ID(l.ID), Name: l.Name,
			Detail: map[string]string{"serial": pki.Serial(cert)},
		})
	})
}

// now gives the standings of this moment.
func (r *register) now() (*standings, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.released {
		r.follow()
		return r.known, nil
	}
	commits, err := r.desk.vault.Commits()
	if err != nil {
		return nil, err
	}
	if r.known != nil && r.commits == commits {
		return r.known, nil
	}
	known, err := r.read(r.desk)
	if err != nil {
		return nil, err
	}
	r.known, r.commits = known, commits
	return known, nil
}

// read reads the standings of all authorities that can sign.
func (r *register) read(d *Desk) (*standings, error) {
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	crls, err := d.CRLs()
	if err != nil {
		return nil, err
	}
	known := &standings{lists: map[string][]byte{}}
	err = d.vault.View(func(tx *storage.Tx) error {
		for _, l := range listers(all) {
			c, err := tx.Certificate(storage.ID(l.ID))
			if err != nil {
				return err
			}
			cert, err := x509.ParseCertificate(c.DER)
			if err != nil {
				return fmt.Errorf("read certificate %q: %w", l.Name, err)
			}
			state, err := authorityState(tx, l.keyID)
			if err != nil {
				return err
			}
			known.authorities = append(known.authorities, &spokesman{register: r, lister: l, cert: cert, standings: l.standings(all, state.Elsewhere)})
			for _, list := range crls {
				if list.AuthorityID == l.ID && len(state.CRL) > 0 {
					known.lists[list.FileName] = state.CRL
				}
			}
		}
		return nil
	})
	return known, err
}

// standings says of each certificate that the authority signed, as far as the
// vault knows, whether it is good.
func (l lister) standings(all []*Certificate, elsewhere []storage.Revocation) map[string]pki.Standing {
	known := map[string]pki.Standing{}
	plain := func(serial string) string { return strings.ReplaceAll(serial, ":", "") }
	for _, r := range elsewhere {
		known[plain(r.Serial)] = pki.Standing{State: pki.StateRevoked, At: r.At, Reason: pki.Reason(r.Reason)}
	}
	for _, c := range all {
		switch {
		case !l.ids[c.IssuerID]:
		case c.Revoked:
			known[plain(c.Serial)] = pki.Standing{State: pki.StateRevoked, At: c.RevokedAt, Reason: pki.Reason(c.Reason)}
		default:
			known[plain(c.Serial)] = pki.Standing{State: pki.StateGood}
		}
	}
	return known
}

// release reads a last time, and takes into memory what signs answers, when
// there are any to sign.
func (r *register) release(answers bool) error {
	known, err := r.now()
	if err != nil {
		return err
	}
	err = r.desk.vault.View(func(tx *storage.Tx) error {
		for _, s := range known.authorities {
			if _, delegated := r.delegates[s.ID]; delegated || !answers {
				continue
			}
			if s.key, err = s.open(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	follower, err := r.desk.vault.Follow()
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known, r.released, r.follower = known, true, follower
	return nil
}

// CRL gives a list by its name in the address.
func (r *register) CRL(name string) ([]byte, error) {
	known, err := r.now()
	if err != nil {
		return nil, err
	}
	return known.lists[name], nil
}

// OCSP answers a request.
func (r *register) OCSP(request []byte) ([]byte, error) {
	known, err := r.now()
	if err != nil {
		known = &standings{}
	}
	authorities := make([]pki.OCSPAuthority, len(known.authorities))
	for n, s := range known.authorities {
		authorities[n] = spoken{s}
	}
	at := r.desk.Now()
	der, problem := pki.AnswerOCSP(request, authorities, at.Add(-backdated), at.Add(answerLife), at, r.desk.opt.Random)
	return der, errors.Join(err, problem)
}

// Standing says whether a certificate is revoked that the issuer signed.
func (r *register) Standing(issuer *x509.Certificate, serial *big.Int) (pki.Standing, error) {
	known, err := r.now()
	if err != nil {
		return pki.Standing{}, err
	}
	for _, s := range known.authorities {
		if pki.SamePublicKey(s.cert.PublicKey, issuer.PublicKey) && string(s.cert.RawSubject) == string(issuer.RawSubject) {
			return s.standing(serial), nil
		}
	}
	return pki.Standing{State: pki.StateUnknown}, nil
}

func (s *spokesman) standing(serial *big.Int) pki.Standing {
	plain := strings.ReplaceAll(pki.Serial(&x509.Certificate{SerialNumber: serial}), ":", "")
	if standing, known := s.standings[plain]; known {
		return standing
	}
	return pki.Standing{State: pki.StateUnknown}
}

// spoken is a spokesman as an OCSP answer asks it.
type spoken struct{ *spokesman }

// Certificate is the authority's.
func (s spoken) Certificate() *x509.Certificate { return s.cert }

// Standing says what the authority says.
func (s spoken) Standing(serial *big.Int) (pki.Standing, error) { return s.standing(serial), nil }

// Signer gives the delegate, else the authority with its key.
func (s spoken) Signer() (pki.Issuer, error) {
	if delegate, made := s.register.delegates[s.ID]; made {
		if s.register.desk.Now().After(delegate.Certificate.NotAfter) {
			return pki.Issuer{}, fmt.Errorf("OCSP responder of %q: its certificate has expired", s.Name)
		}
		return delegate, nil
	}
	if s.key.Key != nil {
		return s.key, nil
	}
	var issuer pki.Issuer
	err := s.register.desk.vault.View(func(tx *storage.Tx) error {
		var err error
		issuer, err = s.open(tx)
		return err
	})
	return issuer, err
}
