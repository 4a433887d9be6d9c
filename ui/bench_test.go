package ui

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"countersign/storage"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// bench is a window with a test's executor, clock and folder.
type bench struct {
	*Window
	t     *testing.T
	queue *queue
}

// testDay is the day on which tests happen.
var testDay = time.Date(2026, time.November, 22, 9, 0, 0, 0, time.UTC)

// cheap derives keys as fast as storage allows.
var cheap = storage.KDF{Time: 1, Memory: 64, Threads: 1}

const testPassphrase = "correct horse battery"

// newBench opens a window on a vault's path in a new folder, 1180 by 760.
func newBench(t *testing.T, options ...func(*Options)) *bench {
	t.Helper()
	return newBenchAt(t, filepath.Join(t.TempDir(), "acme.countersign"), options...)
}

func newBenchAt(t *testing.T, path string, options ...func(*Options)) *bench {
	t.Helper()
	app := test.NewTempApp(t)
	q := newQueue(t)
	dark := false
	now := func() time.Time { return testDay.Add(q.now) }
	o := Options{
		Vault: path, Version: "0.1", Executor: q, Printer: i18n.New("en"), Now: now, Dark: &dark,
		Desk: desk.Options{Now: now, KDF: &cheap},
	}
	for _, set := range options {
		set(&o)
	}
	w := New(app, o)
	w.win.Resize(fyne.NewSize(firstWidth, firstHeight))
	b := &bench{Window: w, t: t, queue: q}
	t.Cleanup(func() {
		w.leaveVault()
		sweep()
	})
	q.drain()
	return b
}

// sweep has the toolkit forget what it keeps of widgets that nobody has looked at for
// a minute, as it does while it draws a window: a thousand windows of tests that are
// never drawn would fill the memory.
func sweep() {
	c := software.NewCanvas()
	c.Resize(fyne.NewSize(1, 1))
	c.Capture()
}

// unlocked is a bench with a new vault, in the frame.
func unlocked(t *testing.T, options ...func(*Options)) *bench {
	t.Helper()
	b := newBench(t, options...)
	b.protect(testPassphrase)
	b.startPage()
	b.enter(b.desk)
	b.queue.drain()
	return b
}

// protect fills the first page in and presses Enter.
func (b *bench) protect(passphrase string) {
	b.t.Helper()
	p := b.firstRun()
	test.Type(p.pair.one.Input(), passphrase)
	test.Type(p.pair.two.Input(), passphrase)
	p.pair.two.Input().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.queue.drain()
}

func (b *bench) firstRun() *firstRun {
	b.t.Helper()
	p, ok := b.page.(*firstRun)
	if !ok {
		b.t.Fatalf("there is %T, not the first run", b.page)
	}
	return p
}

func (b *bench) startPage() *start {
	b.t.Helper()
	p, ok := b.page.(*start)
	if !ok {
		b.t.Fatalf("there is %T, not the choice where to start", b.page)
	}
	return p
}

func (b *bench) unlockPage() *unlockPage {
	b.t.Helper()
	p, ok := b.page.(*unlockPage)
	if !ok {
		b.t.Fatalf("there is %T, not the unlocking", b.page)
	}
	return p
}

// picture writes what the window shows to $PICTURES/name.png, when that is set.
func (b *bench) picture(name string) {
	b.t.Helper()
	folder := os.Getenv("PICTURES")
	if folder == "" {
		return
	}
	file, err := os.Create(filepath.Join(folder, name+".png"))
	if err != nil {
		b.t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, b.win.Canvas().Capture()); err != nil {
		b.t.Fatal(err)
	}
}

// blank is a place with nothing but a word.
type blank struct{ label *widget.Label }

func newBlank(name string) *blank { return &blank{widget.NewLabel(name)} }

func (b *blank) content() fyne.CanvasObject { return b.label }
func (b *blank) refresh()                   {}
