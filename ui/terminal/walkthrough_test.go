//go:build unix

package terminal

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"countersign/pki/pkitest"
)

// walkthroughs is where the pages are.
const walkthroughs = "../../docs/walkthroughs"

// TestWalkthroughs does what the pages of docs/walkthroughs say: their sh
// blocks are run in order in an empty folder, and what each prints must be what
// the text block below it shows.
//
//	sh            done in the reader's terminal; every command must succeed
//	sh fails      the same, but the last command must fail
//	sh in=NAME    done in a second terminal of that name, where it goes on; what
//	              ran there before is ended as by Ctrl+C
//	… port=N      and only when it listens there does the reader go on
//	text          what the sh block above printed
//	text of=NAME  what the terminal of that name has printed since it was last shown
//
// In a text block "…" stands for any words, and alone on a line for any lines.
// Times, dates, serial numbers and the like may differ: see sameOnEachRun.
//
// With WRITE_PAGES=1 text blocks without "…" are written anew.
func TestWalkthroughs(t *testing.T) {
	for _, program := range []string{"bash", "curl", "openssl"} {
		pkitest.Need(t, program)
	}
	pages, err := filepath.Glob(walkthroughs + "/?-*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, path := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".md"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			p := newPage(t, path, string(data))
			p.mustHavePictures()
			p.run()
			p.keep()
		})
	}
}

// page is a walkthrough that is being done.
type page struct {
	t      *testing.T
	path   string
	lines  []string
	desk   *terminals
	said   string // by the last block in the reader's terminal
	wrote  bool
	ports  *strings.Replacer // those of the page for those of the test
	shown  *strings.Replacer // and back
	blocks int
}

func newPage(t *testing.T, path, text string) *page {
	p := &page{t: t, path: path, lines: strings.Split(text, "\n")}
	var there, back []string
	for _, port := range portsOf(text) {
		free := fmt.Sprint(freePort(t))
		there, back = append(there, port, free), append(back, free, port)
	}
	p.desk = newTerminals(t)
	p.ports = strings.NewReplacer(there...)
	p.shown = strings.NewReplacer(append(back, p.desk.home, "/home/you", p.desk.dir, "/home/you/work")...)
	return p
}

// portsOf finds the ports that a page's servers listen at.
func portsOf(text string) []string {
	var ports []string
	for _, port := range regexp.MustCompile(`\b[89][04]\d\d\b`).FindAllString(text, -1) {
		if !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	return ports
}

// mustHavePictures fails on a picture or page that is linked and not there.
func (p *page) mustHavePictures() {
	for _, m := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(strings.Join(p.lines, "\n"), -1) {
		if _, err := os.Stat(filepath.Join(filepath.Dir(p.path), m[1])); err != nil {
			p.t.Errorf("a link: %v", err)
		}
	}
}

// run does the blocks in order.
func (p *page) run() {
	for at := 0; at < len(p.lines); at++ {
		info, fence := strings.CutPrefix(p.lines[at], "```")
		if !fence {
			continue
		}
		end := at + 1
		for ; end < len(p.lines) && p.lines[end] != "```"; end++ {
		}
		grown := p.block(strings.Fields(info), at+1, end)
		if p.t.Failed() {
			p.t.Logf("%s:%d", p.path, at+1)
			p.desk.tell()
			return
		}
		p.blocks++
		at = end + grown
	}
	if p.blocks == 0 {
		p.t.Error("the page has no blocks")
	}
}

// block does one block, lines[from:end], and tells by how many lines the page
// grew.
func (p *page) block(info []string, from, end int) int {
	if len(info) == 0 {
		p.t.Error("a block of no kind")
		return 0
	}
	text := strings.Join(p.lines[from:end], "\n")
	kind, word := info[0], ""
	if len(info) > 1 {
		word = info[1]
	}
	name, second := strings.CutPrefix(word, "in=")
	of, another := strings.CutPrefix(word, "of=")
	switch {
	case kind == "sh" && second:
		p.desk.begin(name, p.ports.Replace(text))
		if len(info) > 2 {
			port, _ := strconv.Atoi(p.ports.Replace(strings.TrimPrefix(info[2], "port=")))
			waitForPort(p.t, port)
		}
	case kind == "sh" && (word == "" || word == "fails"):
		p.said = p.shown.Replace(p.desk.do(p.ports.Replace(text), word == "fails"))
	case kind == "text" && another:
		var said string
		p.desk.await(of, func(now string) bool {
			said = p.shown.Replace(now)
			return alike(text, said)
		})
		return p.compare(text, said, from, end)
	case kind == "text" && word == "":
		return p.compare(text, p.said, from, end)
	default:
		p.t.Errorf("a block of an unknown kind: %v", info)
	}
	return 0
}

// compare holds what a block shows against what was said.
func (p *page) compare(text, said string, from, end int) int {
	if alike(text, said) {
		return 0
	}
	if os.Getenv("WRITE_PAGES") == "" || strings.Contains(text, "…") {
		p.t.Errorf("the page shows\n%s\nand it said\n%s", text, said)
		return 0
	}
	said = strings.TrimRight(said, "\n")
	var lines []string
	for line := range strings.SplitSeq(said, "\n") {
		lines = append(lines, strings.TrimRight(line, " \r"))
	}
	p.lines = slices.Replace(p.lines, from, end, lines...)
	p.wrote = true
	return len(lines) - (end - from)
}

// keep writes the page when it was changed.
func (p *page) keep() {
	if !p.wrote {
		return
	}
	if err := os.WriteFile(p.path, []byte(strings.Join(p.lines, "\n")), 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.t.Logf("%s is written anew", p.path)
}

// sameOnEachRun are the words that differ from run to run, and what stands for
// them when two texts are compared.
var sameOnEachRun = []struct {
	seen *regexp.Regexp
	word string
}{
	{regexp.MustCompile(`\b([0-9A-Fa-f]{2}:){7,}[0-9A-Fa-f]{2}\b`), "HEX"},
	{regexp.MustCompile(`\b[0-9A-Fa-f]{16,}\b`), "HEX"},
	{regexp.MustCompile(`\d+(\.\d+)? (ms|s)\b`), "N ms"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\dZ?)?`), "DATE"},
	{regexp.MustCompile(`\b\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}\b`), "DATE"},
	{regexp.MustCompile(`\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} \d\d:\d\d:\d\d \d{4} GMT`), "DATE"},
	{regexp.MustCompile(`\b\d\d:\d\d:\d\d\b`), "TIME"},
	{regexp.MustCompile(`\b[\d,]+ days\b`), "N days"},
	{regexp.MustCompile(`(127\.0\.0\.1|\[::1\]):\d{5}\b`), "LOCAL:PORT"},
	{regexp.MustCompile(`curl/[\d.]+`), "curl/N"},
	{regexp.MustCompile(`X25519(MLKEM768)?\b`), "X25519"}, // OpenSSL's first wish, by its version
	{regexp.MustCompile(`\b([A-Z]+) = `), "$1="},          // OpenSSL's spelling of a subject, by its version
	{regexp.MustCompile(`[ \t\r]+`), " "},
	{regexp.MustCompile(`[A-Za-z0-9+/]{43}=`), "BASE64"},
}

// alike tells whether a page's text is what was said, but for what differs on
// each run.
func alike(text, said string) bool {
	plain := func(s string) string {
		for _, same := range sameOnEachRun {
			s = same.seen.ReplaceAllString(s, same.word)
		}
		return strings.TrimSpace(strings.ReplaceAll(s, " \n", "\n"))
	}
	pattern := regexp.QuoteMeta(plain(text))
	pattern = regexp.MustCompile(`(?m)^…(\n|$)`).ReplaceAllString(pattern, `(?s:.*)`)
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	return regexp.MustCompile(`^` + pattern + `\n?$`).MatchString(plain(said))
}

func TestAlike(t *testing.T) {
	for _, c := range []struct {
		text, said string
		want       bool
	}{
		{"Made.", "Made.\n", true},
		{"Made.", "Made it.", false},
		{"1 ok  12.3 ms  Done", "1 ok 112.3 ms  Done", true},
		{"until 19 Nov 2036", "until 1 Jan 2037", true},
		{"serial 44:40:58:2d:2c:35:ff:49", "serial aa:40:58:2d:2c:35:ff:00", true},
		{"a … c", "a b b c", true},
		{"a … c", "a\nb c", false},
		{"a\n…\nd", "a\nb\nc\nd", true},
		{"a\n…", "a\nb", true},
		{"a\n…\nd", "b\nd", false},
		{"(60) …", "(60) x", true},
	} {
		if got := alike(c.text, c.said); got != c.want {
			t.Errorf("alike(%q, %q) = %v", c.text, c.said, got)
		}
	}
}
