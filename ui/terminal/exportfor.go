package terminal

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"countersign/pki"
	"countersign/ui/desk"
)

// exportFor is what `export --for` was given: a program that takes the files,
// and what else its configuration says.
type exportFor struct {
	program, trust, backend string
	port                    int
}

func (f *exportFor) flags(s *session, flags *pflag.FlagSet) {
	flags.StringVar(&f.program, "for", "", s.t.T("export.terminal.for", "Programs", strings.Join(targetCodes(), ", ")))
	flags.StringVar(&f.trust, "trust", "", s.t.T("export.terminal.trust"))
	flags.IntVar(&f.port, "port", 8443, s.t.T("export.terminal.port"))
	flags.StringVar(&f.backend, "backend", "127.0.0.1:8080", s.t.T("export.terminal.backend"))
}

func targetCodes() []string {
	var codes []string
	for _, t := range desk.Targets() {
		codes = append(codes, t.Code)
	}
	return codes
}

// target is the target of the flags.
func (f *exportFor) target() (desk.Target, error) {
	t, known := desk.TargetOf(f.program)
	if !known {
		return t, notOneOf("--for", f.program, targetCodes()...)
	}
	if f.port < 1 || f.port > 65535 {
		return t, notBetween("--port", f.port, 1, 65535)
	}
	if host, port, err := net.SplitHostPort(f.backend); err != nil || host == "" || port == "" || strings.ContainsAny(f.backend, " \t\r\n\"'{};#") {
		return t, wrong("export.terminal.backend.wrong", "Value", f.backend)
	}
	return t, nil
}

// exportFiles writes the files that a program takes and its configuration into
// a folder, all of them or none.
func (s *session) exportFiles(d *desk.Desk, name string, f *exportFor, password, folder string, force bool) error {
	t, err := f.target()
	if err != nil {
		return err
	}
	c, err := s.named(d, d.Find, name)
	if err != nil {
		return err
	}
	if f.trust != "" {
		root, err := s.named(d, d.FindAuthority, f.trust)
		if err != nil {
			return err
		}
		t.Trust = root.ID
	}
	made := ""
	if t.NeedsPassword() && password == "" {
		if made, err = d.NewPassword(); err != nil {
			return err
		}
		password = made
	}
	folder, err = filepath.Abs(folder)
	if err != nil {
		return err
	}
	files, err := d.ExportFor(c.ID, t, password)
	if err != nil {
		return err
	}
	paths, err := d.ConfigFiles(c.ID, t, folder)
	if err != nil {
		return err
	}
	paths.Port, paths.Backend = f.port, f.backend
	config, configured := desk.ConfigFor(t.Code, paths)
	if configured && config.File != "" {
		files = append(files, desk.File{Name: config.File, Data: []byte(config.Text)})
	}
	if err := desk.WriteFiles(folder, files, force); err != nil {
		return err
	}
	s.exportedFor(t, files, folder, config)
	s.exportDoubts(d, c, t)
	if made != "" {
		s.say("terminal.password-made", "Password", made)
	}
	return nil
}

// exportDoubts warns of what makes an export of no use.
func (s *session) exportDoubts(d *desk.Desk, c desk.Certificate, t desk.Target) {
	for _, doubt := range c.ExportDoubts(t, d.Now()) {
		fmt.Fprintf(s.Err, "! %s\n", s.t.T("export.doubt."+doubt, "Name", pki.Escape(c.Name), "Date", s.t.Date(c.Relied().NotAfter),
			"Target", s.t.T("export.target."+t.Code), "Kind", s.t.T("kind.short."+string(c.Kind))))
	}
}

// exportedFor says what was written, and what comes next.
func (s *session) exportedFor(t desk.Target, files []desk.File, folder string, config desk.Config) {
	bare := false
	for _, f := range files {
		s.say("terminal.exported", "Path", pki.Escape(filepath.Join(folder, f.Name)))
	}
	for _, f := range t.Formats {
		bare = bare || f.BaresKey()
	}
	if bare {
		fmt.Fprintln(s.Err, s.t.T("terminal.key-clear"))
	}
	if config.Place != "" {
		s.say("export.terminal.place", "File", config.File, "Place", config.Place, "Run", config.Run)
	} else if config.File != "" {
		s.say("export.terminal.run", "Run", config.Run)
	} else if config.Text != "" {
		fmt.Fprint(s.Out, "\n"+config.Text)
	}
}
