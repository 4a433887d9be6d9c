//go:build unix

package desk

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Paths that a person may name, drop or find in a folder.
func TestBadPaths(t *testing.T) {
	certificate := armoured("CERTIFICATE", cert(nil))(t)
	write := func(t *testing.T, path string) string {
		t.Helper()
		if err := os.WriteFile(path, certificate, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const read = "certificate test, key-id-no-issuer"
	for _, in := range []struct {
		name string
		path func(t *testing.T, dir string) string
		want string
	}{
		{"nothing there", func(_ *testing.T, dir string) string { return filepath.Join(dir, "none") }, "file-not-found"},
		{"a file for a folder", func(t *testing.T, dir string) string { return write(t, filepath.Join(dir, "a")) + "/b" }, "not-a-folder"},
		{"no path", func(*testing.T, string) string { return "" }, "file-not-found"},
		{"a folder", func(_ *testing.T, dir string) string { return dir }, "not-a-file"},
		{"a pipe that nobody writes to", func(t *testing.T, dir string) string {
			must(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
			return filepath.Join(dir, "pipe")
		}, "not-a-file"},
		{"a link to a pipe", func(t *testing.T, dir string) string {
			must(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
			must(t, os.Symlink("pipe", filepath.Join(dir, "link")))
			return filepath.Join(dir, "link")
		}, "not-a-file"},
		{"a socket", func(t *testing.T, dir string) string {
			t.Chdir(dir) // a socket's path is short
			l, err := net.Listen("unix", "socket")
			must(t, err)
			t.Cleanup(func() { l.Close() })
			return filepath.Join(dir, "socket")
		}, "not-a-file"},
		{"zeros without end", func(*testing.T, string) string { return "/dev/zero" }, "not-a-file"},
		{"noise without end", func(*testing.T, string) string { return "/dev/urandom" }, "not-a-file"},
		{"the terminal", func(*testing.T, string) string { return "/dev/tty" }, "not-a-file"},
		{"nothing at all", func(*testing.T, string) string { return "/dev/null" }, "not-a-file"},
		{"a link to itself", func(t *testing.T, dir string) string {
			must(t, os.Symlink("loop", filepath.Join(dir, "loop")))
			return filepath.Join(dir, "loop")
		}, "file-loop"},
		{"links in a circle", func(t *testing.T, dir string) string {
			must(t, os.Symlink("b", filepath.Join(dir, "a")))
			must(t, os.Symlink("a", filepath.Join(dir, "b")))
			return filepath.Join(dir, "a")
		}, "file-loop"},
		{"a link to nothing", func(t *testing.T, dir string) string {
			must(t, os.Symlink("none", filepath.Join(dir, "link")))
			return filepath.Join(dir, "link")
		}, "file-not-found"},
		{"a link to a certificate", func(t *testing.T, dir string) string {
			must(t, os.Symlink(write(t, filepath.Join(dir, "a")), filepath.Join(dir, "link")))
			return filepath.Join(dir, "link")
		}, read},
		{"not to be read", func(t *testing.T, dir string) string {
			path := write(t, filepath.Join(dir, "secret"))
			must(t, os.Chmod(path, 0))
			return path
		}, "file-permission"},
		{"8 GiB of nothing", func(t *testing.T, dir string) string {
			path := write(t, filepath.Join(dir, "sparse"))
			must(t, os.Truncate(path, 8<<30))
			return path
		}, "too-large"},
		{"a name with a line end", func(t *testing.T, dir string) string { return write(t, filepath.Join(dir, "a\nb.pem")) }, read},
		{"a name that is not UTF-8", func(t *testing.T, dir string) string { return write(t, filepath.Join(dir, "a\xff\xfe.pem")) }, read},
		{"a name from right to left", func(t *testing.T, dir string) string { return write(t, filepath.Join(dir, "a\u202emep.exe")) }, read},
		{"a name that is an option", func(t *testing.T, dir string) string { return write(t, filepath.Join(dir, "--force")) }, read},
		{"a name with a wrong ending", func(t *testing.T, dir string) string { return write(t, filepath.Join(dir, "a.p12")) }, read},
		{"a name of 255 octets", func(t *testing.T, dir string) string { return write(t, filepath.Join(dir, strings.Repeat("a", 255))) }, read},
		{"a name of 300 octets", func(_ *testing.T, dir string) string { return filepath.Join(dir, strings.Repeat("a", 300)) }, "file-name"},
		{"a path of 1 MB", func(_ *testing.T, dir string) string { return dir + strings.Repeat("/a", 1<<19) }, "file-name"},
		{"a name with NUL", func(_ *testing.T, dir string) string { return filepath.Join(dir, "a\x00b") }, "file-name"},
	} {
		if in.want == "file-permission" && os.Geteuid() == 0 {
			continue // root is refused nothing
		}
		t.Run(in.name, func(t *testing.T) {
			path := in.path(t, t.TempDir())
			var got, looked string
			if !watched(func() { got = answeredFile(path) }) {
				t.Fatalf("looking at it took over %v", patience)
			}
			if got != in.want {
				t.Errorf("the answer is %q, want %q", got, in.want)
			}
			if !watched(func() { looked = brought(path, "") }) {
				t.Fatalf("importing it took over %v", patience)
			}
			if in.name != "a folder" && looked != "" {
				t.Errorf("importing: %s", looked)
			}
		})
	}
}

func answeredFile(path string) string {
	data, err := ReadFile(path)
	if err != nil {
		return toldError(err)
	}
	return answered(data, "")
}

// A folder with all that can lie in one: what is no file is passed over, links
// to folders are not followed, and no more is read than is sane.
func TestBadFolder(t *testing.T) {
	dir := t.TempDir()
	certificate := armoured("CERTIFICATE", cert(nil))(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(filepath.Join(dir, "a.pem"), certificate, 0o600))
	must(os.WriteFile(filepath.Join(dir, "b.pem"), certificate, 0o600))
	must(os.WriteFile(filepath.Join(dir, "damaged.pem"), certificate[:100], 0o600))
	must(os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("notes"), 0o600))
	must(syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	must(os.Symlink(".", filepath.Join(dir, "self")))
	must(os.Symlink("loop", filepath.Join(dir, "loop")))
	must(os.Symlink("/dev/zero", filepath.Join(dir, "zero")))
	must(os.Symlink("a.pem", filepath.Join(dir, "link.pem")))
	must(os.WriteFile(filepath.Join(dir, "sparse"), nil, 0o600))
	must(os.Truncate(filepath.Join(dir, "sparse"), 8<<30))
	deep := dir
	for range 8 {
		deep = filepath.Join(deep, "deep")
		must(os.Mkdir(deep, 0o700))
	}
	must(os.WriteFile(filepath.Join(deep, "c.pem"), certificate, 0o600))
	var found Found
	if !watched(func() { found, _ = LookAlone(t.Context(), []string{dir}, Passwords{}) }) {
		t.Fatalf("it took over %v", patience)
	}
	if len(found.Certificates) != 1 || len(found.Locked) != 0 || !found.Truncated {
		t.Errorf("found %+v", found)
	}
	if len(found.Unread) != 1 || filepath.Base(found.Unread[0].Path) != "damaged.pem" || toldError(found.Unread[0].Err) != "damaged-pem" {
		t.Errorf("unread %+v", found.Unread)
	}
}

// More files than are looked at.
func TestFolderOfTooMany(t *testing.T) {
	dir := t.TempDir()
	for n := range maxFiles + 5 {
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(n)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := LookAlone(t.Context(), []string{dir}, Passwords{})
	if err != nil || !found.Truncated {
		t.Errorf("%+v, %v", found, err)
	}
}

// A file that is written into a folder stays in it, whatever its name.
func TestWriteFilesStaysInTheFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"../a", "/etc/a", "a/b", "..", ".", "", "a/../../b"} {
		err := WriteFiles(filepath.Join(dir, "in"), []File{{Name: name, Data: []byte("x")}}, true)
		if code := toldError(errorOr(err)); code != "not-a-file" {
			t.Errorf("%q: %s", name, code)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func errorOr(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return err
}

// TestPipesAreNotOpened: to open one is to wait for its other end, in whatever
// reads a file.
func TestPipesAreNotOpened(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func() error{
		"a file":    func() error { _, err := ReadFile(pipe); return err },
		"a table":   func() error { _, err := ReadBulkFile(pipe, BulkHint{}); return err },
		"a profile": func() error { _, err := ReadProfile(pipe); return err },
		"a body":    func() error { _, _, err := bodyOfFile(pipe); return err },
		"a damaged vault": func() error {
			_, err := Salvage(t.Context(), pipe, passphrase, pipe+".saved", testOptions())
			if errors.Is(err, ErrNotVault) {
				err = ErrNotFile
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			if !watched(func() { err = read() }) {
				t.Fatalf("it took over %v", patience)
			}
			if !errors.Is(err, ErrNotFile) {
				t.Errorf("error %v", err)
			}
		})
	}
}
