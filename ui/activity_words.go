package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/widgets"
)

// The verbs of activities that lead elsewhere than others, or have words of
// their own.
const (
	verbConnect   = "connect"
	verbExport    = "export"
	verbIssue     = "issue"
	verbIssueMany = "issue-many"
	verbRenew     = "renew"
	verbRevoke    = "revoke"
	verbCRL       = "crl"
	verbSign      = "request-sign"
	verbEnforce   = "enforce"
	verbTries     = "tries"
	verbRestore   = "restore"
)

// deedWords says what was done, without its name: "Server certificate issued".
func deedWords(t *i18n.Printer, a desk.Activity) string {
	state := a.Detail["state"]
	if untold := []string{"unreachable", "unclear", "ended"}; a.Verb == verbEnforce && slices.Contains(untold, a.Detail["verdict"]) {
		state = a.Detail["verdict"]
	}
	for _, key := range []string{
		"activity." + a.Verb + "." + a.Detail["kind"],
		"activity." + a.Verb + "." + a.Detail["code"],
		"activity." + a.Verb + "." + a.Detail["way"],
		"activity." + a.Verb + "." + state,
		"activity." + a.Verb,
	} {
		if t.Has(key) {
			return t.T(key)
		}
	}
	return t.T("activity.other", "Verb", pki.Escape(a.Verb))
}

// deedTitle is the name of what it was done to; where it has none, what was
// done.
func deedTitle(t *i18n.Printer, a desk.Activity) string {
	if a.Name == "" {
		return deedWords(t, a)
	}
	return pki.Escape(a.Name)
}

// deedFacts says more of it; as is the name of the certificate that a
// connection presented, "" for none.
func deedFacts(t *i18n.Printer, a desk.Activity, as string) string {
	switch a.Verb {
	case verbConnect:
		_, words := outcomeWords(t, a)
		if as != "" {
			words = t.T("activity.as", "What", words, "Name", pki.Escape(as))
		}
		return words
	case verbEnforce:
		return t.T("enforce.verdict." + a.Detail["verdict"])
	case verbExport:
		return formatWords(t, a.Detail["formats"])
	case verbRevoke:
		return t.T("reason." + a.Detail["reason"])
	case verbCRL:
		return t.T("activity.crl.facts", "Number", a.Detail["number"], "Revoked", a.Detail["revoked"])
	case verbTries:
		return t.T("tries.passed.short", "Passed", a.Detail["passed"], "Of", a.Detail["count"])
	case verbRestore:
		return restoreFacts(t, a)
	case verbIssueMany:
		return t.T("bulk.progress", "Done", a.Detail["made"], "Of", a.Detail["of"])
	case verbIssue, verbRenew, verbSign:
		if issuer := a.Detail["issuer"]; issuer != "" && issuer != a.Name {
			return t.T("activity.signed-by", "Name", pki.Escape(issuer))
		}
	}
	return ""
}

// restoreFacts says of a restored vault which time it was brought back to.
func restoreFacts(t *i18n.Printer, a desk.Activity) string {
	of, err := time.Parse(time.RFC3339, a.Detail["of"])
	later, wrong := strconv.Atoi(a.Detail["activities"])
	switch {
	case err != nil || wrong != nil:
		return ""
	case a.Detail["unread"] != "":
		return t.T("activity.restore.unread")
	}
	return t.T("activity.restore.facts", "Date", of, "Count", later)
}

// formatWords turns the codes of formats, as an export notes them, into words.
func formatWords(t *i18n.Printer, codes string) string {
	var words []string
	for code := range strings.SplitSeq(codes, ", ") {
		if key := "activity.format." + code; t.Has(key) {
			code = t.T(key)
		}
		words = append(words, code)
	}
	return t.List(words)
}

// outcomeWords says what became of a connection.
func outcomeWords(t *i18n.Printer, a desk.Activity) (widgets.Tone, string) {
	status := a.Detail["status"]
	switch {
	case a.Detail["code"] == testclient.Cancelled:
		title, _, _ := t.Diagnosis(testclient.Cancelled, nil)
		return widgets.ToneQuiet, title
	case a.Detail["state"] != "ok":
		title, _, _ := t.Diagnosis(a.Detail["code"], map[string]string{"status": status})
		return widgets.ToneBroken, title
	case status != "":
		return widgets.ToneGood, t.T("activity.passed.status", "Status", status)
	}
	return widgets.ToneGood, t.T("activity.passed")
}

// whenWords is the time of what happened today, else the day.
func (w *Window) whenWords(at time.Time) string {
	now := w.now()
	at = at.In(now.Location())
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return w.t.Date(at)
}

// showSubject goes to the certificate, request or partner that something was done to,
// when the vault still has it.
func (w *Window) showSubject(id desk.ID) {
	if id == "" {
		return
	}
	var c desk.Certificate
	d := w.desk
	at := ""
	w.background("", func(context.Context) error {
		var err error
		if c, err = d.Get(id); err == nil {
			return nil
		}
		if _, none := d.FindRequest(string(id)); none == nil {
			at = "requests"
			return nil
		}
		if _, none := d.Partner(id); none == nil {
			at = "partners"
			return nil
		}
		return err
	}, func() {
		if at != "" {
			w.navigate(at, id)
			return
		}
		w.navigate(placeOf(c), c.ID)
	})
}

// tryAgain goes to Connections, with the address and the certificate of an
// earlier try.
func (w *Window) tryAgain(a desk.Activity) {
	w.navigate("connections", a.Subject)
	c := w.connections()
	if c == nil {
		return
	}
	c.filled = true
	if a.Subject == "" {
		c.form.chooseCert("")
	}
	c.form.url.SetText(a.Name)
	c.form.relayout()
}

// openDeed goes where an activity leads.
func (w *Window) openDeed(a desk.Activity) {
	if a.Verb == verbConnect {
		w.tryAgain(a)
		return
	}
	w.showSubject(a.Subject)
}
