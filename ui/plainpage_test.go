package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
)

func (b *bench) plainPage() *plainPage {
	b.t.Helper()
	test.Tap(b.settings().backups.plain)
	p, ok := b.shown().(*plainPage)
	if !ok {
		b.t.Fatalf("there is %T", b.shown())
	}
	return p
}

func TestExportEverything(t *testing.T) {
	folder := t.TempDir()
	b := unlocked(t, func(o *Options) { o.Folder = folder })
	b.stock()
	p := b.plainPage()
	b.picture("plain")
	test.Tap(p.do)
	if p.pair.first.Fault() == "" {
		t.Error("without a password nothing is said")
	}
	p.pair.one.SetText("a")
	p.pair.two.SetText("a")
	p.write()
	if p.pair.first.Fault() == "" || p.do.Busy() {
		t.Error("a password of one letter is taken")
	}
	p.folder.SetText("relative")
	p.write()
	if p.folderIn.Fault() == "" {
		t.Error("a path that is not whole is not said")
	}
	p.folder.SetText(filepath.Join(folder, plainFolder))
	p.pair.one.SetText("leaving is allowed")
	p.pair.two.SetText("leaving is allowed")
	p.write()
	b.queue.drain()
	if b.shown() == p || p.pair.one.Text() != "" {
		t.Error("the page stays, or its password")
	}
	key, err := os.ReadFile(filepath.Join(folder, plainFolder, "Acme-Root", "private", "ca.key"))
	if err != nil || !strings.HasPrefix(string(key), "-----BEGIN ENCRYPTED PRIVATE KEY-----") {
		t.Errorf("the key: %v", err)
	}
	again := b.plainPage()
	test.Tap(again.clear)
	if again.pair.first.Visible() || !again.warning.Visible() {
		t.Error("keys in the clear are not warned of")
	}
	b.picture("plain-clear")
	again.write()
	b.queue.drain()
	if again.folderIn.Fault() == "" {
		t.Error("a folder that is there is not said")
	}
}
