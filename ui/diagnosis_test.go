package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"countersign/ui/i18n"
)

// codes are the values of the constants of testclient/code.go.
func codes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../testclient/code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if value, ok := spec.Values[0].(*ast.BasicLit); ok && value.Kind == token.STRING {
				code, err := strconv.Unquote(value.Value)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, code)
			}
		}
		return true
	})
	if len(all) < 40 {
		t.Fatalf("found only the codes %q", all)
	}
	return all
}

func TestEveryDiagnosisHasWords(t *testing.T) {
	p := i18n.New("en")
	for _, code := range codes(t) {
		for _, part := range []string{"title", "cause", "fix"} {
			if key := "diagnosis." + code + "." + part; !p.Has(key) {
				t.Errorf("no message %q", key)
			}
		}
		title, _, _ := p.Diagnosis(code, nil)
		if strings.ContainsAny(title[len(title)-1:], ".!") {
			t.Errorf("%s: the title %q is no title", code, title)
		}
	}
}

func TestEveryStepHasWords(t *testing.T) {
	p := i18n.New("en")
	for _, name := range stepOrder {
		for _, key := range []string{"step." + name, "picture." + name + ".label"} {
			if !p.Has(key) {
				t.Errorf("no message %q", key)
			}
		}
	}
}

func TestFirstLines(t *testing.T) {
	for _, c := range []struct {
		name, body, want string
		whole            bool
	}{
		{"a line", "Hello, world!\n", "Hello, world!", true},
		{"nothing", "", "", true},
		{"control characters", "a\x1b[31mb\r\n\tc\xff", "a\\u{001B}[31mb\n    c\uFFFD", true},
		{"many lines", strings.Repeat("x\n", bodyLines+1), strings.TrimSuffix(strings.Repeat("x\n", bodyLines), "\n"), false},
		{"a long line", strings.Repeat("é", 200), strings.Repeat("é", bodyWide) + "…", false},
	} {
		if got, whole := firstLines([]byte(c.body)); got != c.want || whole != c.whole {
			t.Errorf("%s: %q, %v", c.name, got, whole)
		}
	}
}
