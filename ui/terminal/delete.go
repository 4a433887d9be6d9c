package terminal

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// remove is the command delete. A command closes the vault when it ends, so
// nothing can be undone here: it asks first, or is told --yes.
func (s *session) remove() *cobra.Command {
	var yes, below bool
	c := &cobra.Command{
		Use: "delete NAME|SERIAL...", Short: s.t.T("delete.terminal"), Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				var ids []desk.ID
				for _, name := range args {
					x, err := s.only(d, name)
					if err != nil {
						return err
					}
					ids = append(ids, x.ID)
				}
				return s.removeThese(c, d, ids, below, yes)
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, s.t.T("delete.flag.yes"))
	c.Flags().BoolVar(&below, "with-issued", false, s.t.T("delete.flag.with-issued"))
	return c
}

func (s *session) removeThese(c *cobra.Command, d *desk.Desk, ids []desk.ID, below, yes bool) error {
	del, err := d.PreviewDelete(ids, below)
	if err != nil {
		return err
	}
	if !yes {
		s.sayDeletion(del)
		if err := s.confirm(s.t.T("delete.terminal.ask")); err != nil {
			return err
		}
	}
	if del, err = d.Delete(c.Context(), ids, below); err != nil {
		return err
	}
	for _, x := range del.Certificates {
		s.say("delete.done", "Name", pki.Escape(x.Name), "Serial", x.Serial)
	}
	s.sayStays(del)
	return nil
}

// sayDeletion says on standard error what would be lost.
func (s *session) sayDeletion(del desk.Deletion) {
	for _, x := range del.Certificates {
		fmt.Fprintf(s.Err, "  %s  %s  %s\n", pki.Escape(x.Name), s.t.T("terminal.kind."+string(x.Kind)), x.Serial)
	}
	fmt.Fprintln(s.Err, s.t.T("delete.lost", "Count", len(del.Certificates)))
	for _, line := range []struct {
		key   string
		count int
	}{{"delete.lost.keys", del.Keys}, {"delete.lost.below", del.Below}, {"delete.lost.valid", del.Valid}, {"delete.lost.listed", del.Listed}} {
		if line.count > 0 {
			fmt.Fprintln(s.Err, s.t.T(line.key, "Count", line.count))
		}
	}
	s.sayStays(del)
}

// sayStays says which certificates an authority keeps.
func (s *session) sayStays(del desk.Deletion) {
	for _, x := range del.Stays {
		fmt.Fprintln(s.Err, i18n.Sentences(s.t.T("delete.stays", "Name", pki.Escape(x.Name), "Serial", x.Serial), s.t.T("delete.stays.terminal")))
	}
}

// confirm asks whether to go on. When not, the command fails, for its deed was
// not done.
func (s *session) confirm(question string) error {
	sure, err := s.sure(question)
	if err == nil && !sure {
		s.say("terminal.not-done")
		err = saidError{}
	}
	return err
}

// sure asks a question; where nobody can answer it is wrong use.
func (s *session) sure(question string) (bool, error) {
	if s.In == nil || !term.IsTerminal(int(s.In.Fd())) {
		return false, s.needs("--yes")
	}
	fmt.Fprint(s.Err, question+" ")
	line, err := bufio.NewReader(s.In).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return err == nil && slices.Contains([]string{"y", "yes", strings.ToLower(s.t.T("delete.terminal.yes"))}, answer), nil
}
