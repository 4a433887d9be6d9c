package ui_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"countersign/pki/pkitest"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// live is the built program in a real window on a display of its own.
type live struct {
	t       *testing.T
	display string
	window  string
	vault   string
}

// TestShowMeInTheRealWindow does what a person does on a fresh machine: starts
// the program, protects the vault, clicks Show me, and sees seven green steps.
// With COUNTERSIGN_PICTURE=FILE it leaves there the picture of them.
func TestShowMeInTheRealWindow(t *testing.T) {
	for _, program := range []string{"Xvfb", "openbox", "xdotool", "import"} {
		pkitest.Need(t, program)
	}
	w := startLive(t)
	w.typed(livePassphrase)
	w.key("Tab")
	w.typed(livePassphrase)
	w.click(w.waitFor("the button that creates the vault", filled))
	w.click(w.waitFor("the card Show me", ringed))
	w.waitFor("seven green steps", sevenGreen)
	time.Sleep(500 * time.Millisecond) // the pointer's shade goes
	w.keepPicture()
	w.verify()
}

const livePassphrase = "violet anchors drift"

// TestNoWindowWithoutDisplay starts the program where no display answers: it
// says so in a sentence, and makes nothing.
func TestNoWindowWithoutDisplay(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere there is always a display")
	}
	home := t.TempDir()
	program := buildLive(t, home)
	for _, display := range []string{"", ":4077", "nonsense"} {
		vault := filepath.Join(home, "data", "vault.db")
		app := exec.Command(program, "--vault", vault)
		app.Env = append(os.Environ(), "HOME="+home, "DISPLAY="+display, "WAYLAND_DISPLAY=", "LC_ALL=", "LANG=en_US.UTF-8", "LANGUAGE=")
		var said, failed bytes.Buffer
		app.Stdout, app.Stderr = &said, &failed
		var exit *exec.ExitError
		if err := app.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("DISPLAY=%q: %v", display, err)
		}
		want := i18n.New("en").T("terminal.no-display") + "\n"
		if said.String() != "" || failed.String() != want {
			t.Errorf("DISPLAY=%q: it said %q and %q", display, said.String(), failed.String())
		}
		if _, err := os.Stat(vault); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("DISPLAY=%q: the vault: %v", display, err)
		}
	}
}

// buildLive builds the program into a folder.
func buildLive(t *testing.T, home string) string {
	t.Helper()
	program := filepath.Join(home, "countersign")
	build := exec.Command("go", "build", "-tags", "x11,migrated_fynedo,no_emoji", "-o", program, "countersign")
	build.Env = append(os.Environ(), "CGO_ENABLED=1") // the window itself needs it
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

func startLive(t *testing.T) *live {
	t.Helper()
	home := t.TempDir()
	program := buildLive(t, home)
	w := &live{t: t, vault: filepath.Join(home, "data", "vault.db")}
	w.display = startDisplay(t)
	w.start(exec.Command("openbox"))
	app := exec.Command(program, "--vault", w.vault)
	app.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "FYNE_THEME=light", "LC_ALL=", "LANG=en_US.UTF-8", "LANGUAGE=")
	w.start(app)
	for range 300 {
		out, _ := w.xdotool("search", "--onlyvisible", "--name", "^Countersign$")
		if w.window = strings.TrimSpace(out); w.window != "" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if w.window == "" {
		t.Fatal("no window after 30 s")
	}
	w.must("windowmove", "--sync", w.window, "0", "0")
	w.must("windowactivate", "--sync", w.window)
	w.waitFor("the first page", filled)
	return w
}

// startDisplay starts an X server on a free number.
func startDisplay(t *testing.T) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{write}
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Process.Kill(); x.Wait() })
	write.Close()
	number := make([]byte, 16)
	n, err := read.Read(number)
	if err != nil {
		t.Fatalf("Xvfb gave no display: %v", err)
	}
	return ":" + strings.TrimSpace(string(number[:n]))
}

func (w *live) start(cmd *exec.Cmd) {
	w.t.Helper()
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "DISPLAY="+w.display, "WAYLAND_DISPLAY=")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if w.t.Failed() {
			w.t.Logf("%s said:\n%s", cmd.Path, out.String())
		}
	})
}

func (w *live) xdotool(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+w.display)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w *live) must(args ...string) {
	w.t.Helper()
	if out, err := w.xdotool(args...); err != nil {
		w.t.Fatalf("xdotool %s: %v %s", strings.Join(args, " "), err, out)
	}
}

func (w *live) typed(text string) { w.must("type", "--delay", "30", text); w.settle() }
func (w *live) key(name string)   { w.must("key", name); w.settle() }
func (w *live) settle()           { time.Sleep(300 * time.Millisecond) }

func (w *live) click(at image.Point) {
	w.t.Helper()
	w.must("mousemove", "--window", w.window, fmt.Sprint(at.X), fmt.Sprint(at.Y))
	w.must("click", "1")
	w.settle()
}

func (w *live) shot() (image.Image, []byte) {
	w.t.Helper()
	cmd := exec.Command("import", "-window", w.window, "png:-")
	cmd.Env = append(os.Environ(), "DISPLAY="+w.display)
	data, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("screenshot: %v", err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	return img, data
}

// waitFor looks at the window until it shows something, for 30 seconds at
// most, and gives the place of it.
func (w *live) waitFor(what string, look func(image.Image) (image.Point, bool)) image.Point {
	w.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		img, data := w.shot()
		if at, ok := look(img); ok {
			return at
		}
		if time.Now().After(deadline) {
			path := filepath.Join(os.TempDir(), "countersign-live.png")
			os.WriteFile(path, data, 0o600)
			w.t.Fatalf("the window does not show %s after 30 s; what it shows is in %s", what, path)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// The colours of the light theme that the test looks for.
var (
	accent = color.RGBA{0x24, 0x57, 0xd6, 0xff}
	good   = color.RGBA{0x18, 0x7a, 0x4b, 0xff}
)

func near(c color.Color, want color.RGBA, off int) bool {
	r, g, b, _ := c.RGBA()
	distance := func(a uint32, b uint8) int { return max(int(a>>8)-int(b), int(b)-int(a>>8)) }
	return distance(r, want.R) <= off && distance(g, want.G) <= off && distance(b, want.B) <= off
}

// filled finds the primary button: a row of the accent's colour at least 60
// pixels long.
func filled(img image.Image) (image.Point, bool) { return longRow(img, 60, 8, 12) }

// ringed finds the focused card: a thin row of the accent's colour at least
// 200 pixels long, above the card's middle.
func ringed(img image.Image) (image.Point, bool) {
	at, ok := longRow(img, 200, 1, 40) // a thin line is mixed with what is beside it
	return at.Add(image.Pt(0, 30)), ok
}

// longRow finds the first row of pixels off from the accent by so much at
// most, of a length, repeated over so many rows.
func longRow(img image.Image, length, rows, off int) (image.Point, bool) {
	b := img.Bounds()
	seen := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		start, best := -1, image.Rectangle{}
		for x := b.Min.X; x <= b.Max.X; x++ {
			on := x < b.Max.X && near(img.At(x, y), accent, off)
			switch {
			case on && start < 0:
				start = x
			case !on && start >= 0:
				if x-start > best.Dx() {
					best = image.Rect(start, y, x, y+1)
				}
				start = -1
			}
		}
		if best.Dx() < length {
			seen = 0
			continue
		}
		if seen++; seen >= rows {
			return image.Pt((best.Min.X+best.Max.X)/2, y), true
		}
	}
	return image.Point{}, false
}

// sevenGreen tells whether some column of the window crosses seven badges of
// the good tint.
func sevenGreen(img image.Image) (image.Point, bool) {
	b := img.Bounds()
	for x := b.Min.X; x < b.Max.X; x++ {
		if runs := badges(img, x); runs == 7 {
			return image.Pt(x, b.Min.Y), true
		}
	}
	return image.Point{}, false
}

// goodTint is the ground of a green badge.
var goodTint = color.RGBA{0xe3, 0xf4, 0xeb, 0xff}

// badges counts the runs of 12 to 40 pixels of the good tint in a column, the
// digit on the badge counted in.
func badges(img image.Image, x int) int {
	b := img.Bounds()
	count, run := 0, 0
	for y := b.Min.Y; y <= b.Max.Y; y++ {
		if y < b.Max.Y && (near(img.At(x, y), goodTint, 6) || run > 0 && near(img.At(x, y), good, 110)) {
			run++
			continue
		}
		if run >= 12 && run <= 40 {
			count++
		}
		run = 0
	}
	return count
}

func (w *live) keepPicture() {
	path := os.Getenv("COUNTERSIGN_PICTURE")
	if path == "" {
		return
	}
	_, data := w.shot()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// verify looks into the vault that the window left: it holds what the steps
// spoke of, and the try that passed.
func (w *live) verify() {
	w.t.Helper()
	w.key("ctrl+q") // windowclose would destroy the window under the program
	var d *desk.Desk
	var err error
	for range 50 {
		if d, err = desk.Open(w.vault, desk.Options{}); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	defer d.Close()
	if err := d.Unlock(context.Background(), []byte(livePassphrase)); err != nil {
		w.t.Fatal(err)
	}
	counts, err := d.Counts()
	if err != nil || counts.Authorities != 1 || counts.Server != 1 || counts.Client != 1 {
		w.t.Errorf("the vault holds %+v, %v", counts, err)
	}
	last, err := d.Activities(1)
	if err != nil || len(last) != 1 || last[0].Verb != "connect" || last[0].Detail["state"] != "ok" {
		w.t.Errorf("the last activity is %+v, %v", last, err)
	}
}
