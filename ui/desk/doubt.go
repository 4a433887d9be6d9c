package desk

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"slices"
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

// signers are authorities by their subjects.
type signers map[string][]*x509.Certificate

func (s signers) add(c *x509.Certificate) {
	if isAuthority(c) {
		s[string(c.RawSubject)] = append(s[string(c.RawSubject)], c)
	}
}

// outlived is when the authority of a certificate ends, where that is before
// the certificate does; else zero. Of several certificates of an authority the
// one that lives longest counts. Signatures, which take time, are checked only
// where there may be something to say.
func (s signers) outlived(c *x509.Certificate) time.Time {
	list := slices.Clone(s[string(c.RawIssuer)])
	if !slices.ContainsFunc(list, func(a *x509.Certificate) bool { return c.NotAfter.After(a.NotAfter) }) {
		return time.Time{}
	}
	slices.SortFunc(list, func(a, b *x509.Certificate) int {
		return cmp.Or(b.NotAfter.Compare(a.NotAfter), bytes.Compare(a.Raw, b.Raw))
	})
	for _, a := range list {
		if !pki.IsSignedBy(c, a) {
			continue
		}
		if c.NotAfter.After(a.NotAfter) {
			return a.NotAfter
		}
		break
	}
	return time.Time{}
}
