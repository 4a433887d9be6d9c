package terminal

import (
	"context"
	"fmt"
	"strings"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// inspectedServer is a server of inspect --json. Its names and codes are the
// same in every language, its sentences English.
type inspectedServer struct {
	Server      string          `json:"server"`
	Address     string          `json:"address,omitempty"`
	StartTLS    string          `json:"starttls,omitempty"`
	Version     string          `json:"tls,omitempty"`
	Cipher      string          `json:"cipher,omitempty"`
	Group       string          `json:"group,omitempty"`
	ALPN        string          `json:"alpn,omitempty"`
	Name        *diagnosisJ     `json:"nameProblem"` // null: right, when there is a chain
	Dates       *diagnosisJ     `json:"datesProblem"`
	Trust       *diagnosisJ     `json:"trustProblem"`
	TrustedBy   string          `json:"trustedBy,omitempty"` // subject of the authority
	TrustedID   desk.ID         `json:"trustedID,omitempty"` // when it is of the vault
	ClientAsked bool            `json:"clientAsked"`
	ClientSent  bool            `json:"clientSent"`
	Accepted    []string        `json:"accepted,omitempty"`
	Chain       []inspectedItem `json:"chain,omitempty"`
	Diagnosis   *diagnosisJ     `json:"diagnosis"`
}

// inspectServer looks at a server. It is a failure when no chain came, or when
// the client certificate that was presented was refused; that a server lets
// nobody in without one is none.
func (s *session) inspectServer(ctx context.Context, d *desk.Desk, address string, f inspectFlags, out *jsonStream) (bool, error) {
	q := desk.ServerQuestion{Address: address, StartTLS: testclient.Protocol(f.starttls), ServerName: f.serverName, Timeout: f.timeout}
	var seen desk.ServerSeen
	if d == nil {
		seen = desk.InspectServer(ctx, q, s.Desk.Now)
	} else {
		if f.client != "" {
			c, err := s.named(d, d.FindLeaf, f.client)
			if err != nil {
				return false, err
			}
			q.CertificateID = c.ID
		}
		var err error
		if seen, err = d.InspectServer(ctx, q); err != nil {
			return false, err
		}
	}
	ok := len(seen.Chain) > 0 && (seen.Diagnosis == nil || !seen.ClientSent)
	if !f.json {
		s.printServer(address, seen)
		s.printItems(seen.Items, f)
	}
	if f.json {
		if err := out.value(s.newInspectedServer(address, seen, f)); err != nil {
			return false, err
		}
	}
	return ok, s.saveCertificates(seen.Items, f)
}

func (s *session) newInspectedServer(address string, seen desk.ServerSeen, f inspectFlags) inspectedServer {
	english := i18n.New("en")
	of := func(d *testclient.Diagnosis) *diagnosisJ {
		if d == nil {
			return nil
		}
		title, cause, fix := english.TerminalDiagnosis(d.Code, d.Facts)
		return &diagnosisJ{d.Code, d.Side, d.Step, title, cause, fix, d.Raw, d.Facts}
	}
	out := inspectedServer{
		Server: address, Address: seen.Address, StartTLS: string(seen.StartTLS), Version: seen.Version, Cipher: seen.CipherSuite,
		Group: seen.Curve, ALPN: seen.ALPN, Name: of(seen.Name), Dates: of(seen.Dates), Trust: of(seen.Trust),
		ClientAsked: seen.ClientAsked, ClientSent: seen.ClientSent, Accepted: seen.AcceptableNames,
		Chain: s.newInspectedItems(seen.Items, f), Diagnosis: of(seen.Diagnosis),
	}
	if n := len(seen.Path); n > 0 {
		out.TrustedBy = pki.Describe(seen.Path[n-1]).Subject
	}
	if seen.Trusted != nil {
		out.TrustedID = seen.Trusted.ID
	}
	return out
}

func (s *session) printServer(address string, seen desk.ServerSeen) {
	fmt.Fprintln(s.Out, pki.Escape(address))
	if d := seen.Diagnosis; d != nil {
		title, cause, fix := s.t.TerminalDiagnosis(d.Code, d.Facts)
		fmt.Fprintf(s.Out, "  %s\n  %s\n  %s\n", title, cause, fix)
		if p := d.Facts["starttls"]; p != "" {
			fmt.Fprintf(s.Out, "  %s\n", s.t.T("inspect.try-starttls", "Protocol", p))
		}
		fmt.Fprintf(s.Out, "  %s\n", s.t.T("terminal.raw", "Raw", d.Raw))
	}
	if len(seen.Chain) == 0 {
		return
	}
	agreed := []string{}
	for _, part := range []string{seen.Version, seen.CipherSuite, seen.Curve, seen.ALPN} {
		if part != "" {
			agreed = append(agreed, part)
		}
	}
	s.line("inspect.server.address", seen.Address)
	s.line("inspect.server.agreed", strings.Join(agreed, ", "))
	s.line("inspect.server.name", s.judged(seen.Name, s.t.T("inspect.name.right", "Name", seen.Host)))
	s.line("inspect.server.dates", s.judged(seen.Dates, s.t.T("inspect.dates.right")))
	s.line("inspect.server.trust", s.judged(seen.Trust, s.trustedBy(seen)))
	s.line("inspect.server.client", s.clientWanted(seen))
}

func (s *session) line(label, value string) {
	if value != "" {
		fmt.Fprintf(s.Out, "    %-22s %s\n", s.t.T(label), value)
	}
}

// judged says what is wrong, or what is right.
func (s *session) judged(d *testclient.Diagnosis, right string) string {
	if d == nil {
		return right
	}
	title, cause, _ := s.t.TerminalDiagnosis(d.Code, d.Facts)
	return "! " + title + ". " + cause
}

// trustedBy names the authority under which the chain verifies.
func (s *session) trustedBy(seen desk.ServerSeen) string {
	if len(seen.Path) == 0 {
		return ""
	}
	if seen.Trusted != nil {
		return s.t.T("inspect.trust.vault", "Name", pki.Escape(seen.Trusted.Name))
	}
	return s.t.T("inspect.trust.system", "Name", pki.Describe(seen.Path[len(seen.Path)-1]).Subject)
}

// clientWanted says whether the server asks for a client certificate, and of
// whom.
func (s *session) clientWanted(seen desk.ServerSeen) string {
	switch {
	case !seen.ClientAsked:
		return s.t.T("inspect.client.none")
	case len(seen.AcceptableNames) == 0:
		return s.t.T("inspect.client.any")
	}
	return s.t.T("inspect.client.of", "Names", strings.Join(seen.AcceptableNames, ", "))
}
