package i18n

import "strings"

// Finding words what is wrong with a certificate of a chain: the code and value
// of a finding or of a warning. wanted is the name that was asked for, issuer
// the certificate above.
func (p *Printer) Finding(code, value, wanted, issuer string) string {
	key := "finding." + code
	if !p.Has(key) {
		key = "warning." + code
	}
	return squeeze(p.T(key, "Value", p.Value(value), "Wanted", wanted, "Issuer", issuer))
}

// Warning words something that a client will not like, and names who where
// that is more than the sentence itself says.
func (p *Printer) Warning(code, value, client string) string {
	return squeeze(p.T("warning."+code, "Value", p.Value(value), "Client", p.Client(client)))
}

// Client names who refuses something: programs keep their names, kinds of
// program have a word.
func (p *Printer) Client(names string) string {
	parts := strings.Split(names, ", ")
	for i, part := range parts {
		if key := "client." + part; p.Has(key) {
			parts[i] = p.T(key)
		}
	}
	return strings.Join(parts, p.T("client.and"))
}
