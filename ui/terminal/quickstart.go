package terminal

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// quickstartFolder is where the main job goes when nobody says otherwise.
const quickstartFolder = "countersign-quickstart"

func (s *session) quickstart() *cobra.Command {
	var folder string
	c := &cobra.Command{
		Use: "quickstart", Short: s.t.T("terminal.quickstart"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if s.vault != "" || folder == "" {
				return wrong("terminal.quickstart-vault")
			}
			pass, err := s.givenPassphrase()
			if err != nil {
				return err
			}
			defer clear(pass)
			if pass != nil {
				s.judge(pass, false)
			}
			done, err := desk.Quickstart(c.Context(), folder, pass, s.Desk, s.printStep)
			if errors.Is(err, desk.ErrFileExists) {
				fmt.Fprintln(s.Err, s.t.T("terminal.quickstart-taken", "Folder", pki.Escape(folder), "Reason", pki.Escape(err.Error())))
				return saidError{}
			}
			if err != nil {
				return err
			}
			if !done.Result.OK() {
				s.printVerdict(done.Result)
				return saidError{}
			}
			s.printVerdict(done.Result)
			s.say("terminal.quickstart-done", "Folder", folder)
			for _, name := range done.Files {
				s.say("terminal.quickstart-file", "Path", filepath.Join(folder, name), "What", s.t.T("terminal.file."+name))
			}
			s.say("terminal.quickstart-next", "Vault", filepath.Join(folder, desk.VaultFile), "Folder", folder)
			return nil
		},
	}
	c.Flags().StringVar(&folder, "dir", quickstartFolder, s.t.T("terminal.flag.dir"))
	return c
}
