package pki

import (
	"encoding/hex"
	"slices"
	"strings"
)

// ParseSubject reads a distinguished name as RFC 4514 writes it, the narrowest
// first ("CN=alice,OU=Sales,O=Acme,C=DE"), or as openssl's -subj does, the
// widest first ("/C=DE/O=Acme/OU=Sales/CN=alice"). White space around parts
// does not count. Types are short names or OIDs. RDNs of several values ("+")
// and values in DER ("#") are not read.
//
// The error is a *[Fault] of [FieldAttributes]: [CodeSubjectSyntax] with the
// part that cannot be read, or [CodeAttributeUnknown].
func ParseSubject(typed string) (Subject, error) {
	parts, fault := parseDN(typed)
	if fault != nil {
		return Subject{}, fault
	}
	return subjectFrom(parts), nil
}

// parseDN reads the attributes of a distinguished name, the widest first.
func parseDN(typed string) ([]Attribute, *Fault) {
	typed = strings.TrimLeft(typed, " \t\r\n") // white space at the end may be escaped
	separators, slashes := ",;", strings.HasPrefix(typed, "/")
	if slashes {
		separators, typed = "/", typed[1:]
	}
	if strings.TrimSpace(typed) == "" {
		return nil, nil
	}
	var parts []Attribute
	for _, text := range splitEscaped(typed, separators) {
		part, fault := parseAttribute(text)
		if fault != nil {
			return nil, fault
		}
		parts = append(parts, part)
	}
	if !slashes {
		slices.Reverse(parts)
	}
	return parts, nil
}

// subjectFrom puts attributes, the widest first, into the parts of a subject.
// The second and further ones of a type go to Extra.
func subjectFrom(parts []Attribute) Subject {
	var s Subject
	var labels []string
	for _, a := range parts {
		of, _ := attributeOf(a.Name)
		part := s.part(of.field)
		switch {
		case of.field == FieldDomainComponent:
			labels = append(labels, a.Value)
		case part != nil && *part == "":
			*part = a.Value
		default:
			s.Extra = append(s.Extra, Attribute{Name: of.name, Value: a.Value})
		}
	}
	slices.Reverse(labels)
	s.DomainComponent = strings.Join(labels, ".")
	return s
}

// String writes a subject as RFC 4514 does: ParseSubject reads the same again.
func (s Subject) String() string {
	attributes := s.trimmed().attributes()
	slices.Reverse(attributes)
	texts := make([]string, len(attributes))
	for i, a := range attributes {
		texts[i] = a.name + "=" + escapeDN(a.value)
	}
	return strings.Join(texts, ",")
}

// Attributes returns the parts that are set, the widest first, as they stand in
// a certificate: "C", "O", "OU", "CN", an OID.
func (s Subject) Attributes() []Attribute {
	set := s.trimmed().attributes()
	list := make([]Attribute, len(set))
	for i, a := range set {
		list[i] = Attribute{Name: a.name, Value: a.value}
	}
	return list
}

// escapeDN escapes a value (RFC 4514 section 2.4).
func escapeDN(value string) string {
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		switch {
		case strings.IndexByte(`,+"\<>;=`, c) >= 0,
			(i == 0 || i == len(value)-1) && c == ' ', i == 0 && c == '#':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			b.WriteString(`\` + hex.EncodeToString([]byte{c}))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// splitEscaped splits s at separators that no backslash stands before.
func splitEscaped(s, separators string) []string {
	var parts []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.IndexByte(separators, s[i]) >= 0:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

func parseAttribute(text string) (Attribute, *Fault) {
	wrong := &Fault{Field: FieldAttributes, Code: CodeSubjectSyntax, Value: Escape(strings.TrimSpace(text))}
	name, value, found := strings.Cut(text, "=")
	name, value = strings.TrimSpace(name), strings.TrimLeft(value, " ")
	if !found || name == "" {
		return Attribute{}, wrong
	}
	if strings.HasPrefix(value, "#") || len(splitEscaped(value, "+")) > 1 {
		return Attribute{}, wrong
	}
	value, ok := unescapeDN(value)
	if !ok || value == "" {
		return Attribute{}, wrong
	}
	of, known := attributeOf(name)
	if !known {
		return Attribute{}, &Fault{Field: FieldAttributes, Code: CodeAttributeUnknown, Value: Escape(name)}
	}
	return Attribute{Name: of.name, Value: value}, nil
}

// unescapeDN reads a value: a backslash stands before a character or before two
// hexadecimal digits of an octet. White space at the end goes unless escaped.
func unescapeDN(s string) (string, bool) {
	var out []byte
	kept := 0 // octets that trimming must not take
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		if i+1 >= len(s) {
			return "", false
		}
		if octet, err := hex.DecodeString(s[i+1 : min(i+3, len(s))]); err == nil && len(octet) == 1 {
			out = append(out, octet[0])
			i += 2
		} else {
			out = append(out, s[i+1])
			i++
		}
		kept = len(out)
	}
	return string(out[:kept]) + strings.TrimRight(string(out[kept:]), " \t\r\n"), true
}
