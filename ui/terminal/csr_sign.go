package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// granting is what the flags say of what a request is to get. What they do not
// say is as the request asks and the profile allows.
type granting struct {
	issuer  string
	profile string
	kind    string
	names   []string
	subject string
	days    int
	dry     bool
	target
}

func (s *session) csrSign() *cobra.Command {
	var g granting
	c := &cobra.Command{
		Use: "sign REQUEST|FILE|-", Short: s.t.T("requests.terminal.sign"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if g.issuer == "" {
				return s.needs("--ca AUTHORITY")
			}
			if err := g.checkTyped(c.Flags().Changed("days")); err != nil {
				return err
			}
			if err := s.checkTarget(g.target, g.der); err != nil && !g.dry {
				return err
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				return s.signRequest(c.Context(), d, args[0], g, c.Flags().Changed("days"))
			})
		},
	}
	c.Flags().StringVar(&g.issuer, "ca", "", s.t.T("terminal.flag.ca"))
	c.Flags().StringVar(&g.profile, "profile", "", s.t.T("profiles.flag.profile"))
	c.Flags().StringVar(&g.kind, "kind", "", s.t.T("requests.flag.grant-kind"))
	c.Flags().StringArrayVar(&g.names, "san", nil, s.t.T("requests.flag.grant-san"))
	c.Flags().StringVar(&g.subject, "subject", "", s.t.T("requests.flag.grant-subject"))
	c.Flags().IntVar(&g.days, "days", 0, s.t.T("terminal.flag.days"))
	c.Flags().BoolVar(&g.dry, "dry-run", false, s.t.T("requests.flag.dry-run"))
	s.targetFlags(c, &g.target)
	return c
}

func (s *session) signRequest(ctx context.Context, d *desk.Desk, name string, g granting, daysGiven bool) error {
	issuer, err := s.named(d, d.FindAuthority, g.issuer)
	if err != nil {
		return err
	}
	whole, fresh, err := s.requestOrFile(ctx, d, name)
	if err != nil {
		return err
	}
	err = s.signThis(ctx, d, issuer, whole, g, daysGiven)
	if err != nil && fresh { // it came but to be signed
		return errors.Join(err, d.DeleteRequest(whole.ID))
	}
	return err
}

func (s *session) signThis(ctx context.Context, d *desk.Desk, issuer desk.Certificate, whole desk.RequestDetail, g granting, daysGiven bool) error {
	if whole.Problem != nil {
		return whole.Problem
	}
	var err error
	signing := desk.Signing{RequestID: whole.ID, IssuerID: issuer.ID}
	if signing.Grant, signing.Profile, err = g.grant(d, whole, daysGiven); err != nil {
		return err
	}
	preview, err := d.PreviewSigning(signing)
	if err != nil {
		return err
	}
	if !g.piped() {
		s.printLines(preview.Lines)
	}
	if len(preview.Faults) > 0 {
		return preview.Faults
	}
	if g.dry {
		s.say("requests.terminal.dry")
		return nil
	}
	made, err := d.SignRequest(ctx, signing)
	if err != nil {
		return err
	}
	if !g.piped() {
		s.say("requests.terminal.signed", "Name", pki.Escape(made.Name), "Issuer", pki.Escape(made.Issuer), "Until", s.t.Date(made.NotAfter), "Serial", made.Serial)
	}
	for _, warning := range preview.Warnings {
		fmt.Fprintf(s.Err, "%s\n", s.t.Warning(warning.Code, pki.Escape(warning.Value), warning.Client))
	}
	format := desk.PEM
	if g.der {
		format = desk.DER
	}
	f, err := d.Export(made.ID, format, "")
	if err != nil {
		return err
	}
	return s.write(f, g.target)
}

// requestOrFile finds a request by its name, or takes it in from a file; fresh
// when it was not in the vault.
func (s *session) requestOrFile(ctx context.Context, d *desk.Desk, name string) (whole desk.RequestDetail, fresh bool, err error) {
	whole, err = s.requestNamed(d, name)
	var missing *desk.NotFoundError
	if !errors.As(err, &missing) {
		return whole, false, err
	}
	if _, noFile := os.Stat(name); noFile != nil && name != "-" {
		return whole, false, err
	}
	data, err := s.input(name)
	if err != nil {
		return whole, false, err
	}
	before, err := d.Requests()
	if err != nil {
		return whole, false, err
	}
	taken, err := d.TakeRequests(ctx, data)
	if err != nil {
		return whole, false, err
	}
	if len(taken) > 1 {
		return whole, false, wrong("requests.terminal.several", "Count", len(taken))
	}
	fresh = !slices.ContainsFunc(before, func(r desk.Request) bool { return r.ID == taken[0].ID })
	whole, err = d.Request(taken[0].ID)
	return whole, fresh, err
}

// checkTyped finds what is wrong with the flags, whatever is asked for.
func (g granting) checkTyped(daysGiven bool) error {
	if g.kind != "" {
		if _, err := parseKind(g.kind); err != nil {
			return err
		}
	}
	if _, err := pki.ParseSubject(g.subject); err != nil {
		return usageError{err}
	}
	_, faults := pki.ParseNameList(strings.Join(g.names, ","))
	if daysGiven && (g.days < 1 || g.days > maxDays) {
		faults = append(faults, pki.Fault{Field: pki.FieldValidity, Code: faultDays, Value: fmt.Sprint(g.days)})
	}
	if len(faults) > 0 {
		return usageError{faults}
	}
	return nil
}

// grant is what the request gets, and the name of the profile that it follows.
func (g granting) grant(d *desk.Desk, whole desk.RequestDetail, daysGiven bool) (pki.Request, string, error) {
	r, profile, err := g.base(d, whole.Asked)
	if err != nil {
		return r, "", err
	}
	if len(g.names) > 0 { // checkTyped has read all of these
		r.Names, _ = pki.ParseNameList(strings.Join(g.names, ","))
	}
	if g.subject != "" {
		r.Subject, _ = pki.ParseSubject(g.subject)
	}
	if daysGiven {
		r.NotAfter = d.Now().Add(time.Duration(g.days) * 24 * time.Hour)
	}
	return r, profile, nil
}

// base is what the request gets when nothing else is said: as a profile has it,
// or as the kind of certificate does.
func (g granting) base(d *desk.Desk, asked pki.Asked) (pki.Request, string, error) {
	kind := asked.Request.Kind
	if g.kind != "" {
		var err error
		if kind, err = parseKind(g.kind); err != nil {
			return pki.Request{}, "", err
		}
	}
	if g.profile == "" {
		return asked.Grant(kind), "", nil
	}
	p, err := d.FindProfile(g.profile)
	if err != nil {
		return pki.Request{}, "", err
	}
	if g.kind != "" && p.Kind != kind {
		return pki.Request{}, "", wrong("usage.not-with", "Flag", "--profile "+p.Name, "Others", "--kind "+string(kind))
	}
	return asked.GrantAs(p.Profile, d.Now()), p.Name, nil
}

// printAsked says what a request asks for, and what keeps it from being signed.
func (s *session) printAsked(r desk.RequestDetail) {
	a := r.Asked
	var names []string
	for _, n := range a.Request.Names {
		names = append(names, string(n.Kind)+":"+pki.Escape(n.Shown))
	}
	constraints := askedConstraints(a)
	if a.AsksAuthority {
		constraints += " (" + s.t.T("requests.why.authority") + ")"
	}
	s.facts("subject", pki.Escape(a.Request.Subject.String()), "names", strings.Join(names, ", "), "key", a.Key,
		"keyUsage", strings.Join(a.Request.KeyUsage, ", "), "extKeyUsage", strings.Join(a.Request.ExtKeyUsage, ", "),
		"basicConstraints", constraints, "ignored", strings.Join(a.Ignored, ", "))
	for _, c := range r.SameKey {
		fmt.Fprintln(s.Out, s.t.T("requests.same-key", "Name", pki.Escape(c.Name), "Serial", c.Serial))
	}
	for _, f := range a.Refused {
		fmt.Fprintf(s.Err, "%s\n", s.words("fault."+f.Code, "Value", pki.Escape(s.t.Value(f.Value))))
	}
	if r.Problem != nil {
		s.explain(r.Problem)
	}
}

// printLines says what is granted otherwise than it was asked.
func (s *session) printLines(lines []pki.Line) {
	for _, l := range lines {
		if l.Why == "" {
			continue
		}
		label := l.Name
		if l.Field != pki.FieldExtension && l.Name == "" {
			label = s.t.T("requests.field." + string(l.Field))
		}
		fmt.Fprintf(s.Out, "  %s: %s -> %s (%s)\n", label, s.values(l.Asked), s.values(l.Granted), s.t.T("requests.why."+l.Why))
		for _, f := range l.Faults {
			fmt.Fprintf(s.Out, "    %s\n", s.words("fault."+f.Code, "Value", pki.Escape(s.t.Value(f.Value))))
		}
	}
}

func (s *session) values(list []string) string {
	if len(list) == 0 {
		return s.t.T("requests.nothing")
	}
	return strings.Join(list, ", ")
}
