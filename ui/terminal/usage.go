package terminal

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/pki"
)

// usageError is a mistake in how the program was called: something that shows
// without looking into any vault or file.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// worded is an error whose words are a message.
type worded struct {
	key  string
	args []any
}

func (w worded) Error() string { return w.key }

// wrong is wrong use, said by a message.
func wrong(key string, args ...any) error { return usageError{worded{key, args}} }

// notOneOf is a flag's value that is none of those that it takes.
func notOneOf(flag, value string, takes ...string) error {
	return wrong("usage.one-of", "Flag", flag, "Value", value, "Takes", strings.Join(takes, ", "))
}

// notBetween is a flag's number that is too small or too large.
func notBetween(flag string, value, least, most int) error {
	return wrong("usage.between", "Flag", flag, "Value", fmt.Sprint(value), "Least", fmt.Sprint(least), "Most", fmt.Sprint(most))
}

// notTogether is of flags of which only one can be given.
func notTogether(flags ...string) error {
	return wrong("usage.together", "Flags", strings.Join(flags, ", "))
}

// wrongUse says what is wrong, and where it is written how it is right.
func (s *session) wrongUse(c *cobra.Command, err error) {
	var words worded
	var faults pki.Faults
	var fault *pki.Fault
	switch {
	case errors.As(err, &words):
		args := slices.Clone(words.args)
		for n, arg := range args {
			if text, ok := arg.(string); ok {
				args[n] = pki.Escape(text)
			}
		}
		fmt.Fprintln(s.Err, s.t.T(words.key, args...))
	case errors.As(err, &faults), errors.As(err, &fault):
		s.explain(err)
	default:
		fmt.Fprintln(s.Err, pki.Escape(err.Error()))
	}
	fmt.Fprintln(s.Err, s.t.T("usage.see", "Command", c.CommandPath()))
}

// flagError puts what the reader of flags found into words.
func flagError(c *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		lacking *pflag.ValueRequiredError
		value   *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &unknown):
		flag := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			flag = "-" + unknown.GetSpecifiedShortnames()
		}
		if near := nearFlag(c, unknown.GetSpecifiedName()); near != "" {
			return wrong("usage.flag-unknown-near", "Flag", flag, "Near", "--"+near)
		}
		return wrong("usage.flag-unknown", "Flag", flag)
	case errors.As(err, &lacking):
		takes, _ := pflag.UnquoteUsage(lacking.GetFlag())
		return wrong("usage.flag-value", "Flag", "--"+lacking.GetFlag().Name, "Takes", takes)
	case errors.As(err, &value):
		return wrong("usage.value."+value.GetFlag().Value.Type(), "Flag", "--"+value.GetFlag().Name, "Value", value.GetValue())
	case errors.As(err, &syntax):
		return wrong("usage.flag-syntax", "Flag", syntax.GetSpecifiedFlag())
	}
	return usageError{err}
}

// nearFlag is the flag of a command that was probably meant; "" for none.
func nearFlag(c *cobra.Command, typed string) string {
	var names []string
	add := func(f *pflag.Flag) { names = append(names, f.Name) }
	c.Flags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	return nearest(typed, names)
}

// nearest is the word with the fewest letters otherwise, up to a third of
// them; "" when there is none.
func nearest(typed string, words []string) string {
	near, least := "", len(typed)/3+1
	for _, word := range words {
		if d := distance(typed, word); d < least {
			near, least = word, d
		}
	}
	return near
}

// distance is how many letters must be added, left out or changed to make one
// word of another (Levenshtein 1965).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for n := range row {
		row[n] = n
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := above
			if a[i] != b[j] {
				cost++
			}
			above = row[j+1]
			row[j+1] = min(cost, row[j]+1, above+1)
		}
	}
	return row[len(b)]
}

// checkArguments puts cobra's complaints about arguments into words, and makes
// a command that needs a subcommand say so.
func checkArguments(c *cobra.Command) {
	if check := c.Args; check != nil || c.RunE != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if check != nil {
				if err := check(c, args); err != nil {
					return argumentError(c, args, err)
				}
			}
			return exclusive(c)
		}
	}
	if c.HasSubCommands() && c.RunE == nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return noCommand(c, args[0])
			}
			return wrong("usage.command-needed", "Command", c.CommandPath(), "Names", strings.Join(commandNames(c), ", "))
		}
	}
	for _, sub := range c.Commands() {
		checkArguments(sub)
	}
}

func argumentError(c *cobra.Command, args []string, err error) error {
	var said usageError
	if errors.As(err, &said) {
		return err
	}
	_, takes, _ := strings.Cut(c.Use, " ")
	switch {
	case !c.HasParent() && len(args) > 0:
		return noCommand(c, args[0])
	case takes == "" && len(args) > 0:
		return wrong("usage.no-argument", "Command", c.CommandPath(), "Value", args[0])
	case len(args) == 0:
		return wrong("usage.argument-needed", "Command", c.CommandPath(), "Takes", takes)
	}
	needed := strings.Fields(takes)
	if len(args) < len(needed) {
		return wrong("usage.argument-missing", "Command", c.CommandPath(), "Takes", takes, "Missing", needed[len(args)])
	}
	return wrong("usage.argument-over", "Command", c.CommandPath(), "Takes", takes, "Value", args[len(args)-1])
}

// exclusive finds flags that were given together though they exclude each
// other.
func exclusive(c *cobra.Command) error {
	var err error
	c.Flags().Visit(func(f *pflag.Flag) {
		for _, group := range f.Annotations["cobra_annotation_mutually_exclusive"] {
			var given []string
			for name := range strings.FieldsSeq(group) {
				if c.Flags().Changed(name) {
					given = append(given, "--"+name)
				}
			}
			if len(given) > 1 {
				err = notTogether(given...)
			}
		}
	})
	return err
}

// noCommand is a subcommand that there is not.
func noCommand(c *cobra.Command, name string) error {
	names := strings.Join(commandNames(c), ", ")
	if near := nearest(name, commandNames(c)); near != "" {
		return wrong("usage.command-unknown-near", "Command", c.CommandPath(), "Name", name, "Names", names, "Near", near)
	}
	return wrong("usage.command-unknown", "Command", c.CommandPath(), "Name", name, "Names", names)
}

func commandNames(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		if sub.Name() != "help" {
			names = append(names, sub.Name())
		}
	}
	return names
}
