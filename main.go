// Countersign keeps certificate authorities and the certificates that they
// issue, and shows whether mutual TLS works, and why not when it does not.
package main

import (
	_ "embed"
	"os"
	"runtime"
	"runtime/debug"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"github.com/go-gl/glfw/v3.4/glfw"

	"countersign/ui"
	"countersign/ui/desk"
	"countersign/ui/i18n"
	"countersign/ui/terminal"
)

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = "development"

// id names the program to the system: its preferences and its windows.
const id = "io.github.countersign.Countersign"

//go:embed Icon.png
var icon []byte

func main() {
	desk.NoCoreDumps()
	program := terminal.Program{
		Version: version,
		Window:  window,
		In:      os.Stdin,
		Out:     os.Stdout,
		Err:     os.Stderr,
		Printer: i18n.New(i18n.Environment()...),
	}
	os.Exit(program.Run(os.Args[1:]))
}

// window opens the window on a vault and returns when it is closed. The
// toolkit panics without a display that answers, so that is tried first.
func window(vault string) error {
	if runtime.GOOS == "linux" && glfw.Init() != nil {
		return terminal.ErrNoDisplay
	}
	glfw.Terminate() // the toolkit begins anew, in its own way
	if cache, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(cache, 0o700) // the toolkit makes its own folder in it, and complains without
	}
	a := app.NewWithID(id)
	a.SetIcon(fyne.NewStaticResource("Icon.png", icon))
	// 22 MB less at rest, for a collector that is seldom at work once the window stands.
	a.Lifecycle().SetOnStarted(func() { debug.SetGCPercent(50) })
	ui.New(a, ui.Options{Vault: vault, Version: version, Screen: desk.AwaitScreenLock}).ShowAndRun()
	return nil
}
