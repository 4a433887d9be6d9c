package desk

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"countersign/pki"
	"countersign/storage"
	"countersign/testclient"
)

// ErrNotConfirmed: a server beyond this computer is tried for whom it lets in
// only when a person said that it is theirs to try.
var ErrNotConfirmed = errors.New("not confirmed")

// Enforce asks whether a server insists on the right client certificate.
type Enforce struct {
	Try                // where, whom to trust, and the certificate that must be let in; no header, body or method
	Revoked   ID       // a revoked certificate to present; "" for one of the vault that fits, if there is one
	Skip      []string // codes of trials that are not made
	Only      bool     // clients of no other authority may get in: a fault, not advice
	Confirmed bool     // the person said that the server is theirs to try
}

// Enforced is the answer.
type Enforced struct {
	testclient.Enforcement
	Certificate string // the name of the one that must be let in
	Issuer      string
	Signed      int // how many certificates its authority signed for this; they were forgotten
}

// EnforceBeyond is the address that a person must confirm before Enforce; ""
// for this computer.
func EnforceBeyond(t Try) string {
	return testclient.Try{URL: t.URL, Address: t.Address}.Beyond()
}

// Enforce makes the trials at a server, and tells each as it ends. What the
// certificates for them need is made here and forgotten: they are never kept,
// and good for two hours at most. What the server does is in the answer, as is
// that ctx ended; an error means that nothing was tried: ErrNotConfirmed,
// testclient.ErrNoClient, ErrNoKey, ErrLocked, *NotFoundError, and those of
// files that Connect has.
func (d *Desk) Enforce(ctx context.Context, e Enforce, observe func(testclient.TrialResult)) (Enforced, error) {
	fail := func(err error) (Enforced, error) { return Enforced{}, fmt.Errorf("try who is let in: %w", err) }
	if err := e.lacks(); err != nil {
		return fail(err)
	}
	known, err := d.known()
	if err != nil {
		return fail(err)
	}
	base, err := d.prepareTry(e.Try, known)
	if err != nil {
		return fail(err)
	}
	c, err := d.rightFor(e.Try, base.Certificate)
	if err != nil {
		return fail(err)
	}
	var forgery testclient.Forgery
	if forgery.Issuer, err = d.forger(c); err != nil {
		return fail(err)
	}
	if forgery.Revoked, err = d.revokedLike(c, e.Revoked); err != nil {
		return fail(err)
	}
	if !slices.Contains(e.Skip, testclient.TrialElsewhere) {
		if forgery.Others, err = d.othersThan(c); err != nil {
			return fail(err)
		}
	}
	answer, err := e.make(ctx, base, forgery, d.opt, observe)
	if err != nil {
		return fail(err)
	}
	answer.Certificate, answer.Issuer = c.Name, c.Issuer
	return answer, d.noteEnforced(e, answer)
}

// lacks is what keeps it from being tried.
func (e Enforce) lacks() error {
	switch {
	case EnforceBeyond(e.Try) != "" && !e.Confirmed:
		return ErrNotConfirmed
	case e.CertificateID == "" && len(e.CertFiles) == 0:
		return testclient.ErrNoClient
	}
	return nil
}

// make makes the trials that are not left out. base has the certificate that
// must be let in; forgery what else they are made from.
func (e Enforce) make(ctx context.Context, base testclient.Try, forgery testclient.Forgery, o Options, observe func(testclient.TrialResult)) (Enforced, error) {
	forgery.Right, forgery.Only, forgery.Now, forgery.Random = base.Certificate, e.Only, o.Now(), o.Random
	trials, err := forgery.Trials()
	if err != nil {
		return Enforced{}, err
	}
	answer := Enforced{Signed: signedFor(trials)}
	trials = slices.DeleteFunc(trials, func(t testclient.Trial) bool {
		return t.Code != testclient.TrialRight && slices.Contains(e.Skip, t.Code)
	})
	answer.Enforcement = testclient.Enforce(ctx, base, trials, observe)
	return answer, nil
}

// rightFor is the certificate that a try presents. Of one in files the name
// and the issuer are known, and the authority of the vault that signed it.
func (d *Desk) rightFor(t Try, pair *tls.Certificate) (Certificate, error) {
	if len(t.CertFiles) == 0 {
		return d.Get(t.CertificateID)
	}
	c := ofFile(pair.Leaf)
	authorities, err := d.Authorities()
	if err != nil {
		return c, err
	}
	certs, err := d.certificates(authorities)
	for n, authority := range certs {
		if string(authority.RawSubject) == string(pair.Leaf.RawIssuer) && pair.Leaf.CheckSignatureFrom(authority) == nil {
			c.IssuerID = authorities[n].ID
			break
		}
	}
	return c, err
}

// ofFile is a certificate that is in no vault, as far as words of it go.
func ofFile(leaf *x509.Certificate) Certificate {
	return Certificate{Name: nameOf(leaf), Issuer: issuerName(leaf)}
}

// forger is the authority of a certificate, to sign what is tried with; the
// zero value when its key is not here or may not sign any more.
func (d *Desk) forger(c Certificate) (pki.Issuer, error) {
	if c.IssuerID == "" || c.IssuerID == c.ID {
		return pki.Issuer{}, nil
	}
	issuer, err := d.issuer(c.IssuerID)
	var missing *NotFoundError
	var revoked pki.Faults
	if errors.Is(err, ErrNoKey) || errors.Is(err, ErrNotAuthority) || errors.As(err, &missing) || errors.As(err, &revoked) {
		return pki.Issuer{}, nil
	}
	return issuer.Issuer, err
}

// revokedLike is the revoked certificate to present: the one that is named, or
// the newest of the same authority that would be good if it were not revoked.
// It is nil when there is none.
func (d *Desk) revokedLike(c Certificate, named ID) (*tls.Certificate, error) {
	if named != "" {
		return d.pair(named)
	}
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	now := d.Now()
	var found *Certificate
	for _, other := range all {
		if !other.Revoked || !other.HasKey || other.IsAuthority() || other.Kind == pki.Server ||
			other.IssuerID != c.IssuerID || c.IssuerID == "" || now.Before(other.NotBefore) || now.After(other.NotAfter) {
			continue
		}
		if found == nil || other.Made.After(found.Made) {
			found = other
		}
	}
	if found == nil {
		return nil, nil
	}
	return d.pair(found.ID)
}

// signedFor counts the trials' certificates that the authority signed.
func signedFor(trials []testclient.Trial) int {
	n := 0
	for _, t := range trials {
		switch t.Code {
		case testclient.TrialExpired, testclient.TrialNotYetValid, testclient.TrialServer, testclient.TrialSHA1,
			testclient.TrialWeakKey, testclient.TrialAuthority:
			if t.Without == "" {
				n++
			}
		}
	}
	return n
}

// noteEnforced writes into the activity what was found, and that the authority
// signed.
func (d *Desk) noteEnforced(e Enforce, a Enforced) error {
	if d.ReadOnly() {
		return nil
	}
	detail := map[string]string{"state": "failed", "verdict": a.Verdict, "signed": strconv.Itoa(a.Signed)}
	if a.Insists() {
		detail["state"] = "ok"
	}
	return d.vault.Update(func(tx *storage.Tx) error {
		return tx.AppendEvent(storage.Event{
			At: d.Now(), Verb: "enforce", Subject: storage.ID(e.CertificateID), Name: bareURL(e.URL), Detail: detail,
		})
	})
}
