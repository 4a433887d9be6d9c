package terminal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/testclient"
	"countersign/ui/desk"
)

// unsaid are the flags that say what becomes of a try, not what it is.
var unsaid = []string{"mend", "json", "as"}

// hidden stands for what is secret in a command that is printed.
const hidden = "***"

// saidFlags are the flags that were given to a command, as words for a shell,
// to be printed in another one that does the same. A secret is left out.
func saidFlags(c *cobra.Command) []string {
	var words []string
	c.Flags().Visit(func(flag *pflag.Flag) {
		if slices.Contains(unsaid, flag.Name) {
			return
		}
		values := []string{flag.Value.String()}
		if list, several := flag.Value.(pflag.SliceValue); several {
			values = list.GetSlice()
		}
		for _, value := range values {
			word := "--" + flag.Name
			switch {
			case flag.Value.Type() != "bool":
				word += " " + desk.ShellWord(withoutSecret(flag.Name, value))
			case value != "true":
				word += "=" + value
			}
			words = append(words, word)
		}
	})
	return words
}

// withoutSecret is the value of a flag as it may be printed.
func withoutSecret(flag, value string) string {
	switch flag {
	case "password", "cert-password":
		return hidden
	case "header":
		if name, _, found := strings.Cut(value, ":"); found && testclient.SecretHeader(http.CanonicalHeaderKey(strings.TrimSpace(name))) {
			return name + ": " + hidden
		}
	case "proxy":
		u, err := url.Parse(value)
		if err != nil {
			return hidden
		}
		if _, has := u.User.Password(); has {
			return strings.Replace(value, u.User.String()+"@", u.User.Username()+":"+hidden+"@", 1)
		}
	}
	return value
}

// inVault is a command for the vault of this one.
func (s *session) inVault(command string) string {
	if s.vault != "" {
		command += " --vault " + desk.ShellWord(s.vault)
	}
	if s.passphraseFile != "" {
		command += " --passphrase-file " + desk.ShellWord(s.passphraseFile)
	}
	return command
}

// after is a command that goes on from one that was typed: flags are added to
// flags, or to the whole command.
func after(done, command string) string {
	flags := func(s string) bool { return strings.HasPrefix(s, "--") && !strings.HasPrefix(s, "--mend") }
	whole := func(s string) bool { return strings.HasPrefix(s, "countersign connect ") }
	switch {
	case flags(command) && (flags(done) || whole(done)):
		return done + " " + command
	case whole(command) && flags(done):
		return command + " " + done
	}
	return command
}
