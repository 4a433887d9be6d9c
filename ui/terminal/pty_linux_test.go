package terminal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A terminal that a test types into, and what it shows.
type ptyTest struct {
	master *os.File
	mu     sync.Mutex
	shown  bytes.Buffer
	done   chan struct{}
}

// newPTY opens a pseudo-terminal (pty(7)); the file is the side of the program.
func newPTY(t *testing.T) (*ptyTest, *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminal: ", err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	side, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &ptyTest{master: master, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		io.Copy(p, master) // ends with EIO when the program is gone
	}()
	t.Cleanup(func() { master.Close() })
	return p, side
}

func (p *ptyTest) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown.Write(b)
}

func (p *ptyTest) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown.String()
}

// inTerminal runs the program with a terminal for its input and output and types
// each answer when its prompt is there. It gives the exit status and all that
// the terminal showed, what was typed too where it is echoed.
func inTerminal(t *testing.T, dir string, args []string, answers ...[2]string) (int, string) {
	t.Helper()
	p, side := newPTY(t)
	cmd := program(t, dir, args...)
	cmd.Env = append(cmd.Env, "COUNTERSIGN_PASSPHRASE=")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = side, side, side
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	side.Close()
	seen := 0
	for _, a := range answers {
		within(t, "the prompt "+a[0], func() bool { return strings.HasSuffix(p.text()[seen:], a[0]) && !echoes(t, p.master) })
		seen = len(p.text())
		if _, err := p.master.WriteString(a[1] + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	<-p.done
	return status(t, cmd.Wait()), p.text()
}

// echoes tells whether the terminal shows what is typed.
func echoes(t *testing.T, master *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(master.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// within waits for what must come to be.
func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 3000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s did not come", what)
}

// program is the program as a process of its own, with a home in dir.
func program(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("countersign", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+filepath.Join(dir, "data"), "LANG=C", "LC_ALL=", "LANGUAGE=",
		"COUNTERSIGN_PASSPHRASE="+scriptPassphrase, "DBUS_SESSION_BUS_ADDRESS=unix:path="+dir+"/no-bus")
	return cmd
}

func status(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		return exit.ExitCode()
	}
	return 0
}

// must runs the program and fails when it does.
func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := program(t, dir, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestNothingIsEchoed: what is typed at a prompt for a secret never shows.
func TestNothingIsEchoed(t *testing.T) {
	dir := t.TempDir()
	const other = "one for all of them"
	code, shown := inTerminal(t, dir, []string{"ca", "new", "Root"},
		[2]string{"vault.db: ", scriptPassphrase}, [2]string{"The same once more: ", scriptPassphrase})
	if code != exitDone || !strings.Contains(shown, "Made the authority Root") || strings.Contains(shown, scriptPassphrase) {
		t.Errorf("a new vault: status %d\n%s", code, shown)
	}
	code, shown = inTerminal(t, dir, []string{"list"}, [2]string{"vault.db: ", scriptPassphrase})
	if code != exitDone || !strings.Contains(shown, "Root") || strings.Contains(shown, scriptPassphrase) {
		t.Errorf("a vault: status %d\n%s", code, shown)
	}
	code, shown = inTerminal(t, dir, []string{"list"}, [2]string{"vault.db: ", other})
	if code != exitFailed || !strings.Contains(shown, "This is not the passphrase.") || strings.Contains(shown, other) {
		t.Errorf("a wrong passphrase: status %d\n%s", code, shown)
	}
	code, shown = inTerminal(t, dir, []string{"vault", "passphrase"}, [2]string{"vault.db: ", scriptPassphrase},
		[2]string{": ", other}, [2]string{"The same once more: ", other})
	if code != exitDone || strings.Contains(shown, scriptPassphrase) || strings.Contains(shown, other) {
		t.Errorf("another passphrase: status %d\n%s", code, shown)
	}
	code, shown = inTerminal(t, dir, []string{"vault", "export-plain", "plain"}, [2]string{"Password of the private keys: ", scriptPassphrase},
		[2]string{"The same once more: ", scriptPassphrase}, [2]string{"vault.db: ", other})
	if code != exitDone || strings.Contains(shown, scriptPassphrase) || strings.Contains(shown, other) {
		t.Errorf("plain files: status %d\n%s", code, shown)
	}
	code, shown = inTerminal(t, dir, []string{"vault", "export-plain", "short"}, [2]string{"Password of the private keys: ", "a"})
	if code != exitFailed || !strings.Contains(shown, "too short for files that hold every private key") {
		t.Errorf("a short password: status %d\n%s", code, shown)
	}
	code, shown = inTerminal(t, dir, []string{"--vault", "new.db", "import", "plain"}, [2]string{"new.db: ", scriptPassphrase},
		[2]string{"The same once more: ", scriptPassphrase}, [2]string{": ", scriptPassphrase})
	if code != exitDone || !strings.Contains(shown, "Brought 1 certificate") || strings.Contains(shown, scriptPassphrase) {
		t.Errorf("an import: status %d\n%s", code, shown)
	}
}

// TestBinaryAndTerminals: what is not text is not written to a terminal, and
// text is.
func TestBinaryAndTerminals(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "ca", "new", "Root")
	must(t, dir, "csr", "new", "asks")
	passphrase := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte(scriptPassphrase), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"export Root --format p12 --password x", "export Root --format der", "crl Root --format der", "csr export asks --der", "csr new more --der",
	} {
		args := append(strings.Fields(line), "--out", "-", "--passphrase-file", passphrase)
		code, shown := inTerminal(t, dir, args)
		if code != exitUsage || !strings.Contains(shown, "This is binary and would upset the terminal") || strings.Contains(shown, "\x00") {
			t.Errorf("%s: status %d\n%q", line, code, shown)
		}
	}
	code, shown := inTerminal(t, dir, []string{"export", "Root", "--format", "pem", "--out", "-", "--passphrase-file", passphrase})
	if code != exitDone || !strings.HasPrefix(shown, "-----BEGIN CERTIFICATE-----\r\n") {
		t.Errorf("PEM: status %d\n%q", code, shown)
	}
	if said := must(t, dir, "csr", "list"); strings.Contains(said, "more") {
		t.Errorf("a request was made that nobody saw:\n%s", said)
	}
}
