package terminal

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// partnerKit writes what the partner needs from us.
func (s *session) partnerKit() *cobra.Command {
	var out, language string
	var force, withKey, sent bool
	c := &cobra.Command{
		Use: "kit NAME", Short: s.t.T("partners.terminal.kit"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" && !sent {
				return s.needs("--out FOLDER|FILE.zip")
			}
			words := s.t
			if language != "" {
				if !slices.Contains(i18n.Languages(), language) {
					return notOneOf("--language", language, i18n.Languages()...)
				}
				words = i18n.New(language)
			}
			return s.withPartner(c, args[0], func(d *desk.Desk, p desk.Partner) error {
				var o desk.KitOptions
				if o.Secret = withKey; withKey {
					var err error
					if o.Password, err = d.NewPassword(); err != nil {
						return err
					}
				}
				kit, err := d.Kit(p.ID, o)
				if err != nil {
					return err
				}
				if out != "" {
					if err := d.WriteKit(out, kit, o, words.KitReadme(kit.Facts, kit.FileFacts()), force); err != nil {
						return err
					}
					s.sayKit(kit, out)
				}
				if withKey && out != "" {
					s.say("terminal.password-made", "Password", o.Password)
				}
				if !sent {
					return nil
				}
				if _, err := d.MarkSent(p.ID, kit.Prints); err != nil {
					return err
				}
				s.say("partners.kit.sent", "Name", pki.Escape(p.Name))
				return nil
			})
		},
	}
	c.Flags().StringVar(&out, "out", "", s.t.T("partners.flag.out"))
	c.Flags().BoolVar(&force, "force", false, s.t.T("terminal.flag.force"))
	c.Flags().StringVar(&language, "language", "", s.t.T("partners.flag.language"))
	c.Flags().BoolVar(&withKey, "with-key", false, s.t.T("partners.flag.with-key"))
	c.Flags().BoolVar(&sent, "sent", false, s.t.T("partners.flag.sent"))
	return c
}

// sayKit lists what a kit holds.
func (s *session) sayKit(kit desk.Kit, out string) {
	s.say("terminal.exported", "Path", out)
	for _, f := range kit.Files {
		fmt.Fprintf(s.Out, "  %s: %s\n", f.Name, s.t.KitFile(f.What, f.Facts["role"]))
		if print := f.Facts["sha256"]; print != "" && f.What != desk.KitAuthorityDER && f.What != desk.KitChain {
			fmt.Fprintf(s.Out, "    SHA-256 %s\n", print)
		}
	}
}

// takeFlags say what is taken of a kit.
type takeFlags struct {
	trust    []string
	password []string
	file     string
	keepKeys bool
	dry      bool
}

// partnerTake reads what the partner sent, and takes it in.
func (s *session) partnerTake() *cobra.Command {
	var f takeFlags
	c := &cobra.Command{
		Use: "take NAME FILE|FOLDER|ZIP...", Short: s.t.T("partners.terminal.take"), Args: cobra.MinimumNArgs(2),
		Long: s.t.T("partners.terminal.take") + "\n\n" + s.t.T("partners.terminal.take.long"),
		RunE: func(c *cobra.Command, args []string) error {
			passwords, err := s.manyPasswords(f.password, f.file)
			if err != nil {
				return err
			}
			return s.withPartner(c, args[0], func(d *desk.Desk, p desk.Partner) error {
				in, err := d.ReadKit(c.Context(), p.ID, args[1:], desk.Passwords{Any: passwords})
				if err != nil {
					return err
				}
				return s.take(c, d, p, in, f)
			})
		},
	}
	c.Flags().StringArrayVar(&f.trust, "fingerprint", nil, s.t.T("partners.flag.fingerprint"))
	c.Flags().StringArrayVar(&f.password, "password", nil, s.seenPassword(s.t.T("partners.flag.password")))
	c.Flags().StringVar(&f.file, "password-file", "", s.t.T("import.terminal.password-file"))
	c.Flags().BoolVar(&f.keepKeys, "keep-keys", false, s.t.T("partners.flag.keep-keys"))
	c.Flags().BoolVar(&f.dry, "dry-run", false, s.t.T("partners.flag.dry-run"))
	return c
}

func (s *session) take(c *cobra.Command, d *desk.Desk, p desk.Partner, in desk.KitIn, f takeFlags) error {
	s.printKitIn(p, in)
	if f.dry || in.Empty() {
		s.say("partners.take.nothing")
		if !f.dry {
			return saidError{}
		}
		return nil
	}
	choice := desk.KitChoice{Trust: f.trust, KeepKeys: f.keepKeys}
	if len(f.trust) == 0 {
		if untrusted := newTops(in); len(untrusted) > 0 && s.In != nil && term.IsTerminal(int(s.In.Fd())) {
			sure, err := s.sure(s.t.T("partners.take.ask", "Name", pki.Escape(p.Name)))
			if err != nil {
				return err
			}
			if sure {
				choice.Trust = untrusted
			}
		}
	}
	done, err := d.TakeKit(c.Context(), p.ID, in, choice)
	if err != nil {
		return err
	}
	unconfirmed := len(choice.Trust) == 0 && len(newTops(in)) > 0
	s.printTaken(done, in, unconfirmed)
	known := slices.ContainsFunc(in.Authorities, func(a desk.KitInAuthority) bool { return a.Trusted })
	if took := len(done.Authorities)+len(done.Answers)+len(done.Requests)+done.Keys > 0; !took && (unconfirmed || !known) {
		return saidError{}
	}
	return nil
}

// newTops are the fingerprints of whom to trust that nobody confirmed yet.
func newTops(in desk.KitIn) []string {
	var prints []string
	for _, a := range in.Authorities {
		if a.Top && !a.Ours && !a.Trusted {
			prints = append(prints, a.Fingerprint)
		}
	}
	return prints
}

// printKitIn says what a kit holds, with the fingerprints to compare.
func (s *session) printKitIn(p desk.Partner, in desk.KitIn) {
	name := pki.Escape(p.Name)
	line := func(path, words, print string) {
		fmt.Fprintf(s.Out, "%s: %s\n", pki.Escape(path), words)
		if print != "" {
			fmt.Fprintf(s.Out, "    SHA-256 %s\n", print)
		}
	}
	for _, a := range in.Authorities {
		line(a.Path, s.t.T("partners.in."+authorityCode(a), "Name", pki.Escape(a.Name), "Partner", name, "Until", s.t.Date(a.Certificate.NotAfter)), a.Fingerprint)
		if a.Namesake {
			fmt.Fprintln(s.Err, s.t.T("partners.in.namesake", "Name", pki.Escape(a.Name)))
		}
		if a.Health != desk.Good && a.Health != desk.Expiring {
			fmt.Fprintln(s.Err, "    "+s.t.T("health."+string(a.Health)))
		}
	}
	for _, a := range in.Answers {
		line(a.Path, s.t.T("partners.in.answer", "Name", pki.Escape(a.Name), "Request", pki.Escape(a.Request.Name)), a.Fingerprint)
	}
	for _, r := range in.Requests {
		line(r.Path, s.t.T("partners.in.request", "Name", pki.Escape(r.Name), "Kind", s.t.T("terminal.kind."+string(r.Kind))), r.Fingerprint)
		if r.Problem != nil {
			s.explain(r.Problem)
		}
	}
	for _, o := range in.Others {
		line(o.Path, s.t.T("partners.in.other", "Name", pki.Escape(o.Name)), o.Fingerprint)
	}
	for _, k := range in.Keys {
		fmt.Fprintf(s.Err, "%s: %s\n", pki.Escape(k.Path), s.t.T("partners.in."+keyCode(k), "Name", pki.Escape(k.Of)))
	}
	for _, l := range in.Locked {
		fmt.Fprintln(s.Err, s.t.T("partners.in.locked", "Path", pki.Escape(l.Path)))
	}
	for _, u := range in.Unread {
		fmt.Fprintf(s.Err, "%s: ", pki.Escape(u.Path))
		s.explain(u.Err)
	}
}

func authorityCode(a desk.KitInAuthority) string {
	switch {
	case a.Ours:
		return "authority.ours"
	case a.Trusted:
		return "authority.trusted"
	case !a.Top:
		return "authority.between"
	}
	return "authority.new"
}

func keyCode(k desk.KitInKey) string {
	switch {
	case k.Authority:
		return "key.authority"
	case k.Of == "":
		return "key.loose"
	}
	return "key"
}

func (s *session) printTaken(done desk.KitTaken, in desk.KitIn, unconfirmed bool) {
	for _, a := range done.Authorities {
		s.say("partners.taken.authority", "Name", pki.Escape(a.Name), "Partner", pki.Escape(done.Partner.Name))
	}
	for _, a := range done.Answers {
		s.say("requests.terminal.completed", "Name", pki.Escape(a.Name), "Issuer", pki.Escape(a.Issuer), "Until", s.t.Date(a.NotAfter))
	}
	for _, r := range done.Requests {
		s.say("partners.taken.request", "Name", pki.Escape(r.Name))
	}
	switch {
	case done.Keys > 0:
		s.say("partners.taken.keys", "Count", done.Keys)
	case len(in.Keys) > 0:
		s.say("partners.taken.no-keys")
	}
	if unconfirmed {
		s.say("partners.taken.unconfirmed")
	}
}
