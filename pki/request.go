package pki

import (
	"crypto/x509"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Request says what certificate is wanted. Check says whether it can be.
// Fields that are not set are as the profile of its kind says.
type Request struct {
	Kind    Kind    `json:"kind"`
	Subject Subject `json:"subject"`
	// RawSubject is the subject in DER as another certificate has it. It is
	// used for as long as Subject says the same: authorities are found by the
	// very octets of their name.
	RawSubject []byte  `json:"-"`
	Names      []Name  `json:"names,omitempty"`
	Key        KeyKind `json:"key,omitempty"`
	// NotBefore is the beginning of validity; zero for an hour back.
	NotBefore time.Time `json:"notBefore,omitzero"`
	// NotAfter is the end of validity; zero for DefaultNotAfter.
	NotAfter time.Time `json:"notAfter,omitzero"`
	// Serial is the serial number as ParseSerial reads it; "" for a random one.
	Serial string `json:"serial,omitempty"`
	// PathLength is for authorities only: how many authorities may stand
	// between this one and a leaf. PathProfile leaves it to the profile: no
	// limit for a root, 0 for an intermediate.
	PathLength int `json:"pathLength"`
	// Constraints limit the names below an authority.
	Constraints NameConstraints `json:"constraints,omitzero"`
	// KeyUsage are names of KeyUsageNames.
	KeyUsage []string `json:"keyUsage,omitempty"`
	// ExtKeyUsage are names of ExtKeyUsageNames or OIDs ("1.3.6.1.5.5.7.3.17").
	// On an authority they limit what it signs for.
	ExtKeyUsage []string `json:"extKeyUsage,omitempty"`
	// Where the list of the revoked, the OCSP responder and the issuer's
	// certificate are found: absolute addresses of http, https or ldap.
	CRLAddresses    []string `json:"crlAddresses,omitempty"`
	OCSPAddresses   []string `json:"ocspAddresses,omitempty"`
	IssuerAddresses []string `json:"issuerAddresses,omitempty"`
}

// Path lengths that are no numbers.
const (
	PathProfile   = -1 // as the profile says
	PathUnlimited = -2 // none, for an intermediate too
)

// NewRequest returns a request with the defaults of its kind: a P-256 key, the
// default validity, the profile's path length.
func NewRequest(kind Kind) Request {
	return Request{Kind: kind, Key: P256, PathLength: PathProfile}
}

// Check returns nil, or [Faults] with all that is wrong with the request, each
// tied to its field. A nil issuer means a self-signed root. Above are the
// authorities over the issuer, the nearest first, as far as they are known.
func (r Request) Check(issuer *x509.Certificate, now time.Time, above ...*x509.Certificate) error {
	r = r.normal(append(slices.Clone(above), issuer)...)
	return r.faults(issuer, now, above).err()
}

// normal returns the request as it will be built: trimmed, and a server
// without a common name named after its first DNS name or address, when that
// is short enough to be one and the authorities allow it. One whose common
// name is too long to be one, but is among its names too, has none: clients
// look at the names only.
func (r Request) normal(authorities ...*x509.Certificate) Request {
	r.Subject = r.Subject.trimmed()
	r.CRLAddresses, r.OCSPAddresses = distinct(r.CRLAddresses), distinct(r.OCSPAddresses)
	r.IssuerAddresses = distinct(r.IssuerAddresses)
	r.KeyUsage, r.ExtKeyUsage = distinct(r.KeyUsage), distinct(r.ExtKeyUsage)
	r.Serial = strings.TrimSpace(r.Serial)
	if r.Kind.serves() && utf8.RuneCountInString(r.Subject.CommonName) > maxCommonName && r.named(r.Subject.CommonName) {
		r.Subject.CommonName = ""
	}
	if r.Kind.serves() && r.Subject.CommonName == "" {
		for _, n := range r.Names {
			if n.Kind == NameDNS || n.Kind == NameIP {
				if len(n.Value) <= maxCommonName {
					r.Subject.CommonName = n.Value
				}
				if slices.ContainsFunc(authorities, func(c *x509.Certificate) bool { return c != nil && !r.allowsCommonName(c) }) {
					r.Subject.CommonName = ""
				}
				break
			}
		}
	}
	return r
}

// named reports whether a text is one of the names.
func (r Request) named(text string) bool {
	return slices.ContainsFunc(r.Names, func(n Name) bool { return strings.EqualFold(n.Value, text) || strings.EqualFold(n.Shown, text) })
}

// pathLength returns the path length that the certificate will have, -1 for
// none.
func (r Request) pathLength(issuer *x509.Certificate) int {
	switch {
	case r.PathLength == PathUnlimited:
		return -1
	case r.PathLength == PathProfile && issuer != nil:
		return 0
	}
	return r.PathLength
}

// faults checks a normal request.
func (r Request) faults(issuer *x509.Certificate, now time.Time, above []*x509.Certificate) Faults {
	var faults Faults
	add := func(field Field, code, value string) {
		faults = append(faults, Fault{Field: field, Code: code, Value: value})
	}
	if !r.Kind.known() {
		add(FieldKind, CodeKindUnknown, string(r.Kind))
	}
	if r.keptSubject() == nil {
		if r.Subject.CommonName == "" && (r.Kind == Authority || r.Kind == Client) {
			add(FieldName, CodeNameMissing, "")
		}
		faults = append(faults, r.Subject.faults()...)
	}
	faults = append(faults, r.namesFaults()...)
	if !r.Key.known() {
		add(FieldKey, CodeKeyUnknown, string(r.Key))
	}
	faults = append(faults, r.validityFaults(issuer, now)...)
	if r.Kind == Authority && r.PathLength < PathUnlimited {
		add(FieldPathLength, CodePathLength, strconv.Itoa(r.PathLength))
	}
	faults = append(faults, r.usageFaults()...)
	faults = append(faults, r.constraintsFaults()...)
	faults = append(faults, r.fieldFaults()...)
	if issuer == nil {
		if r.Kind != Authority {
			add(FieldIssuer, CodeIssuerMissing, "")
		}
		return faults
	}
	if name, err := r.subjectDER(); err == nil && string(name) == string(issuer.RawSubject) {
		add(FieldName, CodeNameLikeIssuer, r.Subject.CommonName)
	}
	faults = append(faults, r.issuerFaults(issuer, now)...)
	faults = append(faults, r.aboveFaults(issuer, above, now)...)
	return append(faults, r.roomFaults(issuer, above, faults)...)
}

// subjectDER returns the subject as it will stand in the certificate.
func (r Request) subjectDER() ([]byte, error) {
	if kept := r.keptSubject(); kept != nil {
		return kept, nil
	}
	return r.Subject.der()
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
		if at := slices.IndexFunc(r.Names, func(n Name) bool { return WebHost(n) != "" }); at >= 0 {
			add(FieldNames, WarningNamesWebAddress, Escape(WebHost(r.Names[at])), "browsers")
		} else {
			add(FieldNames, WarningNamesNoHost, "", "browsers")
		}
	}
	switch r.Key {
	case P521:
		add(FieldKey, WarningKeyBrowsers, r.Key.Label(), "browsers")
	case Ed25519:
		add(FieldKey, WarningKeyBrowsers, r.Key.Label(), "browsers")
		add(FieldKey, WarningKeyNSS, r.Key.Label(), "Firefox")
	}
	warnings = append(warnings, r.validityWarnings(issuer, now)...)
	warnings = append(warnings, r.usageWarnings()...)
	warnings = append(warnings, r.fieldWarnings()...)
	if issuer != nil {
		warnings = append(warnings, issuerWarnings(issuer)...)
	}
	return warnings
}
