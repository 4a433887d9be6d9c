package testclient

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"countersign/pki"
)

// A Register knows who is revoked. A local server publishes it, and judges its
// clients by it; it calls the methods from its own goroutines, and Close, where
// there is one, when it has ended, maybe twice.
type Register interface {
	// CRL gives an authority's list by its name in the address
	// /crl/NAME.crl, in DER; nil when there is none.
	CRL(name string) ([]byte, error)
	// OCSP answers a request (RFC 6960), both in DER. The answer is never
	// nil; the error, for the log, says why it is none that helps.
	OCSP(request []byte) ([]byte, error)
	// Standing tells what an authority says of a certificate that it signed.
	// StateUnknown also means that nobody here speaks for the authority.
	Standing(issuer *x509.Certificate, serial *big.Int) (pki.Standing, error)
}

// RevokedError says that a client's certificate, or an authority above it, is
// revoked.
type RevokedError struct {
	Subject string
	Serial  string
	At      time.Time
	Reason  pki.Reason
}

func (e *RevokedError) Error() string {
	return fmt.Sprintf("tls: certificate of %q, serial %s, is revoked since %s: %s",
		e.Subject, e.Serial, e.At.UTC().Format(time.RFC3339), e.Reason)
}

// revokedSince is why a client is refused on a connection that it has kept open:
// it was revoked meanwhile. Nil when it was not.
func (s *Server) revokedSince(r *http.Request) error {
	if r.TLS == nil || !s.config.CheckRevocation || s.config.Register == nil {
		return nil
	}
	return s.checkRevocation(*r.TLS)
}

// checkRevocation refuses a client all of whose chains hold a revoked
// certificate. Resumed sessions are looked at too. One that the register does
// not know of passes; when it cannot be asked nobody does.
func (s *Server) checkRevocation(state tls.ConnectionState) error {
	var refused error
	for _, chain := range state.VerifiedChains {
		err := s.chainRevoked(chain)
		if err == nil {
			return nil
		}
		refused = err
	}
	return refused
}

func (s *Server) chainRevoked(chain []*x509.Certificate) error {
	for i := 0; i+1 < len(chain); i++ {
		standing, err := s.config.Register.Standing(chain[i+1], chain[i].SerialNumber)
		if err != nil {
			return fmt.Errorf("tls: ask whether %q is revoked: %w", subjectOf(chain[i]), err)
		}
		if standing.State == pki.StateRevoked {
			return &RevokedError{Subject: subjectOf(chain[i]), Serial: pki.Serial(chain[i]), At: standing.At, Reason: standing.Reason}
		}
	}
	return nil
}
