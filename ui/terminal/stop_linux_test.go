package terminal

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// heard is what a running program has said so far.
type heard struct {
	mu   sync.Mutex
	text strings.Builder
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// interrupted runs the program, sends it a signal when it is ready, and gives
// its exit status and what it said.
func interrupted(t *testing.T, dir string, signal os.Signal, ready func(said string) bool, args ...string) (int, string) {
	t.Helper()
	var said heard
	cmd := program(t, dir, args...)
	cmd.Stdout, cmd.Stderr = io.Writer(&said), io.Writer(&said)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	within(t, "readiness", func() bool { return ready(said.String()) || len(ended) > 0 })
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatalf("ended before the signal: %v\n%s", err, said.String())
	}
	within(t, "the end", func() bool { return len(ended) > 0 })
	return status(t, <-ended), said.String()
}

// TestInterruptedTable: Ctrl+C while a table of many is made ends the program
// before it is through, it says how to go on, and the same command does.
func TestInterruptedTable(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "ca", "new", "Root")
	const rows = 4000
	var table strings.Builder
	table.WriteString("name\n")
	for n := range rows {
		fmt.Fprintf(&table, "client-%d\n", n)
	}
	if err := os.WriteFile(filepath.Join(dir, "table.csv"), []byte(table.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	vault := filepath.Join(dir, "data", "countersign", "vault.db")
	empty, err := os.Stat(vault)
	if err != nil {
		t.Fatal(err)
	}
	command := []string{"issue", "--from", "table.csv", "--ca", "Root"}
	begun := func(string) bool { // the first rows are in the vault
		info, err := os.Stat(vault)
		return err == nil && info.Size() > empty.Size()
	}
	code, said := interrupted(t, dir, os.Interrupt, begun, command...)
	there := strings.Count(must(t, dir, "list"), "client-")
	if code != exitFailed || there == 0 || there >= rows || !strings.Contains(said, "Stopped. "+printers["en"].Number(there)+" certificate") ||
		!strings.Contains(said, "The same command goes on from there") {
		t.Fatalf("status %d, %d rows there\n%s", code, there, said)
	}
	said = must(t, dir, command...)
	if !strings.Contains(said, "already and ") || !strings.Contains(said, printers["en"].Number(rows-there)+" ") {
		t.Errorf("again:\n%s", said)
	}
	if all := strings.Count(must(t, dir, "list"), "client-"); all != rows {
		t.Errorf("%d rows of %d", all, rows)
	}
}

// TestInterruptedServers: serve and a connect that gets no answer end in order
// when they are told to.
func TestInterruptedServers(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "ca", "new", "Root")
	must(t, dir, "issue", "server", "localhost", "--ca", "Root")
	serving := func(said string) bool { return strings.Contains(said, "Ctrl+C stops it") }
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		code, said := interrupted(t, dir, signal, serving, "serve", "--cert", "localhost")
		if code != exitDone || regexp.MustCompile(`panic|goroutine|signal|did not work`).MatchString(said) {
			t.Errorf("serve, %v: status %d\n%s", signal, code, said)
		}
		mute := muteServer(t)
		code, said = interrupted(t, dir, signal, func(string) bool { return mute.called() }, "connect", "https://"+mute.addr)
		if code != exitFailed || !strings.Contains(said, "Stopped") || strings.Contains(said, "panic") {
			t.Errorf("connect, %v: status %d\n%s", signal, code, said)
		}
	}
	must(t, dir, "list") // and the vault is whole and free
	must(t, dir, "check")
}

// mute takes connections and never answers.
type mute struct {
	addr string
	came chan struct{}
}

func muteServer(t *testing.T) mute {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := mute{l.Addr().String(), make(chan struct{}, 1)}
	go func() {
		if c, err := l.Accept(); err == nil {
			m.came <- struct{}{}
			io.Copy(io.Discard, c)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close() })
	return m
}

func (m mute) called() bool { return len(m.came) > 0 }
