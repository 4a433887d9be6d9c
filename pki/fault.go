package pki

import (
	"fmt"
	"strings"
)

// A Field names the part of a request that a fault or warning is about, so
// that a form can show it there.
type Field string

// The fields of a request.
const (
	FieldKind               Field = "kind"
	FieldName               Field = "name" // the common name
	FieldNames              Field = "names"
	FieldKey                Field = "key"
	FieldValidity           Field = "validity"
	FieldIssuer             Field = "issuer"
	FieldPathLength         Field = "pathLength"
	FieldOrganization       Field = "organization"
	FieldOrganizationalUnit Field = "organizationalUnit"
	FieldLocality           Field = "locality"
	FieldState              Field = "state"
	FieldCountry            Field = "country"
	FieldStreet             Field = "street"
	FieldDomainComponent    Field = "domainComponent"
	FieldUserID             Field = "userID"
	FieldSerialNumber       Field = "serialNumber"
	FieldEmailAddress       Field = "emailAddress"
	FieldAttributes         Field = "attributes" // further parts of the subject
	FieldNotBefore          Field = "notBefore"
	FieldSerial             Field = "serial"
	FieldKeyUsage           Field = "keyUsage"
	FieldExtKeyUsage        Field = "extKeyUsage"
	FieldCRL                Field = "crl"
	FieldOCSP               Field = "ocsp"
	FieldIssuerAddresses    Field = "issuerAddresses"
	FieldPermitted          Field = "permitted" // name constraints
	FieldExcluded           Field = "excluded"
	FieldProfile            Field = "profile" // the name of a profile
)

// The codes of faults. A request with one of them is not signed.
const (
	CodeKindUnknown = "kind-unknown"

	CodeNameMissing      = "name-missing"        // an authority or client without a common name
	CodeNameTooLong      = "name-too-long"       // over the upper bounds of RFC 5280 appendix A.1; Value is the bound
	CodeNameControl      = "name-control"        // a control character, line ends and NUL included
	CodeNameEncoding     = "name-encoding"       // not UTF-8, or not the characters its attribute allows
	CodeNameLikeIssuer   = "name-like-issuer"    // subject and issuer would be equal, as if self-signed
	CodeCountryTwoLetter = "country-two-letters" // ISO 3166 (X.520)

	CodeAttributeUnknown = "attribute-unknown" // neither a short name nor an OID
	CodeAttributeEmpty   = "attribute-empty"   // Value is its name
	CodeSubjectSyntax    = "subject-syntax"    // not a distinguished name of RFC 4514

	CodeNamesMissing      = "names-missing"        // a server without any name
	CodeNamesUnwanted     = "names-unwanted"       // an authority with names
	CodeNamesBadDNS       = "names-bad-dns"        // not a host name (RFC 1123, RFC 5890)
	CodeNamesBadIP        = "names-bad-ip"         // digits that are not an address, a network, a zone
	CodeNamesBadEmail     = "names-bad-email"      // not a Mailbox (RFC 5280 section 4.2.1.6)
	CodeNamesBadURI       = "names-bad-uri"        // not an absolute URI, or not a SPIFFE ID
	CodeNamesEmailLocal   = "names-email-local"    // before the @ there is more than ASCII (rfc822Name is IA5String)
	CodeNamesAddressInDNS = "names-address-in-dns" // an IP address given as a dNSName
	CodeNamesPort         = "names-port"           // a name with a port
	CodeNamesWildcard     = "names-wildcard"       // "*" elsewhere than the leftmost label, or over a single label
	CodeNamesWildcardWide = "names-wildcard-wide"  // "*" over a whole top-level domain, as "*.com"
	CodeNamesSpace        = "names-space"          // white space in a name
	CodeNamesWebAddress   = "names-web-address"    // a web address where a host name belongs; Value is its host
	CodeNamesTrailingDot  = "names-trailing-dot"
	CodeNamesTooLong      = "names-too-long" // a label over 63 or a name over 253 octets
	CodeNamesTooMany      = "names-too-many" // of a certification request; Value is the limit

	CodeKeyUnknown   = "key-unknown"    // not one of KeyKinds
	CodeKeyIsIssuers = "key-is-issuers" // the subject's key is the issuer's
	CodeKeyWeak      = "key-weak"       // of a certification request: RSA under 2048 bits; Value is the key
	CodeKeyRefused   = "key-refused"    // likewise: a kind that clients do not know; Value is the key

	CodeValidityPast    = "validity-past"     // ends before it begins to be used
	CodeValidityTooLong = "validity-too-long" // after the year 9999 (RFC 5280 section 4.1.2.5)
	CodeCRLBornExpired  = "crl-born-expired"  // a list that would be out of date when it is made

	CodeSpan             = "validity-span"      // not a length of validity that a profile can have
	CodeValidityOrder    = "validity-order"     // ends before it begins; Value is the end
	CodeValidityTooEarly = "validity-too-early" // begins before 1950 (RFC 5280 section 4.1.2.5)

	CodeSerial = "serial-bad" // not hexadecimal, not positive, or over 20 octets (RFC 5280 section 4.1.2.2)

	CodeKeyUsageUnknown    = "key-usage-unknown"
	CodeKeyUsageNeeded     = "key-usage-needed"   // an authority without keyCertSign
	CodeKeyUsageUnwanted   = "key-usage-unwanted" // keyCertSign on what is no authority
	CodeExtKeyUsageUnknown = "ext-key-usage-unknown"

	CodeAddressBad   = "address-bad"      // not an absolute address of http, https or ldap
	CodeAddressCount = "address-too-many" // over 8 of one sort; Value is the limit

	CodeConstraintBad       = "constraint-bad"       // not a name constraint
	CodeConstraintsUnwanted = "constraints-unwanted" // on what is no authority
	CodeConstraintsCount    = "constraints-too-many" // Value is the limit

	CodePathLength            = "path-length"              // below -2
	CodePathLengthOver        = "path-length-over"         // Value is what the issuer's leaves
	CodeIssuerPathLength      = "issuer-path-length"       // the issuer's path length leaves no room
	CodeIssuerAbovePathLength = "issuer-above-path-length" // that of an authority above it; Value is its name

	CodeIssuerMissing         = "issuer-missing"
	CodeIssuerNotAuthority    = "issuer-not-authority"
	CodeIssuerKeyUsage        = "issuer-key-usage" // without keyCertSign
	CodeIssuerCRLSign         = "issuer-crl-sign"  // without cRLSign
	CodeIssuerPurpose         = "issuer-purpose"   // its extended key usage excludes what it would sign
	CodeIssuerExpired         = "issuer-expired"
	CodeIssuerAboveExpired    = "issuer-above-expired" // an authority above it; Value is its name
	CodeIssuerNotYetValid     = "issuer-not-yet-valid"
	CodeIssuerKeyMismatch     = "issuer-key-mismatch"
	CodeIssuerNameConstraints = "issuer-name-constraints" // tied to FieldNames; Value is the name
)

// The codes of warnings. A request with them is signed, but somebody may not
// like it.
const (
	WarningValidityAfterIssuer = "validity-after-issuer" // NotAfter is cut to the issuer's; Value is the day
	WarningValidityApple       = "validity-apple"        // a server's over 825 days
	WarningValidityFuture      = "validity-future"       // begins later; Value is when
	WarningValidityBefore      = "validity-before"       // begins before its issuer; Value is when that began
	WarningSerialShort         = "serial-short"          // given by hand, under 8 octets: others may guess or repeat it
	WarningKeyUsageNoSignature = "key-usage-no-signature"
	WarningKeyUsageNoCRLs      = "key-usage-no-crls" // an authority that may not sign lists of the revoked
	WarningKeyUsageCRLs        = "key-usage-crls"    // cRLSign on what is no authority
	WarningKeyUsageNotRSA      = "key-usage-not-rsa" // keyEncipherment for a key that cannot
	WarningExtKeyUsageAny      = "ext-key-usage-any"
	WarningExtKeyUsageKind     = "ext-key-usage-kind" // without the purpose of its kind; Value is that purpose
	WarningAddressHTTPS        = "address-https"      // a list or responder over https (RFC 5280 section 8)
	WarningKeyBrowsers         = "key-browsers"       // P-521 and Ed25519
	WarningKeyNSS              = "key-nss"            // Ed25519 in PKCS #12
	WarningNamesUnderscore     = "names-underscore"   // not a host name, though a DNS name
	WarningNamesNoHost         = "names-no-host"      // a server without a DNS name or address
	WarningNamesWebAddress     = "names-no-host-web"  // likewise, but with a web address; Value is its host
	WarningNameInvisible       = "name-invisible"     // bidirectional controls, zero-width characters
	WarningIssuerWeak          = "issuer-weak"        // the issuer's RSA key is under 2048 bits
	WarningIssuerSHA1          = "issuer-sha1"        // the issuer itself was signed with SHA-1 or worse
	WarningIssuerNoKeyID       = "issuer-no-key-id"   // the certificate will have no authority key identifier
	WarningIssuerCritical      = "issuer-critical"    // the issuer has a critical extension that clients may not know

	// Of certificates that are there already: see Lint.
	WarningVersion                    = "version-old"                   // version 1 or 2, which has no extensions
	WarningSerial                     = "serial-form"                   // zero, negative or over 20 octets (RFC 5280 section 4.1.2.2)
	WarningKeyWeak                    = "key-short"                     // RSA under 2048 bits; Value is the key
	WarningKeyBroken                  = "key-broken"                    // RSA with an exponent or a modulus that makes it worthless, or larger than programs take
	WarningKeyUnknown                 = "key-foreign"                   // of an algorithm that crypto/x509 does not know
	WarningSignatureWeak              = "signature-weak"                // SHA-1, MD5; Value is the algorithm
	WarningSelfSigned                 = "self-signed-leaf"              // a server or client that signs itself
	WarningEnded                      = "ended"                         // Value is the day
	WarningValidityOrder              = "validity-inverted"             // ends before it begins
	WarningSubjectEmpty               = "subject-empty"                 // where RFC 5280 section 4.1.2.6 wants one
	WarningIssuerEmpty                = "issuer-empty"                  // RFC 5280 section 4.1.2.4
	WarningNameTooLong                = "name-long"                     // over the upper bounds of RFC 5280 appendix A.1; Value is the bound
	WarningNamesNone                  = "names-none"                    // a server without subject alternative names
	WarningNamesEmpty                 = "names-empty"                   // a subjectAltName with nothing in it
	WarningNamesNotCritical           = "names-not-critical"            // and the subject is empty (RFC 5280 section 4.2.1.6)
	WarningNamesBad                   = "names-bad"                     // no client takes it for a name; Value is the name
	WarningUsageMissing               = "usage-missing"                 // an authority without key usage
	WarningUsageNoCertSign            = "usage-no-cert-sign"            // an authority whose key usage has no keyCertSign
	WarningUsageLeafSigns             = "usage-leaf-signs"              // keyCertSign in what is no authority
	WarningLeafAuthority              = "leaf-authority"                // an authority that is a server or client too
	WarningConstraintsNotCritical     = "constraints-not-critical"      // basic constraints of an authority
	WarningPathLengthLeaf             = "path-length-leaf"              // a path length in what is no authority
	WarningNameConstraintsNotCritical = "name-constraints-not-critical" // RFC 5280 section 4.2.1.10
	WarningConstraintGo               = "constraint-go"                 // name constraints of kinds that crypto/x509 does not know
	WarningKeyIDNone                  = "key-id-none"                   // an authority without subject key identifier
	WarningKeyIDNoIssuer              = "key-id-no-issuer"              // without authority key identifier
	WarningKeyIDCritical              = "key-id-critical"               // RFC 5280 sections 4.2.1.1 and 4.2.1.2
	WarningCritical                   = "critical-unknown"              // a critical extension that clients may not know; Value is its OID

	// That other certificates tell of it.
	WarningOutlivesIssuer  = "outlives-issuer"    // it ends after the authority that signed it; Value is when that ends
	WarningKeyInOtherHands = "key-in-other-hands" // a certificate of the same key was revoked for that; Value names it
)

// FaultCodes returns every code that a [Fault] can have.
func FaultCodes() []string {
	return []string{
		CodeKindUnknown,
		CodeNameMissing, CodeNameTooLong, CodeNameControl, CodeNameEncoding, CodeNameLikeIssuer, CodeCountryTwoLetter,
		CodeAttributeUnknown, CodeAttributeEmpty, CodeSubjectSyntax,
		CodeNamesMissing, CodeNamesUnwanted, CodeNamesBadDNS, CodeNamesBadIP, CodeNamesBadEmail, CodeNamesBadURI,
		CodeNamesEmailLocal, CodeNamesAddressInDNS, CodeNamesPort, CodeNamesWildcard, CodeNamesWildcardWide, CodeNamesSpace, CodeNamesWebAddress, CodeNamesTrailingDot, CodeNamesTooLong, CodeNamesTooMany,
		CodeKeyUnknown, CodeKeyIsIssuers, CodeKeyWeak, CodeKeyRefused,
		CodeValidityPast, CodeValidityTooLong, CodeValidityOrder, CodeValidityTooEarly, CodeSpan, CodeSerial,
		CodeKeyUsageUnknown, CodeKeyUsageNeeded, CodeKeyUsageUnwanted, CodeExtKeyUsageUnknown,
		CodeAddressBad, CodeAddressCount, CodeConstraintBad, CodeConstraintsUnwanted, CodeConstraintsCount,
		CodePathLength, CodePathLengthOver, CodeIssuerPathLength, CodeIssuerAbovePathLength, CodeIssuerAboveExpired,
		CodeIssuerMissing, CodeIssuerNotAuthority, CodeIssuerKeyUsage, CodeIssuerPurpose, CodeIssuerExpired,
		CodeIssuerNotYetValid, CodeIssuerKeyMismatch, CodeIssuerNameConstraints,
		CodeCRLBornExpired, CodeIssuerCRLSign,
	}
}

// WarningCodes returns every code that a [Warning] can have.
func WarningCodes() []string {
	return []string{
		WarningValidityFuture, WarningValidityBefore, WarningSerialShort,
		WarningKeyUsageNoSignature, WarningKeyUsageNoCRLs, WarningKeyUsageCRLs, WarningKeyUsageNotRSA,
		WarningExtKeyUsageAny, WarningExtKeyUsageKind, WarningAddressHTTPS,
		WarningValidityAfterIssuer, WarningValidityApple, WarningKeyBrowsers, WarningKeyNSS,
		WarningNamesUnderscore, WarningNamesNoHost, WarningNamesWebAddress, WarningNameInvisible,
		WarningIssuerWeak, WarningIssuerSHA1, WarningIssuerNoKeyID, WarningIssuerCritical,
		WarningVersion, WarningSerial, WarningKeyWeak, WarningKeyBroken, WarningKeyUnknown, WarningSignatureWeak, WarningSelfSigned,
		WarningEnded, WarningValidityOrder, WarningSubjectEmpty, WarningIssuerEmpty, WarningNameTooLong,
		WarningNamesNone, WarningNamesEmpty, WarningNamesNotCritical, WarningNamesBad, WarningUsageMissing,
		WarningUsageNoCertSign, WarningUsageLeafSigns, WarningLeafAuthority, WarningConstraintsNotCritical,
		WarningPathLengthLeaf, WarningNameConstraintsNotCritical, WarningConstraintGo, WarningKeyIDNone,
		WarningKeyIDNoIssuer, WarningKeyIDCritical, WarningCritical, WarningOutlivesIssuer, WarningKeyInOtherHands,
	}
}

// A Fault is one reason why a request is not signed. It is an error.
type Fault struct {
	Field Field  `json:"field"`
	Code  string `json:"code"`
	Value string `json:"value,omitempty"` // the offending part, or the limit that was passed
}

func (f *Fault) Error() string {
	if f.Value == "" {
		return fmt.Sprintf("%s: %s", f.Field, f.Code)
	}
	return fmt.Sprintf("%s: %s (%q)", f.Field, f.Code, f.Value)
}

// Faults are all the faults of one request. As an error it is never empty.
type Faults []Fault

func (f Faults) Error() string {
	texts := make([]string, len(f))
	for i := range f {
		texts[i] = f[i].Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns each fault, so that errors.As finds a *[Fault].
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i := range f {
		errs[i] = &f[i]
	}
	return errs
}

// Of returns the faults of one field, in the order they were found.
func (f Faults) Of(field Field) Faults {
	var of Faults
	for _, fault := range f {
		if fault.Field == field {
			of = append(of, fault)
		}
	}
	return of
}

// err returns f as an error, nil when there are none.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// A Warning is something about a request that a client will not like.
type Warning struct {
	Field  Field  `json:"field"`
	Code   string `json:"code"`
	Value  string `json:"value,omitempty"`
	Client string `json:"client,omitempty"` // who cares: "Apple", "browsers", "Firefox", "Chromium", "OpenSSL", "Go"
}
