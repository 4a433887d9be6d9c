package terminal

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/pki"
	"countersign/ui/desk"
)

// importFiles is the command that brings what other tools left; ca import is
// the same under the name that people look for first.
func (s *session) importFiles(short string) *cobra.Command {
	var given []string
	var passwordFile string
	var dry bool
	c := &cobra.Command{
		Use: "import PATH...", Short: s.t.T(short), Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			passwords, err := s.manyPasswords(given, passwordFile)
			if err != nil {
				return err
			}
			if err := s.missing(args); err != nil {
				return err
			}
			if dry {
				return s.dryRun(c.Context(), args, passwords)
			}
			d, err := s.openOrCreate(c.Context())
			if err != nil {
				return err
			}
			return errors.Join(s.bring(c.Context(), d, args, passwords), d.Close())
		},
	}
	c.Flags().StringArrayVar(&given, "password", nil, s.seenPassword(s.t.T("import.terminal.password")))
	c.Flags().StringVar(&passwordFile, "password-file", "", s.t.T("import.terminal.password-file"))
	c.Flags().BoolVar(&dry, "dry-run", false, s.t.T("import.terminal.dry-run"))
	return c
}

// missing says of each file or folder that is not there that it is not, before
// a vault is opened or made for it.
func (s *session) missing(paths []string) error {
	var failed error
	for _, path := range paths {
		if err := desk.CheckSource(path); err != nil {
			s.explain(err)
			failed = saidError{}
		}
	}
	return failed
}

// dryRun says what is there. Without a vault everything is new.
func (s *session) dryRun(ctx context.Context, paths, given []string) error {
	look := desk.LookAlone
	d, err := s.open(ctx)
	switch {
	case err == nil:
		defer d.Close()
		look = d.Look
	case !errors.Is(err, desk.ErrNotFound):
		return err
	}
	found, err := s.look(ctx, look, paths, given)
	if err != nil {
		return err
	}
	s.printFound(found)
	s.say("import.terminal.dry")
	return nil
}

// bring looks, says what is there, and keeps it.
func (s *session) bring(ctx context.Context, d *desk.Desk, paths, given []string) error {
	found, err := s.look(ctx, d.Look, paths, given)
	if err != nil {
		return err
	}
	s.printFound(found)
	none := len(found.Certificates)+len(found.Requests)+len(found.Lists) == 0
	switch {
	case none && len(found.Keys)+len(found.Unread)+len(found.Locked) == 0:
		s.say("import.terminal.none")
		return saidError{}
	case none:
		return saidError{} // what was left, and why, is said
	case !found.New():
		s.say("import.done.nothing")
		return nil
	}
	done, err := d.Import(ctx, found)
	if err != nil {
		return err
	}
	s.printImported(done)
	return nil
}

// look looks with the passwords given or, when there are none, with those that
// somebody types.
func (s *session) look(ctx context.Context, look func(context.Context, []string, desk.Passwords) (desk.Found, error),
	paths, given []string) (desk.Found, error) {
	passwords := desk.Passwords{Any: given, ByPath: map[string]string{}}
	found, err := look(ctx, paths, passwords)
	if err != nil || len(given) > 0 || !s.askPasswords(found.Locked, passwords) {
		return found, err
	}
	return look(ctx, paths, passwords)
}

// askPasswords asks for the password of each locked file, where somebody can
// answer.
func (s *session) askPasswords(locked []desk.Locked, passwords desk.Passwords) bool {
	if s.In == nil || !term.IsTerminal(int(s.In.Fd())) {
		return false
	}
	some := false
	for _, l := range locked {
		answer, err := s.ask(s.t.T("import.terminal.ask", "Path", pki.Escape(l.Path)))
		if err == nil && len(answer) > 0 {
			passwords.ByPath[l.Path], some = string(answer), true
		}
		clear(answer)
	}
	return some
}

// printFound lists what was found, what will be taken, and what will not and
// why.
func (s *session) printFound(f desk.Found) {
	for _, folder := range f.Folders {
		fmt.Fprintf(s.Out, "%s%s%s\n", s.t.T("import.recognised", "Tool", string(folder.Kind)), s.t.T("list.colon"), pki.Escape(folder.Path))
	}
	var authorities, others, requests, lists, keys []foundRow
	for _, c := range f.Certificates {
		kind := pki.KindOfCertificate(c.Certificate)
		row := foundRow{pki.Escape(c.Name()), s.foundState(c), pki.Escape(c.Path), c.Warnings(s.now())}
		if kind == pki.Authority {
			authorities = append(authorities, row)
		} else {
			others = append(others, row)
		}
	}
	for _, r := range f.Requests {
		requests = append(requests, foundRow{pki.Escape(r.Name()), s.requestState(r), pki.Escape(r.Path), r.Doubts})
	}
	for _, l := range f.Lists {
		name := s.t.T("import.list.nobody")
		if l.Authority != nil {
			name = s.t.T("import.list."+l.Kind, "Name", pki.Escape(l.AuthorityName()))
		}
		lists = append(lists, foundRow{name: name, state: s.listState(l), path: pki.Escape(l.Path)})
	}
	for _, k := range f.Keys {
		keys = append(keys, foundRow{name: pki.KeyLabel(k.Key.Public()), state: s.t.T("import.list.left"), path: pki.Escape(k.Path)})
	}
	s.printGroup("import.group.authorities", authorities)
	s.printGroup("import.group.certificates", others)
	s.printGroup("import.group.requests", requests)
	s.printGroup("import.group.lists", lists)
	s.printGroup("import.group.keys", keys)
	s.printLeft(f)
}

// foundRow is one thing that was found.
type foundRow struct {
	name, state, path string
	warnings          []pki.Warning // what clients will not like about it
}

func (s *session) printGroup(heading string, rows []foundRow) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintln(s.Out, s.t.T(heading))
	for _, r := range rows {
		fmt.Fprintf(s.Out, "  %-28s %s", r.name, r.state)
		if r.path != "" {
			fmt.Fprintf(s.Out, "  (%s)", r.path)
		}
		fmt.Fprintln(s.Out)
		for _, w := range r.warnings {
			fmt.Fprintf(s.Out, "    ! %s\n", s.t.Warning(w.Code, w.Value, w.Client))
		}
	}
}

// printLeft says what could not be read.
func (s *session) printLeft(f desk.Found) {
	for _, l := range f.Locked {
		key := "import.terminal.locked"
		if l.Wrong {
			key = "import.terminal.wrong"
		}
		fmt.Fprintf(s.Err, "%s%s%s\n", pki.Escape(l.Path), s.t.T("list.colon"), s.t.T(key))
	}
	if len(f.Locked) > 0 {
		fmt.Fprintln(s.Err, s.t.T("import.terminal.locked-next"))
	}
	for _, l := range f.Lost() {
		fmt.Fprintf(s.Err, "! %s\n", s.t.T("import.lost."+l.Why, "Count", l.Count, "Path", pki.Escape(l.Path), "Name", pki.Escape(l.Name)))
	}
	for _, u := range f.Unread {
		fmt.Fprintf(s.Err, "%s: ", pki.Escape(u.Path))
		s.explain(u.Err)
	}
	if f.Truncated {
		fmt.Fprintln(s.Err, s.t.T("import.truncated"), s.words("import.truncated.text"))
	}
}

func (s *session) foundState(c desk.FoundCertificate) string {
	key := "import.without-key"
	switch {
	case !c.New():
		return s.t.T("import.known")
	case c.Path == "":
		key = "import.key.here"
	case c.Key != nil:
		key = "import.with-key"
	}
	text := s.t.T(key)
	if key == "import.without-key" && pki.KindOfCertificate(c.Certificate) == pki.Authority {
		text += s.t.T("list.colon") + s.t.T("import.partner")
	}
	if c.Revoked == nil {
		return text
	}
	state := "import.revoked"
	if pki.Reason(c.Revoked.Reason).IsHold() {
		state = "import.held"
	}
	return s.t.T("import.terminal.revoked", "Key", text, "State", s.t.T(state), "Reason", c.Revoked.Reason, "Date", s.t.Date(c.Revoked.At))
}

func (s *session) requestState(r desk.FoundRequest) string {
	switch {
	case r.Mine != "":
		return s.t.T("import.known")
	case r.Answered != "":
		return s.t.T("import.answered", "Name", pki.Escape(r.Answered))
	case r.Key != nil:
		return s.t.T("import.waiting")
	}
	return s.t.T("import.asks")
}

func (s *session) listState(l desk.FoundList) string {
	switch {
	case l.Authority == nil:
		return s.t.T("import.list.left")
	case l.Outdated:
		return s.t.T("import.list.outdated")
	case !l.New:
		return s.t.T("import.known")
	}
	return s.t.T("import.list.count", "Count", len(l.Revoked))
}

// printImported says what came into the vault.
func (s *session) printImported(done desk.Imported) {
	for _, part := range []struct {
		key   string
		count int
	}{
		{"import.done", len(done.Certificates)}, {"import.done.requests", done.Requests},
		{"import.done.revoked", done.Revoked}, {"import.done.elsewhere", done.Elsewhere},
		{"import.done.in-other-hands", done.InOtherHands},
	} {
		if part.count > 0 {
			s.say(part.key, "Count", part.count)
		}
	}
}
