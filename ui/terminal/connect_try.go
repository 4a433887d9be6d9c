package terminal

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

func (s *session) connect() *cobra.Command {
	var flags connectFlags
	c := &cobra.Command{
		Use: "connect URL", Short: s.t.T("terminal.connect"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if kinds := desk.SnippetKinds(); flags.as != "" && !slices.Contains(kinds, desk.SnippetKind(flags.as)) {
				return notOneOf("--as", flags.as, strings.Split(snippetNames(), "|")...)
			}
			var err error
			flags.said = saidFlags(c)
			flags.groupSaid = c.Flags().Changed("group")
			if flags.password, err = s.password(c, flags.secret); err != nil {
				return err
			}
			if _, err := flags.read(args[0]); err != nil {
				return err
			}
			if err := flags.wrongAddress(s, args[0]); err != nil {
				return err
			}
			if err := flags.wrongServe(); err != nil {
				return err
			}
			if err := flags.wrongMend(); err != nil {
				return err
			}
			return s.withLab(c.Context(), flags.ofVault(s), flags.ofFiles(), func(l lab) error {
				return flags.runOne(c.Context(), s, l, args[0])
			})
		},
	}
	flags.add(s, c)
	return c
}

// runOne tries it, or says it to another program.
func (f *connectFlags) runOne(ctx context.Context, s *session, l lab, url string) error {
	if f.both.cert != "" {
		return f.runBoth(ctx, s, l.desk, url)
	}
	try, err := f.try(s, l.desk, url)
	if err != nil {
		return err
	}
	if f.as != "" {
		return s.printSnippet(l, try, f.as)
	}
	observe := s.printStep
	if f.json {
		observe = nil
	}
	result, err := f.run(ctx, s, l, try, observe)
	if err != nil {
		return err
	}
	f.sayKeyLog(s)
	return f.conclude(ctx, s, l, try, result)
}

// wrongAddress says what is wrong with an address before anything is tried. Of
// a server of our own only the path is taken.
func (f *connectFlags) wrongAddress(s *session, address string) error {
	if f.both.cert != "" {
		return nil
	}
	_, d := testclient.Try{URL: address}.Plain()
	if d == nil || d.Code != testclient.BadURL {
		return nil
	}
	title, cause, fix := s.t.TerminalDiagnosis(d.Code, d.Facts)
	fmt.Fprintf(s.Err, "%s\n%s\n%s\n", title, cause, fix)
	return saidError{usage: true}
}

// connectFlags are the flags of connect: the fields of a try.
type connectFlags struct {
	cert            string
	trust           []string
	insecure        bool
	method, body    string
	headers         []string
	serverName      string
	address         string
	lowest, highest string
	timeout         time.Duration
	json            bool
	as              string
	save, group     string
	groupSaid       bool
	certFiles       []string
	secret          secret
	password        string
	trustFiles      []string
	bodyFile        string
	proxy           string
	redirects       int
	stage           time.Duration
	keyLog          string
	sendChain       bool
	mend            string // a remedy's code, or mendFirst; "" for none
	both            bothFlags
	said            []string // the flags that were given, for a shell
}

// sayKeyLog says that the secrets of the connection are in a file now.
func (f *connectFlags) sayKeyLog(s *session) {
	if f.keyLog != "" {
		fmt.Fprintln(s.Err, s.t.T("try.key-log.written", "Path", pki.Escape(f.keyLog)))
	}
}

// run tries it, and keeps it first when it has a name.
func (f *connectFlags) run(ctx context.Context, s *session, l lab, t desk.Try, observe func(testclient.Step)) (testclient.Result, error) {
	if f.save == "" {
		return l.Connect(ctx, t, observe)
	}
	d := l.desk
	old, err := d.FindTry(strings.TrimSpace(f.save))
	replaced := err == nil
	if replaced && !f.groupSaid {
		f.group = old.Group
	}
	saved, err := d.SaveTry(f.save, f.group, t)
	if err != nil {
		return testclient.Result{}, err
	}
	if replaced {
		fmt.Fprintln(s.Err, s.t.T("tries.replaced", "Name", pki.Escape(saved.Name)))
	}
	run, err := d.RunTry(ctx, saved.ID, observe)
	if err == nil {
		err = run.Err
	}
	return run.Result, err
}

func (f *connectFlags) add(s *session, c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.cert, "cert", "", s.t.T("terminal.flag.cert"))
	flags.StringArrayVar(&f.trust, "trust", nil, s.t.T("terminal.flag.trust"))
	flags.StringArrayVar(&f.certFiles, "cert-file", nil, s.t.T("try.flag.cert-file"))
	s.passwordFlags(c, &f.secret, s.t.T("try.flag.cert-password"))
	flags.StringVar(&f.secret.text, "cert-password", "", "") // as it was called before
	_ = flags.MarkHidden("cert-password")
	flags.StringArrayVar(&f.trustFiles, "trust-file", nil, s.t.T("try.flag.trust-file"))
	flags.BoolVar(&f.insecure, "insecure", false, s.t.T("terminal.flag.insecure"))
	flags.StringVar(&f.method, "method", "", s.t.T("try.flag.method"))
	flags.StringArrayVar(&f.headers, "header", nil, s.t.T("try.flag.header"))
	flags.StringVar(&f.body, "body", "", s.t.T("try.flag.body"))
	flags.StringVar(&f.bodyFile, "body-file", "", s.t.T("try.flag.body-file"))
	flags.StringVar(&f.serverName, "server-name", "", s.t.T("try.flag.server-name"))
	flags.StringVar(&f.address, "address", "", s.t.T("try.flag.address"))
	flags.StringVar(&f.lowest, "lowest", "", s.t.T("try.flag.lowest"))
	flags.StringVar(&f.highest, "highest", "", s.t.T("try.flag.highest"))
	flags.StringVar(&f.proxy, "proxy", "", s.t.T("try.flag.proxy"))
	flags.IntVar(&f.redirects, "redirects", 0, s.t.T("try.flag.redirects"))
	flags.DurationVar(&f.timeout, "timeout", 0, s.t.T("terminal.flag.timeout"))
	flags.DurationVar(&f.stage, "stage-timeout", 0, s.t.T("try.flag.stage"))
	f.addMend(s, c)
	flags.StringVar(&f.keyLog, "key-log", "", s.t.T("try.flag.key-log"))
	flags.BoolVar(&f.json, "json", false, s.t.T("terminal.flag.json"))
	flags.StringVar(&f.save, "save", "", s.t.T("tries.flag.save"))
	flags.StringVar(&f.group, "group", "", s.t.T("tries.flag.group"))
	flags.StringVar(&f.both.cert, "serve", "", s.t.T("serve.flag.both"))
	flags.StringVar(&f.both.mode, "serve-mode", string(testclient.ModeMTLS), s.t.T("serve.flag.both-mode"))
	flags.StringArrayVar(&f.both.clientCAs, "serve-client-ca", nil, s.t.T("serve.flag.both-client-ca"))
	flags.BoolVar(&f.both.check, "serve-check-revocation", false, s.t.T("serve.flag.both-check"))
	flags.StringVar(&f.as, "as", "", s.t.T("try.flag.as", "Kinds", snippetNames()))
}

// read reads what needs no vault.
func (f connectFlags) read(url string) (desk.Try, error) {
	try := desk.Try{
		URL: url, Insecure: f.insecure, Timeout: f.timeout, Method: f.method, Body: []byte(f.body),
		ServerName: f.serverName, Address: f.address, CertFiles: f.certFiles, Password: f.password, TrustFiles: f.trustFiles,
		BodyFile: f.bodyFile, Proxy: f.proxy, Redirects: f.redirects, Stage: f.stage, KeyLog: f.keyLog, SendChain: f.sendChain,
	}
	if f.redirects < 0 || f.redirects > testclient.MaxRedirects {
		return try, notBetween("--redirects", f.redirects, 0, testclient.MaxRedirects)
	}
	if f.keyLog != "" && f.save != "" {
		return try, notTogether("--key-log", "--save")
	}
	var err error
	if try.Header, err = readHeaders(f.headers); err != nil {
		return try, err
	}
	if try.MinVersion, err = readVersion("--lowest", f.lowest); err != nil {
		return try, err
	}
	try.MaxVersion, err = readVersion("--highest", f.highest)
	return try, err
}

// try is what the flags say, with what they name of the vault; d is nil when
// they name nothing of it.
func (f connectFlags) try(s *session, d *desk.Desk, url string) (desk.Try, error) {
	try, err := f.read(url)
	if err != nil {
		return try, err
	}
	if f.cert != "" {
		c, err := s.named(d, d.FindPresentable, f.cert)
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

// readHeaders reads "Name: value" as often as given. Its error does not quote
// a value, which may be a secret.
func readHeaders(lines []string) (http.Header, error) {
	var header http.Header
	for n, line := range lines {
		name, value, found := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !found || name == "" {
			return nil, wrong("usage.header", "Flag", "--header", "Number", fmt.Sprint(n+1))
		}
		if header == nil {
			header = http.Header{}
		}
		header.Add(name, strings.TrimSpace(value))
	}
	return header, nil
}

// readVersion reads a version of TLS: 1.0 to 1.3; "" for any.
func readVersion(flag, text string) (uint16, error) {
	versions := map[string]uint16{"": 0, "1.0": 0x0301, "1.1": 0x0302, "1.2": 0x0303, "1.3": 0x0304}
	v, known := versions[text]
	if !known {
		return 0, notOneOf(flag, text, "1.0", "1.1", "1.2", "1.3")
	}
	return v, nil
}

// snippetNames are the values of --as.
func snippetNames() string {
	var names []string
	for _, k := range desk.SnippetKinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, "|")
}

// printSnippet prints the try for another program, ready to be piped into a
// file or a shell; what it reads is said apart.
func (s *session) printSnippet(l lab, t desk.Try, kind string) error {
	made, err := l.Snippet(t, desk.SnippetKind(kind))
	if err != nil {
		return err
	}
	for _, command := range made.Exports {
		if strings.HasPrefix(command, "countersign ") {
			made.Code = strings.Replace(made.Code, command+"\n", s.inVault(command)+"\n", 1)
		}
	}
	fmt.Fprint(s.Out, made.Code)
	if len(made.Files) > 0 && (t.CertificateID != "" || len(t.TrustIDs) > 0) { // else they are there
		var names []string
		for _, name := range made.Files {
			names = append(names, pki.Escape(name))
		}
		fmt.Fprintln(s.Err, s.t.T("try.snippet.files", "Files", strings.Join(names, s.t.T("list.comma"))))
	}
	return nil
}
