package desk

import "countersign/pki"

// Target is a program or a system that a certificate goes to, with what it
// takes. Its words are the user interface's, by Code.
type Target struct {
	Code    string
	Formats []Format
	For     []pki.Kind // whose certificates go there
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
		{"chrome", []Format{P12, CA}, clients},
		{"firefox", []Format{P12, CA}, clients},
		{"macos", []Format{P12Compatible, CA}, clients},
		{"windows", []Format{P12Compatible, CA}, clients},
		{"mobile", []Format{P12Compatible, CA}, clients},
		{"nginx", []Format{Chain, Key, CA}, servers},
		{"apache", []Format{Chain, Key, CA}, servers},
		{"caddy", []Format{Chain, Key, CA}, servers},
		{"envoy", []Format{Chain, Key, CA}, servers},
		{"kubernetes", []Format{Chain, Key, CA}, servers},
		{"java", []Format{P12, CA}, leaves},
		{"go", []Format{Chain, Key, CA}, leaves},
		{"curl", []Format{Chain, Key, CA}, clients},
		{"partner", []Format{PEM, CA}, every},
	}
}

// TargetsFor are the targets that a certificate of a kind goes to.
func TargetsFor(kind pki.Kind) []Target {
	var list []Target
	for _, t := range Targets() {
		for _, k := range t.For {
			if k == kind {
				list = append(list, t)
			}
		}
	}
	return list
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
// gives one file, since it is its own root.
func (d *Desk) ExportFor(id ID, t Target, password string) ([]File, error) {
	files, err := d.exportAll(id, t.Formats, password)
	if err != nil {
		return nil, err
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
