package terminal

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// target is a file to write; "-" is standard output.
type target struct {
	out   string
	der   bool
	force bool
}

// targetFlags are the flags of what writes one file, in PEM or DER.
func (s *session) targetFlags(c *cobra.Command, to *target) {
	s.outFlags(c, to)
	c.Flags().BoolVar(&to.der, "der", false, s.t.T("requests.flag.der"))
}

// outFlags are the flags of what writes one file.
func (s *session) outFlags(c *cobra.Command, to *target) {
	c.Flags().StringVar(&to.out, "out", "", s.t.T("terminal.flag.out"))
	c.Flags().BoolVar(&to.force, "force", false, s.t.T("terminal.flag.force"))
}

// piped tells whether it goes to standard output, where nothing else may stand
// then.
func (to target) piped() bool {
	return slices.Contains([]string{"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}, to.out)
}

// check looks whether the file can be written, before the deed that makes it.
// What is not text is not written to a terminal, which it would upset.
func (s *session) checkTarget(to target, binary bool) error {
	switch {
	case to.piped() && binary && isTerminal(s.Out):
		return wrong("usage.binary", "Flag", "--out")
	case to.out == "" || to.piped():
		return nil
	}
	return desk.CheckTarget(to.out, to.force)
}

// write writes a file where it was asked for, and says so.
func (s *session) write(f desk.File, to target) error {
	switch {
	case to.out == "":
		return nil
	case to.piped():
		_, err := s.Out.Write(f.Data)
		return err
	}
	if err := desk.WriteFile(to.out, f, to.force); err != nil {
		return err
	}
	s.say("terminal.exported", "Path", pki.Escape(to.out))
	return nil
}

// formatWords say what each format of export is, a line each.
func (s *session) formatWords() string {
	var b strings.Builder
	b.WriteString(s.t.T("terminal.formats"))
	for _, f := range desk.Formats() {
		b.WriteString("\n  " + string(f) + strings.Repeat(" ", 16-len(f)) + s.t.T("terminal.format."+string(f)))
	}
	return b.String()
}
