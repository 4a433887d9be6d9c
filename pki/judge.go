package pki

import (
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A judge gathers what there is to find about one chain.
type judge struct {
	q        VerifyQuestion
	path     path
	chain    []*x509.Certificate
	search   *pathSearch
	findings []Finding
}

// found notes a finding about a certificate of the chain.
func (j *judge) found(index int, severity Severity, code, field, value, client string) {
	j.findings = append(j.findings, Finding{Index: index, Severity: severity, Code: code, Field: field, Value: Escape(value), Client: client})
}

// tied notes a finding about a certificate and its issuer.
func (j *judge) tied(index int, severity Severity, code, field, value, client string) {
	j.found(index, severity, code, field, value, client)
	j.findings[len(j.findings)-1].Link = true
}

// last is the index of the top of the chain.
func (j *judge) last() int { return len(j.chain) - 1 }

// signs reports whether a certificate of the chain is used as an authority.
func (j *judge) signs(index int) bool { return index > 0 || j.q.Purpose == Authority }

// certificate looks at one certificate and its dates.
func (j *judge) certificate(i int) {
	c := j.chain[i]
	role := asLeaf
	if j.signs(i) {
		role = asAuthority
	}
	if i == j.last() && (j.path.anchored || IsSelfSigned(c)) && j.signs(i) {
		role = asRoot
	}
	for _, f := range inherent(c, role) {
		if i == j.last() && f.Code == WarningKeyIDNoIssuer { // its issuer is not asked
			continue
		}
		f.Index = i
		j.findings = append(j.findings, f)
	}
	switch {
	case j.q.At.After(c.NotAfter):
		j.found(i, Refused, FindingExpired, "validity.notAfter", c.NotAfter.UTC().Format(time.RFC3339), "")
	case j.q.At.Before(c.NotBefore):
		j.found(i, Refused, FindingNotYetValid, "validity.notBefore", c.NotBefore.UTC().Format(time.RFC3339), "")
	}
	if j.signs(i) {
		j.authority(i)
	}
}

// authority looks at whether a certificate may sign others (RFC 5280 section
// 6.1.4 k).
func (j *judge) authority(i int) {
	c := j.chain[i]
	switch {
	case c.BasicConstraintsValid && c.IsCA:
	case c.BasicConstraintsValid:
		j.found(i, Refused, FindingNotAuthority, "basicConstraints.cA", "FALSE", "")
	case c.Version >= 3 || i < j.last():
		j.found(i, Refused, FindingNotAuthority, "basicConstraints", "", "")
	default: // a root of version 1
		j.found(i, Strict, FindingNotAuthority, "basicConstraints", "", clientStrict)
	}
}

// link looks at who signed a certificate.
func (j *judge) link(i int) {
	if i == j.last() {
		return
	}
	c, issuer := j.chain[i], j.chain[i+1]
	names := joinName(attributesOf(issuer.Subject))
	switch j.path.how[i] {
	case nameForm:
		j.tied(i, Strict, FindingIssuerNameForm, "issuer", names, clientGo)
	case otherName:
		j.tied(i, Refused, FindingIssuerName, "issuer", joinName(attributesOf(c.Issuer)), "")
	case otherKey:
		j.tied(i, Refused, FindingIssuerOtherKey, "authorityKeyIdentifier.keyIdentifier", colons(c.AuthorityKeyId), "")
	case unsigned:
		j.tied(i, Refused, FindingSignature, "signatureValue", c.SignatureAlgorithm.String(), "")
	case uncheckable:
		j.tied(i, Refused, FindingAlgorithm, "signatureAlgorithm", algorithmOf(c), clientGo)
	}
	if j.path.how[i] != otherKey && !identifies(c, issuer) {
		j.tied(i, Strict, FindingKeyIDMismatch, "authorityKeyIdentifier.keyIdentifier", colons(c.AuthorityKeyId), clientOpenSSL)
	}
	if c.NotAfter.After(issuer.NotAfter) && !j.q.At.After(issuer.NotAfter) {
		j.tied(i, Advice, WarningOutlivesIssuer, "validity.notAfter", issuer.NotAfter.UTC().Format(time.RFC3339), "")
	}
}

// algorithmOf names the algorithm of a certificate's signature.
func algorithmOf(c *x509.Certificate) string {
	if c.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		return ""
	}
	return c.SignatureAlgorithm.String()
}

// top looks at where the chain ends.
func (j *judge) top() {
	i := j.last()
	c := j.chain[i]
	if j.path.anchored {
		if i == 0 && j.q.Purpose != Authority && !c.IsCA && IsSelfSigned(c) {
			j.found(0, Strict, FindingLeafIsRoot, "issuer", "", clientBrowsers)
		}
		return
	}
	name := joinName(attributesOf(c.Issuer))
	switch {
	case len(j.chain) == maxChain:
		j.found(i, Refused, FindingChainTooLong, "issuer", strconv.Itoa(maxChain), "")
	case !IsSelfSigned(c):
		j.found(i, Refused, FindingIssuerMissing, "issuer", name, "")
	case slices.ContainsFunc(j.q.Roots, func(root *x509.Certificate) bool {
		return root != nil && sameName(root.RawSubject, c.RawSubject)
	}):
		j.found(i, Refused, FindingRootSameName, "subjectPublicKeyInfo", colons(c.SubjectKeyId), "")
	case i == 0 && !c.IsCA:
		j.found(i, Refused, FindingSelfSigned, "issuer", name, "")
	default:
		j.found(i, Refused, FindingRootUntrusted, "issuer", name, "")
	}
}

// purpose looks at extended key usage, which an authority narrows for what is
// below it, and at what the leaf's key may be used for.
func (j *judge) purpose() {
	for _, usage := range extKeyUsage(j.q.Purpose) {
		for i, c := range j.chain {
			if len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 || slices.Contains(c.ExtKeyUsage, usage) ||
				slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny) {
				continue
			}
			code := FindingPurpose
			if i > 0 {
				code = FindingPurposeAbove
			}
			j.found(i, Refused, code, "extKeyUsage", strings.Join(extKeyUsageNames(c), ", "), "")
		}
	}
	leaf := j.chain[0]
	if j.q.Purpose == "" || j.q.Purpose == Authority {
		return
	}
	if leaf.IsCA {
		j.found(0, Strict, WarningLeafAuthority, "basicConstraints.cA", "TRUE", clientStrict)
	}
	if extension(leaf, oidKeyUsage) == nil || leaf.KeyUsage&x509.KeyUsageDigitalSignature != 0 {
		return
	}
	severity, client := Refused, ""
	if _, isRSA := leaf.PublicKey.(*rsa.PublicKey); isRSA && j.q.Purpose == Server && leaf.KeyUsage&x509.KeyUsageKeyEncipherment != 0 {
		severity, client = Strict, "TLS 1.3"
	}
	j.found(0, severity, WarningKeyUsageNoSignature, "keyUsage.digitalSignature", strings.Join(keyUsageNames(leaf.KeyUsage), ", "), client)
}

// pathLengths counts the authorities below each (RFC 5280 section 6.1.4 l, m).
// Self-issued ones do not count, except for crypto/x509.
func (j *judge) pathLengths() {
	below, all := 0, 0
	for i := 1; i < len(j.chain); i++ {
		c := j.chain[i]
		if limit, limited := pathLimit(c); limited {
			switch {
			case below > limit:
				j.found(i, Refused, FindingPathLength, "basicConstraints.pathLenConstraint", strconv.Itoa(limit), "")
			case all > limit:
				j.found(i, Strict, FindingPathLengthSelf, "basicConstraints.pathLenConstraint", strconv.Itoa(limit), clientGo)
			}
		}
		all++
		if !selfIssued(c) {
			below++
		}
	}
}
