package terminal

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// wish is what the flags of a new certificate say.
type wish struct {
	profile string
	issuer  string
	names   []string
	key     string
	days    int
	from    string
	until   string
	serial  string

	subject    string
	parts      map[pki.Field]*string
	units      []string
	attributes []string

	keyUsage, extKeyUsage []string
	crl, ocsp, issuers    []string

	pathLength      string
	permit, exclude []string
}

// subjectFlags are the parts of a subject that have a flag of their own.
var subjectFlags = []struct {
	name  string
	field pki.Field
}{
	{"org", pki.FieldOrganization}, {"locality", pki.FieldLocality}, {"state", pki.FieldState}, {"country", pki.FieldCountry},
	{"street", pki.FieldStreet}, {"dc", pki.FieldDomainComponent}, {"uid", pki.FieldUserID},
	{"serial-number", pki.FieldSerialNumber}, {"email", pki.FieldEmailAddress},
}

// wishFlags are what certificates of any number can be told.
func (s *session) wishFlags(c *cobra.Command, w *wish) {
	c.Flags().IntVar(&w.days, "days", 0, s.t.T("terminal.flag.days"))
	c.Flags().StringVar(&w.key, "key", string(pki.P256), s.t.T("terminal.flag.key"))
}

// fieldFlags are the fields of one certificate.
func (s *session) fieldFlags(c *cobra.Command, w *wish) {
	s.commonFlags(c, w)
	c.Flags().StringVar(&w.serial, "serial", "", s.t.T("profiles.flag.serial"))
}

// commonFlags are the fields that certificates of any number can share.
func (s *session) commonFlags(c *cobra.Command, w *wish) {
	f := c.Flags()
	text := func(to *string, name string) { f.StringVar(to, name, "", s.t.T("profiles.flag."+name)) }
	list := func(to *[]string, name string) { f.StringArrayVar(to, name, nil, s.t.T("profiles.flag."+name)) }
	text(&w.profile, "profile")
	text(&w.from, "not-before")
	text(&w.until, "not-after")
	text(&w.subject, "subject")
	w.parts = map[pki.Field]*string{}
	for _, part := range subjectFlags {
		w.parts[part.field] = new(string)
		text(w.parts[part.field], part.name)
	}
	list(&w.units, "ou")
	list(&w.attributes, "attribute")
	f.StringSliceVar(&w.keyUsage, "key-usage", nil, s.t.T("profiles.flag.key-usage"))
	f.StringSliceVar(&w.extKeyUsage, "ext-key-usage", nil, s.t.T("profiles.flag.ext-key-usage"))
	list(&w.crl, "crl")
	list(&w.ocsp, "ocsp")
	list(&w.issuers, "ca-issuers")
}

// authorityFlags are for what signs others.
func (s *session) authorityFlags(c *cobra.Command, w *wish) {
	f := c.Flags()
	f.StringVar(&w.issuer, "parent", "", s.t.T("profiles.flag.parent"))
	f.StringVar(&w.pathLength, "path-length", "", s.t.T("profiles.flag.path-length"))
	f.StringArrayVar(&w.permit, "permit", nil, s.t.T("profiles.flag.permit"))
	f.StringArrayVar(&w.exclude, "exclude", nil, s.t.T("profiles.flag.exclude"))
}

// begun is a request as the profile of the wish says, or as its kind does.
func (s *session) begun(d *desk.Desk, w wish, kind pki.Kind) (desk.IssueRequest, error) {
	r := desk.IssueRequest{Request: pki.NewRequest(kind)}
	if w.profile == "" {
		return r, nil
	}
	p, err := d.FindProfile(w.profile)
	if err != nil {
		return r, err
	}
	if p.Kind != kind {
		return r, wrong("profiles.other-kind", "Profile", p.Name, "Kind", s.t.T("kind.short."+string(p.Kind)))
	}
	r.Request, r.Profile = p.Request(d.Now()), p.Name
	return r, nil
}

// request reads the wish as a request, all its faults together.
func (s *session) request(c *cobra.Command, d *desk.Desk, w wish, kind pki.Kind, name string) (desk.IssueRequest, error) {
	r, err := s.begun(d, w, kind)
	if err != nil {
		return r, err
	}
	if err := w.read(c, &r.Request, kind, name, d.Now()); err != nil {
		return r, err
	}
	if w.issuer != "" {
		issuer, err := d.FindAuthority(w.issuer)
		if err != nil {
			return r, err
		}
		r.IssuerID = issuer.ID
	}
	return r, nil
}

// check finds what is wrong with the wish by itself, before any vault is
// opened or made. What follows a profile can only be looked at with it.
func (w wish) check(c *cobra.Command, kind pki.Kind, name string, now time.Time) error {
	if w.profile != "" {
		return nil
	}
	r := pki.NewRequest(kind)
	return w.read(c, &r, kind, name, now)
}

// readCommon reads the flags that certificates of any number can share. name
// is the common name, "" for none.
func (w wish) readCommon(c *cobra.Command, r *pki.Request, name string, now time.Time) (pki.Faults, error) {
	if c.Flags().Changed("key") || w.profile == "" {
		key, err := pki.ParseKeyKind(w.key)
		if err != nil {
			return nil, notOneOf("--key", w.key, keyNames()...)
		}
		r.Key = key
	}
	faults, err := w.dates(c, now, r)
	if err != nil {
		return nil, err
	}
	if err := w.setSubject(name, r); err != nil {
		return nil, err
	}
	w.fields(r)
	return faults, nil
}

// read reads the flags into a request.
func (w wish) read(c *cobra.Command, r *pki.Request, kind pki.Kind, name string, now time.Time) error {
	faults, err := w.readCommon(c, r, name, now)
	if err != nil {
		return err
	}
	names, more := w.subjectNames(kind, name)
	r.Names, faults = names, append(faults, more...)
	more, err = w.setConstraints(r)
	if err != nil {
		return err
	}
	faults = append(faults, more...)
	var typed pki.Faults
	if len(faults) == 0 && errors.As(r.CheckCSR(), &typed) {
		faults = typed
	}
	if len(faults) > 0 {
		return usageError{faults}
	}
	return nil
}

// dates reads when the certificate begins and ends.
func (w wish) dates(c *cobra.Command, now time.Time, r *pki.Request) (pki.Faults, error) {
	var faults pki.Faults
	begin := now
	if w.from != "" {
		at, err := parseDate(w.from, begin.Location(), false)
		if err != nil {
			return nil, notDate("--not-before", w.from)
		}
		r.NotBefore, begin = at, at
	}
	if w.until != "" {
		if c.Flags().Changed("days") {
			return nil, notTogether("--days", "--not-after")
		}
		at, err := parseDate(w.until, begin.Location(), true)
		if err != nil {
			return nil, notDate("--not-after", w.until)
		}
		r.NotAfter = at
	}
	if c.Flags().Changed("days") {
		if w.days < 1 || w.days > maxDays {
			faults = append(faults, pki.Fault{Field: pki.FieldValidity, Code: faultDays, Value: fmt.Sprint(w.days)})
		}
		r.NotAfter = begin.Add(time.Duration(min(max(w.days, 1), maxDays)) * 24 * time.Hour)
	}
	if !r.NotBefore.IsZero() && !r.NotAfter.IsZero() && !r.NotAfter.After(r.NotBefore) && len(faults) == 0 {
		faults = append(faults, pki.Fault{Field: pki.FieldValidity, Code: pki.CodeValidityOrder, Value: r.NotAfter.Format(time.RFC3339)})
	}
	return faults, nil
}

// parseDate reads a day (2027-01-31), which begins or ends then where the
// computer is, or a moment (2027-01-31T12:00:00Z, RFC 3339).
func parseDate(text string, local *time.Location, end bool) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, local)
	if err != nil {
		return at, err
	}
	if end {
		at = at.AddDate(0, 0, 1).Add(-time.Second)
	}
	return at, nil
}

// notDate is a flag's value that is no date.
func notDate(flag, value string) error {
	return wrong("usage.date", "Flag", flag, "Value", value)
}

// setSubject reads the subject: what --subject says, then the single flags.
// NAME is the common name unless --subject has one.
func (w wish) setSubject(name string, r *pki.Request) error {
	if w.subject != "" {
		subject, err := pki.ParseSubject(w.subject)
		if err != nil {
			return usageError{err}
		}
		r.Subject = subject
	}
	if r.Subject.CommonName == "" {
		r.Subject.CommonName = name
	}
	for field, value := range w.parts {
		if *value != "" {
			r.Subject.Set(field, *value)
		}
	}
	for i, unit := range w.units {
		if i == 0 && r.Subject.OrganizationalUnit == "" {
			r.Subject.OrganizationalUnit = unit
			continue
		}
		r.Subject.Extra = append(r.Subject.Extra, pki.Attribute{Name: "OU", Value: unit})
	}
	for _, text := range w.attributes {
		name, value, found := strings.Cut(text, "=")
		if !found {
			return wrong("usage.attribute", "Flag", "--attribute", "Value", text)
		}
		r.Subject.Extra = append(r.Subject.Extra, pki.Attribute{Name: name, Value: value})
	}
	return nil
}

// fields reads serial number, usages and addresses. What is not said stays as
// the profile says.
func (w wish) fields(r *pki.Request) {
	r.Serial = w.serial
	for _, list := range []struct {
		said []string
		to   *[]string
	}{
		{w.keyUsage, &r.KeyUsage}, {w.extKeyUsage, &r.ExtKeyUsage},
		{w.crl, &r.CRLAddresses}, {w.ocsp, &r.OCSPAddresses}, {w.issuers, &r.IssuerAddresses},
	} {
		if len(list.said) > 0 {
			*list.to = list.said
		}
	}
}

// setConstraints reads path length and name constraints.
func (w wish) setConstraints(r *pki.Request) (pki.Faults, error) {
	switch w.pathLength {
	case "":
	case "none":
		r.PathLength = pki.PathUnlimited
	default:
		n, err := strconv.Atoi(w.pathLength)
		if err != nil || n < 0 {
			return nil, notOneOf("--path-length", w.pathLength, "0", "1", "2", "…", "none")
		}
		r.PathLength = n
	}
	permitted, faults := pki.ParseConstraintLists(w.permit, pki.FieldPermitted)
	excluded, more := pki.ParseConstraintLists(w.exclude, pki.FieldExcluded)
	if len(permitted)+len(excluded) > 0 {
		r.Constraints = pki.NameConstraints{Permitted: permitted, Excluded: excluded}
	}
	return append(faults, more...), nil
}

// subjectNames are the names typed. A server answers to NAME too when that is
// a name that a client can connect to; clients look at nothing else.
func (w wish) subjectNames(kind pki.Kind, name string) ([]pki.Name, pki.Faults) {
	var names []pki.Name
	var faults pki.Faults
	if kind == pki.Server || kind == pki.Both {
		own, err := pki.ParseName(name)
		var fault *pki.Fault
		switch {
		case err == nil && (own.Kind == pki.NameDNS || own.Kind == pki.NameIP):
			names = append(names, own)
		case len(w.names) == 0 && pki.WebHost(own) != "":
			faults = append(faults, pki.Fault{Field: pki.FieldNames, Code: pki.CodeNamesWebAddress, Value: pki.WebHost(own)})
		case len(w.names) == 0 && errors.As(err, &fault):
			faults = append(faults, *fault)
		}
	}
	for _, text := range w.names {
		more, wrong := pki.ParseNameList(text)
		for _, n := range more {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		faults = append(faults, wrong...)
	}
	return names, faults
}

// maxDays is a hundred years; RFC 5280 dates end with the year 9999.
const maxDays = 36525

// faultDays: a number of days that is none, or too many.
const faultDays = "validity-days"
