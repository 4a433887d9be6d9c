package terminal

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

func (s *session) connect() *cobra.Command {
	var flags connectFlags
	c := &cobra.Command{
		Use: "connect URL", Short: s.t.T("terminal.connect"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				try, err := flags.try(s, d, args[0])
				if err != nil {
					return err
				}
				observe := s.printStep
				if flags.json {
					observe = nil
				}
				result, err := d.Connect(c.Context(), try, observe)
				if err != nil {
					return err
				}
				return s.printResult(result, flags.json)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&flags.cert, "cert", "", s.t.T("terminal.flag.cert"))
	f.StringArrayVar(&flags.trust, "trust", nil, s.t.T("terminal.flag.trust"))
	f.BoolVar(&flags.insecure, "insecure", false, s.t.T("terminal.flag.insecure"))
	f.DurationVar(&flags.timeout, "timeout", 0, s.t.T("terminal.flag.timeout"))
	f.BoolVar(&flags.json, "json", false, s.t.T("terminal.flag.json"))
	return c
}

type connectFlags struct {
	cert     string
	trust    []string
	insecure bool
	timeout  time.Duration
	json     bool
}

func (f connectFlags) try(s *session, d *desk.Desk, url string) (desk.Try, error) {
	try := desk.Try{URL: url, Insecure: f.insecure, Timeout: f.timeout}
	if f.cert != "" {
		c, err := s.named(d, d.FindLeaf, f.cert)
		if err != nil {
			return try, err
		}
		try.CertificateID = c.ID
	}
	for _, name := range f.trust {
		ca, err := d.FindAuthority(name)
		if err != nil {
			return try, err
		}
		try.TrustIDs = append(try.TrustIDs, ca.ID)
	}
	return try, nil
}

// marks stand before a step, so that its state is never colour alone.
var marks = map[testclient.State]string{
	testclient.Done: "ok  ", testclient.Failed: "FAIL", testclient.NotReached: "-   ", testclient.NotAsked: "-   ",
}

func (s *session) printStep(step testclient.Step) { printStep(s.Out, s.t, step) }

func printStep(w io.Writer, t *i18n.Printer, step testclient.Step) {
	mark := marks[step.State]
	if step.Facts["verified"] == "no" {
		mark = "warn" // went on without being asked to verify
	}
	fmt.Fprintf(w, "%d %s %7s  %s: %s\n", step.Number, mark, milliseconds(step.Took),
		t.T("step."+step.Name), strings.ReplaceAll(t.StepDetail(step.Name, string(step.State), step.Facts), "\n", ", "))
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
	if r.Diagnosis != nil {
		title, cause, fix := s.t.Diagnosis(r.Diagnosis.Code, r.Diagnosis.Facts)
		fmt.Fprintf(s.Out, "\n%s\n%s\n%s\n%s\n", title, cause, fix, s.t.T("terminal.raw", "Raw", pki.Escape(r.Diagnosis.Raw)))
		return
	}
	fmt.Fprintf(s.Out, "\n%s\n", pki.Escape(r.StatusText))
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
		OK: r.OK(), URL: r.Try.URL, Address: r.Address, Version: r.Version, Cipher: r.CipherSuite,
		Group: r.Curve, ALPN: r.ALPN, Resumed: r.Resumed, Status: r.Status, Body: string(r.Body),
		Truncated: r.Truncated, MS: ms(r.Total),
	}
	for _, step := range r.Steps {
		c.Steps = append(c.Steps, stepJSON{
			Number: step.Number, Name: step.Name, State: step.State, MS: ms(step.Took),
			Detail: english.StepDetail(step.Name, string(step.State), step.Facts), Facts: step.Facts,
		})
	}
	if d := r.Diagnosis; d != nil {
		title, cause, fix := english.Diagnosis(d.Code, d.Facts)
		c.Diagnosis = &diagnosisJ{d.Code, d.Side, d.Step, title, cause, fix, d.Raw, d.Facts}
	}
	return c
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
