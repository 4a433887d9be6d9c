package terminal

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// bothFlags are the flags of a try of a server of our own, that ends with it.
type bothFlags struct {
	cert      string
	mode      string
	clientCAs []string
	check     bool
}

// wrongServe is what of the flags of our own server does not fit. What is kept
// of a try of it would lead to nobody.
func (f *connectFlags) wrongServe() error {
	switch {
	case f.both.cert == "":
		return nil
	case f.as != "":
		return notTogether("--serve", "--as")
	case f.save != "":
		return notTogether("--serve", "--save")
	case !slices.Contains(modes, testclient.Mode(f.both.mode)):
		return notOneOf("--serve-mode", f.both.mode, "plain", "tls", "optional", "mtls")
	}
	return nil
}

// serve starts the server, and gives the path of the request with a slash.
func (f bothFlags) serve(s *session, d *desk.Desk, path string) (server *testclient.Server, at string, err error) {
	config := desk.Serve{Mode: testclient.Mode(f.mode), CheckRevocation: f.check, Responder: desk.RespondAuthority}
	if strings.Contains(path, "://") {
		u, err := url.Parse(path)
		if err != nil {
			return nil, "", usageError{err}
		}
		path = u.RequestURI()
	}
	cert := f.cert
	if config.Mode == testclient.ModePlain {
		cert = ""
	}
	if err := s.resolveServe(d, &config, cert, f.clientCAs); err != nil {
		return nil, "", err
	}
	server, err = d.Serve(config)
	return server, "/" + strings.TrimPrefix(path, "/"), err
}

// runBoth tries our own server and prints each step as both sides saw it.
func (f *connectFlags) runBoth(ctx context.Context, s *session, d *desk.Desk, path string) error {
	server, path, err := f.both.serve(s, d, path)
	if err != nil {
		return err
	}
	defer d.StopServer(server)
	url, address := server.Try()
	if f.address != "" || f.serverName != "" { // what was said goes before
		url, address = server.URL(), f.address
	}
	try, err := f.try(s, d, url+path)
	if err != nil {
		return err
	}
	try.Address = address
	result, err := f.run(ctx, s, openLab(d), try, nil)
	if err != nil {
		return err
	}
	f.sayKeyLog(s)
	if !f.json {
		s.printBoth(result)
	}
	return f.conclude(ctx, s, openLab(d), try, result)
}

// printBoth prints the steps with the server's words under the client's, and
// under a refusal the words of both.
func (s *session) printBoth(r testclient.Result) {
	for i, step := range r.Steps {
		s.printStep(step)
		if instead, shown := step.Instead(); !shown && instead == "" {
			continue
		}
		if words := seenWords(s.t, r, i); words != "" {
			fmt.Fprintf(s.Out, "%17s%s\n", "", words)
		}
	}
	if r.Seen != nil && r.Seen.Refusal != "" && r.Diagnosis != nil {
		fmt.Fprintf(s.Out, "\n%s: %s\n%s: %s\n", s.t.T("seen.client-got"), pki.Escape(r.Diagnosis.Raw), s.t.T("seen.server-said"), r.Seen.Refusal)
	}
}

// seenWords is what our own server saw of a step, counted from 0; empty when it
// did not come to it.
func seenWords(t *i18n.Printer, r testclient.Result, step int) string {
	if r.Seen == nil {
		return ""
	}
	v := r.Seen.View()[step]
	if v.Code == testclient.ViewNotReached {
		return ""
	}
	return t.T("seen.server", "Words", t.Seen(v.Code, v.Facts))
}

// serverJSON is the server's side of a try, when it was our own.
type serverJSON struct {
	Refusal     string                `json:"refusal"`
	RefusalCode string                `json:"refusalCode"`
	Steps       [7]testclient.Viewed  `json:"steps"`
	Connection  testclient.Connection `json:"connection"`
}

func newServerJSON(c *testclient.Connection) *serverJSON {
	if c == nil {
		return nil
	}
	return &serverJSON{c.Refusal, c.RefusalCode, c.View(), *c}
}
