package i18n

import (
	"fmt"
	"io/fs"
)

// Exposed says that others had a right to a file of the vault, and whether it
// is private now.
func (p *Printer) Exposed(path string, mode fs.FileMode, private bool) string {
	key := "exposed.still"
	if private {
		key = "exposed.private"
	}
	return p.T(key, "Path", path, "Mode", fmt.Sprintf("%04o", mode.Perm()))
}
