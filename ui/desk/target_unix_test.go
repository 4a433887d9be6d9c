//go:build unix

package desk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestWriteFileKeepsWhatIsNoFile: told to write over, it still leaves devices,
// pipes and folders as they are, and writes through a link.
func TestWriteFileKeepsWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		syscall.Mkfifo(at("pipe"), 0o600), os.Mkdir(at("folder"), 0o700), os.Symlink("pipe", at("to-pipe")),
		os.WriteFile(at("file"), []byte("old"), 0o600), os.Symlink("file", at("to-file")), os.Symlink("none", at("to-none")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		path      string
		overwrite bool
		want      error
	}{
		{at("pipe"), true, ErrNotFile}, {at("to-pipe"), true, ErrNotFile}, {at("folder"), true, ErrNotFile},
		{"/dev/null", true, ErrNotFile}, {"/dev/null", false, ErrNotFile},
		{at("file"), false, ErrFileExists}, {at("to-file"), false, ErrFileExists}, {at("to-none"), false, ErrFileExists},
		{at("no/file"), true, fs.ErrNotExist}, {at("file/below"), true, syscall.ENOTDIR},
		{at("to-file"), true, nil},
	} {
		var named *PathError
		if err := WriteFile(c.path, File{Data: []byte("new")}, c.overwrite); !errors.Is(err, c.want) || err != nil && !errors.As(err, &named) {
			t.Errorf("%s, over %v: error %v, want %v", c.path, c.overwrite, err, c.want)
		}
	}
	for name, want := range map[string]fs.FileMode{"pipe": fs.ModeNamedPipe, "to-pipe": fs.ModeSymlink, "to-file": fs.ModeSymlink, "file": 0} {
		if info, err := os.Lstat(at(name)); err != nil || info.Mode().Type() != want {
			t.Errorf("%s is %v now, %v", name, info.Mode(), err)
		}
	}
	if data, err := os.ReadFile(at("file")); err != nil || string(data) != "new" {
		t.Errorf("through the link: %q, %v", data, err)
	}
}
