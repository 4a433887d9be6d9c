package terminal

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"countersign/ui/desk"
)

// held opens the vault of a home as a window does.
func held(t *testing.T, dir string) *desk.Desk {
	t.Helper()
	d, err := desk.Open(filepath.Join(dir, "data", "countersign", "vault.db"), testProgram().Desk)
	if err == nil {
		err = d.Unlock(context.Background(), []byte(scriptPassphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// TestManyCommandsAtOnce: each waits for the others, and none fails; also where
// the vault is yet to be made.
func TestManyCommandsAtOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		count int
		first []string // nil: there is no vault before
		args  func(n int) []string
	}{
		{"issue", 20, []string{"ca", "new", "Root"}, func(n int) []string { return []string{"issue", "client", fmt.Sprint("client-", n), "--ca", "Root"} }},
		{"ca new", 5, nil, func(n int) []string { return []string{"ca", "new", fmt.Sprint("Root ", n)} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.first != nil {
				must(t, dir, c.first...)
			}
			var wait sync.WaitGroup
			for n := range c.count {
				wait.Go(func() {
					if out, err := program(t, dir, c.args(n)...).CombinedOutput(); err != nil {
						t.Errorf("%d: %v\n%s", n, err, out)
					}
				})
			}
			wait.Wait()
			listed := must(t, dir, "list")
			for n := range c.count {
				name := c.args(n)[2]
				if !strings.Contains(listed, name) {
					t.Errorf("%s is not there:\n%s", name, listed)
				}
			}
		})
	}
}

// TestWaitsForAnother: a command says that it waits, and goes on when the vault
// is free, gives up when it is not, and ends with Ctrl+C.
func TestWaitsForAnother(t *testing.T) {
	const waits = "open. Waiting for it to finish…"
	dir := t.TempDir()
	must(t, dir, "ca", "new", "Root")
	d := held(t, dir)

	var said heard
	cmd := program(t, dir, "list")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, "the waiting", func() bool { return strings.Contains(said.String(), waits) })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), "Root") || strings.Count(said.String(), waits) != 1 {
		t.Errorf("%v\n%s\n%s", err, &out, said.String())
	}

	held(t, dir)
	cmd = program(t, dir, "list")
	cmd.Env = append(cmd.Env, "TEST_PATIENCE=1ms")
	given, err := cmd.CombinedOutput()
	if code := status(t, err); code != exitFailed || !strings.Contains(string(given), "Close the other one, then try again.") {
		t.Errorf("status %d\n%s", code, given)
	}
	code, text := interrupted(t, dir, os.Interrupt, func(said string) bool { return strings.Contains(said, waits) }, "list")
	if code != exitFailed || !strings.Contains(text, "Cancelled.") {
		t.Errorf("status %d\n%s", code, text)
	}
}

// TestPromptHoldsNothing: while somebody types the passphrase other commands use
// the vault.
func TestPromptHoldsNothing(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "ca", "new", "Root")
	p, side := newPTY(t)
	cmd := program(t, dir, "list")
	cmd.Env = append(cmd.Env, "COUNTERSIGN_PASSPHRASE=")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = side, side, side
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	side.Close()
	within(t, "the prompt", func() bool { return strings.HasSuffix(p.text(), "vault.db: ") && !echoes(t, p.master) })
	if said := must(t, dir, "issue", "client", "alice", "--ca", "Root"); strings.Contains(said, "Waiting") {
		t.Errorf("it had to wait:\n%s", said)
	}
	if _, err := p.master.WriteString(scriptPassphrase + "\n"); err != nil {
		t.Fatal(err)
	}
	<-p.done
	if code := status(t, cmd.Wait()); code != exitDone || !strings.Contains(p.text(), "alice") {
		t.Errorf("status %d\n%s", code, p.text())
	}
}
