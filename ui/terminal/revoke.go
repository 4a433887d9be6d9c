package terminal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// revocation is what the flags of revoke say.
type revocation struct {
	reason        string
	at            string
	hold, release bool
	yes           bool
}

func (s *session) revoke() *cobra.Command {
	var r revocation
	c := &cobra.Command{
		Use: "revoke NAME|SERIAL...", Short: s.t.T("terminal.revoke"), Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			reason, at, err := r.check()
			if err != nil {
				return err
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				return s.revokeAll(c.Context(), d, args, r, reason, at)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&r.reason, "reason", "", s.t.T("terminal.flag.reason", "Reasons", strings.Join(reasonNames(), ", ")))
	f.StringVar(&r.at, "at", "", s.t.T("terminal.flag.revoked-at"))
	f.BoolVar(&r.hold, "hold", false, s.t.T("terminal.flag.hold"))
	f.BoolVar(&r.release, "release", false, s.t.T("terminal.flag.release"))
	f.BoolVar(&r.yes, "yes", false, s.t.T("terminal.flag.yes"))
	return c
}

func reasonNames() []string {
	var names []string
	for _, r := range pki.Reasons() {
		names = append(names, string(r))
	}
	return names
}

// check reads the flags together.
func (r revocation) check() (pki.Reason, time.Time, error) {
	var at time.Time
	reason, err := pki.ParseReason(r.reason)
	switch {
	case err != nil:
		return "", at, notOneOf("--reason", r.reason, reasonNames()...)
	case r.release && (r.hold || r.reason != "" || r.at != ""):
		return "", at, wrong("usage.not-with", "Flag", "--release", "Others", "--hold, --reason, --at")
	case r.hold && r.reason != "" && !reason.IsHold():
		return "", at, wrong("usage.not-with", "Flag", "--hold", "Others", "--reason "+r.reason)
	}
	if r.hold {
		reason = pki.CertificateHold
	}
	if r.at == "" {
		return reason, at, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err = time.ParseInLocation(layout, r.at, time.Local); err == nil {
			return reason, at, nil
		}
	}
	return "", at, notDate("--at", r.at)
}

func (s *session) revokeAll(ctx context.Context, d *desk.Desk, args []string, r revocation, reason pki.Reason, at time.Time) error {
	var ids []desk.ID
	var chosen []string
	for _, name := range args {
		c, err := s.only(d, name)
		if err != nil {
			return err
		}
		chosen = append(chosen, fmt.Sprintf("%s (%s)", pki.Escape(c.Name), c.Serial))
		if !r.release { // said before it is asked about
			if err := d.CanRevoke(c); err != nil {
				return err
			}
		}
		ids = append(ids, c.ID)
	}
	if !r.release && !reason.IsHold() && !r.yes {
		if err := s.confirm(s.t.T("terminal.revoke.ask", "Names", strings.Join(chosen, s.t.T("list.comma")))); err != nil {
			return err
		}
	}
	var done desk.Revocation
	var err error
	key := "terminal.revoked"
	switch {
	case r.release:
		key = "terminal.released"
		done, err = d.ReleaseHold(ctx, ids)
	case reason.IsHold():
		key = "terminal.held"
		fallthrough
	default:
		done, err = d.Revoke(ctx, ids, reason, at)
	}
	if err != nil {
		return err
	}
	for _, c := range done.Certificates {
		s.say(key, "Name", pki.Escape(c.Name), "Serial", c.Serial, "Reason", s.t.T("reason."+string(reason)))
	}
	for _, list := range done.CRLs {
		s.sayCRL(list)
	}
	return nil
}

// only finds the one certificate that a person named. Of several that bear the
// name none is taken: what is revoked stays so.
func (s *session) only(d *desk.Desk, name string) (desk.Certificate, error) {
	return s.onlyOf(d, name, func(desk.Certificate) bool { return true })
}
