package desk

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
)

// mostMemory is how far the memory of the program may grow over one input.
const mostMemory = 256 << 20

// memoryChild is set in the process that the memory is measured of.
const memoryChild = "COUNTERSIGN_TEST_BAD_INPUT"

// TestBadInputMemory measures the growth of a process of its own over each
// input, as the system counts it: with all that the runtime took and did not
// give back.
func TestBadInputMemory(t *testing.T) {
	if os.Getenv(memoryChild) != "" {
		measure(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestBadInputMemory$", "-test.count=1")
	cmd.Env = append(os.Environ(), memoryChild+"=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	measured, most, worst := 0, 0, ""
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		text, found := strings.CutPrefix(lines.Text(), "growth ")
		if !found {
			continue
		}
		number, name, _ := strings.Cut(text, " ")
		growth, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		if measured++; growth > most {
			most, worst = growth, name
		}
		if growth > mostMemory {
			t.Errorf("%s: %d MiB", name, growth>>20)
		}
	}
	if want := len(badInputs(t)) + len(badDeeds(t)); measured != want {
		t.Errorf("%d inputs measured of %d", measured, want)
	}
	t.Logf("at most %d MiB: %s", most>>20, worst)
}

func measure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "input")
	for _, in := range badInputs(t) {
		data := in.data(t)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		grown(t, in.name, func() {
			answered(data, in.password)
			brought(path, in.password)
		})
	}
	for _, deed := range badDeeds(t) {
		grown(t, deed.name, func() { deed.do() })
	}
}

// grown prints how far a work makes the process grow.
func grown(t *testing.T, name string, work func()) {
	t.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // the peak begins anew: proc(5)
		t.Fatal(err)
	}
	before := memory(t, "VmRSS")
	work()
	fmt.Printf("growth %d %s\n", memory(t, "VmHWM")-before, name)
}

// memory reads a number of /proc/self/status, in octets.
func memory(t *testing.T, field string) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		if text, found := strings.CutPrefix(line, field+":"); found {
			kilobytes, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(text), " kB"))
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	t.Fatalf("no %s", field)
	return 0
}
