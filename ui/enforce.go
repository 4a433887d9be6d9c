package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// insisting tries whether a server insists on the right client certificate:
// what it shows on top, then each attempt.
type insisting struct {
	w    *Window
	desk *desk.Desk
	ask  desk.Enforce
	made []testclient.TrialResult // so far
	last *desk.Enforced           // nil before the end of the first run
	busy bool

	wide    float32 // of the widest judgement
	verdict *widgets.Notice
	choose  *attempts
	rows    *fyne.Container
	about   *widgets.Text
	table   *fyne.Container
	again   *widgets.Button
	take    []*widgets.Button // what to do with the answer
	scroll  *container.Scroll
	body    *fyne.Container
	root    *fyne.Container
}

// askInsists offers to ask whether the server that has just answered insists
// on the certificate that it was shown.
func (c *connections) askInsists(try desk.Try) []mend {
	if !presents(try) {
		return nil
	}
	return []mend{{c.w.t.T("enforce.button"), func(fyne.CanvasObject) { c.w.openEnforce(try) }}}
}

// presents tells whether a try shows a certificate.
func presents(try desk.Try) bool { return try.CertificateID != "" || len(try.CertFiles) > 0 }

// openEnforce asks whether the server of a try insists on its certificate.
func (w *Window) openEnforce(try desk.Try) {
	if !presents(try) {
		w.notify(w.t.T("enforce.choose"))
		return
	}
	w.open(newInsisting(w, try))
}

// insists asks about the server that runs.
func (s *localServer) insists() {
	s.fillForm()
	if try, good := s.c.form.read(); good {
		s.c.w.openEnforce(try)
	}
}

// newInsisting begins at once at this computer; about another it asks first.
func newInsisting(w *Window, try desk.Try) *insisting {
	i := &insisting{w: w, desk: w.desk, ask: desk.Enforce{Try: try}}
	t := w.t
	i.verdict = widgets.NewNotice(widgets.ToneNone, "", "")
	i.choose = newAttempts(w, func() { i.settle() })
	i.rows = widgets.Stack(0)
	i.about = widgets.NewQuiet("")
	for _, j := range testclient.Judgements() {
		i.wide = max(i.wide, widgets.NewBadge(widgets.ToneNone, t.T("enforce.judgement."+string(j))).MinSize().Width)
	}
	i.table = widgets.Stack(12, widgets.NewCard(i.rows), i.about)
	i.again = widgets.NewButton(t.T("enforce.again"), theme.IconRefresh, widgets.Plain, i.run)
	back := widgets.NewButton(t.T("back"), "", widgets.Plain, w.back)
	i.take = []*widgets.Button{
		widgets.NewButton(t.T("enforce.copy"), theme.IconCopy, widgets.Plain, i.copy),
		widgets.NewButton(t.T("enforce.save.markdown"), theme.IconExport, widgets.Plain, i.saveMarkdown),
		widgets.NewButton(t.T("enforce.save.json"), theme.IconExport, widgets.Plain, i.saveJSON),
	}
	i.body = widgets.Stack(16, i.verdict, i.choose.fold, i.table)
	i.scroll = container.NewVScroll(widgets.Inset(0, gutter, 2, 2, i.body))
	middle := &fyne.Container{Layout: &settleLayout{i.scroll}, Objects: []fyne.CanvasObject{i.scroll}}
	title := widgets.NewTitle(t.T("enforce.title", "URL", pki.Escape(try.URL))).Truncate()
	head := widgets.Inset(0, 0, 12, 0, widgets.Row(8, widgets.Grow(title), i.again, back))
	foot := widgets.Inset(12, 0, 0, 0, widgets.Row(8, i.take[0], i.take[1], i.take[2]))
	i.root = container.NewBorder(head, foot, nil, nil, middle)
	i.say()
	if beyond := desk.EnforceBeyond(try); beyond != "" {
		i.confirm(beyond)
	} else {
		i.run()
	}
	return i
}

func (i *insisting) content() fyne.CanvasObject { return i.root }
func (i *insisting) refresh()                   {}

// confirm asks whether the server may be tried.
func (i *insisting) confirm(address string) {
	t := i.w.t
	i.again.Disable()
	i.verdict.Set(widgets.ToneSoon, t.T("enforce.confirm", "Address", address),
		t.T("enforce.confirm.text", "Number", len(testclient.TrialCodes())))
	i.verdict.SetButtons(widgets.NewButton(t.T("enforce.confirm.do"), "", widgets.Primary, func() {
		i.ask.Confirmed = true
		i.run()
	}))
	i.settle()
}

// run makes the attempts; each shows as it ends.
func (i *insisting) run() {
	if i.busy {
		return
	}
	i.ask.Skip, i.ask.Only = i.choose.skip(), i.choose.only.Checked()
	t, d, ask := i.w.t, i.desk, i.ask
	i.busy, i.made, i.last = true, nil, nil
	i.say()
	var answer desk.Enforced
	i.w.spawn(t.T("enforce.doing", "Host", hostOf(ask.URL)), func(ctx context.Context) error {
		var err error
		answer, err = d.Enforce(ctx, ask, func(r testclient.TrialResult) {
			i.w.run.UI(func() {
				if i.busy {
					i.made = append(i.made, r)
					i.say()
				}
			})
		})
		if err != nil && answer.Verdict != "" {
			err = nil // what could not be noted in the activity is no fault of the server
		}
		return err
	}, func(err error) {
		i.busy = false
		if err == nil {
			i.last, i.made = &answer, answer.Ordered()
		} else if !errors.Is(err, context.Canceled) {
			i.w.fail(err)
		}
		i.say()
	})
}

// say draws what is known.
func (i *insisting) say() {
	t := i.w.t
	i.table.Hidden = len(i.made) == 0
	i.rows.Objects = nil
	for n, r := range i.made {
		if n > 0 {
			i.rows.Add(widgets.PadXY(0, 8, widgets.Rule()))
		}
		i.rows.Add(i.row(r))
	}
	i.about.SetText("")
	i.verdict.SetButtons()
	switch {
	case i.last != nil:
		verdict, meaning, fix := i.last.Sentences(t)
		if fix != "" {
			meaning += "\n" + fix
		}
		i.verdict.Set(verdictTone(i.last.Verdict), verdict, meaning)
		i.about.SetText(i.aboutText())
	case i.busy:
		i.verdict.Set(widgets.ToneAccent, t.T("enforce.running"),
			t.T("enforce.running.text", "Done", t.Number(len(i.made)), "Of", t.Number(max(len(i.made), i.choose.count()))))
	default:
		i.verdict.Set(widgets.ToneQuiet, t.T("enforce.verdict.ended"), t.T("enforce.verdict.ended.text"))
	}
	for _, b := range append([]*widgets.Button{i.again}, i.take...) {
		if i.busy || i.last == nil && b != i.again {
			b.Disable()
		} else {
			b.Enable()
		}
	}
	i.settle()
}

func (i *insisting) settle() {
	i.body.Refresh()
	i.root.Refresh()
}

// aboutText says when and as whom it was tried, and what was made for it.
func (i *insisting) aboutText() string {
	text := i.last.Made(i.w.t)
	if i.last.Signed > 0 {
		text += "\n" + i.w.t.T("enforce.signed", "Issuer", pki.Escape(i.last.Issuer), "Count", i.last.Signed)
	}
	return text
}

// row is one attempt: what it was and what must come of it, what did, and
// whether that is right.
func (i *insisting) row(r testclient.TrialResult) fyne.CanvasObject {
	t := i.w.t
	name := widgets.Stack(0, widgets.NewText(pki.Escape(t.Attempt(r.Code, r.Facts))).Wrap(),
		widgets.NewQuiet(t.T("enforce.expects."+string(r.Demand))))
	happened := widgets.NewText(pki.Escape(t.Happened(r.Happened, r.Facts))).Wrap()
	badge := widgets.NewBadge(judgementTone(r.Judgement), t.T("enforce.judgement."+string(r.Judgement)))
	return widgets.Row(12, widgets.Grow(widgets.Columns(16, name, happened)), widgets.AtLeast(i.wide, 0, widgets.Row(0, badge)))
}

// judgementTone is the colour of what an attempt shows.
func judgementTone(j testclient.Judgement) widgets.Tone {
	switch j {
	case testclient.Right:
		return widgets.ToneGood
	case testclient.LetsIn, testclient.ShutsOut:
		return widgets.ToneBroken
	case testclient.Skipped:
		return widgets.ToneQuiet
	}
	return widgets.ToneSoon
}

// verdictTone is the colour of a verdict.
func verdictTone(verdict string) widgets.Tone {
	switch verdict {
	case testclient.VerdictInsists, testclient.VerdictLax:
		return widgets.ToneGood
	case testclient.VerdictUnclear, testclient.VerdictUnreachable, testclient.VerdictAlso:
		return widgets.ToneSoon
	case testclient.VerdictEnded:
		return widgets.ToneQuiet
	}
	return widgets.ToneBroken
}

func (i *insisting) copy() {
	if i.last != nil {
		i.w.copy(string(i.last.Markdown(i.w.t)))
	}
}

func (i *insisting) saveMarkdown() {
	if last := i.last; last != nil {
		i.save(".md", func() ([]byte, error) { return last.Markdown(i.w.t), nil })
	}
}

func (i *insisting) saveJSON() {
	if last := i.last; last != nil {
		i.save(".json", last.JSON)
	}
}

func (i *insisting) save(suffix string, data func() ([]byte, error)) {
	t := i.w.t
	i.w.open(newSavePage(i.w, saving{
		title: t.T("enforce.save.title"), hint: t.T("enforce.save.hint"),
		name: desk.FileName("insists-"+hostOf(i.ask.URL)) + suffix, data: data,
	}))
}
