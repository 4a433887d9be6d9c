package terminal

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

func (s *session) tries() *cobra.Command {
	c := &cobra.Command{Use: "tries", Short: s.t.T("tries.command")}
	c.AddCommand(s.triesList(), s.triesRun(), s.triesDelete())
	return c
}

func (s *session) triesList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: s.t.T("tries.list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				all, err := d.Tries()
				if err != nil {
					return err
				}
				if asJSON {
					return s.json(append([]desk.SavedTry{}, all...))
				}
				return s.printTries(all)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

func (s *session) printTries(all []desk.SavedTry) error {
	if len(all) == 0 {
		s.say("tries.none")
		return nil
	}
	rows := [][]string{s.heads("tries.column.", "name", "group", "last", "when", "url")}
	for _, x := range all {
		when := "-"
		if !x.LastAt.IsZero() {
			when = x.LastAt.Local().Format("2006-01-02 15:04")
		}
		rows = append(rows, []string{pki.Escape(x.Name), pki.Escape(x.Group), s.t.LastTry(x.Code, nil, x.Status, !x.LastAt.IsZero(), x.Broke()),
			when, pki.Escape(x.URL)})
	}
	return table(s.Out, rows)
}

func (s *session) triesRun() *cobra.Command {
	var all, asJSON bool
	var group string
	c := &cobra.Command{
		Use: "run [NAME…]", Short: s.t.T("tries.run"),
		RunE: func(c *cobra.Command, names []string) error {
			if (len(names) > 0) == (all || group != "") {
				return wrong("usage.argument-needed", "Command", c.CommandPath(), "Takes", "NAME | --group GROUP | --all")
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				ids, err := chosenTries(d, names, group)
				if err != nil {
					return err
				}
				if len(ids) == 0 {
					s.say("tries.none")
					return nil
				}
				var progress func(desk.TryRun)
				if !asJSON {
					progress = s.printRun
				}
				runs, err := d.RunTries(c.Context(), ids, progress)
				if err != nil {
					return err
				}
				return s.printRuns(runs, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, s.t.T("tries.flag.all"))
	c.Flags().StringVar(&group, "group", "", s.t.T("tries.flag.group-run"))
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

// chosenTries are those of the names, else those of the group, else all.
func chosenTries(d *desk.Desk, names []string, group string) ([]desk.ID, error) {
	var ids []desk.ID
	for _, name := range names {
		x, err := d.FindTry(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, x.ID)
	}
	if len(names) > 0 {
		return ids, nil
	}
	all, err := d.Tries()
	for _, x := range all {
		if group == "" || x.Group == group {
			ids = append(ids, x.ID)
		}
	}
	return ids, err
}

// printRun prints one line as a try ends.
func (s *session) printRun(r desk.TryRun) {
	mark := marks[testclient.Done]
	if !r.Passed() {
		mark = marks[testclient.Failed]
	}
	x := r.Saved
	fmt.Fprintf(s.Out, "%s %8s  %s: %s\n", mark, milliseconds(time.Duration(x.MS)*time.Millisecond), pki.Escape(x.Name),
		s.t.LastTry(x.Code, nil, x.Status, true, x.Broke()))
}

// ranTry is a line of tries run --json.
type ranTry struct {
	desk.SavedTry
	OK       bool        `json:"ok"`
	BrokeNow bool        `json:"brokeNow"` // it passed the time before
	Try      *connection `json:"try"`      // null when it could not begin
}

// printRuns says how many passed, and fails when one did not.
func (s *session) printRuns(runs []desk.TryRun, asJSON bool) error {
	passed := 0
	lines := []ranTry{}
	for _, r := range runs {
		line := ranTry{SavedTry: r.Saved, OK: r.Passed(), BrokeNow: r.BrokeNow}
		if r.Err == nil {
			try := newConnection(r.Result)
			line.Try = &try
		}
		lines = append(lines, line)
		if r.Passed() {
			passed++
		}
	}
	if asJSON {
		if err := s.json(lines); err != nil {
			return err
		}
	} else {
		s.say("tries.passed", "Passed", passed, "Of", len(runs))
	}
	if passed < len(runs) {
		return saidError{}
	}
	return nil
}

func (s *session) triesDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete NAME", Short: s.t.T("tries.delete"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				x, err := d.FindTry(args[0])
				if err != nil {
					return err
				}
				if err := d.DeleteTry(x.ID); err != nil {
					return err
				}
				s.say("tries.deleted", "Name", pki.Escape(x.Name))
				return nil
			})
		},
	}
}
