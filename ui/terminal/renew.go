package terminal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// renewal is what the flags of renew say.
type renewal struct {
	days      int
	key       string
	keep, new bool
	revokeOld bool
	add       []string
	remove    []string
	issuer    string
	cross     bool
	expiring  string
	dryRun    bool
	anyway    bool
}

func (s *session) renew() *cobra.Command {
	w := &renewal{}
	c := &cobra.Command{
		Use: "renew [NAME...]", Short: s.t.T("renew.terminal"), Long: s.t.T("renew.terminal") + "\n\n" + s.t.T("renew.terminal.long"),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("expiring") {
				return s.renewExpiring(c, w, args)
			}
			if len(args) == 0 {
				return s.needs("NAME | --expiring")
			}
			if w.dryRun {
				return s.needs("--expiring")
			}
			return s.renewNamed(c, w, s.newest, args)
		},
	}
	s.renewalFlags(c, w)
	flags := c.Flags()
	flags.BoolVar(&w.revokeOld, "revoke-old", false, s.t.T("renew.flag.revoke-old"))
	flags.StringArrayVar(&w.add, "add-san", nil, s.t.T("renew.flag.add-san"))
	flags.StringArrayVar(&w.remove, "remove-san", nil, s.t.T("renew.flag.remove-san"))
	flags.StringVar(&w.issuer, "ca", "", s.t.T("renew.flag.ca"))
	flags.StringVar(&w.expiring, "expiring", "", s.t.T("renew.flag.expiring"))
	flags.Lookup("expiring").NoOptDefVal = expiringSoon
	flags.BoolVar(&w.dryRun, "dry-run", false, s.t.T("renew.flag.dry-run"))
	return c
}

// expiringSoon stands for what counts as expiring, where --expiring says no
// number of days (see desk.Certificate.ExpiringFrom).
const expiringSoon = "soon"

func (s *session) renewalFlags(c *cobra.Command, w *renewal) {
	c.Flags().IntVar(&w.days, "days", 0, s.t.T("renew.flag.days"))
	c.Flags().BoolVar(&w.keep, "keep-key", false, s.t.T("renew.flag.keep-key"))
	c.Flags().BoolVar(&w.new, "new-key", false, s.t.T("renew.flag.new-key"))
	c.Flags().StringVar(&w.key, "key", "", s.t.T("renew.flag.key"))
	c.Flags().BoolVar(&w.anyway, "anyway", false, s.t.T("renew.flag.anyway"))
	c.MarkFlagsMutuallyExclusive("keep-key", "new-key")
	c.MarkFlagsMutuallyExclusive("keep-key", "key")
}

func (s *session) renewAuthority() *cobra.Command {
	w := &renewal{}
	c := &cobra.Command{
		Use: "renew NAME", Short: s.t.T("renew.terminal.ca"), Long: s.t.T("renew.terminal.ca") + "\n\n" + s.t.T("renew.terminal.ca.long"),
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			find := func(d *desk.Desk, name string) (desk.Certificate, error) { return s.named(d, d.FindAuthority, name) }
			return s.renewNamed(c, w, find, args)
		},
	}
	s.renewalFlags(c, w)
	c.Flags().BoolVar(&w.cross, "cross-sign", false, s.t.T("renew.flag.cross-sign"))
	return c
}

// renewNamed renews what the arguments name, each in an act of its own, when all
// of them can be found and renewed.
func (s *session) renewNamed(c *cobra.Command, w *renewal, find func(*desk.Desk, string) (desk.Certificate, error), args []string) error {
	daysGiven := c.Flags().Changed("days")
	if _, err := w.read(s.now(), daysGiven); err != nil {
		return err
	}
	return s.withDesk(c.Context(), func(d *desk.Desk) error {
		var olds []desk.Certificate
		for _, name := range args {
			old, err := find(d, name)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(olds, func(c desk.Certificate) bool { return c.ID == old.ID }) {
				olds = append(olds, old)
			}
		}
		olds, err := s.unsettled(d, w, olds)
		if err != nil {
			return err
		}
		var all []desk.Renewal
		var previews []desk.RenewalPreview
		for _, old := range olds {
			r, err := w.request(d, old, daysGiven)
			if err != nil {
				return err
			}
			preview, err := d.PreviewRenewal(r)
			if err != nil {
				return err
			}
			all, previews = append(all, r), append(previews, preview)
		}
		for n, r := range all {
			renewed, err := d.Renew(c.Context(), r)
			if err != nil {
				return err
			}
			s.sayRenewed(previews[n], renewed)
		}
		return nil
	})
}

func (s *session) sayRenewed(preview desk.RenewalPreview, renewed desk.Renewed) {
	key := "renew.done.new"
	if preview.KeepsKey {
		key = "renew.done.kept"
	}
	s.say(key, "Name", pki.Escape(renewed.Name), "Until", s.t.Date(renewed.NotAfter), "Issuer", pki.Escape(renewed.Issuer))
	was := preview.Old
	switch {
	case was.Revoked && was.Reason == renewed.Old.Reason:
		s.say("renew.done.was-revoked", "Serial", was.Serial, "At", s.t.Date(was.RevokedAt), "Reason", was.Reason)
	case renewed.Old.Revoked:
		s.say("renew.done.revoked", "Serial", renewed.Old.Serial)
	case renewed.Old.NotAfter.Before(renewed.Made):
		s.say("renew.done.ended", "Serial", renewed.Old.Serial, "Until", s.t.Date(renewed.Old.NotAfter))
	case !was.RefusedFrom.IsZero():
		s.say("renew.done.refused", "Serial", was.Serial, "Date", s.t.Date(was.RefusedFrom))
	default:
		s.say("renew.done.valid", "Serial", renewed.Old.Serial, "Until", s.t.Date(renewed.Old.NotAfter))
	}
	for n, cross := range renewed.Cross {
		s.say([]string{"renew.done.old-with-new", "renew.done.new-with-old"}[n], "Serial", cross.Serial)
	}
	if preview.Below > 0 && len(renewed.Cross) == 0 {
		fmt.Fprintln(s.Err, s.t.T("renew.below", "Count", preview.Below, "Name", pki.Escape(renewed.Name)))
	}
	if n := preview.Outliving; n.Count > 0 {
		fmt.Fprintln(s.Err, s.t.T("renew.outliving", "Count", n.Count, "Latest", s.t.Date(n.Latest), "Until", s.t.Date(preview.NotAfter)))
	}
	if preview.CrossTight {
		fmt.Fprintln(s.Err, s.t.T("renew.tight.title")+". "+s.t.T("renew.tight.text", "Limit", preview.CrossLimit))
	}
	if preview.Pinned {
		fmt.Fprintln(s.Err, s.t.T("renew.pinned.title")+". "+s.t.T("renew.pinned.text"))
	}
	if len(preview.Lost) > 0 {
		fmt.Fprintln(s.Err, s.t.T("renew.lost", "OIDs", strings.Join(preview.Lost, ", ")))
	}
	for _, warning := range preview.Warnings {
		fmt.Fprintf(s.Err, "%s\n", s.t.Warning(warning.Code, pki.Escape(warning.Value), warning.Client))
	}
}

// request is a renewal as the flags say.
func (w *renewal) request(d *desk.Desk, old desk.Certificate, daysGiven bool) (desk.Renewal, error) {
	r, err := w.read(d.Now(), daysGiven)
	if err != nil {
		return r, err
	}
	r.ID = old.ID
	if w.issuer != "" {
		issuer, err := d.FindAuthority(w.issuer)
		if err != nil {
			return r, err
		}
		r.IssuerID = issuer.ID
	}
	return r, nil
}

// read reads the flags that need no vault, all their faults together.
func (w *renewal) read(now time.Time, daysGiven bool) (desk.Renewal, error) {
	r := desk.Renewal{Cross: w.cross, RevokeOld: w.revokeOld}
	switch {
	case w.keep:
		r.Key = desk.KeyKept
	case w.new, w.key != "":
		r.Key = desk.KeyNew
	}
	if w.key != "" {
		kind, err := pki.ParseKeyKind(w.key)
		if err != nil {
			return r, notOneOf("--key", w.key, keyNames()...)
		}
		r.KeyKind = kind
	}
	var faults pki.Faults
	if daysGiven {
		if w.days < 1 || w.days > maxDays {
			faults = append(faults, pki.Fault{Field: pki.FieldValidity, Code: faultDays, Value: fmt.Sprint(w.days)})
		}
		r.NotAfter = now.Add(time.Duration(min(max(w.days, 1), maxDays)) * 24 * time.Hour)
	}
	for _, typed := range []struct {
		texts []string
		names *[]pki.Name
	}{{w.add, &r.Add}, {w.remove, &r.Remove}} {
		for _, text := range typed.texts {
			more, wrong := pki.ParseNameList(text)
			*typed.names, faults = append(*typed.names, more...), append(faults, wrong...)
		}
	}
	if len(faults) > 0 {
		return r, usageError{faults}
	}
	return r, nil
}

// renewExpiring renews what ends soon, or with --dry-run only says what. A
// number after --expiring may stand apart.
func (s *session) renewExpiring(c *cobra.Command, w *renewal, args []string) error {
	within, days := w.expiring, 0
	if len(args) == 1 && within == expiringSoon {
		within, args = args[0], nil
	}
	if within != expiringSoon {
		n, err := strconv.Atoi(within)
		switch {
		case err != nil:
			return wrong("usage.value.int", "Flag", "--expiring", "Value", within)
		case n < 1 || n > maxDays:
			return notBetween("--expiring", n, 1, maxDays)
		}
		days = n
	}
	if len(args) > 0 {
		return wrong("renew.terminal.alone", "Flag", args[0])
	}
	for _, name := range []string{"days", "keep-key", "new-key", "key", "revoke-old", "add-san", "remove-san", "ca", "anyway"} {
		if c.Flags().Changed(name) {
			return wrong("renew.terminal.alone", "Flag", "--"+name)
		}
	}
	return s.withDesk(c.Context(), func(d *desk.Desk) error {
		list := d.EndingSoon
		none := s.t.T("renew.none.soon")
		if days > 0 {
			none = s.t.T("renew.none", "Days", s.t.Days(days))
			list = func() ([]desk.Ending, error) { return d.EndingWithin(time.Duration(days) * 24 * time.Hour) }
		}
		ending, err := list()
		if err != nil {
			return err
		}
		settled, err := d.SettledWithin(time.Duration(days) * 24 * time.Hour)
		if err != nil {
			return err
		}
		defer s.saySettled(settled)
		if len(ending) == 0 {
			if settled.Replaced+settled.Fresh > 0 {
				none = s.t.T("renew.none.left")
			}
			fmt.Fprintln(s.Out, none)
			return nil
		}
		if w.dryRun {
			short, err := shortSerials(d)
			if err != nil {
				return err
			}
			return s.endingTable(ending, short)
		}
		return s.renewThese(c.Context(), d, ending)
	})
}

// saySettled tells of what ends, but is not renewed again.
func (s *session) saySettled(n desk.Settled) {
	if n.Replaced > 0 {
		s.say("renew.settled.replaced", "Count", n.Replaced)
	}
	if n.Fresh > 0 {
		s.say("renew.settled.fresh", "Count", n.Fresh)
	}
}

// renewThese renews what can be, and tells of the rest. Something that could
// not be renewed makes the command fail, when the others are done.
func (s *session) renewThese(ctx context.Context, d *desk.Desk, ending []desk.Ending) error {
	var ids []desk.ID
	var not []desk.Ending
	long := 0
	for _, x := range ending {
		switch {
		case x.Long:
			long++
		case x.Problem != nil:
			not = append(not, x)
		default:
			ids = append(ids, x.ID)
		}
	}
	done, err := d.RenewAll(ctx, ids, nil)
	for _, x := range done.Done {
		s.say("renew.done.line", "Name", pki.Escape(x.Name), "Until", s.t.Date(x.NotAfter))
	}
	not = append(not, done.Failed...)
	for _, x := range not {
		fmt.Fprintln(s.Err, s.t.T("renew.not.line", "Name", pki.Escape(x.Name), "Why", s.why(x.Problem)))
	}
	s.say("renew.summary", "Count", len(done.Done))
	if long > 0 {
		s.say("renew.long", "Count", long)
	}
	if err != nil {
		return err
	}
	if len(not) > 0 {
		return saidError{}
	}
	return nil
}

// endingTable says what would be renewed and what cannot be.
func (s *session) endingTable(ending []desk.Ending, short map[desk.ID]string) error {
	rows := [][]string{{s.t.T("terminal.column.name"), s.t.T("terminal.column.kind"), s.t.T("terminal.column.serial"),
		s.t.T("terminal.column.until"), s.t.T("renew.column.then")}}
	for _, x := range ending {
		then := ""
		switch {
		case x.Problem != nil:
			then = s.why(x.Problem)
		case x.Long:
			then = s.t.T("renew.long.line")
		default:
			then = x.Until.Local().Format(time.DateOnly)
		}
		rows = append(rows, []string{pki.Escape(x.Name), s.t.T("terminal.kind." + string(x.Kind)), short[x.ID],
			x.NotAfter.Local().Format(time.DateOnly), then})
	}
	return table(s.Out, rows)
}

// why words an error in one line: its sentence, and the faults of a request.
func (s *session) why(err error) string {
	e := desk.Explain(err)
	if len(e.Faults) > 0 {
		var texts []string
		for _, f := range e.Faults {
			texts = append(texts, s.words("fault."+f.Code, "Value", pki.Escape(s.t.Value(f.Value))))
		}
		return i18n.Sentences(texts...)
	}
	for n, fact := range e.Facts {
		if text, ok := fact.(string); ok {
			e.Facts[n] = pki.Escape(s.t.Value(text))
		}
	}
	return s.words("error."+e.Code, e.Facts...)
}
