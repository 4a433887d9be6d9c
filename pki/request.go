package pki

import (
	"crypto/x509"
	"strconv"
	"time"
	"unicode/utf8"
)

// A Request says what certificate is wanted. Check says whether it can be.
type Request struct {
	Kind    Kind    `json:"kind"`
	Subject Subject `json:"subject"`
	Names   []Name  `json:"names,omitempty"`
	Key     KeyKind `json:"key,omitempty"`
	// NotAfter is the end of validity; zero for DefaultNotAfter.
	NotAfter time.Time `json:"notAfter,omitzero"`
	// PathLength is for authorities only: how many authorities may stand
	// between this one and a leaf. -1 leaves it to the profile: no limit for
	// a root, 0 for an intermediate.
	PathLength int `json:"pathLength"`
}

// NewRequest returns a request with the defaults of its kind: a P-256 key, the
// default validity, the profile's path length.
func NewRequest(kind Kind) Request {
	return Request{Kind: kind, Key: P256, PathLength: -1}
}

// Check returns nil, or [Faults] with all that is wrong with the request, each
// tied to its field. A nil issuer means a self-signed root.
func (r Request) Check(issuer *x509.Certificate, now time.Time) error {
	r = r.normal()
	return r.faults(issuer, now).err()
}

// normal returns the request as it will be built: trimmed, and a server
// without a common name named after its first DNS name or address, when that
// is short enough to be one.
func (r Request) normal() Request {
	r.Subject = r.Subject.trimmed()
	if r.Kind.serves() && r.Subject.CommonName == "" {
		for _, n := range r.Names {
			if n.Kind == NameDNS || n.Kind == NameIP {
				if len(n.Value) <= maxCommonName {
					r.Subject.CommonName = n.Value
				}
				break
			}
		}
	}
	return r
}

// notAfter returns the end of validity that the certificate will have.
func (r Request) notAfter(issuer *x509.Certificate, now time.Time) time.Time {
	if r.NotAfter.IsZero() {
		return DefaultNotAfter(r.Kind, issuer, now)
	}
	return capNotAfter(r.NotAfter, issuer)
}

// pathLength returns the path length that the certificate will have, -1 for
// none.
func (r Request) pathLength(issuer *x509.Certificate) int {
	if r.PathLength < 0 && issuer != nil {
		return 0
	}
	return r.PathLength
}

// faults checks a normal request.
func (r Request) faults(issuer *x509.Certificate, now time.Time) Faults {
	var faults Faults
	add := func(field Field, code, value string) {
		faults = append(faults, Fault{Field: field, Code: code, Value: value})
	}
	if !r.Kind.known() {
		add(FieldKind, CodeKindUnknown, string(r.Kind))
	}
	if r.Subject.CommonName == "" && (r.Kind == Authority || r.Kind == Client) {
		add(FieldName, CodeNameMissing, "")
	}
	faults = append(faults, r.Subject.faults()...)
	faults = append(faults, r.namesFaults()...)
	if !r.Key.known() {
		add(FieldKey, CodeKeyUnknown, string(r.Key))
	}
	switch end := r.notAfter(nil, now); {
	case !end.After(now):
		add(FieldValidity, CodeValidityPast, end.Format(time.RFC3339))
	case capNotAfter(end, issuer).Year() > 9999:
		add(FieldValidity, CodeValidityTooLong, "9999")
	}
	if r.Kind == Authority && r.PathLength < -1 {
		add(FieldPathLength, CodePathLength, strconv.Itoa(r.PathLength))
	}
	if issuer == nil {
		if r.Kind != Authority {
			add(FieldIssuer, CodeIssuerMissing, "")
		}
		return faults
	}
	if name, err := r.Subject.der(); err == nil && string(name) == string(issuer.RawSubject) {
		add(FieldName, CodeNameLikeIssuer, r.Subject.CommonName)
	}
	return append(faults, r.issuerFaults(issuer, now)...)
}

func (r Request) namesFaults() Faults {
	var faults Faults
	for _, n := range r.Names {
		if code := checkName(n); code != "" {
			faults = append(faults, Fault{Field: FieldNames, Code: code, Value: Escape(n.Value)})
		}
	}
	switch {
	case r.Kind == Authority && len(r.Names) > 0:
		faults = append(faults, Fault{Field: FieldNames, Code: CodeNamesUnwanted, Value: Escape(r.Names[0].Value)})
	case r.Kind.serves() && len(r.Names) == 0:
		faults = append(faults, Fault{Field: FieldNames, Code: CodeNamesMissing})
	}
	return faults
}

// Warnings returns what clients will not like about the certificate. A nil
// issuer means a self-signed root.
func (r Request) Warnings(issuer *x509.Certificate, now time.Time) []Warning {
	r = r.normal()
	var warnings []Warning
	add := func(field Field, code, value, client string) {
		warnings = append(warnings, Warning{Field: field, Code: code, Value: value, Client: client})
	}
	for _, a := range r.Subject.attributes() {
		if utf8.ValidString(a.value) && Escape(a.value) != a.value {
			add(a.field, WarningNameInvisible, Escape(a.value), "")
		}
	}
	hosts := 0
	for _, n := range r.Names {
		if n.Kind == NameDNS || n.Kind == NameIP {
			hosts++
		}
		if n.Kind == NameDNS && hasUnderscore(n.Value) {
			add(FieldNames, WarningNamesUnderscore, Escape(n.Value), "")
		}
	}
	if r.Kind.serves() && len(r.Names) > 0 && hosts == 0 {
		add(FieldNames, WarningNamesNoHost, "", "browsers")
	}
	switch r.Key {
	case P521:
		add(FieldKey, WarningKeyBrowsers, r.Key.Label(), "browsers")
	case Ed25519:
		add(FieldKey, WarningKeyBrowsers, r.Key.Label(), "browsers")
		add(FieldKey, WarningKeyNSS, r.Key.Label(), "Firefox")
	}
	if issuer != nil && r.NotAfter.After(issuer.NotAfter) {
		add(FieldValidity, WarningValidityAfterIssuer, issuer.NotAfter.UTC().Format(time.RFC3339), "")
	}
	if r.Kind.serves() && r.notAfter(issuer, now).Sub(notBefore(now)) > appleDays*day {
		add(FieldValidity, WarningValidityApple, "825", "Apple")
	}
	if issuer != nil {
		warnings = append(warnings, issuerWarnings(issuer)...)
	}
	return warnings
}
