package ui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

// realWindow is a window of the built program on an X display, which gets the
// same clicks and keys as a test's. It is nil when there is none.
//
//	Xvfb :96 & DISPLAY=:96 openbox &
//	DISPLAY=:96 COUNTERSIGN_WALKS=$PWD/countersign go test ./ui -run Walkthrough
type realWindow struct {
	t     *testing.T
	id    string
	work  string
	shift float32 // down, by the menu
}

// startReal starts the program that COUNTERSIGN_WALKS names, in a folder of its own.
func startReal(t *testing.T) *realWindow {
	t.Helper()
	program := os.Getenv("COUNTERSIGN_WALKS")
	if program == "" {
		return nil
	}
	home, err := os.MkdirTemp("", "you")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	cmd := exec.Command(program, "--vault", filepath.Join(home, "data", "vault.db"))
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "FYNE_THEME=light", "FYNE_SCALE=1",
		"LC_ALL=", "LANG=en_US.UTF-8", "LANGUAGE=", "WAYLAND_DISPLAY=")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	r := &realWindow{t: t, work: home}
	for range 300 {
		out, _ := exec.Command("xdotool", "search", "--all", "--onlyvisible", "--pid", fmt.Sprint(cmd.Process.Pid), "--name", "^Countersign$").Output()
		if r.id = strings.TrimSpace(string(out)); r.id != "" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if r.id == "" {
		t.Fatal("no window after 30 s")
	}
	r.do("windowmove", "--sync", r.id, "0", "0")
	r.do("windowactivate", "--sync", r.id)
	r.rest()
	return r
}

func (r *realWindow) do(args ...string) {
	r.t.Helper()
	if out, err := exec.Command("xdotool", args...).CombinedOutput(); err != nil {
		r.t.Fatalf("xdotool %s: %v %s", strings.Join(args, " "), err, out)
	}
}

func (r *realWindow) move(at fyne.Position) {
	r.t.Helper()
	r.do("mousemove", "--window", r.id, fmt.Sprint(int(at.X)), fmt.Sprint(int(at.Y+r.shift)))
	time.Sleep(60 * time.Millisecond)
}

func (r *realWindow) click(at fyne.Position) {
	if r == nil {
		return
	}
	r.move(at)
	r.do("mousedown", "1")
	time.Sleep(60 * time.Millisecond)
	r.do("mouseup", "1")
	time.Sleep(450 * time.Millisecond)
}

func (r *realWindow) write(text string) {
	if r == nil {
		return
	}
	r.do("key", "ctrl+a")
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			r.do("key", "Return")
		}
		r.do("type", "--delay", "25", "--", line)
	}
	time.Sleep(250 * time.Millisecond)
}

func (r *realWindow) key(name string) {
	if r == nil {
		return
	}
	r.do("key", name)
	time.Sleep(450 * time.Millisecond)
}

func (r *realWindow) wheel(at fyne.Position)   { r.roll(at, "5") }
func (r *realWindow) wheelUp(at fyne.Position) { r.roll(at, "4") }

// roll turns the wheel for long enough to come to an end.
func (r *realWindow) roll(at fyne.Position, button string) {
	if r == nil {
		return
	}
	r.move(at)
	r.do("click", "--repeat", "60", "--delay", "12", button)
	time.Sleep(300 * time.Millisecond)
}

// give puts a file of the test's folder into the window's.
func (r *realWindow) give(name string) {
	if r == nil {
		return
	}
	r.t.Helper()
	data, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(filepath.Join(r.work, name), data, 0o600)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *realWindow) rest() {
	if r != nil {
		time.Sleep(1500 * time.Millisecond)
	}
}

// show takes a picture, in 64 colours, which are enough for it.
func (r *realWindow) show(path string) {
	if r == nil {
		return
	}
	r.t.Helper()
	r.do("mousemove", "--window", r.id, "600", "3") // no shade of the pointer
	r.rest()
	shot := filepath.Join(r.t.TempDir(), "shot.png")
	for _, args := range [][]string{
		{"import", "-window", r.id, shot},
		{"convert", shot, "+dither", "-colors", "64", "-depth", "8", "-strip", "PNG8:" + path},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			r.t.Fatalf("%s: %v %s", args[0], err, out)
		}
	}
}
