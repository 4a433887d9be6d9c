package desk

import (
	"os"
	"path/filepath"
	"runtime"
)

// DefaultPath is where the vault lies when nobody says otherwise: the
// system's place for an application's data. On Linux that is
// $XDG_DATA_HOME/countersign/vault.db, usually below ~/.local/share.
func DefaultPath() (string, error) {
	if runtime.GOOS == "linux" || runtime.GOOS == "freebsd" || runtime.GOOS == "openbsd" || runtime.GOOS == "netbsd" {
		if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
			return filepath.Join(data, "countersign", VaultFile), nil
		}
		home, err := os.UserHomeDir()
		return filepath.Join(home, ".local", "share", "countersign", VaultFile), err
	}
	config, err := os.UserConfigDir()
	return filepath.Join(config, "Countersign", VaultFile), err
}
