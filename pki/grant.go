package pki

import (
	"crypto"
	"slices"
	"time"
)

// Grant returns what a profile makes of a request: subject and names as far as
// they can be in a certificate, key usages left to the profile. A server that
// asks for no names gets its common name as one, since clients look at nothing
// else. It never is an authority unless kind says so.
func (a Asked) Grant(kind Kind) Request {
	r := NewRequest(kind)
	r.Key = a.Request.Key
	r.Subject = a.Request.Subject.good()
	if kind == Authority {
		if a.AsksAuthority {
			r.PathLength = a.Request.PathLength
		}
		return r
	}
	for _, n := range a.Request.Names {
		if checkName(n) == "" && !slices.Contains(r.Names, n) {
			r.Names = append(r.Names, n)
		}
	}
	if host, ok := hostOf(r.Subject.CommonName); ok && kind.serves() && len(r.Names) == 0 {
		r.Names = []Name{host}
	}
	return r
}

// GrantAs returns what a profile of a person's own makes of a request: as Grant,
// but for what the profile says. The parts of the subject that it has are those
// of all its certificates, whatever is asked for.
func (a Asked) GrantAs(p Profile, now time.Time) Request {
	r, as := p.Request(now), a.Grant(p.Kind)
	r.Names, r.Key = as.Names, as.Key
	if p.PathLength == nil {
		r.PathLength = as.PathLength
	}
	said := map[string]bool{}
	for _, part := range r.Subject.attributes() {
		said[part.name] = true
	}
	for _, t := range attributeTypes {
		if part := r.Subject.part(t.field); part != nil && !said[t.name] {
			*part = *as.Subject.part(t.field)
		}
	}
	for _, extra := range as.Subject.Extra {
		if !said[extra.Name] {
			r.Subject.Extra = append(r.Subject.Extra, extra)
		}
	}
	return r
}

// good returns s without the parts that have faults.
func (s Subject) good() Subject {
	var extra []Attribute
	for _, a := range s.Extra {
		if faults := (Subject{Extra: []Attribute{a}}).faults(); len(faults) == 0 {
			extra = append(extra, a)
		}
	}
	s.Extra = extra
	for _, t := range attributeTypes {
		if part := s.part(t.field); part != nil && *part != "" {
			var alone Subject
			*alone.part(t.field) = *part
			if len(alone.faults()) > 0 {
				*part = ""
			}
		}
	}
	return s
}

// Why what is granted is not what was asked.
const (
	WhyProfile    = "profile"     // the profile says it
	WhyAuthority  = "authority"   // a request does not make an authority
	WhyIgnored    = "ignored"     // not carried over
	WhyRefused    = "refused"     // some of it cannot be; Faults say why
	WhyChanged    = "changed"     // who signs wants it otherwise
	WhyCommonName = "common-name" // clients look for hosts in the names only
)

// Whys returns every reason that a [Line] can have.
func Whys() []string {
	return []string{WhyProfile, WhyAuthority, WhyIgnored, WhyRefused, WhyChanged, WhyCommonName}
}

// A Line is one part of what was asked, and what is granted of it. All text is
// escaped as by [Escape].
type Line struct {
	Field   Field    `json:"field"`          // "extension" for what is ignored
	Name    string   `json:"name,omitempty"` // of an attribute ("CN") or extension
	Asked   []string `json:"asked,omitempty"`
	Granted []string `json:"granted,omitempty"`
	Why     string   `json:"why,omitempty"` // "" when it is as asked
	Faults  Faults   `json:"faults,omitempty"`
}

// Fields of lines that a request to this package has not.
const (
	FieldAuthority Field = "authority" // basic constraints
	FieldExtension Field = "extension"
)

// Compare puts beside each other what was asked and what a request for the
// same key grants, line by line.
func (a Asked) Compare(r Request, subject crypto.PublicKey) []Line {
	r = r.normal()
	lines := a.compareSubject(r)
	lines = append(lines, a.compareNames(r))
	lines = append(lines, Line{Field: FieldKey, Asked: []string{a.Key}, Granted: []string{a.Key}})
	lines = append(lines,
		compareUsage(FieldKeyUsage, a.Request.KeyUsage, keyUsageNames(r.keyUsage(subject)), len(r.KeyUsage) > 0),
		compareUsage(FieldExtKeyUsage, a.Request.ExtKeyUsage, r.extKeyUsage(), len(r.ExtKeyUsage) > 0))
	if a.AsksAuthority || r.Kind == Authority {
		line := Line{Field: FieldAuthority, Granted: []string{"CA:FALSE"}}
		if a.AsksAuthority {
			line.Asked, line.Why = []string{"CA:TRUE"}, WhyAuthority
		}
		if r.Kind == Authority {
			line.Granted, line.Why = []string{"CA:TRUE"}, ""
			if !a.AsksAuthority {
				line.Why = WhyChanged
			}
		}
		lines = append(lines, line)
	}
	for _, what := range a.Ignored {
		lines = append(lines, Line{Field: FieldExtension, Name: what, Asked: []string{what}, Why: WhyIgnored})
	}
	return slices.DeleteFunc(lines, func(l Line) bool { return len(l.Asked)+len(l.Granted) == 0 })
}

// compareSubject compares the subject part by part, in the order of a
// certificate.
func (a Asked) compareSubject(r Request) []Line {
	var lines []Line
	line := func(of attributeType) *Line {
		for i := range lines {
			if lines[i].Name == of.name {
				return &lines[i]
			}
		}
		lines = append(lines, Line{Field: of.field, Name: of.name})
		return &lines[len(lines)-1]
	}
	for _, part := range a.Request.Subject.attributes() {
		l := line(part.attributeType)
		l.Asked = append(l.Asked, Escape(part.value))
		if code, value := part.fault(); code != "" {
			l.Faults = append(l.Faults, Fault{Field: part.field, Code: code, Value: Escape(value)})
		}
	}
	for _, part := range r.Subject.attributes() {
		l := line(part.attributeType)
		l.Granted = append(l.Granted, Escape(part.value))
	}
	for i := range lines {
		l := &lines[i]
		switch {
		case slices.Equal(l.Asked, l.Granted):
		case len(l.Faults) > 0:
			l.Why = WhyRefused
		default:
			l.Why = WhyChanged
		}
	}
	return lines
}

func (a Asked) compareNames(r Request) Line {
	l := Line{Field: FieldNames, Asked: shownNames(a.Request.Names), Granted: shownNames(r.Names)}
	if r.Kind == Authority {
		l.Granted = nil
	}
	as := a.Grant(r.Kind)
	switch {
	case slices.Equal(l.Asked, l.Granted):
	case r.Kind == Authority:
		l.Why = WhyProfile
	case !slices.Equal(l.Granted, shownNames(as.Names)):
		l.Why = WhyChanged
	case len(l.Asked) == 0:
		l.Why = WhyCommonName
	case len(a.Refused.Of(FieldNames)) > 0:
		l.Why = WhyRefused
	}
	if l.Why == WhyRefused || l.Why == WhyChanged {
		l.Faults = a.Refused.Of(FieldNames)
	}
	return l
}

func shownNames(names []Name) []string {
	var shown []string
	for _, n := range names {
		shown = append(shown, Escape(n.Shown))
	}
	return shown
}

// compareUsage compares usages in any order.
func compareUsage(field Field, asked, granted []string, byHand bool) Line {
	l := Line{Field: field, Asked: asked, Granted: granted}
	switch {
	case sameOIDs(asked, granted):
	case byHand:
		l.Why = WhyChanged
	default:
		l.Why = WhyProfile
	}
	return l
}
