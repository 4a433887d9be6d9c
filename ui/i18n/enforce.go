package i18n

// Attempt names an attempt to be let in by a server, by its code and facts.
func (p *Printer) Attempt(code string, facts map[string]string) string {
	return p.T("enforce.attempt."+code, p.factArgs(facts)...)
}

// Happened words what became of an attempt to be let in by a server: what
// package testclient calls a trial says the codes and the facts.
func (p *Printer) Happened(code string, facts map[string]string) string {
	switch code {
	case "skipped":
		return p.T("enforce.skipped." + facts["why"])
	case "other":
		title, _, _ := p.Diagnosis(facts["code"], facts)
		return title
	}
	return squeeze(p.T("enforce.happened."+code, p.factArgs(facts)...))
}
