package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// vaultTour goes through the pages that a vault has when it is made, locked,
// damaged or refused.
type vaultTour struct {
	*bench
	look string
}

// see takes a picture and looks for texts that are cut off.
func (v *vaultTour) see(name string) {
	v.t.Helper()
	v.queue.drain()
	v.picture("vault-" + name + "-" + v.look)
	for _, fault := range cramped(v.win.Canvas()) {
		v.t.Errorf("%s: %s", name, fault)
	}
}

// reopen opens the vault after the file was changed.
func (v *vaultTour) reopen(change func([]byte) []byte) {
	v.t.Helper()
	path := v.opt.Vault
	v.leaveVault()
	breakVault(v.t, path, change)
	v.openVault(path)
	v.queue.drain()
}

// pages are the first ones, and those of what cannot be opened.
func (v *vaultTour) pages() {
	v.see("first")
	v.protect("short")
	v.see("first-weak")
	v.firstRun().pair.one.SetText("")
	v.firstRun().pair.two.SetText("")
	v.protect(testPassphrase)
	v.see("start")
	v.enter(v.desk)
	v.stock()
	_, now := v.desk.Backup(context.Background())
	_, code := v.desk.NewRecoveryCode()
	if err := errors.Join(now, code); err != nil {
		v.t.Fatal(err)
	}
	v.settingsPages()
	v.lock()
	v.see("unlock")
	v.tryPassphrase("wrong passphrase")
	v.see("unlock-wrong")
	test.Tap(v.unlockPage().lost)
	v.see("unlock-code")
	v.show(newTroublePage(v.Window, &desk.VersionError{Found: 9, Known: 3}))
	v.see("newer")
	v.show(newTroublePage(v.Window, desk.ErrInUse))
	v.see("in-use")
	v.show(newTroublePage(v.Window, desk.ErrNotVault))
	v.see("no-vault")
}

// settingsPages scrolls through the settings.
func (v *vaultTour) settingsPages() {
	s := v.settings()
	v.see("settings-0")
	test.Tap(s.backups.check)
	v.queue.drain()
	scroll := s.root.(*container.Scroll)
	for n := 1; n <= 4; n++ {
		scroll.Offset.Y = float32(n) * (scroll.Size().Height - 40)
		scroll.Offset.Y = max(0, min(scroll.Offset.Y, scroll.Content.MinSize().Height-scroll.Size().Height))
		scroll.Refresh()
		v.see(fmt.Sprintf("settings-%d", n))
	}
	test.Tap(s.ways.code)
	v.see("recovery")
	v.back()
}

// repairs are the pages of damage of each kind.
func (v *vaultTour) repairs() {
	path := v.opt.Vault
	whole, err := os.ReadFile(path)
	if err != nil {
		v.t.Fatal(err)
	}
	v.reopen(noHeaders)
	v.see("repair-headers")
	v.reopen(func([]byte) []byte { return whole[:5*os.Getpagesize()] })
	v.see("repair-cut")
	v.reopen(func([]byte) []byte { return nil })
	v.see("repair-empty")
	v.reopen(func([]byte) []byte { return whole })
	v.tryPassphrase(testPassphrase)
	v.queue.drain()
	all, err := v.desk.All()
	if err != nil {
		v.t.Fatal(err)
	}
	v.reopen(func(b []byte) []byte {
		for _, c := range all[1:4] {
			b = bytes.ReplaceAll(b, []byte(c.Fingerprint), []byte(strings.Repeat("0", len(c.Fingerprint))))
		}
		return b
	})
	v.tryPassphrase(testPassphrase)
	v.see("repair-record")
	v.salvages()
	test.Tap(v.repair().restore[0])
	v.see("restore")
	v.openVault(path)
	v.queue.drain()
	v.tryPassphrase(testPassphrase)
	v.queue.drain()
	test.Tap(v.repair().read)
	v.see("wreck-unlock")
	v.tryPassphrase(testPassphrase)
	v.see("wreck-overview")
	v.navigate("certificates", all[1].ID)
	v.see("wreck-detail")
	v.openSettings()
	v.see("wreck-settings")
}

// salvages saves what can be read.
func (v *vaultTour) salvages() {
	v.t.Helper()
	was := v.repair()
	test.Tap(was.save)
	v.see("salvage")
	p := v.page.(*salvagePage)
	p.pass.SetText(testPassphrase)
	test.Tap(p.do)
	v.picture("vault-salvage-busy-" + v.look)
	v.see("salvaged")
	v.show(was)
}

// TestVaultTour looks at the pages of a vault in each language, look and size.
func TestVaultTour(t *testing.T) {
	for _, language := range i18n.Languages() {
		for _, size := range []fyne.Size{fyne.NewSize(firstWidth, firstHeight), fyne.NewSize(leastWidth, leastHeight)} {
			for _, dark := range []bool{false, true} {
				look := fmt.Sprintf("%s-%.0f-%s", language, size.Width, map[bool]string{false: "light", true: "dark"}[dark])
				t.Run(look, func(t *testing.T) {
					b := newBench(t, func(o *Options) { o.Printer, o.Dark = i18n.New(language), &dark })
					b.win.Resize(size)
					v := &vaultTour{b, look}
					v.pages()
					v.repairs()
				})
			}
		}
	}
}
