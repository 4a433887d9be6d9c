package terminal

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// partner is the commands about other companies, with authorities of their own.
func (s *session) partner() *cobra.Command {
	c := &cobra.Command{Use: "partner", Short: s.t.T("partners.terminal")}
	c.AddCommand(s.partnerNew(), s.partnerSet(), s.partnerList(), s.partnerShow(), s.partnerMend(), s.partnerKit(),
		s.partnerTake(), s.partnerStandIn(), s.partnerTry(), s.partnerDelete())
	return c
}

// partnerFlags are the fields of a partner.
type partnerFlags struct {
	direction, authority string
	client, server       string
	theirURL, ourURL     string
	signsOurs            []string
	signsTheirs          []string
	rename               string
	distrust             []string
}

func (f *partnerFlags) add(s *session, c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.direction, "direction", "", s.t.T("partners.flag.direction"))
	flags.StringVar(&f.authority, "ca", "", s.t.T("partners.flag.ca"))
	flags.StringVar(&f.client, "client", "", s.t.T("partners.flag.client"))
	flags.StringVar(&f.server, "server", "", s.t.T("partners.flag.server"))
	flags.StringVar(&f.theirURL, "their-url", "", s.t.T("partners.flag.their-url"))
	flags.StringVar(&f.ourURL, "our-url", "", s.t.T("partners.flag.our-url"))
	flags.StringArrayVar(&f.signsOurs, "signs-ours", nil, s.t.T("partners.flag.signs-ours"))
	flags.StringArrayVar(&f.signsTheirs, "signs-theirs", nil, s.t.T("partners.flag.signs-theirs"))
}

// apply gives a partner what the flags say; what they do not say stays.
func (f *partnerFlags) apply(s *session, d *desk.Desk, p *desk.Partner) error {
	switch f.direction {
	case "":
	case "both":
		p.SetDirections(desk.Directions()...)
	case string(desk.WeCall), string(desk.TheyCall):
		p.SetDirections(desk.Direction(f.direction))
	default:
		return notOneOf("--direction", f.direction, "we-call", "they-call", "both")
	}
	if f.authority != "" {
		c, err := s.named(d, d.FindAuthority, f.authority)
		if err != nil {
			return err
		}
		p.AuthorityID = c.ID
	}
	if err := f.signers(p); err != nil {
		return err
	}
	for _, ours := range []struct {
		dir          desk.Direction
		name, url    string
		flag, urlFor string
	}{{desk.WeCall, f.client, f.theirURL, "--client", "--their-url"}, {desk.TheyCall, f.server, f.ourURL, "--server", "--our-url"}} {
		if ours.name == "" && ours.url == "" {
			continue
		}
		route := p.Route(ours.dir)
		if route == nil {
			return wrong("partners.flag.no-direction", "Flag", ours.flag+", "+ours.urlFor, "Direction", string(ours.dir))
		}
		if ours.url != "" {
			route.URL = ours.url
		}
		if ours.name != "" {
			c, err := s.named(d, d.FindLeaf, ours.name)
			if err != nil {
				return err
			}
			route.OurID = c.ID
		}
	}
	var err error
	p.AuthorityID, err = d.AuthorityOf(*p)
	return err
}

// signers reads "them" for all directions, or "we-call=them" for one.
func (f *partnerFlags) signers(p *desk.Partner) error {
	for flag, list := range map[string][]string{"--signs-ours": f.signsOurs, "--signs-theirs": f.signsTheirs} {
		for _, text := range list {
			at, who, one := strings.Cut(text, "=")
			dirs := []desk.Direction{desk.Direction(at)}
			if !one {
				who, dirs = at, p.Directions()
			}
			if who != string(desk.Us) && who != string(desk.Them) {
				return notOneOf(flag, text, "us", "them", "we-call=us", "we-call=them", "they-call=us", "they-call=them")
			}
			for _, dir := range dirs {
				route := p.Route(dir)
				if route == nil {
					return wrong("partners.flag.no-direction", "Flag", flag+" "+text, "Direction", string(dir))
				}
				if flag == "--signs-ours" {
					route.SetOurSigner(desk.Party(who))
				} else {
					route.TheirSigner = desk.Party(who)
				}
			}
		}
	}
	return nil
}

func (s *session) partnerNew() *cobra.Command {
	var f partnerFlags
	c := &cobra.Command{
		Use: "new NAME", Short: s.t.T("partners.terminal.new"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if f.direction == "" {
				return s.needs("--direction we-call|they-call|both")
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				p := desk.Partner{Name: args[0]}
				if err := f.apply(s, d, &p); err != nil {
					return err
				}
				p, err := d.AddPartner(p)
				if err != nil {
					return err
				}
				s.say("partners.terminal.made", "Name", pki.Escape(p.Name))
				return s.showPartner(d, p.ID)
			})
		},
	}
	f.add(s, c)
	return c
}

func (s *session) partnerSet() *cobra.Command {
	var f partnerFlags
	c := &cobra.Command{
		Use: "set NAME", Short: s.t.T("partners.terminal.set"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withPartner(c, args[0], func(d *desk.Desk, p desk.Partner) error {
				if err := f.apply(s, d, &p); err != nil {
					return err
				}
				for _, name := range f.distrust {
					a, err := s.named(d, d.FindAuthority, name)
					if err != nil {
						return err
					}
					if _, err := d.Distrust(p.ID, a.ID); err != nil {
						return err
					}
				}
				_, err := d.ChangePartner(p.ID, func(kept *desk.Partner) {
					kept.AuthorityID, kept.WeCall, kept.TheyCall = p.AuthorityID, p.WeCall, p.TheyCall
					if f.rename != "" {
						kept.Name = f.rename
					}
				})
				if err != nil {
					return err
				}
				return s.showPartner(d, p.ID)
			})
		},
	}
	f.add(s, c)
	c.Flags().StringVar(&f.rename, "name", "", s.t.T("partners.flag.name"))
	c.Flags().StringArrayVar(&f.distrust, "distrust", nil, s.t.T("partners.flag.distrust"))
	return c
}

// withPartner opens the vault and finds a partner.
func (s *session) withPartner(c *cobra.Command, name string, deed func(*desk.Desk, desk.Partner) error) error {
	return s.withDesk(c.Context(), func(d *desk.Desk) error {
		p, err := d.FindPartner(name)
		if err != nil {
			return err
		}
		return deed(d, p)
	})
}

func (s *session) partnerList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: s.t.T("partners.terminal.list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				pages, err := d.PartnerPages()
				switch {
				case err != nil:
					return err
				case asJSON:
					return s.json(append([]desk.PartnerPage{}, pages...))
				case len(pages) == 0:
					s.say("partners.terminal.none")
					return nil
				}
				return s.partnerTable(pages)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

func (s *session) partnerTable(pages []desk.PartnerPage) error {
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	var head []string
	for _, column := range []string{"name", "directions", "open", "waiting"} {
		head = append(head, s.t.T("partners.column."+column))
	}
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, p := range pages {
		var dirs []string
		for _, r := range p.Routes {
			dirs = append(dirs, s.t.T("partners.direction."+string(r.Direction)))
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\n", pki.Escape(p.Name), strings.Join(dirs, ", "), p.Count(desk.LineOpen), p.Count(desk.LineWaiting))
	}
	return w.Flush()
}

func (s *session) partnerShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show NAME", Short: s.t.T("partners.terminal.show"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withPartner(c, args[0], func(d *desk.Desk, p desk.Partner) error {
				if asJSON {
					page, err := d.PartnerPage(p.ID)
					if err != nil {
						return err
					}
					return s.json(page)
				}
				return s.showPartner(d, p.ID)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

func (s *session) partnerDelete() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "delete NAME", Short: s.t.T("partners.terminal.delete"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withPartner(c, args[0], func(d *desk.Desk, p desk.Partner) error {
				if !yes {
					fmt.Fprintf(s.Err, "  %s\n%s\n", pki.Escape(p.Name), s.t.T("partners.delete.text"))
					if sure, err := s.sure(s.t.T("delete.terminal.ask")); err != nil || !sure {
						return err
					}
				}
				if err := d.DeletePartner(p.ID); err != nil {
					return err
				}
				s.say("partners.deleted", "Name", pki.Escape(p.Name))
				return nil
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, s.t.T("delete.flag.yes"))
	return c
}
