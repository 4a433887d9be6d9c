package pki

import (
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// The limits of domain names in octets (RFC 1035 section 2.3.4).
const (
	maxLabel = 63
	maxHost  = 253
)

// Two passes make a domain name: the first maps what people type (upper case,
// full-width forms) as UTS #46 does for looking names up, the second insists
// on what RFC 5891 section 4 allows to be registered. Both leave the ASCII
// rules to checkASCIIHost, which lets "_" through: such names work in DNS and
// in TLS clients, and get a warning instead.
var (
	hostMapping = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(),
		idna.StrictDomainName(false), idna.CheckHyphens(false))
	hostRegistration = idna.New(idna.ValidateForRegistration(), idna.StrictDomainName(false),
		idna.CheckHyphens(false), idna.VerifyDNSLength(false))
)

// parseAddress reads an IP address, in brackets or not. IPv4 addresses mapped
// into IPv6 become IPv4, as they would in a certificate.
func parseAddress(s string) (Name, bool) {
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
	}
	addr, err := netip.ParseAddr(s)
	if err != nil || addr.Zone() != "" {
		return Name{}, false
	}
	text := addr.Unmap().String()
	return Name{Kind: NameIP, Value: text, Shown: text}, true
}

// parseHost reads a DNS name, wildcards included.
func parseHost(s string) (Name, string) {
	if code := notHost(s); code != "" {
		return Name{}, code
	}
	rest, wildcard := strings.CutPrefix(s, "*.")
	if !wildcard && s == "*" {
		return Name{}, CodeNamesWildcard
	}
	ascii, shown, code := toASCIIHost(rest)
	if code != "" {
		return Name{}, code
	}
	if addr, ok := parseAddress(ascii); ok { // full-width digits
		return addr, ""
	}
	if code := checkASCIIHost(ascii); code != "" {
		return Name{}, code
	}
	if wildcard {
		if !strings.Contains(ascii, ".") {
			return Name{}, CodeNamesWildcardWide
		}
		ascii, shown = "*."+ascii, "*."+shown
	}
	if len(ascii) > maxHost {
		return Name{}, CodeNamesTooLong
	}
	return Name{Kind: NameDNS, Value: ascii, Shown: shown}, ""
}

// notHost recognises what is often given instead of a host name.
func notHost(s string) string {
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return CodeNamesSpace
	}
	if strings.HasPrefix(s, "[") || strings.Count(s, ":") > 1 {
		if _, err := netip.ParseAddrPort(s); err == nil {
			return CodeNamesPort
		}
		return CodeNamesBadIP
	}
	if before, after, found := strings.Cut(s, ":"); found {
		if before != "" && after != "" && strings.Trim(after, "0123456789") == "" {
			return CodeNamesPort
		}
		return CodeNamesBadDNS
	}
	if _, err := netip.ParsePrefix(s); err == nil {
		return CodeNamesBadIP
	}
	return ""
}

// toASCIIHost returns the A-labels of a domain name and its form for people.
func toASCIIHost(s string) (ascii, shown, code string) {
	if isASCII(s) && !strings.Contains(strings.ToLower(s), "xn--") {
		s = strings.ToLower(s)
		return s, s, ""
	}
	mapped, err := hostMapping.ToUnicode(s)
	if err != nil {
		return "", "", CodeNamesBadDNS
	}
	ascii, err = hostRegistration.ToASCII(mapped)
	if err != nil || strings.IndexFunc(mapped, isSymbol) >= 0 {
		return "", "", CodeNamesBadDNS
	}
	return ascii, Escape(hostShown(ascii)), ""
}

// isSymbol reports whether r is beyond ASCII and neither letter, mark nor digit,
// nor one of the exceptions that RFC 5892 sections 2.6 and 2.7 make. IDNA2008
// disallows such characters; golang.org/x/net/idna, as UTS #46, lets them
// through.
func isSymbol(r rune) bool {
	switch r {
	case 0xb7, 0x375, 0x5f3, 0x5f4, 0x6fd, 0x6fe, 0xf0b, 0x3007, 0x30fb, 0x200c, 0x200d:
		return false
	}
	return r >= 0x80 && !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Nd)
}

// checkASCIIHost returns the code of the fault of a domain name without its
// wildcard label: letters, digits, inner hyphens (RFC 1123 section 2.1) and
// underscores. A name whose last label is a number is a mistyped address: no
// client takes it for a name.
func checkASCIIHost(s string) string {
	switch {
	case s == "":
		return CodeNamesBadDNS
	case strings.HasSuffix(s, "."):
		return CodeNamesTrailingDot
	case strings.Contains(s, "*"):
		return CodeNamesWildcard
	case len(s) > maxHost:
		return CodeNamesTooLong
	}
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if code := checkLabel(label); code != "" {
			return code
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return CodeNamesBadIP
	}
	return ""
}

func checkLabel(label string) string {
	if len(label) > maxLabel {
		return CodeNamesTooLong
	}
	if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
		return CodeNamesBadDNS
	}
	for i := range len(label) {
		c := label[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return CodeNamesBadDNS
		}
	}
	return ""
}

// hostShown returns a domain name in its own script. A name whose A-labels
// cannot be read is returned as it is.
func hostShown(s string) string {
	if !strings.Contains(s, "xn--") {
		return s
	}
	rest, wildcard := strings.CutPrefix(s, "*.")
	shown, err := hostRegistration.ToUnicode(rest)
	if err != nil {
		return s
	}
	if wildcard {
		shown = "*." + shown
	}
	return shown
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
