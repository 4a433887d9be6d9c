package terminal

import (
	"strings"
	"testing"
)

// TestStrengthIsNamed: how a new passphrase would hold is said before it is
// asked for once more, and of what other files are closed with it is not.
func TestStrengthIsNamed(t *testing.T) {
	dir := t.TempDir()
	const weak, before = "password1", "That is how it would stand against somebody who has the vault's file."
	code, shown := inTerminal(t, dir, []string{"ca", "new", "Root"},
		[2]string{"vault.db: ", weak}, [2]string{"The same once more: ", weak})
	if code != exitDone || !strings.Contains(shown, "Very weak: falls at once. "+before) {
		t.Errorf("a new vault: status %d\n%s", code, shown)
	}
	code, shown = inTerminal(t, dir, []string{"vault", "passphrase"}, [2]string{"vault.db: ", weak},
		[2]string{": ", scriptPassphrase}, [2]string{"The same once more: ", scriptPassphrase})
	said := strings.Index(shown, "Very strong: would hold a hundred years and more. "+before)
	if code != exitDone || said < 0 || said > strings.Index(shown, "The same once more") || strings.Contains(shown, "Several words") {
		t.Errorf("another passphrase: status %d\n%s", code, shown)
	}
	code, shown = inTerminal(t, dir, []string{"vault", "export-plain", "plain"}, [2]string{"Password of the private keys: ", weak},
		[2]string{"The same once more: ", weak}, [2]string{"vault.db: ", scriptPassphrase})
	if code != exitDone || strings.Contains(shown, before) {
		t.Errorf("plain files: status %d\n%s", code, shown)
	}
}
