package terminal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

// partnerStandIn makes or removes who plays the partner here.
func (s *session) partnerStandIn() *cobra.Command {
	var remove bool
	c := &cobra.Command{
		Use: "stand-in NAME", Short: s.t.T("partners.terminal.stand-in"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withPartner(c, args[0], func(d *desk.Desk, p desk.Partner) error {
				if remove {
					if _, err := d.RemoveStandIn(p.ID); err != nil {
						return err
					}
					s.say("partners.stand-in.removed", "Name", pki.Escape(p.Name))
					return nil
				}
				if _, err := d.MakeStandIn(c.Context(), p.ID); err != nil {
					return err
				}
				s.say("partners.stand-in.made", "Name", pki.Escape(p.Name))
				return nil
			})
		},
	}
	c.Flags().BoolVar(&remove, "remove", false, s.t.T("partners.flag.remove"))
	return c
}

// triedPartner is what partner try --json prints of a direction.
type triedPartner struct {
	Direction desk.Direction `json:"direction"`
	StandIn   bool           `json:"standIn"`
	Try       connection     `json:"try"`
}

// partnerTry tries one direction, or all.
func (s *session) partnerTry() *cobra.Command {
	var standIn, asJSON bool
	var wait time.Duration
	var port int
	var listen string
	c := &cobra.Command{
		Use: "try NAME [we-call|they-call]", Short: s.t.T("partners.terminal.try"), Args: cobra.RangeArgs(1, 2),
		Long: s.t.T("partners.terminal.try") + "\n\n" + s.t.T("partners.terminal.try.long"),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withPartner(c, args[0], func(d *desk.Desk, p desk.Partner) error {
				waits := c.Flags().Changed("wait")
				for _, flag := range []string{"listen", "port"} {
					if !waits && c.Flags().Changed(flag) {
						return wrong("partners.terminal.wait-only", "Flag", "--"+flag)
					}
				}
				if waits {
					if len(args) > 1 && args[1] != string(desk.TheyCall) || wait <= 0 || port < 0 || port > 65535 {
						return usageError{fmt.Errorf("--wait %s --port %d: %s", wait, port, desk.TheyCall)}
					}
					if at := p.Route(desk.TheyCall); at != nil && !c.Flags().Changed("port") {
						port = at.OurPort()
					}
					address, err := listenAddress(listen)
					if err != nil {
						return err
					}
					return s.waitForPartner(c.Context(), d, p, wait, desk.PartnerWait{Address: address, Port: port})
				}
				dirs := p.Directions()
				if len(args) > 1 {
					dir, err := parseDirection(args[1])
					if err != nil {
						return err
					}
					dirs = []desk.Direction{dir}
				}
				return s.tryDirections(c, d, p, dirs, standIn, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&standIn, "stand-in", false, s.t.T("partners.flag.stand-in"))
	c.Flags().DurationVar(&wait, "wait", 0, s.t.T("partners.flag.wait"))
	c.Flags().IntVar(&port, "port", 0, s.t.T("partners.flag.port"))
	c.Flags().StringVar(&listen, "listen", "", s.t.T("partners.flag.listen"))
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

// listenAll is what --listen takes for every address of this computer.
const listenAll = "all"

// listenAddress reads --listen: "" for loopback, all, or an address.
func listenAddress(text string) (string, error) {
	if text == listenAll {
		return testclient.AllAddresses, nil
	}
	if text != "" && net.ParseIP(text) == nil {
		return "", notOneOf("--listen", text, append([]string{listenAll, "127.0.0.1"}, testclient.OwnAddresses()...)...)
	}
	return text, nil
}

// waitForPartner starts our server and waits for the partner's real client.
func (s *session) waitForPartner(ctx context.Context, d *desk.Desk, p desk.Partner, within time.Duration, wait desk.PartnerWait) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	wait.Started = func(at desk.PartnerWaiting) {
		s.say("partners.wait.title", "Name", pki.Escape(p.Name))
		for _, said := range at.Say() {
			fmt.Fprintln(s.Out, s.words("partners.wait."+said.Code, said.Facts...))
		}
	}
	refused, last := 0, ""
	wait.Seen = func(c testclient.Connection) {
		if c.RefusalCode == "" {
			s.printLine(c)
			return
		}
		refused, last = refused+1, s.t.TurnedAway(c.RefusalCode, c.Facts())
		_, cause, _ := s.t.Diagnosis(c.RefusalCode, c.Facts())
		fmt.Fprintf(s.Out, "%s  %s  %s\n    %s\n", c.At.Local().Format("15:04:05"), c.Remote, pki.Escape(last), pki.Escape(cause))
	}
	done, err := d.WaitForPartner(ctx, p.ID, wait)
	if errors.Is(err, context.DeadlineExceeded) {
		words := s.t.T("partners.wait.nobody", "Name", pki.Escape(p.Name))
		if refused > 0 {
			words = s.t.T("partners.wait.refused", "Count", refused, "Last", pki.Escape(last))
		}
		fmt.Fprintln(s.Err, words)
		return saidError{}
	}
	if err != nil {
		return err
	}
	s.say("partners.waited", "Client", pki.Escape(done.Server[0].ClientName), "Name", pki.Escape(p.Name))
	return nil
}

func (s *session) tryDirections(c *cobra.Command, d *desk.Desk, p desk.Partner, dirs []desk.Direction, standIn, asJSON bool) error {
	tried, failed := []triedPartner{}, false
	for n, dir := range dirs {
		observe := s.printStep
		if asJSON {
			observe = nil
		} else {
			if n > 0 {
				fmt.Fprintln(s.Out)
			}
			fmt.Fprintf(s.Out, "%s: %s\n", dir, s.t.T("partners.direction."+string(dir)))
		}
		done, err := d.TryPartner(c.Context(), p.ID, dir, standIn, observe)
		if err != nil {
			return err
		}
		failed = failed || !done.Passed()
		tried = append(tried, triedPartner{dir, done.StandIn, newConnection(done.Result)})
		if asJSON {
			continue
		}
		s.printVerdict(done.Result)
		if done.StandIn {
			s.say("partners.tried.stand-in", "Name", pki.Escape(p.Name))
		}
	}
	if asJSON {
		if err := s.json(tried); err != nil {
			return err
		}
	}
	if failed {
		return saidError{}
	}
	return nil
}
