package i18n

import (
	"strconv"
	"strings"
)

// Seen says what a server saw of a step, by the code and the facts that
// testclient gives. A refusal's reason is in the server's own words.
func (p *Printer) Seen(code string, facts map[string]string) string {
	args := []any{"Again", ""}
	if facts["resumed"] == "yes" {
		args[1] = "yes"
	}
	for _, name := range []string{"remote", "subject", "name", "issuer", "authority", "reason", "request", "status", "version", "cipher", "alpn", "received", "sent"} {
		value := facts[name]
		if n, err := strconv.Atoi(value); err == nil && (name == "received" || name == "sent") {
			value = p.Number(n)
		}
		args = append(args, strings.ToUpper(name[:1])+name[1:], value)
	}
	return squeeze(p.T("seen."+code, args...))
}

// TurnedAway says why a server let a connection not in, by the code and the
// facts of a diagnosis: that of the client's side, but for what only looks the
// same from there.
func (p *Printer) TurnedAway(code string, facts map[string]string) string {
	if key := "seen.turned-away." + code; p.Has(key) {
		return p.T(key)
	}
	title, _, _ := p.Diagnosis(code, facts)
	return title
}
