package desk

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"
)

// The signals that say that the screen is locked, or that the computer is about
// to sleep: of the screen savers of all desktops, by their common member, on the
// session's bus, and of systemd-logind on the system's (org.freedesktop.login1(5)).
const (
	signalSaver = "ActiveChanged"
	signalLock  = "org.freedesktop.login1.Session.Lock"
	signalSleep = "org.freedesktop.login1.Manager.PrepareForSleep"
)

// AwaitScreenLock returns nil as soon as the screen is locked or the computer is
// about to sleep. Errors: ErrNoScreenLock without a bus that tells, and the
// context's. Whoever can send on the bus can make it return, and no more.
func AwaitScreenLock(ctx context.Context) error {
	heard := make(chan *dbus.Signal, 16)
	var open []*dbus.Conn
	defer func() {
		for _, c := range open {
			_ = c.Close() // it was only listened to
		}
	}()
	for _, listen := range []func(context.Context) (*dbus.Conn, error){listenToSession, listenToSystem} {
		if c, err := listen(ctx); err == nil {
			open = append(open, c)
			c.Signal(heard)
		}
	}
	if len(open) == 0 {
		return ErrNoScreenLock
	}
	for {
		select {
		case s, more := <-heard:
			if !more || s == nil {
				return fmt.Errorf("%w: a bus was closed", ErrNoScreenLock)
			}
			if locks(s) {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// listenToSession asks for what screen savers say. It looks for the bus itself:
// the library would start one where there is none.
func listenToSession(ctx context.Context) (*dbus.Conn, error) {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if address == "" {
		path := fmt.Sprintf("/run/user/%d/bus", os.Getuid())
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
		address = "unix:path=" + path
	}
	c, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	return listening(ctx, c, dbus.WithMatchMember(signalSaver))
}

// listenToSystem asks for what logind says of this session, and of sleep.
func listenToSystem(ctx context.Context) (*dbus.Conn, error) {
	c, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	const service, manager = "org.freedesktop.login1", "/org/freedesktop/login1"
	var session dbus.ObjectPath
	logind := c.Object(service, manager)
	err = logind.CallWithContext(ctx, service+".Manager.GetSessionByPID", 0, uint32(os.Getpid())).Store(&session)
	if err != nil { // a desktop that starts programs as services: they are of no session, their person is
		err = logind.CallWithContext(ctx, service+".Manager.GetSession", 0, "auto").Store(&session)
	}
	if err == nil { // without a session there is still the sleep of the computer
		err = c.AddMatchSignalContext(ctx, dbus.WithMatchObjectPath(session), dbus.WithMatchMember("Lock"))
		if err != nil {
			_ = c.Close()
			return nil, err
		}
	}
	return listening(ctx, c, dbus.WithMatchObjectPath(manager), dbus.WithMatchMember("PrepareForSleep"))
}

func listening(ctx context.Context, c *dbus.Conn, options ...dbus.MatchOption) (*dbus.Conn, error) {
	if err := c.AddMatchSignalContext(ctx, options...); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func locks(s *dbus.Signal) bool {
	begins := len(s.Body) > 0 && s.Body[0] == true
	switch {
	case strings.HasSuffix(s.Name, ".ScreenSaver."+signalSaver), s.Name == signalSleep:
		return begins
	}
	return s.Name == signalLock
}
