package pki

import (
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A role says what a certificate is looked at as.
type role int

const (
	asLeaf      role = iota // a server, a client, or anything else that signs none
	asAuthority             // signed by another
	asRoot                  // trusted as it is, or signed by itself
)

// Who refuses what only some refuse. The names are those of design: programs
// and their makers, in no language.
const (
	clientBrowsers = "browsers"
	clientGo       = "Go"
	clientStrict   = "OpenSSL -x509_strict, Python 3.13"
	clientPython   = "Python (cryptography)"
	clientOpenSSL  = "OpenSSL"
)

// A check gathers findings about one certificate.
type check struct {
	c        *x509.Certificate
	role     role
	self     bool // signs itself; for Lint
	findings []Finding
}

func (k *check) add(severity Severity, code, field, value, client string) {
	k.findings = append(k.findings, Finding{Code: code, Severity: severity, Field: field, Value: Escape(value), Client: client})
}

// inherent returns what is wrong with a certificate by itself, whoever signed
// it and whatever it is asked for.
func inherent(c *x509.Certificate, role role) []Finding {
	k := &check{c: c, role: role}
	k.form()
	k.key()
	k.subject()
	k.extensions()
	if role == asLeaf {
		k.names()
		k.leafUsage()
	} else {
		k.authority()
	}
	return k.findings
}

// form checks version, serial number and validity (RFC 5280 section 4.1.2).
func (k *check) form() {
	c := k.c
	if c.Version < 3 {
		k.add(Strict, WarningVersion, "version", "v"+strconv.Itoa(c.Version), clientStrict)
	}
	if c.SerialNumber == nil || c.SerialNumber.Sign() <= 0 || c.SerialNumber.BitLen() >= 8*20 {
		k.add(Strict, WarningSerial, "serialNumber", Serial(c), clientPython)
	}
	if c.NotAfter.Before(c.NotBefore) {
		k.add(Refused, WarningValidityOrder, "validity", c.NotAfter.UTC().Format(time.RFC3339), "")
	}
	if len(c.RawIssuer) <= 2 {
		k.add(Strict, WarningIssuerEmpty, "issuer", "", clientStrict)
	}
}

// key checks the key and the algorithm of the signature.
func (k *check) key() {
	c := k.c
	label := keyLabelOf(c)
	if pub, ok := c.PublicKey.(*rsa.PublicKey); ok && pub != nil && pub.N != nil {
		switch {
		case pub.N.BitLen() < 2048:
			k.add(Refused, WarningKeyWeak, "subjectPublicKeyInfo", label, clientOpenSSL+", "+clientBrowsers)
		case keyFault(pub) != "":
			k.add(Refused, WarningKeyBroken, "subjectPublicKeyInfo", label, "")
		}
	}
	switch kind := KindOf(c.PublicKey); {
	case KeyLabel(c.PublicKey) == "":
		k.add(Refused, WarningKeyUnknown, "subjectPublicKeyInfo.algorithm", label, clientGo)
	case kind == P521, kind == Ed25519, kind == "" && strings.HasPrefix(label, "P-"):
		if k.role == asLeaf {
			k.add(Advice, WarningKeyBrowsers, "subjectPublicKeyInfo", label, clientBrowsers)
		}
	}
	if k.role != asRoot && weakSignature(c.SignatureAlgorithm) {
		k.add(Refused, WarningSignatureWeak, "signatureAlgorithm", c.SignatureAlgorithm.String(), "")
	}
}

// weakSignature reports whether an algorithm uses a hash that can be forged.
func weakSignature(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// subject checks the subject and the presence of names (RFC 5280 sections
// 4.1.2.6 and 4.2.1.6).
func (k *check) subject() {
	c := k.c
	san := extension(c, oidSubjectAltName)
	if count, _ := altNames(c); san != nil && count == 0 {
		k.add(Strict, WarningNamesEmpty, "subjectAltName", "", clientStrict)
	}
	if len(c.RawSubject) <= 2 {
		switch {
		case san == nil || k.role != asLeaf:
			k.add(Strict, WarningSubjectEmpty, "subject", "", clientStrict)
		case !san.Critical:
			k.add(Strict, WarningNamesNotCritical, "subjectAltName", "", clientStrict)
		}
	}
	if n := utf8.RuneCountInString(c.Subject.CommonName); n > maxCommonName {
		k.add(Advice, WarningNameTooLong, "subject.commonName", "64", "")
	}
	if Escape(c.Subject.CommonName) != c.Subject.CommonName {
		k.add(Advice, WarningNameInvisible, "subject.commonName", c.Subject.CommonName, "")
	}
}

// extensions checks what extensions there are (RFC 5280 section 4.2).
func (k *check) extensions() {
	c := k.c
	trees := limitsOf(c)
	for _, oid := range c.UnhandledCriticalExtensions {
		if oid.Equal(oidNameConstraints) && trees.foreign && !trees.unknown {
			k.add(Strict, WarningConstraintGo, "nameConstraints", "directoryName", clientGo)
			continue
		}
		name := extensionName(oid.String())
		if name == "" {
			name = "extensions"
		}
		k.add(Refused, WarningCritical, name, oid.String(), "")
	}
	for _, oid := range c.Extensions {
		if oid.Critical && (oid.Id.Equal(oidAuthorityKeyID) || oid.Id.Equal(oidSubjectKeyID)) {
			k.add(Strict, WarningKeyIDCritical, extensionName(oid.Id.String()), "", clientStrict)
		}
	}
	if k.role != asRoot && c.Version >= 3 && len(c.AuthorityKeyId) == 0 {
		k.add(Strict, WarningKeyIDNoIssuer, "authorityKeyIdentifier", "", clientStrict)
	}
	if e := extension(c, oidNameConstraints); e != nil && !e.Critical {
		k.add(Advice, WarningNameConstraintsNotCritical, "nameConstraints", "", "")
	}
}

// authority checks what a certificate needs to sign others.
func (k *check) authority() {
	c := k.c
	if e := extension(c, oidBasicConstraints); e != nil && c.IsCA && !e.Critical {
		k.add(Strict, WarningConstraintsNotCritical, "basicConstraints", "", clientStrict)
	}
	switch {
	case c.Version < 3:
	case extension(c, oidKeyUsage) == nil:
		k.add(Strict, WarningUsageMissing, "keyUsage", "", clientStrict)
	case c.KeyUsage&x509.KeyUsageCertSign == 0:
		k.add(Refused, WarningUsageNoCertSign, "keyUsage.keyCertSign", strings.Join(keyUsageNames(c.KeyUsage), ", "), "")
	}
	if c.Version >= 3 && len(c.SubjectKeyId) == 0 {
		k.add(Strict, WarningKeyIDNone, "subjectKeyIdentifier", "", clientStrict)
	}
}

// leafUsage checks what a server or client may use its key for.
func (k *check) leafUsage() {
	c := k.c
	if !c.IsCA {
		if c.KeyUsage&x509.KeyUsageCertSign != 0 {
			k.add(Strict, WarningUsageLeafSigns, "keyUsage.keyCertSign", strings.Join(keyUsageNames(c.KeyUsage), ", "), clientStrict)
		}
		if c.MaxPathLen > 0 || c.MaxPathLenZero {
			k.add(Strict, WarningPathLengthLeaf, "basicConstraints.pathLenConstraint", "", clientStrict)
		}
	}
	if slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny) {
		k.add(Advice, WarningExtKeyUsageAny, "extKeyUsage", "anyExtendedKeyUsage", clientBrowsers)
	}
}

// names checks each subject alternative name that is meant for TLS.
func (k *check) names() {
	for _, n := range NamesOf(k.c) {
		switch code := checkName(n); {
		case n.Kind == NameDNS && (code != "" || strings.HasSuffix(n.Value, "*.localhost")):
			k.add(Advice, WarningNamesBad, "subjectAltName.dNSName", n.Value, clientBrowsers)
		case n.Kind == NameDNS && hasUnderscore(n.Value):
			k.add(Advice, WarningNamesUnderscore, "subjectAltName.dNSName", n.Value, "")
		case n.Kind == NameEmail && code != "":
			k.add(Advice, WarningNamesBad, "subjectAltName.rfc822Name", n.Value, "")
		}
	}
}
