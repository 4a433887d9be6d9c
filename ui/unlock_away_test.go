package ui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"countersign/pki"
	"countersign/ui/desk"
)

// elsewhere opens the vault of a window as another program does; err is why not.
func (b *bench) elsewhere() (d *desk.Desk, err error) {
	b.t.Helper()
	d, err = desk.Open(b.opt.Vault, b.opt.Desk)
	if err == nil && d.Locked() {
		err = d.Unlock(context.Background(), []byte(testPassphrase))
	}
	return d, err
}

// change opens the vault as another program does, does something, and closes it.
func (b *bench) change(deed func(*desk.Desk) error) {
	b.t.Helper()
	d, err := b.elsewhere()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := errors.Join(deed(d), d.Close()); err != nil {
		b.t.Fatal(err)
	}
}

func makeRoot(name string) func(*desk.Desk) error {
	return func(d *desk.Desk) error {
		_, err := d.Issue(context.Background(), desk.IssueRequest{Request: pki.Request{Kind: pki.Authority, Key: pki.P256, Subject: pki.Subject{CommonName: name}}})
		return err
	}
}

// TestLockedWindowGivesTheFileBack: while the window is locked other programs use the
// vault, and what they did is there when it is unlocked.
func TestLockedWindowGivesTheFileBack(t *testing.T) {
	b := unlocked(t)
	b.stock()
	if _, err := b.elsewhere(); !errors.Is(err, desk.ErrInUse) {
		t.Fatalf("beside an unlocked window: %v", err)
	}
	before, err := b.desk.All()
	if err != nil {
		t.Fatal(err)
	}
	b.lock()
	b.queue.drain()
	b.change(makeRoot("Made elsewhere"))
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	after, err := b.desk.All()
	if err != nil || len(after) != len(before)+1 {
		t.Errorf("%d certificates after %d, %v", len(after), len(before), err)
	}
	if _, err := b.desk.FindAuthority("Made elsewhere"); err != nil {
		t.Error(err)
	}
	if _, err := b.elsewhere(); !errors.Is(err, desk.ErrInUse) {
		t.Errorf("beside the window that is unlocked again: %v", err)
	}
}

// TestWindowThatAsksHoldsNothing: nor does one that was just started, or got a
// passphrase that is wrong.
func TestWindowThatAsksHoldsNothing(t *testing.T) {
	b := unlocked(t)
	b.leaveVault()
	b.openVault(b.opt.Vault)
	b.queue.drain()
	b.change(makeRoot("One"))
	b.tryPassphrase("correct horse butter")
	b.queue.drain()
	b.change(makeRoot("Two"))
	b.tryPassphrase(testPassphrase)
	b.unlockPage().escape()
	b.queue.drain()
	b.change(makeRoot("Three"))
	b.tryPassphrase(testPassphrase)
	b.show(newChooser(b.Window)) // before it is open
	b.queue.drain()
	b.change(makeRoot("Four"))
	b.openVault(b.opt.Vault)
	b.queue.drain()
	b.tryPassphrase(testPassphrase)
	b.leaveVault() // likewise
	b.queue.drain()
	b.change(makeRoot("Five"))
}

// TestUnlockWhatChangedMeanwhile: the file is in use, gone, another, or damaged when the
// passphrase is typed. That is said where it was typed, and it can be tried again.
func TestUnlockWhatChangedMeanwhile(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(t *testing.T, b *bench) (back func() error)
		says   string
	}{
		{"in use", func(t *testing.T, b *bench) func() error {
			d, err := b.elsewhere()
			if err != nil {
				t.Fatal(err)
			}
			return d.Close
		}, "Another window or command has this vault open. Close the other one, then try again."},
		{"moved", func(t *testing.T, b *bench) func() error {
			away := b.opt.Vault + ".away"
			if err := os.Rename(b.opt.Vault, away); err != nil {
				t.Fatal(err)
			}
			return func() error { return os.Rename(away, b.opt.Vault) }
		}, "There is no vault at that place. Check where it was moved to, or make a new one."},
		{"folder moved", func(t *testing.T, b *bench) func() error {
			folder := filepath.Dir(b.opt.Vault)
			if err := os.Rename(folder, folder+".away"); err != nil {
				t.Fatal(err)
			}
			return func() error { return os.Rename(folder+".away", folder) }
		}, "There is no vault at that place. Check where it was moved to, or make a new one."},
		{"another passphrase", func(t *testing.T, b *bench) func() error {
			b.change(func(d *desk.Desk) error {
				return d.ChangePassphrase(context.Background(), []byte(testPassphrase), []byte("another good one"))
			})
			return func() error {
				d, err := desk.Open(b.opt.Vault, b.opt.Desk)
				if err != nil {
					return err
				}
				return errors.Join(d.ChangePassphrase(context.Background(), []byte("another good one"), []byte(testPassphrase)), d.Close())
			}
		}, "This is not the passphrase."},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := locked(t)
			page := b.unlockPage()
			back := c.change(t, b)
			b.tryPassphrase(testPassphrase)
			b.queue.drain()
			if b.page != page || b.desk != nil || page.do.Busy() {
				t.Fatalf("there is %T now", b.page)
			}
			if got := page.field.Fault(); got != c.says {
				t.Errorf("it says %q, want %q", got, c.says)
			}
			b.picture("unlock-" + strings.ReplaceAll(c.name, " ", "-"))
			if err := back(); err != nil {
				t.Fatal(err)
			}
			page.unlock() // what was typed is still there
			b.queue.drain()
			if b.frame == nil {
				t.Errorf("it does not open: %q", page.field.Fault())
			}
		})
	}
}

func TestUnlockWhatWasDamagedMeanwhile(t *testing.T) {
	b := unlocked(t)
	if _, err := b.desk.Backup(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.stock()
	b.lock()
	b.queue.drain()
	breakVault(t, b.opt.Vault, func(file []byte) []byte { return file[:5*os.Getpagesize()] })
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	b.restoreNewest()
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	if counts, err := b.desk.Counts(); err != nil || counts.All != 0 {
		t.Errorf("the backup of before: %+v, %v", counts, err)
	}
}

// TestUnlockWhatIsReplacedMeanwhile: an older copy put back by another program is what
// the window shows.
func TestUnlockWhatIsReplacedMeanwhile(t *testing.T) {
	b := unlocked(t)
	backup, err := b.desk.Backup(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b.stock()
	b.lock()
	b.queue.drain()
	r, err := desk.PrepareRestore(backup.Path, b.opt.Vault, b.opt.Desk)
	if err == nil {
		_, err = r.Restore(context.Background(), []byte(testPassphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	b.tryPassphrase(testPassphrase)
	b.queue.drain()
	if all, err := b.desk.All(); err != nil || len(all) != 0 {
		t.Errorf("it shows %v, %v", all, err)
	}
}

// TestWaysAddedMeanwhile: another program made a recovery code, and then took the
// passphrase away.
func TestWaysAddedMeanwhile(t *testing.T) {
	b := locked(t)
	page := b.unlockPage()
	if page.lost.Visible() {
		t.Fatal("it asks for a recovery code that there is none of")
	}
	code := ""
	b.change(func(d *desk.Desk) (err error) {
		code, err = d.NewRecoveryCode()
		return err
	})
	b.tryPassphrase("correct horse butter")
	b.queue.drain()
	if !page.lost.Visible() {
		t.Fatal("it does not know of the recovery code")
	}
	test.Tap(page.lost)
	b.tryPassphrase(code)
	b.queue.drain()
	if b.frame == nil {
		t.Fatalf("the code does not open it: %q", page.field.Fault())
	}
}
