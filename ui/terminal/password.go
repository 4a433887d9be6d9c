package terminal

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"countersign/ui/desk"
)

// passwordVariable is the environment variable that gives the password of a
// file or a bundle, where no flag does.
const passwordVariable = "COUNTERSIGN_PASSWORD"

// secret is a password as the flags give it.
type secret struct {
	text, file string
}

// passwordFlags are the flags of a command that takes one password; words say
// whose it is.
func (s *session) passwordFlags(c *cobra.Command, p *secret, words string) {
	c.Flags().StringVar(&p.text, "password", "", s.seenPassword(words))
	c.Flags().StringVar(&p.file, "password-file", "", s.t.T("usage.password-file", "Variable", passwordVariable))
	c.MarkFlagsMutuallyExclusive("password", "password-file")
}

// seenPassword says of a flag that others can see what it is given.
func (s *session) seenPassword(words string) string {
	return s.t.T("usage.password-seen-too", "Words", words, "Seen", s.t.T("usage.password-seen"))
}

// password is the password that the flags or the environment give; "" for none.
func (s *session) password(c *cobra.Command, p secret) (string, error) {
	switch {
	case p.file != "":
		text, err := s.secretLine(p.file)
		if err == nil && text == "" {
			return "", wrong("usage.password-empty", "Path", p.file)
		}
		return text, err
	case c.Flags().Changed("password") || p.text != "":
		return p.text, nil
	}
	return os.Getenv(passwordVariable), nil
}

// secretLine is the first line of a file, or with "-" the next line of the
// input, so that a passphrase and a password can both come that way.
func (s *session) secretLine(path string) (string, error) {
	if path != "-" {
		data, err := desk.ReadSecret(path)
		line, _, _ := strings.Cut(string(bytes.TrimPrefix(data, byteOrderMark)), "\n")
		clear(data)
		return strings.TrimSuffix(line, "\r"), err
	}
	if s.In == nil {
		return "", os.ErrInvalid
	}
	mark := "" // before the first line there may be one
	if s.lines == nil {
		s.lines, mark = bufio.NewReader(s.In), string(byteOrderMark)
	}
	line, err := s.lines.ReadString('\n')
	line = strings.TrimPrefix(line, mark)
	if err == io.EOF {
		err = nil
	}
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), err
}

// stdin is the input after the lines that were read of it.
func (s *session) stdin() io.Reader {
	if s.lines != nil {
		return s.lines
	}
	return s.In
}

// manyPasswords are those of files that each may need another: of --password,
// and of a file with one a line, or with "-" what is left of the input.
func (s *session) manyPasswords(given []string, path string) ([]string, error) {
	list := append([]string{}, given...)
	if path == "" {
		if text := os.Getenv(passwordVariable); text != "" && len(given) == 0 {
			list = append(list, text)
		}
		return list, nil
	}
	data, err := s.input(path)
	for line := range strings.SplitSeq(string(bytes.TrimPrefix(data, byteOrderMark)), "\n") {
		if line = strings.TrimSuffix(line, "\r"); line != "" {
			list = append(list, line)
		}
	}
	clear(data)
	return list, err
}
