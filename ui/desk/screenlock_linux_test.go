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

// testBus is a message bus of the test's own, and a program on it.
func testBus(t *testing.T) (address string, other *dbus.Conn) {
	t.Helper()
	pkitest.Need(t, "dbus-daemon")
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := daemon.StdoutPipe()
	if err = errors.Join(err, daemon.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = daemon.Process.Kill(); _ = daemon.Wait() })
	if address, err = bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	address = strings.TrimSpace(address)
	if other, err = dbus.Connect(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	return address, other
}

// mustHear has somebody wait for the screen's lock: nothing lets them go but lock,
// which is sent again until they are there to hear it.
func mustHear(t *testing.T, nothing, lock func() error) {
	t.Helper()
	heard := make(chan error, 1)
	go func() { heard <- AwaitScreenLock(t.Context()) }()
	for sent := false; ; sent = true {
		if err := nothing(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-heard:
			if err != nil || !sent {
				t.Errorf("%v, sent %v", err, sent)
			}
			return
		case <-time.After(20 * time.Millisecond):
			if err := lock(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestScreenLockIsHeard: a screen saver says that it ends, which locks nothing, and
// that it begins, which does.
func TestScreenLockIsHeard(t *testing.T) {
	address, saver := testBus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
	for _, name := range []string{"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"} {
		t.Run(name, func(t *testing.T) {
			mustHear(t, func() error {
				return errors.Join(saver.Emit("/ScreenSaver", name+".ActiveChanged", false),
					saver.Emit("/ScreenSaver", name+".Other", true))
			}, func() error { return saver.Emit("/ScreenSaver", name+".ActiveChanged", true) })
		})
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := AwaitScreenLock(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, ErrNoScreenLock) {
		t.Errorf("ended: %v", err)
	}
}

// logind answers as systemd-logind does who knows the session of a process, or only
// that of a person, or none.
type logind struct{ byPID, auto bool }

const ownSession dbus.ObjectPath = "/org/freedesktop/login1/session/_31"

func (l *logind) GetSessionByPID(uint32) (dbus.ObjectPath, *dbus.Error) { return ownSessionIf(l.byPID) }

func (l *logind) GetSession(id string) (dbus.ObjectPath, *dbus.Error) {
	return ownSessionIf(l.auto && id == "auto")
}

func ownSessionIf(known bool) (dbus.ObjectPath, *dbus.Error) {
	if !known {
		return "", dbus.NewError("org.freedesktop.login1.NoSuchSession", nil)
	}
	return ownSession, nil
}

// TestLogindIsHeard: what logind says of this session and of sleep locks, what it says
// of others' sessions and of waking does not. The test plays logind, on a bus of its
// own: a real one needs to be the computer's.
func TestLogindIsHeard(t *testing.T) {
	address, bus := testBus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	const manager = "/org/freedesktop/login1"
	l := &logind{}
	if err := bus.Export(l, manager, "org.freedesktop.login1.Manager"); err != nil {
		t.Fatal(err)
	}
	if _, err := bus.RequestName("org.freedesktop.login1", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	nothing := func() error {
		return errors.Join(bus.Emit(manager, signalSleep, false),
			bus.Emit("/org/freedesktop/login1/session/_32", signalLock),
			bus.Emit(ownSession, "org.freedesktop.login1.Session.Unlock"))
	}
	locked := func() error { return bus.Emit(ownSession, signalLock) }
	sleeps := func() error { return bus.Emit(manager, signalSleep, true) }
	for name, c := range map[string]struct {
		logind logind
		lock   func() error
	}{
		"lock":              {logind{byPID: true}, locked},
		"lock, by person":   {logind{auto: true}, locked},
		"sleep":             {logind{byPID: true}, sleeps},
		"sleep, no session": {logind{}, sleeps},
	} {
		t.Run(name, func(t *testing.T) {
			*l = c.logind
			mustHear(t, nothing, c.lock)
		})
	}
}

func TestNoBusIsNoHarm(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
	if err := AwaitScreenLock(t.Context()); !errors.Is(err, ErrNoScreenLock) {
		t.Errorf("error %v", err)
	}
}
