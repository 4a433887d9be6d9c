package terminal

import (
	"bytes"
	"cmp"
	"fmt"
	"os"

	"golang.org/x/term"

	"countersign/ui/desk"
)

// byteOrderMark is what some editors put before UTF-8.
var byteOrderMark = []byte("\ufeff")

// passphraseVariable is the environment variable that gives the passphrase.
const passphraseVariable = "COUNTERSIGN_PASSPHRASE"

// givenPassphrase is the passphrase of the file, else of the environment, else
// nil.
func (s *session) givenPassphrase() ([]byte, error) {
	if s.passphraseFile == "-" {
		if s.passphraseRead == nil {
			line, err := s.secretLine("-")
			if err != nil || line == "" {
				return nil, cmp.Or(err, wrong("terminal.passphrase-empty", "Path", "-"))
			}
			s.passphraseRead = []byte(line)
		}
		return bytes.Clone(s.passphraseRead), nil
	}
	if s.passphraseFile != "" {
		return passphraseIn(s.passphraseFile)
	}
	if text := os.Getenv(passphraseVariable); text != "" {
		return []byte(text), nil
	}
	return nil, nil
}

// passphraseIn is the one line of a file. What editors put around it does not
// count: a byte order mark before it, and the line's end.
func passphraseIn(path string) ([]byte, error) {
	data, err := desk.ReadSecret(path)
	if err != nil {
		return nil, err
	}
	line := bytes.TrimPrefix(data, byteOrderMark)
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	switch {
	case len(line) == 0:
		err = wrong("terminal.passphrase-empty", "Path", path)
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		err = wrong("terminal.passphrase-utf16", "Path", path)
	case bytes.ContainsAny(line, "\r\n"):
		err = wrong("terminal.passphrase-lines", "Path", path)
	default:
		return line, nil
	}
	clear(data)
	return nil, err
}

// passphrase gives the passphrase, by prompt when it was not given.
func (s *session) passphrase(prompt string) ([]byte, error) {
	given, err := s.givenPassphrase()
	if err != nil || given != nil {
		return given, err
	}
	if s.In == nil || !term.IsTerminal(int(s.In.Fd())) {
		return nil, wrong("terminal.no-passphrase")
	}
	return s.ask(prompt)
}

// ask reads a secret from the terminal without showing it.
func (s *session) ask(prompt string) ([]byte, error) {
	fmt.Fprint(s.Err, prompt+": ")
	defer fmt.Fprintln(s.Err)
	return term.ReadPassword(int(s.In.Fd()))
}

// newPassphrase gives the passphrase of a new vault, asked for twice.
func (s *session) newPassphrase(path string) ([]byte, error) {
	first, err := s.passphrase(s.t.T("terminal.new-passphrase", "Vault", path))
	if err != nil {
		return nil, err
	}
	given, _ := s.givenPassphrase()
	clear(given)
	s.judge(first, given == nil)
	if given != nil {
		return first, nil
	}
	return s.again(first)
}

// judge says how well a new passphrase would hold; of one that nobody types
// just now only where that is not long.
func (s *session) judge(passphrase []byte, typed bool) {
	e := desk.Strength(passphrase)
	if e.TooShort || !typed && !e.Weak() { // too short a one is refused
		return
	}
	fmt.Fprintln(s.Err, s.t.T("terminal.strength", "Strength", s.t.Strength(e.Score, e.Holds)))
	if e.Weak() {
		fmt.Fprintln(s.Err, s.t.T("terminal.strength.better"))
	}
}

// askTwice asks for a new passphrase or password, on a terminal only; judge,
// unless it is nil, says something of it before it is asked for once more.
func (s *session) askTwice(prompt string, judge func([]byte)) ([]byte, error) {
	if s.In == nil || !term.IsTerminal(int(s.In.Fd())) {
		return nil, wrong("terminal.no-passphrase")
	}
	first, err := s.ask(prompt)
	if err != nil {
		return nil, err
	}
	if judge != nil {
		judge(first)
	}
	return s.again(first)
}

// again asks for a new passphrase once more.
func (s *session) again(first []byte) ([]byte, error) {
	if desk.Strength(first).TooShort {
		return nil, desk.ErrWeakPassphrase
	}
	second, err := s.ask(s.t.T("terminal.again"))
	defer clear(second)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(first, second) {
		clear(first)
		fmt.Fprintln(s.Err, s.t.T("terminal.passphrases-differ"))
		return nil, saidError{}
	}
	return first, nil
}
