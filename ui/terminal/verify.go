package terminal

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// verifyFlags are what verify was asked.
type verifyFlags struct {
	purpose, name, at, password string
	secret                      secret
	trust, crls, between        []string
	needCRL, asJSON             bool
}

func (s *session) verify() *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use: "verify FILE|NAME", Short: s.t.T("verify.terminal"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("name") && strings.TrimSpace(f.name) == "" {
				return wrong("usage.flag-value", "Flag", "--name", "Takes", "HOST")
			}
			var err error
			if f.password, err = s.password(c, f.secret); err != nil {
				return err
			}
			return s.verifyOne(c.Context(), args[0], f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.purpose, "purpose", "", s.t.T("verify.terminal.purpose"))
	flags.StringVar(&f.name, "name", "", s.t.T("verify.terminal.name"))
	flags.StringVar(&f.at, "at", "", s.t.T("verify.terminal.at"))
	flags.StringArrayVar(&f.trust, "trust", nil, s.t.T("verify.terminal.trust"))
	flags.StringArrayVar(&f.between, "intermediate", nil, s.t.T("verify.terminal.intermediate"))
	flags.StringArrayVar(&f.crls, "crl", nil, s.t.T("verify.terminal.crl"))
	flags.BoolVar(&f.needCRL, "need-crl", false, s.t.T("verify.terminal.need-crl"))
	s.passwordFlags(c, &f.secret, s.t.T("terminal.flag.password"))
	flags.BoolVar(&f.asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

func (s *session) verifyOne(ctx context.Context, what string, f verifyFlags) error {
	r := desk.VerifyRequest{Name: f.name, CRLs: f.crls, Intermediates: f.between, NeedCRL: f.needCRL, Password: f.password}
	if err := s.verifyWhen(&r, f); err != nil {
		return err
	}
	var names []string // of the vault
	for _, trusted := range f.trust {
		switch {
		case trusted == "system":
			r.Trust.System = true
		case isFile(trusted):
			r.Trust.Files = append(r.Trust.Files, trusted)
		default:
			names = append(names, trusted)
		}
	}
	if isFile(what) {
		r.Path = what
	}
	if r.Path != "" && len(f.trust) > 0 && len(names) == 0 { // needs no vault
		v, err := desk.VerifyFile(ctx, r, s.now())
		return s.verdict(v, err, f.asJSON)
	}
	return s.withDesk(ctx, func(d *desk.Desk) error {
		for _, name := range names {
			c, err := s.named(d, d.FindAuthority, name)
			if err != nil {
				return err
			}
			r.Trust.IDs = append(r.Trust.IDs, c.ID)
		}
		if r.Path == "" {
			c, err := s.named(d, d.Find, what)
			if err != nil {
				return err
			}
			r.ID = c.ID
		}
		v, err := d.Verify(ctx, r)
		for _, w := range v.Doubts {
			fmt.Fprintf(s.Err, "! %s\n", i18n.Sentences(s.t.Warning(w.Code, pki.Escape(w.Value), w.Client), s.t.T("verify.mend.new-key")))
		}
		return s.verdict(v, err, f.asJSON)
	})
}

// now is the desk's clock.
func (s *session) now() time.Time {
	if s.Desk.Now != nil {
		return s.Desk.Now()
	}
	return time.Now()
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// verifyWhen reads purpose and date.
func (s *session) verifyWhen(r *desk.VerifyRequest, f verifyFlags) error {
	if f.purpose != "" {
		kind := pki.Kind(f.purpose)
		switch {
		case f.purpose == "any":
			kind = ""
		case !slices.Contains([]pki.Kind{pki.Server, pki.Client, pki.Both, pki.Authority}, kind):
			return notOneOf("--purpose", f.purpose, "server", "client", "both", "authority", "any")
		}
		r.Purpose = &kind
	}
	if f.at == "" {
		return nil
	}
	for _, form := range []string{time.DateOnly, time.DateTime, time.RFC3339} {
		if at, err := time.ParseInLocation(form, f.at, time.Local); err == nil {
			r.At = at
			return nil
		}
	}
	return notDate("--at", f.at)
}

// verdict prints the answer; the exit status is 1 when it is no.
func (s *session) verdict(v desk.Verified, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	if asJSON {
		err = s.json(newVerdict(v))
	} else {
		s.printVerified(v)
	}
	if err == nil && !v.Trusted {
		err = saidError{}
	}
	return err
}

// verdictKey is "trusted", "strict" or "refused".
func verdictKey(v desk.Verified) string {
	switch {
	case v.Trusted:
		return "trusted"
	case v.OnlyStrict:
		return "strict"
	}
	return "refused"
}

func (s *session) printVerified(v desk.Verified) {
	s.say("verify." + verdictKey(v))
	if v.Trusted {
		s.say("verify.said."+said(v), "Purpose", s.t.T("verify.purpose."+purposeKey(v.Purpose)), "Name", v.Name, "Date", s.t.Date(v.At))
	}
	if v.Trusted && v.Blind {
		s.say("verify.terminal.blind")
	}
	fmt.Fprintln(s.Out)
	for i, link := range v.Links {
		s.printLink(v, i, link)
	}
	if m := v.Mend(); m != desk.MendNothing {
		at := v.Links[v.Worst().Index]
		fmt.Fprintln(s.Out)
		words := s.t.T("verify.mend."+string(m), "Certificate", at.Title(), "Name", v.Name)
		if m == desk.MendImport {
			words = s.t.T("verify.terminal.mend-missing")
		}
		s.say("verify.terminal.next", "Mend", words)
	}
}

// said tells which sentence says what a certificate is accepted for.
func said(v desk.Verified) string {
	if v.Purpose == "" {
		return "any"
	}
	return "trusted"
}

func purposeKey(kind pki.Kind) string {
	if kind == "" {
		return "any"
	}
	return string(kind)
}

// printLink prints a certificate, what is wrong with it, and who signed it.
func (s *session) printLink(v desk.Verified, i int, link desk.VerifiedLink) {
	about := []string{link.Described.Key, s.t.T("verify.dates", "From", s.t.Date(link.Described.NotBefore), "Until", s.t.Date(link.Described.NotAfter))}
	if i == len(v.Links)-1 && v.Anchored {
		about = append(about, s.t.T("verify.root.trusted"))
	}
	fmt.Fprintf(s.Out, "%s (%s)\n", link.Title(), strings.Join(about, s.t.T("list.comma")))
	issuer := ""
	if i+1 < len(v.Links) {
		issuer = v.Links[i+1].Title()
	}
	s.printFindings(v, v.Of(i), issuer)
	if issuer == "" {
		return
	}
	between := v.Between(i)
	fmt.Fprintf(s.Out, "  ^ %s\n", s.t.T("verify."+desk.LinkState(between)))
	s.printFindings(v, between, issuer)
}

func (s *session) printFindings(v desk.Verified, findings []pki.Finding, issuer string) {
	for _, f := range findings {
		mark := map[pki.Severity]string{pki.Refused: "x", pki.Strict: "!", pki.Advice: "-"}[f.Severity]
		detail := f.Field
		if f.Client != "" {
			detail += "; " + s.t.T("verify.who", "Client", s.t.Client(f.Client))
		}
		words := s.t.Finding(f.Code, f.Value, v.Name, issuer)
		switch {
		case f.Code == pki.FindingIssuerMissing && len(v.Trusting) > 0:
			words = s.t.T("verify.terminal.issuer-missing", "Issuer", f.Value, "Trusting", trusting(v))
		case (f.Code == pki.FindingRootUntrusted || f.Code == pki.FindingSelfSigned) && len(v.Trusting) > 0:
			words = s.t.T("verify.terminal.untrusted", "Trusting", trusting(v))
		}
		fmt.Fprintf(s.Out, "  %s %s [%s]\n", mark, words, detail)
	}
}

// mostTrusting is how many of the trusted are named.
const mostTrusting = 3

// trusting names what is trusted, the first ones of many.
func trusting(v desk.Verified) string {
	if len(v.Trusting) > mostTrusting {
		return strings.Join(v.Trusting[:mostTrusting], ", ") + ", …"
	}
	return strings.Join(v.Trusting, ", ")
}

// A verdictJSON is the answer of verify --json.
type verdictJSON struct {
	Verdict  string        `json:"verdict"` // "trusted", "strict", "refused"
	Trusted  bool          `json:"trusted"`
	Blind    bool          `json:"revocationUnknown"` // nothing told who is revoked
	Purpose  pki.Kind      `json:"purpose"`
	Name     string        `json:"name,omitempty"`
	At       time.Time     `json:"at"`
	Chain    []linkJSON    `json:"chain"` // the leaf first
	Anchored bool          `json:"anchored"`
	Findings []pki.Finding `json:"findings"`
	Doubts   []pki.Warning `json:"doubts,omitempty"` // what the vault knows, and who checks it cannot
	Mend     desk.Mend     `json:"mend,omitempty"`
}

type linkJSON struct {
	ID          desk.ID         `json:"id,omitempty"` // when it is in the vault
	Name        string          `json:"name"`
	Certificate pki.Description `json:"certificate"`
}

func newVerdict(v desk.Verified) verdictJSON {
	out := verdictJSON{
		Verdict: verdictKey(v), Trusted: v.Trusted, Blind: v.Blind, Purpose: v.Purpose, Name: v.Name, At: v.At.UTC(),
		Anchored: v.Anchored, Findings: v.Findings, Doubts: v.Doubts, Mend: v.Mend(),
	}
	if out.Findings == nil {
		out.Findings = []pki.Finding{}
	}
	for _, link := range v.Links {
		out.Chain = append(out.Chain, linkJSON{ID: link.ID, Name: link.Title(), Certificate: link.Described})
	}
	return out
}
