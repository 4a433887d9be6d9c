package i18n

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The connection lab gives codes and facts (package testclient says which);
// here they become sentences, the same ones in the window and the terminal.

// Diagnosis words why a try failed: what happened, why, and what to do. The
// facts may be nil or lack any key: then the sentences say less.
func (p *Printer) Diagnosis(code string, facts map[string]string) (title, cause, fix string) {
	if !p.Has("diagnosis." + code + ".title") {
		code = "unknown"
	}
	args := p.factArgs(facts)
	say := func(part string) string { return p.begin(squeeze(p.T("diagnosis."+code+"."+part, args...))) }
	return say("title"), say("cause"), say("fix")
}

// TerminalDiagnosis is Diagnosis where flags take the place of what a window
// has to choose from: its fix is that of the terminal, where there is one.
func (p *Printer) TerminalDiagnosis(code string, facts map[string]string) (title, cause, fix string) {
	title, cause, fix = p.Diagnosis(code, facts)
	if key := "terminal.diagnosis." + code + ".fix"; p.Has(key) {
		fix = p.begin(squeeze(p.T(key, p.factArgs(facts)...)))
	}
	return title, cause, fix
}

// begin gives a sentence that starts with the words for a missing fact its
// capital letter. A name keeps the letters that it has.
func (p *Printer) begin(sentence string) string {
	for _, name := range factNames {
		if key := "fact." + name; p.Has(key) && strings.HasPrefix(sentence, p.T(key)) {
			first, size := utf8.DecodeRuneInString(sentence)
			return string(unicode.ToUpper(first)) + sentence[size:]
		}
	}
	return sentence
}

// Passed says in a line that a try passed; status is the answer's, which may
// be "".
func (p *Printer) Passed(status string) string { return p.T("mended.passed", "StatusText", status) }

// FailedAt says in a line at which step a try failed, and of what.
func (p *Printer) FailedAt(step int, code string, facts map[string]string) string {
	title, _, _ := p.Diagnosis(code, facts)
	return p.T("mended.failed", "Number", step, "Title", title)
}

// Reason says in a few words why the server's certificate does not verify:
// the title of its diagnosis when there is nothing shorter.
func (p *Printer) Reason(code string, facts map[string]string) string {
	if key := "reason." + code; p.Has(key) {
		return squeeze(p.T(key, p.factArgs(facts)...))
	}
	title, _, _ := p.Diagnosis(code, facts)
	return title
}

// StepTitle names one of the seven steps, "connect" and so on, as it took
// place: what is exchanged without TLS is not encrypted.
func (p *Printer) StepTitle(name, state string, facts map[string]string) string {
	if name == "exchange" && state == "done" && facts["version"] == "" {
		return p.T("step.exchange.plain")
	}
	return p.T("step." + name)
}

// StepDetail words in one line what a step exchanged or found: an address, a
// chain of names, an alert. state is "done", "failed", "not-reached" or
// "not-asked".
func (p *Printer) StepDetail(name, state string, facts map[string]string) string {
	key := "step." + name + "." + state
	switch {
	case name == "verify-server" && facts["verified"] == "no":
		if state == "failed" {
			return p.Reason(facts["code"], facts)
		}
		return p.T("step.verify-server.unverified", "Why", p.Reason(facts["code"], facts))
	case name == "client-certificate" && state == "done" && facts["chosen"] == "":
		key = "step.client-certificate.none"
	case name == "verify-client" && facts["answer"] == "accepted-without" && state == "done":
		key = "step.verify-client.without"
	case name == "verify-client" && state == "failed" && facts["alert"] != "":
		return p.T("lab.alert", "Number", facts["alert"], "Name", p.Alert(facts["alert"]))
	case name == "access" && state == "done" && facts["answer"] != "":
		key = "step.access.raw." + facts["answer"]
	case name == "exchange" && state == "not-reached" && facts["version"] != "":
		key = "step.exchange.before"
	case !p.Has(key):
		key = "step." + state
	}
	return squeeze(p.T(key, p.factArgs(facts)...))
}

// Alert names a TLS alert by its number in decimal (RFC 8446 section 6).
func (p *Printer) Alert(number string) string {
	if key := "alert." + number; p.Has(key) {
		return p.T(key)
	}
	return p.T("alert.other")
}

// factNames are the facts that sentences use. In a message, not-after is
// {{.NotAfter}}.
var factNames = []string{
	"accepted", "acceptable", "accepted-count", "address", "addresses", "after", "alert", "algorithm", "alone", "alpn",
	"answer", "asked", "authority", "body-bytes", "bytes", "bytes-in", "bytes-out", "chain", "chain-length",
	"chosen", "cipher", "clock", "count", "curve", "days", "days-left", "extensions", "field", "host", "ip", "issuer", "location",
	"matched", "missing", "mute", "name", "names", "not-after", "not-before", "now", "offered", "path", "plain", "port",
	"protocol", "proxy", "purposes", "resumed", "said", "same-name", "scheme", "self-signed", "sent", "serial", "status",
	"status-text", "stranger", "subject", "trusted", "url", "value", "verified", "version", "why",
}

// factArgs are the facts as names and values for T. Every name is there, so
// that a message may ask whether a fact is known; where words stand for a
// missing one, it asks {{if .Given.name}}.
func (p *Printer) factArgs(facts map[string]string) []any {
	args := make([]any, 0, 2*len(factNames)+2)
	for _, name := range factNames {
		value := facts[name]
		if value != "" {
			value = p.fact(name, value)
		} else if key := "fact." + name; p.Has(key) {
			value = p.T(key)
		}
		args = append(args, camel(name), value)
	}
	return append(args, "AlertName", p.alertOf(facts), "Given", facts)
}

func (p *Printer) alertOf(facts map[string]string) string {
	if facts["alert"] == "" {
		return ""
	}
	return p.Alert(facts["alert"])
}

// fact makes one fact readable: dates as the language writes them, numbers of
// days in words, lists on one line.
func (p *Printer) fact(name, value string) string {
	switch name {
	case "not-before", "not-after", "now":
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			return p.Date(at)
		}
	case "days", "days-left":
		if n, err := strconv.Atoi(value); err == nil {
			if n == 0 && name == "days" {
				return "" // since today: the date alone says it
			}
			return p.Days(n)
		}
	case "bytes-in", "bytes-out", "body-bytes", "accepted-count":
		if n, err := strconv.Atoi(value); err == nil {
			return p.Number(n)
		}
	case "chain", "path":
		return strings.ReplaceAll(value, "\n", " › ")
	}
	return p.List(strings.Split(value, "\n"))
}

// listAtMost is how many entries of a list a sentence names.
const listAtMost = 3

// List writes names in one line, and counts those beyond the third.
func (p *Printer) List(names []string) string {
	if len(names) <= listAtMost+1 {
		return strings.Join(names, p.T("list.comma"))
	}
	return p.T("list.more", "List", strings.Join(names[:listAtMost], p.T("list.comma")), "Count", len(names)-listAtMost)
}

// camel turns not-after into NotAfter.
func camel(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// squeeze drops the spaces that sentences left out leave behind.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
