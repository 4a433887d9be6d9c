package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// attributesOf returns the parts of a distinguished name, the narrowest first.
func attributesOf(name pkix.Name) []Attribute {
	parts := make([]Attribute, 0, len(name.Names))
	for i := len(name.Names) - 1; i >= 0; i-- {
		n := name.Names[i]
		parts = append(parts, Attribute{Name: attributeName(n.Type.String()), Value: Escape(fmt.Sprint(n.Value))})
	}
	return parts
}

// joinName writes a distinguished name on one line.
func joinName(parts []Attribute) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Name + "=" + nameEscaper.Replace(p.Value)
	}
	return strings.Join(texts, ", ")
}

// nameEscaper keeps a value from looking like the next part (RFC 4514 section
// 2.4). The backslash itself is left alone: Escape uses it.
var nameEscaper = strings.NewReplacer(",", `\,`, "+", `\+`, ";", `\;`)

// KeyLabel returns the name of a public key for people, also of kinds that this
// package does not make: "RSA 1024", "P-224". It is "" for types that
// crypto/x509 does not read.
func KeyLabel(pub crypto.PublicKey) string {
	if kind := KindOf(pub); kind != "" {
		return kind.Label()
	}
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		if pub != nil && pub.N != nil {
			return fmt.Sprintf("RSA %d", pub.N.BitLen())
		}
	case *ecdsa.PublicKey:
		if pub != nil && pub.Curve != nil {
			return pub.Curve.Params().Name
		}
	}
	return ""
}

// keyLabelOf is KeyLabel for a certificate, whose key may be of a type that
// crypto/x509 does not read: then its OID.
func keyLabelOf(c *x509.Certificate) string {
	if label := KeyLabel(c.PublicKey); label != "" {
		return label
	}
	s := cryptobyte.String(c.RawSubjectPublicKeyInfo)
	var info, algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) {
		return ""
	}
	switch oid.String() {
	case "1.2.840.10040.4.1":
		return "DSA"
	case "1.3.101.113":
		return "Ed448"
	case "1.2.840.113549.1.1.10":
		return "RSA-PSS"
	}
	return oid.String()
}

// extensionsOf lists a certificate's extensions.
func extensionsOf(c *x509.Certificate) []Extension {
	list := make([]Extension, 0, len(c.Extensions))
	for _, e := range c.Extensions {
		oid := e.Id.String()
		list = append(list, Extension{OID: oid, Name: extensionName(oid), Critical: e.Critical})
	}
	return list
}

// extensionName returns the name of an extension as its RFC spells it.
func extensionName(oid string) string {
	switch oid {
	case "2.5.29.9":
		return "subjectDirectoryAttributes"
	case "2.5.29.14":
		return "subjectKeyIdentifier"
	case "2.5.29.15":
		return "keyUsage"
	case "2.5.29.17":
		return "subjectAltName"
	case "2.5.29.18":
		return "issuerAltName"
	case "2.5.29.19":
		return "basicConstraints"
	case "2.5.29.30":
		return "nameConstraints"
	case "2.5.29.31":
		return "cRLDistributionPoints"
	case "2.5.29.32":
		return "certificatePolicies"
	case "2.5.29.33":
		return "policyMappings"
	case "2.5.29.35":
		return "authorityKeyIdentifier"
	case "2.5.29.36":
		return "policyConstraints"
	case "2.5.29.37":
		return "extKeyUsage"
	case "2.5.29.46":
		return "freshestCRL"
	case "2.5.29.54":
		return "inhibitAnyPolicy"
	case "1.3.6.1.5.5.7.1.1":
		return "authorityInfoAccess"
	case "1.3.6.1.5.5.7.1.11":
		return "subjectInfoAccess"
	case "1.3.6.1.5.5.7.1.24":
		return "tlsFeature"
	case "1.3.6.1.4.1.11129.2.4.2":
		return "signedCertificateTimestampList"
	}
	return rarerExtensions[oid]
}

// rarerExtensions are those of CRLs, and those that a certificate of today
// seldom has.
var rarerExtensions = map[string]string{
	"2.5.29.16":               "privateKeyUsagePeriod",
	"2.5.29.20":               "cRLNumber",
	"2.5.29.21":               "reasonCode",
	"2.5.29.23":               "holdInstructionCode",
	"2.5.29.24":               "invalidityDate",
	"2.5.29.27":               "deltaCRLIndicator",
	"2.5.29.28":               "issuingDistributionPoint",
	"2.5.29.29":               "certificateIssuer",
	"2.5.29.60":               "expiredCertsOnCRL",
	"1.3.6.1.5.5.7.1.3":       "qcStatements",
	"1.3.6.1.5.5.7.48.1.5":    "ocspNoCheck",
	"1.3.6.1.4.1.11129.2.4.3": "ctPoison",
	"2.16.840.1.113730.1.1":   "netscapeCertType",
	"2.16.840.1.113730.1.2":   "netscapeBaseUrl",
	"2.16.840.1.113730.1.3":   "netscapeRevocationUrl",
	"2.16.840.1.113730.1.4":   "netscapeCaRevocationUrl",
	"2.16.840.1.113730.1.7":   "netscapeRenewalUrl",
	"2.16.840.1.113730.1.8":   "netscapeCaPolicyUrl",
	"2.16.840.1.113730.1.12":  "netscapeSslServerName",
	"2.16.840.1.113730.1.13":  "netscapeComment",
	"1.3.6.1.4.1.311.20.2":    "msCertificateTemplateName",
	"1.3.6.1.4.1.311.21.1":    "msCaVersion",
	"1.3.6.1.4.1.311.21.2":    "msPreviousCaCertHash",
	"1.3.6.1.4.1.311.21.7":    "msCertificateTemplate",
	"1.3.6.1.4.1.311.21.10":   "msApplicationPolicies",
	"1.3.6.1.4.1.311.25.2":    "msNtdsCaSecurity",
}
