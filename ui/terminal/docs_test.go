package terminal

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// quotedLine is a command in a page: in a block at the beginning of a line or
// behind a pipe, or in the text between backquotes.
var quotedLine = regexp.MustCompile("(?m)(?:^|\\| |`)(?:\\./)?countersign ([^\n`|&;>]*)")

// TestPagesQuoteCommands: every command in the pages is one, with flags that it
// has; those of a block have the arguments that it takes, too.
func TestPagesQuoteCommands(t *testing.T) {
	pages := []string{"../../README.md"}
	for _, glob := range []string{"../../docs/*.md", "../../docs/walkthroughs/*.md"} {
		found, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	checked := 0
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(data), "\\\n", " ") // a line goes on in the next
		for _, at := range quotedLine.FindAllStringSubmatchIndex(text, -1) {
			checked++
			whole := text[at[0]] != '`' && !strings.HasPrefix(text[at[1]:], "`")
			if problem := parsed(words(text[at[2]:at[3]]), whole); problem != "" {
				t.Errorf("%s: countersign %s: %s", page, text[at[2]:at[3]], problem)
			}
		}
	}
	if checked < 30 {
		t.Errorf("only %d commands found", checked)
	}
}

// words are those of a shell's line up to a comment.
func words(line string) []string {
	var list []string
	for _, word := range regexp.MustCompile(`(?:[^\s"']+|"[^"]*"|'[^']*')+`).FindAllString(line, -1) {
		if strings.HasPrefix(word, "#") {
			break
		}
		list = append(list, strings.NewReplacer(`"`, "", "'", "").Replace(word))
	}
	return list
}

// parsed says what is wrong with a command, "" for nothing. Only one that is
// quoted whole must have its arguments.
func parsed(args []string, whole bool) string {
	s := &session{t: printers["en"]}
	root := s.root()
	c, rest, err := root.Find(args)
	switch {
	case err != nil:
		return err.Error()
	case c == root && len(args) > 0 && !strings.HasPrefix(args[0], "-"):
		return "there is no such command"
	}
	if err := c.ParseFlags(rest); err != nil {
		return err.Error()
	}
	if help, _ := c.Flags().GetBool("help"); help || !whole || c.Args == nil {
		return ""
	}
	if err := c.Args(c, c.Flags().Args()); err != nil {
		return err.Error()
	}
	return ""
}
