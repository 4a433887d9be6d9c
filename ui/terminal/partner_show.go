package terminal

import (
	"fmt"
	"strings"
	"time"

	"countersign/pki"
	"countersign/ui/desk"
)

// lineMarks stand before a line of a checklist, so that its state is never
// colour alone.
var lineMarks = map[desk.LineState]string{
	desk.LineDone: "ok  ", desk.LineOpen: "TODO", desk.LineWaiting: "wait", desk.LineLater: "-   ",
}

// showPartner prints a partner's page: who provides what, and the checklist with
// the command that mends each open line.
func (s *session) showPartner(d *desk.Desk, id desk.ID) error {
	page, err := d.PartnerPage(id)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Out, pki.Escape(page.Name))
	standIn := d.HasStandIn(page.Partner)
	for _, r := range page.Routes {
		fmt.Fprintf(s.Out, "\n%s: %s\n", r.Direction, s.t.T("partners.direction."+string(r.Direction)))
		for _, holder := range []desk.Party{desk.Us, desk.Them} {
			fmt.Fprintf(s.Out, "  %s\n", s.t.T("partners.holder."+string(holder), "Name", pki.Escape(page.Name)))
			for _, p := range r.Provides {
				if p.Holder == holder {
					fmt.Fprintf(s.Out, "    - %s\n", s.provision(page, p))
				}
			}
		}
		for _, l := range r.Lines {
			s.printPartnerLine(page, r, l, standIn)
		}
	}
	if standIn {
		fmt.Fprintf(s.Out, "\n%s\n", s.t.T("partners.stand-in.there"))
	}
	return nil
}

// provision says one thing that a side needs.
func (s *session) provision(page desk.PartnerPage, p desk.Provision) string {
	words := s.t.T("partners.provides."+p.What+"."+p.Role+"."+string(p.From), "Name", pki.Escape(page.Name))
	if p.What == "key" {
		words = s.t.T("partners.provides.key." + string(p.Holder))
	}
	if p.Name != "" {
		words += " (" + pki.Escape(p.Name) + ")"
	}
	return words
}

func (s *session) printPartnerLine(page desk.PartnerPage, r desk.RoutePage, l desk.PartnerLine, standIn bool) {
	text := s.t.T("partners.line."+l.Code+"."+string(r.Direction), "Name", pki.Escape(page.Name))
	if detail := s.lineDetail(r, l); detail != "" {
		text += ": " + detail
	}
	fmt.Fprintf(s.Out, "  %s %s\n", lineMarks[l.State], text)
	if l.State == desk.LineDone || l.State == desk.LineLater {
		return
	}
	if command := lineCommand(page, r, l, standIn); command != "" {
		fmt.Fprintf(s.Out, "         %s\n", s.inVault(command))
	}
}

// lineDetail says what a line is about, and what is wrong with that.
func (s *session) lineDetail(r desk.RoutePage, l desk.PartnerLine) string {
	var parts []string
	if l.Name != "" {
		parts = append(parts, pki.Escape(l.Name))
	}
	switch {
	case l.Code == desk.LineTry && !l.At.IsZero():
		parts = append(parts, s.lastTry(r.Last))
	case l.Why == "no-key" || l.Why == desk.WhyNoName:
		parts = append(parts, s.t.T("partners.why."+l.Why, "Host", pki.Escape(r.Host())))
	case l.Why != "" && l.Code != desk.LineTry:
		parts = append(parts, s.t.T("health."+l.Why))
	case !l.At.IsZero():
		parts = append(parts, l.At.Local().Format(time.DateOnly))
	}
	return strings.Join(parts, ", ")
}

// lastTry says how a direction was tried last.
func (s *session) lastTry(t desk.PartnerTry) string {
	broke := t.Code != "" && !t.PassedAt.IsZero()
	words := s.t.LastTry(t.Code, t.Facts, t.Status, true, broke)
	if t.StandIn {
		words = s.t.T("partners.last.stand-in", "What", words)
	}
	return words + ", " + t.At.Local().Format("2006-01-02 15:04")
}

// lineCommand is the command that mends a line.
func lineCommand(page desk.PartnerPage, r desk.RoutePage, l desk.PartnerLine, standIn bool) string {
	name := desk.ShellWord(pki.Escape(page.Name))
	command := "countersign partner "
	switch l.Code {
	case desk.LineAuthority:
		return command + "set " + name + " --ca AUTHORITY"
	case desk.LineOurCertificate, desk.LineOurRequest, desk.LineTheirs:
		return fmt.Sprintf("%smend %s %s %s", command, name, r.Direction, l.Code)
	case desk.LineAuthoritySent, desk.LineRequestSent, desk.LineTheirsSent:
		return command + "kit " + name + " --out KIT.zip --sent"
	case desk.LineAnswer, desk.LineTheirAuthority, desk.LineTheirRequest:
		return command + "take " + name + " THEIR-KIT"
	case desk.LineURL:
		if r.Direction == desk.WeCall {
			return command + "set " + name + " --their-url https://..."
		}
		return command + "set " + name + " --our-url https://..."
	case desk.LineTry:
		if r.WaitNext(page, standIn) {
			listen := ""
			if r.Elsewhere() != "" {
				listen = " --listen " + listenAll
			}
			return command + "try " + name + " they-call --wait 10m" + listen
		}
		if !standIn && !r.TryReal(page) {
			return command + "stand-in " + name
		}
		return fmt.Sprintf("%stry %s %s", command, name, r.Direction)
	}
	return ""
}
