package pki

// A Section is a part of something that was looked at: the subject, an
// extension, an attribute of a request. Name is as the RFC of the part spells
// it, "" when unknown.
type Section struct {
	Name     string `json:"name,omitempty"`
	OID      string `json:"oid,omitempty"` // of an extension or attribute
	Critical bool   `json:"critical,omitempty"`
	Facts    []Fact `json:"facts,omitempty"`
	DER      []byte `json:"der,omitempty"` // of an extension or attribute: its contents
}

// A Fact is one thing that a section says. All text is escaped as by [Escape].
type Fact struct {
	Field string   `json:"field"`           // as its RFC spells it; words for it are the user interface's
	Value string   `json:"value,omitempty"` // "" when the facts below it, of greater depth, say it
	Kind  FactKind `json:"kind,omitempty"`
	Depth int      `json:"depth,omitempty"`
}

// A FactKind says how the value of a [Fact] is written.
type FactKind string

// The kinds of facts.
const (
	FactText FactKind = ""     // text as it stands
	FactCode FactKind = "code" // a name that an RFC gives a value: "digitalSignature", "true"; see [FactCodes]
	FactDate FactKind = "date" // RFC 3339, UTC
	FactHex  FactKind = "hex"  // lower-case hex with colons
	FactOID  FactKind = "oid"  // an object identifier, with its name behind it when there is one
)

// FactFields lists the fields and the names of sections that may come in facts
// and sections, so that each can have words. Attributes and extensions that are
// not known come with their OID instead.
func FactFields() []string {
	return []string{
		// sections
		"certificate", "request", "certificateList", "subject", "issuer", "validity", "subjectPublicKeyInfo", "signature",
		"fingerprints", "privateKey", "revokedCertificates", "crlExtensions",
		// what is signed
		"version", "serialNumber", "notBefore", "notAfter", "thisUpdate", "nextUpdate", "signatureAlgorithm", "signatureValue",
		"signatureValid", "sha256", "sha1", "md5", "spkiPin", "revokedCount", "userCertificate", "revocationDate",
		// attributes of names
		"CN", "C", "L", "ST", "STREET", "O", "OU", "SN", "GN", "title", "postalCode", "organizationIdentifier", "UID", "DC",
		"emailAddress",
		// keys
		"algorithm", "keySize", "namedCurve", "modulus", "publicExponent", "publicKey", "parameters",
		// extensions of RFC 5280
		"subjectDirectoryAttributes", "subjectKeyIdentifier", "keyUsage", "privateKeyUsagePeriod", "subjectAltName", "issuerAltName",
		"basicConstraints", "cRLNumber", "reasonCode", "holdInstructionCode", "invalidityDate", "deltaCRLIndicator",
		"issuingDistributionPoint", "certificateIssuer", "nameConstraints", "cRLDistributionPoints", "certificatePolicies",
		"policyMappings", "authorityKeyIdentifier", "policyConstraints", "extKeyUsage", "freshestCRL", "inhibitAnyPolicy",
		"authorityInfoAccess", "subjectInfoAccess",
		// and of others
		"tlsFeature", "signedCertificateTimestampList", "ctPoison", "ocspNoCheck", "qcStatements", "expiredCertsOnCRL",
		"netscapeCertType", "netscapeBaseUrl", "netscapeRevocationUrl", "netscapeCaRevocationUrl", "netscapeRenewalUrl",
		"netscapeCaPolicyUrl", "netscapeSslServerName", "netscapeComment",
		"msCertificateTemplateName", "msCertificateTemplate", "msApplicationPolicies", "msCaVersion", "msPreviousCaCertHash",
		"msNtdsCaSecurity",
		// names in them
		"otherName", "rfc822Name", "dNSName", "x400Address", "directoryName", "ediPartyName", "uniformResourceIdentifier",
		"iPAddress", "registeredID",
		// parts of them
		"cA", "pathLenConstraint", "keyIdentifier", "authorityCertIssuer", "authorityCertSerialNumber", "distributionPoint",
		"nameRelativeToCRLIssuer", "reasons", "cRLIssuer", "accessMethod", "policyIdentifier", "cPSuri", "explicitText",
		"noticeRef", "policyQualifier", "requireExplicitPolicy", "inhibitPolicyMapping", "skipCerts", "issuerDomainPolicy",
		"permittedSubtrees", "excludedSubtrees", "feature", "usage", "sct", "logID", "timestamp", "templateID",
		"majorVersion", "minorVersion", "onlyContainsUserCerts", "onlyContainsCACerts", "onlySomeReasons", "indirectCRL",
		"onlyContainsAttributeCerts", "text", "value", "undecoded",
		// attributes of requests
		"extensionRequest", "challengePassword", "unstructuredName", "unstructuredAddress", "msOSVersion", "friendlyName",
	}
}

// FactCodes lists the values of facts of the kind [FactCode], so that each can
// have words.
func FactCodes() []string {
	codes := []string{"true", "false", "kept", "present", "nothing", "unsupported"}
	codes = append(codes, keyUsageNames(1<<9-1)...)
	for _, p := range knownPurposes {
		codes = append(codes, p.name)
	}
	codes = append(codes, shownReasons[:]...)
	codes = append(codes, shownReasonFlags[:]...)
	codes = append(codes, netscapeTypes[:]...)
	return append(codes, "status_request", "status_request_v2",
		"ocsp", "caIssuers", "timeStampingAccess", "caRepository")
}

// facts gathers facts.
type facts struct {
	list  []Fact
	depth int
}

func (f *facts) add(field, value string, kind FactKind) {
	f.list = append(f.list, Fact{Field: field, Value: value, Kind: kind, Depth: f.depth})
}

func (f *facts) text(field, value string)   { f.add(field, Escape(value), FactText) }
func (f *facts) code(field, value string)   { f.add(field, value, FactCode) }
func (f *facts) hex(field string, v []byte) { f.add(field, colons(v), FactHex) }
func (f *facts) oid(field, oid string)      { f.add(field, oidWithName(oid), FactOID) }

func (f *facts) flag(field string, value bool) {
	if value {
		f.code(field, "true")
	} else {
		f.code(field, "false")
	}
}

// heading is a fact that those below it say.
func (f *facts) heading(field string, below func()) {
	f.add(field, "", FactText)
	f.depth++
	below()
	f.depth--
}

// maxFacts bounds what is said of one section: a certificate of megabytes
// may hold a hundred thousand names.
const maxFacts = 2000

// full reports whether no more is said.
func (f *facts) full() bool { return len(f.list) >= maxFacts }
