package terminal

import (
	"fmt"
	"io"
	"strings"
	"time"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// marks stand before a step, so that its state is never colour alone.
var marks = map[testclient.State]string{
	testclient.Done: "ok  ", testclient.Failed: "FAIL", testclient.NotReached: "-   ",
}

func (s *session) printStep(step testclient.Step) { printStep(s.Out, s.t, step) }

// printStep prints a step that took place; for those that did not, what the
// connection is instead of mutual TLS.
func printStep(w io.Writer, t *i18n.Printer, step testclient.Step) {
	if instead, shown := step.Instead(); !shown {
		if instead != "" {
			fmt.Fprintf(w, "%17s%s\n", "", t.T("step.instead."+instead))
		}
		return
	}
	mark := marks[step.State]
	if step.State == testclient.Done && step.Facts["verified"] == "no" {
		mark = "warn" // went on without being asked to verify
	}
	fmt.Fprintf(w, "%d %s %7s  %s: %s\n", step.Number, mark, milliseconds(step.Took),
		t.StepTitle(step.Name, string(step.State), step.Facts), strings.ReplaceAll(t.StepDetail(step.Name, string(step.State), step.Facts), "\n", ", "))
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// printResult prints what follows the steps, and fails when the try did.
func (s *session) printResult(r testclient.Result, asJSON bool) error {
	if asJSON {
		if err := s.json(newConnection(r)); err != nil {
			return err
		}
	} else {
		s.printVerdict(r)
	}
	if !r.OK() {
		return saidError{}
	}
	return nil
}

func (s *session) printVerdict(r testclient.Result) {
	for _, hop := range r.Before {
		fmt.Fprintf(s.Out, "\n%s", s.t.T("try.redirect", "Status", hop.Status, "URL", pki.Escape(i18n.BareURL(hop.Try.URL)),
			"Location", pki.Escape(i18n.BareURL(hop.Header.Get("Location")))))
	}
	if len(r.Before) > 0 {
		fmt.Fprintln(s.Out)
	}
	if r.Diagnosis != nil {
		title, cause, fix := s.t.TerminalDiagnosis(r.Diagnosis.Code, r.Diagnosis.Facts)
		fmt.Fprintf(s.Out, "\n%s\n%s\n%s\n%s\n", title, cause, fix, s.t.T("terminal.raw", "Raw", pki.Escape(r.Diagnosis.Raw)))
		return
	}
	status := pki.Escape(r.StatusText)
	if answer := r.Steps[testclient.StepAccess-1].Facts["answer"]; answer != "" {
		status = s.t.T("raw." + answer)
	}
	fmt.Fprintf(s.Out, "\n%s\n", status)
	if location := r.Redirect(); location != "" {
		fmt.Fprintln(s.Out, s.t.T("terminal.connect.redirect", "Location", pki.Escape(i18n.BareURL(location))))
	}
	body := strings.Split(strings.TrimRight(string(r.Body), "\r\n"), "\n")
	for _, line := range body {
		fmt.Fprintln(s.Out, pki.Escape(strings.TrimRight(line, "\r")))
	}
}

// connection is what connect --json prints. Its names, states and codes are
// the same in every language, its sentences English.
type connection struct {
	OK        bool        `json:"ok"`
	URL       string      `json:"url"`
	Address   string      `json:"address,omitempty"`
	Steps     []stepJSON  `json:"steps"`
	Diagnosis *diagnosisJ `json:"diagnosis"`
	Version   string      `json:"tls,omitempty"`
	Cipher    string      `json:"cipher,omitempty"`
	Group     string      `json:"group,omitempty"`
	ALPN      string      `json:"alpn,omitempty"`
	Resumed   bool        `json:"resumed"`
	Status    int         `json:"status,omitempty"`
	Body      string      `json:"body,omitempty"`
	Truncated bool        `json:"truncated,omitempty"`
	MS        float64     `json:"ms"`
	Redirects []hopJSON   `json:"redirects,omitempty"` // that were followed, in order
	Server    *serverJSON `json:"server,omitempty"`    // what our own server saw

	Remedies []offerJSON     `json:"remedies,omitempty"` // what mends it
	Mended   desk.RemedyCode `json:"mended,omitempty"`   // what --mend did
	Before   *connection     `json:"before,omitempty"`   // the try that it mended
	Next     []string        `json:"next,omitempty"`     // commands that are left to a person: what was made goes to the server
}

type hopJSON struct {
	URL      string `json:"url"`
	Status   int    `json:"status"`
	Location string `json:"location"`
}

type stepJSON struct {
	Number int               `json:"number"`
	Name   string            `json:"name"`
	State  testclient.State  `json:"state"`
	MS     float64           `json:"ms"`
	Detail string            `json:"detail"`
	Facts  map[string]string `json:"facts,omitempty"`
}

type diagnosisJ struct {
	Code  string            `json:"code"`
	Side  testclient.Side   `json:"side"`
	Step  int               `json:"step"`
	Title string            `json:"title"`
	Cause string            `json:"cause"`
	Fix   string            `json:"fix"`
	Raw   string            `json:"raw"`
	Facts map[string]string `json:"facts,omitempty"`
}

func newConnection(r testclient.Result) connection {
	english := i18n.New("en")
	c := connection{
		OK: r.OK(), URL: i18n.MaskedURL(r.Try.URL), Address: r.Address, Version: r.Version, Cipher: r.CipherSuite,
		Group: r.Curve, ALPN: r.ALPN, Resumed: r.Resumed, Status: r.Status, Body: string(r.Body),
		Truncated: r.Truncated, MS: ms(r.Total), Server: newServerJSON(r.Seen),
	}
	for _, hop := range r.Before {
		c.Redirects = append(c.Redirects, hopJSON{i18n.MaskedURL(hop.Try.URL), hop.Status, i18n.MaskedURL(hop.Header.Get("Location"))})
	}
	for _, step := range r.Steps {
		c.Steps = append(c.Steps, stepJSON{
			Number: step.Number, Name: step.Name, State: step.State, MS: ms(step.Took),
			Detail: english.StepDetail(step.Name, string(step.State), step.Facts), Facts: step.Facts,
		})
	}
	if d := r.Diagnosis; d != nil {
		title, cause, fix := english.TerminalDiagnosis(d.Code, d.Facts)
		c.Diagnosis = &diagnosisJ{d.Code, d.Side, d.Step, title, cause, fix, d.Raw, d.Facts}
	}
	return c
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
