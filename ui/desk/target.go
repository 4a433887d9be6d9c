package desk

import (
	"crypto/x509"
	"path/filepath"
	"slices"

	"countersign/pki"
)

// Target is a program or a system that a certificate goes to, with what it
// takes. Its words are the user interface's, by Code.
type Target struct {
	Code    string
	Formats []Format
	For     []pki.Kind // whose certificates go there
	Trust   ID         // the authority whose root is written as CA; "": the certificate's own
}

// Targets are the places where exports go, in the order that a person meets
// them: browsers and systems, servers, programs, people. The .p12 preset of
// each is the strongest that the program reads: Keychain before macOS 15 and
// Windows before 2019 refuse AES-256 bundles ("wrong password").
func Targets() []Target {
	clients := []pki.Kind{pki.Client, pki.Both}
	servers := []pki.Kind{pki.Server, pki.Both}
	leaves := []pki.Kind{pki.Server, pki.Client, pki.Both}
	every := append([]pki.Kind{pki.Authority}, leaves...)
	return []Target{
		{Code: "chrome", Formats: []Format{P12, CA}, For: clients},
		{Code: "firefox", Formats: []Format{P12, CA}, For: clients},
		{Code: "macos", Formats: []Format{P12Compatible, CA}, For: clients},
		{Code: "windows", Formats: []Format{P12Compatible, CA}, For: clients},
		{Code: "mobile", Formats: []Format{P12Compatible, CA}, For: clients},
		{Code: "nginx", Formats: []Format{Chain, Key, CA}, For: servers},
		{Code: "apache", Formats: []Format{Chain, Key, CA}, For: servers},
		{Code: "caddy", Formats: []Format{Chain, Key, CA}, For: servers},
		{Code: "haproxy", Formats: []Format{Combined, CA}, For: servers},
		{Code: "envoy", Formats: []Format{Chain, Key, CA}, For: servers},
		{Code: "kubernetes", Formats: []Format{Chain, Key, CA}, For: servers},
		{Code: "spring", Formats: []Format{Chain, Key, CA}, For: servers},
		{Code: "java", Formats: []Format{P12, CA}, For: leaves},
		{Code: "node", Formats: []Format{Chain, Key, CA}, For: servers},
		{Code: "go", Formats: []Format{Chain, Key, CA}, For: leaves},
		{Code: "curl", Formats: []Format{Chain, Key, CA}, For: clients},
		{Code: "partner", Formats: []Format{PEM, CA}, For: every},
	}
}

// TargetOf is the target of a code.
func TargetOf(code string) (Target, bool) {
	for _, t := range Targets() {
		if t.Code == code {
			return t, true
		}
	}
	return Target{}, false
}

// TargetsFor are the targets that a certificate of a kind goes to.
func TargetsFor(kind pki.Kind) []Target {
	return slices.DeleteFunc(Targets(), func(t Target) bool { return !slices.Contains(t.For, kind) })
}

// NeedsPassword tells whether one of the target's files is encrypted with one.
func (t Target) NeedsPassword() bool {
	for _, f := range t.Formats {
		if f.NeedsPassword() {
			return true
		}
	}
	return false
}

// ExportFor makes the files that a target takes. An authority for a partner
// gives one file, since it is its own root. Errors: those of Export.
func (d *Desk) ExportFor(id ID, t Target, password string) ([]File, error) {
	own, others := t.split(id)
	files, err := d.exportAll(id, own, password)
	if err != nil {
		return nil, err
	}
	if len(others) > 0 {
		trusted, err := d.exportAll(t.Trust, others, "")
		if err != nil {
			return nil, err
		}
		files = append(files, trusted...)
	}
	lists, err := d.lists(id, t)
	if err != nil {
		return nil, err
	}
	if lists.file.Name != "" {
		files = append(files, lists.file)
	}
	unique := files[:0]
	seen := map[string]bool{}
	for _, f := range files {
		if !seen[f.Name] {
			seen[f.Name] = true
			unique = append(unique, f)
		}
	}
	return unique, nil
}

// split parts the formats into those of the certificate and those of the
// authority that is trusted instead of its own.
func (t Target) split(id ID) (own, others []Format) {
	if t.Trust == "" || t.Trust == id {
		return t.Formats, nil
	}
	for _, f := range t.Formats {
		if f == CA {
			others = append(others, f)
		} else {
			own = append(own, f)
		}
	}
	return own, others
}

// TargetFile is a file that ExportFor will make.
type TargetFile struct {
	Name   string
	Format Format
}

// TargetFiles are the files that ExportFor will make. Errors: *NotFoundError.
func (d *Desk) TargetFiles(id ID, t Target) ([]TargetFile, error) {
	var files []TargetFile
	own, others := t.split(id)
	for n, formats := range [][]Format{own, others} {
		if len(formats) == 0 {
			continue
		}
		s, err := d.source([]ID{id, t.Trust}[n], false)
		if err != nil {
			return nil, err
		}
		for _, f := range formats {
			name := s.fileName(f)
			if !slices.ContainsFunc(files, func(have TargetFile) bool { return have.Name == name }) {
				files = append(files, TargetFile{Name: name, Format: f})
			}
		}
	}
	lists, err := d.lists(id, t)
	if lists.file.Name != "" {
		files = append(files, TargetFile{Name: lists.file.Name, Format: Lists})
	}
	return files, err
}

// ConfigFiles are the paths of what ExportFor gives for a target, in a folder.
// Errors: *NotFoundError.
func (d *Desk) ConfigFiles(id ID, t Target, folder string) (ConfigFiles, error) {
	c, err := d.Get(id)
	if err != nil {
		return ConfigFiles{}, err
	}
	s, err := d.source(id, false)
	if err != nil {
		return ConfigFiles{}, err
	}
	f := ConfigFiles{Name: c.Name, Client: c.Kind == pki.Client, Fingerprint: c.Fingerprint, Names: serverNames(s.chain[0])}
	files, err := d.TargetFiles(id, t)
	for _, file := range files {
		path := filepath.Join(folder, file.Name)
		switch file.Format {
		case P12, P12Compatible:
			f.Bundle = path
		case Chain:
			f.Chain = path
		case Key:
			f.Key = path
		case Combined:
			f.Combined = path
		case CA:
			f.CA = path
		case Lists:
			f.CRL = path
		}
	}
	if err != nil {
		return f, err
	}
	lists, err := d.lists(id, t)
	f.CRLUntil, f.CRLMissing = lists.until, lists.missing
	return f, err
}

// serverNames are the DNS names and addresses of a certificate.
func serverNames(c *x509.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}
