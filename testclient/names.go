package testclient

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"time"

	"countersign/pki"
)

// printable is text from outside, made safe to show.
func printable(s string) string { return pki.Escape(strings.ToValidUTF8(s, "\uFFFD")) }

// list joins names into a fact.
func list(names []string) string { return strings.Join(names, "\n") }

// distinguished is a name as a person knows it: its common name, or the whole
// when it has none.
func distinguished(n pkix.Name) string {
	if n.CommonName != "" {
		return printable(n.CommonName)
	}
	return printable(n.String())
}

// subjectOf is the certificate's name to show: a server's certificate often has
// no subject, only names.
func subjectOf(c *x509.Certificate) string {
	if s := distinguished(c.Subject); s != "" {
		return s
	}
	if names := namesOf(c); len(names) > 0 {
		return names[0]
	}
	return ""
}

func issuerOf(c *x509.Certificate) string { return distinguished(c.Issuer) }

// namesOf are the subject alternative names.
func namesOf(c *x509.Certificate) []string {
	var names []string
	for _, d := range c.DNSNames {
		names = append(names, printable(d))
	}
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	for _, m := range c.EmailAddresses {
		names = append(names, printable(m))
	}
	for _, u := range c.URIs {
		names = append(names, printable(u.String()))
	}
	return names
}

// subjectsOf are the names of a chain, in its order.
func subjectsOf(chain []*x509.Certificate) []string {
	var names []string
	for _, c := range chain {
		names = append(names, subjectOf(c))
	}
	return names
}

// rawNames shows distinguished names given in DER.
func rawNames(ders [][]byte) []string {
	var names []string
	for _, der := range ders {
		var rdn pkix.RDNSequence
		if rest, err := asn1.Unmarshal(der, &rdn); err != nil || len(rest) > 0 {
			names = append(names, "?")
			continue
		}
		var n pkix.Name
		n.FillFromRDNSequence(&rdn)
		names = append(names, distinguished(n))
	}
	return names
}

// purposes are the extended key usages, by the names of RFC 5280 4.2.1.12.
func purposes(c *x509.Certificate) []string {
	known := map[x509.ExtKeyUsage]string{
		x509.ExtKeyUsageAny: "any", x509.ExtKeyUsageServerAuth: "serverAuth",
		x509.ExtKeyUsageClientAuth: "clientAuth", x509.ExtKeyUsageCodeSigning: "codeSigning",
		x509.ExtKeyUsageEmailProtection: "emailProtection", x509.ExtKeyUsageTimeStamping: "timeStamping",
		x509.ExtKeyUsageOCSPSigning: "OCSPSigning",
	}
	var names []string
	for _, u := range c.ExtKeyUsage {
		if name := known[u]; name != "" {
			names = append(names, name)
		} else {
			names = append(names, "other")
		}
	}
	for _, oid := range c.UnknownExtKeyUsage {
		names = append(names, oid.String())
	}
	return names
}

// hasPurpose tells whether the extended key usages allow one: none allow all.
func hasPurpose(c *x509.Certificate, want x509.ExtKeyUsage) bool {
	if len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0 {
		return true
	}
	return slices.Contains(c.ExtKeyUsage, want) || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny)
}

// versionName is "TLS 1.3" for tls.VersionTLS13.
func versionName(v uint16) string {
	if v == 0 {
		return ""
	}
	return tls.VersionName(v)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// date writes a date into a fact.
func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
