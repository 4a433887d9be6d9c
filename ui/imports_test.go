package ui_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// module is the path that our own packages begin with.
const module = "countersign"

// rule says what a package may import of ours, and of the guarded others. The
// rest of the world is free to all.
type rule struct {
	ours []string // our packages, as paths below the module
	more []string // of guarded, what this package may import all the same
}

// guarded are packages of others that only some of ours may import, as path
// prefixes.
var guarded = []string{
	"fyne.io/fyne/v2/app", // first: the more exact prefix decides
	"fyne.io/",
	"github.com/dweymouth/fyne-tooltip",
	"go.etcd.io/bbolt",
	"net/http",
	"os",
	"testing",
}

const (
	toolkit  = "fyne.io/"
	tooltips = "github.com/dweymouth/fyne-tooltip"
	start    = "fyne.io/fyne/v2/app"
)

// rules holds every package of the module. A package that is not in it breaks
// the rules: who adds one decides here what it may import.
var rules = map[string]rule{
	".":              {ours: []string{"ui", "ui/desk", "ui/i18n", "ui/terminal"}, more: []string{toolkit, start, "os"}},
	"ui":             {ours: []string{"pki", "testclient", "ui/desk", "ui/i18n", "ui/theme", "ui/widgets"}, more: []string{toolkit, tooltips, "net/http", "os"}},
	"ui/widgets":     {ours: []string{"ui/theme"}, more: []string{toolkit, tooltips}},
	"ui/theme":       {more: []string{toolkit}},
	"ui/i18n":        {more: []string{"os"}},
	"ui/terminal":    {ours: []string{"pki", "testclient", "ui/desk", "ui/i18n"}, more: []string{"net/http", "os"}},
	"ui/desk":        {ours: []string{"pki", "pki/truststore", "storage", "testclient"}, more: []string{"net/http", "os"}},
	"testclient":     {ours: []string{"pki"}, more: []string{"net/http", "os"}},
	"storage":        {more: []string{"go.etcd.io/bbolt", "os"}},
	"pki":            {},
	"pki/truststore": {ours: []string{"pki"}, more: []string{"os"}},
	"pki/pkitest":    {ours: []string{"pki"}, more: []string{"net/http", "os", "testing"}},
}

// listed is a package as `go list -json` shows it.
type listed struct {
	ImportPath string
	Imports    []string
}

// broken gives one line for each import that breaks a rule, sorted.
func broken(rules map[string]rule, packages []listed) []string {
	var faults []string
	for _, p := range packages {
		name, _ := below(p.ImportPath)
		r, ok := rules[name]
		if !ok {
			faults = append(faults, name+" has no rule in ui/imports_test.go")
			continue
		}
		for _, imported := range p.Imports {
			if !allowed(r, imported) {
				faults = append(faults, name+" may not import "+imported)
			}
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// allowed says whether a package under the rule may import the other.
func allowed(r rule, imported string) bool {
	if name, ours := below(imported); ours {
		return slices.Contains(r.ours, name)
	}
	for _, prefix := range guarded {
		if hasPath(imported, prefix) {
			return slices.Contains(r.more, prefix)
		}
	}
	return true
}

// below cuts the module from a path of ours; the module itself is ".".
func below(importPath string) (name string, ours bool) {
	if importPath == module {
		return ".", true
	}
	if name, ok := strings.CutPrefix(importPath, module+"/"); ok {
		return path.Clean(name), true
	}
	return importPath, false
}

// hasPath says whether a path is the prefix or lies below it.
func hasPath(importPath, prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	return importPath == prefix || strings.HasPrefix(importPath, prefix+"/")
}

// TestImports holds the module to its directions, on each system that it is
// built for, since a file of one system may import what the others do not.
func TestImports(t *testing.T) {
	for _, system := range []string{"linux", "darwin", "windows"} {
		t.Run(system, func(t *testing.T) {
			for _, fault := range broken(rules, list(t, system)) {
				t.Error(fault)
			}
		})
	}
}

// list asks the go command for the module's packages.
func list(t *testing.T, system string) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", module+"/...")
	command.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=1", "GOFLAGS=-tags=x11")
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("go list: %v\n%s", err, exit.Stderr)
	}
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 5 {
		t.Fatalf("go list found %d packages, want the whole module", len(packages))
	}
	return packages
}

// TestImportRules shows that each kind of wrong import is found, and that a
// right one is not.
func TestImportRules(t *testing.T) {
	tests := []struct {
		name     string
		packages []listed
		want     []string
	}{
		{"a right tree", []listed{
			{"countersign", []string{"fyne.io/fyne/v2/app", "countersign/ui", "os"}},
			{"countersign/ui", []string{"fyne.io/fyne/v2", "fyne.io/fyne/v2/widget", "countersign/ui/desk", "countersign/pki"}},
			{"countersign/ui/desk", []string{"countersign/pki", "countersign/storage", "countersign/testclient", "os"}},
			{"countersign/testclient", []string{"countersign/pki", "net/http"}},
			{"countersign/storage", []string{"go.etcd.io/bbolt", "os"}},
			{"countersign/pki", []string{"crypto/x509", "net/url"}},
		}, nil},
		{"the core imports the toolkit", []listed{{"countersign/pki", []string{"fyne.io/fyne/v2"}}},
			[]string{"pki may not import fyne.io/fyne/v2"}},
		{"the desk imports the toolkit", []listed{{"countersign/ui/desk", []string{"fyne.io/fyne/v2/lang"}}},
			[]string{"ui/desk may not import fyne.io/fyne/v2/lang"}},
		{"a tool of the toolkit's project", []listed{{"countersign/ui/terminal", []string{"fyne.io/tools"}}},
			[]string{"ui/terminal may not import fyne.io/tools"}},
		{"a screen starts the toolkit", []listed{{"countersign/ui", []string{"fyne.io/fyne/v2/app"}}},
			[]string{"ui may not import fyne.io/fyne/v2/app"}},
		{"a screen imports storage", []listed{{"countersign/ui", []string{"countersign/storage"}}},
			[]string{"ui may not import countersign/storage"}},
		{"a widget knows certificates", []listed{{"countersign/ui/widgets", []string{"countersign/pki"}}},
			[]string{"ui/widgets may not import countersign/pki"}},
		{"pki imports storage", []listed{{"countersign/pki", []string{"countersign/storage"}}},
			[]string{"pki may not import countersign/storage"}},
		{"storage imports pki", []listed{{"countersign/storage", []string{"countersign/pki"}}},
			[]string{"storage may not import countersign/pki"}},
		{"pki reads files", []listed{{"countersign/pki", []string{"os", "os/exec"}}},
			[]string{"pki may not import os", "pki may not import os/exec"}},
		{"upwards", []listed{{"countersign/testclient", []string{"countersign/ui/desk"}}},
			[]string{"testclient may not import countersign/ui/desk"}},
		{"the terminal imports the window", []listed{{"countersign/ui/terminal", []string{"countersign/ui"}}},
			[]string{"ui/terminal may not import countersign/ui"}},
		{"the program imports the module's own root", []listed{{"countersign/ui", []string{"countersign"}}},
			[]string{"ui may not import countersign"}},
		{"the database outside storage", []listed{{"countersign/ui/desk", []string{"go.etcd.io/bbolt/errors"}}},
			[]string{"ui/desk may not import go.etcd.io/bbolt/errors"}},
		{"test support in the program", []listed{{"countersign/ui/desk", []string{"countersign/pki/pkitest", "testing"}}},
			[]string{"ui/desk may not import countersign/pki/pkitest", "ui/desk may not import testing"}},
		{"a package without a rule", []listed{{"countersign/helpers", nil}},
			[]string{"helpers has no rule in ui/imports_test.go"}},
		{"only the beginning of a name is alike", []listed{{"countersign/pki", []string{"oslo", "countersigned/x"}}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, broken(rules, test.packages)); diff != "" {
				t.Errorf("broken (-want +got):\n%s", diff)
			}
		})
	}
}
