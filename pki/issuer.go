package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Issuer is an authority that can sign.
type Issuer struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
	// Above are the authorities over it, the nearest first, as far as they
	// are known: what they forbid is not signed either.
	Above []*x509.Certificate
}

// authorities returns the issuer's certificate and those above it.
func (i Issuer) authorities() []*x509.Certificate {
	return append([]*x509.Certificate{i.Certificate}, i.Above...)
}

// keyFaults returns what is wrong with the issuer's key.
func (i Issuer) keyFaults() Faults {
	if i.Key == nil || !SamePublicKey(i.Key.Public(), i.Certificate.PublicKey) {
		return Faults{{Field: FieldIssuer, Code: CodeIssuerKeyMismatch, Value: i.Certificate.Subject.CommonName}}
	}
	return nil
}

// issuerFaults returns why an issuer cannot sign this request: whatever it
// signed would be refused (RFC 5280 section 6.1.4).
func (r Request) issuerFaults(issuer *x509.Certificate, now time.Time) Faults {
	var faults Faults
	add := func(code, value string) {
		faults = append(faults, Fault{Field: FieldIssuer, Code: code, Value: value})
	}
	if !issuer.BasicConstraintsValid || !issuer.IsCA {
		add(CodeIssuerNotAuthority, issuer.Subject.CommonName)
	}
	if issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCertSign == 0 {
		add(CodeIssuerKeyUsage, "")
	}
	if !r.allowedPurpose(issuer) {
		add(CodeIssuerPurpose, string(r.Kind))
	}
	if now.After(issuer.NotAfter) || !capNotAfter(issuer.NotAfter, nil).After(now) {
		add(CodeIssuerExpired, issuer.NotAfter.UTC().Format(time.RFC3339))
	}
	if now.Before(issuer.NotBefore) {
		add(CodeIssuerNotYetValid, issuer.NotBefore.UTC().Format(time.RFC3339))
	}
	if r.Kind == Authority {
		switch limit, limited := pathLimit(issuer); {
		case limited && limit == 0:
			add(CodeIssuerPathLength, strconv.Itoa(limit))
		case limited && r.pathLength(issuer) >= limit:
			faults = append(faults, Fault{Field: FieldPathLength, Code: CodePathLengthOver, Value: strconv.Itoa(limit - 1)})
		}
	}
	return append(faults, r.constraintFaults(issuer)...)
}

// pathLimit returns an authority's path length, and whether it has one.
func pathLimit(c *x509.Certificate) (limit int, limited bool) {
	limited = c.BasicConstraintsValid && c.IsCA && (c.MaxPathLen > 0 || c.MaxPathLen == 0 && c.MaxPathLenZero)
	return c.MaxPathLen, limited
}

// aboveFaults returns why a chain through the authorities above the issuer
// would be refused, whatever the issuer itself allows.
func (r Request) aboveFaults(issuer *x509.Certificate, above []*x509.Certificate, now time.Time) Faults {
	var faults Faults
	add := func(code string, c *x509.Certificate) {
		faults = append(faults, Fault{Field: FieldIssuer, Code: code, Value: Escape(c.Subject.CommonName)})
	}
	below := 0 // authorities between c and a leaf of the issuer
	if !selfIssued(issuer) {
		below++
	}
	for _, c := range above {
		if c == nil || c.Equal(issuer) {
			continue
		}
		if now.After(c.NotAfter) {
			add(CodeIssuerAboveExpired, c)
		}
		limit, limited := pathLimit(c)
		needed := below
		if r.Kind == Authority {
			needed++
		}
		if limited && needed > limit {
			add(CodeIssuerAbovePathLength, c)
		}
		if !selfIssued(c) {
			below++
		}
		if r.allowedPurpose(issuer) && !r.allowedPurpose(c) {
			faults = append(faults, Fault{Field: FieldIssuer, Code: CodeIssuerPurpose, Value: string(r.Kind)})
		}
		for _, f := range r.constraintFaults(c) {
			if !slices.Contains(faults, f) && !slices.Contains(r.constraintFaults(issuer), f) {
				faults = append(faults, f)
			}
		}
	}
	return faults
}

// roomFaults returns that a new authority says of itself that more may stand
// below it than the authorities over it leave room for: whoever believes it
// would sign what every client refuses. "No limit" is such a promise too. A
// renewal keeps to what the certificate says, and is not asked this. had are
// the faults found so far.
func (r Request) roomFaults(issuer *x509.Certificate, above []*x509.Certificate, had Faults) Faults {
	if r.Kind != Authority || r.PathLength < PathUnlimited || len(had.Of(FieldPathLength)) > 0 {
		return nil
	}
	room, limited := roomBelow(issuer, above)
	if asked := r.pathLength(issuer); !limited || room < 1 || asked >= 0 && asked < room {
		return nil // without any room at all it is the issuer's fault
	}
	return Faults{{Field: FieldPathLength, Code: CodePathLengthOver, Value: strconv.Itoa(room - 1)}}
}

// roomBelow returns how many authorities may stand between an issuer and a
// leaf by its own path length and those above it (RFC 5280 section 6.1.4), and
// whether there is a limit.
func roomBelow(issuer *x509.Certificate, above []*x509.Certificate) (room int, limited bool) {
	between := 0
	for _, c := range append([]*x509.Certificate{issuer}, above...) {
		if c == nil || between > 0 && c.Equal(issuer) {
			continue
		}
		if limit, has := pathLimit(c); has && (!limited || limit-between < room) {
			room, limited = limit-between, true
		}
		if !selfIssued(c) {
			between++
		}
	}
	return room, limited
}

// selfIssued reports whether subject and issuer are equal. Path lengths do not
// count such certificates (RFC 5280 section 6.1.4).
func selfIssued(c *x509.Certificate) bool { return string(c.RawSubject) == string(c.RawIssuer) }

// allowedPurpose reports whether an issuer's extended key usage, when it has
// one, includes what the certificate is for.
func (r Request) allowedPurpose(issuer *x509.Certificate) bool {
	if len(issuer.ExtKeyUsage) == 0 && len(issuer.UnknownExtKeyUsage) == 0 {
		return true
	}
	allowed := extKeyUsageNames(issuer)
	if slices.Contains(allowed, "anyExtendedKeyUsage") {
		return true
	}
	return !slices.ContainsFunc(r.extKeyUsage(), func(name string) bool { return !slices.Contains(allowed, name) })
}

// issuerWarnings returns what clients will not like about an issuer.
func issuerWarnings(issuer *x509.Certificate) []Warning {
	var warnings []Warning
	add := func(code, value, client string) {
		warnings = append(warnings, Warning{Field: FieldIssuer, Code: code, Value: value, Client: client})
	}
	if pub, ok := issuer.PublicKey.(*rsa.PublicKey); ok && pub.N != nil && pub.N.BitLen() < 2048 {
		add(WarningIssuerWeak, "RSA "+strconv.Itoa(pub.N.BitLen()), "browsers")
	}
	switch issuer.SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1, x509.MD5WithRSA, x509.MD2WithRSA:
		if string(issuer.RawIssuer) != string(issuer.RawSubject) {
			add(WarningIssuerSHA1, issuer.SignatureAlgorithm.String(), "browsers")
		}
	}
	if len(issuer.SubjectKeyId) == 0 {
		add(WarningIssuerNoKeyID, "", "OpenSSL")
	}
	for _, oid := range issuer.UnhandledCriticalExtensions {
		add(WarningIssuerCritical, oid.String(), "Go")
	}
	return warnings
}

func hasUnderscore(name string) bool { return strings.Contains(name, "_") }
