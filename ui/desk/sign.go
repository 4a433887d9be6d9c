package desk

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"countersign/pki"
	"countersign/storage"
)

// Signing is what is granted to a request, and by whom.
type Signing struct {
	RequestID ID
	IssuerID  ID
	Grant     pki.Request // see pki.Asked.Grant; its Key does not count
	Profile   string      // the name of the profile that it follows, to remember; "" for none
}

// SignPreview is what a request would get, beside what it asks for.
type SignPreview struct {
	Preview
	Lines []pki.Line
}

// PreviewSigning tells what SignRequest would make, or what keeps it from it.
func (d *Desk) PreviewSigning(s Signing) (SignPreview, error) {
	r, err := d.Request(s.RequestID)
	if err != nil {
		return SignPreview{}, err
	}
	p := SignPreview{Lines: r.Asked.Compare(s.Grant, r.X509.PublicKey)}
	s.Grant.Key = r.Asked.Request.Key
	if p.Preview, err = d.Preview(IssueRequest{IssuerID: s.IssuerID, Request: s.Grant}); err != nil {
		return SignPreview{}, err
	}
	if s.IssuerID == "" && s.Grant.Kind == pki.Authority { // Preview took it for a root
		p.Faults = append(p.Faults, pki.Fault{Field: pki.FieldIssuer, Code: pki.CodeIssuerMissing})
	}
	var faults pki.Faults
	switch {
	case errors.As(r.Problem, &faults):
		p.Faults = append(faults, p.Faults...)
	case r.Problem != nil:
		return SignPreview{}, r.Problem
	}
	return p, nil
}

// SignRequest has an authority sign what is granted to a request, and keeps the
// certificate: without a key, for that is with who asked; for one of our own
// requests with its key. The request's own faults, which pki.ReadCSR tells,
// keep it from being signed, whatever is granted. Errors besides: pki.Faults,
// ErrNoKey, *KnownKeyError, *NotFoundError.
func (d *Desk) SignRequest(ctx context.Context, s Signing) (Certificate, error) {
	r, err := d.Request(s.RequestID)
	if err != nil {
		return Certificate{}, err
	}
	fail := func(err error) (Certificate, error) {
		return Certificate{}, fmt.Errorf("sign request %q: %w", r.Name, err)
	}
	if r.Problem != nil {
		return fail(r.Problem)
	}
	s.Grant.Key = r.Asked.Request.Key
	now := d.Now()
	if s.IssuerID == "" {
		return fail(pki.Faults{{Field: pki.FieldIssuer, Code: pki.CodeIssuerMissing}})
	}
	issuer, err := d.issuer(s.IssuerID)
	if err != nil {
		return fail(err)
	}
	if err := d.check(IssueRequest{IssuerID: s.IssuerID, Request: s.Grant}, issuer.Certificate, issuer.Above, now); err != nil {
		return fail(err)
	}
	cert, err := pki.Issue(issuer.Issuer, s.Grant, r.X509.PublicKey, now, d.opt.Random)
	if err != nil {
		return fail(err)
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	var c Certificate
	err = d.vault.Update(func(tx *storage.Tx) error {
		made := &issued{cert: cert, issuer: issuer.entry.Name, issuerID: storage.ID(issuer.entry.ID), verb: "request-sign", profile: s.Profile}
		record, err := readRequest(tx, s.RequestID)
		if err != nil {
			return err
		}
		record.State = string(RequestSigned)
		if record.KeyID != "" {
			record.State, made.keyID = string(RequestDone), record.KeyID
		}
		if c, err = made.keep(tx, now); err != nil {
			return err
		}
		record.CertificateID = storage.ID(c.ID)
		return tx.PutRequest(record)
	})
	if err != nil {
		return fail(err)
	}
	d.remember(c)
	return c, nil
}

// CompleteRequest takes in the certificate that a request of ours waited for,
// and whatever authorities come with it. It returns the certificates that have
// their key now. Errors: ErrNotAwaited when nothing in the data belongs to a
// request of ours, *HereAlreadyError when it is here with its key, and those of
// pki.Decode.
func (d *Desk) CompleteRequest(ctx context.Context, data []byte) ([]Certificate, error) {
	items, err := pki.Decode(data, "")
	if err != nil {
		return nil, err
	}
	all, err := d.all()
	if err != nil {
		return nil, err
	}
	var found []FoundCertificate
	for _, item := range items {
		if item.Certificate == nil {
			continue
		}
		f := FoundCertificate{Certificate: item.Certificate}
		print := pki.Fingerprint(item.Certificate)
		for _, c := range all {
			if c.Fingerprint == print {
				f.Mine, f.MineHasKey = c.ID, c.HasKey
			}
		}
		found = append(found, f)
	}
	if err := d.awaited(found); err != nil {
		return nil, err
	}
	done, err := d.Import(ctx, Found{Certificates: found})
	if err != nil {
		return nil, err
	}
	var married []Certificate
	for _, c := range done.Certificates {
		if c.HasKey {
			married = append(married, c)
		}
	}
	return married, nil
}

// awaited is nil when one of the certificates belongs to a request of ours and
// is not in the vault yet.
func (d *Desk) awaited(found []FoundCertificate) error {
	return d.vault.View(func(tx *storage.Tx) error {
		var here error
		for _, f := range found {
			if f.Mine != "" {
				if _, ours, err := waitingFor(tx, f.Certificate); err != nil {
					return err
				} else if f.MineHasKey && here == nil && (ours || !f.Certificate.IsCA) {
					here = &HereAlreadyError{nameOf(f.Certificate), pki.Serial(f.Certificate)}
				}
				continue
			}
			if _, ok, err := waitingFor(tx, f.Certificate); err != nil || ok {
				return err
			}
		}
		if here != nil {
			return here
		}
		return ErrNotAwaited
	})
}

// waitingFor finds the request of ours that a certificate answers: the one with
// its key. A key may be gone, deleted with an earlier certificate.
func waitingFor(tx *storage.Tx, cert *x509.Certificate) (storage.Request, bool, error) {
	list, err := tx.Requests()
	if err != nil {
		return storage.Request{}, false, err
	}
	var found storage.Request
	for _, r := range list {
		if r.KeyID == "" || !bytes.Contains(r.DER, cert.RawSubjectPublicKeyInfo) {
			continue
		}
		csr, err := x509.ParseCertificateRequest(r.DER)
		if err != nil || !pki.SamePublicKey(csr.PublicKey, cert.PublicKey) {
			continue
		}
		k, err := tx.Key(r.KeyID)
		if errors.Is(err, storage.ErrNoRecord) {
			continue
		}
		if err != nil {
			return storage.Request{}, false, err
		}
		k.Wipe()
		if found.ID == "" || RequestState(r.State) == RequestWaiting {
			found = r
		}
	}
	return found, found.ID != "", nil
}

// marryWaiting gives a certificate that comes into the vault the key of the
// request of ours that it answers, and marks that as done. It returns "" when
// there is no such request.
func marryWaiting(tx *storage.Tx, cert *x509.Certificate, id storage.ID) (keyID storage.ID, err error) {
	r, found, err := waitingFor(tx, cert)
	if err != nil || !found {
		return "", err
	}
	r.State, r.CertificateID = string(RequestDone), id
	return r.KeyID, tx.PutRequest(r)
}

// withKey are the certificates of the vault that have a request's key. None is
// parsed: a public key that crypto/x509 reads has one form in DER.
func withKey(tx *storage.Tx, csr *x509.CertificateRequest) ([]ID, error) {
	kind := string(pki.KindOf(csr.PublicKey))
	var same []ID
	err := tx.EachEntry(func(e storage.Entry) error {
		if e.KeyKind != kind {
			return nil
		}
		c, err := tx.Certificate(e.ID)
		if err != nil {
			return err
		}
		if bytes.Contains(c.DER, csr.RawSubjectPublicKeyInfo) {
			same = append(same, ID(e.ID))
		}
		return nil
	})
	return same, err
}
