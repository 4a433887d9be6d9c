//go:build unix

package terminal

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// terminals are the ones that a page's reader has open, in one folder.
type terminals struct {
	t         *testing.T
	home, dir string
	source    string // of this program, for what a page takes from there
	second    map[string]*running
}

// running is what a second terminal runs.
type running struct {
	cmd   *exec.Cmd
	mu    sync.Mutex
	out   bytes.Buffer
	shown int // of out, by pages
	ended chan struct{}
}

func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.Write(p)
}

// fresh is what was printed and not yet shown.
func (r *running) fresh() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.String()[r.shown:]
}

func newTerminals(t *testing.T) *terminals {
	home := t.TempDir()
	d := &terminals{t: t, home: home, dir: filepath.Join(home, "work"), second: map[string]*running{}}
	if err := os.Mkdir(d.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var err error
	if d.source, err = filepath.Abs("../.."); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, r := range d.second {
			d.end(r)
		}
	})
	return d
}

// command runs a script as the reader's shell would, after the exports of the
// scripts before it.
func (d *terminals) command(script string) *exec.Cmd {
	exports := filepath.Join(d.home, ".exports")
	cmd := exec.Command("bash", "-e", "-o", "pipefail", "-c", "if [ -f "+exports+" ]; then . "+exports+"; fi\n"+script)
	cmd.Dir = d.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH") + ":/usr/sbin:/sbin", "HOME=" + d.home, "XDG_DATA_HOME=" + filepath.Join(d.home, "data"),
		"LANG=en_US.UTF-8", "TZ=UTC", "SOURCE=" + d.source}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// do runs a script and gives what it printed.
func (d *terminals) do(script string, fails bool) string {
	d.t.Helper()
	cmd := d.command(script + "\nexport -p > " + filepath.Join(d.home, ".exports"))
	out, err := cmd.CombinedOutput()
	switch {
	case fails && err == nil:
		d.t.Errorf("this should fail:\n%s\nit said\n%s", script, out)
	case !fails && err != nil:
		d.t.Errorf("this failed, %v:\n%s\nit said\n%s", err, script, out)
	}
	return string(out)
}

// begin runs a script in a second terminal, in the place of what ran there.
func (d *terminals) begin(name, script string) {
	d.t.Helper()
	if before := d.second[name]; before != nil {
		d.end(before)
	}
	r := &running{cmd: d.command("exec " + strings.TrimSpace(script)), ended: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr = r, r
	if err := r.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.second[name] = r
	go func() { r.cmd.Wait(); close(r.ended) }()
}

// end presses Ctrl+C.
func (d *terminals) end(r *running) {
	syscall.Kill(-r.cmd.Process.Pid, syscall.SIGINT)
	select {
	case <-r.ended:
	case <-time.After(10 * time.Second):
		syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
		d.t.Errorf("Ctrl+C did not end %v", r.cmd.Args[5:])
	}
}

// await waits, for 10 seconds at most, until what a second terminal printed is
// enough, and takes it as shown.
func (d *terminals) await(name string, enough func(string) bool) {
	d.t.Helper()
	r := d.second[name]
	if r == nil {
		d.t.Errorf("nothing runs in %s", name)
		return
	}
	limit := 10 * time.Second
	if os.Getenv("WRITE_PAGES") != "" {
		limit = 2 * time.Second // what is shown may be what is to be replaced
	}
	deadline := time.Now().Add(limit)
	for !enough(r.fresh()) && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shown = r.out.Len()
}

// tell logs what the second terminals printed.
func (d *terminals) tell() {
	for name, r := range d.second {
		d.t.Logf("in %s:\n%s", name, r.fresh())
	}
}
