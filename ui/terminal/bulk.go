package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// many is what the flags of issue --from say.
type many struct {
	wish
	from, kind, encoding     string
	out, passwords, password string
	secret                   secret
	p12, compatible, pem     bool
	onlyGood, dryRun, force  bool
	again                    bool
}

// How many rows with faults, and with warnings, are shown, and how many values
// of a column.
const (
	mostFaults   = 200
	mostWarnings = 20
	mostShares   = 10
)

// issueMany gives issue the flags that make it issue a whole table.
func (s *session) issueMany(issue *cobra.Command) {
	m := &many{}
	f := issue.Flags()
	f.StringVar(&m.from, "from", "", s.t.T("bulk.flag.from"))
	f.StringVar(&m.encoding, "encoding", "", s.t.T("bulk.flag.encoding"))
	f.StringVar(&m.issuer, "ca", "", s.t.T("terminal.flag.ca"))
	f.StringVar(&m.kind, "kind", string(pki.Client), s.t.T("bulk.flag.kind"))
	f.BoolVar(&m.again, "again", false, s.t.T("bulk.flag.again"))
	s.wishFlags(issue, &m.wish)
	s.commonFlags(issue, &m.wish)
	f.StringVar(&m.out, "out", "", s.t.T("bulk.flag.out"))
	f.BoolVar(&m.p12, "p12", false, s.t.T("bulk.flag.p12"))
	f.BoolVar(&m.compatible, "p12-compatible", false, s.t.T("bulk.flag.p12-compatible"))
	f.BoolVar(&m.pem, "pem", false, s.t.T("bulk.flag.pem"))
	f.StringVar(&m.passwords, "passwords", "", s.t.T("bulk.flag.passwords"))
	s.passwordFlags(issue, &m.secret, s.t.T("bulk.flag.password"))
	f.BoolVar(&m.onlyGood, "only-good", false, s.t.T("bulk.flag.only-good"))
	f.BoolVar(&m.dryRun, "dry-run", false, s.t.T("bulk.flag.dry-run"))
	f.BoolVar(&m.force, "force", false, s.t.T("terminal.flag.force"))
	issue.MarkFlagsMutuallyExclusive("p12", "p12-compatible", "pem")
	issue.Long = s.t.T("terminal.issue") + "\n\n" + s.t.T("bulk.terminal.long")
	issue.Args = func(c *cobra.Command, args []string) error {
		switch {
		case len(args) > 0:
			return noCommand(c, args[0])
		case m.from == "":
			return wrong("usage.command-needed", "Command", c.CommandPath(), "Names", strings.Join(append(commandNames(c), "--from FILE"), ", "))
		}
		return nil
	}
	issue.RunE = func(c *cobra.Command, _ []string) error {
		if m.issuer == "" {
			return s.needs("--ca AUTHORITY")
		}
		if m.secret.file != "" || m.secret.text != "" { // COUNTERSIGN_PASSWORD is not meant for a table
			var err error
			if m.password, err = s.password(c, m.secret); err != nil {
				return err
			}
		}
		table, err := s.readTable(m)
		if err != nil {
			return err
		}
		if err := m.checkOut(s, table); err != nil {
			return err
		}
		return s.withDesk(c.Context(), func(d *desk.Desk) error {
			return s.makeMany(c, d, m, table)
		})
	}
}

// readTable reads the table of a file, or of the input.
func (s *session) readTable(m *many) (desk.BulkTable, error) {
	hint := desk.BulkHint{Language: s.t.Language()}
	if m.encoding != "" {
		var known bool
		if hint.Encoding, known = desk.ParseBulkEncoding(m.encoding); !known {
			var names []string
			for _, e := range desk.BulkEncodings() {
				names = append(names, string(e))
			}
			return desk.BulkTable{}, notOneOf("--encoding", m.encoding, names...)
		}
	}
	if m.from == "-" {
		return desk.ReadBulkFrom(s.stdin(), hint)
	}
	return desk.ReadBulkFile(m.from, hint)
}

// formats are the files of each certificate.
func (m *many) formats() []desk.Format {
	switch {
	case m.pem:
		return []desk.Format{desk.Chain, desk.Key}
	case m.compatible:
		return []desk.Format{desk.P12Compatible}
	}
	return []desk.Format{desk.P12}
}

// checkOut finds out before anything is made whether it could be written.
func (m *many) checkOut(s *session, t desk.BulkTable) error {
	if m.out == "" {
		if m.p12 || m.compatible || m.pem || m.passwords != "" || m.password != "" {
			return s.needs("--out FOLDER")
		}
		return nil
	}
	if !m.pem && m.password == "" && m.passwords == "" {
		for _, row := range t.Rows {
			if row.Cell(desk.ColumnPassword) == "" {
				return s.needs("--passwords FILE")
			}
		}
	}
	if m.force {
		return nil
	}
	return desk.CheckBulkFolder(m.out, m.passwords)
}

// makeMany checks the table, says what is wrong with it, and makes it.
func (s *session) makeMany(c *cobra.Command, d *desk.Desk, m *many, t desk.BulkTable) error {
	defaults, err := s.defaults(c, d, m)
	if err != nil {
		return err
	}
	check, err := d.CheckBulk(c.Context(), t, defaults)
	if err != nil {
		return err
	}
	if t.Encoding.Legacy() {
		fmt.Fprintln(s.Err, s.t.T("bulk.encoding.read", "Encoding", t.Encoding.Label()))
	}
	if len(t.Unknown) > 0 {
		fmt.Fprintln(s.Err, s.t.T("bulk.unknown", "Count", len(t.Unknown), "Names", pki.Escape(shortList(t.Unknown))))
	}
	if len(check.Issuer) > 0 {
		return check.Issuer
	}
	s.sayWarnings(check)
	s.sayFaults(check)
	s.say("bulk.checked", "Count", len(check.Items), "Good", s.t.Number(check.Good), "Bad", s.t.Number(check.Bad))
	s.sayShares(check)
	if check.There > 0 && !m.again {
		fmt.Fprintln(s.Err, s.t.T("bulk.there", "Count", check.There))
	}
	switch {
	case check.Bad > 0 && (!m.onlyGood || check.Good == 0):
		if !m.dryRun {
			fmt.Fprintln(s.Err, s.t.T("bulk.nothing-made"))
		}
		return saidError{usage: true}
	case m.dryRun:
		return nil
	}
	return s.makeRows(c.Context(), d, m, check)
}

// makeRows makes the rows that are not there yet, or with --again all, and
// writes the bundles of those and of what was there.
func (s *session) makeRows(ctx context.Context, d *desk.Desk, m *many, check desk.BulkCheck) error {
	rows, there := check.Remaining(), check.Already()
	if m.again {
		rows, there = check.GoodItems(), nil
	}
	var made []desk.BulkMade
	var err error
	if len(rows) > 0 {
		made, err = d.MakeBulk(ctx, check.Defaults, rows, s.progress("bulk.making"))
		if len(made) > 0 || err == nil {
			s.say("bulk.made", "Count", len(made), "Issuer", pki.Escape(issuerOf(made)))
		}
	}
	if err != nil {
		return s.stopped(err, "bulk.stopped", len(made))
	}
	if m.out == "" {
		return nil
	}
	return s.writeMany(ctx, d, m, desk.JoinBulk(there, made))
}

func issuerOf(made []desk.BulkMade) string {
	if len(made) == 0 {
		return ""
	}
	return made[0].Certificate.Issuer
}

// stopped says what stays of what was begun, when it was.
func (s *session) stopped(err error, key string, done int) error {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(s.Err, s.t.T(key, "Count", done))
		return saidError{}
	}
	return err
}

// defaults are what the flags say of every row. A profile brings its kind.
func (s *session) defaults(c *cobra.Command, d *desk.Desk, m *many) (desk.BulkDefaults, error) {
	kind := pki.Kind(m.kind)
	if m.profile != "" && !c.Flags().Changed("kind") {
		p, err := d.FindProfile(m.profile)
		if err != nil {
			return desk.BulkDefaults{}, err
		}
		kind = p.Kind
	}
	if kind != pki.Client && kind != pki.Server && kind != pki.Both {
		return desk.BulkDefaults{}, notOneOf("--kind", string(kind), "client", "server", "both")
	}
	r, err := s.begun(d, m.wish, kind)
	if err != nil {
		return desk.BulkDefaults{}, err
	}
	faults, err := m.readCommon(c, &r.Request, "", d.Now())
	if err != nil {
		return desk.BulkDefaults{}, err
	}
	if len(faults) > 0 {
		return desk.BulkDefaults{}, usageError{faults}
	}
	issuer, err := d.FindAuthority(m.issuer)
	return desk.BulkDefaults{IssuerID: issuer.ID, Base: r.Request, Profile: r.Profile}, err
}

// sayFaults prints the rows that cannot be made: row, column, reason.
func (s *session) sayFaults(check desk.BulkCheck) {
	if check.Bad == 0 {
		return
	}
	w := tabwriter.NewWriter(s.Err, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.t.T("bulk.head.line"), s.t.T("bulk.head.name"), s.t.T("bulk.head.column"), s.t.T("bulk.head.reason"))
	shown := 0
	for _, i := range check.Items {
		if i.Good() {
			continue
		}
		if shown++; shown > mostFaults {
			break
		}
		for _, f := range i.Faults {
			reason := s.t.T("fault."+f.Code, "Value", pki.Escape(s.t.Value(f.Value)))
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", i.Line, pki.Escape(short(i.Title())), s.column(f.Field), reason)
		}
	}
	w.Flush()
	if rest := check.Bad - mostFaults; rest > 0 {
		fmt.Fprintln(s.Err, s.t.T("bulk.more", "Count", rest))
	}
}

func (s *session) sayWarnings(check desk.BulkCheck) {
	for _, w := range check.Doubts {
		fmt.Fprintln(s.Err, s.t.Warning(w.Code, pki.Escape(w.Value), w.Client))
	}
	shown, rows := 0, 0
	for _, i := range check.Items {
		if !i.Good() || len(i.Warnings) == 0 {
			continue
		}
		if rows++; shown >= mostWarnings {
			continue
		}
		for _, w := range i.Warnings {
			shown++
			fmt.Fprintln(s.Err, i18n.Sentences(s.t.T("bulk.line", "Line", i.Line), s.t.Warning(w.Code, pki.Escape(w.Value), w.Client)))
		}
	}
	if shown >= mostWarnings && check.Warned > shown {
		fmt.Fprintln(s.Err, s.t.T("bulk.more-warnings", "Count", check.Warned))
	}
}

// sayShares tells which profiles and addresses good rows name themselves, and
// how many.
func (s *session) sayShares(check desk.BulkCheck) {
	for _, column := range []desk.BulkColumn{desk.ColumnProfile, desk.ColumnCRL, desk.ColumnOCSP, desk.ColumnIssuers} {
		name := s.t.T("bulk.column." + string(column))
		shares := check.Shares(column)
		for n, share := range shares {
			if n == mostShares {
				s.say("bulk.shares.more", "Column", name, "Count", len(shares)-n)
				break
			}
			s.say("bulk.shares", "Column", name, "Value", pki.Escape(share.Value), "Count", share.Rows)
		}
	}
}

// column is the name of the column that a fault is tied to.
func (s *session) column(f pki.Field) string {
	if c := desk.ColumnOf(f); c != "" {
		return s.t.T("bulk.column." + string(c))
	}
	return "-"
}

// shortList names the first few, and counts no further.
func shortList(names []string) string {
	if len(names) > mostShares {
		names = append(slices.Clone(names[:mostShares]), "…")
	}
	var list []string
	for _, name := range names {
		list = append(list, short(name))
	}
	return strings.Join(list, ", ")
}

func short(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// progress gives what draws the progress on a terminal; nil elsewhere.
func (s *session) progress(key string) func(desk.BulkProgress) {
	if !isTerminal(s.Err) {
		return nil
	}
	return func(p desk.BulkProgress) {
		text := s.t.T(key, "Done", s.t.Number(p.Done), "Of", s.t.Number(p.Of), "Rate", s.t.Number(int(p.Rate())),
			"Left", p.Left().Round(time.Second).String())
		fmt.Fprintf(s.Err, "\r%s\x1b[K", text)
		if p.Done == p.Of {
			fmt.Fprint(s.Err, "\r\x1b[K")
		}
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// writeMany writes the folder of bundles.
func (s *session) writeMany(ctx context.Context, d *desk.Desk, m *many, made []desk.BulkMade) error {
	wrote, err := d.ExportBulk(ctx, made, desk.BulkExport{
		Folder: m.out, Formats: m.formats(), Password: m.password, Passwords: m.passwords, Overwrite: m.force,
	}, s.progress("bulk.writing"))
	if wrote.Manifest != "" {
		s.say("bulk.written", "Count", wrote.Certificates, "Folder", m.out, "Manifest", desk.ManifestFile)
	}
	if wrote.Passwords != "" {
		s.say("bulk.passwords-written", "Path", wrote.Passwords)
	}
	if err != nil {
		return s.stopped(err, "bulk.writing-stopped", wrote.Certificates)
	}
	if m.pem {
		fmt.Fprintln(s.Err, s.t.T("bulk.keys-clear"))
	}
	return nil
}
