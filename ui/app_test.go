package ui

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/ui/i18n"
	"countersign/ui/theme"
)

func TestWindowRemembersItsSize(t *testing.T) {
	b := unlocked(t)
	if got := b.rememberedSize(); got != fyne.NewSize(firstWidth, firstHeight) {
		t.Errorf("at first it is %v", got)
	}
	b.win.Resize(fyne.NewSize(1300, 820))
	b.rememberSize()
	if got := b.rememberedSize(); got != fyne.NewSize(1300, 820) {
		t.Errorf("it remembers %v", got)
	}
	b.win.Resize(fyne.NewSize(950, 610))
	b.app.Preferences().SetFloat(prefWidth, 100)
	if got := b.rememberedSize().Width; got != leastWidth {
		t.Errorf("it comes up %v wide", got)
	}
}

func TestClosingLeavesTheVault(t *testing.T) {
	b := unlocked(t)
	path := b.opt.Vault
	b.close()
	if b.desk != nil || b.vault != nil || b.frame != nil {
		t.Error("something of the vault is still held")
	}
	again := newBenchAt(t, path)
	again.unlockPage()
}

func TestChangedLanguageDrawsTheFrameAnew(t *testing.T) {
	b := unlocked(t)
	b.navigate("activity", "")
	before := b.frame
	b.setLanguage("en")
	if b.frame == before {
		t.Error("the frame is the old one")
	}
	if b.frame.current != "activity" || !b.frame.rail.items["activity"].Selected() {
		t.Errorf("it shows %q", b.frame.current)
	}
	if got := b.app.Preferences().String(prefLanguage); got != "en" {
		t.Errorf("it remembers %q", got)
	}
}

func TestLookIsChosen(t *testing.T) {
	b := unlocked(t)
	b.openSettings()
	s := b.shown().(*settings)
	s.look.Choose(2)
	if !theme.Dark() {
		t.Error("it is not dark")
	}
	b.picture("settings-dark")
	s.look.Choose(1)
	if theme.Dark() {
		t.Error("it is not light")
	}
	b.picture("settings-light")
}

func TestLanguageIsRememberedAtTheNextStart(t *testing.T) {
	app := test.NewTempApp(t)
	app.Preferences().SetString(prefLanguage, "en")
	w := &Window{app: app}
	if got := i18n.New(w.wantedLanguages()...).Language(); got != "en" {
		t.Errorf("it speaks %q", got)
	}
	if got := w.wantedLanguages(); len(got) != 1 || got[0] != "en" {
		t.Errorf("it wants %q", got)
	}
}

func TestNoticeAndToast(t *testing.T) {
	b := unlocked(t)
	b.openSettings()
	b.copy("aa:bb")
	if got := b.app.Clipboard().Content(); got != "aa:bb" {
		t.Errorf("on the clipboard is %q", got)
	}
	if !b.frame.foot.toast.Visible() {
		t.Error("it does not say that it copied")
	}
	b.picture("toast")
	b.notify(b.Window.t.T("settings.passphrase.done"))
	b.picture("toast-long")
	b.queue.pass(toastFor)
	if b.frame.foot.toast.Visible() {
		t.Error("the toast stays")
	}
}

func TestWorkShowsItsProgressAndCanBeCancelled(t *testing.T) {
	b := unlocked(t)
	done := false
	b.background("Making a key…", func(ctx context.Context) error { return ctx.Err() }, func() { done = true })
	if !b.frame.foot.line.Visible() {
		t.Error("there is no progress line")
	}
	b.picture("progress")
	b.jobs[0].cancel()
	b.queue.drain()
	if done || b.frame.middle.notices.Visible() {
		t.Error("cancelled work says something")
	}
	if b.frame.foot.line.Visible() || len(b.jobs) != 0 {
		t.Error("the progress line stays")
	}
}
