package i18n

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
)

// catalog reads all messages of a language: key to its texts, one a plural
// form ("other" alone where there is one).
func catalog(t *testing.T, lang string) map[string]map[string]string {
	t.Helper()
	files, err := fs.Glob(messages, path.Join("messages", lang, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages in %s: %v", lang, err)
	}
	all := map[string]map[string]string{}
	for _, file := range files {
		data, err := messages.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var raw map[string]any
		if err := json.Unmarshal(data, &raw); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for key, value := range raw {
			if all[key] != nil {
				t.Errorf("%s: %q is in another file too", file, key)
			}
			all[key] = forms(t, file, key, value)
		}
		repeated(t, file, data)
	}
	return all
}

func forms(t *testing.T, file, key string, value any) map[string]string {
	t.Helper()
	switch v := value.(type) {
	case string:
		return map[string]string{"other": v}
	case map[string]any:
		texts := map[string]string{}
		for form, text := range v {
			if !slices.Contains([]string{"zero", "one", "two", "few", "many", "other"}, form) {
				t.Errorf("%s: %q has no plural form %q", file, key, form)
			}
			texts[form], _ = text.(string)
		}
		return texts
	}
	t.Errorf("%s: %q is neither a text nor plural forms", file, key)
	return nil
}

// repeated finds keys that stand twice in one file, of which JSON keeps one.
func repeated(t *testing.T, file string, data []byte) {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  "([^"]+)":`).FindAllSubmatch(data, -1) {
		if key := string(m[1]); seen[key] {
			t.Errorf("%s: %q stands twice", file, key)
		} else {
			seen[key] = true
		}
	}
}

var placeholder = regexp.MustCompile(`{{-?\s*\.(\w+)\s*-?}}`)

func placeholders(texts map[string]string) []string {
	found := map[string]bool{}
	for _, text := range texts {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			found[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestMessagesAreWhole(t *testing.T) {
	for _, lang := range Languages() {
		for key, texts := range catalog(t, lang) {
			if texts["other"] == "" {
				t.Errorf("%s: %q has no text", lang, key)
			}
			for form, text := range texts {
				if _, err := template.New(key).Parse(text); err != nil {
					t.Errorf("%s: %q (%s): %v", lang, key, form, err)
				}
			}
			if lang == "en" && len(texts) > 1 && texts["one"] == "" {
				t.Errorf("en: %q has plural forms without one", key)
			}
		}
	}
}

func TestLanguagesHaveTheSameMessages(t *testing.T) {
	english := catalog(t, "en")
	for _, lang := range Languages()[1:] {
		other := catalog(t, lang)
		for key, texts := range english {
			if other[key] == nil {
				t.Errorf("%s lacks %q", lang, key)
				continue
			}
			if want, got := placeholders(texts), placeholders(other[key]); !slices.Equal(want, got) {
				t.Errorf("%s: %q has the places %v, English has %v", lang, key, got, want)
			}
		}
		for key := range other {
			if english[key] == nil {
				t.Errorf("%s has %q, which English has not", lang, key)
			}
		}
	}
}

// calls lists the literal keys given to T and Has in the Go sources under ui,
// with where they stand, and the beginnings of the keys that are put together
// ("place."+name).
func calls(t *testing.T) (keys, beginnings map[string]token.Position) {
	t.Helper()
	keys, beginnings = map[string]token.Position{}, map[string]token.Position{}
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			if called, ok := call.Fun.(*ast.SelectorExpr); !ok || called.Sel.Name != "T" {
				return true
			}
			into, arg := keys, call.Args[0]
			for sum, ok := arg.(*ast.BinaryExpr); ok; sum, ok = arg.(*ast.BinaryExpr) {
				into, arg = beginnings, sum.X
			}
			if text, ok := arg.(*ast.BasicLit); ok && text.Kind == token.STRING {
				key, _ := strconv.Unquote(text.Value)
				into[key] = files.Position(text.Pos())
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys, beginnings
}

func TestEveryKeyUsedHasAMessage(t *testing.T) {
	english := catalog(t, "en")
	keys, beginnings := calls(t)
	if len(keys) < 50 {
		t.Fatalf("only %d keys found in the sources", len(keys))
	}
	for key, at := range keys {
		if english[key] == nil {
			t.Errorf("%s: no message %q", at, key)
		}
	}
	for start, at := range beginnings {
		found := false
		for key := range english {
			found = found || strings.HasPrefix(key, start)
		}
		if !found {
			t.Errorf("%s: no message begins with %q", at, start)
		}
	}
}
