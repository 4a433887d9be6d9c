package desk

import (
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"countersign/pki"
)

// recipe is what openssl is told to make.
type recipe struct {
	r         pki.Request // filled
	file      string      // the certificate's files without their endings
	issuer    string      // likewise the authority's; "" for a root
	days      int
	notBefore time.Time // with notAfter, when days do not say it
	notAfter  time.Time
}

// Commands gives the openssl lines that make the same certificate, for those
// who learn. They run in a POSIX shell with OpenSSL 3; the authority's files
// are named after it. Where no dates are asked for it begins when they run.
func (d *Desk) Commands(r IssueRequest) (string, error) {
	p, err := d.Preview(r)
	if err != nil {
		return "", err
	}
	if len(p.Faults) > 0 {
		return "", p.Faults
	}
	var above []*x509.Certificate
	made := recipe{file: FileName(r.title())}
	if r.IssuerID != "" {
		if above, err = d.chain(r.IssuerID); err != nil {
			return "", err
		}
		made.issuer = FileName(p.Chain[len(p.Chain)-2])
	}
	made.r = r.Filled(above...)
	now := d.Now()
	made.days = max(1, int(p.NotAfter.Sub(now).Round(24*time.Hour)/(24*time.Hour)))
	if off := p.NotAfter.Sub(now.Add(time.Duration(made.days) * 24 * time.Hour)).Abs(); off > time.Minute || !r.NotBefore.IsZero() {
		made.notBefore, made.notAfter = p.NotBefore, p.NotAfter
	}
	if made.needsConfig() {
		return made.withConfig(), nil
	}
	return made.plain(), nil
}

// needsConfig tells whether the certificate is beyond what fits on a line:
// exact dates, parts of the subject that OpenSSL has no name for, and commas,
// which part the values there.
func (c recipe) needsConfig() bool {
	if !c.notAfter.IsZero() {
		return true
	}
	for _, a := range c.r.Subject.Attributes() {
		if isOID(a.Name) {
			return true
		}
	}
	for _, n := range c.r.Names {
		if strings.Contains(n.Value, ",") {
			return true
		}
	}
	for _, list := range [][]string{c.r.CRLAddresses, c.r.OCSPAddresses, c.r.IssuerAddresses} {
		if strings.Contains(strings.Join(list, ""), ",") {
			return true
		}
	}
	return false
}

func isOID(name string) bool { return strings.Trim(name, "0123456789.") == "" }

// plain is one line for the key and one for the certificate.
func (c recipe) plain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "openssl genpkey %s -out %s\n", keyOptions(c.r.Key), ShellWord(c.file+".key"))
	fmt.Fprintf(&b, "openssl req -x509 -new -key %s -out %s \\\n", ShellWord(c.file+".key"), ShellWord(c.file+".pem"))
	fmt.Fprintf(&b, "  -utf8 -subj %s -days %d", ShellWord(subjectArgument(c.r.Subject)), c.days)
	if serial, ok := pki.ParseSerial(c.r.Serial); ok {
		fmt.Fprintf(&b, " -set_serial 0x%X", serial)
	}
	if c.issuer != "" {
		fmt.Fprintf(&b, " \\\n  -CA %s -CAkey %s", ShellWord(c.issuer+".pem"), ShellWord(c.issuer+".key"))
	}
	extensions := c.extensions()
	if c.issuer == "" { // openssl.cnf adds one; a root needs none (RFC 5280 section 4.2.1.1)
		extensions = append(extensions, opensslExtension{name: "authorityKeyIdentifier", words: []string{"none"}})
	}
	for _, e := range extensions {
		fmt.Fprintf(&b, " \\\n  -addext %s", ShellWord(e.name+"="+e.line()))
	}
	b.WriteString("\n")
	return b.String()
}

func keyOptions(k pki.KeyKind) string {
	switch k {
	case pki.P384:
		return "-algorithm EC -pkeyopt ec_paramgen_curve:P-384"
	case pki.P521:
		return "-algorithm EC -pkeyopt ec_paramgen_curve:P-521"
	case pki.RSA2048, pki.RSA3072, pki.RSA4096:
		return "-algorithm RSA -pkeyopt rsa_keygen_bits:" + strings.TrimPrefix(string(k), "rsa")
	case pki.Ed25519:
		return "-algorithm ED25519"
	}
	return "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"
}

// subjectArgument is a subject as -subj takes it; "/" is the empty one.
func subjectArgument(s pki.Subject) string {
	var b strings.Builder
	for _, a := range s.Attributes() {
		escaped := strings.NewReplacer(`\`, `\\`, "/", `\/`, "+", `\+`).Replace(a.Value)
		fmt.Fprintf(&b, "/%s=%s", opensslName(a.Name), escaped)
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

func opensslName(attribute string) string {
	if attribute == "STREET" {
		return "street"
	}
	return attribute
}

// opensslExtension is an extension in the words of x509v3_config(5). Values are
// either words, or pairs that may stand in a section of their own.
type opensslExtension struct {
	name     string
	critical bool
	words    []string
	pairs    [][2]string // "URI", "http://..."; "OCSP;URI", "http://..."
}

// line is the value on one line.
func (e opensslExtension) line() string {
	words := e.words
	if e.critical {
		words = append([]string{"critical"}, words...)
	}
	for _, pair := range e.pairs {
		words = append(words, pair[0]+":"+pair[1])
	}
	return strings.Join(words, ",")
}

// extensions are those of the profile and those that were asked for.
func (c recipe) extensions() []opensslExtension {
	r := c.r
	ca := []string{"CA:FALSE"}
	if r.Kind == pki.Authority {
		ca = []string{"CA:TRUE"}
		if r.PathLength >= 0 {
			ca = append(ca, fmt.Sprintf("pathlen:%d", r.PathLength))
		}
	}
	list := []opensslExtension{
		{name: "basicConstraints", critical: true, words: ca},
		{name: "keyUsage", critical: true, words: r.KeyUsage},
	}
	if len(r.ExtKeyUsage) > 0 {
		list = append(list, opensslExtension{name: "extendedKeyUsage", words: r.ExtKeyUsage})
	}
	prefixes := map[pki.NameKind]string{pki.NameDNS: "DNS", pki.NameIP: "IP", pki.NameEmail: "email", pki.NameURI: "URI"}
	names := opensslExtension{name: "subjectAltName", critical: len(r.Subject.Attributes()) == 0}
	for _, n := range r.Names {
		names.pairs = append(names.pairs, [2]string{prefixes[n.Kind], n.Value})
	}
	limits := opensslLimits(r.Constraints, prefixes)
	lists := opensslExtension{name: "crlDistributionPoints"}
	for _, a := range r.CRLAddresses {
		lists.pairs = append(lists.pairs, [2]string{"URI", a})
	}
	access := opensslExtension{name: "authorityInfoAccess"}
	for _, a := range r.OCSPAddresses {
		access.pairs = append(access.pairs, [2]string{"OCSP;URI", a})
	}
	for _, a := range r.IssuerAddresses {
		access.pairs = append(access.pairs, [2]string{"caIssuers;URI", a})
	}
	for _, e := range []opensslExtension{names, limits, lists, access} {
		if len(e.pairs)+len(e.words) > 0 {
			list = append(list, e)
		}
	}
	return list
}

// opensslLimits are name constraints. OpenSSL takes the values of a directory
// name in a configuration for Latin-1: with one of those they are given in DER.
func opensslLimits(n pki.NameConstraints, prefixes map[pki.NameKind]string) opensslExtension {
	limits := opensslExtension{name: "nameConstraints", critical: true}
	directory := false
	for side, names := range map[string][]pki.Name{"permitted;": n.Permitted, "excluded;": n.Excluded} {
		for _, name := range names {
			directory = directory || name.Kind == pki.NameDirectory
			limits.pairs = append(limits.pairs, [2]string{side + prefixes[name.Kind], opensslConstraint(name)})
		}
	}
	if der, err := n.DER(); directory && err == nil {
		limits.words, limits.pairs = []string{fmt.Sprintf("DER:%x", der)}, nil
	}
	slices.SortStableFunc(limits.pairs, func(a, b [2]string) int { return strings.Compare(b[0][:1], a[0][:1]) })
	return limits
}

// opensslConstraint is a name constraint as OpenSSL takes it: networks with
// their mask.
func opensslConstraint(n pki.Name) string {
	_, network, err := net.ParseCIDR(n.Value)
	if n.Kind != pki.NameIP || err != nil {
		return n.Value
	}
	mask := net.IP(network.Mask)
	if len(mask) == net.IPv6len {
		return network.IP.String() + "/" + fullIPv6(mask)
	}
	return network.IP.String() + "/" + mask.String()
}

// fullIPv6 writes all eight groups: a mask such as ::ffff:0:0 would be shown as
// an address of IPv4 otherwise.
func fullIPv6(ip net.IP) string {
	var groups []string
	for i := 0; i < len(ip); i += 2 {
		groups = append(groups, fmt.Sprintf("%x", int(ip[i])<<8|int(ip[i+1])))
	}
	return strings.Join(groups, ":")
}

// ShellWord makes one word of a POSIX shell.
func ShellWord(text string) string {
	if text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/=:,") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
