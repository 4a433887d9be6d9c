package terminal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"countersign/storage"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// TestMain lets the tests run the program as a program: this test binary under
// the name countersign. Only its key derivation is cheaper.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"countersign": func() {
		p := Program{
			Version: "test",
			Window:  func(string) error { return ErrNoDisplay },
			In:      os.Stdin, Out: os.Stdout, Err: os.Stderr,
			Printer: i18n.New(i18n.Environment()...),
			Desk:    desk.Options{KDF: storage.LightKDF()},
		}
		os.Exit(p.Run(os.Args[1:]))
	}})
}

// TestScripts runs whole commands: the files of testdata hold input, commands
// and what is expected of them.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			folders, err := filepath.Abs("../desk/testdata") // what other tools left
			if err != nil {
				return err
			}
			e.Setenv("FOLDERS", folders)
			e.Setenv("XDG_DATA_HOME", e.WorkDir+"/data")
			e.Setenv("HOME", e.WorkDir+"/home")
			e.Setenv("COUNTERSIGN_PASSPHRASE", "correct horse battery")
			return nil
		},
	})
}
