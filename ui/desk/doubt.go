package desk

import (
	"crypto/x509"
	"time"

	"countersign/pki"
)

// outlives warns of a certificate that ends after the authority that signed
// it, which ends at ends; zero when that is not known.
func outlives(c *x509.Certificate, ends time.Time) []pki.Warning {
	if ends.IsZero() || !c.NotAfter.After(ends) {
		return nil
	}
	return []pki.Warning{{Field: pki.FieldValidity, Code: pki.WarningOutlivesIssuer, Value: ends.UTC().Format(time.RFC3339)}}
}

// inOtherHands warns of a certificate whose key another one has that was
// revoked for that.
func inOtherHands(name, serial string) pki.Warning {
	return pki.Warning{Field: pki.FieldKey, Code: pki.WarningKeyInOtherHands, Value: pki.Escape(name) + " (" + serial + ")"}
}

// isCompromise tells whether a reason says that others may have the key.
func isCompromise(reason string) bool {
	return reason == string(pki.KeyCompromise) || reason == string(pki.CACompromise)
}

// The bounds of what signers looks at, so that a file of ten thousand
// authorities of one name takes no longer than others.
const (
	mostNamesakes  = 16   // keys that authorities of one name have
	mostSignatures = 2000 // to check
)

// signers are authorities by their subjects: of each key the certificate that
// lives longest.
type signers struct {
	byName map[string]map[string]*x509.Certificate // subject to key
	checks int                                     // signatures that were checked
}

func newSigners() *signers { return &signers{byName: map[string]map[string]*x509.Certificate{}} }

func (s *signers) add(c *x509.Certificate) {
	if !isAuthority(c) {
		return
	}
	byKey := s.byName[string(c.RawSubject)]
	if byKey == nil {
		byKey = map[string]*x509.Certificate{}
		s.byName[string(c.RawSubject)] = byKey
	}
	key := string(c.RawSubjectPublicKeyInfo)
	have := byKey[key]
	if have == nil && len(byKey) < mostNamesakes || have != nil && c.NotAfter.After(have.NotAfter) {
		byKey[key] = c
	}
}

// outlived is when the authority of a certificate ends, where that is before
// the certificate does; else zero. Signatures, which take time, are checked only
// where there may be something to say.
func (s *signers) outlived(c *x509.Certificate) time.Time {
	for _, a := range s.byName[string(c.RawIssuer)] {
		if !c.NotAfter.After(a.NotAfter) || s.checks >= mostSignatures {
			continue
		}
		s.checks++
		if pki.IsSignedBy(c, a) {
			return a.NotAfter
		}
	}
	return time.Time{}
}
