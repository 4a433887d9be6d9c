package desk

import (
	"bufio"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"countersign/pki/pkitest"
)

// TestScreenLockIsHeard: on a bus of the test's own a screen saver says that it
// ends, which locks nothing, and that it begins, which does.
func TestScreenLockIsHeard(t *testing.T) {
	pkitest.Need(t, "dbus-daemon")
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := daemon.StdoutPipe()
	if err = errors.Join(err, daemon.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = daemon.Process.Kill(); _ = daemon.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
	saver, err := dbus.Connect(strings.TrimSpace(address))
	if err != nil {
		t.Fatal(err)
	}
	defer saver.Close()
	for _, name := range []string{"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"} {
		heard := make(chan error, 1)
		go func() { heard <- AwaitScreenLock(t.Context()) }()
		sent := false
		for again := true; again; {
			if err := saver.Emit("/ScreenSaver", name+".ActiveChanged", false); err != nil {
				t.Fatal(err)
			}
			if err := saver.Emit("/ScreenSaver", name+".Other", true); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-heard:
				if err != nil || !sent {
					t.Errorf("%s: %v, sent %v", name, err, sent)
				}
				again = false
			case <-time.After(20 * time.Millisecond): // who listens may not be there yet
				sent = true
				if err := saver.Emit("/ScreenSaver", name+".ActiveChanged", true); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := AwaitScreenLock(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, ErrNoScreenLock) {
		t.Errorf("ended: %v", err)
	}
}

func TestNoBusIsNoHarm(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
	if err := AwaitScreenLock(t.Context()); !errors.Is(err, ErrNoScreenLock) {
		t.Errorf("error %v", err)
	}
}
