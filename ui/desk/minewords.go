package desk

import "countersign/pki"

// Said is one sentence about something, as a code and facts: the user
// interface has the sentence "inspect.mine.CODE". Facts are name and value by
// turns.
type Said struct {
	Code  string
	Facts []any
	ID    ID   // the certificate of the vault that it is about; "" for none
	Wary  bool // a person should look twice
}

// Say tells what the vault knows of a thing, what matters most first. It is
// empty when the vault was not asked.
func (i Inspected) Say() []Said {
	m := i.Mine
	if !m.Looked || i.Kind == pki.ItemUnknown {
		return nil
	}
	var said []Said
	add := func(code string, c *Certificate, wary bool, facts ...any) {
		s := Said{Code: code, Facts: facts, Wary: wary}
		if c != nil {
			s.ID = c.ID
			s.Facts = append(s.Facts, "Name", pki.Escape(c.Name))
		}
		said = append(said, s)
	}
	if m.Same != nil {
		code := "same"
		if m.Same.HasKey {
			code = "same-with-key"
		}
		add(code, m.Same, false)
		if m.Same.Revoked {
			add("same-revoked", m.Same, true)
		}
	}
	if len(m.SameKey) > 0 && (m.Same == nil || i.Key != nil) {
		code := map[bool]string{true: "key-of", false: "key-of-without"}[m.HasKey]
		add(code, &m.SameKey[0], false, "Count", len(m.SameKey))
	}
	if m.Request != "" {
		add("request", nil, false, "Name", pki.Escape(m.Request))
	}
	if m.Issuer != nil && (m.Same == nil || m.Same.ID != m.Issuer.ID) {
		add("issuer", m.Issuer, false)
	}
	if m.Namesake != nil {
		add("namesake", m.Namesake, true)
	}
	for n := range m.Revoked {
		add("revokes", &m.Revoked[n], true)
	}
	if i.CRL != nil && m.Issuer != nil && len(m.Revoked) == 0 {
		add("revokes-none", nil, false, "Count", len(i.CRL.RevokedCertificateEntries))
	}
	if len(said) == 0 {
		add("stranger", nil, false)
	}
	return said
}
