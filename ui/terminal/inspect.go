package terminal

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

// inspectFlags are how inspect was called.
type inspectFlags struct {
	json, text, asn1, pem, mine bool
	secret                      secret
	stdout                      io.Writer
	password                    string
	starttls, serverName        string
	client                      string
	timeout                     time.Duration
	target
}

func (s *session) inspect() *cobra.Command {
	var f inspectFlags
	c := &cobra.Command{
		Use: "inspect FILE|-|HOST:PORT...", Short: s.t.T("terminal.inspect"), Long: s.t.T("inspect.command"), Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := s.checkInspect(f, args); err != nil {
				return err
			}
			if err := s.checkTarget(f.target, false); err != nil {
				return err
			}
			var err error
			if f.password, err = s.password(c, f.secret); err != nil {
				return err
			}
			if f.stdout = s.Out; f.piped() { // the rest is said beside it
				s.Out = s.Err
			}
			if !f.mine && f.client == "" {
				return s.inspectAll(c.Context(), nil, args, f)
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error { return s.inspectAll(c.Context(), d, args, f) })
		},
	}
	flags := c.Flags()
	flags.BoolVar(&f.json, "json", false, s.t.T("terminal.flag.json"))
	s.passwordFlags(c, &f.secret, s.t.T("terminal.flag.password"))
	flags.BoolVar(&f.text, "text", false, s.t.T("inspect.flag.text"))
	flags.BoolVar(&f.asn1, "asn1", false, s.t.T("inspect.flag.asn1"))
	flags.BoolVar(&f.pem, "pem", false, s.t.T("inspect.flag.pem"))
	flags.BoolVar(&f.mine, "mine", false, s.t.T("inspect.flag.mine"))
	flags.StringVar(&f.starttls, "starttls", "", s.t.T("inspect.flag.starttls", "Protocols", protocolNames()))
	flags.StringVar(&f.serverName, "servername", "", s.t.T("inspect.flag.servername"))
	flags.StringVar(&f.client, "client", "", s.t.T("terminal.flag.cert"))
	flags.DurationVar(&f.timeout, "timeout", 0, s.t.T("terminal.flag.timeout"))
	s.outFlags(c, &f.target)
	flags.Lookup("out").Usage = s.t.T("inspect.flag.out")
	return c
}

func protocolNames() string {
	names := ""
	for n, p := range testclient.Protocols() {
		if n > 0 {
			names += "|"
		}
		names += string(p)
	}
	return names
}

func (s *session) checkInspect(f inspectFlags, args []string) error {
	known := f.starttls == ""
	for _, p := range testclient.Protocols() {
		known = known || string(p) == f.starttls
	}
	switch {
	case !known:
		return notOneOf("--starttls", f.starttls, strings.Split(protocolNames(), "|")...)
	case f.out != "" && len(args) > 1:
		return wrong("inspect.out-one")
	case f.piped() && f.json:
		return notTogether("--json", "--out "+f.out)
	}
	return nil
}

// remote tells whether an argument is a server: because a flag of servers was
// given, or because it is an address and no file.
func (f inspectFlags) remote(arg string) bool {
	if f.starttls != "" || f.serverName != "" || f.client != "" {
		return true
	}
	_, err := os.Lstat(arg)
	return err != nil && desk.LooksLikeAddress(arg)
}

// inspectAll looks at each argument; d is nil without a vault.
func (s *session) inspectAll(ctx context.Context, d *desk.Desk, args []string, f inspectFlags) error {
	out := newJSONStream(s.Out)
	failed := false
	var err error
	for _, arg := range args {
		var ok bool
		if f.remote(arg) {
			ok, err = s.inspectServer(ctx, d, arg, f, out)
		} else {
			ok, err = s.inspectFile(ctx, d, arg, f, out)
		}
		if err != nil {
			break
		}
		failed = failed || !ok
	}
	if ended := out.end(); err == nil {
		err = ended
	}
	if err == nil && failed {
		err = saidError{}
	}
	return err
}

// inspectedFile is a file of inspect --json.
type inspectedFile struct {
	File  string          `json:"file"`
	Items []inspectedItem `json:"items,omitempty"`
	Error string          `json:"error,omitempty"` // a code
}

// inspectFile looks at a file and prints it, with --json to out.
func (s *session) inspectFile(ctx context.Context, d *desk.Desk, path string, f inspectFlags, out *jsonStream) (bool, error) {
	list, failure := s.readInspected(path, f.password)
	if d != nil {
		if err := d.Recognise(ctx, list); err != nil {
			return false, err
		}
	}
	if f.json {
		file := inspectedFile{File: path}
		if failure != nil {
			file.Error = desk.Explain(failure).Code
		}
		if err := out.file(file, len(list), func(i int) inspectedItem { return s.wholeItem(list[i], f) }); err != nil {
			return false, err
		}
	} else {
		fmt.Fprintf(s.Out, "%s\n", pki.Escape(path))
		if failure != nil {
			s.explain(failure)
		}
		s.printItems(list, f)
	}
	return failure == nil, s.saveCertificates(list, f)
}

func (s *session) readInspected(path, password string) ([]desk.Inspected, error) {
	if path == "-" {
		return desk.InspectReader(s.stdin(), password)
	}
	return desk.InspectFile(path, password)
}

// saveCertificates writes what was found as PEM, for --out.
func (s *session) saveCertificates(list []desk.Inspected, f inspectFlags) error {
	if f.out == "" {
		return nil
	}
	var all strings.Builder
	for _, i := range list {
		all.WriteString(i.PEM())
	}
	text := all.String()
	switch {
	case text == "":
		fmt.Fprintln(s.Err, s.t.T("inspect.out-nothing", "Path", pki.Escape(f.out)))
		return saidError{}
	case f.piped():
		_, err := io.WriteString(f.stdout, text)
		return err
	}
	if err := desk.WriteFile(f.out, desk.File{Name: f.out, Data: []byte(text)}, f.force); err != nil {
		return err
	}
	fmt.Fprintln(s.Err, s.t.T("terminal.exported", "Path", pki.Escape(f.out)))
	return nil
}
