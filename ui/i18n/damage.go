package i18n

import (
	"strconv"
	"time"
)

// Part words a damaged part of a vault: the code and the facts of desk.Part.
func (p *Printer) Part(code string, facts map[string]string) string {
	args := []any{"Name", facts["Name"], "Mark", p.mark(facts), "Raw", facts["Raw"]}
	for _, moment := range []string{"From", "To"} {
		said := ""
		if at, err := time.Parse(time.RFC3339, facts[moment]); err == nil {
			said = p.DateTime(at)
		}
		args = append(args, moment, said)
	}
	key := "part." + code
	switch own := key + "." + facts["Name"]; {
	case p.Has(own): // a setting or a way has words of its own
		key = own
	case facts["Known"] == "":
		key += ".unknown"
	}
	what := p.T(key, args...)
	n, err := strconv.Atoi(facts["Count"])
	counted := err == nil && facts["Known"] == ""
	switch {
	case facts["Gone"] != "" && counted:
		return p.T("part.missing", "What", p.Counted("part."+code, n))
	case facts["Gone"] != "":
		return p.T("part.missing", "What", what)
	case counted && n > 1:
		return p.T("part.several", "What", p.Counted("part."+code, n))
	}
	return what
}

// mark tells a certificate from others of its name.
func (p *Printer) mark(facts map[string]string) string {
	if facts["Kind"] == "" || facts["Serial"] == "" {
		return ""
	}
	return p.T("part.mark", "Kind", p.T("kind.short."+facts["Kind"]), "Serial", facts["Serial"])
}
