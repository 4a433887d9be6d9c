package pki

// A Severity says who minds a [Finding].
type Severity string

// The severities, the worst first.
const (
	Refused Severity = "refused" // clients refuse the certificate for it
	Strict  Severity = "strict"  // only clients that hold to RFC 5280, or one of them, refuse it
	Advice  Severity = "advice"  // nobody known refuses it
)

// A Finding is something about one certificate of a chain, or about who signed
// it, that keeps it from being trusted, or might.
type Finding struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Index    int      `json:"index"` // of the certificate in [Verdict].Chain, 0 for the leaf
	// Link says that the finding is about what the next certificate of the
	// chain, the issuer, has to do with this one.
	Link bool `json:"link,omitempty"`
	// Field is what it is about as RFC 5280 spells it, with a part where there
	// is one: "basicConstraints.pathLenConstraint". It is never "".
	Field  string `json:"field"`
	Value  string `json:"value,omitempty"`  // what is there, escaped as by [Escape]; dates as RFC 3339
	Client string `json:"client,omitempty"` // who refuses it when not all do
}

// The codes of findings that depend on the chain, the purpose, the name or the
// date. Those of a certificate by itself are [WarningCodes].
const (
	FindingExpired     = "expired"       // validity.notAfter; Value is the date
	FindingNotYetValid = "not-yet-valid" // validity.notBefore; Value is the date

	FindingIssuerMissing  = "issuer-missing"     // no certificate of the issuer is known; Value is its name
	FindingRootUntrusted  = "root-untrusted"     // the chain ends at a root that is not among the trusted
	FindingRootSameName   = "root-same-name"     // likewise, and a trusted root with another key has the name
	FindingSelfSigned     = "self-signed"        // a leaf that signs itself and is not trusted as it is
	FindingSignature      = "signature"          // the issuer's key does not verify the signature
	FindingIssuerOtherKey = "issuer-other-key"   // likewise, and the key identifiers say that another key signed
	FindingIssuerName     = "issuer-name"        // the key verifies, but its certificate has another name
	FindingIssuerNameForm = "issuer-name-form"   // equal names by RFC 5280 section 7.1, written differently
	FindingKeyIDMismatch  = "key-id-mismatch"    // the key verifies, but the key identifiers differ
	FindingAlgorithm      = "algorithm-unknown"  // signed with an algorithm that crypto/x509 does not check
	FindingNotAuthority   = "not-authority"      // an issuer with basic constraints CA:FALSE, or none
	FindingPathLength     = "path-length"        // more authorities below than allowed; Value is the limit
	FindingPathLengthSelf = "path-length-self"   // likewise when self-issued ones count, which RFC 5280 does not
	FindingNamePermitted  = "name-not-permitted" // Value is the name, of whatever certificate below
	FindingNameExcluded   = "name-excluded"      // likewise
	FindingConstraintKind = "constraint-unknown" // name constraints of a kind that is not understood
	FindingPurpose        = "purpose"            // the leaf's extended key usage; Value lists what it is for
	FindingPurposeAbove   = "purpose-authority"  // an authority's extended key usage; likewise
	FindingLeafIsRoot     = "leaf-is-root"       // a leaf that is trusted as its own root
	FindingName           = "name"               // Value lists the names that it has
	FindingPolicy         = "policy"             // no certificate policy is left that is acceptable
	FindingPolicyMapping  = "policy-mapping"     // a mapping from or to anyPolicy (RFC 5280 section 6.1.4 a)
	FindingRevoked        = "revoked"            // Value is the reason
	FindingHold           = "on-hold"            // certificateHold
	FindingRevokedLater   = "revoked-later"      // revoked after the date asked for
	FindingCRLMissing     = "crl-missing"        // and it was asked for
	FindingCRLExpired     = "crl-expired"        // nextUpdate; Value is the date
	FindingCRLNotYet      = "crl-not-yet-valid"  // thisUpdate; Value is the date
	FindingCRLSignature   = "crl-signature"      // no certificate of the issuer verifies it
	FindingCRLOtherKey    = "crl-other-key"      // likewise, and its authority key identifier says why
	FindingCRLUsage       = "crl-usage"          // its issuer's key usage has no cRLSign
	FindingCRLCritical    = "crl-critical"       // an unknown critical extension
	FindingCRLScope       = "crl-scope"          // for others than this certificate
	FindingChainTooLong   = "chain-too-long"     // longer than any in use
	FindingRefusedByGo    = "refused-by-go"      // crypto/x509 alone refuses; Value is what it says
)

// FindingCodes returns every code that a [Finding] can have beside the
// [WarningCodes].
func FindingCodes() []string {
	return []string{
		FindingExpired, FindingNotYetValid, FindingIssuerMissing, FindingRootUntrusted, FindingRootSameName,
		FindingSelfSigned, FindingSignature, FindingIssuerOtherKey, FindingIssuerName, FindingIssuerNameForm,
		FindingKeyIDMismatch, FindingAlgorithm, FindingNotAuthority, FindingPathLength, FindingPathLengthSelf,
		FindingNamePermitted, FindingNameExcluded, FindingConstraintKind, FindingPurpose, FindingPurposeAbove,
		FindingLeafIsRoot, FindingName, FindingPolicy, FindingPolicyMapping, FindingRevoked, FindingHold,
		FindingRevokedLater, FindingCRLMissing, FindingCRLExpired, FindingCRLNotYet, FindingCRLSignature,
		FindingCRLOtherKey, FindingCRLUsage, FindingCRLCritical, FindingCRLScope, FindingChainTooLong,
		FindingRefusedByGo,
	}
}
