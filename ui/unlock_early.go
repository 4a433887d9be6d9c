package ui

import (
	"context"
	"sync"
	"time"

	"countersign/ui/desk"
)

// early opens a vault while its passphrase is being typed, so that by the time it is
// unlocked what lists show has been read, and has only to be checked.
type early struct {
	open   func() (*desk.Desk, error) // opened once, however often it is asked
	forget func() bool                // keeps the end of the session from closing it
	tire   func()                     // stops the timer that closes it
}

// heldTyping is how long after a key press the vault's file is held.
const heldTyping = 30 * time.Second

// typed begins to open the vault at the first key press, and closes it again when
// nobody goes on.
func (p *unlockPage) typed() {
	p.fault("")
	if p.passphrase.Text() == "" || p.do.Busy() {
		return
	}
	if p.early == nil {
		closed := p.desk
		e := &early{open: sync.OnceValues(func() (*desk.Desk, error) {
			d, err := closed.Again()
			if err == nil {
				d.ReadAhead()
			}
			return d, err
		})}
		p.early = e
		p.w.run.Go(func() { _, _ = e.open() }) // an error is met again at unlocking
		e.forget = context.AfterFunc(p.w.session, e.close)
	} else {
		p.early.tire()
	}
	p.early.tire = p.w.run.After(heldTyping, p.giveUp)
}

// giveUp gives the file back that was opened early.
func (p *unlockPage) giveUp() {
	if e := p.takeEarly(); e != nil {
		p.w.run.Go(e.close)
	}
}

// takeEarly gives what was opened early, nil for nothing: it is the caller's now.
func (p *unlockPage) takeEarly() *early {
	e := p.early
	p.early = nil
	if e == nil || !e.forget() {
		return nil
	}
	e.tire()
	return e
}

func (e *early) close() {
	if d, err := e.open(); err == nil {
		_ = d.Close() // it is locked: nothing was written
	}
}

// opener gives the vault as it is by now: what was opened early, if it is still what
// people find in its place.
func (p *unlockPage) opener() func() (*desk.Desk, error) {
	closed, e := p.desk, p.takeEarly()
	if e == nil {
		return closed.Again
	}
	return func() (*desk.Desk, error) {
		d, err := e.open()
		if err == nil && d.InPlace() == nil {
			return d, nil
		}
		e.close()
		return closed.Again()
	}
}
