package terminal

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

// sayServing says where the server is. Beside lines of JSON it is said apart.
func (s *session) sayServing(server *testclient.Server, config desk.Serve, asJSON bool) {
	w := s.Out
	if asJSON {
		w = s.Err
	}
	fmt.Fprintln(w, s.t.T("terminal.serving", "URL", server.URL(), "Mode", string(config.Mode)))
	if server.PlainPort() != 0 {
		fmt.Fprintln(w, s.t.T("serve.plain", "URL", server.PlainURL()))
	}
	if config.Publish {
		fmt.Fprintln(w, s.t.T("terminal.publishing", "CRL", server.CRLURL("NAME"), "OCSP", server.OCSPURL()))
	}
}

// followed says that the vault's file cannot be read, and that it can again.
func (s *session) followed(err error) {
	if err == nil {
		fmt.Fprintln(s.Err, s.t.T("serve.stale.over"))
		return
	}
	fmt.Fprintln(s.Err, s.t.T("serve.stale", "Reason", s.sentence(err)))
}

// connectionLog gives what prints each connection that the server saw.
func (s *session) connectionLog(asJSON, short bool) func(testclient.Connection) {
	switch {
	case asJSON:
		return func(c testclient.Connection) {
			if line, err := json.Marshal(c); err == nil {
				fmt.Fprintf(s.Out, "%s\n", line)
			}
		}
	case short:
		return s.printLine
	}
	return func(c testclient.Connection) {
		s.printLine(c)
		io.WriteString(s.Out, testclient.Indent(c.Text()))
		if c.RefusalCode != "" {
			io.WriteString(s.Out, testclient.Indent(s.t.T("serve.why", "Title", s.t.TurnedAway(c.RefusalCode, c.Facts()))))
		}
	}
}

// printLine prints a connection as one line.
func (s *session) printLine(c testclient.Connection) {
	parts := []string{c.At.Local().Format("15:04:05"), c.Remote}
	for _, part := range []string{c.Version, c.CipherSuite, c.ALPN, c.ClientName} {
		if part != "" {
			parts = append(parts, pki.Escape(part))
		}
	}
	if c.Method != "" {
		parts = append(parts, pki.Escape(c.Method+" "+c.Path), fmt.Sprint(c.Status))
	}
	if c.Refusal != "" {
		parts = append(parts, s.t.T("terminal.refused", "Reason", pki.Escape(c.Refusal)))
	}
	fmt.Fprintln(s.Out, strings.Join(parts, "  "))
}
