package pki

import "strings"

// maxLocal is the limit of a mailbox's local part in octets (RFC 5321 section
// 4.5.3.1.1).
const maxLocal = 64

// parseMailbox reads an e-mail name: the Mailbox of RFC 5321 without quoted
// local parts and address literals. An internationalised domain becomes
// A-labels (RFC 5280 section 7.5). A local part beyond ASCII would need
// SmtpUTF8Mailbox (RFC 9598), which no TLS client reads.
func parseMailbox(s string) (Name, string) {
	at := strings.LastIndex(s, "@")
	if at < 0 {
		return Name{}, CodeNamesBadEmail
	}
	local, domain := s[:at], s[at+1:]
	if !isASCII(local) {
		return Name{}, CodeNamesEmailLocal
	}
	if !isDotAtom(local) || len(local) > maxLocal {
		return Name{}, CodeNamesBadEmail
	}
	host, code := parseHost(domain)
	switch {
	case code == CodeNamesTrailingDot, code == CodeNamesTooLong:
		return Name{}, code
	case code != "", host.Kind != NameDNS, strings.HasPrefix(host.Value, "*"):
		return Name{}, CodeNamesBadEmail
	}
	return Name{Kind: NameEmail, Value: local + "@" + host.Value, Shown: local + "@" + host.Shown}, ""
}

// isDotAtom reports whether s is a dot-atom of RFC 5322 section 3.2.3.
func isDotAtom(s string) bool {
	for _, atom := range strings.Split(s, ".") {
		if atom == "" {
			return false
		}
		for i := range len(atom) {
			c := atom[i]
			letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
			if !letter && strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) < 0 {
				return false
			}
		}
	}
	return true
}

// mailboxShown returns an e-mail name with its domain in its own script.
func mailboxShown(s string) string {
	at := strings.LastIndex(s, "@")
	if at < 0 {
		return s
	}
	return s[:at+1] + hostShown(s[at+1:])
}
