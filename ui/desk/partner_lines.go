package desk

import "time"

// LineState says how far a line of the checklist is.
type LineState string

// The states of a line.
const (
	LineDone    LineState = "done"
	LineOpen    LineState = "open"    // ours to do
	LineWaiting LineState = "waiting" // theirs to do
	LineLater   LineState = "later"   // another line comes first
)

// The lines of a checklist, and what mends each: LineURL is a field to fill,
// the others say it in their comment.
const (
	LineAuthority      = "our-authority"          // choose or make an authority of ours
	LineOurCertificate = "our-certificate"        // MakeOurs
	LineOurRequest     = "our-request"            // RequestOurs
	LineRequestSent    = "our-request-sent"       // Kit, MarkSent
	LineAnswer         = "our-answer"             // ReadKit, TakeKit
	LineAuthoritySent  = "our-authority-sent"     // Kit, MarkSent
	LineTheirAuthority = "their-authority"        // ReadKit, TakeKit
	LineTheirRequest   = "their-request"          // ReadKit, TakeKit; or MakeTheirs
	LineTheirs         = "their-certificate"      // SignTheirs
	LineTheirsSent     = "their-certificate-sent" // Kit, MarkSent
	LineURL            = "url"
	LineTry            = "try" // TryPartner
)

// PartnerLine is one line of a direction's checklist.
type PartnerLine struct {
	Code  string    `json:"code"`
	State LineState `json:"state"`
	Name  string    `json:"name,omitempty"` // of what it is about
	ID    ID        `json:"id,omitempty"`   // of that, in the vault
	At    time.Time `json:"at,omitzero"`    // when it was sent, or tried
	Why   string    `json:"why,omitempty"`  // of an open line: the Health of what is here and does not do, "no-key" or WhyNoName; of a try its diagnosis
}

// lines is the checklist of a direction.
func (d *Desk) lines(p PartnerPage, w RoutePage) ([]PartnerLine, error) {
	var list []PartnerLine
	if w.OurSigner == Us || w.TheirSigner == Us {
		list = append(list, d.authorityLine(p))
	}
	ours, err := d.ourLines(p, w)
	if err != nil {
		return nil, err
	}
	theirs, err := d.theirLines(p, w)
	if err != nil {
		return nil, err
	}
	list = append(append(list, ours...), theirs...)
	address := PartnerLine{Code: LineURL, State: LineOpen, Name: w.URL}
	if w.URL != "" {
		address.State = LineDone
	} else if w.Direction == WeCall {
		address.State = LineWaiting
	}
	return append(list, address, tryLine(p, w)), nil
}

func (d *Desk) authorityLine(p PartnerPage) PartnerLine {
	l := PartnerLine{Code: LineAuthority, State: LineOpen}
	if c := p.Authority; c != nil {
		l.Name, l.ID = c.Name, c.ID
		if l.Why = d.unfit(*c); l.Why == "" {
			l.State = LineDone
		}
	}
	return l
}

// unfit says why a certificate of ours does not do; "" when it does.
func (d *Desk) unfit(c Certificate) string {
	switch h := c.Health(d.Now()); {
	case h == Expired || h == Revoked || h == NotYetValid:
		return string(h)
	case !c.HasKey:
		return "no-key"
	}
	return ""
}

// WhyNoName: our server's certificate does not have the name of our address.
const WhyNoName = "no-name"

// unfitFor is unfit, or WhyNoName.
func (d *Desk) unfitFor(w RoutePage, c Certificate) (string, error) {
	host := w.Host()
	if why := d.unfit(c); why != "" || w.Direction != TheyCall || host == "" {
		return why, nil
	}
	chain, err := d.chain(c.ID)
	if err != nil || chain[0].VerifyHostname(host) == nil {
		return "", err
	}
	return WhyNoName, nil
}

// ourLines are about our certificate: made here, or signed by them.
func (d *Desk) ourLines(p PartnerPage, w RoutePage) ([]PartnerLine, error) {
	if w.OurSigner == Them {
		return d.askedLines(p, w)
	}
	l := PartnerLine{Code: LineOurCertificate, State: LineOpen}
	var err error
	if c := w.Ours; c != nil {
		l.Name, l.ID = c.Name, c.ID
		if l.Why, err = d.unfitFor(w, *c); err != nil {
			return nil, err
		}
		if l.Why == "" {
			l.State = LineDone
		}
	} else if p.Authority == nil {
		l.State = LineLater
	}
	sent := PartnerLine{Code: LineAuthoritySent, State: LineLater}
	root, err := d.rootFor(p, w)
	if err != nil {
		return nil, err
	}
	if root != nil {
		sent.Name, sent.ID = root.Name, root.ID
		p.markSent(&sent, root.Fingerprint)
	}
	return []PartnerLine{l, sent}, nil
}

// askedLines are about a certificate of ours that they sign.
func (d *Desk) askedLines(p PartnerPage, w RoutePage) ([]PartnerLine, error) {
	made := PartnerLine{Code: LineOurRequest, State: LineOpen}
	sent := PartnerLine{Code: LineRequestSent, State: LineLater}
	answer := PartnerLine{Code: LineAnswer, State: LineLater}
	if c := w.Ours; c != nil {
		answer.Name, answer.ID = c.Name, c.ID
		why, err := d.unfitFor(w, *c)
		if err != nil {
			return nil, err
		}
		switch answer.Why = why; why {
		case "":
			made.State, sent.State, answer.State = LineDone, LineDone, LineDone
		case WhyNoName: // they signed what was asked for: another request is needed
			return []PartnerLine{made, sent, answer}, nil
		}
	}
	if r := w.OurRequest; r != nil {
		made.State, made.Name, made.ID = LineDone, r.Name, r.ID
		if answer.State != LineDone {
			print, err := d.requestPrint(r.ID)
			if err != nil {
				return nil, err
			}
			sent.Name, sent.ID = r.Name, r.ID
			if p.markSent(&sent, print); sent.State == LineDone {
				answer.State = LineWaiting
			}
		}
	}
	return []PartnerLine{made, sent, answer}, nil
}

// markSent says whether what has this fingerprint was sent.
func (p PartnerPage) markSent(l *PartnerLine, print string) {
	l.State = LineOpen
	if at, sent := p.Sent[print]; sent {
		l.State, l.At = LineDone, at
	}
}

// theirLines are about their certificate: signed by them, or by us.
func (d *Desk) theirLines(p PartnerPage, w RoutePage) ([]PartnerLine, error) {
	if w.TheirSigner == Them {
		l := PartnerLine{Code: LineTheirAuthority, State: LineWaiting}
		for _, c := range p.Theirs {
			l.Name, l.ID = c.Name, c.ID
			if h := c.Health(d.Now()); h == Good || h == Expiring {
				l.State, l.Why = LineDone, ""
				break
			} else {
				l.Why = string(h)
			}
		}
		return []PartnerLine{l}, nil
	}
	asked := PartnerLine{Code: LineTheirRequest, State: LineWaiting}
	made := PartnerLine{Code: LineTheirs, State: LineLater}
	sent := PartnerLine{Code: LineTheirsSent, State: LineLater}
	if r := w.TheirRequest; r != nil {
		asked.State, asked.Name, asked.ID, made.State = LineDone, r.Name, r.ID, LineOpen
	}
	if c := w.TheirCertificate; c != nil {
		asked.State, made.State, made.Name, made.ID = LineDone, LineDone, c.Name, c.ID
		sent.Name, sent.ID = c.Name, c.ID
		if h := c.Health(d.Now()); h == Expired || h == Revoked {
			made.State, made.Why = LineOpen, string(h)
		} else {
			p.markSent(&sent, c.Fingerprint)
		}
	}
	return []PartnerLine{asked, made, sent}, nil
}

// tryLine is open again when what passed with the stand-in can be tried with the
// partner itself, or their client can be waited for.
func tryLine(p PartnerPage, w RoutePage) PartnerLine {
	l := PartnerLine{Code: LineTry, State: LineOpen, At: w.Last.At, Why: w.Last.Code}
	if w.Last.Passed() && !(w.Last.StandIn && (w.TryReal(p) || w.CanWait(p))) {
		l.State = LineDone
	}
	return l
}
