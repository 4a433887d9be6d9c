package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// maxAskedNames bounds the names of one request. OpenSSL reads certificate
// messages of at most 100 KiB (SSL_CTX_set_max_cert_list), which some 2,000
// names and a chain fill.
const maxAskedNames = 1000

// Asked is what a certification request asks for.
type Asked struct {
	// Request is what it asks for, however wrong. Key is the kind whose rules
	// its key follows: for RSA of another size the next smaller one. Kind as its extended key
	// usage says, else as its names suggest, never Authority; KeyUsage and
	// ExtKeyUsage as it asks for them, nil when it does not. Grant makes
	// something of it that can be signed.
	Request Request `json:"request"`
	// AsksAuthority: it asks for basic constraints with CA:TRUE. Request's
	// PathLength is the one asked for then.
	AsksAuthority bool `json:"asksAuthority"`
	// Key is the kind of its key as KeyLabel says it: "P-256", "RSA 3000".
	Key string `json:"key"`
	// Refused are the names and the parts of the subject that no certificate
	// of ours has, each with why.
	Refused Faults `json:"refused,omitempty"`
	// Ignored are the extensions, attributes and sorts of name that are not
	// carried over: their names, OIDs where they have none. What a
	// challengePassword says (RFC 2985 section 5.4.1) is never read.
	Ignored []string `json:"ignored,omitempty"`
}

// ReadCSR reads what a request asks for and checks its key and that its
// signature is made with it, which proves that who asks has the key. A request
// of version 2 or another (RFC 2986 knows but one) is read like any.
//
// What is asked for is returned along with the error, which wraps
// [ErrRequestSignature], a *[FormatError] for a signature that cannot be
// checked (MD5, unknown algorithms), or [Faults] of the key (CodeKeyWeak, CodeKeyRefused)
// and of too many names (CodeNamesTooMany).
func ReadCSR(c *x509.CertificateRequest) (Asked, error) {
	if c == nil {
		return Asked{}, fmt.Errorf("read request: %w", ErrNotRecognised)
	}
	a := Asked{Request: NewRequest(Client), Key: requestKeyLabel(c)}
	r := &a.Request
	r.Key = likeKind(c.PublicKey)
	r.Subject = subjectOf(c.Subject)
	if names := requestNames(&x509.Certificate{
		DNSNames: c.DNSNames, IPAddresses: c.IPAddresses, EmailAddresses: c.EmailAddresses, URIs: c.URIs,
	}); len(names) > 0 {
		r.Names = names
	}
	a.readExtensions(c)
	a.readAttributes(c)
	r.Kind = a.kind()
	a.Refused = a.refused()
	for _, part := range c.Subject.Names {
		if _, isText := part.Value.(string); !isText {
			a.ignore("subject " + attributeName(part.Type.String()))
		}
	}
	return a, a.check(c)
}

// SaysKind tells whether it says what the certificate is for; else Request.Kind
// is but what its names suggest.
func (a Asked) SaysKind() bool { return a.AsksAuthority || len(a.Request.ExtKeyUsage) > 0 }

// check returns what keeps the request from being signed at all.
func (a Asked) check(c *x509.CertificateRequest) error {
	var faults Faults
	if code := keyFault(c.PublicKey); code != "" {
		faults = append(faults, Fault{Field: FieldKey, Code: code, Value: a.Key})
	}
	if len(a.Request.Names) > maxAskedNames {
		faults = append(faults, Fault{Field: FieldNames, Code: CodeNamesTooMany, Value: strconv.Itoa(maxAskedNames)})
	}
	if err := faults.err(); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	switch err := c.CheckSignature(); {
	case err == nil:
		return nil
	case errors.Is(err, x509.ErrUnsupportedAlgorithm), errors.As(err, new(x509.InsecureAlgorithmError)):
		return fmt.Errorf("read request: %w", &FormatError{Found: "a certificate request signed with " + signatureName(c)})
	default:
		return fmt.Errorf("read request: %w: %v", ErrRequestSignature, err)
	}
}

// signatureName names an algorithm that signatures are not checked with.
func signatureName(c *x509.CertificateRequest) string {
	if c.SignatureAlgorithm != x509.UnknownSignatureAlgorithm {
		return c.SignatureAlgorithm.String()
	}
	return "an unknown algorithm"
}

// keyFault returns the code of what is wrong with a subject's key, "" for
// nothing. RSA keys of any size from 2048 bits on are taken; curves are the
// three that clients know.
func keyFault(pub crypto.PublicKey) string {
	key, isRSA := pub.(*rsa.PublicKey)
	switch {
	case KindOf(pub) != "" && !isRSA:
		return ""
	case !isRSA || key == nil || key.N == nil:
		return CodeKeyRefused
	case key.N.BitLen() < 2048:
		return CodeKeyWeak
	case key.N.BitLen() > maxRSABits || key.N.Bit(0) == 0:
		return CodeKeyRefused
	case key.E < 3 || key.E%2 == 0: // no permutation, or none at all (RFC 8017 section 3.1)
		return CodeKeyWeak
	}
	return ""
}

// likeKind returns the kind of key whose rules a public key follows: its own,
// and for RSA of other sizes the next smaller one. It is "" for keys that are
// refused.
func likeKind(pub crypto.PublicKey) KeyKind {
	if kind := KindOf(pub); kind != "" || keyFault(pub) != "" {
		return kind
	}
	switch bits := pub.(*rsa.PublicKey).N.BitLen(); {
	case bits < 3072:
		return RSA2048
	case bits < 4096:
		return RSA3072
	}
	return RSA4096
}

// requestKeyLabel is keyLabelOf for a request.
func requestKeyLabel(c *x509.CertificateRequest) string {
	if pub, ok := c.PublicKey.(*ecdsa.PublicKey); ok && emptyECDSA(pub) {
		return ""
	}
	return keyLabelOf(&x509.Certificate{PublicKey: c.PublicKey, RawSubjectPublicKeyInfo: c.RawSubjectPublicKeyInfo})
}

func (a *Asked) ignore(what string) {
	if !slices.Contains(a.Ignored, what) {
		a.Ignored = append(a.Ignored, what)
	}
}

// readExtensions reads the extensions asked for.
func (a *Asked) readExtensions(c *x509.CertificateRequest) {
	for _, e := range c.Extensions {
		value := cryptobyte.String(e.Value)
		switch {
		case e.Id.Equal(oidSubjectAltName):
			a.readOtherNames(value)
			continue
		case e.Id.Equal(oidBasicConstraints) && a.readBasicConstraints(value),
			e.Id.Equal(oidKeyUsage) && a.readKeyUsage(value),
			e.Id.Equal(oidExtKeyUsage) && a.readPurposes(value):
			continue
		}
		a.ignore(askedName(e.Id))
	}
}

func (a *Asked) readBasicConstraints(value cryptobyte.String) bool {
	var body cryptobyte.String
	if !value.ReadASN1(&body, cbasn1.SEQUENCE) || !value.Empty() {
		return false
	}
	authority := false
	if body.PeekASN1Tag(cbasn1.BOOLEAN) && !body.ReadASN1Boolean(&authority) {
		return false
	}
	length := PathProfile
	if body.PeekASN1Tag(cbasn1.INTEGER) && !body.ReadASN1Integer(&length) || length < PathProfile || !body.Empty() {
		return false
	}
	if a.AsksAuthority = authority; authority {
		a.Request.PathLength = length
	}
	return true
}

func (a *Asked) readKeyUsage(value cryptobyte.String) bool {
	var bits asn1.BitString
	if !value.ReadASN1BitString(&bits) || !value.Empty() {
		return false
	}
	var usage x509.KeyUsage
	for bit := range len(keyUsageBits) {
		if bits.At(bit) != 0 {
			usage |= 1 << bit
		}
	}
	a.Request.KeyUsage = keyUsageNames(usage)
	return true
}

func (a *Asked) readPurposes(value cryptobyte.String) bool {
	var list cryptobyte.String
	if !value.ReadASN1(&list, cbasn1.SEQUENCE) || !value.Empty() {
		return false
	}
	var names []string
	for !list.Empty() {
		var oid asn1.ObjectIdentifier
		if !list.ReadASN1ObjectIdentifier(&oid) {
			return false
		}
		name, _ := normalExtKeyUsage(oid.String())
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	a.Request.ExtKeyUsage = names
	return true
}

// readOtherNames tells of the sorts of name that crypto/x509 passes over.
func (a *Asked) readOtherNames(value cryptobyte.String) {
	var list cryptobyte.String
	if !value.ReadASN1(&list, cbasn1.SEQUENCE) {
		a.ignore("subjectAltName")
		return
	}
	sorts := map[cbasn1.Tag]string{
		tagX400: "x400Address", tagDirectory: "directoryName", tagEDIParty: "ediPartyName", tagRegistered: "registeredID",
	}
	for !list.Empty() {
		var name cryptobyte.String
		var tag cbasn1.Tag
		if !list.ReadAnyASN1(&name, &tag) {
			a.ignore("subjectAltName")
			return
		}
		tag &^= 0xe0 // class and form
		if tag == tagOther {
			var oid asn1.ObjectIdentifier
			if !name.ReadASN1ObjectIdentifier(&oid) {
				a.ignore("otherName")
				continue
			}
			a.ignore("otherName " + oid.String())
			continue
		}
		if sort := sorts[tag]; sort != "" {
			a.ignore(sort)
		}
	}
}

// readAttributes names the attributes that are no extensions. Their values are
// not looked at.
func (a *Asked) readAttributes(c *x509.CertificateRequest) {
	s := cryptobyte.String(c.RawTBSCertificateRequest)
	var body, attributes cryptobyte.String
	var found bool
	if !s.ReadASN1(&body, cbasn1.SEQUENCE) || !body.SkipASN1(cbasn1.INTEGER) || !body.SkipASN1(cbasn1.SEQUENCE) ||
		!body.SkipASN1(cbasn1.SEQUENCE) || !body.ReadOptionalASN1(&attributes, &found, cbasn1.Tag(0).ContextSpecific().Constructed()) {
		return
	}
	for !attributes.Empty() {
		var attribute, values, value cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !attributes.ReadASN1(&attribute, cbasn1.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&oid) {
			a.ignore("attribute")
			return
		}
		if oid.String() != "1.2.840.113549.1.9.14" {
			a.ignore(askedName(oid))
			continue
		}
		// crypto/x509 reads the first value, of those there should be one.
		if !attribute.ReadASN1(&values, cbasn1.SET) || !values.ReadASN1(&value, cbasn1.SEQUENCE) || !values.Empty() {
			a.ignore(askedName(oid))
		}
	}
}

// kind guesses what the certificate is for.
func (a Asked) kind() Kind {
	server := slices.Contains(a.Request.ExtKeyUsage, "serverAuth")
	client := slices.Contains(a.Request.ExtKeyUsage, "clientAuth")
	switch {
	case server && client:
		return Both
	case server:
		return Server
	case client:
		return Client
	}
	for _, n := range a.Request.Names {
		if n.Kind == NameDNS || n.Kind == NameIP {
			return Server
		}
	}
	if _, ok := hostOf(a.Request.Subject.CommonName); ok && len(a.Request.Names) == 0 {
		return Server
	}
	return Client
}

// hostOf returns a common name as the host that it names: an address,
// localhost, or a DNS name with a dot in it.
func hostOf(commonName string) (Name, bool) {
	name, err := ParseName(commonName)
	if err != nil || name.Kind != NameDNS && name.Kind != NameIP {
		return Name{}, false
	}
	isHost := name.Kind == NameIP || name.Value == "localhost" ||
		strings.Contains(name.Value, ".") && net.ParseIP(name.Value) == nil
	return name, isHost
}

// refused returns the faults of names and subject.
func (a Asked) refused() Faults {
	faults := a.Request.Subject.faults()
	for _, n := range a.Request.Names {
		if code := checkName(n); code != "" {
			faults = append(faults, Fault{Field: FieldNames, Code: code, Value: Escape(n.Value)})
		}
	}
	return faults
}

// askedName returns the name of an extension or attribute that a request may
// have, its OID when it has none.
func askedName(oid asn1.ObjectIdentifier) string {
	switch s := oid.String(); s {
	case "1.2.840.113549.1.9.2":
		return "unstructuredName"
	case "1.2.840.113549.1.9.7":
		return "challengePassword"
	case "1.2.840.113549.1.9.8":
		return "unstructuredAddress"
	case "1.2.840.113549.1.9.14":
		return "extensionRequest"
	case "1.2.840.113549.1.9.15":
		return "smimeCapabilities"
	case "1.3.6.1.4.1.311.2.1.14":
		return "certExtensions (Microsoft)"
	case "1.3.6.1.4.1.311.13.2.2":
		return "enrollmentCSP (Microsoft)"
	case "1.3.6.1.4.1.311.13.2.3":
		return "osVersion (Microsoft)"
	case "1.3.6.1.4.1.311.20.2":
		return "certificateTemplateName (Microsoft)"
	case "1.3.6.1.4.1.311.21.7":
		return "certificateTemplate (Microsoft)"
	case "1.3.6.1.4.1.311.21.10":
		return "applicationPolicies (Microsoft)"
	case "1.3.6.1.4.1.311.21.20":
		return "requestClientInfo (Microsoft)"
	default:
		if name := extensionName(s); name != "" {
			return name
		}
		return s
	}
}
