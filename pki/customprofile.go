package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// A Profile is a way of making certificates: what a request says but for whom
// it names, its serial number and its dates.
type Profile struct {
	Name     string   `json:"name"`
	Kind     Kind     `json:"kind"`
	Key      KeyKind  `json:"key,omitempty"`      // "" for P-256
	Validity Span     `json:"validity,omitempty"` // "" for what the kind has by default
	Subject  *Subject `json:"subject,omitempty"`  // the parts that all of its certificates have
	// The rest is as in a Request.
	PathLength      *int             `json:"pathLength,omitempty"` // nil for PathProfile
	Constraints     *NameConstraints `json:"constraints,omitempty"`
	KeyUsage        []string         `json:"keyUsage,omitempty"`
	ExtKeyUsage     []string         `json:"extKeyUsage,omitempty"`
	CRLAddresses    []string         `json:"crlAddresses,omitempty"`
	OCSPAddresses   []string         `json:"ocspAddresses,omitempty"`
	IssuerAddresses []string         `json:"issuerAddresses,omitempty"`
}

// The bounds of profiles, ours.
const (
	maxProfile     = 64 << 10 // octets of JSON
	maxProfileName = 64       // characters
	profileVersion = 1
)

// Errors of reading a profile.
var (
	// ErrNotProfile reports data that is not a profile: not JSON, or other
	// JSON.
	ErrNotProfile = errors.New("not a profile")
	// ErrProfileTooLarge reports a profile over 64 KiB.
	ErrProfileTooLarge = errors.New("profile larger than 64 KiB")
)

// A ProfileVersionError reports a profile that a newer program wrote.
type ProfileVersionError struct{ Found, Known int }

func (e *ProfileVersionError) Error() string {
	return fmt.Sprintf("profile of version %d; this program reads up to %d", e.Found, e.Known)
}

// A ProfileFieldError reports a field that a profile does not have, or whose
// value is of another type.
type ProfileFieldError struct {
	Field string
	Err   error // the JSON decoder's
}

func (e *ProfileFieldError) Error() string {
	return fmt.Sprintf("field %q of a profile: %v", e.Field, e.Err)
}

func (e *ProfileFieldError) Unwrap() error { return e.Err }

// profileFile is a profile in its file.
type profileFile struct {
	Format  string `json:"format"` // profileFormat
	Version int    `json:"version"`
	Profile
}

const profileFormat = "countersign-profile"

// MarshalProfile returns a profile as JSON that ParseProfile reads.
func MarshalProfile(p Profile) ([]byte, error) {
	out, err := json.MarshalIndent(profileFile{Format: profileFormat, Version: profileVersion, Profile: p}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode profile %q: %w", p.Name, err)
	}
	return append(out, '\n'), nil
}

// ParseProfile reads a profile from JSON and checks it whole. Errors:
// ErrNotProfile, ErrProfileTooLarge, *ProfileVersionError, *ProfileFieldError,
// [Faults].
func ParseProfile(data []byte) (Profile, error) {
	if len(data) > maxProfile {
		return Profile{}, ErrProfileTooLarge
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Format != profileFormat {
		return Profile{}, ErrNotProfile
	}
	if head.Version < 1 || head.Version > profileVersion {
		return Profile{}, &ProfileVersionError{Found: head.Version, Known: profileVersion}
	}
	var file profileFile
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return Profile{}, profileFieldError(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Profile{}, ErrNotProfile
	}
	p := file.Profile
	p.Name = strings.TrimSpace(p.Name)
	if err := p.Check(); err != nil {
		return Profile{}, fmt.Errorf("profile %q: %w", Escape(p.Name), err)
	}
	return p, nil
}

func profileFieldError(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return &ProfileFieldError{Field: wrong.Field, Err: err}
	}
	// encoding/json has no type for this one.
	if _, name, found := strings.Cut(err.Error(), "unknown field "); found {
		return &ProfileFieldError{Field: strings.Trim(name, `"`), Err: err}
	}
	return ErrNotProfile
}

// Check returns nil, or [Faults] with all that is wrong with the profile,
// whoever will be named and sign.
func (p Profile) Check() error {
	var faults Faults
	add := func(field Field, code, value string) {
		faults = append(faults, Fault{Field: field, Code: code, Value: value})
	}
	switch {
	case strings.TrimSpace(p.Name) == "":
		add(FieldProfile, CodeNameMissing, "")
	case utf8.RuneCountInString(p.Name) > maxProfileName:
		add(FieldProfile, CodeNameTooLong, fmt.Sprint(maxProfileName))
	case !utf8.ValidString(p.Name), Escape(p.Name) != p.Name:
		add(FieldProfile, CodeNameControl, Escape(p.Name))
	}
	if !p.Validity.valid() {
		add(FieldValidity, CodeSpan, Escape(string(p.Validity)))
	}
	now := time.Unix(0, 0).AddDate(50, 0, 0) // any time: a profile has no dates
	r := p.Request(now).normal()
	if !r.Kind.known() {
		add(FieldKind, CodeKindUnknown, Escape(string(r.Kind)))
	}
	if !r.Key.known() {
		add(FieldKey, CodeKeyUnknown, Escape(string(r.Key)))
	}
	if r.Kind == Authority && r.PathLength < PathUnlimited {
		add(FieldPathLength, CodePathLength, fmt.Sprint(r.PathLength))
	}
	faults = append(faults, r.Subject.faults()...)
	faults = append(faults, r.usageFaults()...)
	faults = append(faults, r.constraintsFaults()...)
	return append(faults, r.fieldFaults()...).err()
}

// Request returns a request as the profile says, for a certificate that begins
// now. Name, names and issuer are still to be said.
func (p Profile) Request(now time.Time) Request {
	r := NewRequest(p.Kind)
	if p.Key != "" {
		r.Key = p.Key
	}
	if p.Subject != nil {
		r.Subject = p.Subject.copied()
	}
	if p.PathLength != nil && p.Kind == Authority {
		r.PathLength = *p.PathLength
	}
	if p.Constraints != nil {
		r.Constraints = *p.Constraints
	}
	r.NotAfter = p.Validity.End(now)
	r.KeyUsage, r.ExtKeyUsage = p.KeyUsage, p.ExtKeyUsage
	r.CRLAddresses, r.OCSPAddresses, r.IssuerAddresses = p.CRLAddresses, p.OCSPAddresses, p.IssuerAddresses
	return r
}

// ProfileOf returns the profile of a request: who it names is left out, that
// is its common name, user ID, serial number, e-mail address and alternative
// names. span is how long its certificate is to be valid.
func ProfileOf(name string, r Request, span Span) Profile {
	r = r.normal()
	s := r.Subject.copied()
	s.CommonName, s.UserID, s.SerialNumber, s.EmailAddress = "", "", "", ""
	p := Profile{
		Name: strings.TrimSpace(name), Kind: r.Kind, Key: r.Key, Validity: span,
		KeyUsage: r.KeyUsage, ExtKeyUsage: r.ExtKeyUsage,
		CRLAddresses: r.CRLAddresses, OCSPAddresses: r.OCSPAddresses, IssuerAddresses: r.IssuerAddresses,
	}
	if len(s.attributes()) > 0 {
		p.Subject = &s
	}
	if r.Kind == Authority && r.PathLength != PathProfile {
		p.PathLength = &r.PathLength
	}
	if r.Kind == Authority && !r.Constraints.IsZero() {
		p.Constraints = &r.Constraints
	}
	return p
}

// ProfileOfCertificate returns the profile that a certificate was made with, as
// far as it shows, and the OIDs of what a profile cannot say; see RequestOf.
func ProfileOfCertificate(name string, c *x509.Certificate) (Profile, []string) {
	r, missing := RequestOf(c)
	if !r.Key.known() {
		r.Key = P256
	}
	return ProfileOf(name, r, SpanOf(c.NotBefore, c.NotAfter)), missing
}

// copied returns a subject that shares nothing with s.
func (s Subject) copied() Subject {
	s.Extra = append([]Attribute(nil), s.Extra...)
	return s
}

// BuiltInProfiles returns the profiles that come with the program. Their names
// are codes, for which the user interface has words.
func BuiltInProfiles() []Profile {
	one := 1
	return []Profile{
		{Name: "server", Kind: Server},
		{Name: "server-90-days", Kind: Server, Validity: "90d"},
		{Name: "client", Kind: Client},
		{Name: "browser-client", Kind: Client, Key: RSA2048, Validity: "1y"},
		{Name: "client-24-hours", Kind: Client, Validity: "24h"},
		{Name: "both", Kind: Both},
		{Name: "root", Kind: Authority},
		{Name: "intermediate", Kind: Authority, Validity: "5y"},
		{Name: "policy-authority", Kind: Authority, Validity: "5y", PathLength: &one},
		{Name: "server-authority", Kind: Authority, Validity: "5y", ExtKeyUsage: []string{"serverAuth"}},
		{Name: "client-authority", Kind: Authority, Validity: "5y", ExtKeyUsage: []string{"clientAuth"}},
	}
}
