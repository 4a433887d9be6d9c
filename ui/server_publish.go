package ui

import (
	"context"
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/theme"
	"countersign/ui/widgets"
)

// published is the part of the local server's panel that says where others
// find who is revoked, and whether the server itself looks.
type published struct {
	s     *localServer
	check *widgets.Check
	lists *widgets.Input // files of other authorities, one a line
	ask   *widgets.Input // the address of a responder
	other *fyne.Container

	listsField, askField *widgets.Field

	facts *widgets.Facts
	more  *widgets.Disclosure
	root  *fyne.Container
}

// listsShown is how many lists' addresses the panel shows.
const listsShown = 5

func newPublished(s *localServer) *published {
	p := &published{s: s}
	t := s.c.w.t
	p.check = widgets.NewCheck(t.T("server.check"), false, func(bool) { s.say() })
	p.lists = widgets.NewLines("partner.crl", 2, func(string) { p.listsField.SetFault("") })
	choose := widgets.NewButton(t.T("import.file"), theme.IconFile, widgets.Plain, func() {
		s.c.form.browse(func(path string) { p.lists.SetText(strings.TrimSpace(p.lists.Text + "\n" + path)) })
	})
	p.ask = widgets.NewInput("http://", func(string) { p.askField.SetFault("") })
	p.listsField = widgets.NewField(t.T("server.lists"), t.T("server.lists.hint"), widgets.RowTop(8, widgets.Grow(p.lists), choose))
	p.askField = widgets.NewField(t.T("server.ask"), t.T("server.ask.hint"), p.ask)
	p.other = widgets.Grid(280, 12, p.listsField, p.askField)
	p.facts = widgets.NewFacts(t.T("copy"), s.c.w.copy)
	p.facts.SetLabelWidth(160)
	p.more = widgets.NewDisclosure(t.T("server.published"), widgets.Stack(8, p.facts, widgets.NewQuiet(t.T("server.published.hint"))),
		func(bool) {
			s.root.Refresh()
			s.c.layoutAgain()
		})
	p.root = widgets.Stack(8, p.other, p.more)
	return p
}

// say shows what fits the mode and the server that runs, nil for none.
func (p *published) say(mode testclient.Mode, running *testclient.Server) {
	p.check.Hidden = mode != testclient.ModeMTLS && mode != testclient.ModeOptional
	p.other.Hidden = p.check.Hidden || !p.check.Checked()
	p.more.Hidden = running == nil
	p.root.Hidden = p.other.Hidden && p.more.Hidden
}

// into puts into config whether, and by what, clients are judged.
func (p *published) into(config *desk.Serve) {
	p.listsField.SetFault("")
	p.askField.SetFault("")
	config.CheckRevocation = p.check.Checked()
	if p.check.Checked() && (config.Mode == testclient.ModeMTLS || config.Mode == testclient.ModeOptional) {
		config.CRLFiles, config.AskOCSP = paths(p.lists.Text), strings.TrimSpace(p.ask.Text)
	}
}

// failed says at its field what keeps the server from asking others. False when
// the error is about something else.
func (p *published) failed(err error, config desk.Serve) bool {
	var path *desk.PathError
	var lacks *desk.LacksError
	said := explain(p.s.c.w.t, err)
	switch {
	case errors.Is(err, desk.ErrBadResponder):
		p.askField.SetFault(i18n.Sentences(said.title, said.next))
	case len(config.CRLFiles) > 0 && (errors.As(err, &path) || errors.As(err, &lacks)):
		p.listsField.SetFault(said.title)
	default:
		return false
	}
	return true
}

// read shows the addresses of a server: the responder's, and those of the
// lists that there are.
func (p *published) read(running *testclient.Server) {
	if running == nil {
		return
	}
	w, d := p.s.c.w, p.s.c.desk
	var lists []desk.CRL
	w.spawn("", func(context.Context) error {
		var err error
		lists, err = d.CRLs()
		return err
	}, func(err error) {
		if err != nil || p.s.running != running {
			return // the place says what is wrong with the vault
		}
		t := w.t
		rows := []widgets.Fact{{Label: t.T("server.published.ocsp"), Value: running.OCSPURL(), Mono: true, Copy: running.OCSPURL()}}
		lists = slices.DeleteFunc(lists, func(c desk.CRL) bool { return !c.Made() })
		for _, c := range lists[:min(len(lists), listsShown)] {
			address := running.CRLURL(c.FileName)
			rows = append(rows, widgets.Fact{Label: t.T("server.published.crl", "Name", pki.Escape(c.Authority)), Value: address, Mono: true, Copy: address})
		}
		p.facts.Set(rows...)
		p.s.root.Refresh()
		p.s.c.layoutAgain()
	})
}
