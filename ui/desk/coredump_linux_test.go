package desk

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestNoCoreDumps crashes a process that would leave a dump in its folder, with
// and without.
func TestNoCoreDumps(t *testing.T) {
	const variable = "DESK_TEST_CRASH"
	if how := os.Getenv(variable); how != "" {
		if how == "guarded" {
			NoCoreDumps()
		}
		_ = unix.Kill(unix.Getpid(), unix.SIGQUIT)
		select {}
	}
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if err != nil || strings.ContainsAny(string(pattern), "|/%") {
		t.Skipf("dumps go elsewhere: %q, %v", pattern, err)
	}
	dumps := func(how string) int {
		dir := t.TempDir()
		child := exec.Command("sh", "-c", "ulimit -c unlimited; exec \"$0\" -test.run='^TestNoCoreDumps$'", os.Args[0])
		child.Dir = dir
		child.Env = append(os.Environ(), variable+"="+how, "GOTRACEBACK=crash")
		if out, err := child.CombinedOutput(); err == nil {
			t.Fatalf("it did not crash\n%s", out)
		}
		found, err := filepath.Glob(filepath.Join(dir, "core*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if dumps("plain") == 0 {
		t.Skip("no dumps are written here")
	}
	if n := dumps("guarded"); n != 0 {
		t.Errorf("%d dumps were written", n)
	}
}
