package ui

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/pki/pkitest"
)

// named fails when the page does not name the words.
func (h *hand) named(words string) {
	h.t.Helper()
	if !strings.Contains(h.page, "*"+words+"*") {
		h.t.Errorf("the page does not say *%s*", words)
	}
}

// show keeps a picture for the page, which must show it.
func (h *hand) show(name string) {
	h.t.Helper()
	if !strings.Contains(h.page, "../pictures/"+name+".png)") {
		h.t.Errorf("the page does not show %s.png", name)
	}
	h.picture(name)
	h.real.show(filepath.Join(h.pictures, name+".png"))
}

// until waits for words that come from elsewhere, such as a server's.
func (h *hand) until(words string) {
	h.t.Helper()
	h.queue.until("to be seen: "+words, func() bool { return h.sees(words) })
	h.rest()
}

// run does a command of the page; both windows get the files that it makes.
func (h *hand) run(name string, args ...string) {
	h.t.Helper()
	before := h.files()
	pkitest.Run(h.t, name, args...)
	for _, file := range h.files() {
		if !slices.Contains(before, file) {
			h.real.give(file)
		}
	}
}

// file writes a file of the page.
func (h *hand) file(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	h.real.give(name)
}

func (h *hand) files() []string {
	h.t.Helper()
	files, err := filepath.Glob("*")
	if err != nil {
		h.t.Fatal(err)
	}
	return files
}

// begin starts a server of the page, which ends with the test: one for the
// window of the test, and one for the real window.
func (h *hand) begin(name string, args ...string) {
	h.t.Helper()
	all := []string{h.ports.Replace(strings.Join(args, "\n"))}
	if h.real != nil {
		all = append(all, strings.Join(args, "\n"))
	}
	for _, args := range all {
		at := "localhost:" + regexp.MustCompile(`\b\d{4,5}\b`).FindString(args)
		if listens(at) {
			h.t.Fatalf("something else listens where this should: %q", args)
		}
		cmd := exec.Command(name, strings.Split(args, "\n")...)
		if err := cmd.Start(); err != nil {
			h.t.Fatal(err)
		}
		h.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		h.queue.until(at+" listens", func() bool { return listens(at) })
	}
}

func listens(at string) bool {
	c, err := net.Dial("tcp", at)
	if err == nil {
		c.Close()
	}
	return err == nil
}

// freePorts gives free ports for those of the page, which the real window's
// servers take.
func freePorts(t *testing.T) *strings.Replacer {
	t.Helper()
	var pairs []string
	for _, port := range []string{"8080", "8443", "9444", "9443"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		pairs = append(pairs, port, fmt.Sprint(l.Addr().(*net.TCPAddr).Port))
	}
	return strings.NewReplacer(pairs...)
}
