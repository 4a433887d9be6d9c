package ui

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"github.com/zalando/go-keyring"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/widgets"
)

// breakVault spoils the database's headers, or cuts the file.
func breakVault(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(bytes.Clone(file)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func noHeaders(b []byte) []byte {
	page := os.Getpagesize()
	b[20]++
	b[page+20]++
	return b
}

func (b *bench) repair() *repairPage {
	b.t.Helper()
	p, ok := b.page.(*repairPage)
	if !ok {
		b.t.Fatalf("there is %T", b.page)
	}
	return p
}

// restoreNewest restores the newest backup that the repair offers, and leads to the vault.
func (b *bench) restoreNewest() {
	b.t.Helper()
	test.Tap(b.repair().restore[0])
	b.queue.drain()
	p, ok := b.page.(*restorePage)
	if !ok {
		b.t.Fatalf("there is %T", b.page)
	}
	p.pass.SetText(testPassphrase)
	for _, button := range []*widgets.Button{p.compare, p.do, p.open} {
		test.Tap(button)
		b.queue.drain()
	}
}

// TestRepairByBackup: a damaged vault, its backup put in place once it was said
// what that does.
func TestRepairByBackup(t *testing.T) {
	b := unlocked(t)
	b.stock()
	if _, err := b.desk.Backup(context.Background()); err != nil {
		t.Fatal(err)
	}
	path := b.opt.Vault
	b.leaveVault()
	breakVault(t, path, func(b []byte) []byte { return b[:5*os.Getpagesize()] })
	b.openVault(path)
	b.queue.drain()
	b.picture("repair")
	repair := b.repair()
	if repair.focus() != repair.again {
		t.Error("Enter restores")
	}
	test.Tap(repair.restore[0])
	b.queue.drain()
	p := b.page.(*restorePage)
	b.picture("restore")
	p.pass.SetText("wrong passphrase")
	test.Tap(p.compare)
	b.queue.drain()
	if p.passField.Fault() == "" || p.do.Visible() {
		t.Error("a wrong passphrase is not said")
	}
	p.pass.SetText(testPassphrase)
	test.Tap(p.compare)
	b.queue.drain()
	b.picture("restore-compared")
	if focused := b.win.Canvas().Focused(); focused != p.leave || !p.do.Visible() || len(p.notices.Objects) != 1 {
		t.Errorf("the focus is on %T, and there are %d notices", focused, len(p.notices.Objects))
	}
	test.Tap(p.do)
	b.queue.drain()
	b.picture("restored")
	if p.pass.Text() != "" {
		t.Error("the passphrase stays")
	}
	test.Tap(p.open)
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	counts, err := b.desk.Counts()
	if err != nil || counts.Authorities != 1 || counts.All == 0 {
		t.Errorf("%+v, %v", counts, err)
	}
	kept, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.replaced-*"))
	if err != nil || len(kept) != 1 {
		t.Errorf("what was replaced: %v, %v", kept, err)
	}
}

func TestRepairBySaving(t *testing.T) {
	b := unlocked(t)
	b.stock()
	path := b.opt.Vault
	b.leaveVault()
	breakVault(t, path, noHeaders)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b.openVault(path)
	b.queue.drain()
	test.Tap(b.repair().save)
	p := b.page.(*salvagePage)
	p.pass.SetText("wrong passphrase")
	test.Tap(p.do)
	b.queue.drain()
	if p.passField.Fault() == "" {
		t.Error("a wrong passphrase is not said")
	}
	p.pass.SetText(testPassphrase)
	test.Tap(p.do)
	b.queue.drain()
	b.picture("salvaged")
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the damaged file was changed (%v)", err)
	}
	b.openVault(savedName(path))
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	counts, err := b.desk.Counts()
	if err != nil || counts.Authorities != 1 || counts.All == 0 {
		t.Errorf("%+v, %v", counts, err)
	}
}

func TestRepairWithoutBackup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "acme.countersign")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBenchAt(t, path)
	p := b.repair()
	if len(p.restore) != 0 || p.focus() != p.again {
		t.Error("it offers a backup, or to save what is in an empty file")
	}
	b.picture("repair-none")
	breakVault(t, path, func([]byte) []byte { return []byte("no vault") })
	test.Tap(p.again)
	b.queue.drain()
	if _, ok := b.page.(*troublePage); !ok {
		t.Errorf("of what is no vault it shows %T", b.page)
	}
}

// TestRepairOfOneRecord: the file is whole, but one certificate in it was changed.
// The passphrase leads to the repair, and nothing is shown of it.
func TestRepairOfOneRecord(t *testing.T) {
	for _, passphrase := range []string{testPassphrase, ""} {
		b := newBench(t)
		if passphrase != "" {
			b.protect(passphrase)
		} else {
			test.Tap(b.firstRun().without)
			b.queue.drain()
		}
		b.startPage()
		b.enter(b.desk)
		b.stock()
		path := b.opt.Vault
		b.leaveVault()
		breakVault(t, path, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("laptop"), []byte("malice")) })
		b.openVault(path)
		b.queue.drain()
		if passphrase != "" {
			b.tryPassphrase(passphrase)
			b.queue.drain()
		}
		p := b.repair()
		b.picture("repair-record")
		if b.frame != nil || b.desk != nil {
			t.Error("there is a frame beside the repair")
		}
		test.Tap(p.read)
		b.queue.drain()
		if passphrase != "" {
			b.tryPassphrase(passphrase)
			b.queue.drain()
		}
		list, err := b.desk.All()
		if err != nil || len(list) == 0 {
			t.Errorf("of the rest it shows %d certificates, %v", len(list), err)
		}
		for _, c := range list {
			if strings.Contains(c.Name, "malice") {
				t.Errorf("it shows %q", c.Name)
			}
		}
	}
}

func TestRecoveryCodeIsShownOnceAndOpens(t *testing.T) {
	b := unlocked(t)
	s := b.settings()
	b.picture("settings-ways")
	test.Tap(s.ways.code)
	b.queue.drain()
	p := b.shown().(*recoveryPage)
	b.picture("recovery")
	if !p.done.Disabled() {
		t.Error("one can go on without having it")
	}
	b.navigate("overview", "") // left without a word: the code is there all the same
	if !b.settings().ways.drop.Visible() {
		t.Error("the settings do not know the code")
	}
	test.Tap(b.settings().ways.code)
	b.queue.drain()
	p = b.shown().(*recoveryPage)
	code := p.code
	test.Tap(p.save)
	sheet := b.shown().(*savePage)
	path := filepath.Join(t.TempDir(), "sheet.txt")
	sheet.path.SetText(path)
	test.Tap(sheet.save)
	b.queue.drain()
	info, err := os.Stat(path)
	text, readErr := os.ReadFile(path)
	if err != nil || readErr != nil || info.Mode().Perm() != 0o600 || !strings.Contains(string(text), code) {
		t.Errorf("the sheet: %v, %v, %v\n%s", info.Mode(), err, readErr, text)
	}
	test.Tap(p.have)
	test.Tap(p.done)
	if p.code != "" || !b.settings().ways.drop.Visible() {
		t.Error("the page keeps the code, or the settings do not know it")
	}
	b.lock()
	u := b.unlockPage()
	test.Tap(u.lost)
	b.picture("unlock-code")
	b.tryPassphrase(code[:20])
	b.queue.drain()
	if u.field.Fault() == "" {
		t.Error("half a code is not said")
	}
	u.passphrase.SetText(strings.ToLower(code))
	u.unlock()
	b.queue.drain()
	if b.frame == nil {
		t.Errorf("the code does not open it: %q", u.field.Fault())
	}
}

func TestKeyringOpens(t *testing.T) {
	keyring.MockInit()
	b := unlocked(t)
	test.Tap(b.settings().ways.keyring)
	b.queue.drain()
	if !b.desk.Opens(desk.ByKeyring) {
		t.Fatal("it is not added")
	}
	b.lock()
	b.picture("unlock-keyring")
	test.Tap(b.unlockPage().keyring)
	b.queue.drain()
	if b.frame == nil {
		t.Fatalf("it does not open: %q", b.unlockPage().field.Fault())
	}
	test.Tap(b.settings().ways.keyring)
	b.queue.drain()
	if b.desk.Opens(desk.ByKeyring) {
		t.Error("it is not removed")
	}
}

func TestNewDataKeyAsksThePassphrase(t *testing.T) {
	b := unlocked(t)
	b.stock()
	test.Tap(b.settings().ways.newKey)
	p := b.shown().(*dataKeyPage)
	p.pass.SetText("wrong passphrase")
	test.Tap(p.do)
	b.queue.drain()
	b.picture("new-key-wrong")
	if p.field.Fault() == "" {
		t.Error("a wrong passphrase is not said")
	}
	p.pass.SetText(testPassphrase)
	test.Tap(p.do)
	b.queue.drain()
	b.settings()
	b.lock()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	if counts, err := b.desk.Counts(); err != nil || counts.All == 0 {
		t.Errorf("%+v, %v", counts, err)
	}
}

func TestBackupsInSettings(t *testing.T) {
	b := unlocked(t)
	b.stock()
	s := b.settings()
	test.Tap(s.backups.now)
	b.queue.drain()
	if all, err := b.desk.Backups(); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
	test.Tap(s.backups.check)
	b.queue.drain()
	if !s.backups.result.Visible() {
		t.Error("it does not say what it found")
	}
	b.win.Resize(b.win.Canvas().Size())
	b.picture("settings-backups")
	s.backups.folder.SetText("relative")
	s.backups.choose()
	if s.backups.field.Fault() == "" {
		t.Error("a path that is not whole is not said")
	}
	folder := filepath.Join(t.TempDir(), "elsewhere")
	s.backups.folder.SetText(folder)
	s.backups.choose()
	b.queue.drain()
	test.Tap(s.backups.now)
	b.queue.drain()
	if all, err := b.desk.Backups(); err != nil || len(all) != 1 || filepath.Dir(all[0].Path) != folder {
		t.Errorf("%v, %v", all, err)
	}
}

// TestRestoreFromSettings: of a sound vault too an older backup can be put back, once
// it was said what that does; who does not want it has the vault as it was.
func TestRestoreFromSettings(t *testing.T) {
	b := unlocked(t)
	b.stock()
	s := b.settings()
	test.Tap(s.backups.now)
	b.queue.drain()
	if len(s.backups.back) != 1 {
		t.Fatalf("%d backups are offered", len(s.backups.back))
	}
	b.picture("settings-restore")
	before := len(must(b.desk.All()))
	root := must(b.desk.Authorities())[0]
	b.issue(request(t, pki.Client, root.ID, "late", ""))
	test.Tap(b.settings().backups.back[0])
	b.queue.drain()
	p, ok := b.page.(*restorePage)
	if !ok || b.desk != nil {
		t.Fatalf("there is %T", b.page)
	}
	test.Tap(p.leave)
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	if n := len(must(b.desk.All())); n != before+1 {
		t.Errorf("left, it has %d certificates, want %d", n, before+1)
	}
	test.Tap(b.settings().backups.back[0])
	b.queue.drain()
	p = b.page.(*restorePage)
	p.pass.SetText(testPassphrase)
	test.Tap(p.compare)
	b.queue.drain()
	b.picture("settings-restore-ask")
	test.Tap(p.do)
	b.queue.drain()
	test.Tap(p.open)
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	if n := len(must(b.desk.All())); n != before {
		t.Errorf("restored, it has %d certificates, want %d", n, before)
	}
}
