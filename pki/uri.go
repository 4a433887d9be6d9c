package pki

import (
	"net/netip"
	"net/url"
	"strings"
)

// maxURI is the limit of a SPIFFE ID in octets (SPIFFE-ID section 2.3), taken
// for every URI.
const maxURI = 2048

// looksLikeURI reports whether s begins with a scheme. A scheme without "//"
// is believed only where it is known: "localhost:8443" is a host and a port.
func looksLikeURI(s string) bool {
	scheme, _, found := strings.Cut(s, ":")
	if !found {
		return false
	}
	if strings.HasPrefix(s[len(scheme)+1:], "//") {
		return true
	}
	switch strings.ToLower(scheme) {
	case "urn", "sip", "sips", "tel", "did", "tag", "spiffe":
		return true
	}
	return false
}

// WebHost returns the host of a name that is a web address (http or https),
// without its port; "" for every other name.
func WebHost(n Name) string {
	u, err := url.Parse(n.Value)
	if n.Kind != NameURI || err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.Hostname()
}

// parseURI reads an absolute URI (RFC 5280 section 4.2.1.6, RFC 3986), or a
// SPIFFE ID. Hosts become A-labels, other text beyond ASCII is
// percent-encoded.
func parseURI(s string) (Name, string) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.User != nil && u.Scheme != "sip" && u.Scheme != "sips" {
		return Name{}, CodeNamesBadURI
	}
	if u.Host == "" && (u.Opaque == "" || strings.HasPrefix(u.Opaque, "/")) {
		return Name{}, CodeNamesBadURI
	}
	if u.Host != "" && !setASCIIHost(u) {
		return Name{}, CodeNamesBadURI
	}
	if u.Scheme == "spiffe" && !isSPIFFE(u) {
		return Name{}, CodeNamesBadURI
	}
	value := u.String()
	if len(value) > maxURI || !isURIText(value) {
		return Name{}, CodeNamesBadURI
	}
	again, err := url.Parse(value)
	if err != nil || again.String() != value { // what goes in must be what comes out
		return Name{}, CodeNamesBadURI
	}
	return Name{Kind: NameURI, Value: value, Shown: Escape(uriShown(again))}, ""
}

// isURIText reports whether s has only the characters of RFC 3986.
func isURIText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return false
		}
	}
	return true
}

// setASCIIHost replaces u's host by A-labels and reports whether it is a host
// that crypto/x509 reads back.
func setASCIIHost(u *url.URL) bool {
	host, port := u.Hostname(), u.Port()
	if strings.HasSuffix(u.Host, ":") {
		return false
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Zone() == ""
	}
	name, code := parseHost(host)
	if code != "" || name.Kind != NameDNS || strings.HasPrefix(name.Value, "*") {
		return false
	}
	u.Host = name.Value
	if port != "" {
		u.Host += ":" + port
	}
	return true
}

// isSPIFFE reports whether u is a SPIFFE ID: a trust domain, and path segments
// of letters, digits, dots, hyphens and underscores (SPIFFE-ID section 2).
func isSPIFFE(u *url.URL) bool {
	if u.Opaque != "" || u.User != nil || u.Port() != "" || u.Host == "" ||
		u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.RawPath != "" {
		return false
	}
	if u.Path == "" {
		return true
	}
	for _, segment := range strings.Split(u.Path, "/")[1:] {
		if segment == "" || segment == "." || segment == ".." {
			return false
		}
		for i := range len(segment) {
			c := segment[i]
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
				c != '.' && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// uriShown returns a URI with its host in its own script.
func uriShown(u *url.URL) string {
	if !strings.Contains(u.Host, "xn--") {
		return u.String()
	}
	return strings.Replace(u.String(), u.Host, hostShown(u.Host), 1)
}
