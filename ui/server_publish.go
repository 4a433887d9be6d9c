package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// published is the part of the local server's panel that says where others
// find who is revoked, and whether the server itself looks.
type published struct {
	s     *localServer
	check *widgets.Check
	facts *widgets.Facts
	more  *widgets.Disclosure
	root  *fyne.Container
}

// listsShown is how many lists' addresses the panel shows.
const listsShown = 5

func newPublished(s *localServer) *published {
	p := &published{s: s}
	t := s.c.w.t
	p.check = widgets.NewCheck(t.T("server.check"), false, nil)
	p.facts = widgets.NewFacts(t.T("copy"), s.c.w.copy)
	p.facts.SetLabelWidth(160)
	p.more = widgets.NewDisclosure(t.T("server.published"), widgets.Stack(8, p.facts, widgets.NewQuiet(t.T("server.published.hint"))),
		func(bool) {
			s.root.Refresh()
			s.c.layoutAgain()
		})
	p.root = widgets.Stack(8, p.check, p.more)
	return p
}

// say shows what fits the mode and the server that runs, nil for none.
func (p *published) say(mode testclient.Mode, running *testclient.Server) {
	p.check.Hidden = mode != testclient.ModeMTLS && mode != testclient.ModeOptional
	p.more.Hidden = running == nil
	p.root.Hidden = p.check.Hidden && p.more.Hidden
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
