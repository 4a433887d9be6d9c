package ui

import (
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
)

func TestFirstRunMakesAVaultOnDisk(t *testing.T) {
	b := newBench(t)
	if b.win.Canvas().Focused() != b.firstRun().pair.one.Input() {
		t.Error("the passphrase has not the focus")
	}
	b.picture("first")
	b.protect(testPassphrase)
	p := b.startPage()
	if b.win.Canvas().Focused() != p.show {
		t.Error("Show me has not the focus")
	}
	b.picture("start")
	path := b.opt.Vault
	b.leaveVault()
	d, err := desk.Open(path, desk.Options{KDF: &cheap})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if !d.Protected() || !d.Locked() {
		t.Errorf("protected %v, locked %v", d.Protected(), d.Locked())
	}
	if err := d.Unlock(t.Context(), []byte(testPassphrase)); err != nil {
		t.Errorf("unlock: %v", err)
	}
}

func TestFirstRunRefuses(t *testing.T) {
	for _, c := range []struct {
		name, one, two, first, second string
	}{
		{"nothing", "", "", "At least 8 characters, please.", ""},
		{"too short", "1234567", "1234567", "At least 8 characters, please.", ""},
		{"too short, though not in bytes", "四字四字四字四", "四字四字四字四", "At least 8 characters, please.", ""},
		{"not the same", testPassphrase, "correct horse butter", "", "These two are not the same."},
		{"once only", testPassphrase, "", "", "These two are not the same."},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			p := b.firstRun()
			p.pair.one.SetText(c.one)
			p.pair.two.SetText(c.two)
			test.Tap(p.do)
			b.queue.drain()
			if b.page != p {
				t.Fatalf("there is %T", b.page)
			}
			if got := p.pair.first.Fault(); got != c.first {
				t.Errorf("at the first it says %q, want %q", got, c.first)
			}
			if got := p.pair.second.Fault(); got != c.second {
				t.Errorf("at the second it says %q, want %q", got, c.second)
			}
			if _, err := os.Stat(b.opt.Vault); !os.IsNotExist(err) {
				t.Errorf("a file was made: %v", err)
			}
			b.picture("first-refused")
		})
	}
}

func TestFirstRunByKeyboard(t *testing.T) {
	b := newBench(t)
	p := b.firstRun()
	test.Type(p.pair.one.Input(), testPassphrase)
	p.pair.one.Input().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if b.win.Canvas().Focused() != p.pair.two.Input() {
		t.Error("Enter in the first field does not go to the second")
	}
	test.Type(p.pair.two.Input(), testPassphrase)
	p.pair.two.Input().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !p.do.Busy() || !p.without.Disabled() {
		t.Error("one could begin twice")
	}
	p.make(nil) // does nothing while it is busy
	b.queue.drain()
	b.startPage()
}

func TestFirstRunWithoutAPassphrase(t *testing.T) {
	b := newBench(t)
	test.Tap(b.firstRun().without)
	b.queue.drain()
	b.startPage()
	path := b.opt.Vault
	b.leaveVault()
	again := newBenchAt(t, path)
	if again.frame == nil || again.desk.Protected() {
		t.Error("it does not open by itself")
	}
	again.picture("frame-open")
}

func TestFirstRunWhereNothingCanBeWritten(t *testing.T) {
	b := newBench(t)
	b.opt.Vault = "/proc/acme.countersign"
	b.protect(testPassphrase)
	p := b.firstRun()
	if len(p.notice.Objects) != 1 || !p.notice.Visible() {
		t.Error("it does not say why")
	}
	if p.do.Busy() {
		t.Error("one cannot try again")
	}
	b.picture("first-failed")
}

func TestStartLeadsOn(t *testing.T) {
	for _, c := range []struct {
		name  string
		press func(*start)
		place string
		forms int
	}{
		{"show me", func(p *start) { test.Tap(p.show) }, "connections", 0},
		{"authority", func(p *start) { test.Tap(p.authority) }, "overview", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.protect(testPassphrase)
			c.press(b.startPage())
			if b.frame == nil {
				t.Fatal("there is no frame")
			}
			if b.frame.current != c.place || len(b.frame.forms) != c.forms {
				t.Errorf("it shows %q with %d forms", b.frame.current, len(b.frame.forms))
			}
		})
	}
}
