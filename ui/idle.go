package ui

import "time"

// idle locks the vault when nobody used the window for a while.
type idle struct {
	last   time.Time
	cancel func()
}

func (i *idle) stop() {
	if i.cancel != nil {
		i.cancel()
		i.cancel = nil
	}
}

// stir says that somebody is there.
func (w *Window) stir() { w.idle.last = w.now() }

func (w *Window) watchIdle() {}
