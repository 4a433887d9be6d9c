package terminal

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpInWords makes the help of a command and of those below it speak the
// person's language.
func (s *session) helpInWords(root *cobra.Command) {
	root.SetHelpCommand(s.helpCommand(root))
	root.SetUsageFunc(s.printUsage)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) {
		fmt.Fprintln(s.Out, cmpText(c.Long, c.Short)+"\n")
		s.writeUsage(s.Out, c)
	})
	root.Flags().BoolP("version", "v", false, s.t.T("usage.version"))
	s.helpFlags(root)
}

func cmpText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (s *session) helpFlags(c *cobra.Command) {
	c.Flags().BoolP("help", "h", false, s.t.T("usage.help"))
	for _, sub := range c.Commands() {
		s.helpFlags(sub)
	}
}

func (s *session) helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: s.t.T("usage.help-command"),
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err != nil || c.HasSubCommands() && len(rest) > 0 {
				return noCommand(c, args[len(args)-1])
			}
			return c.Help()
		},
	}
}

func (s *session) printUsage(c *cobra.Command) error {
	s.writeUsage(s.Err, c)
	return nil
}

// writeUsage writes how a command is called, its subcommands and its flags.
func (s *session) writeUsage(w io.Writer, c *cobra.Command) {
	heading := func(key string) { fmt.Fprintln(w, s.t.T("usage.heading."+key)) }
	heading("usage")
	if c.Runnable() && !needsCommand(c) {
		fmt.Fprintf(w, "  %s\n", strings.Replace(c.UseLine(), "[flags]", s.t.T("usage.flags"), 1))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s %s\n\n", c.CommandPath(), s.t.T("usage.command"))
		heading("commands")
		for _, sub := range c.Commands() {
			fmt.Fprintf(w, "  %s  %s\n", sub.Name()+strings.Repeat(" ", max(0, sub.NamePadding()-len(sub.Name()))), sub.Short)
		}
	}
	for _, part := range []struct {
		key   string
		flags *pflag.FlagSet
	}{{"flags", c.LocalFlags()}, {"global", c.InheritedFlags()}} {
		if part.flags.HasAvailableFlags() {
			fmt.Fprintln(w)
			heading(part.key)
			fmt.Fprintln(w, strings.TrimRight(s.flagLines(part.flags), "\n"))
		}
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s\n", s.t.T("usage.more", "Command", c.CommandPath()))
	}
}

// needsCommand tells a group that does nothing by itself.
func needsCommand(c *cobra.Command) bool { return c.HasParent() && c.HasSubCommands() && c.Args == nil }

// What the library of flags writes of what a flag is when it is not given, and
// of one whose value may be left out.
var (
	standard = regexp.MustCompile(` \(default "?([^"]*?)"?\)$`)
	optional = regexp.MustCompile(`(--[\w-]+) (\S+)\[="[^"]*"\]`)
)

// flagLines are the flags of a set, a line each; what a flag is when it is not
// given is said in the words of the language.
func (s *session) flagLines(flags *pflag.FlagSet) string {
	var b strings.Builder
	for line := range strings.Lines(flags.FlagUsages()) {
		line = strings.TrimSuffix(line, "\n")
		if found := standard.FindStringSubmatchIndex(line); found != nil {
			line = closeUp(line[:found[0]], s.t.T("usage.default-is", "Value", line[found[2]:found[3]]))
		}
		if found := optional.FindStringSubmatch(line); found != nil {
			name := found[1] + "[=" + found[2] + "]"
			line = strings.Replace(line, found[0], name+strings.Repeat(" ", len(found[0])-len(name)), 1)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// closeUp puts text behind another: without a space where it has a bracket of
// full width.
func closeUp(a, b string) string {
	if strings.HasPrefix(b, "（") {
		return a + b
	}
	return a + " " + b
}
