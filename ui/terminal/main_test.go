package terminal

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/zalando/go-keyring"

	"countersign/storage"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// TestMain lets the tests run the program as a program: this test binary under
// the name countersign. Only its key derivation is cheaper.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"countersign": func() {
		if os.Getenv("TEST_KEYRING") != "" {
			keyring.MockInit() // one that lasts as long as the command
		}
		os.Exit(recorded(testProgram(), os.Args[1:]))
	}})
}

func testProgram() Program {
	patience, _ := time.ParseDuration(os.Getenv("TEST_PATIENCE")) // none: as people have it
	ahead, _ := time.ParseDuration(os.Getenv("TEST_CLOCK"))       // of this computer's clock
	return Program{
		Version: "test",
		Window:  func(string) error { return ErrNoDisplay },
		In:      os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Printer:  i18n.New(i18n.Environment()...),
		Desk:     desk.Options{KDF: storage.LightKDF(), Now: func() time.Time { return time.Now().Add(ahead) }},
		Patience: patience,
	}
}

// TestScripts runs whole commands: the files of testdata hold input, commands
// and what is expected of them.
//
// What each command prints and leaves behind is searched for secrets, and a
// command that no script runs fails the test: see leaks_test.go.
func TestScripts(t *testing.T) {
	leaks := newLeaks(t)
	t.Run("all", func(t *testing.T) { runScripts(t, leaks) })
	leaks.mustHaveRunAll(t)
}

func runScripts(t *testing.T, leaks *leaks) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			leaks.watch(e)
			folders, err := filepath.Abs("../desk/testdata") // what other tools left
			if err != nil {
				return err
			}
			e.Setenv("FOLDERS", folders)
			e.Setenv("XDG_DATA_HOME", e.WorkDir+"/data")
			e.Setenv("HOME", e.WorkDir+"/home")
			e.Setenv("COUNTERSIGN_PASSPHRASE", scriptPassphrase)
			return nil
		},
	})
}
