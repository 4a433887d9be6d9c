package terminal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// mendFirst is --mend without a code.
const mendFirst = "first"

// remedyCodes are the values of --mend: what can be done without a person.
func remedyCodes() []string {
	return []string{mendFirst, string(desk.RemedyTrust), string(desk.RemedyTrustSent), string(desk.RemedyPresent),
		string(desk.RemedyRenew), string(desk.RemedyUnder), string(desk.RemedyClient), string(desk.RemedySendChain),
		string(desk.RemedyServer), string(desk.RemedyName), string(desk.RemedyConnect), string(desk.RemedyScheme), string(desk.RemedyVersions),
		string(desk.RemedyLowest)}
}

func (f *connectFlags) addMend(s *session, c *cobra.Command) {
	c.Flags().BoolVar(&f.sendChain, "send-chain", false, s.t.T("try.flag.send-chain"))
	c.Flags().StringVar(&f.mend, "mend", "", s.t.T("try.flag.mend"))
	c.Flags().Lookup("mend").NoOptDefVal = mendFirst
}

// wrongMend finds a --mend that there is not.
func (f *connectFlags) wrongMend() error {
	if f.mend != "" && !slices.Contains(remedyCodes(), f.mend) {
		return notOneOf("--mend", f.mend, remedyCodes()...)
	}
	return nil
}

// offerJSON is a remedy as connect --json prints it.
type offerJSON struct {
	Code    desk.RemedyCode `json:"code"`
	Text    string          `json:"text"`
	Command string          `json:"command,omitempty"` // what is added to connect, or another command
	Value   string          `json:"value,omitempty"`   // a fingerprint, a name, a URL
}

// conclude prints what became of a try and what mends it, or mends it and tries
// again. The exit status is that of the last try.
func (f *connectFlags) conclude(ctx context.Context, s *session, l lab, t desk.Try, r testclient.Result) error {
	if r.OK() || r.Diagnosis.Code == testclient.Cancelled {
		return s.printResult(r, f.json)
	}
	d := l.desk
	found, err := l.Remedies(t, r)
	if err != nil {
		return err
	}
	if f.mend != "" {
		return f.mendAndTry(ctx, s, l, t, r, found)
	}
	if f.json {
		shown := newConnection(r)
		shown.Remedies = f.offers(s, d, i18n.New("en"), found, "")
		if err := s.json(shown); err != nil {
			return err
		}
		return saidError{}
	}
	s.printVerdict(r)
	f.printOffers(s, d, found, "")
	return saidError{}
}

// offers are the remedies with what to type; done is what was typed for the
// remedy before, "" for none.
func (f *connectFlags) offers(s *session, d *desk.Desk, p *i18n.Printer, found desk.Remedies, done string) []offerJSON {
	var list []offerJSON
	for _, r := range found.List[:min(len(found.List), 5)] {
		which := whichOf(d, r)
		list = append(list, offerJSON{r.Code, remedyWords(p, r, which), after(done, f.remedyCommand(s, d, r, which)), r.Value})
	}
	return list
}

// whichOf is a beginning of the serial number of what a remedy names, when
// another certificate of the vault has its name; else "".
func whichOf(d *desk.Desk, r desk.Remedy) string {
	if d == nil || r.ID == "" {
		return ""
	}
	c, err := d.Get(r.ID)
	if err != nil || !c.Shared {
		return ""
	}
	short, err := shortSerials(d)
	if err != nil {
		return c.Serial
	}
	return short[r.ID]
}

func remedyWords(p *i18n.Printer, r desk.Remedy, which string) string {
	name := pki.Escape(r.Name)
	if which != "" {
		name = p.T("certificates.name.serial", "Name", name, "Serial", which)
	}
	return p.T("mend."+string(r.Code), "Name", name, "Value", pki.Escape(r.Value), "Scheme", r.Name)
}

// printOffers prints what mends it; done is as in offers.
func (f *connectFlags) printOffers(s *session, d *desk.Desk, found desk.Remedies, done string) {
	if len(found.List) == 0 {
		return
	}
	fmt.Fprintf(s.Out, "\n%s\n", s.t.T("mend.offer"))
	for _, o := range f.offers(s, d, s.t, found, done) {
		fmt.Fprintf(s.Out, "  %s: %s\n", o.Text, o.Command)
		if o.Code == desk.RemedyTrustSent { // to be compared first
			fmt.Fprintf(s.Out, "    SHA-256 %s\n", o.Value)
		}
	}
	if first := found.List[0]; first.Mends() && !first.Asks() && f.mend == "" {
		fmt.Fprintf(s.Out, "  %s\n", s.t.T("mend.offer.mend"))
	}
}

// remedyCommand is what to type: flags to add to the command, or a command.
func (f *connectFlags) remedyCommand(s *session, d *desk.Desk, r desk.Remedy, which string) string {
	name := desk.ShellWord(cmp.Or(which, r.Name))
	switch r.Code {
	case desk.RemedyTrust:
		return "--trust " + name
	case desk.RemedyPresent:
		return "--cert " + name
	case desk.RemedyLowest:
		return "--lowest " + r.Value
	case desk.RemedySendChain:
		return "--send-chain"
	case desk.RemedyScheme:
		return strings.Join(append([]string{"countersign connect", desk.ShellWord(i18n.BareURL(r.Value))}, f.said...), " ")
	case desk.RemedyRenew:
		return s.inVault("countersign renew " + name)
	case desk.RemedyIssue:
		return s.inVault("countersign issue client NAME --ca " + name)
	case desk.RemedyExport:
		commands := s.exportCommands(d, r.ID, cmp.Or(which, r.Name), desk.Chain)
		return strings.Join(commands, " && ")
	}
	return "--mend=" + string(r.Code)
}

// mendAndTry does the remedy that was asked for and tries again, and says what
// became of both tries.
func (f *connectFlags) mendAndTry(ctx context.Context, s *session, l lab, t desk.Try, before testclient.Result, found desk.Remedies) error {
	if !f.json {
		s.printVerdict(before)
	}
	i := slices.IndexFunc(found.List, func(r desk.Remedy) bool {
		return r.Mends() && (f.mend == string(r.Code) || f.mend == mendFirst && !r.Asks())
	})
	if i < 0 {
		if f.json {
			return s.printResult(before, true)
		}
		fmt.Fprintf(s.Out, "\n%s\n", s.t.T("mend.nothing"))
		f.printOffers(s, l.desk, found, "")
		return saidError{}
	}
	remedy := found.List[i]
	which := whichOf(l.desk, remedy)
	typed := f.remedyCommand(s, l.desk, remedy, which)
	done, err := l.Mend(ctx, t, before, remedy)
	if err != nil {
		return err
	}
	if done.ForServer && done.Made != nil {
		return f.handOver(s, l.desk, before, remedy, *done.Made)
	}
	observe := s.printStep
	if f.json {
		observe = nil
	} else {
		fmt.Fprintf(s.Out, "\n%s\n\n", s.t.T("mend.mending", "What", remedyWords(s.t, remedy, which)))
	}
	now, err := l.Connect(ctx, done.Try, observe)
	if err != nil {
		return err
	}
	still, err := l.Remedies(done.Try, now)
	if err != nil {
		return err
	}
	if f.json {
		shown, first := newConnection(now), newConnection(before)
		shown.Remedies = f.offers(s, l.desk, i18n.New("en"), still, typed)
		shown.Mended, shown.Before = remedy.Code, &first
		if err := s.json(shown); err != nil {
			return err
		}
	} else {
		s.printVerdict(now)
		s.printMended(before, now)
		f.printOffers(s, l.desk, still, typed)
	}
	if !now.OK() {
		return saidError{}
	}
	return nil
}

// handOver says what was made for the server and how it gets there. The same is
// not tried again: the server presents the old one until then.
func (f *connectFlags) handOver(s *session, d *desk.Desk, before testclient.Result, remedy desk.Remedy, made desk.Certificate) error {
	next := s.exportCommands(d, made.ID, made.Name, desk.Chain, desk.Key)
	if f.json {
		shown := newConnection(before)
		shown.Mended, shown.Next = remedy.Code, next
		return s.json(shown)
	}
	files, err := d.FileNames(made.ID, []desk.Format{desk.Chain, desk.Key})
	if err != nil {
		return err
	}
	for n, file := range files {
		files[n] = pki.Escape(file)
	}
	fmt.Fprintf(s.Out, "\n%s\n", s.t.T("mend.for-server", "Files", strings.Join(files, s.t.T("list.comma")), "Name", pki.Escape(made.Name)))
	for _, command := range next {
		fmt.Fprintf(s.Out, "  %s\n", command)
	}
	return nil
}

// exportCommands are the commands that write a certificate's files.
func (s *session) exportCommands(d *desk.Desk, id desk.ID, name string, formats ...desk.Format) []string {
	var list []string
	for _, f := range formats {
		command := "countersign export " + desk.ShellWord(name) + " --format " + string(f)
		if files, err := d.FileNames(id, []desk.Format{f}); err == nil && len(files) > 0 {
			command += " --out " + desk.ShellWord(files[0])
		}
		list = append(list, s.inVault(command))
	}
	return list
}

// printMended says both results.
func (s *session) printMended(before, now testclient.Result) {
	line := func(r testclient.Result) string {
		if d := r.Diagnosis; d != nil {
			return s.t.FailedAt(d.Step, d.Code, d.Facts)
		}
		return s.t.Passed(r.StatusText)
	}
	fmt.Fprintf(s.Out, "\n%s: %s\n%s: %s\n", s.t.T("mended.before"), line(before), s.t.T("mended.now"), line(now))
}
