package desk

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ocsp"

	"countersign/pki"
)

// Bounds of asking others who is revoked.
const (
	askWithin = 3 * time.Second
	askAgain  = 5 * time.Second // an answer is kept for so long
	maxAnswer = 64 << 10        // bytes
)

// Errors of who speaks for other authorities. The server refuses whom they
// leave in doubt.
var (
	ErrBadResponder = errors.New("the address of an OCSP responder begins with http:// or https://")
	errListOverdue  = errors.New("the list of the revoked is overdue")
	errListForged   = errors.New("the list of the revoked is not signed by its authority")
	errNoAnswer     = errors.New("the OCSP responder gives no answer that holds")
)

// elsewhere is a register that also looks where others say who is revoked: in
// lists of files, read anew when they change, and at a responder. The vault is
// asked first.
type elsewhere struct {
	*register
	files []*listFile
	ocsp  string // "" for none
	http  *http.Client

	mu      sync.Mutex
	answers map[string]answer
}

// listFile is a file with lists.
type listFile struct {
	path string

	mu    sync.Mutex
	seen  os.FileInfo
	lists []*x509.RevocationList
}

// answer is a responder's, kept for a moment.
type answer struct {
	standing pki.Standing
	until    time.Time
}

// newElsewhere reads the files once, so that a wrong one is told at the start.
func newElsewhere(r *register, s Serve) (*elsewhere, error) {
	e := &elsewhere{register: r, ocsp: s.AskOCSP, http: &http.Client{Timeout: askWithin}, answers: map[string]answer{}}
	if s.AskOCSP != "" {
		u, err := url.Parse(s.AskOCSP)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, ErrBadResponder
		}
	}
	for _, path := range s.CRLFiles {
		f := &listFile{path: path}
		if _, err := f.read(); err != nil {
			return nil, err
		}
		e.files = append(e.files, f)
	}
	return e, nil
}

// Standing says whether a certificate is revoked that the issuer signed, by the
// vault, else by the lists, else by the responder.
func (e *elsewhere) Standing(issuer *x509.Certificate, serial *big.Int) (pki.Standing, error) {
	standing, err := e.register.Standing(issuer, serial)
	if err != nil || standing.State != pki.StateUnknown {
		return standing, err
	}
	if standing, err = e.listed(issuer, serial); err != nil || standing.State != pki.StateUnknown || e.ocsp == "" {
		return standing, err
	}
	return e.ask(issuer, serial)
}

// listed looks into the newest list of the issuer. Without one nothing is known.
func (e *elsewhere) listed(issuer *x509.Certificate, serial *big.Int) (pki.Standing, error) {
	var newest *x509.RevocationList
	for _, f := range e.files {
		lists, err := f.read()
		if err != nil {
			return pki.Standing{}, err
		}
		for _, list := range lists {
			if bytes.Equal(list.RawIssuer, issuer.RawSubject) && (newest == nil || newest.ThisUpdate.Before(list.ThisUpdate)) {
				newest = list
			}
		}
	}
	switch {
	case newest == nil:
		return pki.Standing{State: pki.StateUnknown}, nil
	case newest.CheckSignatureFrom(issuer) != nil:
		return pki.Standing{}, fmt.Errorf("list of %q: %w", nameOf(issuer), errListForged)
	case !newest.NextUpdate.IsZero() && e.desk.Now().After(newest.NextUpdate):
		return pki.Standing{}, fmt.Errorf("list of %q: %w since %s", nameOf(issuer), errListOverdue, newest.NextUpdate.UTC().Format(time.RFC3339))
	}
	for _, entry := range newest.RevokedCertificateEntries {
		if entry.SerialNumber.Cmp(serial) == 0 {
			return pki.Standing{State: pki.StateRevoked, At: entry.RevocationTime, Reason: pki.ReasonOf(entry.ReasonCode)}, nil
		}
	}
	return pki.Standing{State: pki.StateGood}, nil
}

// read gives the lists of the file as it is now.
func (f *listFile) read() ([]*x509.RevocationList, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err != nil {
		return nil, aboutFile("read", f.path, err)
	}
	if f.seen != nil && os.SameFile(info, f.seen) && info.Size() == f.seen.Size() && info.ModTime().Equal(f.seen.ModTime()) {
		return f.lists, nil
	}
	lists, err := readLists(f.path)
	if err != nil {
		return nil, err
	}
	f.seen, f.lists = info, lists
	return lists, nil
}

// ask asks the responder.
func (e *elsewhere) ask(issuer *x509.Certificate, serial *big.Int) (pki.Standing, error) {
	key := string(issuer.RawSubject) + serial.String()
	now := time.Now()
	e.mu.Lock()
	kept, known := e.answers[key]
	e.mu.Unlock()
	if known && now.Before(kept.until) {
		return kept.standing, nil
	}
	standing, err := e.askNow(issuer, serial)
	if err != nil {
		return pki.Standing{}, fmt.Errorf("ask %s about %q: %w", bareURL(e.ocsp), nameOf(issuer), err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for old, a := range e.answers {
		if now.After(a.until) {
			delete(e.answers, old)
		}
	}
	e.answers[key] = answer{standing, now.Add(askAgain)}
	return standing, nil
}

func (e *elsewhere) askNow(issuer *x509.Certificate, serial *big.Int) (pki.Standing, error) {
	asked := &x509.Certificate{SerialNumber: serial}
	request, err := ocsp.CreateRequest(asked, issuer, nil)
	if err != nil {
		return pki.Standing{}, err
	}
	response, err := e.http.Post(e.ocsp, "application/ocsp-request", bytes.NewReader(request))
	if err != nil {
		return pki.Standing{}, errors.Unwrap(err) // without the address, which may hold a secret
	}
	defer response.Body.Close()
	der, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return pki.Standing{}, err
	}
	got, err := ocsp.ParseResponseForCert(der, asked, issuer)
	if err != nil {
		return pki.Standing{}, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	if err := e.holds(got); err != nil {
		return pki.Standing{}, err
	}
	switch got.Status {
	case ocsp.Good:
		return pki.Standing{State: pki.StateGood}, nil
	case ocsp.Revoked:
		return pki.Standing{State: pki.StateRevoked, At: got.RevokedAt, Reason: pki.ReasonOf(got.RevocationReason)}, nil
	}
	return pki.Standing{State: pki.StateUnknown}, nil
}

// holds tells whether an answer is of this time, and a delegate that signed it
// may (RFC 6960 section 4.2.2.2), which the parser leaves to who asks.
func (e *elsewhere) holds(got *ocsp.Response) error {
	now := e.desk.Now()
	switch {
	case got.ThisUpdate.After(now.Add(backdated)):
		return fmt.Errorf("%w: it is from the future", errNoAnswer)
	case !got.NextUpdate.IsZero() && now.After(got.NextUpdate):
		return fmt.Errorf("%w: it is overdue", errNoAnswer)
	case got.Certificate == nil:
		return nil
	case !slices.Contains(got.Certificate.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning):
		return fmt.Errorf("%w: its signer is no responder", errNoAnswer)
	case now.Before(got.Certificate.NotBefore) || now.After(got.Certificate.NotAfter):
		return fmt.Errorf("%w: its signer's certificate has expired", errNoAnswer)
	}
	return nil
}
