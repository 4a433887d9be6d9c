package i18n

import "strings"

// Seen says what a server saw of a step, by the code and the facts that
// testclient gives. A refusal's reason is in the server's own words.
func (p *Printer) Seen(code string, facts map[string]string) string {
	args := []any{"Again", ""}
	if facts["resumed"] == "yes" {
		args[1] = "yes"
	}
	for _, name := range []string{"remote", "subject", "name", "issuer", "authority", "reason", "request", "status", "version", "cipher", "alpn", "received", "sent"} {
		args = append(args, strings.ToUpper(name[:1])+name[1:], facts[name])
	}
	return squeeze(p.T("seen."+code, args...))
}
